"""What somebody said, in the order of its importance to them, as a List.

http://hl7.org/fhir/us/pco/StructureDefinition/pco-personal-priorities-organizer (PCO 1.0.0). US Core has no
profile of List.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.codes import BY_PRIORITY, PRIORITIES_CODE, ListStatus, Profile
from smartapp.fhir.observation import WHAT_MATTERS
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences, named
from smartapp.fhir.wording import (
    date_time,
    encounter,
    identifier,
    is_patients_own_words,
    meta,
    note_text,
    notes,
    words_note,
)
from smartapp.sdm.model import DraftStatement, Kind


@dataclass(frozen=True, slots=True)
class Ranked:
    """One statement of the order: its reference, "" where it has none in the chart, its words and kind."""

    reference: str
    words: str = ""
    kind: Kind | None = None


def to_fhir(
    draft: DraftStatement,
    visit: VisitReferences,
    *,
    said_at: datetime,
    form: ResourceForm,
    ranked: Sequence[Ranked],
) -> dict[str, object]:
    """The List to create; arguments as for a Goal. `ranked`: most important first.

    Raises ValueError when there is nothing to order.
    """
    if not ranked:
        raise ValueError("nothing to order")
    optional = {
        "encounter": encounter(visit),
        # R4's List.source takes no RelatedPerson.
        "source": visit.patient if is_patients_own_words(draft) else {},
        "meta": meta(draft, systems=form.systems, claimed=_claimed(ranked, form)),
    }
    order: dict[str, object] = {
        "resourceType": "List",
        "identifier": [identifier(draft.id, form)],
        "status": ListStatus.CURRENT.value,
        "mode": "snapshot",
        "code": {"coding": [PRIORITIES_CODE.to_fhir()]},
        "subject": visit.patient,
        "date": date_time(said_at),
        "orderedBy": {"coding": [BY_PRIORITY.to_fhir()]},
        "note": [
            words_note(draft, visit, said_at=said_at),
            *notes(note_text(draft), visit, said_at=said_at),
        ],
        "entry": [{"item": named(one.reference, one.words)} for one in ranked],
    }
    return order | {name: value for name, value in optional.items() if value}


def _claimed(ranked: Sequence[Ranked], form: ResourceForm) -> list[str]:
    """PCO lets a List order goals and what matters, and no preference of another kind."""
    is_pco = form.pco and all(one.kind is Kind.GOAL or one.kind in WHAT_MATTERS for one in ranked)
    return form.claimed(Profile.PCO_PRIORITIES) if is_pco else []
