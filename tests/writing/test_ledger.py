"""Only who holds the latest attempt changes a row, and nothing takes back what was stored."""

import asyncio
from dataclasses import replace

import pytest

from smartapp.errors import StoreUnavailable, WrongPatient
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


async def test_several_rows_are_claimed_together_or_not_at_all(visit: Visit) -> None:
    await added(visit)
    first, second = await visit.ledger.of_launch("launch-1")
    both = [(first, b"1"), (second, b"2")]

    claims = await asyncio.gather(
        *(visit.ledger.claim_all(both, states=["planned"], to="sending") for _ in range(4)),
        visit.ledger.claim(second, states=["planned"], to="sending", body=b"alone"),
    )

    rows = await visit.ledger.of_launch("launch-1")
    won = [claim for claim in claims if claim]
    assert len(won) == 1
    assert {row.state for row in rows} in ({"sending"}, {"planned", "sending"})
    assert [row.attempt for row in rows] in ([1, 1], [0, 1])


async def test_rows_are_added_changed_moved_and_deleted_in_one_go(visit: Visit) -> None:
    await added(visit)
    async with visit.ledger.transaction() as connection:
        known = await visit.ledger.of_owner_in(connection, "owner-1")
        first, second = known
        visit.clock.move(60)
        after = [
            replace(first, launch_id="launch-2", position=0),
            replace(second, item_id="item-3", position=5, attempt=1, body=b"new"),
        ]
        await visit.ledger.rearrange_in(connection, known, after)

    [moved] = await visit.ledger.of_launch("launch-2")
    [new] = await visit.ledger.of_launch("launch-1")
    assert moved == replace(first, launch_id="launch-2", position=0)
    assert (new.item_id, new.attempt, new.body) == ("item-3", 1, b"new")


async def test_row_with_other_words_is_younger_and_out_of_reach_of_who_held_the_old_one(visit: Visit) -> None:
    row = await added(visit)
    visit.clock.move(60)
    async with visit.ledger.transaction() as connection:
        known = await visit.ledger.of_owner_in(connection, "owner-1")
        changed = replace(known[0], attempt=1, body=b"other words")
        await visit.ledger.rearrange_in(connection, known, [changed, known[1]])

    claimed = await visit.ledger.claim(row, states=OPEN, to="sending", body=b"old")
    settled = await visit.ledger.settle(row, states=OPEN, to="refused", body=b"old")

    assert (claimed, settled) == (None, False)
    rows = await visit.ledger.of_launch("launch-1")
    assert [one.changed_at - row.changed_at for one in rows] == [60, 0]


async def test_id_of_another_owner_is_refused(visit: Visit) -> None:
    await added(visit)

    async with visit.ledger.transaction() as connection:
        assert await visit.ledger.refuse_others_in(connection, "owner-1", ids=["item-1", "item-9"]) == {
            "item-1"
        }
        with pytest.raises(WrongPatient):
            await visit.ledger.refuse_others_in(connection, "owner-2", ids=["item-1"])
