"""`smartapp check` without an EHR: each fault and warning with its line, and with what to write."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.checking.finding import Finding, Severity
from smartapp.checking.lint import lint
from smartapp.smart.keys import new_key
from tests.checking.support import APP, DEMO, ROOT, check, launch_file, vendor_file

SIGNED = DEMO.replace('auth = "none" ', 'auth = "private_key_jwt"\nkey_file = "key.jwk" ')
QUESTIONS = '[questionnaire]\ncanonical = "https://q.example/1"\ngoal = "1"\n'


def found(path: Path, base_url: str | None = APP) -> list[Finding]:
    return list(lint([path], environ={}, base_url=base_url).findings)


def told(path: Path, base_url: str | None = APP) -> list[str]:
    return [f"{one.line}: {one.problem} | {one.advice}" for one in found(path, base_url)]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_demo_file_has_nothing_wrong(tmp_path: Path) -> None:
    assert found(launch_file(tmp_path)) == []
    assert found(launch_file(tmp_path), base_url=None) == []


@pytest.mark.parametrize(
    ("edit", "starts", "problem", "advice"),
    [
        (("label =", "lable ="), "lable", "is not a key (did you mean label?)", "label = "),
        (('dialect = "auto"', "dialect = 2"), "dialect", "is not one of v1, v2, auto", 'dialect = "auto"'),
        (
            ('id = "demo-public" ', 'id_env = "NOT_THERE" '),
            "id_env",
            "not set in the",
            "export NOT_THERE=...",
        ),
        (("[scopes]", "[scope]"), "[scope]", "did you mean scopes?", ""),
        (('iss = ["http://127.0.0.1:9000', 'iss = ["http://ehr.example'), "iss", "use https", "iss = ["),
        (
            ('auth = "none" ', 'auth = "private_key_jwt" '),
            "[client]",
            "key_file is missing",
            "keys new --out",
        ),
    ],
)
def test_fault_is_told_with_its_line_and_what_to_write(
    edit: tuple[str, str], starts: str, problem: str, advice: str, tmp_path: Path
) -> None:
    text = DEMO.replace(*edit)
    assert text != DEMO

    faults = [one for one in found(launch_file(tmp_path, text)) if problem in one.problem]

    assert [(one.severity, one.line) for one in faults] == [(Severity.FAULT, line_of(text, starts))]
    assert advice in faults[0].advice


def test_address_that_browsers_do_not_come_back_to_is_told(tmp_path: Path) -> None:
    text = DEMO.replace("[scopes]", 'redirect_uri = "https://other.test/callback/demo"\n[scopes]')

    (only,) = found(launch_file(tmp_path, text))

    assert only.severity is Severity.WARNING
    assert only.line == line_of(text, "redirect_uri")
    assert only.advice == f'Write: redirect_uri = "{APP}/callback/demo"'
    assert found(launch_file(tmp_path, text), base_url=None) == []


def test_address_of_the_example_is_told_once(tmp_path: Path) -> None:
    text = DEMO.replace("[scopes]", 'redirect_uri = "https://prefs.hospital.example/callback/demo"\n[scopes]')

    assert [one.problem for one in found(launch_file(tmp_path, text))] == [
        "client.redirect_uri is still the example's: https://prefs.hospital.example/callback/demo"
    ]


@pytest.mark.parametrize(("mode", "who"), [(0o644, "everybody"), (0o640, "its group")])
def test_key_file_that_others_can_read_is_told(mode: int, who: str, tmp_path: Path) -> None:
    key = tmp_path / "key.jwk"
    key.write_bytes(msgspec.json.encode(new_key("ES384")))
    key.chmod(mode)

    (only,) = found(launch_file(tmp_path, SIGNED))

    assert only.problem == f"client.key_file can be read by {who}"
    assert only.advice == f"Run: chmod 600 {key}"
    key.chmod(0o600)
    assert found(launch_file(tmp_path, SIGNED)) == []


@pytest.mark.parametrize(
    ("word", "problem", "advice"),
    [
        ('"patient/Patient.r", ', "has no patient/Patient.r: the app cannot open any chart", "Add"),
        ('"patient/Encounter.r", ', "has no patient/Encounter.r: the visit stays unknown", "Add"),
        ('"openid", ', "has no openid: the app does not learn who is signed in", 'Add "openid".'),
        ('"online_access",', "has no online_access: a long visit ends", "Add"),
        ('"patient/Binary.r", ', "has no patient/Binary.r: notes whose text is a Binary", "Add"),
        ('"patient/Goal.crus", ', "has no scope to create Goal, which write.order names", "take Goal out of"),
    ],
)
def test_scope_that_is_missing_is_told_with_what_follows(
    word: str, problem: str, advice: str, tmp_path: Path
) -> None:
    text = DEMO.replace(word, "")
    assert text != DEMO

    (only,) = found(launch_file(tmp_path, text))

    assert (only.severity, only.line) == (Severity.WARNING, line_of(text, "request"))
    assert problem in only.problem
    assert advice in only.advice


@pytest.mark.parametrize(
    ("word", "problem", "advice"),
    [
        ("patient/Immunization.rs", "the app uses no Immunization", 'Take "patient/Immunization.rs" out.'),
        ("patient/Consent.cruds", 'does not use its "cud"', 'Write "patient/Consent.rs".'),
        ("patient/Goal.d", 'does not use its "d"', 'Take "patient/Goal.d" out.'),
        ("user/Observation.rds?category=x", 'its "d"', 'Write "user/Observation.rs?category=x".'),
        ("patient/*.rs", "asks for everything", "Name the types"),
        ("system/Goal.rs", "never acts without a person", "out."),
        ("offline_access", "outlives the visit", "out."),
    ],
)
def test_scope_that_is_never_used_is_told(word: str, problem: str, advice: str, tmp_path: Path) -> None:
    text = DEMO.replace('"openid", ', f'"openid", "{word}", ')

    (only,) = found(launch_file(tmp_path, text))

    assert word in only.problem
    assert problem in only.problem
    assert advice in only.advice


def test_scope_in_the_older_dialect_is_not_picked_to_letters(tmp_path: Path) -> None:
    text = DEMO.replace('"patient/Goal.crus"', '"patient/Goal.read", "patient/Goal.write"')

    assert found(launch_file(tmp_path, text)) == []


def test_scope_that_a_known_vendor_would_not_honour_is_not_missed(tmp_path: Path) -> None:
    scopes = ("launch", "openid", "fhirUser", "online_access", "patient/Patient.r", "patient/Encounter.r",
              "patient/DocumentReference.crus", "patient/Binary.r")  # fmt: skip

    assert told(vendor_file(tmp_path, "epic", *scopes)) == []
    assert [line for line in told(vendor_file(tmp_path, "hapi", *scopes)) if "create Goal" in line]


def test_what_is_created_and_cannot_be_read_back_is_told(tmp_path: Path) -> None:
    text = DEMO.replace("patient/Goal.crus", "patient/Goal.c")

    (only,) = found(launch_file(tmp_path, text))

    assert "may create Goal and not read it back" in only.problem


def test_questionnaire_that_is_never_reached_is_told(tmp_path: Path) -> None:
    text = DEMO.replace('"QuestionnaireResponse", "clipboard"', '"clipboard"') + QUESTIONS

    problems = [one.problem for one in found(launch_file(tmp_path, text))]

    assert "questionnaire is not used: write.order has no QuestionnaireResponse" in problems


@pytest.mark.parametrize(
    ("section", "vendor", "problem"),
    [
        ('[handout]\ntype = "34117-2"\n', "hapi", "handout.type is not used: handout.file is not true"),
        ("[handout]\nfile = true\n", "epic", "handout.type is missing: epic takes documents of known types"),
        ("[handout]\nfile = true\n", "hapi", ""),
    ],
)
def test_handout_that_would_never_be_filed_is_told(
    section: str, vendor: str, problem: str, tmp_path: Path
) -> None:
    path = vendor_file(tmp_path, vendor)
    path.write_text(path.read_text() + section)

    handout = [one.problem for one in found(path) if one.problem.startswith("handout")]

    assert "".join(handout).startswith(problem)
    assert bool(handout) == bool(problem)


def test_vendor_that_nobody_knows_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    (only,) = found(vendor_file(tmp_path, "hapy"))

    assert "is 'hapy', of which nothing is known (did you mean hapi?)" in only.problem


def test_production_is_looked_at_more_closely(tmp_path: Path) -> None:
    text = (
        DEMO.replace('environment = "sandbox"', 'environment = "production"')
        .replace('frame_ancestors = ["http://127.0.0.1:9000"] ', "")
        .replace('iss = ["http://127.0.0.1:9000/fhir"]', 'iss = ["https://hapi.fhir.org/baseR4"]')
    )

    assert {one.problem.partition(" ")[0] for one in found(launch_file(tmp_path, text))} == {
        "ehr.environment", "ehr.frame_ancestors", "client.auth",
    }  # fmt: skip


def test_folder_is_read_as_the_app_reads_it_with_what_clashes(tmp_path: Path) -> None:
    launch_file(tmp_path, name="a.toml")
    launch_file(tmp_path, name="b.toml")
    launch_file(tmp_path, "nonsense", name="c.toml.example")

    problems = [one.problem for one in found(tmp_path)]

    assert len(problems) == 2
    assert all("is also in" in problem for problem in problems)


def test_folder_without_a_file_is_a_fault(tmp_path: Path) -> None:
    assert [one.severity for one in found(tmp_path)] == [Severity.FAULT]


def test_exit_status_tells_faults_and_warnings_only_when_strict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = launch_file(tmp_path, name="fine.toml")
    warned = launch_file(tmp_path, DEMO.replace('"openid", ', ""), "warned.toml")
    faulty = launch_file(tmp_path, DEMO.replace("label", "lable"), "faulty.toml")

    assert [check(path, is_strict=True) for path in (fine, warned, faulty)] == [0, 1, 2]
    assert [check(path) for path in (fine, warned, faulty)] == [0, 0, 2]
    assert capsys.readouterr().err.count("warned.toml") == 2


def test_machines_get_one_object_with_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(launch_file(tmp_path, DEMO.replace('"openid", ', "")), as_json=True)

    told = json.loads(capsys.readouterr().out)

    (finding,) = told["findings"]
    assert (finding["severity"], finding["line"]) == ("warning", line_of(DEMO, "request"))
    assert finding["advice"] == 'Add "openid".'
    assert told["files"][0]["settings"]["id"] == "demo"


def test_secret_is_in_nothing_that_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret").write_text("s3cret-words")
    text = DEMO.replace('auth = "none" ', 'auth = "client_secret_basic"\nsecret_file = "secret" ')
    path = launch_file(tmp_path, text)

    check(path)
    check(path, as_json=True)

    assert "s3cret-words" not in "".join(capsys.readouterr())


@settings(max_examples=60, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, len(DEMO)), st.text(max_size=3)), min_size=1, max_size=6),
)
def test_no_file_is_too_odd_to_be_told_about(
    edits: list[tuple[int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = DEMO
    for place, new in edits:
        text = text[:place] + new + text[place + 1 :]
    path = tmp_path_factory.mktemp("odd") / "odd.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    checked = lint([path], environ={}, base_url=APP)

    assert checked.usable or any(one.severity is Severity.FAULT for one in checked.findings)


def test_shipped_folder_can_be_checked_whole() -> None:
    assert lint([ROOT / "launch_config"], environ={}, base_url=APP).findings == ()


def test_file_that_is_named_beside_its_folder_does_not_clash_with_itself(tmp_path: Path) -> None:
    path = launch_file(tmp_path)

    assert lint([path.parent, path], environ={}, base_url=APP).findings == ()


def test_secret_that_stands_where_its_variable_should_be_named_is_not_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = DEMO.replace('auth = "none" ', 'auth = "client_secret_basic"\nsecret_env = "s3cret-words" ')
    path = launch_file(tmp_path, text)

    check(path)
    check(path, as_json=True)

    printed = "".join(capsys.readouterr())
    assert "s3cret-words" not in printed
    assert "It is the name of a variable, not the secret." in printed
