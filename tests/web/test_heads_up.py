"""Words in earlier notes that may color the picture: one quiet line, and never whose words they are."""

from dataclasses import replace
from datetime import date

from smartapp.fhir.patient_record import NoteWording, PatientIdentity
from smartapp.sdm.facts import ChartFacts, Known
from smartapp.sdm.knowledge import Citation
from smartapp.sdm.selection import select
from smartapp.web.presenters.before import Beside, rest_view
from smartapp.web.presenters.heads_up import heads_up
from smartapp.web.presenters.said import said
from tests.sdm.charts import shipped
from tests.web.charts import TODAY, record

PARK = Citation(
    "park2021", "Park J, Saha S. A title. JAMA Netw Open. 2021;4(7).", "It shows.", "qualitative", "10/x"
)
LESS = Citation("elwyn2017", "Elwyn G. A title. BMJ. 2017;1.", "It shows.", "expert opinion")
CLAIMS = NoteWording(
    reference="DocumentReference/1",
    title="progress note",
    written_on=date(2026, 5, 16),
    words="claims",
    excerpt="He claims that nobody told him.",
    label="credibility_doubt",
    severity=1,
    instead='Write "reports".',
    rule="doubt-claims",
)


def test_line_names_words_advice_title_and_day() -> None:
    view = heads_up(replace(record(), note_wording=(CLAIMS,)), [LESS, PARK])

    assert view is not None
    assert view.line == ("Some earlier notes use words that may color the picture. Form your own view first.")
    (word,) = view.found
    assert (word.words, word.instead, word.where) == (
        "claims",
        'Write "reports".',
        "Progress note, 16 May 2026",
    )
    assert word.excerpt == "He claims that nobody told him."
    assert [(source.short, source.link) for source in view.sources] == [("Park 2021", "https://doi.org/10/x")]
    assert "stored" in view.limits


def test_page_says_once_to_form_ones_own_view() -> None:
    """The reminder says it; the line below only tells where the words are."""
    facts = ChartFacts(TODAY, frozenset({Known.NOTES}), judging_words_on=date(2026, 5, 16))
    worded = replace(record(), note_wording=(CLAIMS,))

    beside = Beside(TODAY, "Sam", lambda one: said(one, TODAY), 0, shipped().sources)

    view = rest_view(worded, select(shipped(), facts), beside)

    assert [each.text for each in view.reminders] == [
        "Form your own view of this person before you go by earlier notes."
    ]
    assert view.heads_up is not None
    assert view.heads_up.line == "Some earlier notes use words that may color the picture."


def test_nothing_is_shown_without_a_clear_word() -> None:
    assert heads_up(record(), [PARK]) is None
    usual = tuple(replace(CLAIMS, severity=severity) for severity in (2, 3))
    assert heads_up(replace(record(), note_wording=usual), [PARK]) is None


def test_nothing_is_shown_of_somebody_who_has_died() -> None:
    chart = record(PatientIdentity("p", deceased=True))

    assert heads_up(replace(chart, note_wording=(CLAIMS,)), [PARK]) is None


def test_same_words_of_one_note_stand_once_and_very_many_are_cut() -> None:
    many = tuple(replace(CLAIMS, reference=f"DocumentReference/{number}") for number in range(20))

    once = heads_up(replace(record(), note_wording=(CLAIMS, replace(CLAIMS, words="Claims"))), [])
    cut = heads_up(replace(record(), note_wording=many), [])

    assert once is not None
    assert cut is not None
    assert (len(once.found), once.more) == (1, "")
    assert (len(cut.found), cut.more) == (8, "The newest are listed.")
