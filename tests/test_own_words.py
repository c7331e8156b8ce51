"""What the app says of itself obeys its own rules: nothing in any text of ours is a word that it would point
out in a note, presses or blames anybody, or names a group of people outside the drawer of reasons.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from jinja2.ext import babel_extract

from smartapp.app import CONTENT
from smartapp.notes.own_texts import faults_of_wording, judging_words
from smartapp.notes.reader import NoteReader, note_reader
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.explain import about_any, about_wording
from smartapp.sdm.handout_content import load_handouts
from smartapp.sdm.linter import faults_in_page
from smartapp.sdm.rule_words import in_words

ROOT = Path(__file__).parent.parent
PRODUCT = ROOT / "smartapp"
KEYWORDS = {"_": None, "gettext": None, "marked": None, "ngettext": (1, 2)}
SAYS_WHAT_IS_NOT_READ = {
    "Use of race",
    "Use of ethnicity",
    "No rule reads race, ethnicity, religion, sexual orientation, gender identity or sex.",
    "No rule reads race, ethnicity, religion, sexual orientation, gender identity or sex. "
    "No claim is made that anything here lowers bias or changes outcomes.",
}
"""Names of groups' marks, where a page says that nothing reads them."""
OF_THE_PATIENT_IN_THE_CHART = {"female", "male"}
"""The chart's own entry, in the banner by which a clinician knows the patient."""
SHOULD_IN_ANOTHER_SENSE = {
    "Nothing is sent before you press the button. Untick what should not go.",
    "Nothing will be sent as data. You will get one text for your note. Untick what should not go.",
    "No statement is ticked. Tick what should go, or go back.",
    "Ask who should be there.",
}
"""It asks what the clinician or the patient wants."""


@pytest.fixture(scope="module")
def reader() -> NoteReader:
    return note_reader()


@cache
def messages() -> tuple[tuple[str, str], ...]:
    """The English source of everything that can be translated: (file, message)."""
    return tuple(sorted({*_of_modules(), *_of_templates()}))


def _of_modules() -> Iterator[tuple[str, str]]:
    for path in PRODUCT.rglob("*.py"):
        if "sandbox" not in path.parts:
            for _, found, _, _ in extract_from_file("python", path, keywords=KEYWORDS):
                yield from ((path.name, each) for each in _each(found))


def _of_templates() -> Iterator[tuple[str, str]]:
    options = {"extensions": "jinja2.ext.i18n", "trimmed": "true"}
    for path in (PRODUCT / "templates").glob("*.html"):
        with path.open("rb") as file:
            for _, _, found, _ in babel_extract(file, list(KEYWORDS), [], options):
                yield from ((path.name, each) for each in _each(found))


def _each(found: object) -> Iterator[str]:
    texts = found if isinstance(found, tuple) else (found,)
    yield from (text for text in texts if isinstance(text, str) and text)


def outside_messages(template: Path) -> str:
    """The words of a template that are not in a message."""
    text = re.sub(
        r"\{#.*?#\}|\{\{.*?\}\}|\{% trans.*?endtrans %\}|\{%.*?%\}", " ", template.read_text(), flags=re.S
    )
    text = re.sub(r"<svg.*?</svg>|<kbd.*?</kbd>", " ", text, flags=re.S)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def test_every_text_of_the_pages_is_found() -> None:
    found = {message for _, message in messages()}

    assert len(found) > 500
    assert {"Why this?", "Before you walk in", "What the app offers", "Draft kept %(time)s"} <= found


def test_no_message_holds_a_word_that_colors_the_picture(reader: NoteReader) -> None:
    found = [
        (file, message, words) for file, message in messages() for words in judging_words(message, reader)
    ]

    assert found == []


def test_no_message_presses_blames_or_names_a_group() -> None:
    excused = SAYS_WHAT_IS_NOT_READ | OF_THE_PATIENT_IN_THE_CHART | SHOULD_IN_ANOTHER_SENSE

    found = [
        (file, message, fault)
        for file, message in messages()
        if message not in excused
        for fault in faults_in_page(message)
    ]

    assert found == []
    assert excused <= {message for _, message in messages()}


@pytest.mark.parametrize(
    "template", sorted((PRODUCT / "templates").glob("*.html")), ids=lambda path: path.name
)
def test_words_of_a_template_outside_its_messages_obey_too(template: Path, reader: NoteReader) -> None:
    text = outside_messages(template)

    assert list(judging_words(text, reader)) == []
    assert faults_in_page(text) == ()


def test_no_text_of_the_content_holds_a_word_that_colors_the_picture(reader: NoteReader) -> None:
    assert faults_of_wording(load_catalogue(CONTENT), load_handouts(CONTENT), reader) == ()


def test_rules_in_plain_words_and_explanations_hold_none_either(reader: NoteReader) -> None:
    catalogue = load_catalogue(CONTENT)
    each = [
        *(about_any(catalogue, "reminders", one.id) for one in catalogue.reminders),
        *(about_any(catalogue, "questions", one.id) for one in catalogue.questions),
        *(about_any(catalogue, "guides", one.id) for one in catalogue.guides),
        *(about_any(catalogue, "sheets", one.id) for one in catalogue.sheets),
        about_wording(catalogue),
    ]
    texts = [line.text for one in each for line in (*one.rule, *one.unless)]
    texts += [text for one in each for text in (*one.holds, one.why, one.limits)]
    texts += [in_words(condition) for condition in catalogue.conditions]

    assert [(text, words) for text in texts for words in judging_words(text, reader)] == []


def test_neutral_wordings_are_neutral(reader: NoteReader) -> None:
    entries = tomllib.loads((CONTENT / "notes_wording.toml").read_text(encoding="utf-8"))["wording"]
    instead = [entry["instead"] for entry in entries]

    assert len(instead) > 50
    assert [(text, words) for text in instead for words in judging_words(text, reader)] == []


def test_examples_for_sites_in_the_docs_obey(reader: NoteReader) -> None:
    docs = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")]
    blocks = [block for text in docs for block in re.findall(r"```toml\n(.*?)```", text, re.S)]
    texts = [
        text for block in blocks for text in re.findall(r'^(?:text|label|why|limits) = "(.*)"$', block, re.M)
    ]

    assert "How do you get here, and what makes that hard?" in texts
    assert [(text, words) for text in texts for words in judging_words(text, reader)] == []
    assert [fault for text in texts for fault in faults_in_page(text)] == []


@pytest.mark.parametrize(
    "text",
    ["The patient is noncompliant.", "She is a difficult patient.", "He is a drug abuser."],
)
def test_such_a_word_would_be_found(text: str, reader: NoteReader) -> None:
    assert list(judging_words(text, reader)) != []
    assert faults_in_page("You must ask.") == ('"must" presses; offer instead',)
    assert faults_in_page("Ask women first.") == ('"women" names a group of people',)
