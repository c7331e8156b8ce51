"""The reference of every key of a launch file: whole, right, and the same on its page."""

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

import msgspec
import pytest

from smartapp.smart.keys import new_key
from smartapp.smart.launch_file import KNOWN
from smartapp.smart.launch_keys import KEYS, REQUIRED, TENANTS, LaunchKey, how_to_write
from smartapp.smart.registration import Registration
from tests.launch_files import load_registration

PAGE = Path(__file__).parents[2] / "docs" / "launch-config.md"
ENVIRON = {"SMARTAPP_EPIC_CLIENT_ID": "client-1", "SMARTAPP_EPIC_CLIENT_SECRET": "s3cret"}
NEVER_TOGETHER = {"id_env", "secret_env", "secret_file"}


def row(key: LaunchKey) -> str:
    """The line of the page's table."""
    default = {REQUIRED: "required", "": ""}.get(key.default, f"`{key.default}`")
    if key.default.startswith(("`", "all")):
        default = key.default
    name = "site" if key is TENANTS else key.name
    example = f"{name} = {key.example}".replace("|", "\\|")
    return f"| `{key.path}` | {key.kind} | {default} | {key.meaning} | `{example}` |"


def test_reference_has_every_key_that_the_loader_knows_and_no_other() -> None:
    told = [(key.section, key.name) for key in KEYS]

    assert len(set(told)) == len(told)
    assert set(told) == {(section, name) for section, names in KNOWN.items() for name in names}


def test_every_setting_of_a_registration_is_explained() -> None:
    settings = {key.setting for key in (*KEYS, TENANTS)} - {""}

    assert settings == {field.name for field in fields(Registration)}


def test_page_says_what_the_reference_says() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]

    assert sorted(rows) == sorted(row(key) for key in (*KEYS, TENANTS))


def test_every_example_is_toml() -> None:
    for key in KEYS:
        assert tomllib.loads(f"{key.name} = {key.example}"), key.path


def test_examples_together_are_a_file_without_a_fault(tmp_path: Path) -> None:
    (tmp_path / "key.jwk").write_bytes(msgspec.json.encode(new_key("ES384")))
    sections: dict[str, list[str]] = {}
    for key in KEYS:
        if key.name in NEVER_TOGETHER:
            continue
        sections.setdefault(key.section, []).append(how_to_write(key.path))
    text = "\n".join(
        [f"[{name}]\n" + "\n".join(lines) if name else "\n".join(lines) for name, lines in sections.items()]
    )
    text = re.sub(r'key_file = "[^"]*"', 'key_file = "key.jwk"', text)
    path = tmp_path / "all.toml"
    path.write_text(text, encoding="utf-8")

    loaded = load_registration(path, environ=ENVIRON, base_url="https://prefs.hospital.example")

    assert (loaded.id, loaded.files_handout) == ("epic", True)
    assert loaded.questionnaire is not None


@pytest.mark.parametrize(
    "key", [key for key in KEYS if key.setting and key.default], ids=lambda key: key.path
)
def test_default_is_that_of_the_registration(key: LaunchKey) -> None:
    field = next(field for field in fields(Registration) if field.name == key.setting)
    if key.default == REQUIRED:
        # What a file must say may still have a value of its own where no file is read.
        assert field.default is MISSING or key.path == "scopes.request"
        return
    if key.path == "write.order":
        assert tuple(re.findall(r"`(\w+)`", key.kind)) == field.default
        return
    if key.path in {"ui.languages", "client.redirect_uri"}:
        return  # said in words
    said = tomllib.loads(f"value = {key.default}")["value"]
    words = {"if-supported": True, "never": False}
    assert words.get(said, said) == field.default if isinstance(said, str) else said == field.default


def test_line_of_an_unknown_key_is_empty() -> None:
    assert how_to_write("ehr.colour") == ""
    assert how_to_write("client.alg") == 'alg = "ES384"'
