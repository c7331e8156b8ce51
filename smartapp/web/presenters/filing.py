"""Filing the handout, on its page and on Done: whether it can be, what is filed, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.web.presenters.outcome import outcome_of_handout, undo_view
from smartapp.web.presenters.places import is_signed_at_once
from smartapp.web.presenters.receipt import Action, ReceiptView, SaidView
from smartapp.web.presenters.said import language_name
from smartapp.writing.entry import FiledHandout
from smartapp.writing.model import HandoutReceipt, State, WhyNot, WriteSite

_IN_DOUBT: Final = frozenset({State.SENDING, State.UNKNOWN})
_LOOK: Final = "handout/page"


class Objection(StrEnum):
    """Why nothing was filed, in words for the clinician."""

    CHANGED = marked("The handout changed since this page was shown. Read it once more, then file it.")
    NOT_SIGNED = marked("A document from here is signed at once. Say yes to that first.")
    NOT_POSSIBLE = marked("The handout was not filed.")


_WHY_NOT: Final[Mapping[WhyNot, str]] = MappingProxyType(
    {
        WhyNot.NOT_CONFIGURED: marked("Your site does not file handouts in the chart."),
        WhyNot.CAPABILITY_UNKNOWN: marked("This EHR did not say what it takes."),
        WhyNot.NOT_OFFERED: marked("This EHR takes no documents from apps."),
        WhyNot.NOT_FOR_THIS: marked("This EHR takes no documents of this kind."),
        WhyNot.NOT_PERMITTED: marked("This EHR does not let this app file documents."),
        WhyNot.NO_TYPE: marked(
            "This EHR wants to know what type of document it is, and your site has not said."
        ),
        WhyNot.NO_ENCOUNTER: marked("This EHR files documents in a visit only, and no visit could be read."),
        WhyNot.NO_AUTHOR: marked(
            "This EHR wants to know who writes a document, and did not say who you are."
        ),
    }
)
_OTHER_VISIT: Final = marked(
    "The visit that the EHR opened belongs to another patient. Nothing can be sent from here."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How filing stands. `row`: the one that the handout has, or would have. `shown`: the fingerprint of what
    is filed. `is_other_visit`: the launch's visit is another patient's. `can_change`: whether this app may
    take documents back here.
    """

    site: WriteSite
    receipts: tuple[HandoutReceipt, ...]
    row: str
    why_not: WhyNot | None = WhyNot.NOT_CONFIGURED
    shown: str = ""
    is_other_visit: bool = False
    can_change: bool = False

    @property
    def can_be_filed(self) -> bool:
        return self.why_not is None and not self.is_other_visit


@dataclass(frozen=True, slots=True)
class FilingView:
    """`why_not`: one line, "" where it can be filed. `button` "": this handout needs none now.
    `signed_label` "": nothing is signed at once. `beside`: that another one is in the chart, or "".
    """

    why_not: str
    objection: str
    is_about_signing: bool
    receipts: tuple[ReceiptView, ...]
    check_label: str
    beside: str
    what: str
    signed_label: str
    button: str
    shown: str
    text: str
    rows: int


def filing_view(handout: FiledHandout, standing: Standing, objection: Objection | None) -> FilingView:
    """Times must be local."""
    receipts, site = standing.receipts, standing.site
    this = next((one for one in receipts if one.row == standing.row), None)
    why_not = _why_not(standing)
    is_doubtful = any(one.state in _IN_DOUBT for one in receipts)
    button = "" if why_not else _button(this)
    return FilingView(
        why_not=why_not,
        objection=_(objection.value) if objection else "",
        is_about_signing=objection is Objection.NOT_SIGNED,
        receipts=receipt_views(receipts, site, can_change=standing.can_change),
        check_label=_("Check the chart again") if is_doubtful and not standing.is_other_visit else "",
        beside=_beside(receipts, standing.row) if button else "",
        what=_what(handout, site),
        signed_label=_("It is signed at once, with my name") if is_signed_at_once(site) else "",
        button=button,
        shown=standing.shown,
        text=handout.text,
        rows=min(max(handout.text.count("\n") + 2, 4), 16),
    )


def receipt_views(
    receipts: tuple[HandoutReceipt, ...], site: WriteSite, *, can_change: bool, is_elsewhere: bool = False
) -> tuple[ReceiptView, ...]:
    """`is_elsewhere`: not on the handout's own page, where it is filed from."""
    look = (Action(_("Look at the handout"), _LOOK, is_first=False, is_link=True),)

    def may(_type: str) -> bool:
        return can_change

    return tuple(
        _view(one, site, may, look if is_elsewhere and one.state is not State.STORED else ())
        for one in receipts
    )


def _view(
    receipt: HandoutReceipt, site: WriteSite, may: Callable[[str], bool], actions: tuple[Action, ...]
) -> ReceiptView:
    about = SaidView(title_of(receipt.language), receipt.title, is_quoted=False, chosen="")
    return ReceiptView(
        id=receipt.row,
        name=about.said_by,
        outcome=outcome_of_handout(receipt, site),
        statements=(about,),
        actions=actions,
        # What another launch filed is taken back in the EHR.
        undo=undo_view(receipt, may if receipt.is_here else lambda _type: False),
    )


def title_of(language: str) -> str:
    """What it is called among what was sent."""
    return _("Handout for the patient, in %(language)s", language=language_name(language))


def _why_not(standing: Standing) -> str:
    if standing.is_other_visit:
        return _(_OTHER_VISIT)
    return "" if standing.why_not is None else _(_WHY_NOT[standing.why_not])


def _button(this: HandoutReceipt | None) -> str:
    if this is None or this.state is State.PLANNED:
        return _("File this handout in the chart")
    is_missing = this.state is State.REFUSED or this.is_absent
    return _("File this handout again") if is_missing else ""


def _beside(receipts: tuple[HandoutReceipt, ...], row: str) -> str:
    """That a handout with other words is there, which filing this one does not replace."""
    others = [one for one in receipts if one.row != row and one.state is State.STORED]
    if all(one.taken_back is State.STORED for one in others):
        return ""
    return _("Another handout is in the chart already. This one will stand beside it.")


def _what(handout: FiledHandout, site: WriteSite) -> str:
    language = language_name(handout.language)
    if is_signed_at_once(site):
        return _("The words of this page are filed, in %(language)s, as signed text.", language=language)
    return _(
        "The words of this page are filed, in %(language)s, as text for you to sign in the EHR.",
        language=language,
    )
