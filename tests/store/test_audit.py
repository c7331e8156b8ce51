"""The audit trail: rows that are only added, in a chain that shows every change, on both databases: T31."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import SecretBytes
from sqlalchemy import delete, insert, text, update

from smartapp.errors import AuditUnavailable
from smartapp.store.audit import Action, Audit, Audited, AuditRow, Head, Result, Verdict
from smartapp.store.database import Database
from smartapp.store.retention import Retention
from smartapp.store.schema import audit as table
from smartapp.store.vault import Vault

START = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
ROSA = Audited("demo", "https://ehr.test/fhir", "launch-1", "Practitioner/7", "subject-7", "p1", "7F3K-22")
VAULT = Vault([SecretBytes(b"a" * 32)])
WRITER = """
import asyncio, sys
from pydantic import SecretBytes
from smartapp.clock import now
from smartapp.store.audit import Action, Audit, Audited, Result
from smartapp.store.database import Database
from smartapp.store.vault import Vault

async def main() -> None:
    database = await Database.open(sys.argv[1])
    audit = Audit(database, Vault([SecretBytes(b"a" * 32)]), now)
    for number in range(int(sys.argv[2])):
        await audit.record(Audited(request=f"{sys.argv[3]}-{number}"), Action.WRITE, Result.SENT)
    await database.close()

asyncio.run(main())
"""


class MovingClock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def trail(database: Database, clock: MovingClock) -> Audit:
    return Audit(database, VAULT, clock)


async def rows_of(trail: Audit) -> list[AuditRow]:
    return [row async for row in trail.rows()]


async def five(trail: Audit) -> Head:
    for number in range(5):
        await trail.record(ROSA, Action.WRITE, Result.SENT, objects=[f"Goal/{number}"])
    return await trail.head()


async def test_row_says_who_did_what_for_whom_and_how_it_ended(trail: Audit) -> None:
    await trail.record(ROSA, Action.WRITE, Result.STORED, objects=["Goal/1", "status:201"])

    [row] = await rows_of(trail)

    assert (row.sequence, row.at, row.registration) == (1, int(START.timestamp()), "demo")
    assert (row.actor, row.action, row.outcome) == ("Practitioner/7", "write", "stored")
    assert (row.objects, row.request) == ("Goal/1 status:201", "7F3K-22")
    assert row.patient.startswith("pseudonym:")
    assert row.launch != ROSA.launch_id
    assert len(row.launch) == len(row.digest) == 64


async def test_pseudonym_is_the_same_for_one_patient_at_one_ehr_and_another_elsewhere(trail: Audit) -> None:
    others = (
        Audited("demo", "https://ehr.test/fhir", "launch-2", patient_id="p1"),
        Audited("demo", "https://ehr.test/fhir", "launch-1", patient_id="p2"),
        Audited("demo", "https://ehr.test/other", "launch-1", patient_id="p1"),
        Audited("other", "https://ehr.test/fhir", "launch-1", patient_id="p1"),
    )
    for who in (ROSA, *others):
        await trail.record(who, Action.CHART_READ, Result.BEGUN)

    first, again, *elsewhere = [row.patient for row in await rows_of(trail)]

    assert again == first
    assert len({first, *elsewhere}) == 4


async def test_site_that_wants_ids_gets_ids(database: Database, clock: MovingClock) -> None:
    trail = Audit(database, VAULT, clock, names_patients=True)

    await trail.record(ROSA, Action.CHART_READ, Result.BEGUN)

    assert [row.patient for row in await rows_of(trail)] == ["p1"]


async def test_user_without_a_reference_is_a_fingerprint_and_nobody_is_empty(trail: Audit) -> None:
    await trail.record(Audited("demo", "x", subject="ada@clinic.test"), Action.LAUNCH, Result.COMPLETED)
    await trail.record(Audited("demo"), Action.LAUNCH, Result.REFUSED)

    known, unknown = [row.actor for row in await rows_of(trail)]

    assert known.startswith("user:")
    assert "ada" not in known
    assert unknown == ""


@pytest.mark.parametrize("odd", ["Dance at the wedding", "", "x" * 161, "a\nb", "Goal/\x00", "naïve"])
async def test_nothing_but_names_of_things_gets_into_a_row(trail: Audit, odd: str) -> None:
    await trail.record(ROSA, Action.WRITE, Result.STORED, objects=[odd, "Goal/1"])

    assert [row.objects for row in await rows_of(trail)] == ["? Goal/1"]


async def test_whole_trail_fits_and_ends_at_its_head(trail: Audit) -> None:
    assert await trail.verify() == Verdict(0, Head())

    head = await five(trail)

    assert await trail.verify(noted=head) == Verdict(5, head)
    assert head.sequence == 5


async def test_every_change_of_a_row_is_seen(database: Database, trail: Audit) -> None:
    await five(trail)
    columns = [c.name for c in table.columns if c.name not in {"sequence", "digest"}]
    before = (await rows_of(trail))[2]

    for column in columns:
        await change_third(database, column, 1 if column == "at" else "other")
        verdict = await trail.verify()
        await change_third(database, column, getattr(before, column))

        assert (verdict.rows, verdict.at) == (2, 3), column
        assert "changed" in verdict.fault
    assert (await trail.verify()).fault == ""


async def change_third(database: Database, column: str, value: object) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(table).where(table.c.sequence == 3).values({column: value}))


@pytest.mark.parametrize("gone", [1, 3])
async def test_row_taken_out_is_missed(database: Database, trail: Audit, gone: int) -> None:
    await five(trail)

    async with database.transaction() as connection:
        await connection.execute(delete(table).where(table.c.sequence == gone))

    verdict = await trail.verify()
    assert (verdict.rows, verdict.at) == (gone - 1, gone + 1)
    assert "missing" in verdict.fault


async def test_row_made_without_the_key_does_not_fit(database: Database, trail: Audit) -> None:
    head = await five(trail)
    forger = Vault([SecretBytes(b"b" * 32)])
    forged = (await rows_of(trail))[-1]
    values = {name: getattr(forged, name) for name in AuditRow.__dataclass_fields__}

    async with database.transaction() as connection:
        digest = forger.chained(head.digest, "anything")
        await connection.execute(insert(table).values({**values, "sequence": 6, "digest": digest}))

    assert (await trail.verify()).at == 6


async def test_rows_in_another_order_do_not_fit(database: Database, trail: Audit) -> None:
    await five(trail)

    async with database.transaction() as connection:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            await connection.execute(update(table).where(table.c.sequence == old).values({"sequence": new}))

    assert (await trail.verify()).at == 2


async def test_rows_cut_off_at_the_end_are_missed_by_a_noted_head_alone(
    database: Database, trail: Audit
) -> None:
    head = await five(trail)

    async with database.transaction() as connection:
        await connection.execute(delete(table).where(table.c.sequence > 3))

    assert (await trail.verify()).fault == ""
    assert (await trail.verify(noted=head)).fault == "rows were cut off at the end"


async def test_trail_begun_anew_is_told_by_a_noted_head(database: Database, trail: Audit) -> None:
    head = await five(trail)

    async with database.transaction() as connection:
        await connection.execute(delete(table))
    for _ in range(9):
        await trail.record(ROSA, Action.PAGE, Result.REFUSED)

    verdict = await trail.verify(noted=head)
    assert (verdict.fault, verdict.at) == ("this row is not the one that was noted", 5)


async def test_empty_head_fits_every_trail(trail: Audit) -> None:
    await five(trail)

    assert (await trail.verify(noted=Head())).fault == ""


async def test_rows_of_a_time_are_found_by_it(trail: Audit, clock: MovingClock) -> None:
    for _ in range(4):
        await trail.record(ROSA, Action.CHART_READ, Result.BEGUN)
        clock.now += timedelta(hours=1)

    found = [
        row.sequence
        async for row in trail.rows(since=START + timedelta(hours=1), until=START + timedelta(hours=3))
    ]

    assert found == [2, 3]


async def test_purge_deletes_no_row(database: Database, trail: Audit, clock: MovingClock) -> None:
    head = await five(trail)
    clock.now += timedelta(days=20_000)

    await Retention(database, clock).purge()

    assert await trail.verify(noted=head) == Verdict(5, head)


async def test_row_that_cannot_be_written_raises_and_leaves_nothing(database: Database, trail: Audit) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("ALTER TABLE audit RENAME TO away"))

    with pytest.raises(AuditUnavailable):
        await trail.record(ROSA, Action.WRITE, Result.SENT)

    async with database.transaction() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO audit"))
    assert await rows_of(trail) == []


async def test_two_engines_at_once_make_one_chain(database_url: str, clock: MovingClock) -> None:
    databases = [await Database.open(database_url) for _ in range(2)]
    trails = [Audit(database, VAULT, clock) for database in databases]

    await asyncio.gather(
        *(trails[number % 2].record(ROSA, Action.WRITE, Result.SENT) for number in range(60))
    )

    verdict = await trails[0].verify()
    rows = await rows_of(trails[1])
    for database in databases:
        await database.close()
    assert (verdict.rows, verdict.fault) == (60, "")
    assert all(after.sequence == before.sequence + 1 for before, after in pairwise(rows))


async def test_two_processes_at_once_make_one_chain(database_url: str, clock: MovingClock) -> None:
    database = await Database.open(database_url)
    commands = [[sys.executable, "-c", WRITER, database_url, "25", name] for name in ("a", "b")]

    writers = [await asyncio.create_subprocess_exec(*command) for command in commands]
    ended = [await writer.wait() for writer in writers]

    trail = Audit(database, VAULT, clock)
    verdict, rows = await trail.verify(), await rows_of(trail)
    await database.close()
    assert ended == [0, 0]
    assert (verdict.rows, verdict.fault) == (50, "")
    assert {row.request for row in rows} == {f"{name}-{n}" for name in "ab" for n in range(25)}


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(st.lists(_TEXT, min_size=2, max_size=2), st.lists(_TEXT, min_size=2, max_size=2))
@examples(max_examples=60)
def test_no_two_different_rows_have_one_digest(first: list[str], second: list[str]) -> None:
    trail = Audit(None, VAULT, MovingClock())  # type: ignore[arg-type]

    digests = {
        trail._digest("", AuditRow(1, 0, "", "", actor, patient, "", "", "", "", ""))
        for actor, patient in (first, second)
    }

    assert len(digests) == len({tuple(first), tuple(second)})
