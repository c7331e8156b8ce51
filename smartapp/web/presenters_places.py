"""Where a statement goes, and why a better place was passed over, in the clinic's words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from smartapp.ehr.profile import NoteShape
from smartapp.sdm.model import Kind
from smartapp.web import words
from smartapp.writing.model import PlannedItem, Rung, WhyNot, WriteSite
from smartapp.writing.plan import ladder

_PROGRESS_NOTE: Final = "11506-3"
_PLACES: Final[Mapping[Rung, str]] = MappingProxyType(
    {
        Rung.GOAL: "Goal in the chart",
        Rung.OBSERVATION: "Observation in the chart",
        Rung.CARE_PLAN: "Care plan in the chart",
        Rung.LIST: "List in the chart",
        Rung.QUESTIONNAIRE: "Answer in your site’s questionnaire",
        Rung.COPY: "Text for your note",
    }
)
_THINGS: Final[Mapping[Rung, str]] = MappingProxyType(
    {
        Rung.GOAL: "goals",
        Rung.OBSERVATION: "preferences",
        Rung.CARE_PLAN: "decisions",
        Rung.LIST: "lists",
        Rung.NOTE: "notes",
        Rung.QUESTIONNAIRE: "answers to questionnaires",
        Rung.COPY: "statements",
    }
)
_TREATMENT: Final = frozenset({Kind.TREATMENT_PREFERENCE, Kind.UNACCEPTABLE})


def place(rung: Rung, site: WriteSite) -> str:
    """Where it goes: "Goal in the chart", "Progress note, for you to sign"."""
    if rung is not Rung.NOTE:
        return _PLACES[rung]
    note = note_name(site)
    return f"Signed {note.lower()}" if is_signed_at_once(site) else f"{note}, for you to sign"


def note_name(site: WriteSite) -> str:
    """What the site's notes are called; a type that this app has no word for is just a note."""
    return "Progress note" if site.note_type == _PROGRESS_NOTE else "Note"


def is_signed_at_once(site: WriteSite) -> bool:
    return site.note_shape is NoteShape.ORACLE


def more_exactly(item: PlannedItem, site: WriteSite) -> str:
    """What the place alone does not say: the kind of observation, the questionnaire; else ""."""
    if item.rung is Rung.QUESTIONNAIRE and site.questionnaire is not None:
        return words.one_line(site.questionnaire.canonical, 160)
    if item.rung is not Rung.OBSERVATION:
        return ""
    if item.draft.kind is Kind.CONFIDENCE:
        return "Survey answer"
    return "Treatment preference" if item.draft.kind in _TREATMENT else "Care experience preference"


def why_not(item: PlannedItem, site: WriteSite) -> str:
    """Why the statement does not go to its best place, and what becomes of it instead; "" when it does."""
    if item.why_not is None:
        return ""
    return " ".join(part for part in (reason(item, site), _instead(item.rung, site)) if part)


def reason(item: PlannedItem, site: WriteSite) -> str:
    """Why the statement does not go to its best place. Only for one that does not."""
    best = ladder(item.draft, site)[0]
    things = _THINGS[best]
    as_data = f"{things} as data" if best.is_data else things
    return {
        WhyNot.NOT_OFFERED: f"This EHR takes no {as_data}.",
        WhyNot.NOT_FOR_THIS: f"This EHR takes no {things} of this kind as data.",
        WhyNot.NOT_PERMITTED: f"This EHR does not let this app write {things}.",
        WhyNot.NOT_CONFIGURED: f"Your site does not send {as_data}.",
        WhyNot.CAPABILITY_UNKNOWN: "This EHR did not say what it takes.",
        WhyNot.NO_RESOURCE: "No chart has a place for this kind of statement as data.",
        WhyNot.NO_ENCOUNTER: "This EHR files notes in a visit only, and no visit could be read.",
        WhyNot.NO_AUTHOR: "This EHR wants to know who writes a note, and did not say who you are.",
        WhyNot.NO_QUESTION: "Your site’s questionnaire does not ask for this.",
        WhyNot.REFUSED: "This EHR did not accept it as it was sent first.",
    }[item.why_not or WhyNot.CAPABILITY_UNKNOWN]


def _instead(rung: Rung, site: WriteSite) -> str:
    match rung:
        case Rung.COPY:
            return "You copy the text once you are done."
        case Rung.NOTE if is_signed_at_once(site):
            return f"It will be filed as a signed {note_name(site).lower()}."
        case Rung.NOTE:
            return f"It will be filed as a {note_name(site).lower()} for you to sign."
        case Rung.QUESTIONNAIRE:
            return "It will be filed as an answer in your site’s questionnaire."
        case _:
            return ""
