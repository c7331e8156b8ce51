"""Goals, worries and values in the ways that people say them."""

import pytest

from smartapp.notes.finding import Experiencer, Finding, Label
from smartapp.notes.layout import layout_of
from smartapp.notes.preferences import PreferenceReader

_READER = PreferenceReader.of()


def _found(text: str) -> list[Finding]:
    return [one for one in _READER.find(layout_of(text)) if one.is_statement]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Her one aim this year is the trip to Porto.", Label.GOAL),
        ("Counting the days until he can open his stall.", Label.GOAL),
        ("She has her mind made up that she is going back to the boat.", Label.GOAL),
        ("The rent is weighing on her.", Label.WORRY),
        ("She wonders who will feed the hens.", Label.WORRY),
        ("He says he feels like a burden.", Label.WORRY),
        ("His pigeons are his whole world.", Label.VALUE),
        ("What holds her up is the Sunday table.", Label.VALUE),
        ("Paying her own way is paramount for her.", Label.VALUE),
    ],
)
def test_a_sentence_is_found_with_its_label(text: str, label: Label) -> None:
    found = _found(text)

    assert [one.label for one in found] == [label]


def test_a_question_in_quotation_tells_a_fear() -> None:
    found = _found('She asked, "What if nobody hears me fall?"')

    assert [(one.label, one.text, one.is_quoted) for one in found] == [
        (Label.WORRY, "What if nobody hears me fall?", True)
    ]


def test_any_other_question_in_quotation_tells_nothing() -> None:
    assert _found('She asked, "Do I want the blue pill or the white one?"') == []


def test_a_symptom_that_bothers_is_no_worry() -> None:
    assert _found("The itching bothers her.") == []


def test_what_upsets_a_part_of_somebody_is_no_worry() -> None:
    assert _found("The new tablets trouble her stomach.") == []


def test_what_a_relative_fears_is_the_relatives() -> None:
    found = _found("Her brother frets about the winter on the farm.")

    assert [(one.label, one.experiencer) for one in found] == [(Label.WORRY, Experiencer.FAMILY)]
