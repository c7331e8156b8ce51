"""Done: what became of each statement, the text for the note, and what was left out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import marked, ngettext
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web.presenters.change import ChangeView, change_views
from smartapp.web.presenters.filing import receipt_views
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.places import is_signed_at_once, note_name
from smartapp.web.presenters.receipt import ReceiptView, Told, is_stored, receipt_view
from smartapp.writing.model import Receipt, Rung, State, WriteSite

_ORDER: Final = (
    State.REFUSED, State.CONFLICT, State.UNKNOWN, State.SENDING, State.PLANNED, State.STORED, State.PASTED,
)  # fmt: skip
_PROVENANCE: Final = {
    State.STORED: marked("Who said and wrote it: recorded in the chart."),
    State.REFUSED: marked("Who said and wrote it: could not be recorded in the chart."),
}


_PROVENANCE_OPEN: Final = marked("Who said and wrote it: not certain yet whether it is recorded.")


@dataclass(frozen=True, slots=True)
class LeftView:
    kind: str
    words: str
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class CopyView:
    """The text to copy. `ids`: the statements that are marked as pasted with its button, which is not there
    without any.
    """

    heading: str
    note: str
    text: str
    rows: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DonePage:
    """`check_label`: the button that asks the chart again, "" when nothing is open. `handouts`: those that
    were to be filed.
    """

    frame: Frame
    heading: str
    intro: str
    receipts: tuple[ReceiptView, ...]
    changes: tuple[ChangeView, ...]
    handouts: tuple[ReceiptView, ...]
    check_label: str
    copy: CopyView | None
    left: tuple[LeftView, ...]
    provenance: str


def done_page(frame: Frame, told: Told) -> DonePage:
    receipts = told.receipts
    rows = sorted(_rows(receipts), key=lambda row: _place(row[0]))
    return DonePage(
        frame=frame,
        heading=_heading(told),
        intro=_intro(receipts, told.site) if receipts or not (told.changes or told.handouts) else "",
        receipts=tuple(receipt_view(row, frame.call_name, told) for row in rows),
        changes=change_views(told.changes),
        handouts=receipt_views(
            told.handouts, told.site, can_change=told.can_change("DocumentReference"), is_elsewhere=True
        ),
        check_label=_check_label(told),
        copy=_copy(told),
        left=tuple(
            LeftView(_(KIND_WORDS[box.kind]), box.said, box.verbatim and not box.option) for box in told.left
        ),
        provenance=_provenance(told.provenance),
    )


def _heading(told: Told) -> str:
    if not told.receipts and told.changes:
        return _("What became of your changes")
    if not told.receipts and told.handouts:
        return _("What became of the handout")
    return heading(told.receipts)


def heading(receipts: Sequence[Receipt]) -> str:
    """ "3 of 4 are in the chart. 1 was not accepted." Never says more than what was read back."""
    if not receipts:
        return _("Nothing was sent yet")
    stored = _number(receipts, is_stored)
    if stored == len(receipts):
        return ngettext("It is in the chart", "All %(n)s are in the chart", stored)
    if all(receipt.rung is Rung.COPY for receipt in receipts):
        to_copy = any(receipt.state is not State.PASTED for receipt in receipts)
        return _("Your text is ready to copy") if to_copy else _("You marked the text as pasted")
    return " ".join([_so_many(stored, len(receipts)), *_rest(receipts)])


def to_copy(receipts: Iterable[Receipt]) -> tuple[Receipt, ...]:
    """What the text for the note holds: what is not in the chart, or everything when all of it is."""
    there = [receipt for receipt in receipts if receipt.taken_back is not State.STORED]
    return tuple(receipt for receipt in there if not is_stored(receipt)) or tuple(there)


def _rest(receipts: Sequence[Receipt]) -> list[str]:
    """What became of the others, each in a sentence."""
    refused = _number(receipts, lambda one: one.state is State.REFUSED)
    back = _number(receipts, lambda one: one.taken_back is State.STORED)
    pasted = _number(receipts, lambda one: one.state is State.PASTED)
    copies = _number(receipts, _is_to_copy)
    open_ = len(receipts) - _number(receipts, is_stored) - refused - back - pasted - copies
    return [
        sentence
        for number, sentence in (
            (refused, ngettext("%(n)s was not accepted.", "%(n)s were not accepted.", refused)),
            (open_, ngettext("%(n)s is not certain yet.", "%(n)s are not certain yet.", open_)),
            (back, ngettext("%(n)s was taken back.", "%(n)s were taken back.", back)),
            (copies, ngettext("%(n)s is for you to copy.", "%(n)s are for you to copy.", copies)),
            (pasted, ngettext("%(n)s you marked as pasted.", "%(n)s you marked as pasted.", pasted)),
        )
        if number
    ]


def _number(receipts: Iterable[Receipt], is_one: Callable[[Receipt], bool]) -> int:
    return sum(is_one(receipt) for receipt in receipts)


def _so_many(stored: int, number: int) -> str:
    return ngettext(
        "%(n)s of %(number)s is in the chart.",
        "%(n)s of %(number)s are in the chart.",
        stored,
        number=number,
    )


def _is_to_copy(receipt: Receipt) -> bool:
    return receipt.rung is Rung.COPY and receipt.state is State.PLANNED


def _rows(receipts: Iterable[Receipt]) -> list[tuple[Receipt, ...]]:
    """Receipts of one entry together, in the order of the page."""
    rows: dict[str, list[Receipt]] = {}
    for receipt in receipts:
        rows.setdefault(receipt.row or receipt.draft.id, []).append(receipt)
    return [tuple(row) for row in rows.values()]


def _place(receipt: Receipt) -> int:
    if receipt.rung is Rung.COPY:
        return len(_ORDER)
    return _ORDER.index(receipt.state)


def _intro(receipts: Sequence[Receipt], site: WriteSite) -> str:
    if not receipts:
        return _("What you send appears here, with what the chart answered.")
    sentences = []
    if any(one.rung is Rung.NOTE and is_stored(one) for one in receipts) and not is_signed_at_once(site):
        sentences.append(_("The %(note)s waits in the EHR for you to sign it.", note=note_name(site).lower()))
    if not all(is_stored(one) or one.taken_back is State.STORED or one.rung is Rung.COPY for one in receipts):
        sentences.append(
            _("The words that are not in the chart are kept, and they are in the text for your note.")
        )
    return " ".join(sentences)


def _check_label(told: Told) -> str:
    sent = [receipt for receipt in told.receipts if receipt.rung is not Rung.COPY]
    states = {one.state for one in sent}
    wishes = {one.taken_back for one in sent} | {one.state for one in told.changes}
    # A handout that was not sent goes from its own page, which shows it first.
    wishes |= {state for one in told.handouts for state in (one.state, one.taken_back)}
    if (states | wishes) & {State.UNKNOWN, State.SENDING}:
        return _("Check the chart again")
    # A wish that was not sent goes from its own page, which shows first how the entry stands now.
    return _("Send now") if State.PLANNED in states else ""


def _copy(told: Told) -> CopyView | None:
    held = to_copy(told.receipts)
    if not told.note_text:
        return None
    waiting = tuple(
        receipt.draft.id for receipt in held if _is_to_copy(receipt) or receipt.state is State.REFUSED
    )
    return CopyView(
        heading=_copy_heading(told.receipts, held),
        note=ngettext("It is in the chart already.", "All %(n)s are in the chart already.", len(held))
        if all(map(is_stored, held))
        else "",
        text=told.note_text,
        rows=min(max(told.note_text.count("\n") + 2, 4), 16),
        ids=waiting,
    )


def _copy_heading(receipts: Sequence[Receipt], held: Sequence[Receipt]) -> str:
    if len(held) < len(receipts) and not all(map(is_stored, held)):
        return _("Text for your note: what is not in the chart")
    return _("Text for your note")


def _provenance(state: State | None) -> str:
    if state is None:
        return ""
    return _(_PROVENANCE.get(state, _PROVENANCE_OPEN))
