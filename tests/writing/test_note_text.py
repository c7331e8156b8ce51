"""The text for the clinician's own note says the same as the chart entries."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.writing.note_text import note_text

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
        "What matters to Rosa Delgado (9 Jun 2026, read back: yes)\n"
        'Goal: "Dance at Lucía\'s wedding." Target 17 Oct 2026.\n'
        'Worry: "Ending up like my sister."\n'
        'Who is involved (said by Ernesto, husband): "I will take her to therapy."\n'
        "What matters (clinician's summary): Her morning walk."
    )


def test_note_says_that_nothing_was_read_back() -> None:
    text = note_text([DraftStatement("1", Kind.HOPE, "Rest.")], patient_name="", on=ON, read_back=False)

    assert text == 'What matters to the patient (9 Jun 2026, read back: no)\nHope: "Rest."'


def test_note_of_nothing_is_empty() -> None:
    assert note_text([], patient_name="Rosa", on=ON, read_back=True) == ""


@given(st.sampled_from(Kind), st.sampled_from(SaidBy), st.text(), st.booleans())
def test_words_of_every_kind_and_speaker_stand_in_the_note(
    kind: Kind, said_by: SaidBy, words: str, verbatim: bool
) -> None:
    statement = DraftStatement("1", kind, words, said_by=said_by, verbatim=verbatim)

    text = note_text([statement], patient_name="Rosa", on=ON, read_back=True)

    assert words in text
    assert (f'"{words}"' in text) == verbatim or words == ""
