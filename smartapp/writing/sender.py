"""Takes planned items to the chart: each at most once, whatever happens, and each with a receipt.

One sender a launch: a lock in this process, and compare-and-set in the ledger between processes.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from smartapp.clock import Clock
from smartapp.errors import AuditUnavailable, NotFound, SendingUnclear, StoreUnavailable, WrongPatient
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.observability.metrics import UNCOUNTED, Metrics
from smartapp.store.drafts import Drafts
from smartapp.store.ledger import Ledger, LedgerRow
from smartapp.writing import committing, recording
from smartapp.writing.arranging import Arrangement, Beginning
from smartapp.writing.building import Form
from smartapp.writing.committing import IN_DOUBT, NOTHING_STORED
from smartapp.writing.delivery import Delivery, Patience, in_turn
from smartapp.writing.entry import PROVENANCE, decode
from smartapp.writing.model import PlannedItem, Receipt, Rung, State, WriteContext
from smartapp.writing.receipts import is_item, receipts_of
from smartapp.writing.together import Together
from smartapp.writing.waiting import Sleep, Waiting
from smartapp.writing.witness import Witness

_ORDER: Final = (Rung.OBSERVATION, Rung.GOAL, Rung.CARE_PLAN, Rung.LIST, Rung.NOTE, Rung.QUESTIONNAIRE)


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
        metrics: Metrics = UNCOUNTED,
    ) -> None:
        self._ledger = ledger
        self._drafts = drafts
        self._clock = clock
        self._new_id = new_id
        self._form = form or Form()
        self._patience = patience or Patience()
        self._sleep = sleep
        self._metrics = metrics
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def commit(
        self,
        context: WriteContext,
        items: Sequence[PlannedItem],
        *,
        draft: bytes | None = None,
        at: datetime | None = None,
    ) -> None:
        """Put items into the ledger; an item that is there already stays as it is, so twice is once.

        An item that another launch of the same owner has comes over: with its new words when nothing of it
        was stored; as it is when it is stored or in doubt, and then new words become an item of their own.
        `draft`: what remains of the draft, kept in the same transaction. `at`: when the clinician confirmed
        them, if not now; its day stands in a note, with the names in `context`. Raises WrongPatient for an
        item of another owner.
        """
        owner = context.owner
        async with self._rearranging(context) as (connection, arrangement):
            await self._ledger.refuse_others_in(connection, owner, ids=[item.draft.id for item in items])
            committing.commit(arrangement, items, Beginning.confirmed(context, at or self._clock()))
            if draft is not None:
                await self._drafts.save_in(connection, context.launch_id, owner=owner, body=draft)

    async def divert(
        self, context: WriteContext, items: Sequence[PlannedItem], *, at: datetime | None = None
    ) -> None:
        """Put statements of this launch that were REFUSED on the rungs of `items`. What is not REFUSED any
        more stays, so twice is once. `at` as for `commit`.
        """
        await self._witness(context).diverting(items)
        async with self._rearranging(context) as (_, arrangement):
            committing.divert(arrangement, items, Beginning.confirmed(context, at or self._clock()))

    async def look_for_refused(
        self,
        context: WriteContext,
        draft_ids: Collection[str],
        *,
        client: FhirClient,
        capability: Capability,
    ) -> None:
        """Look once more for REFUSED statements of this launch before they go another way, so that none
        stands in the chart twice. One that is there is not REFUSED any more. Raises SessionEnded.
        """
        async with self.one_sender(context, client=client, capability=capability) as delivery:
            refused = await self._items(context, [State.REFUSED])
            rows = [row for row in refused if any(one.id in draft_ids for one in decode(row).drafts)]
            if await in_turn(delivery.look_for_refused, rows):
                await self.record_provenance(delivery)

    async def mark_pasted(self, context: WriteContext, draft_ids: Collection[str]) -> None:
        """Note that the clinician put statements of this launch into their own note: those to copy, and those
        that the EHR REFUSED. They are done, and never sent.
        """
        async with self._rearranging(context) as (_, arrangement):
            committing.paste(arrangement, draft_ids, at=self._clock())

    async def send(
        self, context: WriteContext, *, client: FhirClient, capability: Capability
    ) -> tuple[Receipt, ...]:
        """Send everything that is PLANNED, then one Provenance for what was stored.

        Raises SessionEnded, after writing down what is done: the rest stays PLANNED. When the EHR does not
        even answer a search, the rest stays PLANNED too.
        """
        async with self.one_sender(context, client=client, capability=capability) as delivery:
            together = Together(delivery, self._new_id)
            step = await together.send(await self._items(context, [State.PLANNED]))
            if step.ended is not None:
                raise step.ended
            planned = await self._items(context, [State.PLANNED]) if step.is_answering else []
            if step.is_answering and await in_turn(delivery.send, planned):
                await self.record_provenance(delivery)
        return await self.receipts(context.launch_id)

    async def check(
        self, context: WriteContext, *, client: FhirClient, capability: Capability
    ) -> tuple[Receipt, ...]:
        """Look again for everything in doubt, also what a crash left SENDING. Sends no item."""
        async with self.one_sender(context, client=client, capability=capability) as delivery:
            doubtful = await self._items(context, IN_DOUBT)
            doubtful += [
                row for row in await self._rows(context) if row.rung == PROVENANCE and row.state in IN_DOUBT
            ]
            if await in_turn(delivery.look_again, doubtful):
                await self.record_provenance(delivery)
        return await self.receipts(context.launch_id)

    async def retry(
        self, context: WriteContext, row: str, *, client: FhirClient, capability: Capability
    ) -> tuple[Receipt, ...]:
        """Try one row again: one that was REFUSED, or is in doubt once a search proved that it is not there.

        Raises NotFound for a row that is not an item of this launch.
        """
        async with self.one_sender(context, client=client, capability=capability) as delivery:
            found = next((one for one in await self._items(context, State) if one.item_id == row), None)
            if found is None:
                raise NotFound("no such item in this launch")
            turn = delivery.look_again if found.state == State.SENDING else delivery.send
            if await in_turn(turn, [found] if found.state != State.STORED else []):
                await self.record_provenance(delivery)
        return await self.receipts(context.launch_id)

    async def receipts(self, launch_id: str) -> tuple[Receipt, ...]:
        """One receipt a statement, in the order of the page."""
        return receipts_of(await self._ledger.of_launch(launch_id))

    async def receipts_in(self, connection: AsyncConnection, launch_id: str) -> tuple[Receipt, ...]:
        """As `receipts`, inside a transaction of the caller."""
        return receipts_of(await self._ledger.of_launch_in(connection, launch_id))

    async def provenance(self, launch_id: str) -> State | None:
        """What became of the record of who said and wrote it: the worst, or None when there is none."""
        rows = await self._ledger.of_launch(launch_id)
        states = [State(row.state) for row in rows if row.rung == PROVENANCE]
        return next((state for state in states if state is not State.STORED), states[0] if states else None)

    async def left_over(self, context: WriteContext) -> tuple[Receipt, ...]:
        """What earlier launches of the same owner did not bring into the chart. `commit` takes it over."""
        states = [state.value for state in (*NOTHING_STORED, *IN_DOUBT)]
        rows = await self._ledger.left_over(context.owner, to_launch=context.launch_id, states=states)
        return receipts_of(rows)

    async def record_provenance(self, delivery: Delivery) -> None:
        """Say in the chart who said and wrote what is STORED, and who changed what, where no Provenance of
        ours says it yet. Raises SessionEnded.
        """
        await recording.record(delivery, self._new_id)

    @asynccontextmanager
    async def one_sender(
        self, context: WriteContext, *, client: FhirClient, capability: Capability
    ) -> AsyncIterator[Delivery]:
        """What to send with, while nobody else in this process sends for this launch."""
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
            waiting=Waiting(self._sleep, self._patience.busy_s),
            witness=self._witness(context),
            metrics=self._metrics,
        )
        async with self._locks.setdefault(context.launch_id, asyncio.Lock()):
            try:
                yield delivery
            except StoreUnavailable as error:
                if isinstance(error, AuditUnavailable) and not delivery.witness.has_sent:
                    raise
                raise SendingUnclear(error.detail) from error

    @asynccontextmanager
    async def _rearranging(self, context: WriteContext) -> AsyncIterator[tuple[AsyncConnection, Arrangement]]:
        """One transaction in which the owner's statements move between rows, and nobody else touches them."""
        owner = context.owner
        async with self._ledger.transaction() as connection:
            known = await self._ledger.of_owner_in(connection, owner)
            arrangement = Arrangement.of(known, context.launch_id, owner=owner, new_id=self._new_id)
            yield connection, arrangement
            await self._ledger.refuse_others_in(connection, owner, ids=arrangement.rows)
            await self._ledger.rearrange_in(connection, known, arrangement.rows.values())

    def _witness(self, context: WriteContext) -> Witness:
        return Witness(self._ledger.audit, context.audited)

    async def _rows(self, context: WriteContext) -> tuple[LedgerRow, ...]:
        rows = await self._ledger.of_launch(context.launch_id)
        if any(row.owner != context.owner for row in rows):
            raise WrongPatient("a launch of another owner")
        return rows

    async def _items(self, context: WriteContext, states: Iterable[State]) -> list[LedgerRow]:
        """The launch's rows in one of `states` that can be sent, in the order of sending."""
        wanted = [state.value for state in states]
        rows = [row for row in await self._rows(context) if is_item(row) and row.rung != Rung.COPY]
        return sorted((row for row in rows if row.state in wanted), key=_turn)


def _turn(row: LedgerRow) -> tuple[bool, bool, int, int]:
    """What others refer to goes first: data, and of that what is not about another statement."""
    rung = Rung(row.rung)
    is_about = any(draft.about for draft in decode(row).drafts)
    return not rung.is_data, is_about, _ORDER.index(rung), row.position
