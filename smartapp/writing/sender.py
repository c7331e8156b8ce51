"""Takes planned items to the chart: each at most once, whatever happens, and each with a receipt.

One sender a launch: a lock in this process, and compare-and-set in the ledger between processes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from smartapp.clock import Clock
from smartapp.errors import NotFound, SendingUnclear, StoreUnavailable, WrongPatient
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.store.drafts import Drafts
from smartapp.store.ledger import Ledger, LedgerRow, NewRow
from smartapp.writing.building import Form
from smartapp.writing.delivery import Delivery, Patience, Step
from smartapp.writing.entry import PROVENANCE, Entry, decode, encode, receipt_of
from smartapp.writing.model import PlannedItem, Receipt, Rung, State, WriteContext
from smartapp.writing.posting import Sleep
from smartapp.writing.rewording import ids_for

_NOTHING_STORED: Final = (State.PLANNED.value, State.REFUSED.value)
_IN_DOUBT: Final = (State.SENDING.value, State.UNKNOWN.value)
_PERHAPS_STORED: Final = (*_IN_DOUBT, State.STORED.value)


class Sender:
    """`new_id` makes ids for what no draft has one for. `form` and `patience`: the site's choices."""

    def __init__(
        self,
        ledger: Ledger,
        drafts: Drafts,
        clock: Clock,
        new_id: Callable[[], str],
        *,
        form: Form | None = None,
        patience: Patience | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._drafts = drafts
        self._clock = clock
        self._new_id = new_id
        self._form = form or Form()
        self._patience = patience or Patience()
        self._sleep = sleep
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def commit(
        self, context: WriteContext, items: Sequence[PlannedItem], *, draft: bytes | None = None
    ) -> None:
        """Put items into the ledger; an item that is there already stays as it is, so twice is once.

        An item that another launch of the same owner has comes over: with its new words when nothing of it
        was stored; as it is when it is stored or in doubt, and then new words become an item of their own.
        `draft`: what remains of the draft, kept in the same transaction. Raises WrongPatient for an item of
        another owner.
        """
        now, launch_id, owner = self._clock(), context.launch_id, context.owner
        planned = State.PLANNED.value
        async with self._ledger.transaction() as connection:
            known = await self._ledger.of_owner_in(connection, owner)
            ids = _ids(items, known, launch_id)
            rows = [_row(_called(item, own[-1]), now) for item, own in zip(items, ids, strict=True)]
            others = _brought_along(known, {one for own in ids for one in own[:-1]})
            await self._ledger.add_all_in(connection, launch_id, owner=owner, state=planned, rows=rows)
            await self._ledger.bring_in(
                connection, launch_id, owner=owner, rows=rows, states=_NOTHING_STORED, restart=planned
            )
            await self._ledger.bring_in(
                connection, launch_id, owner=owner, rows=[*rows, *others], states=(*_PERHAPS_STORED, planned)
            )
            if draft is not None:
                await self._drafts.save_in(connection, launch_id, owner=owner, body=draft)

    async def send(
        self, context: WriteContext, *, client: FhirClient, capability: Capability
    ) -> tuple[Receipt, ...]:
        """Send everything that is PLANNED, then one Provenance for what was stored.

        Raises SessionEnded, after writing down what is done: the rest stays PLANNED. When the EHR does not
        even answer a search, the rest stays PLANNED too.
        """
        async with self._one_sender(context, client=client, capability=capability) as delivery:
            if await _each(delivery.send, await self._rows(context, [State.PLANNED], items=True)):
                await self._record_provenance(delivery)
        return await self.receipts(context.launch_id)

    async def check(
        self, context: WriteContext, *, client: FhirClient, capability: Capability
    ) -> tuple[Receipt, ...]:
        """Look again for everything in doubt, also what a crash left SENDING. Sends no item."""
        async with self._one_sender(context, client=client, capability=capability) as delivery:
            if await _each(delivery.look_again, await self._rows(context, [State.SENDING, State.UNKNOWN])):
                await self._record_provenance(delivery)
        return await self.receipts(context.launch_id)

    async def retry(
        self, context: WriteContext, item_id: str, *, client: FhirClient, capability: Capability
    ) -> tuple[Receipt, ...]:
        """Try one item again: one that was REFUSED, or is in doubt once a search proved that it is not there.

        Raises NotFound for an item that is not this launch's.
        """
        async with self._one_sender(context, client=client, capability=capability) as delivery:
            rows = await self._rows(context, State, items=True)
            row = next((row for row in rows if row.item_id == item_id), None)
            if row is None:
                raise NotFound("no such item in this launch")
            turn = delivery.look_again if row.state == State.SENDING else delivery.send
            if await _each(turn, [row] if row.state != State.STORED else []):
                await self._record_provenance(delivery)
        return await self.receipts(context.launch_id)

    async def receipts(self, launch_id: str) -> tuple[Receipt, ...]:
        """One receipt an item, in the order of the page."""
        return _receipts(await self._ledger.of_launch(launch_id))

    async def receipts_in(self, connection: AsyncConnection, launch_id: str) -> tuple[Receipt, ...]:
        """As `receipts`, inside a transaction of the caller."""
        return _receipts(await self._ledger.of_launch_in(connection, launch_id))

    async def provenance(self, launch_id: str) -> State | None:
        """What became of the record of who said and wrote it: the worst, or None when there is none."""
        rows = await self._ledger.of_launch(launch_id)
        states = [State(row.state) for row in rows if row.rung == PROVENANCE]
        return next((state for state in states if state is not State.STORED), states[0] if states else None)

    async def left_over(self, context: WriteContext) -> tuple[Receipt, ...]:
        """What earlier launches of the same owner did not bring into the chart. `commit` takes it over."""
        states = [*_NOTHING_STORED, *_IN_DOUBT]
        rows = await self._ledger.left_over(context.owner, to_launch=context.launch_id, states=states)
        return _receipts(rows)

    @asynccontextmanager
    async def _one_sender(
        self, context: WriteContext, *, client: FhirClient, capability: Capability
    ) -> AsyncIterator[Delivery]:
        if client.patient_id != context.patient_id:
            raise WrongPatient("a client for another patient")
        delivery = Delivery(
            ledger=self._ledger,
            context=context,
            client=client,
            capability=capability,
            form=self._form,
            patience=self._patience,
            clock=self._clock,
            sleep=self._sleep,
        )
        async with self._locks.setdefault(context.launch_id, asyncio.Lock()):
            try:
                yield delivery
            except StoreUnavailable as error:
                raise SendingUnclear(error.detail) from error

    async def _rows(
        self, context: WriteContext, states: Iterable[State], *, items: bool = False
    ) -> list[LedgerRow]:
        """The launch's rows that can be sent, in one of `states`; with `items` without Provenances."""
        wanted = [state.value for state in states]
        without = {Rung.COPY.value, PROVENANCE} if items else {Rung.COPY.value}
        rows = await self._ledger.of_launch(context.launch_id)
        if any(row.owner != context.owner for row in rows):
            raise WrongPatient("a launch of another owner")
        return [row for row in rows if row.state in wanted and row.rung not in without]

    async def _record_provenance(self, delivery: Delivery) -> None:
        """Say in the chart who said and wrote what is STORED and has no Provenance of ours yet."""
        context, client = delivery.context, delivery.client
        offered = delivery.capability.offers("Provenance", "create") and client.may("Provenance", "c")
        if not (context.provenance and offered):
            return
        async with self._ledger.transaction() as connection:
            known = await self._ledger.of_owner_in(connection, context.owner)
            entry = _uncovered(known, context.launch_id, Entry((), self._clock()))
            if entry is not None:
                await self._ledger.add_all_in(
                    connection,
                    context.launch_id,
                    owner=context.owner,
                    state=State.PLANNED.value,
                    rows=[NewRow(self._new_id(), PROVENANCE, encode(entry))],
                )
        planned = await self._rows(context, [State.PLANNED])
        await _each(delivery.send, [row for row in planned if row.rung == PROVENANCE])


def _receipts(rows: Iterable[LedgerRow]) -> tuple[Receipt, ...]:
    return tuple(receipt_of(row) for row in rows if row.rung != PROVENANCE)


def _row(item: PlannedItem, now: datetime) -> NewRow:
    return NewRow(item.draft.id, item.rung.value, encode(Entry((item.draft,), now, item.why_not)))


def _ids(items: Sequence[PlannedItem], known: Sequence[LedgerRow], launch_id: str) -> list[tuple[str, ...]]:
    """Each item's ids, see `ids_for`: words that may be in the chart, or that this launch committed, stay."""
    taken = {
        row.item_id: decode(row).drafts[0].words
        for row in known
        if row.rung != PROVENANCE and (row.launch_id == launch_id or row.state in _PERHAPS_STORED)
    }
    return [ids_for(item.draft.id, item.draft.words, taken) for item in items]


def _called(item: PlannedItem, id_: str) -> PlannedItem:
    return replace(item, draft=replace(item.draft, id=id_))


def _brought_along(known: Sequence[LedgerRow], ids: Collection[str]) -> list[NewRow]:
    """The rows with these ids, and the Provenances that nobody sent yet."""
    return [
        NewRow(row.item_id, row.rung, row.body)
        for row in known
        if row.item_id in ids or (row.rung == PROVENANCE and row.state == State.PLANNED)
    ]


async def _each(turn: Callable[[LedgerRow], Awaitable[Step]], rows: Iterable[LedgerRow]) -> bool:
    """One row after the other. Raises SessionEnded once that row is written down.

    False when the EHR does not answer, and the rows after that one were left alone.
    """
    for row in rows:
        step = await turn(row)
        if step.ended is not None:
            raise step.ended
        if not step.is_answering:
            return False
    return True


def _uncovered(known: Sequence[LedgerRow], launch_id: str, empty: Entry) -> Entry | None:
    """`empty` filled with what this launch stored and no launch has a Provenance for, or None when there is
    nothing.
    """
    covered = {target for row in known if row.rung == PROVENANCE for target in decode(row).targets}
    entries = [
        decode(row)
        for row in known
        if row.launch_id == launch_id and row.state == State.STORED and row.rung != PROVENANCE
    ]
    stored = [
        (entry.outcome.reference, entry.drafts[0])
        for entry in entries
        if entry.outcome and entry.outcome.reference not in covered
    ]
    if not stored:
        return None
    targets, drafts = zip(*stored, strict=True)
    return replace(empty, targets=targets, drafts=drafts)
