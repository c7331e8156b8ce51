"""Whatever files a site, an operator or an annotator hands in: a plain fault that names the file, or read."""

import json
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.errors import ConfigurationError
from smartapp.i18n import read_translations
from smartapp.notes.files import read_file
from smartapp.notes_command import BadGold, marks_in
from smartapp.sandbox.bundles import BundleError, load_bundles
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.handout_content import load_handouts
from smartapp.sdm.translations import load_translations
from smartapp.settings import _NAMES as SETTINGS
from smartapp.settings import from_environment
from smartapp.smart.keys import UnusableKey, load_keys, new_key
from smartapp.smart.launch_config import load_registrations
from smartapp.smart.registrations import Registrations
from tests.security.anything import bent, read_or_refused, sound_texts, values
from tests.smart.test_launch_config import BASE_URL, ENVIRON, WHOLE

CONTENT = resources.files("smartapp.content")
QUESTION = """
[[question]]
id = "own-1"
topic = "today"
kind = "goal"
text = "What would a good week look like?"
sources = ["elwyn2017"]
version = 1
"""
TRANSLATION = """
[[question]]
id = "Q01"
version = 1
status = "draft"
text = "¿Qué espera?"
source = "What are you hoping for?"
"""
HANDOUT = """
[[site]]
clinic = "Clinic"
call = "Call 555-0100"
costs = "Ask at the desk"
"""
MARK = {"note": "a.txt", "task": "preference", "kind": "goal", "start": 0, "end": 3, "text": "abc"}
BUNDLE: dict[str, object] = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "p"}},
        {
            "fullUrl": "urn:uuid:2",
            "resource": {"resourceType": "Goal", "subject": {"reference": "urn:uuid:1"}},
        },
    ],
}
PIECES = [
    "true",
    "-1",
    "1e999",
    "nan",
    "inf",
    '""',
    "[]",
    "{}",
    '"\\u0000"',
    '"http://["',
    '"https://[::1"',
    '["*"]',
    "'''",
    '"""',
    "[",
    "]",
    "=",
    "\n",
    "#",
    ".",
    "[[ehr]]\n",
    "[ehr]\n",
    "0" * 5_000,
    "9" * 5_000,
    "2026-13-45",
    "1979-05-27",
    '"' + "x" * 9_000 + '"',
    '"\\ud800"',
    '"{tenant}"',
    '"../../etc/passwd"',
    '["a", 1]',
    "[" * 3_000,
    "a." * 3_000,
    '"javascript:alert(1)"',
    '"https://ehr.test@evil.test"',
    '"é"',
    "\ufeff",
    "\x00",
    '"\\t"',
    "{a = {a = 1}}",
]


@st.composite
def spoiled(draw: st.DrawFn, whole: str) -> str:
    """A good file in which some values are another thing, or which is cut, or has pieces put in anywhere."""
    lines = whole.strip().splitlines()
    for _ in range(draw(st.integers(1, 3))):
        number = draw(st.integers(0, len(lines) - 1))
        key, equals, _value = lines[number].partition("=")
        piece = draw(st.sampled_from(PIECES) | sound_texts)
        lines[number] = f"{key}= {piece}" if equals and draw(st.booleans()) else lines[number] + piece
    text = "\n".join(lines)
    return text[: draw(st.integers(0, len(text)))] if draw(st.integers(0, 4)) == 0 else text


def launch_files(folder: Path) -> Registrations:
    return load_registrations(folder, environ=ENVIRON, base_url=BASE_URL)


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@settings(max_examples=100)
@given(spoiled(WHOLE))
def test_any_launch_file_is_read_or_has_faults_with_their_file(folder: Path, text: str) -> None:
    place = written(folder / "launch", "one.toml", text)
    read_or_refused(lambda: load_registrations(place, environ=ENVIRON, base_url=BASE_URL), ConfigurationError)


@settings(max_examples=60)
@given(
    st.sampled_from(["client", "ehr", "endpoints", "questionnaire", "tenants"]),
    st.sampled_from(
        [
            "secret_file",
            "key_file",
            "redirect_uri",
            "discovery_url",
            "authorize",
            "iss",
            "canonical",
            "auth_hosts",
        ]
    ),
    st.sampled_from(PIECES),
)
def test_any_place_that_a_launch_file_names_is_used_or_a_fault(
    folder: Path, section: str, key: str, piece: str
) -> None:
    text = (
        WHOLE.replace('secret_env = "SMARTAPP_EPIC_CLIENT_SECRET"\n', "")
        + f"\n[{section}]\n{key} = {piece}\n"
    )
    lines = text.replace(f"[{section}]\n{key}", f"{section}.{key}") if section in WHOLE else text
    for one in (text, lines, WHOLE.replace("pkce =", f"{key} = {piece}\npkce =")):
        place = written(folder / "places", "one.toml", one)
        read_or_refused(lambda place=place: launch_files(place), ConfigurationError)  # type: ignore[misc]


@settings(max_examples=25)
@given(st.sampled_from(["questions", "reminders", "sheets", "topics", "conditions", "sources"]), st.data())
def test_any_content_of_a_site_is_read_or_has_faults(folder: Path, name: str, data: st.DataObject) -> None:
    whole = QUESTION if name == "questions" else sample(f"{name}.toml")
    place = written(folder / name, f"{name}.toml", data.draw(spoiled(whole)))
    read_or_refused(lambda: load_catalogue(CONTENT, place), ConfigurationError)


@settings(max_examples=25)
@given(spoiled(TRANSLATION))
def test_any_translation_of_a_site_is_read_or_has_faults(folder: Path, text: str) -> None:
    place = written(folder / "words", "languages/es.toml", text)
    read_or_refused(lambda: load_translations(CONTENT, ["es"], extra=place), ConfigurationError)


@settings(max_examples=25)
@given(spoiled(HANDOUT), st.sampled_from(["handout_site.toml", "handout_es.toml", "handout_en.toml"]))
def test_any_handout_text_of_a_site_is_read_or_has_faults(folder: Path, text: str, name: str) -> None:
    place = written(folder / "handout" / name, name, text)
    read_or_refused(lambda: load_handouts(CONTENT, place), ConfigurationError)


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(sorted(SETTINGS)),
        sound_texts
        | st.sampled_from(
            ["http://[", "https://a", "/", "\x00", "1" * 5_000, "true", "id", "é", "sqlite://", "AAAA," * 3]
        ),
        max_size=5,
    )
)
def test_any_environment_is_settings_or_faults(folder: Path, environ: dict[str, str]) -> None:
    good = {
        "BASE_URL": "https://cg.test",
        "LAUNCH_CONFIG": str(folder),
        "SECRET_KEYS": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
    }
    named = {f"SMARTAPP_{name}": value for name, value in (good | environ).items()}
    read_or_refused(lambda: from_environment(named), ConfigurationError)


@settings(max_examples=100)
@given(
    st.binary(max_size=80)
    | bent(dict(new_key("ES384")), st.just("AQAB")).map(lambda one: json.dumps({"keys": [one]}).encode())
    | st.sampled_from(
        [b"{" * 9_000, b'{"keys":' + b"[" * 9_000, b'{"keys": null}', b'{"keys": [null]}', b"{}"]
    )
)
def test_any_key_file_is_read_or_unusable(folder: Path, body: bytes) -> None:
    file = folder / "key.json"
    file.write_bytes(body)
    for alg in ("ES384", "RS384"):
        read_or_refused(lambda alg=alg: load_keys(file, alg), UnusableKey)  # type: ignore[misc]


@settings(max_examples=100)
@given(
    st.binary(max_size=80)
    | bent(dict(MARK), values).map(lambda one: json.dumps(one).encode())
    | st.sampled_from(
        [b'{"note":' * 9_000, b"[" * 9_000, b'{"x":' + b"[" * 9_000 + b"]" * 9_000 + b"}", b"\xff", b"null"]
    )
)
def test_any_marks_are_read_or_named_as_bad(folder: Path, body: bytes) -> None:
    file = folder / "gold.jsonl"
    file.write_bytes(body + b"\n\n" + body)
    read_or_refused(lambda: list(marks_in(file)), BadGold)


@settings(max_examples=150)
@given(
    st.sampled_from(["a.json", "a.ndjson"]),
    st.binary(max_size=80)
    | bent(BUNDLE, values).map(lambda one: json.dumps(one).encode())
    | st.lists(
        bent(
            {"resourceType": "Patient", "id": "p", "link": [{"other": {"reference": "Patient?x=1"}}]}, values
        )
    ).map(
        lambda entries: json.dumps(
            {"resourceType": "Bundle", "entry": [{"resource": one} for one in entries]}
        ).encode()
    )
    | st.sampled_from([b"[" * 9_000, b'{"resourceType":"Bundle","entry":' * 9_000, b"null", b'"x"', b"NaN"]),
)
def test_any_bundle_file_is_resources_or_named_as_bad(folder: Path, name: str, body: bytes) -> None:
    file = folder / name
    file.write_bytes(body)
    found = read_or_refused(lambda: load_bundles([file]), BundleError)

    assert all(isinstance(one["resourceType"], str) for one in found or ())


@settings(max_examples=60)
@given(st.binary(max_size=120), st.sampled_from(["a.txt", "a.html", "a.rtf", "a.xml", "a", "a.PDF", "a.doc"]))
def test_any_note_file_is_text_or_says_why_not(folder: Path, body: bytes, name: str) -> None:
    file = folder / name
    file.write_bytes(body)

    note = read_file(file)

    note.text.encode()
    assert note.text == "" or not note.problem


@settings(max_examples=40)
@given(
    st.binary(max_size=60)
    | st.builds(
        lambda text: (
            f'msgid ""\nmsgstr "Content-Type: a/b; charset=utf-8"\n\nmsgid "a"\nmsgstr {text}\n'.encode()
        ),
        st.sampled_from(['"b"', '"', "b", '"%(x"', '"\\', '"\\x00"', '""', "#"]),
    )
)
def test_any_catalogue_of_messages_is_read_or_refused(folder: Path, body: bytes) -> None:
    file = folder / "messages.po"
    file.write_bytes(body)
    read_or_refused(lambda: read_translations(file), PoFileError, ValueError)


@pytest.mark.parametrize("file", ["missing", ".", "missing/missing"])
def test_file_that_is_not_there_is_told_and_not_a_crash(folder: Path, file: str) -> None:
    path = folder / "no" / file
    assert read_or_refused(lambda: load_bundles([path]), BundleError) is None
    assert read_or_refused(lambda: list(marks_in(path)), BadGold) is None
    assert read_or_refused(lambda: load_keys(path, "ES384"), UnusableKey) is None
    assert read_file(path).problem


def sample(name: str) -> str:
    """The first entry of one of our own files."""
    text = (CONTENT / name).read_text(encoding="utf-8")
    first, _, rest = text.partition("\n[[")
    entry = (first if first.lstrip().startswith("[[") else "[[" + rest).split("\n[[")[0]
    assert tomllib.loads(entry)
    return entry
