"""Only who holds the latest attempt changes a row, and nothing takes back what was stored."""

import asyncio
from dataclasses import replace

import pytest

from smartapp.errors import StoreUnavailable
from smartapp.store.database import Database
from smartapp.store.ledger import LedgerRow, NewRow
from smartapp.writing.entry import decode
from tests.writing.conftest import Visit

ROW = NewRow("item-1", "goal", b"words")
OPEN = ("planned", "sending", "unknown", "refused")


async def added(visit: Visit) -> LedgerRow:
    async with visit.ledger.transaction() as connection:
        await visit.ledger.add_all_in(
            connection,
            "launch-1",
            owner="owner-1",
            state="planned",
            rows=[ROW, NewRow("item-2", "goal", b"")],
        )
    return (await visit.ledger.of_launch("launch-1"))[0]


async def state_of(visit: Visit) -> tuple[str, bytes]:
    row = (await visit.ledger.of_launch("launch-1"))[0]
    return row.state, row.body


async def test_of_eight_who_claim_a_row_one_has_it(visit: Visit) -> None:
    row = await added(visit)

    claims = await asyncio.gather(
        *(visit.ledger.claim(row, states=["planned"], to="sending", body=b"sent") for _ in range(8))
    )

    [claimed] = [claim for claim in claims if claim is not None]
    assert claimed == replace(row, state="sending", attempt=1, body=b"sent")


async def test_late_sender_cannot_settle_a_newer_attempt(visit: Visit) -> None:
    row = await added(visit)
    first = await visit.ledger.claim(row, states=["planned"], to="sending", body=b"1")
    assert first is not None
    await visit.ledger.settle(first, states=OPEN, to="unknown", body=b"?")
    second = await visit.ledger.claim(first, states=["unknown"], to="sending", body=b"2")

    settled = await visit.ledger.settle(first, states=OPEN, to="refused", body=b"late")

    assert second is not None
    assert not settled
    assert await state_of(visit) == ("sending", b"2")


async def test_stored_row_stays_stored(visit: Visit) -> None:
    row = await added(visit)
    await visit.ledger.settle(row, states=OPEN, to="stored", body=b"done")

    assert not await visit.ledger.settle(row, states=OPEN, to="unknown", body=b"?")
    assert await visit.ledger.claim(row, states=OPEN, to="sending", body=b"again") is None
    assert await state_of(visit) == ("stored", b"done")


async def test_adding_again_says_what_is_new_and_changes_nothing(visit: Visit) -> None:
    await added(visit)
    again = [NewRow("item-1", "goal", b"other words"), NewRow("item-3", "goal", b"")]

    async with visit.ledger.transaction() as connection:
        new = await visit.ledger.add_all_in(
            connection, "launch-1", owner="owner-1", state="planned", rows=again
        )

    assert new == {"item-3"}
    assert await state_of(visit) == ("planned", b"words")
    assert [row.position for row in await visit.ledger.of_launch("launch-1")] == [0, 1, 2]


async def test_failed_transaction_adds_nothing(visit: Visit) -> None:
    async def fail_midway() -> None:
        async with visit.ledger.transaction() as connection:
            await visit.ledger.add_all_in(
                connection, "launch-1", owner="owner-1", state="planned", rows=[ROW]
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_midway()

    assert await visit.ledger.of_launch("launch-1") == ()


async def test_row_copied_to_another_owner_does_not_open(visit: Visit, database: Database) -> None:
    await added(visit)
    async with database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE ledger SET owner = 'owner-2'")

    with pytest.raises(StoreUnavailable):
        await visit.ledger.of_launch("launch-1")


async def test_body_of_another_version_is_not_guessed_at(visit: Visit) -> None:
    row = await added(visit)

    with pytest.raises(StoreUnavailable, match="another version"):
        decode(row)
