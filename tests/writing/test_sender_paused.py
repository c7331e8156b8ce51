"""A worker that stands still between its claim and its request: somebody else may believe an empty search by
then, so the request must not leave any more.
"""

from collections.abc import Collection, Sequence
from datetime import UTC
from itertools import count

import pytest
from pydantic import SecretBytes

from smartapp.store.database import Database
from smartapp.store.ledger import Also, Ledger, LedgerRow
from smartapp.store.vault import Vault
from smartapp.writing.building import Form
from smartapp.writing.model import State
from smartapp.writing.sender import Sender
from tests.writing.chart import TYPES, offering
from tests.writing.conftest import GOAL, WORRY, MovingClock, Visit


class PausedLedger(Ledger):
    """After a claim the machine stands still for the next of `pauses`, in seconds."""

    def __init__(self, database: Database, clock: MovingClock, pauses: list[int]) -> None:
        super().__init__(database, Vault([SecretBytes(b"a" * 32)]), clock)
        self._moving, self._pauses = clock, pauses

    async def claim_all(
        self,
        rows: Sequence[tuple[LedgerRow, bytes]],
        *,
        states: Collection[str],
        to: str,
        also: Also | None = None,
    ) -> tuple[LedgerRow, ...]:
        claimed = await super().claim_all(rows, states=states, to=to, also=also)
        if self._pauses:
            self._moving.move(self._pauses.pop(0))
        return claimed


def paused(visit: Visit, database: Database, *pauses: int) -> Visit:
    ids = (f"{number:032x}" for number in count(1))
    ledger = PausedLedger(database, visit.clock, [*pauses])
    visit.sender = Sender(ledger, visit.drafts, visit.clock, lambda: next(ids), form=Form(zone=UTC))
    return visit


async def test_request_of_a_worker_that_stood_still_does_not_leave(visit: Visit, database: Database) -> None:
    at = paused(visit, database, 11)
    await at.commit(GOAL)

    [receipt] = await at.send()

    assert receipt.state is State.PLANNED
    assert at.chart.posts == []


async def test_what_was_given_back_is_sent_at_the_next_press(visit: Visit, database: Database) -> None:
    at = paused(visit, database, 11)
    await at.commit(GOAL)
    await at.send()

    [receipt] = await at.send()

    assert receipt.state is State.STORED
    assert len(at.chart.of_type("Goal")) == 1


async def test_transaction_of_a_worker_that_stood_still_does_not_leave(
    visit: Visit, database: Database
) -> None:
    at = paused(visit, database, 11)
    at.capability = offering(*TYPES, transaction=True)
    await at.commit(GOAL, WORRY)

    receipts = await at.send()

    # Nothing went out together, so each went by itself, after a look.
    assert [one["resourceType"] for one in at.chart.posts] == ["Observation", "Goal", "Provenance"]
    assert [receipt.state for receipt in receipts] == [State.STORED, State.STORED]


@pytest.mark.parametrize("pause", [0, 9])
async def test_short_pause_changes_nothing(visit: Visit, database: Database, pause: int) -> None:
    at = paused(visit, database, pause)
    await at.commit(GOAL)

    [receipt] = await at.send()

    assert receipt.state is State.STORED
