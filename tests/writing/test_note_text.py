"""The text for the clinician's own note says the same as the chart entries."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.sdm.choices import CHOICES
from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.writing.note_text import footing, heading, line, note_of, note_text
from tests.fhir.written import CONTEXT

ON = date(2026, 6, 9)


def test_note_quotes_every_statement_and_names_who_else_spoke() -> None:
    drafts = [
        DraftStatement("1", Kind.GOAL, "Dance at Lucía's wedding.", due=date(2026, 10, 17)),
        DraftStatement("2", Kind.WORRY, "Ending up like my sister."),
        DraftStatement(
            "3",
            Kind.PEOPLE,
            "I will take her to therapy.",
            said_by=SaidBy.RELATED_PERSON,
            speaker="Ernesto, husband",
        ),
        DraftStatement("4", Kind.MATTERS, "Her morning walk.", verbatim=False),
    ]

    text = note_text(drafts, patient_name="Rosa Delgado", on=ON, read_back=True)

    assert text == (
        "What matters to Rosa Delgado (9 Jun 2026, read back to the patient)\n"
        'Goal: "Dance at Lucía\'s wedding." Target 17 Oct 2026.\n'
        'Worry: "Ending up like my sister."\n'
        'Who is involved (said by Ernesto, husband): "I will take her to therapy."\n'
        "What matters (clinician's summary): Her morning walk."
    )


def test_note_says_that_nothing_was_read_back() -> None:
    text = note_text([DraftStatement("1", Kind.HOPE, "Rest.")], patient_name="", on=ON, read_back=False)

    assert text == 'What matters to the patient (9 Jun 2026)\nHope: "Rest."'


def test_note_of_nothing_is_empty() -> None:
    assert note_text([], patient_name="Rosa", on=ON, read_back=True) == ""


@given(st.sampled_from(Kind), st.sampled_from(SaidBy), st.text(), st.booleans())
def test_words_of_every_kind_and_speaker_stand_in_the_note(
    kind: Kind, said_by: SaidBy, words: str, verbatim: bool
) -> None:
    statement = DraftStatement("1", kind, words, said_by=said_by, verbatim=verbatim)

    text = note_text([statement], patient_name="Rosa", on=ON, read_back=True)

    assert words in text
    assert (f'"{words}"' in text) == (verbatim and kind is not Kind.PRIORITIES) or words == ""


def test_note_names_who_recorded_it_in_its_last_line() -> None:
    text = note_text(
        [DraftStatement("1", Kind.HOPE, "Rest.")],
        patient_name="Rosa",
        on=ON,
        read_back=True,
        recorder="Dr Ada Osei",
    )

    assert text.splitlines()[-1] == "Recorded by Dr Ada Osei."


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            DraftStatement("1", Kind.DECISION_ROLE, "We decide together", choice="shared"),
            "How to decide: We decide together",
        ),
        (
            DraftStatement("1", Kind.DECISION_ROLE, "You know the knee.", choice="shared"),
            'How to decide: We decide together. "You know the knee."',
        ),
        (DraftStatement("1", Kind.CONFIDENCE, "8 of 10", choice="8"), "Confidence: 8 of 10"),
        (
            DraftStatement("1", Kind.CONFIDENCE, "If it stops raining.", choice="8", verbatim=False),
            "Confidence (clinician's summary): 8 of 10. If it stops raining.",
        ),
        (DraftStatement("1", Kind.CONFIDENCE, "Quite sure."), 'Confidence: "Quite sure."'),
        (DraftStatement("1", Kind.DECISION, "Exercise first."), 'Decision: "Exercise first."'),
        (
            DraftStatement("1", Kind.PRIORITIES, "1. My garden.\n2. The wedding."),
            "In order of importance:\n1. My garden.\n2. The wedding.",
        ),
    ],
)
def test_what_was_chosen_and_ordered_reads_as_a_note(statement: DraftStatement, expected: str) -> None:
    assert line(statement) == expected


@given(st.sampled_from([(kind, code) for kind in CHOICES for code in CHOICES[kind]]), st.text(min_size=1))
def test_chosen_option_stands_beside_any_words(choice: tuple[Kind, str], words: str) -> None:
    kind, code = choice

    text = line(DraftStatement("1", kind, words, choice=code))

    assert CHOICES[kind][code] in text
    assert words.strip() in text


def test_note_is_its_parts_one_below_the_other() -> None:
    drafts = [DraftStatement("1", Kind.HOPE, "Rest."), DraftStatement("2", Kind.WORRY, "Pain.")]

    text = note_of(drafts, context=CONTEXT, on=ON, read_back=False)

    assert text.split("\n") == [
        heading(patient_name="Rosa Delgado", on=ON, read_back=False),
        *(line(draft) for draft in drafts),
        footing("Dr Ada Osei"),
    ]
