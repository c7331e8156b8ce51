"""Files the patient's handout in the chart: exactly what was on the page, once, and with a receipt.

A handout is a row of the ledger under an id that its words give it, so that the same page confirmed twice, in
whichever launch of the same clinician and patient, is one row and one document.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from itertools import count
from typing import Final

from smartapp.clock import Clock
from smartapp.errors import WrongPatient
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.store.ledger import Ledger, LedgerRow, NewRow
from smartapp.writing.delivery import Delivery, Step, in_turn
from smartapp.writing.entry import HANDOUT, Entry, FiledHandout, decode, encode
from smartapp.writing.model import HandoutReceipt, State, WriteContext
from smartapp.writing.receipts import wishes_of
from smartapp.writing.rewording import later_id
from smartapp.writing.sender import Sender
from smartapp.writing.taking_over import take_over

_ALL: Final = tuple(state.value for state in State)
_IN_DOUBT: Final = (State.SENDING.value, State.UNKNOWN.value)
_NOTHING_STORED: Final = (State.PLANNED, State.REFUSED)


class Filer:
    """Works under the lock of `sender`, so that one launch sends one thing at a time."""

    def __init__(self, sender: Sender, ledger: Ledger, clock: Clock) -> None:
        self._sender = sender
        self._ledger = ledger
        self._clock = clock

    async def file(
        self, context: WriteContext, handout: FiledHandout, *, client: FhirClient, capability: Capability
    ) -> HandoutReceipt:
        """Bring the handout into the chart, unless it is there. One that the EHR refused, or that a search
        proved to be missing, goes out again.

        Raises SessionEnded, with the handout kept.
        """
        id_ = await self._commit(context, handout)
        async with self._sender.one_sender(context, client=client, capability=capability) as delivery:
            await in_turn(_turn(delivery), [_row(await self._rows(context.launch_id, context.owner), id_)])
            if _row(await self._rows(context.launch_id, context.owner), id_).state == State.STORED:
                await self._sender.record_provenance(delivery)
        return next(
            one for one in await self.receipts(context.launch_id, owner=context.owner) if one.row == id_
        )

    async def check(self, context: WriteContext, *, client: FhirClient, capability: Capability) -> None:
        """Look again for handouts in doubt, also those of an earlier launch of the same owner. Sends none.
        Raises SessionEnded.
        """
        await self._take_over_doubts(context)
        async with self._sender.one_sender(context, client=client, capability=capability) as delivery:
            doubtful = [
                row for row in await self._rows(context.launch_id, context.owner) if _is_doubtful(row)
            ]
            if await in_turn(delivery.look_again, doubtful):
                await self._sender.record_provenance(delivery)

    async def receipts(self, launch_id: str, *, owner: str) -> tuple[HandoutReceipt, ...]:
        """One receipt a handout: those of earlier launches of the same owner, then this one's in their
        order. Of what nothing was stored, only what was wanted last.
        """
        there = await self._ledger.left_over(owner, to_launch=launch_id, states=_ALL)
        found = _receipts((*there, *await self._rows(launch_id, owner)), launch_id)
        return tuple(
            one for place, one in enumerate(found, start=1)
            if one.state not in _NOTHING_STORED or place == len(found)
        )  # fmt: skip

    async def _commit(self, context: WriteContext, handout: FiledHandout) -> str:
        """Put the handout into the ledger, where it is not there yet. Returns its id."""
        async with self._ledger.transaction() as connection:
            known = await self._ledger.of_owner_in(connection, context.owner)
            id_ = row_of(handout, context.owner, _receipts(known, context.launch_id))
            await self._ledger.add_all_in(
                connection,
                context.launch_id,
                owner=context.owner,
                state=State.PLANNED.value,
                rows=[NewRow(id_, HANDOUT, encode(Entry((), self._clock(), handout=handout)))],
            )
            await take_over(
                self._ledger, connection, context, known=known, is_wanted=lambda row: row.item_id == id_
            )
        return id_

    async def _take_over_doubts(self, context: WriteContext) -> None:
        async with self._ledger.transaction() as connection:
            known = await self._ledger.of_owner_in(connection, context.owner)
            await take_over(self._ledger, connection, context, known=known, is_wanted=_is_doubtful)

    async def _rows(self, launch_id: str, owner: str) -> tuple[LedgerRow, ...]:
        rows = await self._ledger.of_launch(launch_id)
        if any(row.owner != owner for row in rows):
            raise WrongPatient("a launch of another owner")
        return rows


def row_of(handout: FiledHandout, owner: str, receipts: Iterable[HandoutReceipt]) -> str:
    """The id under which this handout stands in the ledger, or will: a new one after it was taken back."""
    gone = {one.row for one in receipts if one.taken_back is State.STORED}
    ids = (_id(handout, owner, times) for times in count())
    return next(id_ for id_ in ids if id_ not in gone)


def _id(handout: FiledHandout, owner: str, times: int) -> str:
    return later_id("\n".join((owner, str(times), handout.language, handout.title, handout.text)))


def _turn(delivery: Delivery) -> Callable[[LedgerRow], Awaitable[Step]]:
    async def turn(row: LedgerRow) -> Step:
        if row.state == State.STORED:
            return Step()
        return await (delivery.look_again(row) if row.state == State.SENDING else delivery.send(row))

    return turn


def _is_doubtful(row: LedgerRow) -> bool:
    return row.rung == HANDOUT and row.state in _IN_DOUBT


def _row(rows: Iterable[LedgerRow], id_: str) -> LedgerRow:
    return next(row for row in rows if row.item_id == id_)


def _receipts(rows: Iterable[LedgerRow], launch_id: str) -> list[HandoutReceipt]:
    kept = [(row, decode(row)) for row in rows]
    wishes = wishes_of(kept)
    return [
        _receipt(row, entry, wishes, is_here=row.launch_id == launch_id)
        for row, entry in kept
        if row.rung == HANDOUT
    ]


def _receipt(row: LedgerRow, entry: Entry, wishes: Mapping[str, State], *, is_here: bool) -> HandoutReceipt:
    handout, state, outcome = entry.handout, State(row.state), entry.outcome
    assert handout is not None, "a row of the rung HANDOUT"
    receipt = HandoutReceipt(
        row.item_id, handout.title, handout.text, handout.language, state, is_here=is_here
    )
    if outcome is None or outcome.state is not state:
        return receipt
    return replace(
        receipt,
        reference=outcome.reference,
        version=outcome.version,
        status=outcome.status,
        reason=outcome.reason,
        at=entry.settled_at,
        is_absent=outcome.is_absent,
        taken_back=wishes.get(outcome.reference) if outcome.reference else None,
    )
