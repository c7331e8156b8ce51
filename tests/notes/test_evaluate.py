"""Findings against marks: what counts as right, and what as met."""

from dataclasses import replace
from typing import Any

import pytest

from smartapp.notes.evaluate import Mark, evaluate
from tests.notes_corpus.annotated import BadMark, unmarked


def mark(start: int, end: int, label: str = "goal", **fields: Any) -> Mark:  # Any: each of its own type
    task = "preference" if label in {"goal", "worry", "value"} else "wording"
    return replace(Mark("a.txt", start, end, task, label), **fields)


def test_what_shares_text_meets_whatever_its_label() -> None:
    report = evaluate([mark(0, 10, "goal")], [mark(5, 20, "worry")])

    assert (report.scores["preference"].precision, report.scores["preference"].recall) == (1.0, 1.0)
    assert report.scores["worry"].recall == 0.0
    assert report.agreement["preference label"] == 0.0


def test_what_only_touches_does_not_meet() -> None:
    report = evaluate([mark(0, 5)], [mark(5, 9)])

    assert (report.missed, report.extra) == ((mark(5, 9),), (mark(0, 5),))


def test_same_place_in_another_note_does_not_meet() -> None:
    assert evaluate([mark(0, 5, note="b.txt")], [mark(0, 5)]).scores["preference"].recall == 0.0


def test_task_keeps_them_apart() -> None:
    report = evaluate([mark(0, 5, "blame")], [mark(0, 5, "goal")])

    assert report.scores["preference"].recall == 0.0
    assert report.scores["wording"].precision == 0.0


def test_one_finding_over_two_marks_meets_both() -> None:
    score = evaluate([mark(0, 30)], [mark(0, 10), mark(15, 30)]).scores["preference"]

    assert (score.right, score.found, score.met, score.marked) == (1, 1, 2, 2)


def test_finding_of_level_one_on_a_mark_of_level_two_is_no_mistake_and_meets_nothing_that_is_wanted() -> None:
    marked = [mark(0, 5, "blame", severity=2), mark(9, 12, "blame")]

    score = evaluate([mark(0, 5, "blame")], marked).scores["wording, level 1"]

    assert (score.right, score.found, score.met, score.marked) == (1, 1, 0, 1)


def test_agreement_is_counted_with_the_finding_that_fits_best() -> None:
    found = [mark(0, 20, "worry", experiencer="family"), mark(4, 9, "goal")]

    assert evaluate(found, [mark(4, 12, "goal")]).agreement["experiencer"] == 1.0


def test_nothing_found_and_nothing_marked_is_perfect() -> None:
    score = evaluate([], []).scores["preference"]

    assert (score.precision, score.recall) == (1.0, 1.0)


def test_marks_are_taken_out_of_the_text_and_stand_where_they_stood() -> None:
    text, (first, second) = unmarked(
        "Pt says <<goal|wants home>>. <<blame family 2|Wife failed>> again.", "n.txt"
    )

    assert text == "Pt says wants home. Wife failed again."
    assert text[first.start : first.end] == "wants home"
    assert (text[second.start : second.end], second.experiencer, second.severity) == (
        "Wife failed",
        "family",
        2,
    )


@pytest.mark.parametrize("text", ["<<goal|open", "<<nonsense|words>>", "<<goal dog|words>>", "a>> b"])
def test_bad_mark_is_told(text: str) -> None:
    with pytest.raises(BadMark, match=r"n\.txt"):
        unmarked(text, "n.txt")
