"""Every entry of the packaged wording file: what it finds, what it leaves, and what it offers instead."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from smartapp.notes.finding import Finding
from smartapp.notes.wording import WordingReader
from smartapp.notes.wording_entries import Lexicon, Wording, WordingFault, read_lexicon
from smartapp.notes.wording_patterns import Groups
from smartapp.notes.wording_rules import ALWAYS_UNLESS, QUOTING
from smartapp.sdm.linter import faults_in_clinician_text

CONTENT = files("smartapp") / "content"
SHARED = CONTENT / "notes_context.toml"


def packaged_lexicon() -> Lexicon:
    return read_lexicon(CONTENT / "notes_wording.toml", SHARED)


LEXICON = packaged_lexicon()
READER = WordingReader.of(LEXICON)
IDS = [wording.id for wording in LEXICON.wordings]


def found(text: str) -> tuple[Finding, ...]:
    return READER.find_in_draft(text)


@pytest.mark.parametrize("wording", LEXICON.wordings, ids=IDS)
def test_entry_finds_its_examples(wording: Wording) -> None:
    missed = [text for text in wording.yes if wording.id not in [one.rule for one in found(text)]]

    assert len(wording.yes) >= 2
    assert missed == []


@pytest.mark.parametrize("wording", LEXICON.wordings, ids=IDS)
def test_entry_leaves_what_only_looks_like_it(wording: Wording) -> None:
    taken = [
        text for text in wording.no if any(one.rule == wording.id or one.severity == 1 for one in found(text))
    ]

    assert len(wording.no) >= 2
    assert taken == []


@pytest.mark.parametrize("wording", LEXICON.wordings, ids=IDS)
def test_alternative_is_plain_and_would_not_be_found_itself(wording: Wording) -> None:
    assert found(wording.instead) == ()
    assert faults_in_clinician_text(wording.instead) == ()


def test_ids_and_sources_are_known_and_ids_are_used_once() -> None:
    sources = tomllib.loads((CONTENT / "sources.toml").read_text(encoding="utf-8"))["source"]

    assert len(IDS) == len(set(IDS))
    assert {wording.source for wording in LEXICON.wordings} <= {source["id"] for source in sources}


def test_every_rule_of_the_file_is_named_by_an_entry_or_applies_to_all() -> None:
    named = {
        name for wording in LEXICON.wordings for name in (*wording.needs, *wording.unless, *wording.even_if)
    }

    assert set(LEXICON.contexts) - named - {*ALWAYS_UNLESS, *QUOTING} == set()


def test_pattern_that_may_repeat_without_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        Groups({}).pattern("(?:very )*rude")


def test_groups_that_name_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        Groups({"a": ["{b}"], "b": ["{a}"]}).pattern("{a}")


def test_entry_with_an_unknown_label_is_a_fault_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "wording.toml"
    path.write_text('[[wording]]\nid = "x"\nlabel = "rude"\ncues = ["rude"]\n', encoding="utf-8")

    with pytest.raises(WordingFault, match="label"):
        read_lexicon(path, SHARED)


def test_entry_that_names_no_known_rule_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wording.toml"
    path.write_text(
        '[[wording]]\nid = "x"\nlabel = "blame"\ncues = ["rude"]\nneeds = ["moonlight"]\n', encoding="utf-8"
    )

    with pytest.raises(KeyError, match="moonlight"):
        WordingReader.of(read_lexicon(path, SHARED))


def test_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(WordingFault, match="cannot be read"):
        read_lexicon(tmp_path / "none.toml", SHARED)
