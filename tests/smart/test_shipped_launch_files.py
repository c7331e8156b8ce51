"""Every file in launch_config, examples too: it loads, explains itself, and says how sure it is."""

import re
from pathlib import Path

import msgspec
import pytest

from smartapp.checking.lint import Checked, lint
from smartapp.smart.keys import new_key
from smartapp.smart.toml_source import TomlSource

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "launch_config").iterdir())
TABLE = {"Epic", "Oracle", "athenahealth", "MEDITECH", "NextGen", "Canvas", "Elation", "Medplum",
         "SMART launcher", "Meld", "HAPI", "Firely", "IRIS"}  # fmt: skip
KEY = re.compile(r"(?:# )?([a-z_]+) = ")
LEGEND = re.compile(r"^#\s+\[(seen|told|guess)\]", re.MULTILINE)
BASE_URL = "https://prefs.hospital.example"


def name(path: Path) -> str:
    return path.name


def filled_in(file: Path, folder: Path) -> Checked:
    """What the linter says of the file once its key and its variables are there."""
    text = file.read_text(encoding="utf-8")
    alg = re.search(r'^alg = "(\w+)"', text, re.MULTILINE)
    key = folder / "key.jwk"
    key.write_bytes(msgspec.json.encode(new_key(alg[1] if alg else "ES384")))
    key.chmod(0o600)
    text = re.sub(r'key_file = "[^"]*"', 'key_file = "key.jwk"', text)
    own = folder / f"{file.name.partition('.')[0]}.toml"
    own.write_text(text, encoding="utf-8")
    environ = dict.fromkeys(re.findall(r'_env = "(\w+)"', text), "given")
    return lint([own], environ=environ, base_url=BASE_URL)


@pytest.mark.parametrize("file", FILES, ids=name)
def test_shipped_file_has_no_fault_once_its_key_and_variables_are_there(file: Path, tmp_path: Path) -> None:
    checked = filled_in(file, tmp_path)

    assert [finding for finding in checked.findings if finding.severity == "fault"] == []
    assert len(checked.usable) == 1


@pytest.mark.parametrize("file", FILES, ids=name)
def test_shipped_file_warns_of_nothing_but_the_address_that_is_the_sites_own(
    file: Path, tmp_path: Path
) -> None:
    warned = {finding.problem.split(" ")[0] for finding in filled_in(file, tmp_path).findings}

    assert warned <= {"client.redirect_uri"}


@pytest.mark.parametrize("file", FILES, ids=name)
def test_every_key_of_a_shipped_file_is_explained_beside_or_above_it(file: Path) -> None:
    unexplained, depth, above = [], 0, ""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        found = KEY.match(line) if depth == 0 else None
        has_comment_above = above.startswith("#") and not KEY.match(above)
        if found and "#" not in line[found.end() :] and not has_comment_above:
            unexplained.append(f"{number}: {line}")
        if not line.startswith("#"):
            code = line.partition("#")[0]
            depth += code.count("[") - code.count("]")
        above = line

    assert unexplained == []


@pytest.mark.parametrize("file", FILES, ids=name)
def test_shipped_file_says_how_sure_it_is_since_when_and_whether_it_was_tried(file: Path) -> None:
    head = file.read_text(encoding="utf-8").partition("\nschema")[0]

    assert re.search(r"\btried\b", head, re.IGNORECASE)
    assert "docs/launch-config.md" in head or file.name.startswith(("epic", "oracle."))
    if file.name != "demo.toml":
        assert LEGEND.search(head)
        assert re.search(r"\b202\d-\d\d\b", head)
        used = set(re.findall(r"\[(?:(seen|told|guess)[\], ])", file.read_text(encoding="utf-8")))
        assert used == set(LEGEND.findall(head)), "marks that are explained, and marks that are used"


def test_there_is_a_file_for_every_ehr_that_is_known() -> None:
    heads = " ".join(file.read_text(encoding="utf-8").splitlines()[0] for file in FILES)

    assert [ehr for ehr in sorted(TABLE) if ehr not in heads] == []


@pytest.mark.parametrize("file", FILES, ids=name)
def test_shipped_file_holds_no_secret(file: Path) -> None:
    source = TomlSource(str(file), file.read_text(encoding="utf-8"), {})

    assert not source.has("client", "secret")
    assert "PRIVATE KEY" not in file.read_text(encoding="utf-8")
