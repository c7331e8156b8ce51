"""The check of the clinician's own text: shown beside it, and never of what somebody is quoted with."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.notes.finding import Experiencer, Finding, Label, Status, Task
from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.web.presenters.wording import wording_view

DRAFT = DraftStatement("a" * 32, Kind.DECISION, "She refused it and claims that she walks.", verbatim=False)
LABELS = {"refused": Label.BLAME, "claims": Label.CREDIBILITY_DOUBT}


def finding(text: str, words: str, severity: int = 1) -> Finding:
    start = text.index(words)
    return Finding(
        Task.WORDING,
        LABELS[words],
        start,
        start + len(words),
        words,
        Experiencer.PATIENT,
        Status.CURRENT,
        "a-rule",
        0,
        len(text),
        severity=severity,
        instead=f"Not {words}.",
    )


def reader(text: str) -> Sequence[Finding]:
    return [finding(text, words) for words in LABELS if words in text]


def test_phrases_are_marked_in_the_text_and_each_has_its_advice() -> None:
    view = wording_view(DRAFT, reader, box="room?open=decision#x-words")

    assert view is not None
    assert view.heading == "Two phrases may read as blame and doubt."
    assert [piece.text for piece in view.pieces if piece.is_found] == ["refused", "claims"]
    assert [(one.words, one.instead) for one in view.found] == [
        ("refused", "Not refused."),
        ("claims", "Not claims."),
    ]
    assert view.box == "room?open=decision#x-words"


@pytest.mark.parametrize(
    "draft",
    [
        replace(DRAFT, verbatim=True),
        replace(DRAFT, kind=Kind.WORRY, said_by=SaidBy.RELATED_PERSON, speaker="Ana", verbatim=True),
        replace(DRAFT, kind=Kind.PRIORITIES),
        replace(DRAFT, kind=Kind.DECISION_ROLE, words="You decide", choice="clinician"),
        replace(DRAFT, words=" "),
    ],
)
def test_words_that_are_not_the_clinicians_are_not_even_read(draft: DraftStatement) -> None:
    def must_not_read(text: str) -> Sequence[Finding]:
        raise AssertionError(text)

    assert wording_view(draft, must_not_read, box="") is None


def test_less_clear_words_are_not_shown() -> None:
    view = wording_view(DRAFT, lambda text: [finding(text, "claims", severity=2)], box="")

    assert view is None


def test_one_phrase_inside_another_is_shown_once() -> None:
    def overlapping(text: str) -> Sequence[Finding]:
        one = finding(text, "refused")
        return [one, replace(one, start=one.start + 2, text="fused")]

    view = wording_view(DRAFT, overlapping, box="")

    assert view is not None
    assert view.heading == "One phrase may read as blame."


@given(words=st.text(max_size=80), gap=st.text(max_size=20))
def test_pieces_are_the_text_itself(words: str, gap: str) -> None:
    text = f"{words}refused{gap}claims{words}"

    view = wording_view(replace(DRAFT, words=text), reader, box="")

    assert view is not None
    assert "".join(piece.text for piece in view.pieces) == text
