"""What became of a change to an entry of the chart, in words that claim no more than was read back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.model import ChangeKind
from smartapp.web import words
from smartapp.writing.model import ChangeReceipt, State

CHOICES: Final = {
    ChangeKind.ACHIEVED: marked("Achieved"),
    ChangeKind.REWORDED: marked("Changed"),
    ChangeKind.NO_LONGER_WANTED: marked("No longer wanted"),
}
"""What the clinician can choose for a goal."""

_TAKEN_BACK: Final = marked("Taken back")
_DONE: Final = {
    ChangeKind.ACHIEVED: marked("marked as achieved"),
    ChangeKind.REWORDED: marked("in its new words"),
    ChangeKind.NO_LONGER_WANTED: marked("marked as no longer wanted"),
    ChangeKind.WITHDRAWN: marked("marked as entered in error"),
}


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What became of one change. `tone`: stored, refused or wait. `wanted`: what the clinician chose.
    `words`: the new ones; `of`: the entry's, as the clinician saw them; each may be "". `goal_id`: for a
    link, "" where it is no goal.
    """

    tone: str
    state: str
    wanted: str
    of: str
    words: str
    note: str
    lines: tuple[str, ...]
    goal_id: str
    link: str


def change_views(receipts: Iterable[ChangeReceipt]) -> tuple[ChangeView, ...]:
    """The newest change of each goal, in order; what was taken back is told with the item itself. Times must
    be local.
    """
    newest = newest_changes(receipts)
    return tuple(change_view(receipt) for receipt in newest.values())


def newest_changes(receipts: Iterable[ChangeReceipt]) -> Mapping[str, ChangeReceipt]:
    """By the goal's reference: what was wanted last. Receipts come in their order."""
    wanted = (receipt for receipt in receipts if receipt.change.kind is not ChangeKind.WITHDRAWN)
    return {receipt.change.reference: receipt for receipt in wanted}


def change_view(receipt: ChangeReceipt) -> ChangeView:
    """What became of a change, in words that claim no more than was read back. Its time must be local."""
    change = receipt.change
    tone, state, lines = outcome_of(receipt)
    resource_type, resource_id = (*change.reference.split("/", maxsplit=1), "")[:2]
    is_goal = resource_type == "Goal"
    return ChangeView(
        tone=tone,
        state=state,
        wanted=_(CHOICES.get(change.kind, _TAKEN_BACK)),
        of=receipt.words,
        words=change.words,
        note=change.note,
        lines=lines,
        goal_id=resource_id if is_goal else "",
        link=""
        if not is_goal
        else _("Look at this goal")
        if tone == "stored"
        else _("Go on with this change"),
    )


def outcome_of(receipt: ChangeReceipt) -> tuple[str, str, tuple[str, ...]]:
    """Tone, state in words, and the lines beneath."""
    reason = words.one_line(_(receipt.reason), 300)
    match receipt.state:
        case State.STORED:
            return (
                "stored",
                _("In the chart: %(done)s", done=_(_DONE[receipt.change.kind])),
                (_proof(receipt),),
            )
        case State.REFUSED:
            return "refused", _("Not in the chart"), (_refused(receipt, reason), _("Your words are kept."))
        case State.CONFLICT:
            return "refused", _("Changed in the chart meanwhile"), (reason, _("Nothing was overwritten."))
        case State.PLANNED:
            return "wait", _("Not sent yet"), (_("Your words are kept."),)
        case State.UNKNOWN:
            return "wait", _("Being checked"), (reason or _("The EHR gave no clear answer."),)
        case _:
            return "wait", _("Being sent"), (_("The EHR gave no clear answer yet."),)


def _proof(receipt: ChangeReceipt) -> str:
    """ "Version 3, read back at 10:42" """
    version = words.one_line(receipt.version, 20)
    time = words.clock_time(receipt.at) if receipt.at else ""
    if version and time:
        return _("Version %(version)s, read back at %(time)s.", version=version, time=time)
    if version:
        return _("Version %(version)s, read back.", version=version)
    return _("Read back at %(time)s.", time=time) if time else _("Read back.")


def _refused(receipt: ChangeReceipt, reason: str) -> str:
    """In the EHR's own words where it answered, else in ours."""
    if reason and receipt.status in {None, 429}:
        return reason
    code = f" ({receipt.status})" if receipt.status is not None else ""
    return (
        _("The EHR answered “%(reason)s”%(code)s.", reason=reason, code=code)
        if reason
        else _("The EHR did not accept it%(code)s.", code=code)
    )
