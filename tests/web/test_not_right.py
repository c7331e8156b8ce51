"""What was set aside is nowhere: the whole of what said the same goes, and comes back, together."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretBytes

from smartapp.fhir.facts import facts_of
from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.sdm.model import Kind, SaidBy, Source, Statement, Time
from smartapp.store.database import Database
from smartapp.store.set_aside import SetAside, WhoseChart
from smartapp.store.vault import Vault
from smartapp.web import visit
from smartapp.web.not_right import Mark, behind, behind_set_aside, marking, set_aside_in, without
from tests.visits import START
from tests.web.charts import TODAY, record

WEB = Path(visit.__file__).parent
OLD, MIDDLE, NEW = date(2025, 3, 3), date(2025, 9, 1), date(2026, 5, 4)


def found(words: str, said_on: date, kind: Kind = Kind.GOAL, **more: object) -> Statement:
    source = Source(f"DocumentReference/{said_on:%Y%m%d}", title="Progress note", excerpt=f"{words}.")
    return replace(
        Statement(kind, words, SaidBy.REPORTED, source, said_on=said_on, confirmed=False, verbatim=False),
        **more,  # type: ignore[arg-type]
    )


NEWEST = found("wants to walk to the market every single morning", NEW)
VARIANT = found("wants to walk to the market every morning", OLD)
OTHER = found("is afraid of falling on the stairs", MIDDLE, Kind.WORRY)


@pytest.fixture
def mark() -> Mark:
    vault = Vault([SecretBytes(b"k" * 32)])
    database: Database = None  # type: ignore[assignment]  # a mark needs none
    return marking(SetAside(database, vault, lambda: START), WhoseChart("demo", "https://ehr.test", "sam"))


def chart(*notes: Statement, goals: tuple[Statement, ...] = ()) -> PatientRecord:
    return replace(record(goals=goals), note_statements=notes)


def said(chart: PatientRecord) -> list[str]:
    return [one.words for one in all_statements(chart)]


def test_what_was_set_aside_is_gone_and_nothing_else(mark: Mark) -> None:
    whole = chart(NEWEST, OTHER)

    left = without(whole, behind(NEWEST, whole, mark), mark)

    assert said(left) == [OTHER.words]


def test_older_note_with_much_the_same_words_does_not_take_its_place(mark: Mark) -> None:
    whole = chart(NEWEST, VARIANT, OTHER)
    assert said(whole) == [NEWEST.words, OTHER.words]

    left = without(whole, behind(NEWEST, whole, mark), mark)

    assert said(left) == [OTHER.words]


def test_showing_it_again_brings_all_of_it_back(mark: Mark) -> None:
    whole = chart(NEWEST, VARIANT, OTHER)
    marks = behind(NEWEST, whole, mark) | behind(OTHER, whole, mark)

    aside = set_aside_in(whole, marks, mark)
    marks -= behind_set_aside(aside[0], whole, marks, mark)

    assert [one.words for one in aside] == [NEWEST.words, OTHER.words]
    assert said(without(whole, marks, mark)) == [NEWEST.words]


def test_same_words_in_a_later_note_stay_away_and_new_words_do_not(mark: Mark) -> None:
    marks = behind(NEWEST, chart(NEWEST), mark)
    again = replace(NEWEST, source=Source("DocumentReference/later"), said_on=TODAY)
    new = found("wants to sing in the choir again", TODAY)

    assert said(without(chart(NEWEST, again, new), marks, mark)) == [new.words]


def test_what_is_confirmed_in_the_chart_is_never_left_out(mark: Mark) -> None:
    confirmed = replace(NEWEST, confirmed=True)
    goal = replace(confirmed, source=Source("Goal/1"))
    marks = frozenset({mark(NEWEST)})

    assert said(without(chart(confirmed), marks, mark)) == [NEWEST.words]
    assert said(without(chart(NEWEST, goals=(goal,)), marks, mark)) == [NEWEST.words]


@pytest.mark.parametrize(
    "other",
    [
        replace(NEWEST, negated=True),
        replace(NEWEST, time=Time.HYPOTHETICAL),
        replace(NEWEST, said_by=SaidBy.RELATED_PERSON, speaker="Ana"),
        replace(NEWEST, kind=Kind.WORRY),
    ],
)
def test_other_meaning_of_the_same_words_is_not_set_aside_with_them(mark: Mark, other: Statement) -> None:
    whole = chart(NEWEST, other)

    left = without(whole, frozenset({mark(NEWEST)}), mark)

    assert left.note_statements == (other,)


def test_reminders_do_not_know_of_it_either(mark: Mark) -> None:
    whole = chart(NEWEST)

    left = without(whole, behind(NEWEST, whole, mark), mark)

    assert [one.words for one in facts_of(whole, today=TODAY).statements] == [NEWEST.words]
    assert facts_of(left, today=TODAY).statements == ()


def test_chart_in_which_nothing_was_set_aside_is_the_same(mark: Mark) -> None:
    whole = chart(NEWEST)

    assert without(whole, frozenset(), mark) is whole
    assert set_aside_in(whole, frozenset(), mark) == ()


def test_every_page_reads_the_chart_without_what_was_set_aside() -> None:
    readers = [
        path.name for path in WEB.glob("*.py") if ".charts.record(" in path.read_text(encoding="utf-8")
    ]

    assert readers == ["visit.py"]
