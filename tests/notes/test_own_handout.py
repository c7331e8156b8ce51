"""A handout in a note's text is known and left out, and nothing else of the note is."""

import pytest

from smartapp.notes.own_handout import without_handouts
from smartapp.sdm.handout_text import plain_text
from tests.sdm.handouts import TAGS, page


@pytest.mark.parametrize("tag", TAGS)
def test_handout_is_left_out_of_a_note_in_every_shipped_language(tag: str) -> None:
    rest = without_handouts(plain_text(page(tag)))

    assert "Lucía" not in rest
    assert "sugar" not in rest


@pytest.mark.parametrize("tag", TAGS)
def test_what_stands_before_and_behind_it_stays(tag: str) -> None:
    note = f"Knee pain, worse.\n\n{plain_text(page(tag))}\n\nShe hopes to dance."

    rest = without_handouts(note)

    assert rest.startswith("Knee pain, worse.\n")
    assert rest.endswith("\nShe hopes to dance.")
    assert "October" not in rest


def test_two_handouts_in_one_note_are_both_left_out() -> None:
    once = plain_text(page("en"))

    assert without_handouts(f"{once}\nBetween.\n{once}").split() == ["Between."]


@pytest.mark.parametrize(
    "note",
    [
        "",
        "What matters to you\nTo walk.",
        "Gave her the Common Ground handout, version 1. She hopes to dance.",
        "Common Ground handout, version 1.\nWhat matters to you\nTo walk.",
    ],
)
def test_note_that_holds_no_whole_handout_stays_as_it_is(note: str) -> None:
    assert without_handouts(note) == note
