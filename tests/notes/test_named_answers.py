"""Answers to named things and to questions count as statements only where somebody was asked for wishes."""

import pytest

from smartapp.notes.finding import Finding, Label, Status
from smartapp.notes.layout import layout_of
from smartapp.notes.preferences import PreferenceReader

_READER = PreferenceReader.of()


def _statements(text: str) -> list[Finding]:
    return [found for found in _READER.find(layout_of(text)) if found.is_statement]


@pytest.mark.parametrize(
    "text",
    [
        "Dialysis: would say no.",
        "GOALS OF CARE\nFeeding tube: no",
        "He says methadone yes, bupe no.",
        "Hospice okay so long as it is here at home.",
        "Form\nAnything you will not do? No pump on my arm.",
    ],
)
def test_an_answer_about_care_is_a_treatment_preference(text: str) -> None:
    assert Label.TREATMENT_PREFERENCE in {found.label for found in _statements(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Drains: none. Foley: no. Oxygen: no. Diet: regular.",
        "Walker: yes. Cane: no. Oxygen: no.",
        "Antibiotics: only if febrile.",
        "Form\nWhat worries you most? N/A",
        "Form\nWhat matters most to you? ____",
    ],
)
def test_a_finding_or_an_empty_answer_is_no_statement(text: str) -> None:
    assert _statements(text) == []


def test_lines_of_a_table_beside_a_sure_answer_are_answers_too() -> None:
    text = "Feeding tube        absolutely not\nVentilator          a few days at most\nHGB           9.1\n"

    assert [found.text.split()[0] for found in _statements(text)] == ["Feeding", "Ventilator"]


def test_a_blank_elsewhere_in_a_paragraph_hides_no_sentence() -> None:
    text = "Seen at noon. She wants the door open. Goal for today: ____."

    assert [found.label for found in _statements(text)] == [Label.CARE_EXPERIENCE]


@pytest.mark.parametrize("text", ["She was full code on arrival.", "He came in as a full code."])
def test_a_code_status_of_before_is_historical(text: str) -> None:
    assert [found.status for found in _READER.find(layout_of(text))] == [Status.HISTORICAL]
