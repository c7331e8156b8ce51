"""What becomes of what a note says: whose it is, when it holds, where it stands, and words that color."""

from datetime import date
from typing import Any

import pytest

from smartapp.fhir.note_statements import MAX_CHARACTERS
from smartapp.fhir.patient_record import Note
from smartapp.notes.finding import Experiencer, Label, Status, Task
from smartapp.sdm.model import Kind, SaidBy, Source, Time
from tests.fhir.notes_said import TODAY, finding, said_by_rule

TEXT = "SOCIAL WORK\nShe wants to go home to her garden.\nSeen with her wife.\n"
WANTS = "wants to go home"


def note(text: str = TEXT, year: int | None = 2025, **more: Any) -> Note:
    day = date(year, 6, 1) if year else None
    return Note(
        f"DocumentReference/{year}", "Social work", written_on=day, text=text, author="Jo Ray, LCSW", **more
    )


def judging(text: str, **more: Any) -> Any:
    values: dict[str, Any] = {
        "task": Task.WORDING,
        "label": Label.BLAME,
        "experiencer": Experiencer.PATIENT,
        "instead": "declined",
        "rule": "blame-1",
    }
    return finding(text, **(values | more))


def test_a_statement_stands_with_its_words_place_rule_and_day_and_is_not_confirmed() -> None:
    (statement,) = said_by_rule([note()], finding(WANTS, rule="goal-want")).statements

    at = TEXT.index(WANTS)
    assert statement.source == Source(
        "DocumentReference/2025",
        title="Social work",
        excerpt="She wants to go home to her garden.",
        start=at,
        end=at + len(WANTS),
        rule="goal-want",
    )
    assert (statement.words, statement.kind, statement.said_on) == (WANTS, Kind.GOAL, date(2025, 6, 1))
    assert (statement.confirmed, statement.recorder, statement.language) == (False, "Jo Ray, LCSW", "en")


@pytest.mark.parametrize(
    ("found", "said_by", "speaker"),
    [
        ({}, SaidBy.REPORTED, ""),
        ({"is_quoted": True}, SaidBy.PATIENT, ""),
        ({"experiencer": Experiencer.FAMILY, "speaker": "wife"}, SaidBy.RELATED_PERSON, "wife"),
        (
            {"experiencer": Experiencer.FAMILY, "speaker": "wife", "is_quoted": True},
            SaidBy.RELATED_PERSON,
            "wife",
        ),
        ({"experiencer": Experiencer.PROXY_REPORT, "speaker": "wife"}, SaidBy.REPORTED, "wife"),
        ({"label": Label.CODE_STATUS}, SaidBy.UNKNOWN, ""),
        ({"label": Label.CODE_STATUS, "is_confirmed": True}, SaidBy.REPORTED, ""),
    ],
)
def test_whose_words_they_are_follows_from_who_spoke(
    found: dict[str, Any], said_by: SaidBy, speaker: str
) -> None:
    (statement,) = said_by_rule([note()], finding(WANTS, **found)).statements

    assert (statement.said_by, statement.speaker) == (said_by, speaker)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        (Label.GOAL, Kind.GOAL),
        (Label.WORRY, Kind.WORRY),
        (Label.VALUE, Kind.MATTERS),
        (Label.TREATMENT_PREFERENCE, Kind.TREATMENT_PREFERENCE),
        (Label.CARE_EXPERIENCE, Kind.CARE_EXPERIENCE),
        (Label.DECISION_ROLE, Kind.DECISION_ROLE),
        (Label.CODE_STATUS, Kind.CODE_STATUS),
    ],
)
def test_every_label_of_a_preference_has_a_kind_and_a_finer_one_is_kept(label: Label, kind: Kind) -> None:
    (plain,) = said_by_rule([note()], finding(WANTS, label=label)).statements
    (finer,) = said_by_rule([note()], finding(WANTS, label=label, kind=Kind.STRENGTH)).statements

    assert (plain.kind, finer.kind) == (kind, Kind.STRENGTH)


@pytest.mark.parametrize(
    ("status", "time"),
    [
        (Status.CURRENT, Time.CURRENT),
        (Status.HISTORICAL, Time.HISTORICAL),
        (Status.HYPOTHETICAL, Time.HYPOTHETICAL),
    ],
)
def test_when_it_holds_and_that_it_is_not_wanted_is_kept(status: Status, time: Time) -> None:
    (statement,) = said_by_rule([note()], finding(WANTS, status=status, is_negated=True)).statements

    assert (statement.time, statement.negated) == (time, True)


@pytest.mark.parametrize("nobodys", [{"status": Status.TEMPLATE}, {"experiencer": Experiencer.CLINICIAN}])
def test_what_a_form_or_a_clinician_says_is_no_statement(nobodys: dict[str, Any]) -> None:
    assert said_by_rule([note()], finding(WANTS, **nobodys)).statements == ()


def test_a_sentence_that_was_copied_into_later_notes_is_one_with_its_first_day_and_the_later_ones() -> None:
    copied = "Other text now.\nShe wants to go home to her garden. \n"
    notes = [
        note(copied, 2026),
        note(),
        note(copied.upper().lower(), 2024, language="en"),
        note(copied, None),
    ]
    lower = finding("she wants to go home", rule="r")

    say = said_by_rule(notes, finding("She wants to go home"), lower)

    (statement,) = say.statements
    assert statement.said_on == date(2024, 6, 1)
    assert statement.also_on == (date(2026, 6, 1), date(2025, 6, 1))


def test_the_same_words_in_another_sentence_are_not_a_copy() -> None:
    other = note("He said that she wants to go home, and she smiled.", 2026)

    assert len(said_by_rule([note(), other], finding(WANTS)).statements) == 2


def test_a_code_status_that_was_decided_anew_is_not_a_copy_of_the_old_one() -> None:
    notes = [note("DNR", 2020), note("Full code", 2022), note("DNR", 2025), note("DNR", 2026)]

    say = said_by_rule(
        notes, finding("DNR", label=Label.CODE_STATUS), finding("Full code", label=Label.CODE_STATUS)
    )

    assert [(one.words, one.said_on and one.said_on.year, len(one.also_on)) for one in say.statements] == [
        ("DNR", 2020, 0),
        ("Full code", 2022, 0),
        ("DNR", 2025, 1),
    ]


def test_only_the_beginning_of_an_endless_note_is_looked_through() -> None:
    endless = note("x" * MAX_CHARACTERS + "\n" + TEXT)

    assert said_by_rule([endless], finding(WANTS)).statements == ()


def test_words_that_color_come_without_an_author_newest_first_at_every_level() -> None:
    notes = [note("He refused the cane.", 2025), note("Poor historian today.", 2026)]

    wording = said_by_rule(
        notes, judging("refused"), judging("Poor historian", label=Label.DIFFICULT_PATIENT, severity=2)
    ).wording

    assert [(one.words, one.severity, one.label, one.instead, one.rule) for one in wording] == [
        ("Poor historian", 2, "difficult_patient", "declined", "blame-1"),
        ("refused", 1, "blame", "declined", "blame-1"),
    ]
    assert wording[1].excerpt == "He refused the cane."
    assert "Jo Ray" not in repr(wording)


@pytest.mark.parametrize(
    ("written_on", "is_shown"),
    [(date(2024, 11, 22), True), (date(2024, 11, 21), False), (TODAY, True), (None, False)],
)
def test_words_of_notes_older_than_two_years_or_without_a_day_are_left_alone(
    written_on: date | None, is_shown: bool
) -> None:
    one = Note("DocumentReference/1", "Note", written_on=written_on, text="He refused the cane.")

    assert bool(said_by_rule([one], judging("refused")).wording) is is_shown


def test_words_in_our_own_note_are_left_alone_and_a_copied_sentence_is_shown_once() -> None:
    ours = note("He refused the cane.", 2026, is_ours=True)
    copies = [note("He refused the cane.", 2026), note("He refused the cane.", 2025)]

    assert said_by_rule([ours], judging("refused")).wording == ()
    (wording,) = said_by_rule(copies, judging("refused")).wording
    assert wording.reference == "DocumentReference/2026"
