"""The interface's messages and their translations: complete, in step, and safe to put into a page."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tools.messages import faults, messages, po_files, read, review_state

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "smartapp" / "templates").glob("*.html"))
MODULES = sorted((ROOT / "smartapp").rglob("*.py"))
WANTED = messages()
_MARKUP = re.compile(r"<[^>]+>|&[a-z]+;")
_TIME = "{time}"


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def pairs(message: Message) -> list[tuple[str, str]]:
    """Each translation with the English that it stands for."""
    ids = list(message.id) if isinstance(message.id, list | tuple) else [message.id]
    texts = list(message.string) if isinstance(message.string, list | tuple) else [message.string]
    return [(ids[min(place, len(ids) - 1)], text or "") for place, text in enumerate(texts)]


def translated(file: Path) -> list[tuple[str, str]]:
    return [pair for message in read(file) if message.id for pair in pairs(message)]


@pytest.mark.parametrize("file", po_files(), ids=name)
def test_translation_is_complete_and_holds_nothing_else(file: Path) -> None:
    assert list(faults(file, WANTED)) == [], (
        "run .venv/bin/python tools/messages.py, and translate what it names"
    )


@pytest.mark.parametrize("file", po_files(), ids=name)
def test_translation_carries_the_markup_of_its_message_and_no_other(file: Path) -> None:
    other = [
        english for english, text in translated(file) if _MARKUP.findall(english) != _MARKUP.findall(text)
    ]

    assert other == []


@pytest.mark.parametrize("file", po_files(), ids=name)
def test_translation_cannot_end_an_attribute(file: Path) -> None:
    """A message may stand in an attribute, and what a template translates is not escaped once more."""
    risky = [
        text
        for english, text in translated(file)
        if text.count('"') != english.count('"') or text.count("<") != english.count("<")
    ]

    assert risky == []


@pytest.mark.parametrize("file", po_files(), ids=name)
def test_translation_keeps_the_mark_for_the_time_and_adds_no_space(file: Path) -> None:
    other = [
        english
        for english, text in translated(file)
        if (_TIME in english) != (_TIME in text) or (text[:1].isspace() and not english[:1].isspace())
    ]

    assert other == []


@pytest.mark.parametrize("file", po_files(), ids=name)
def test_translation_says_who_has_reviewed_it(file: Path) -> None:
    assert review_state(file)


def test_no_english_message_could_end_an_attribute() -> None:
    texts = [str(text) for message in WANTED if message.id for text, _ in pairs(message)]

    assert [text for text in texts if '"' in _MARKUP.sub("", text)] == []


def test_template_translates_nothing_but_what_stands_in_it() -> None:
    """What a template translates is taken for markup, so a variable there would not be escaped."""
    variable = re.compile(r"(?<![A-Za-z_.])n?gettext\(|(?<![A-Za-z_.])_\(\s*(?![\"'])")

    assert [name(path) for path in TEMPLATES if variable.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_module_translates_when_it_is_asked_and_not_when_it_is_loaded(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))

    assert list(_called_at_load(tree)) == []


def _called_at_load(node: ast.AST) -> list[int]:
    """Lines of calls of `_` or `ngettext` that run when the module is loaded."""
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if (
            isinstance(child, ast.Call)
            and isinstance(child.func, ast.Name)
            and child.func.id in {"_", "ngettext"}
        ):
            found.append(child.lineno)
        found += _called_at_load(child)
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_holds_no_text_outside_of_its_messages(path: Path) -> None:
    text = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<!doctype[^>]*>", "", text, flags=re.S)
    text = re.sub(r"<[a-z/!](?:\"[^\"]*\"|'[^']*'|[^>\"'])*>|&[a-z]+;", " ", text, flags=re.I | re.S)
    plain = [word for word in re.findall(r"[A-Za-z]{2,}", text) if word not in _NOT_TRANSLATED]

    assert plain == []


_NOT_TRANSLATED = {"Common", "Ground", "Goal", "before", "JSON", "CSV"}
"""The product's name, a type of FHIR, a class."""


@pytest.mark.parametrize("layer", ["ehr", "fhir", "notes", "smart", "store", "writing"])
def test_what_is_read_kept_and_written_depends_on_no_language(layer: str) -> None:
    modules = (ROOT / "smartapp" / layer).rglob("*.py")
    speaking = re.compile(
        r"i18n import .*(gettext|ngettext|language|locale)|i18n\.(gettext|ngettext|language)\("
    )

    assert [name(path) for path in modules if speaking.search(path.read_text(encoding="utf-8"))] == []


def test_no_words_stand_in_the_stylesheet_or_the_script() -> None:
    style = (ROOT / "smartapp" / "static" / "app.css").read_text(encoding="utf-8")
    script = (ROOT / "smartapp" / "static" / "app.js").read_text(encoding="utf-8")

    assert re.findall(r"content: *\"[^\"]*[A-Za-z][^\"]*\"", style) == []
    assert re.findall(r"(?:textContent = |say\()[\"'`][^\"'`]*[A-Za-z]", script) == []
