"""Where a statement goes, and why a better place was passed over, in the clinic's words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from smartapp.ehr.profile import NoteShape
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.model import Kind
from smartapp.web import words
from smartapp.writing.model import PlannedItem, Rung, WhyNot, WriteSite
from smartapp.writing.plan import ladder

_PROGRESS_NOTE: Final = "11506-3"
_PLACES: Final[Mapping[Rung, str]] = MappingProxyType(
    {
        Rung.GOAL: marked("Goal in the chart"),
        Rung.OBSERVATION: marked("Observation in the chart"),
        Rung.CARE_PLAN: marked("Care plan in the chart"),
        Rung.LIST: marked("List in the chart"),
        Rung.QUESTIONNAIRE: marked("Answer in your site’s questionnaire"),
        Rung.COPY: marked("Text for your note"),
    }
)
_THINGS: Final[Mapping[Rung, str]] = MappingProxyType(
    {
        Rung.GOAL: marked("goals"),
        Rung.OBSERVATION: marked("preferences"),
        Rung.CARE_PLAN: marked("decisions"),
        Rung.LIST: marked("lists"),
        Rung.NOTE: marked("notes"),
        Rung.QUESTIONNAIRE: marked("answers to questionnaires"),
        Rung.COPY: marked("statements"),
    }
)
_TREATMENT: Final = frozenset({Kind.TREATMENT_PREFERENCE, Kind.UNACCEPTABLE})


def place(rung: Rung, site: WriteSite) -> str:
    """Where it goes: "Goal in the chart", "Progress note, for you to sign"."""
    if rung is not Rung.NOTE:
        return _(_PLACES[rung])
    note = note_name(site)
    return (
        _("Signed %(note)s", note=note.lower())
        if is_signed_at_once(site)
        else _("%(note)s, for you to sign", note=note)
    )


def note_name(site: WriteSite) -> str:
    """What the site's notes are called; a type that this app has no word for is just a note."""
    return _("Progress note") if site.note_type == _PROGRESS_NOTE else _("Note")


def is_signed_at_once(site: WriteSite) -> bool:
    return site.note_shape is NoteShape.ORACLE


def more_exactly(item: PlannedItem, site: WriteSite) -> str:
    """What the place alone does not say: the kind of observation, the questionnaire; else ""."""
    if item.rung is Rung.QUESTIONNAIRE and site.questionnaire is not None:
        return words.one_line(site.questionnaire.canonical, 160)
    if item.rung is not Rung.OBSERVATION:
        return ""
    if item.draft.kind is Kind.CONFIDENCE:
        return _("Survey answer")
    return _("Treatment preference") if item.draft.kind in _TREATMENT else _("Care experience preference")


def why_not(item: PlannedItem, site: WriteSite) -> str:
    """Why the statement does not go to its best place, and what becomes of it instead; "" when it does."""
    if item.why_not is None:
        return ""
    return " ".join(part for part in (reason(item, site), _instead(item.rung, site)) if part)


def reason(item: PlannedItem, site: WriteSite) -> str:
    """Why the statement does not go to its best place. Only for one that does not."""
    best = ladder(item.draft, site)[0]
    things = _(_THINGS[best])
    as_data = _("%(things)s as data", things=things) if best.is_data else things
    return {
        WhyNot.NOT_OFFERED: _("This EHR takes no %(things)s.", things=as_data),
        WhyNot.NOT_FOR_THIS: _("This EHR takes no %(things)s of this kind as data.", things=things),
        WhyNot.NOT_PERMITTED: _("This EHR does not let this app write %(things)s.", things=things),
        WhyNot.NOT_CONFIGURED: _("Your site does not send %(things)s.", things=as_data),
        WhyNot.CAPABILITY_UNKNOWN: _("This EHR did not say what it takes."),
        WhyNot.NO_RESOURCE: _("No chart has a place for this kind of statement as data."),
        WhyNot.NO_ENCOUNTER: _("This EHR files notes in a visit only, and no visit could be read."),
        WhyNot.NO_AUTHOR: _("This EHR wants to know who writes a note, and did not say who you are."),
        WhyNot.NO_QUESTION: _("Your site’s questionnaire does not ask for this."),
        WhyNot.NO_TYPE: _("This EHR wants to know what type of document it is, and your site has not said."),
        WhyNot.REFUSED: _("This EHR did not accept it as it was sent first."),
    }[item.why_not or WhyNot.CAPABILITY_UNKNOWN]


def _instead(rung: Rung, site: WriteSite) -> str:
    match rung:
        case Rung.COPY:
            return _("You copy the text once you are done.")
        case Rung.NOTE if is_signed_at_once(site):
            return _("It will be filed as a signed %(note)s.", note=note_name(site).lower())
        case Rung.NOTE:
            return _("It will be filed as a %(note)s for you to sign.", note=note_name(site).lower())
        case Rung.QUESTIONNAIRE:
            return _("It will be filed as an answer in your site’s questionnaire.")
        case _:
            return ""
