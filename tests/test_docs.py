"""What the documents say about the product, held against the product."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import smartapp
from smartapp.app import CONTENT
from smartapp.cli import main
from smartapp.ehr.profile import profile_for
from smartapp.errors import AppError
from smartapp.fhir.searches import searches_for
from smartapp.sdm.catalogue import load_catalogue
from smartapp.settings import _NAMES as SETTINGS
from smartapp.settings import _SECRET_ENDINGS as SECRET_ENDINGS
from smartapp.smart.launch_file import KNOWN
from smartapp.smart.registration import Mode
from smartapp.smart.scopes import parse
from smartapp.writing.model import RESOURCE_TYPES
from tests.launch_files import load_registration

ROOT = Path(__file__).parent.parent
TOP = ("README.md", "CHANGELOG.md", "THIRD_PARTY.md", "docker/README.md")
DOCS = [*(ROOT / page for page in TOP), *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = ("smartapp/", "launch_config/", "tests/", "docs/", "requirements/", "bench/", "docker/", "tools/")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
SPAN = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|[\s/])smartapp ((?:[a-z]+ ?)+)", re.M)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def fences(text: str, language: str) -> list[str]:
    return [body for found, body in FENCE.findall(text) if found == language]


def spans(text: str) -> list[str]:
    """The code spans of a page, without its blocks of code."""
    return SPAN.findall(FENCE.sub("", text))


def commands(text: str) -> list[str]:
    """Everything in code spans and in blocks of commands that may hold a command."""
    return [*spans(text), *fences(text, ""), *fences(text, "sh")]


def is_setting(variable: str) -> bool:
    known = variable.removeprefix("SMARTAPP_")
    return known in SETTINGS or known.endswith(SECRET_ENDINGS)


def product_errors() -> Iterator[type[AppError]]:
    """Every error of the product, the tree's own and those of other modules."""
    for module in pkgutil.walk_packages(smartapp.__path__, "smartapp."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting: list[type[AppError]] = [AppError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error.__module__.startswith("smartapp."):
            yield error


@pytest.mark.parametrize("page", DOCS, ids=name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    links = [link.partition("#")[0] for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))]

    missing = [
        link for link in links if link and "://" not in link and not (page.parent / link).resolve().exists()
    ]

    assert missing == []


@pytest.mark.parametrize("page", DOCS, ids=name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    found = spans(page.read_text(encoding="utf-8"))
    named = [span.partition("::")[0] for span in found if span.startswith(FOLDERS)]
    made_by_the_site = {
        *("launch_config/epic.toml", "launch_config/oracle.toml"),
        *("docker/launch_config/", "docker/secrets/", "docker/signing_keys/"),
    }

    missing = [path for path in named if path not in made_by_the_site and not (ROOT / path).exists()]

    assert missing == []


@pytest.mark.parametrize("page", DOCS, ids=name)
def test_every_command_and_option_exists(page: Path) -> None:
    found = [
        (words, line)
        for code in commands(page.read_text(encoding="utf-8"))
        for line in code.splitlines()
        for words in COMMAND.findall(line)
    ]

    for words, line in found:
        command: click.Command = main
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            assert word in command.commands, f"smartapp {words}"
            command = command.commands[word]
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"(?<=\s)--[a-z-]+", line)) <= options, line


@pytest.mark.parametrize("page", DOCS, ids=name)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"\bSMARTAPP_[A-Z_]+[A-Z]\b", page.read_text(encoding="utf-8"))

    assert [variable for variable in named if not is_setting(variable)] == []


@pytest.mark.parametrize("page", DOCS, ids=name)
def test_every_key_of_a_launch_file_that_is_named_exists(page: Path) -> None:
    sections = "|".join(section for section in KNOWN if section)
    named = [
        found
        for span in spans(page.read_text(encoding="utf-8"))
        if (found := re.fullmatch(rf"({sections})\.([a-z_]+)", span))
    ]

    assert [found[0] for found in named if found[2] not in KNOWN[found[1]]] == []


def test_readme_names_every_setting() -> None:
    named = set(re.findall(r"SMARTAPP_([A-Z_]+)", (ROOT / "README.md").read_text(encoding="utf-8")))

    assert named >= SETTINGS


def test_table_of_error_codes_is_whole() -> None:
    text = (ROOT / "docs" / "connect.md").read_text(encoding="utf-8")
    table = text[text.index("| code |") :]
    told = re.findall(r"^\| `([a-z-]+)` \|", table, re.M)

    assert sorted(told) == sorted({error.code for error in product_errors()})


def test_every_json_example_is_a_golden_resource() -> None:
    golden = [json.loads(path.read_text()) for path in sorted((ROOT / "tests" / "golden").glob("*.json"))]

    examples = [
        json.loads(body) for body in fences((ROOT / "docs" / "fhir.md").read_text(encoding="utf-8"), "json")
    ]

    assert {example["resourceType"] for example in examples} == {
        *RESOURCE_TYPES.values(),
        "Provenance",
    }
    assert [example for example in examples if example not in golden] == []


def test_every_search_is_told_with_its_scope() -> None:
    text = (ROOT / "docs" / "fhir.md").read_text(encoding="utf-8")
    searches = [each for part in searches_for("p", profile_for("generic")).values() for each in part]

    for search in searches:
        assert f"`{search.resource_type}.s`" in text
        for _, value in search.params[1:-1]:
            last = value.split("|")[-1]
            assert last in text, value


def test_shipped_sandbox_files_ask_to_read_every_part() -> None:
    searched = {
        each.resource_type for part in searches_for("p", profile_for("generic")).values() for each in part
    }
    files = sorted((ROOT / "launch_config").glob("*.toml"))
    registrations = [load_registration(file, environ={}, base_url="https://app.example") for file in files]

    for registration in registrations:
        asked = parse(" ".join(registration.scopes))
        if registration.mode is Mode.SMART:
            assert {kind for kind in searched if not asked.allows(kind, "s")} == set(), registration.id
            assert all(asked.allows(kind, "r") for kind in ("Patient", "Encounter", "Binary"))


def test_worked_example_of_a_sites_content_has_no_fault(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "clinical.md").read_text(encoding="utf-8")
    files = re.findall(r"^`our-content/([a-z]+\.toml)`\n\n```toml\n(.*?)^```$", text, re.M | re.S)
    for file, body in files:
        (tmp_path / file).write_text(body, encoding="utf-8")

    ours, theirs = load_catalogue(CONTENT), load_catalogue(CONTENT, tmp_path)

    assert len(files) == 4
    assert {each.id for each in theirs.reminders} ^ {each.id for each in ours.reminders} == {
        "RIVERSIDE-1",
        "R35",
    }
    assert len(theirs.questions) == len(ours.questions) + 1


def test_every_test_that_a_page_names_exists() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = {
        span
        for page in DOCS
        for span in spans(page.read_text(encoding="utf-8"))
        if re.fullmatch(r"test_\w+", span)
    }

    assert named
    assert [each for each in sorted(named) if f"def {each}(" not in tests] == []


def test_every_threat_has_its_line() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

    states = re.findall(r"^\| (T\d+) \| [^|]+ \| (kept|partly|not yet) \|", text, re.M)

    assert [threat for threat, _ in states] == [f"T{number}" for number in range(1, 34)]
