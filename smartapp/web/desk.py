"""Where drafts are kept, changed and offered again: every change is one read and one write that nobody
can come between.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from smartapp.sdm.choices import said
from smartapp.sdm.model import Kind
from smartapp.store.drafts import StoredDraft
from smartapp.web import draft as drafts
from smartapp.web import own_sheet
from smartapp.web.draft import Box, Draft, SheetText, box_of
from smartapp.web.merging import Page, apart_from_ledger, joined, mark, without_sent
from smartapp.web.visit import Visit
from smartapp.web.write_context import owner_context
from smartapp.writing.model import Receipt


@dataclass(frozen=True, slots=True)
class Offer:
    """A draft from another launch of the same clinician, patient and EHR. `launch_id` "": only from the
    ledger. `revision` is the stored draft's.
    """

    launch_id: str
    draft: Draft
    changed_at: datetime
    revision: int = 0

    @property
    def key(self) -> str:
        """Tells this offer, word for word, from any other."""
        boxes = (f"{box.id} {box.said}" for box in self.draft.boxes)
        sheet = (f"{text.key} {text.text}" for text in self.draft.sheet)
        return mark("\n".join([self.launch_id, *boxes, *sheet]))


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
    return _desk(visit, await visit.services.drafts.load(visit.id), receipts)


async def change(visit: Visit, how: Callable[[Draft], Draft]) -> datetime:
    """Keep the draft as `how` makes it. Returns the local time at which it was kept. Raises
    StoreUnavailable.
    """
    async with visit.services.drafts.changing(visit.session.owner) as connection:
        return await _save(visit, connection, how((await _mine(visit, connection)).draft))


async def clear_sent(visit: Visit) -> None:
    """Take out of the draft what is in the ledger by now, and nothing that was typed meanwhile."""
    await change(visit, lambda draft: draft)


async def keep(
    visit: Visit, posted: Iterable[Box], page: Page, *, sheet: Mapping[str, str] | None = None
) -> datetime:
    """Keep one page's boxes, and the fields of its own decision sheet, leaving alone what was sent meanwhile
    and what another open page holds.
    """
    async with visit.services.drafts.changing(visit.session.owner) as connection:
        mine = await _mine(visit, connection)
        draft = _joined(visit, mine, posted, page)
        draft = replace(draft, sheet=own_sheet.joined(draft.sheet, sheet or {}, page))
        return await _save(visit, connection, draft)


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
        # An order of importance is no words of its own, and is made anew from those that are offered.
        if receipt.draft.id not in known and receipt.draft.kind is not Kind.PRIORITIES
    ]
    boxes = tuple(box_of(receipt.draft) for receipt in stranded)
    here = _said(mine) | {(box.kind, box.said) for box in boxes}
    kept = await _newest_with_words(visit, here, mine.draft.sheet)
    if kept is not None:
        return replace(kept, draft=replace(kept.draft, boxes=(*boxes, *kept.draft.written)))
    times = [receipt.at for receipt in stranded if receipt.at is not None]
    if not boxes:
        return None
    at = max(times, default=visit.services.clock())
    return Offer("", Draft(boxes), visit.services.local(at))


async def adopt(visit: Visit, offered: Offer) -> None:
    """Take an offered draft over, with what was typed into it since and its order of importance, and discard
    it where it was.
    """
    services, page = visit.services, Page(offered.launch_id)
    async with services.drafts.changing(visit.session.owner) as connection:
        there = await services.drafts.load_in(connection, offered.launch_id)
        mine = await _mine(visit, connection)
        newest = Draft() if there is None else drafts.decode(there.body)
        boxes = {box.id: box for box in (*offered.draft.written, *newest.written)}.values()
        new = [box for box in boxes if (box.kind, box.said) not in _said(mine)]
        draft = _joined(visit, mine, new, page)
        sheet = own_sheet.beside(draft.sheet, newest.sheet)
        await _save(visit, connection, replace(draft, order=draft.order or newest.order, sheet=sheet))
        await services.drafts.discard_in(connection, offered.launch_id)


async def discard(visit: Visit, offered: Offer) -> None:
    """Throw an offered draft away, unless it was changed since. What stands in the ledger stays there, and
    is not offered again in this launch.
    """
    ids = tuple(box.id for box in offered.draft.boxes)
    async with visit.services.drafts.changing(visit.session.owner) as connection:
        there = await visit.services.drafts.load_in(connection, offered.launch_id)
        if there is not None and there.revision != offered.revision:
            return
        draft = (await _mine(visit, connection)).draft
        await _save(visit, connection, replace(draft, hidden=(*draft.hidden, *ids)))
        await visit.services.drafts.discard_in(connection, offered.launch_id)


async def _newest_with_words(
    visit: Visit, here: set[tuple[Kind, str]], mine: tuple[SheetText, ...]
) -> Offer | None:
    services = visit.services
    for stored in await services.drafts.all_offered(visit.session.owner, to_launch=visit.id):
        receipts = await services.sender.receipts(stored.launch_id)
        left = without_sent(drafts.decode(stored.body), _words(receipts)).written
        new = tuple(box for box in left if (box.kind, box.said) not in here)
        sheet = own_sheet.missing(drafts.decode(stored.body).sheet, mine)
        if new or sheet:
            changed_at = services.local(stored.changed_at)
            return Offer(stored.launch_id, Draft(new, sheet=sheet), changed_at, stored.revision)
    return None


async def _mine(visit: Visit, connection: AsyncConnection) -> Desk:
    """As `look`, and nobody else can change it before the transaction ends."""
    stored = await visit.services.drafts.load_in(connection, visit.id)
    receipts = await visit.services.sender.receipts_in(connection, visit.id)
    return _desk(visit, stored, receipts)


def _desk(visit: Visit, stored: StoredDraft | None, receipts: tuple[Receipt, ...]) -> Desk:
    if stored is None:
        return Desk(Draft(), receipts, changed_at=None)
    draft = without_sent(drafts.decode(stored.body), _words(receipts))
    return Desk(draft, receipts, visit.services.local(stored.changed_at))


def _joined(visit: Visit, mine: Desk, posted: Iterable[Box], page: Page) -> Draft:
    boxes = apart_from_ledger(posted, _words(mine.receipts), page)
    return joined(mine.draft, boxes, page, now=visit.services.local(visit.services.clock()))


async def _save(visit: Visit, connection: AsyncConnection, draft: Draft) -> datetime:
    kept_at = await visit.services.drafts.save_in(
        connection, visit.id, owner=visit.session.owner, body=drafts.encode(draft)
    )
    return visit.services.local(kept_at)


def _words(receipts: Iterable[Receipt]) -> dict[str, str]:
    statements = (receipt.draft for receipt in receipts)
    return {one.id: said(one.kind, one.words, one.choice) for one in statements}


def _said(desk: Desk) -> set[tuple[Kind, str]]:
    """What is on this desk already, typed or sent."""
    typed = {(box.kind, box.said) for box in desk.draft.boxes}
    sent = (receipt.draft for receipt in desk.receipts)
    return typed | {(one.kind, said(one.kind, one.words, one.choice)) for one in sent}
