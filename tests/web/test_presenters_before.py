"""The parts of "Before you walk in", out of a chart."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.facts import facts_of
from smartapp.fhir.patient_record import Note, Part, PartName, PatientIdentity, PatientRecord, Reason
from smartapp.sdm.knowledge import Citation
from smartapp.sdm.model import Kind, SaidBy, Source, Statement
from smartapp.sdm.selection import select
from smartapp.sdm.standing import is_over
from smartapp.sdm.translations import Wording
from smartapp.web.panels import Panel
from smartapp.web.presenters.also import also_view
from smartapp.web.presenters.before import (
    Beside,
    InChart,
    ReminderView,
    Told,
    is_child,
    opening,
    rest_view,
    told_view,
)
from smartapp.web.presenters.said import said
from smartapp.web.presenters.sources import short_form
from tests.sdm.charts import shipped
from tests.web.charts import TODAY, record, statement

TARGETS = tuple(
    statement(Kind.GOAL, f"Hemoglobin A1c < {number}", SaidBy.UNKNOWN, status="accepted")
    for number in (6, 7, 8, 9)
)
DANCE = statement(Kind.GOAL, "I want to dance.", status="active", said_on=TODAY)


BESIDE = Beside(TODAY, "Sam", lambda one: said(one, TODAY), 0, shipped().sources)


@dataclass(frozen=True, slots=True)
class Found:
    """A page whose chart is all there."""

    told: Told
    in_chart: InChart | None
    reminders: tuple[ReminderView, ...]


def view(chart: PatientRecord) -> Found:
    prompts = select(shipped(), facts_of(chart, today=TODAY))
    told = told_view(chart, BESIDE)
    return Found(told.told, told.in_chart, rest_view(chart, prompts, BESIDE).reminders)


def test_targets_of_unknown_origin_are_a_group_of_their_own_and_nothing_was_told() -> None:
    found = view(record(goals=TARGETS))

    assert found.told.shown == ()
    assert found.told.nothing == "Nothing is on file yet. What Sam says today starts the list."
    assert found.told.all_line == ""
    assert found.in_chart is not None
    assert found.in_chart.heading == "Goals in the chart"
    assert found.in_chart.note == "Who said them is not recorded."
    assert [each.words for each in found.in_chart.shown] == [each.words for each in TARGETS[:3]]
    assert {each.source for each in found.in_chart.shown} == {"Goal, accepted, no date."}
    assert {each.flag for each in found.in_chart.shown} == {""}
    assert found.in_chart.all_line == "All 4, with their sources"


def test_reminder_about_the_person_is_shown_where_only_targets_are_on_file() -> None:
    found = view(record(goals=TARGETS))

    (reminder,) = found.reminders
    assert reminder.id == "R02"
    assert reminder.because == "Shown because: nothing this patient has said is on file yet."


def test_clinicians_goal_beside_one_of_unknown_origin_is_marked() -> None:
    doctors = statement(Kind.GOAL, "Weight of 195 lbs", SaidBy.CLINICIAN)

    found = view(record(goals=(DANCE, doctors, TARGETS[0])))

    assert [each.words for each in found.told.shown] == [DANCE.words]
    assert found.in_chart is not None
    assert found.in_chart.note == "In a clinician’s words, or who said them is not recorded."
    assert [each.source for each in found.in_chart.shown] == [
        "Goal, no date, in the clinician’s words.",
        "Goal, accepted, no date, who said it is not recorded.",
    ]


def test_targets_that_are_over_are_no_group() -> None:
    assert view(record(goals=(replace(TARGETS[0], status="completed"),))).in_chart is None


def test_what_is_over_was_said_all_the_same() -> None:
    found = view(record(goals=(replace(DANCE, status="completed"),)))

    assert found.told.nothing == "No goal, worry or preference on file is still open."
    assert found.told.all_line == "All 1 statement, newest first"
    assert [reminder.id for reminder in found.reminders] == []


def test_completed_form_is_filled_in_and_not_over() -> None:
    answer = statement(Kind.WORRY, "That my son stops working.", status="completed")
    answer = replace(answer, source=Source("QuestionnaireResponse/1"))

    assert not is_over(answer)
    assert is_over(replace(answer, source=Source("Goal/1")))
    assert said(answer, TODAY).source == "Worry, no date."


def test_note_without_readable_text_is_named_and_nothing_is_not_claimed() -> None:
    scan = Note("DocumentReference/1", "Letter", date(2025, 5, 5), problem=Reason.UNREADABLE)
    late = Note("DocumentReference/2", "", problem=Reason.TOO_SLOW)

    found = view(record(notes=(scan, late)))

    assert found.told.nothing == "Nothing was found. What Sam says today starts the list."
    assert [each.heading for each in found.told.unread] == [
        "Letter, 5 May 2025, holds no text that this app can read.",
        "A note without a title, no date, did not reach this app.",
    ]
    assert found.told.unread[1].why == "The EHR took too long to answer."
    assert found.told.retry is None
    assert found.reminders == ()


def test_many_unreadable_notes_are_counted() -> None:
    scans = tuple(Note(f"DocumentReference/{n}", "Letter", problem=Reason.UNREADABLE) for n in range(9))

    unread = view(record(notes=scans)).told.unread

    assert len(unread) == 4
    assert unread[-1].heading == "The same holds for 6 more notes."


def test_somebody_who_has_died_is_asked_nothing() -> None:
    patient = PatientIdentity("p", call_name="Sam", deceased=True, birth_date="2020-01-01")

    top = opening(patient, Wording("What are you hoping for?", "en"), name="Sam", today=TODAY)
    found = view(record(patient))

    assert top.ask == ""
    assert top.line == "The chart says that Sam has died. What was said can still be read here."
    assert (top.next_page, top.next_label) == ("statements", "All statements")
    assert found.reminders == ()
    assert (found.told.heading, found.told.nothing) == ("What Sam told us", "Nothing is on file.")


@pytest.mark.parametrize(
    ("born", "line"),
    [
        ("2014-06-10", "Ask the child and the parent."),
        ("2014-06-09", ""),
        ("2026-06-01", "Ask the child and the parent."),
        ("2015", "Ask the child and the parent."),
        ("2014", ""),
        ("2014-07", "Ask the child and the parent."),
        ("1958-03-12", ""),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_question_to_a_child_is_for_the_parent_too(born: str, line: str) -> None:
    found = opening(PatientIdentity("p", birth_date=born), Wording("What?", "en"), name="Sam", today=TODAY)

    assert (found.ask, found.line) == ("What?", line)


def test_age_changes_no_question_and_no_reminder() -> None:
    child, adult = (record(PatientIdentity("p", birth_date=born)) for born in ("2020-01-01", "1950-01-01"))

    assert select(shipped(), facts_of(child, today=TODAY)) == select(shipped(), facts_of(adult, today=TODAY))


@given(st.text(max_size=12) | st.from_regex(r"\d{4}(-\d{2}){0,2}", fullmatch=True))
def test_any_birth_date_can_be_asked_about(born: str) -> None:
    assert is_child(born, TODAY) in {True, False}


@pytest.mark.parametrize(
    ("citation", "short"),
    [
        ("Elwyn G, Durand MA, et al. A model. BMJ. 2017;359:j4891.", "Elwyn 2017"),
        ("Singh Ospina N, Phillips KA. Agenda. J Gen. 2019;34(1):36.", "Singh Ospina 2019"),
        ("Haywood C Jr, Tanabe P. Wait. Am J. 2013;31(4):651.", "Haywood 2013"),
        ("van Ryn M, Burgess D. Views. Am J. 2006;96(2):351.", "van Ryn 2006"),
        ("Petersen EE. Deaths, 2007–2016. MMWR. 2019;68(35):762.", "Petersen 2019"),
        ("Davidoff R. How to lead. Permanente, undated in our copy.", "Davidoff, undated"),
        ("National Heart Institute. Management, 2014. Pages 31-54.", "National Heart Institute 2014"),
        ("Summary of the Kidney Disease (KDIGO) Guideline. T. 2020;104:708.", "KDIGO 2020"),
    ],
)
def test_source_in_short_is_first_author_and_year(citation: str, short: str) -> None:
    assert short_form(Citation("x", citation, "It shows.", "guideline")) == short


def test_every_shipped_source_has_a_short_form() -> None:
    found = [short_form(source) for source in shipped().sources]

    assert all(len(short) <= 50 for short in found)
    assert [short for short in found if "…" in short] == []
    assert [short for short in found if short.endswith("undated")] == [
        "Davidoff, undated",
        "National Institute on Drug Abuse, undated",
        "Healthwise, undated",
        "NHLBI, undated",
        "National Institute on Drug Abuse, undated",
        "NIDDK, undated",
    ]


def test_somebody_elses_words_are_marked_and_come_after_the_patients() -> None:
    nights = statement(
        Kind.WORRY, "I cannot do the nights.", SaidBy.RELATED_PERSON, speaker="Ruth", said_on=TODAY
    )
    told = statement(Kind.HOPE, "Hopes to go home.", SaidBy.REPORTED, confirmed=False)

    shown = view(record(goals=(nights, DANCE, told))).told.shown

    assert [(each.words, each.theirs) for each in shown] == [
        (DANCE.words, ""),
        (told.words, ""),
        (nights.words, "Said by Ruth."),
    ]
    assert shown[2].source == "Worry, 9 Jun 2026."


LONG = "I was on the bus when it began. " * 130
THIRTY = "\n".join(f"Line {number}" for number in range(1, 31))


@pytest.mark.parametrize("words", [LONG, THIRTY, "x" * 4000, "é" * 421, " \n" * 300 + "end"])
def test_very_long_words_begin_short_and_are_kept_whole(words: str) -> None:
    shown = said(replace(DANCE, words=words), TODAY)

    assert shown.words == words
    assert shown.start.endswith("…")
    assert words.startswith(shown.start[:-1]) or words.strip().startswith(shown.start[:-1])
    assert len(shown.start) <= 281
    assert len(shown.start.splitlines()) <= 4


@pytest.mark.parametrize(
    "words", ["I want to dance.", "x" * 420, "\n".join("abcdefg"), "أريد أن أمشي", "💃🏽"]
)
def test_ordinary_words_stand_whole(words: str) -> None:
    assert said(replace(DANCE, words=words), TODAY).start == ""


@given(st.text(max_size=2000))
def test_beginning_is_never_longer_than_the_words(words: str) -> None:
    start = said(replace(DANCE, words=words), TODAY).start

    assert len(start) < max(len(words), 1)


def test_answer_that_is_only_a_code_is_no_quotation() -> None:
    shown = said(replace(DANCE, words="Shared decision", coded=True), TODAY)

    assert not shown.is_quoted
    assert shown.source == "Goal, 9 Jun 2026, recorded as a code."


@pytest.mark.parametrize(
    ("statement", "by"),
    [
        (DANCE, ""),
        (replace(DANCE, said_by=SaidBy.RELATED_PERSON, speaker="Ruth, daughter"), "said by Ruth, daughter"),
        (replace(DANCE, said_by=SaidBy.REPORTED), "in the clinician’s words"),
        (replace(DANCE, said_by=SaidBy.REPORTED, confirmed=False), "from a note, not confirmed"),
    ],
)
def test_words_that_are_not_plainly_the_patients_are_marked(statement: Statement, by: str) -> None:
    assert said(statement, TODAY).by == by


LATE: Part[Note] = Part(PartName.NOTES, problem=Reason.STILL_READING, whole=False)
NOTE = Note("DocumentReference/7", "Progress note", TODAY)


def noted(words: str) -> Statement:
    found = statement(Kind.WORRY, words, confirmed=False, said_on=TODAY)
    return replace(found, source=Source(NOTE.reference))


def test_chart_whose_notes_are_late_is_never_called_empty() -> None:
    told = told_view(replace(record(), notes=LATE), BESIDE).told

    assert told.nothing == "Nothing that is still open in goals, preferences and forms."
    assert told.unread == ()


def test_nobody_counts_statements_before_the_notes_are_in() -> None:
    told = told_view(replace(record(goals=tuple(goals(5))), notes=LATE), BESIDE).told

    assert told.all_line == "All statements"


def test_part_that_failed_beside_late_notes_is_asked_for_without_them() -> None:
    early = replace(record(), goals=Part(PartName.GOALS, problem=Reason.TOO_SLOW))

    told = told_view(replace(early, notes=LATE), BESIDE).told

    assert told.retry is Panel.SAID
    assert [each.heading for each in told.unread] == ["Goals could not be read."]
    assert told_view(early, BESIDE).told.retry is Panel.TOLD


def test_late_notes_add_what_they_say_and_repeat_nothing() -> None:
    chart = replace(record(goals=(DANCE,), notes=(NOTE,)), note_statements=(noted("Falling on the stairs."),))

    also = also_view(chart, BESIDE)

    assert also.heading == "Also in notes"
    assert [each.words for each in also.shown] == ["Falling on the stairs."]
    assert also.all_line == "All 2 statements, newest first"


def test_late_notes_without_anything_say_so_once_all_was_read() -> None:
    assert also_view(record(goals=(DANCE,), notes=(NOTE,)), BESIDE).nothing == (
        "Nothing more was found in notes."
    )
    assert also_view(record(notes=(NOTE,)), BESIDE).nothing == (
        "Nothing is on file yet. What Sam says today starts the list."
    )
    scan = replace(NOTE, problem=Reason.UNREADABLE)
    assert also_view(record(notes=(scan,)), BESIDE).nothing.startswith("Nothing was found.")


def test_notes_that_failed_late_are_asked_for_alone() -> None:
    failed = replace(record(), notes=Part(PartName.NOTES, problem=Reason.NOT_PERMITTED, status=403))

    also = also_view(failed, BESIDE)

    assert also.retry is Panel.NOTES
    assert [each.heading for each in also.unread] == ["Notes could not be read."]


def goals(number: int) -> Iterator[Statement]:
    for each in range(number):
        yield replace(DANCE, words=f"Dance number {each}.", source=Source(f"Goal/{each}"))
