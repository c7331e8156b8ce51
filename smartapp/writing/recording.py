"""Which Provenance is still to be written: one for what was stored, one for each handout and each change.

R4's Provenance has no identifier. So the ledger tells what has one; where one may have gone out in a
transaction, the chart is looked at first, for the Provenance as it was in that transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from smartapp.errors import GuardRefused
from smartapp.store.ledger import LedgerRow, NewRow
from smartapp.writing.building import Making, build
from smartapp.writing.delivery import Delivery, in_turn
from smartapp.writing.entry import CHANGE, HANDOUT, PROVENANCE, Entry, Outcome, decode, encode
from smartapp.writing.model import State
from smartapp.writing.posting import Said, is_refusal
from smartapp.writing.receipts import is_item

_TYPE: Final = "Provenance"


def is_wanted(delivery: Delivery) -> bool:
    """Whether a Provenance can be written here, and the site wants it."""
    site = delivery.context.site
    is_permitted = delivery.capability.offers(_TYPE, "create") and delivery.client.may(_TYPE, "c")
    return site.provenance and is_permitted and _TYPE not in site.creates_of_other_kinds


async def record(delivery: Delivery, new_id: Callable[[], str]) -> None:
    """Write every Provenance that is wanting, and those that an empty search showed to be missing. Raises
    SessionEnded.
    """
    if not is_wanted(delivery):
        return
    await commit(delivery, new_id)
    rows = await delivery.ledger.of_launch(delivery.context.launch_id)
    await in_turn(delivery.send, [row for row in rows if row.rung == PROVENANCE and _is_to_send(row)])


async def commit(
    delivery: Delivery, new_id: Callable[[], str], answers: Mapping[str, Said] | None = None
) -> None:
    """Put every Provenance that is wanting into the ledger. `answers`: by transaction, what the EHR said
    about the Provenance in it. One that it refused may go out at once, when the chart does not show it.
    """
    making, context, ledger = await delivery.making(), delivery.context, delivery.ledger
    async with ledger.transaction() as connection:
        known = await ledger.of_owner_in(connection, context.owner)
        absent_s = delivery.patience.absent_s
        for entry in wanting([(row, decode(row)) for row in known], at=delivery.clock(), absent_s=absent_s):
            answer = (answers or {}).get(entry.bundle, Said(0))
            went = _as_it_went(entry, delivery, making, answer.reference)
            is_doubtful = went.resource is not None and not is_refusal(answer.status)
            await ledger.add_all_in(
                connection,
                context.launch_id,
                owner=context.owner,
                state=(State.UNKNOWN if is_doubtful else State.PLANNED).value,
                rows=[NewRow(new_id(), PROVENANCE, encode(went), attempt=1 if went.resource else 0)],
            )


def wanting(known: Sequence[tuple[LedgerRow, Entry]], *, at: datetime, absent_s: float) -> Iterator[Entry]:
    """The Provenances that the rows of one owner want, with `bundle` where one may be in the chart already.

    `absent_s`: how long after an attempt an empty search is believed.
    """
    recorded = [entry for row, entry in known if row.rung == PROVENANCE]
    targets = {target for entry in recorded if entry.change is None for target in entry.targets}
    bundles = {entry.bundle for entry in recorded if entry.bundle}
    stored: dict[str, list[_Stored]] = {}
    for row, entry in known:
        reference = entry.outcome.reference if entry.outcome else ""
        is_covered = reference in targets or entry.bundle in bundles
        if is_item(row) and row.state == State.STORED and not is_covered:
            stored.setdefault(entry.bundle, []).append(_Stored(reference, entry))
    doubtful = {entry.bundle for row, entry in known if _is_doubtful(row, entry, absent_s)}
    for bundle, ones in stored.items():
        # What is in doubt may be one of the targets, and the Provenance is told by its targets.
        if not bundle or bundle not in doubtful:
            yield _of(ones, bundle, at)
    for row, entry in known:
        # Its own, for what was said to whom is told of statements only.
        reference = entry.outcome.reference if entry.outcome else ""
        if row.rung == HANDOUT and row.state == State.STORED and reference not in targets:
            yield Entry((), at, targets=(reference,))
    changes = {entry.change.id for entry in recorded if entry.change}
    for row, entry in known:
        change = entry.change if row.rung == CHANGE and row.state == State.STORED else None
        if change is not None and change.id not in changes:
            yield Entry(entry.drafts, at, targets=(change.reference,), change=change)


@dataclass(frozen=True, slots=True)
class _Stored:
    """One entry of the chart that this app wrote."""

    reference: str
    entry: Entry


def _of(stored: Iterable[_Stored], bundle: str, at: datetime) -> Entry:
    ones = [*stored]
    return Entry(
        tuple(draft for one in ones for draft in one.entry.drafts),
        at,
        targets=tuple(one.reference for one in ones),
        sent_at=ones[0].entry.sent_at if bundle else None,
        bundle=bundle,
    )


def _is_doubtful(row: LedgerRow, entry: Entry, absent_s: float) -> bool:
    """Whether it may be in the chart after all: no search that was made late enough missed it."""
    if not is_item(row) or row.state not in {State.SENDING, State.UNKNOWN}:
        return False
    is_absent = entry.outcome is not None and entry.outcome.is_absent
    if not is_absent or entry.sent_at is None or entry.settled_at is None:
        return True
    return entry.settled_at - entry.sent_at < timedelta(seconds=absent_s)


def _as_it_went(entry: Entry, delivery: Delivery, making: Making, candidate: str) -> Entry:
    """With the resource as it was in the transaction, by which it is looked for; without, where it was in
    none.
    """
    if not entry.bundle or entry.sent_at is None:
        return entry
    then = replace(making, now=entry.sent_at)
    try:
        resource = build("", PROVENANCE, entry, context=delivery.context, making=then)
    except GuardRefused:
        return replace(entry, sent_at=None)
    return replace(entry, resource=resource, outcome=Outcome(State.UNKNOWN, candidate=candidate))


def _is_to_send(row: LedgerRow) -> bool:
    """Whether it never went out alone, or a search did not find it."""
    outcome = decode(row).outcome
    is_open = outcome is not None and (outcome.is_absent or not outcome.reason)
    return row.state == State.PLANNED or (row.state == State.UNKNOWN and is_open)
