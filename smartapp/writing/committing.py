"""What a press of the clinician does to the rows of the ledger: send, choose another way, note as pasted.

A statement that may be in the chart keeps its row and its words. One of which nothing was stored may go.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from smartapp.sdm.choices import said
from smartapp.sdm.model import DraftStatement
from smartapp.store.ledger import LedgerRow
from smartapp.writing.arranging import Arrangement, Beginning, Placing
from smartapp.writing.entry import CHANGE, PROVENANCE
from smartapp.writing.model import PlannedItem, Rung, State, WhyNot
from smartapp.writing.rewording import ids_for

NOTHING_STORED: Final = (State.PLANNED, State.REFUSED)
IN_DOUBT: Final = (State.SENDING, State.UNKNOWN)


def commit(arrangement: Arrangement, items: Sequence[PlannedItem], beginning: Beginning) -> None:
    """Put items on their rungs. One that this launch has stays as it is. One that another launch has comes
    over: with its new words and rung when nothing of it was stored; else its row as it is, and then other
    words become an item of their own.
    """
    taken = _what_is_said(arrangement)
    ids: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for item in items:
        # What is said now takes the place of what was under this very id, if nothing of that was stored; of
        # nothing else that may still be wanted.
        if _is_free(arrangement, arrangement.row_of(item.draft.id)) and item.draft.id not in seen:
            taken[item.draft.id] = _said(item.draft)
        seen.add(item.draft.id)
        ids.append(ids_for(item.draft.id, _said(item.draft), taken))
        taken[ids[-1][-1]] = _said(item.draft)
    now = {item.draft.id: own[-1] for item, own in zip(items, ids, strict=True)}
    new: dict[str, Placing] = {}
    for item, own, place in zip(items, ids, arrangement.reserve(len(items)), strict=True):
        row = arrangement.row_of(own[-1])
        if row is None or _is_free(arrangement, row):
            about = tuple(now.get(id_, id_) for id_ in item.draft.about)
            draft = replace(item.draft, id=own[-1], about=about)
            new.setdefault(draft.id, Placing(draft, item.rung, item.why_not, place))
        else:
            arrangement.bring(row, place)
        _bring_all(arrangement, own[:-1])
    arrangement.put([*new.values()], beginning)
    _bring_what_belongs(arrangement)


def divert(arrangement: Arrangement, items: Sequence[PlannedItem], beginning: Beginning) -> None:
    """Put what the EHR refused in this launch on other rungs. What is not refused (any more) stays."""
    rungs = {item.draft.id: item for item in items}
    placings = [
        replace(placing, rung=item.rung, why_not=item.why_not)
        for placing, row in _of_this_launch(arrangement, rungs)
        if row.state == State.REFUSED
        for item in [rungs[placing.draft.id]]
    ]
    arrangement.put(placings, beginning)


def paste(arrangement: Arrangement, draft_ids: Collection[str], *, at: datetime) -> None:
    """Note what the clinician put into their own note: text to copy, or what the EHR refused."""
    placings = [
        placing if row.rung == Rung.COPY else replace(placing, rung=Rung.COPY, why_not=WhyNot.REFUSED)
        for placing, row in _of_this_launch(arrangement, draft_ids)
        if row.state == State.REFUSED or (row.rung, row.state) == (Rung.COPY, State.PLANNED)
    ]
    arrangement.put(placings, Beginning(State.PASTED, at))


def _what_is_said(arrangement: Arrangement) -> dict[str, str]:
    """By id of the statement."""
    return {draft.id: _said(draft) for _, entry in arrangement.items() for draft in entry.drafts}


def _said(draft: DraftStatement) -> str:
    return said(draft.kind, draft.words, draft.choice)


def _is_free(arrangement: Arrangement, row: LedgerRow | None) -> bool:
    """Whether another launch left it, and nothing of it was stored."""
    return row is not None and row.launch_id != arrangement.launch_id and row.state in NOTHING_STORED


def _bring_all(arrangement: Arrangement, draft_ids: Collection[str]) -> None:
    for draft_id in draft_ids:
        row = arrangement.row_of(draft_id)
        if row is not None and not _is_free(arrangement, row):
            arrangement.bring(row)


def _bring_what_belongs(arrangement: Arrangement) -> None:
    """The Provenances that nobody sent yet, and the wishes to take back what came over."""
    here = {
        entry.outcome.reference
        for row, entry in arrangement.items()
        if row.launch_id == arrangement.launch_id and row.state == State.STORED and entry.outcome
    }
    for row in [*arrangement.rows.values()]:
        change = arrangement.entry(row).change
        is_unsent = row.rung == PROVENANCE and row.state == State.PLANNED
        if is_unsent or (row.rung == CHANGE and change is not None and change.reference in here):
            arrangement.bring(row)


def _of_this_launch(arrangement: Arrangement, draft_ids: Collection[str]) -> list[tuple[Placing, LedgerRow]]:
    """The statements with these ids as they stand in this launch, in the order of the page."""
    found = [
        (Placing(draft, Rung(row.rung), why_not, place), row)
        for row, entry in arrangement.items()
        if row.launch_id == arrangement.launch_id
        for draft, why_not, place in arrangement.statements(row)
        if draft.id in draft_ids
    ]
    return sorted(found, key=lambda one: one[0].place)
