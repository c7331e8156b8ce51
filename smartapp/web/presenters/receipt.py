"""One receipt on the Done page: an entry of the chart, or what should have become one, and what can be done
about it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import ngettext
from smartapp.sdm.phrases import sentences
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web import words
from smartapp.web.draft import Box
from smartapp.web.presenters.outcome import Outcome, UndoView, outcome, undo_view
from smartapp.web.presenters.review import chosen, is_quoted, said_by, words_of
from smartapp.writing.model import ChangeReceipt, HandoutReceipt, Receipt, State, WriteSite

_TOO_BUSY: Final = 429


@dataclass(frozen=True, slots=True)
class SaidView:
    """`chosen`: the option beside the words, else ""."""

    said_by: str
    words: str
    is_quoted: bool
    chosen: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button, or a link, to `path` below the launch's. `is_first`: the one that helps most."""

    label: str
    path: str
    is_first: bool
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """`id`: the ledger's row, with the statements that it holds. `name`: what its buttons are about."""

    id: str
    name: str
    outcome: Outcome
    statements: tuple[SaidView, ...]
    actions: tuple[Action, ...]
    undo: UndoView | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the page is about; its times are local. `changes`: of entries that stood in the chart before.
    `lower`: ids of the refused statements that can go another way than as text to copy.
    `can_change(resource_type)`: whether this app may change such an entry here. `provenance`: what became of
    the record of who said and wrote it. `handouts`: that were to be filed.
    """

    receipts: tuple[Receipt, ...]
    left: tuple[Box, ...]
    site: WriteSite
    note_text: str
    changes: tuple[ChangeReceipt, ...] = ()
    lower: frozenset[str] = field(default_factory=frozenset)
    can_change: Callable[[str], bool] = lambda _type: False
    provenance: State | None = None
    handouts: tuple[HandoutReceipt, ...] = ()


def receipt_view(row: Sequence[Receipt], name: str, told: Told) -> ReceiptView:
    """`row`: the receipts of one row of the ledger. `name`: how the page speaks of the patient."""
    first = row[0]
    id_ = first.row or first.draft.id
    found = outcome(first, told.site)
    still_named = _still_named(row, told.receipts)
    statements = tuple(_said(one, name) for one in row)
    return ReceiptView(
        id=id_,
        name=statements[0].said_by
        if len(row) == 1
        else ngettext("entry with %(n)s statement", "entry with %(n)s statements", len(row)),
        outcome=replace(found, note=still_named) if still_named else found,
        statements=statements,
        actions=_actions(row, id_, told),
        undo=undo_view(first, told.can_change),
    )


def is_stored(receipt: Receipt) -> bool:
    """In the chart now: read back, and not taken back since."""
    return receipt.state is State.STORED and receipt.taken_back is not State.STORED


def _said(receipt: Receipt, name: str) -> SaidView:
    draft = receipt.draft
    by = sentences((words.details([_(KIND_WORDS[draft.kind])]), said_by(draft, name)))
    return SaidView(by, words_of(draft), is_quoted(draft), chosen(draft))


def _actions(row: Sequence[Receipt], id_: str, told: Told) -> tuple[Action, ...]:
    """Another way first where the EHR said no, once more first where it only could not."""
    first = row[0]
    is_refused = first.state is State.REFUSED
    if not (is_refused or first.is_absent):
        return ()
    can_divert = is_refused and any(one.draft.id in told.lower for one in row)
    was_temporary = first.status in {None, _TOO_BUSY}
    again = Action(_("Send again"), f"retry/{id_}", is_first=not can_divert or was_temporary)
    if not can_divert:
        return (again,)
    other = Action(_("Choose another way"), "divert", is_first=not was_temporary, is_link=True)
    return (again, other) if was_temporary else (other, again)


def _still_named(row: Sequence[Receipt], receipts: Iterable[Receipt]) -> str:
    """That other entries still name what was taken back: a decision, an order of importance."""
    gone = {one.draft.id for one in row if one.taken_back is State.STORED}
    naming = [one.reference for one in receipts if is_stored(one) and gone.intersection(one.draft.about)]
    if not naming:
        return ""
    return ngettext(
        "%(which)s in the chart still names it.",
        "%(which)s in the chart still name it.",
        len(naming),
        which=words.listed(naming),
    )
