"""The launch_config folder: what ships loads, and every fault is told at once, with its line."""

import re
import shutil
import tomllib
from pathlib import Path

import msgspec
import pytest
from pydantic import SecretStr

from smartapp.ehr.profile import profile_for
from smartapp.errors import ConfigurationError
from smartapp.smart.keys import new_key
from smartapp.smart.launch_config import load_registrations
from smartapp.smart.launch_file import KNOWN
from smartapp.smart.launch_file_write import QUESTION_KINDS
from smartapp.smart.registration import ClientAuth, Dialect, Mode, Registration
from smartapp.smart.scopes import parse
from tests.launch_files import load_registration

SHIPPED = Path(__file__).parents[2] / "launch_config"
BASE_URL = "https://prefs.hospital.example"

WHOLE = """\
schema = 1

[ehr]
id = "epic-sandbox"
label = "Epic on FHIR sandbox"
vendor = "epic"
environment = "sandbox"
iss = ["https://fhir.example/api/FHIR/R4"]
frame_ancestors = ["https://*.epic.example"]

[client]
id_env = "SMARTAPP_EPIC_CLIENT_ID"
auth = "client_secret_basic"
secret_env = "SMARTAPP_EPIC_CLIENT_SECRET"
redirect_uri = "https://prefs.hospital.example/callback/epic-sandbox"
pkce = "required"

[scopes]
dialect = "v2"
request = ["launch", "openid", "fhirUser", "online_access", "patient/Goal.rs", "patient/Observation.crs"]

[read]
timeout_s = 6
first_paint_ms = 800
max_notes = 20
note_types = ["LOINC:11488-4"]

[write]
order = ["Goal", "Observation", "QuestionnaireResponse", "clipboard"]
confirm = "always"
provenance = "if-supported"

[ui]
languages = ["en", "es"]
banner = "auto"
style = "safe"
mediation = "Patient relations, ext. 4410"
"""
ENVIRON = {"SMARTAPP_EPIC_CLIENT_ID": "client-1", "SMARTAPP_EPIC_CLIENT_SECRET": "s3cret-words"}
OPEN = 'schema = 1\n[ehr]\nid = "open"\nlabel = "Open"\nmode = "open"\nenvironment = "sandbox"\niss = ["https://o.example/r4"]\n'


def load(directory: Path, text: str = WHOLE) -> Registration:
    path = directory / "one.toml"
    path.write_text(text, encoding="utf-8")
    return load_registration(path, environ=ENVIRON, base_url=BASE_URL)


def faults(directory: Path, text: str) -> list[str]:
    """Each fault as "line: problem"."""
    with pytest.raises(ConfigurationError) as caught:
        load(directory, text)
    assert all(fault.file.endswith("one.toml") for fault in caught.value.faults)
    return [f"{fault.line}: {fault.problem}" for fault in caught.value.faults]


def test_shipped_files_load_without_any_environment() -> None:
    registrations = load_registrations(SHIPPED, environ={}, base_url="http://127.0.0.1:8000")

    demo = registrations.for_issuer("http://127.0.0.1:9000/fhir")
    assert (demo.id, demo.client_id, demo.client_auth) == ("demo", "demo-public", ClientAuth.NONE)
    assert demo.redirect_uri == "http://127.0.0.1:8000/callback/demo"
    assert (
        registrations.for_issuer("https://launch.smarthealthit.org/v/r4/sim/WzAsIiJd/fhir").id
        == "smart-launcher"
    )
    assert registrations.for_issuer("https://hapi.fhir.org/baseR4").mode is Mode.OPEN


def test_shipped_files_ask_for_no_wildcard_and_are_all_sandboxes() -> None:
    for registration in load_registrations(SHIPPED, environ={}, base_url="http://127.0.0.1:8000").all:
        assert registration.is_sandbox
        assert not [scope for scope in registration.scopes if "*" in scope]


def example(vendor: str, tmp_path: Path, *, with_questionnaire: bool = False) -> Registration:
    """The shipped example as a site would fill it in."""
    text = (SHIPPED / f"{vendor}.toml.example").read_text(encoding="utf-8")
    if with_questionnaire:
        start, section, rest = text.partition("# [questionnaire]")
        keys, *others = re.split(r"^(?=(?:# )?\[[a-z]+\])", rest, maxsplit=1, flags=re.MULTILINE)
        end = "".join(others)
        text = start + section[2:] + re.sub(r"^# ([a-z_]+ = )", r"\1", keys, flags=re.MULTILINE) + end
    alg = re.search(r'^alg = "(\w+)"', text, re.MULTILINE)
    (tmp_path / "key.jwk").write_bytes(msgspec.json.encode(new_key(alg[1] if alg else "ES384")))
    path = tmp_path / f"{vendor}.toml"
    path.write_text(re.sub(r'key_file = "[^"]*"', 'key_file = "key.jwk"', text), encoding="utf-8")
    given = {f"SMARTAPP_{vendor.upper()}_CLIENT_{what}": "client-1" for what in ("ID", "SECRET")}
    return load_registration(path, environ=given, base_url=BASE_URL)


EXAMPLES = ("epic", "oracle", "athenahealth", "eclinicalworks", "meditech", "medplum")
TAKES_NOTES, TAKES_ANSWERS = frozenset({"DocumentReference"}), frozenset({"QuestionnaireResponse"})
ALL_BUT_ANSWERS = frozenset({"Goal", "Observation", "CarePlan", "List", "DocumentReference", "Provenance"})


@pytest.mark.parametrize("vendor", [vendor for vendor in EXAMPLES if vendor != "medplum"])
def test_shipped_example_takes_a_questionnaire_with_every_kind_of_statement(
    vendor: str, tmp_path: Path
) -> None:
    assert example(vendor, tmp_path).questionnaire is None

    questionnaire = example(vendor, tmp_path, with_questionnaire=True).questionnaire

    assert questionnaire is not None
    assert sorted(kind for kind, _ in questionnaire.link_ids) == sorted(QUESTION_KINDS)


@pytest.mark.parametrize(
    ("vendor", "auth"),
    [
        ("epic", ClientAuth.PRIVATE_KEY_JWT),
        ("oracle", ClientAuth.PRIVATE_KEY_JWT),
        ("athenahealth", ClientAuth.PRIVATE_KEY_JWT),
        ("eclinicalworks", ClientAuth.PRIVATE_KEY_JWT),
        ("meditech", ClientAuth.SECRET_BASIC),
        ("medplum", ClientAuth.SECRET_BASIC),
    ],
)
def test_shipped_example_works_once_its_key_and_client_id_are_there(
    vendor: str, auth: ClientAuth, tmp_path: Path
) -> None:
    registration = example(vendor, tmp_path)

    assert (registration.client_auth, registration.vendor) == (auth, vendor)
    assert registration.is_sandbox


@pytest.mark.parametrize(
    ("vendor", "written"),
    [
        ("epic", TAKES_NOTES),
        ("oracle", TAKES_NOTES),
        ("athenahealth", TAKES_ANSWERS),
        ("eclinicalworks", TAKES_ANSWERS),
        ("meditech", TAKES_ANSWERS),
        ("medplum", ALL_BUT_ANSWERS),
    ],
)
def test_shipped_example_asks_to_write_what_the_vendor_takes_and_no_more(
    vendor: str, written: frozenset[str], tmp_path: Path
) -> None:
    registration, profile = example(vendor, tmp_path), profile_for(vendor)

    granted = parse(" ".join(registration.scopes)).resources
    creates = {scope.resource_type for scope in granted if "c" in scope.actions}
    assert creates == written
    assert {scope.resource_type for scope in granted if "u" in scope.actions} <= creates
    assert not [scope for scope in granted if "d" in scope.actions or scope.resource_type == "*"]
    assert profile.stated is not None
    assert creates <= profile.stated.creates - profile.creates_of_other_kinds
    assert creates - {"Provenance"} <= set(registration.write_order)


@pytest.mark.parametrize("vendor", ["epic", "oracle"])
def test_shipped_example_explains_every_key_there_is(vendor: str) -> None:
    text = (SHIPPED / f"{vendor}.toml.example").read_text(encoding="utf-8")

    for section, keys in KNOWN.items():
        assert not section or f"[{section}]" in text
        for key in keys:
            assert re.search(rf"^(# )?{key} = ", text, re.MULTILINE) or (section, key) == ("client", "id")


def test_examples_are_not_loaded(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "config")

    loaded = load_registrations(tmp_path / "config", environ={}, base_url="http://127.0.0.1:8000")

    assert {registration.id for registration in loaded.all} == {"demo", "smart-launcher", "hapi"}


def test_every_key_of_the_format_becomes_a_setting(tmp_path: Path) -> None:
    registration = load(tmp_path)

    assert registration == Registration(
        id="epic-sandbox",
        label="Epic on FHIR sandbox",
        iss=("https://fhir.example/api/FHIR/R4",),
        vendor="epic",
        environment="sandbox",
        frame_ancestors=("https://*.epic.example",),
        client_id="client-1",
        client_auth=ClientAuth.SECRET_BASIC,
        client_secret=SecretStr("s3cret-words"),
        redirect_uri="https://prefs.hospital.example/callback/epic-sandbox",
        dialect=Dialect.V2,
        scopes=(
            "launch", "openid", "fhirUser", "online_access", "patient/Goal.rs", "patient/Observation.crs",
        ),
        first_paint_ms=800,
        note_types=("LOINC:11488-4",),
        write_order=("Goal", "Observation", "QuestionnaireResponse", "clipboard"),
        languages=("en", "es"),
        mediation="Patient relations, ext. 4410",
    )  # fmt: skip
    assert "s3cret-words" not in repr(registration)


def test_redirect_uri_is_below_the_base_url_unless_said_otherwise(tmp_path: Path) -> None:
    text = re.sub("redirect_uri.*\n", "", WHOLE)

    assert load(tmp_path, text).redirect_uri == f"{BASE_URL}/callback/epic-sandbox"


def test_secret_may_be_in_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-a-file\n", encoding="utf-8")
    text = WHOLE.replace('secret_env = "SMARTAPP_EPIC_CLIENT_SECRET"', 'secret_file = "secret"')

    secret = load(tmp_path, text).client_secret

    assert secret is not None
    assert secret.get_secret_value() == "from-a-file"


def test_tenants_are_read_with_their_values(tmp_path: Path) -> None:
    text = WHOLE.replace("/api/FHIR/R4", "/{site}/{any}/r4") + '\n[tenants]\nsite = ["a", "b"]\nany = ["*"]\n'

    assert load(tmp_path, text).tenants == (("site", ("a", "b")), ("any", ()))


IN_SMALL_LETTERS = "which is no plain https address in small letters"
SECRET_LINE = 'secret_env = "SMARTAPP_EPIC_CLIENT_SECRET"'
REDIRECT = "client.redirect_uri"
NOT_SET = "which is not set in the environment"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("schema = 1", "schema = 2", "1: schema is missing or not 1"),
        ("schema = 1\n", "", "None: schema is missing or not 1"),
        ('id = "epic', 'id = "Epic', "4: ehr.id is not 1 to 40 small letters, digits and hyphens"),
        ('label = "Epic on FHIR sandbox"\n', "", "3: ehr.label is missing"),
        ("label =", "lable =", "5: ehr.lable is not a key (did you mean label?)"),
        ("[scopes]", "[scope]", "18: [scope] is not a section (did you mean scopes?)"),
        (
            '"sandbox"',
            '"sandbx"',
            "7: ehr.environment is not one of sandbox, production (did you mean sandbox?)",
        ),
        (
            "https://fhir",
            "http://fhir",
            "8: ehr.iss has 'http://fhir.example/api/FHIR/R4': http is for this machine",
        ),
        ("https://fhir", "https://F", f"8: ehr.iss has 'https://F.example/api/FHIR/R4', {IN_SMALL_LETTERS}"),
        ("/api/FHIR/R4", "/{site}/r4", "8: ehr.iss has {site}, which [tenants] does not name"),
        ("/api/FHIR/R4", "/x{a}", f"8: ehr.iss has 'https://fhir.example/x{{a}}', {IN_SMALL_LETTERS}"),
        ("https://*.epic.example", "*", "9: ehr.frame_ancestors has '*', which is no https origin"),
        ("https://*.epic.example", "https://a; b", "9: ehr.frame_ancestors has 'https://a; b', which is no"),
        (
            "[client]",
            'auth_hosts = ["https://x"]\n[client]',
            "11: ehr.auth_hosts has 'https://x', which is no host",
        ),
        ("EPIC_CLIENT_ID", "X_CLIENT_ID", f"12: client.id_env names SMARTAPP_X_CLIENT_ID, {NOT_SET}"),
        ("auth =", 'id = "x"\nauth =', "13: client.id or id_env must be given, and only one of them"),
        ("secret_env =", "secret =", "14: client.secret is not a key (did you mean secret_env?)"),
        (
            "EPIC_CLIENT_SECRET",
            "GONE",
            "14: client.secret_env names a variable that is not set in the environment",
        ),
        (SECRET_LINE, 'secret_file = "nowhere"', "14: client.secret_file cannot be read"),
        ('"client_secret_basic"', '"none"', '14: client.secret_env does not belong to auth = "none"'),
        ('"client_secret_basic"', '"private_key_jwt"', "11: client.key_file is missing"),
        ("/callback/epic-sandbox", "/callback", f"15: {REDIRECT} does not end in /callback/epic-sandbox"),
        ("https://prefs", "http://prefs", f"15: {REDIRECT} is http://prefs.hospital.example/callback/epic-"),
        ('pkce = "required"', 'pkce = "off"', "16: client.pkce is not one of required, if-offered"),
        ("patient/Goal.rs", "patient/Goal.sr", "20: scopes.request has 'patient/Goal.sr', which is no SMART"),
        ("timeout_s = 6", "timeout_s = true", "23: read.timeout_s is not a number from 0.5 to 60"),
        ("max_notes = 20", "max_notes = 2.5", "25: read.max_notes is not a whole number"),
        (
            '"clipboard"',
            '"fax"',
            "29: write.order has 'fax', which is not one of Goal, Observation, CarePlan, List, Document",
        ),
        ('"Observation", "Quest', '"Goal", "Quest', "29: write.order has 'Goal' twice"),
        ('confirm = "always"', 'confirm = "never"', "30: write.confirm is not one of always"),
        ('"es"', '"de"', "34: ui.languages has 'de'; this app speaks en, es, zh-Hans"),
        ('"es"', '"Spanish"', "34: ui.languages has 'Spanish', which is no language tag"),
        ("[ehr]", "[ehr", "3: not TOML: Expected ']' at the end of a table declaration"),
    ],
)
def test_fault_is_told_with_its_line(old: str, new: str, fault: str, tmp_path: Path) -> None:
    assert old in WHOLE

    told = faults(tmp_path, WHOLE.replace(old, new))

    assert [line for line in told if line.startswith(fault)], told


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ('[endpoints]\ntoken = "https://evil.example/t"\n', "endpoints.token is on a host that is neither"),
        ('[endpoints]\ntoken = "http://fhir.example/t"\n', "endpoints.token is not an https address"),
        ('[tenants]\nsite = ["a"]\n', "tenants.site is no placeholder of ehr.iss"),
    ],
)
def test_fault_of_an_added_section_is_told_with_its_line(added: str, fault: str, tmp_path: Path) -> None:
    (told,) = faults(tmp_path, WHOLE + added)

    assert told.startswith(f"39: {fault}"), told


def test_unusable_key_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(msgspec.json.encode(new_key("RS384")))
    text = WHOLE.replace('"client_secret_basic"', '"private_key_jwt"').replace(
        'secret_env = "SMARTAPP_EPIC_CLIENT_SECRET"', 'key_file = "key"'
    )

    assert faults(tmp_path, text) == ["14: client.key_file cannot be used: its keys cannot sign with ES384"]


def test_open_mode_is_for_sandboxes_without_oauth(tmp_path: Path) -> None:
    assert load(tmp_path, OPEN).mode is Mode.OPEN

    told = faults(tmp_path, OPEN.replace('"sandbox"', '"production"') + '[client]\nid = "x"\n')

    assert told == [
        '5: ehr.mode open is for environment = "sandbox" only: nobody signs in there',
        "8: client does not belong to an open sandbox, which has no OAuth",
    ]


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        WHOLE.replace("label =", "lable =").replace("v2", "v3"), encoding="utf-8"
    )
    (tmp_path / "b.toml").write_text("nonsense", encoding="utf-8")
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigurationError) as caught:
        load_registrations(tmp_path, environ=ENVIRON, base_url=BASE_URL)

    assert [(Path(fault.file).name, fault.line) for fault in caught.value.faults] == [
        ("a.toml", 3), ("a.toml", 5), ("a.toml", 19), ("b.toml", 1), ("c.toml", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("iss", "clashes"),
    [
        ("https://fhir.example/api/FHIR/R4", True),
        ("https://fhir.example/api/FHIR/R4/", True),
        ("https://fhir.example:443/api/FHIR/R4", True),
        ("https://fhir.example/{x}/FHIR/R4", True),
        ("https://fhir.example/api/FHIR/{x}", True),
        ("https://fhir.example/api/FHIR/R5", False),
        ("https://fhir.example/{x}/FHIR/R5", False),
    ],
)
def test_one_iss_belongs_to_one_file(iss: str, clashes: bool, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(WHOLE, encoding="utf-8")
    other = WHOLE.replace("epic-sandbox", "other").replace("https://fhir.example/api/FHIR/R4", iss)
    tenants = '[tenants]\nx = ["*"]\n' if "{x}" in iss else ""
    (tmp_path / "b.toml").write_text(other + tenants, encoding="utf-8")

    if not clashes:
        assert len(load_registrations(tmp_path, environ=ENVIRON, base_url=BASE_URL).all) == 2
        return
    with pytest.raises(ConfigurationError, match="is also in") as caught:
        load_registrations(tmp_path, environ=ENVIRON, base_url=BASE_URL)
    assert caught.value.faults[0].problem.startswith(f"ehr.iss {iss} is also in")


def test_one_id_belongs_to_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "b.toml").write_text(WHOLE.replace("fhir.example", "other.example"), encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"ehr\.id epic-sandbox is also in"):
        load_registrations(tmp_path, environ=ENVIRON, base_url=BASE_URL)


def test_empty_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no \.toml file"):
        load_registrations(tmp_path, environ={}, base_url=BASE_URL)


def test_secret_is_in_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(WHOLE.replace("label =", "lable ="), encoding="utf-8")

    with pytest.raises(ConfigurationError) as caught:
        load_registrations(
            tmp_path, environ={**ENVIRON, "SMARTAPP_EPIC_CLIENT_SECRET": "two words"}, base_url=BASE_URL
        )

    assert "two words" not in str(caught.value)
    assert "needs a secret without spaces" in str(caught.value)


def test_shipped_files_are_toml_of_schema_1() -> None:
    for path in SHIPPED.iterdir():
        assert tomllib.loads(path.read_text(encoding="utf-8"))["schema"] == 1
