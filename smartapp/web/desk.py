"""Where drafts are kept, changed and offered again: every change is one read and one write that nobody
can come between.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from smartapp.web import draft as drafts
from smartapp.web.draft import Box, Draft, box_of
from smartapp.web.visit import Visit
from smartapp.web.write_context import owner_context
from smartapp.writing.model import Receipt


@dataclass(frozen=True, slots=True)
class Offer:
    """A draft from another launch of the same clinician, patient and EHR. `launch_id` "": only from the
    ledger.
    """

    launch_id: str
    draft: Draft
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """`draft` without what is in the ledger already; `receipts` of what is. `changed_at` None: nothing
    kept yet.
    """

    draft: Draft
    receipts: tuple[Receipt, ...]
    changed_at: datetime | None


async def look(visit: Visit) -> Desk:
    """The launch's draft as it stands now."""
    receipts = await visit.services.sender.receipts(visit.id)
    stored = await visit.services.drafts.load(visit.id)
    if stored is None:
        return Desk(Draft(), receipts, changed_at=None)
    draft = drafts.decode(stored.body).without(receipt.draft.id for receipt in receipts)
    return Desk(draft, receipts, visit.services.local(stored.changed_at))


async def change(visit: Visit, how: Callable[[Draft], Draft]) -> datetime:
    """Keep the draft as `how` makes it. Returns the local time at which it was kept. Raises
    StoreUnavailable.
    """
    services = visit.services
    async with services.database.transaction() as connection:
        stored = await services.drafts.load_in(connection, visit.id)
        changed = how(Draft() if stored is None else drafts.decode(stored.body))
        kept_at = await services.drafts.save_in(
            connection, visit.id, owner=visit.session.owner, body=drafts.encode(changed)
        )
    return services.local(kept_at)


async def keep(visit: Visit, posted: Iterable[Box]) -> datetime:
    """Keep one page's boxes, leaving alone what was sent meanwhile and what another open page holds."""
    sent = {
        receipt.draft.id: receipt.draft.words for receipt in await visit.services.sender.receipts(visit.id)
    }
    boxes = drafts.apart_from_ledger(posted, sent)
    now = visit.services.local(visit.services.clock())
    return await change(visit, lambda draft: draft.with_boxes(boxes, now=now))


async def offer(visit: Visit) -> Offer | None:
    """The newest draft of another launch, and what an earlier launch committed and did not bring into
    the chart.
    """
    mine = await look(visit)
    known = {box.id for box in mine.draft.boxes} | {receipt.draft.id for receipt in mine.receipts}
    known |= set(mine.draft.hidden)
    stranded = [
        receipt
        for receipt in await visit.services.sender.left_over(owner_context(visit))
        if receipt.draft.id not in known
    ]
    boxes = [box_of(receipt.draft) for receipt in stranded]
    kept = await _newest_with_words(visit, known | {box.id for box in boxes})
    if kept is not None:
        return replace(kept, draft=replace(kept.draft, boxes=(*boxes, *kept.draft.written)))
    times = [receipt.at for receipt in stranded if receipt.at is not None]
    if not boxes:
        return None
    at = max(times, default=visit.services.clock())
    return Offer("", Draft(tuple(boxes)), visit.services.local(at))


async def adopt(visit: Visit, offered: Offer) -> None:
    """Take an offered draft over, and only then discard it where it was."""
    boxes = offered.draft.written
    now = visit.services.local(visit.services.clock())
    await change(visit, lambda draft: draft.with_boxes(boxes, now=now))
    await visit.services.drafts.discard(offered.launch_id)


async def discard(visit: Visit, offered: Offer) -> None:
    """Throw an offered draft away. What stands in the ledger stays there, and is not offered again in
    this launch.
    """
    ids = tuple(box.id for box in offered.draft.boxes)
    await change(visit, lambda draft: replace(draft, hidden=(*draft.hidden, *ids)))
    await visit.services.drafts.discard(offered.launch_id)


async def _newest_with_words(visit: Visit, known: set[str]) -> Offer | None:
    services = visit.services
    for stored in await services.drafts.all_offered(visit.session.owner, to_launch=visit.id):
        receipts = await services.sender.receipts(stored.launch_id)
        left = drafts.decode(stored.body).without({receipt.draft.id for receipt in receipts} | known)
        if left.written:
            return Offer(stored.launch_id, left, services.local(stored.changed_at))
    return None
