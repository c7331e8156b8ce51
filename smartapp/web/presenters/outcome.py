"""What became of one entry, and of the wish to take it back, in words that claim no more than is known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import marked, ngettext
from smartapp.web import words
from smartapp.web.presenters.places import is_signed_at_once, note_name, reason
from smartapp.writing.model import HandoutReceipt, PlannedItem, Receipt, Rung, State, WriteSite
from smartapp.writing.readback import Difference

_TOO_BUSY: Final = 429
_CREATED: Final = range(200, 300)
_KEPT: Final = marked("The words are kept.")
_NO_ANSWER: Final = marked("The EHR gave no clear answer.")
AnyReceipt = Receipt | HandoutReceipt


@dataclass(frozen=True, slots=True)
class Outcome:
    """`tone`: stored, refused, wait, copy or back. `state` in words; `note` beneath the statement; `title`
    and `lines` beside it.
    """

    tone: str
    state: str
    note: str = ""
    title: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoView:
    """`summary` opens it. `button`: "" where this app cannot do it; `text` then says what to do instead.
    `is_link`: it was tried, and a page of its own tells what stands in the way.
    """

    summary: str
    text: str = ""
    button: str = ""
    is_link: bool = False


def outcome(receipt: Receipt, site: WriteSite) -> Outcome:
    if receipt.state is State.PASTED:
        return _pasted(receipt)
    if receipt.rung is Rung.COPY:
        item = PlannedItem(receipt.draft, receipt.rung, receipt.why_not)
        lines = (reason(item, site),) if receipt.why_not else ()
        return Outcome("copy", _("Not in the chart yet"), title=_("Text for your note"), lines=lines)
    return _outcome(receipt, _in_the_chart(receipt.rung, site))


def outcome_of_handout(receipt: HandoutReceipt, site: WriteSite) -> Outcome:
    if is_signed_at_once(site):
        return _outcome(receipt, _("In the chart, signed"))
    return _outcome(receipt, _("In the chart, as a draft for you to sign"))


def _outcome(receipt: AnyReceipt, in_the_chart: str) -> Outcome:
    match receipt.state:
        case State.STORED:
            return _stored(receipt, in_the_chart)
        case State.REFUSED:
            return Outcome("refused", _("Not in the chart"), _reason(receipt), lines=(_(_KEPT),))
        case State.PLANNED:
            return Outcome("wait", _("Not sent yet"), lines=(_(_KEPT),))
        case _:
            return _in_doubt(receipt)


def undo_view(receipt: AnyReceipt, can_change: Callable[[str], bool]) -> UndoView | None:
    """How to take it back: only for what is in the chart."""
    if receipt.state is not State.STORED or receipt.taken_back is State.STORED:
        return None
    if receipt.taken_back is not None:
        return UndoView(_("What stands in the way"), is_link=True)
    # Without a version there is no If-Match, and nothing may be changed blindly.
    if receipt.version and can_change(receipt.reference.partition("/")[0]):
        text = ngettext(
            "It will be marked as entered in error. The EHR keeps a trace of it.",
            "All %(n)s statements of it will be marked as entered in error. The EHR keeps a trace of it.",
            receipt.shared_by if isinstance(receipt, Receipt) else 1,
        )
        return UndoView(_("Take it back"), text, _("Mark as entered in error"))
    why = (
        _("This EHR takes no changes from apps.")
        if receipt.version
        else _("This EHR keeps no versions for apps.")
    )
    return UndoView(
        _("To take it back"),
        f"{why} "
        + _("Open %(reference)s in the EHR and mark it as entered in error.", reference=receipt.reference),
    )


def _stored(receipt: AnyReceipt, in_the_chart: str) -> Outcome:
    if receipt.taken_back is State.STORED:
        return Outcome("back", _("Taken back: marked as entered in error"), title=receipt.reference)
    version = _("Version %(version)s", version=words.one_line(receipt.version, 20)) if receipt.version else ""
    time = words.clock_time(receipt.at) if receipt.at else ""
    read_back = _("Read back from the chart at %(time)s", time=time) if time else ""
    lines = (read_back or _("Read back from the chart"), version)
    return Outcome(
        "stored",
        in_the_chart,
        _not_taken_back(receipt),
        receipt.reference,
        tuple(line for line in lines if line),
    )


def _in_the_chart(rung: Rung, site: WriteSite) -> str:
    if rung is Rung.NOTE:
        how = _("signed") if is_signed_at_once(site) else _("as a draft for you to sign")
        return _("%(note)s: in the chart, %(how)s", note=note_name(site), how=how)
    if rung is Rung.QUESTIONNAIRE:
        return _("In the chart, as an answer in your site’s questionnaire")
    return _("In the chart")


def _not_taken_back(receipt: AnyReceipt) -> str:
    match receipt.taken_back:
        case None:
            return ""
        case State.CONFLICT:
            return _(
                "It could not be taken back: it was changed in the chart meanwhile. "
                "Open %(reference)s in the EHR.",
                reference=receipt.reference,
            )
        case State.REFUSED:
            return _("It could not be taken back.")
        case _:
            return _("Whether it was taken back is not certain yet.")


def _pasted(receipt: Receipt) -> Outcome:
    time = words.clock_time(receipt.at) if receipt.at else ""
    return Outcome(
        "copy",
        _("You marked it as pasted at %(time)s", time=time) if time else _("You marked it as pasted"),
        title=_("Text for your note"),
        lines=(_("This app cannot look into your note."),),
    )


def _in_doubt(receipt: AnyReceipt) -> Outcome:
    """What was sent and is not known to be in the chart as it was sent."""
    if receipt.reason in tuple(Difference):
        return Outcome(
            "wait",
            _("Not as you wrote it"),
            title=_("Look in the chart"),
            lines=(_(receipt.reason), _("It is not sent again.")),
        )
    if receipt.is_absent:
        return Outcome("wait", _("Not found in the chart"), lines=(_(_NO_ANSWER),))
    if receipt.status in _CREATED and receipt.reason:
        said = words.one_line(_(receipt.reason), 200)
        return Outcome(
            "wait", _("Taken by the EHR, and not read back"), title=_("Look in the chart"), lines=(said,)
        )
    lines = (_(_NO_ANSWER), _("It is not sent again before the chart was searched."))
    return Outcome("wait", _("Being checked"), lines=lines)


def _reason(receipt: AnyReceipt) -> str:
    """In the EHR's own words where it has answered; else, and where it only was too busy, in ours."""
    said = words.one_line(_(receipt.reason), 200)
    if said and receipt.status in {None, _TOO_BUSY}:
        return said
    code = f" ({receipt.status})" if receipt.status is not None else ""
    if said:
        return _("The EHR answered “%(said)s”%(code)s. Nothing was stored.", said=said, code=code)
    return _("The EHR did not accept it%(code)s. Nothing was stored.", code=code)
