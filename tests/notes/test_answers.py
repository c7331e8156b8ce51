"""Answers to care that was offered, without a subject or behind the care."""

import pytest

from smartapp.notes.finding import Experiencer, Label
from smartapp.notes.layout import layout_of
from smartapp.notes.preferences import PreferenceReader

_READER = PreferenceReader.of()


@pytest.mark.parametrize(
    "text",
    [
        "Flu vaccine was offered and declined.",
        "Offered home oxygen, pt declined.",
        "Methadone is out, too far to drive.",
        "Uses the walker only at night by choice.",
    ],
)
def test_an_answer_to_care_is_the_patients(text: str) -> None:
    found = [one for one in _READER.find(layout_of(text)) if one.is_statement]

    assert [(one.label, one.experiencer) for one in found] == [
        (Label.TREATMENT_PREFERENCE, Experiencer.PATIENT)
    ]


def test_who_declined_is_named_behind() -> None:
    found = _READER.find(layout_of("Hospice was discussed and declined by the family."))

    assert [one.experiencer for one in found] == [Experiencer.FAMILY]


@pytest.mark.parametrize(
    "text",
    [
        "The CT was declined by insurance.",
        "Insulin requirement declined.",
        "Renal function declined.",
        "The CT was ok.",
        "She could consider an MRI before her visit.",
    ],
)
def test_what_nobody_answered_is_no_preference(text: str) -> None:
    assert _READER.find(layout_of(text)) == ()


def test_a_code_status_behind_a_colon_is_talked_about_with_the_patient() -> None:
    (found,) = _READER.find(layout_of("Discussed with the patient and his daughter: DNR/DNI."))

    assert (found.text, found.is_confirmed) == ("DNR/DNI", True)
