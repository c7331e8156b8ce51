"""Every entry of the lexica for statements finds what its examples say, and nothing in the others."""

import pytest

from smartapp.notes.contents import Contents
from smartapp.notes.context import grouped_scanner, spelled, spelled_all, words_of
from smartapp.notes.layout import layout_of
from smartapp.notes.lexicon_file import read_lexicon
from smartapp.notes.preferences import PreferenceReader
from smartapp.sdm.content_text import Entry

_READER = PreferenceReader.of()
_CONTEXT = read_lexicon("notes_context.toml")
_ENTRIES = read_lexicon("notes_preferences.toml")


def _examples(entry: Entry, key: str) -> list[str]:
    examples = entry.values[key]
    assert isinstance(examples, list)
    return [str(example) for example in examples]


def _named(entry: Entry) -> str:
    return entry.id


def _rules(text: str) -> set[str]:
    return {found.rule for found in _READER.find(layout_of(text)) if found.is_statement}


_WORDS = [
    *_CONTEXT,
    *(
        entry
        for entry in _ENTRIES
        if entry.table == "content" or (entry.table == "spanish" and "kind" not in entry.values)
    ),
]
_RULES = [
    entry
    for entry in _ENTRIES
    if entry.table in {"attitude", "answer", "question", "heading"}
    or (entry.table == "spanish" and "kind" in entry.values)
]


@pytest.mark.parametrize("entry", _WORDS, ids=_named)
def test_words_of_a_group_stand_in_its_examples_and_in_no_others(entry: Entry) -> None:
    scanner = grouped_scanner({entry.id: tuple(spelled_all(words_of(entry)))})

    assert [text for text in _examples(entry, "yes") if not list(scanner.hits(text))] == []
    assert [text for text in _examples(entry, "no") if list(scanner.hits(text))] == []


@pytest.mark.parametrize("entry", _RULES, ids=_named)
def test_a_rule_finds_a_statement_in_its_examples_and_in_no_others(entry: Entry) -> None:
    missed = [text for text in _examples(entry, "yes") if entry.id not in _rules(text)]
    wrong = [text for text in _examples(entry, "no") if entry.id in _rules(text)]

    assert (missed, wrong) == ([], [])


def test_every_way_to_spell_a_word_is_written_out() -> None:
    assert spelled("d(o|oes|) not wants?") == (
        "do not wants",
        "do not want",
        "does not wants",
        "does not want",
        "d not wants",
        "d not want",
    )


def test_parentheses_may_stand_in_others() -> None:
    assert spelled("(a (b|c)|d)") == ("a b", "a c", "d")


def test_contents_are_told_by_their_words() -> None:
    contents = Contents(entry for entry in _ENTRIES if entry.table == "content")

    assert contents.groups("to go home without dialysis")[0] == "home"
