"""What is remembered of reminders: shown to a patient, hidden by a clinician, found not useful by nobody in
particular; on SQLite and PostgreSQL.
"""

import asyncio
import string
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretBytes
from sqlalchemy import Table, select

from smartapp.store.database import Database
from smartapp.store.feedback import Feedback, FeedbackBox
from smartapp.store.hidden import Hidden, WhosePreference
from smartapp.store.retention import FEEDBACK_FOR, HIDDEN_FOR, SHOWN_FOR, Retention
from smartapp.store.schema import feedback, hidden_reminders, shown_reminders
from smartapp.store.set_aside import WhoseChart
from smartapp.store.shown import Shown, ShownMarks
from smartapp.store.vault import Vault

START = datetime(2026, 11, 22, 10, 17, 33, tzinfo=UTC)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROSA = WhoseChart("clinic-a", "https://ehr.test/fhir", "rosa")
OSEI = WhosePreference("clinic-a", "https://ehr.test/fhir", "https://ehr.test/fhir/Practitioner/osei")
TRIGGER = ("R13", "Condition/numbat", "2023-05-03")
WORDS = "Too long for a full clinic."


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


def vault(key: bytes = b"a") -> Vault:
    return Vault([SecretBytes(key * 32)])


def shown_of(database: Database, at: datetime = START, key: bytes = b"a") -> Shown:
    return Shown(database, vault(key), lambda: at)


def hidden_of(database: Database, at: datetime = START, key: bytes = b"a") -> Hidden:
    return Hidden(database, vault(key), lambda: at)


def box_of(database: Database, at: datetime = START) -> FeedbackBox:
    return FeedbackBox(database, vault(), lambda: at)


async def rows(database: Database, table: Table) -> list[tuple[object, ...]]:
    async with database.reading() as connection:
        return [tuple(row) for row in (await connection.execute(select(table))).all()]


def is_fingerprint(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set(string.hexdigits)


async def test_what_one_visit_showed_the_next_one_knows_with_its_day(database: Database) -> None:
    store = shown_of(database)
    mark = store.mark(ROSA, *TRIGGER)
    await store.add(ROSA, "first", [mark])

    here, next_visit = await store.marks(ROSA, "first"), await store.marks(ROSA, "second")

    assert here == ShownMarks(frozenset({mark}), {})
    assert next_visit == ShownMarks(frozenset(), {mark: NOON})


async def test_latest_day_of_several_visits_counts(database: Database) -> None:
    mark = shown_of(database).mark(ROSA, *TRIGGER)
    later = START + timedelta(days=400)
    await shown_of(database, later).add(ROSA, "second", [mark])
    await shown_of(database).add(ROSA, "first", [mark])

    assert (await shown_of(database).marks(ROSA, "third")).before == {mark: NOON + timedelta(days=400)}


async def test_two_visits_at_once_each_keep_what_they_showed(database: Database) -> None:
    store = shown_of(database)
    marks = [store.mark(ROSA, f"R{number}", "Condition/1", "") for number in range(5)]

    await asyncio.gather(*(store.add(ROSA, visit, marks) for visit in ("a", "b", "a", "b", "a")))

    assert len(await rows(database, shown_reminders)) == 10
    for visit in ("a", "b"):
        assert (await store.marks(ROSA, visit)).here == set(marks)


async def test_page_that_is_loaded_again_changes_nothing(database: Database) -> None:
    mark = shown_of(database).mark(ROSA, *TRIGGER)
    await shown_of(database).add(ROSA, "first", [mark])

    await shown_of(database, START + timedelta(days=1)).add(ROSA, "first", [mark])
    await shown_of(database).add(ROSA, "first", [])

    assert (await shown_of(database).marks(ROSA, "second")).before == {mark: NOON}


@pytest.mark.parametrize(
    "other",
    [
        replace(ROSA, patient_id="ana"),
        replace(ROSA, registration_id="clinic-b"),
        replace(ROSA, fhir_base="https://other.test/fhir"),
    ],
)
async def test_another_patient_and_another_site_know_nothing_of_it(
    database: Database, other: WhoseChart
) -> None:
    store = shown_of(database)
    await store.add(ROSA, "first", [store.mark(ROSA, *TRIGGER)])

    assert (await store.marks(other, "second")).before == {}
    assert store.mark(other, *TRIGGER) != store.mark(ROSA, *TRIGGER)


async def test_each_reason_of_each_reminder_has_a_mark_of_its_own(database: Database) -> None:
    store = shown_of(database)
    others = [("R12", *TRIGGER[1:]), ("R13", "Condition/2", TRIGGER[2]), (*TRIGGER[:2], "2024-05-03")]

    assert len({store.mark(ROSA, *each) for each in (TRIGGER, *others)}) == 4


async def test_row_of_what_was_shown_holds_three_fingerprints_and_a_day(database: Database) -> None:
    store = shown_of(database)
    await store.add(ROSA, "the-launch", [store.mark(ROSA, *TRIGGER)])

    ((patient, mark, visit, at),) = await rows(database, shown_reminders)

    assert all(is_fingerprint(each) for each in (patient, mark, visit))
    assert at == int(NOON.timestamp())


async def test_what_was_shown_is_forgotten_after_twelve_months_and_not_before(database: Database) -> None:
    store = shown_of(database)
    await store.add(ROSA, "first", [store.mark(ROSA, *TRIGGER)])

    kept = await Retention(database, lambda: START + timedelta(days=366)).purge()
    left = await store.marks(ROSA, "second")
    deleted = await Retention(database, lambda: NOON + SHOWN_FOR + timedelta(seconds=1)).purge()

    assert (kept, len(left.before), deleted) == (0, 1, 1)


async def test_without_the_key_a_reminder_may_come_again_and_none_is_silent_for_it(
    database: Database,
) -> None:
    store = shown_of(database)
    await store.add(ROSA, "first", [store.mark(ROSA, *TRIGGER)])

    assert (await shown_of(database, key=b"z").marks(ROSA, "second")).before == {}


async def test_reminder_hidden_for_good_stays_so_until_it_is_shown_again(database: Database) -> None:
    store = hidden_of(database)
    await store.add(OSEI, "R13")
    await store.add(OSEI, "R13")

    assert await store.among(OSEI, ["R12", "R13"]) == {"R13"}
    await store.remove(OSEI, "R13")
    assert await store.among(OSEI, ["R12", "R13"]) == frozenset()


@pytest.mark.parametrize(
    "other",
    [
        replace(OSEI, user="https://ehr.test/fhir/Practitioner/whitfield"),
        replace(OSEI, registration_id="clinic-b"),
        replace(OSEI, fhir_base="https://other.test/fhir"),
    ],
)
async def test_another_clinician_and_another_ehr_still_see_it(
    database: Database, other: WhosePreference
) -> None:
    store = hidden_of(database)
    await store.add(OSEI, "R13")

    assert await store.among(other, ["R13"]) == frozenset()


async def test_nothing_in_a_row_says_which_ones_are_one_clinicians(database: Database) -> None:
    """One fingerprint of clinician and reminder together, and a day: there is nothing to count by."""
    store = hidden_of(database)
    for reminder in ("R12", "R13"):
        await store.add(OSEI, reminder)
    await hidden_of(database, START + timedelta(hours=3)).add(replace(OSEI, user="other"), "R13")

    found = await rows(database, hidden_reminders)

    midnight = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
    assert [at for _, at in found] == [midnight] * 3
    assert len({mark for mark, _ in found}) == 3
    assert all(is_fingerprint(mark) and len(row) == 2 for row in found for mark in row[:1])


async def test_what_was_hidden_for_good_comes_back_after_two_years(database: Database) -> None:
    await hidden_of(database).add(OSEI, "R13")

    kept = await Retention(database, lambda: START + timedelta(days=730)).purge()
    deleted = await Retention(database, lambda: START + HIDDEN_FOR).purge()

    assert (kept, deleted) == (0, 1)


async def test_feedback_is_a_reminder_a_version_a_month_and_words(database: Database) -> None:
    box = box_of(database)
    await box.add("R13", 2)
    await box.add("R13", 2, text=WORDS)

    assert await box.all() == (Feedback("2026-11", "R13", 2), Feedback("2026-11", "R13", 2, WORDS))
    for row in await rows(database, feedback):
        id_, reminder, version, month, _ = row
        assert (reminder, version, month) == ("R13", 2, "2026-11")
        assert len(str(id_)) == 32


async def test_feedback_comes_out_sorted_and_not_in_the_order_in_which_it_came(database: Database) -> None:
    for reminder in ("R35", "R01", "R13"):
        await box_of(database).add(reminder, 1)
    await box_of(database, START - timedelta(days=60)).add("R99", 1)

    assert [one.reminder for one in await box_of(database).all()] == ["R99", "R01", "R13", "R35"]


async def test_feedback_is_deleted_after_two_years(database: Database) -> None:
    await box_of(database).add("R13", 1, text=WORDS)

    kept = await Retention(database, lambda: START + FEEDBACK_FOR).purge()
    deleted = await Retention(database, lambda: START + FEEDBACK_FOR + timedelta(days=31)).purge()

    assert (kept, deleted) == (0, 1)


async def test_nothing_of_it_can_be_read_in_the_file(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}")
    store = shown_of(database)
    await store.add(ROSA, "the-launch", [store.mark(ROSA, *TRIGGER)])
    await hidden_of(database).add(OSEI, "R77")
    await box_of(database).add("R13", 1, text=WORDS)
    await database.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir()).lower()

    marks = (
        b"rosa", b"osei", b"practitioner", b"ehr.test", b"clinic-a", b"numbat", b"condition/", b"2023-05",
        b"the-launch", b"r77", b"full clinic",
    )  # fmt: skip
    assert [each for each in marks if each in kept] == []
