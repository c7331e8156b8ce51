"""Changes entries of the chart, and takes back what this visit wrote: each change at most once, and each with
a receipt.

A change is a row of the ledger under its own id, committed with its words before anything is read or sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from smartapp.clock import Clock
from smartapp.errors import NotFound, WrongPatient
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.fhir.words import words_of
from smartapp.sdm.model import Change, ChangeKind, DraftStatement
from smartapp.store.ledger import Ledger, LedgerRow, NewRow
from smartapp.writing.amending import Amending, can_change
from smartapp.writing.delivery import Delivery, Step
from smartapp.writing.entry import CHANGE, PROVENANCE, Entry, FiledHandout, decode, encode
from smartapp.writing.model import ChangeReceipt, State, WriteContext
from smartapp.writing.rewording import ids_for, later_id
from smartapp.writing.sender import Sender
from smartapp.writing.taking_over import take_over

__all__ = ["Changer", "Written", "can_change"]

_IN_DOUBT: Final = (State.SENDING.value, State.UNKNOWN.value)
_NOT_SENT: Final = (State.PLANNED.value, State.REFUSED.value)
_ALL: Final = tuple(state.value for state in State)
_NOT_STORED: Final = (*_NOT_SENT, *_IN_DOUBT, State.CONFLICT.value)


@dataclass(frozen=True, slots=True)
class Written:
    """What a row of the ledger put into the chart: statements, or the handout. `taken_back`: the wish to take
    it back that was STORED, or the newest.
    """

    drafts: tuple[DraftStatement, ...]
    reference: str
    taken_back: ChangeReceipt | None
    handout: FiledHandout | None = None


class Changer:
    """Works under the lock of `sender`, so that one launch sends one thing at a time."""

    def __init__(self, sender: Sender, ledger: Ledger, clock: Clock) -> None:
        self._sender = sender
        self._ledger = ledger
        self._clock = clock

    async def keep(self, context: WriteContext, change: Change) -> str:
        """Put the change into the ledger, so that its words are safe, and send nothing. Returns its id there:
        a second press of the same form is the same change, other words under its id are one of their own.
        """
        return await self._commit(context, change, ())

    async def change(
        self, context: WriteContext, change: Change, *, client: FhirClient, capability: Capability
    ) -> ChangeReceipt:
        """Keep the change, then bring it into the chart, unless the entry is at another version by now.

        Raises SessionEnded, with the change kept, and WrongPatient for another patient's entry.
        """
        id_ = await self.keep(context, change)
        return await self._bring(context, id_, client=client, capability=capability)

    async def take_back(
        self, context: WriteContext, row: str, *, client: FhirClient, capability: Capability, over: str = ""
    ) -> ChangeReceipt:
        """Mark what this launch STORED in `row` as entered in error. `over`: the version that the clinician
        saw since, "" for the one that we stored.

        Raises NotFound for a row of which nothing is in the chart; else as `change`.
        """
        item, change = await self._withdrawal(context, row, over)
        # What is done is done, from whichever page. What is in doubt is settled first: a second wish beside
        # it could only be in doubt, too.
        id_ = await self._standing(context, change) or await self._commit(context, change, item.drafts)
        return await self._bring(context, id_, client=client, capability=capability, original=item.resource)

    async def check(self, context: WriteContext, *, client: FhirClient, capability: Capability) -> None:
        """Look again for changes in doubt, also those of an earlier launch of the same owner. One that the
        chart does not show goes out again, as it was. Raises SessionEnded.
        """
        await self._take_over_doubts(context)
        async with self._sender.one_sender(context, client=client, capability=capability) as delivery:
            for row in await self._rows(context):
                if not _is_doubtful(row):
                    continue
                step = await Amending(delivery).look_again(row)
                if step.ended is not None:
                    raise step.ended
                if not step.is_answering:
                    return
            await self._sender.record_provenance(delivery)

    async def receipts(self, launch_id: str) -> tuple[ChangeReceipt, ...]:
        """One receipt a change, in their order."""
        rows = await self._ledger.of_launch(launch_id)
        return tuple(_receipt(row) for row in rows if row.rung == CHANGE)

    async def written(self, context: WriteContext, row: str) -> Written:
        """What this launch STORED in `row`, and what became of the wish to take it back.

        Raises NotFound where nothing of it is in the chart.
        """
        rows = await self._rows(context)
        entry = _stored(rows, row)
        reference = entry.outcome.reference if entry.outcome else ""
        wishes = _changes(rows, reference, ChangeKind.WITHDRAWN)
        return Written(entry.drafts, reference, _decisive(wishes), entry.handout)

    async def left_over(self, context: WriteContext) -> tuple[ChangeReceipt, ...]:
        """What earlier launches of the same owner were told to change and did not, oldest first: of each
        entry only what was wanted last.
        """
        rows = await self._ledger.left_over(context.owner, to_launch=context.launch_id, states=_ALL)
        last = {(row.launch_id, _receipt(row).change.reference): row for row in rows if row.rung == CHANGE}
        # Of two launches at the same moment neither was told of the other's wish: what is open is told.
        in_turn = sorted(last.values(), key=lambda row: (row.changed_at, row.state != State.STORED))
        newest = {each.change.reference: each for each in map(_receipt, in_turn)}
        return tuple(receipt for receipt in newest.values() if receipt.state is not State.STORED)

    async def _withdrawal(self, context: WriteContext, row: str, over: str) -> tuple[Entry, Change]:
        rows = await self._rows(context)
        item = _stored(rows, row)
        assert item.outcome is not None, "STORED"
        reference = item.outcome.reference
        own = [item.outcome.version]
        own += [each.version for each in _changes(rows, reference) if each.state is State.STORED]
        id_ = later_id(f"{row} {over}")
        return item, Change(id_, ChangeKind.WITHDRAWN, reference, over or own[-1])

    async def _standing(self, context: WriteContext, change: Change) -> str:
        """The id of the change of this kind to this entry that is STORED or in doubt; "" without one."""
        found = _decisive(_changes(await self._rows(context), change.reference, change.kind))
        return found.change.id if found and found.state.value in (*_IN_DOUBT, State.STORED.value) else ""

    async def _commit(self, context: WriteContext, change: Change, drafts: tuple[DraftStatement, ...]) -> str:
        """Put the change into the ledger, where it is not there yet. Returns its id."""
        async with self._ledger.transaction() as connection:
            known = await self._ledger.of_owner_in(connection, context.owner)
            taken = {row.item_id: _meaning(decode(row).change) for row in known}
            id_ = ids_for(change.id, _meaning(change), taken)[-1]
            entry = Entry(drafts, self._clock(), change=replace(change, id=id_))
            await self._ledger.add_all_in(
                connection,
                context.launch_id,
                owner=context.owner,
                state=State.PLANNED.value,
                rows=[NewRow(id_, CHANGE, encode(entry))],
            )
            await take_over(
                self._ledger, connection, context, known=known, is_wanted=lambda row: row.item_id == id_
            )
        return id_

    async def _bring(
        self,
        context: WriteContext,
        id_: str,
        *,
        client: FhirClient,
        capability: Capability,
        original: Mapping[str, object] | None = None,
    ) -> ChangeReceipt:
        async with self._sender.one_sender(context, client=client, capability=capability) as delivery:
            step = await _turn(delivery, _row(await self._rows(context), id_), original)
            if step.ended is not None:
                raise step.ended
            row = _row(await self._rows(context), id_)
            if row.state == State.STORED:
                await self._sender.record_provenance(delivery)
        return _receipt(row)

    async def _take_over_doubts(self, context: WriteContext) -> None:
        async with self._ledger.transaction() as connection:
            known = await self._ledger.of_owner_in(connection, context.owner)
            await take_over(self._ledger, connection, context, known=known, is_wanted=_is_doubtful)

    async def _rows(self, context: WriteContext) -> tuple[LedgerRow, ...]:
        rows = await self._ledger.of_launch(context.launch_id)
        if any(row.owner != context.owner for row in rows):
            raise WrongPatient("a launch of another owner")
        return rows


def _is_doubtful(row: LedgerRow) -> bool:
    return row.rung == CHANGE and row.state in _IN_DOUBT


async def _turn(delivery: Delivery, row: LedgerRow, original: Mapping[str, object] | None) -> Step:
    if row.state in _NOT_SENT:
        return await Amending(delivery).send(row, original)
    return await Amending(delivery).look_again(row) if row.state in _IN_DOUBT else Step()


def _row(rows: Iterable[LedgerRow], id_: str) -> LedgerRow:
    return next(row for row in rows if row.item_id == id_)


def _stored(rows: Iterable[LedgerRow], id_: str) -> Entry:
    """The entry of a row that put words of the clinician's visit into the chart. Raises NotFound."""
    for row in rows:
        if row.item_id == id_ and row.state == State.STORED and row.rung not in {CHANGE, PROVENANCE}:
            return decode(row)
    raise NotFound("nothing stored in this row of this launch")


def _changes(rows: Iterable[LedgerRow], reference: str, *kinds: ChangeKind) -> list[ChangeReceipt]:
    """The changes of one entry, in their order; with `kinds` only those."""
    receipts = [_receipt(row) for row in rows if row.rung == CHANGE]
    return [
        receipt
        for receipt in receipts
        if receipt.change.reference == reference and (not kinds or receipt.change.kind in kinds)
    ]


def _decisive(wishes: Sequence[ChangeReceipt]) -> ChangeReceipt | None:
    """The one that was STORED, else the newest."""
    stored = (wish for wish in wishes if wish.state is State.STORED)
    return next(stored, wishes[-1] if wishes else None)


def _receipt(row: LedgerRow) -> ChangeReceipt:
    entry = decode(row)
    assert entry.change is not None, "a row of the rung CHANGE"
    seen = words_of(entry.before) if entry.before else "\n".join(draft.words for draft in entry.drafts)
    receipt = ChangeReceipt(entry.change, State(row.state), seen, at=entry.committed_at)
    outcome = entry.outcome
    if outcome is None or outcome.state is not receipt.state:
        return receipt
    return replace(
        receipt,
        version=outcome.version,
        status=outcome.status,
        reason=outcome.reason,
        at=entry.settled_at,
    )


def _meaning(change: Change | None) -> str:
    """What tells one change from another, whatever its id; "" for what is none."""
    if change is None:
        return ""
    return "\n".join((change.kind, change.reference, change.version, change.words, change.note))
