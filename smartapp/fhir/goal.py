"""A goal in somebody's own words, as a FHIR Goal.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-goal (US Core 9.0.0) and
http://hl7.org/fhir/us/pco/StructureDefinition/pco-goal-profile (PCO 1.0.0). R4's Goal has no encounter; its
dates tell the visit.
"""

from datetime import datetime

from smartapp.fhir.codes import IN_PROGRESS, PCO_WHAT_MATTERS, PERSONAL_HEALTH_GOAL, GoalStatus, Profile
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences, named
from smartapp.fhir.wording import (
    date_time,
    identifier,
    is_patients_own_words,
    meta,
    note_text,
    notes,
    speaker,
)
from smartapp.sdm.model import DraftStatement

_OWN_WORDS = "The patient's own words."


def to_fhir(
    draft: DraftStatement, visit: VisitReferences, *, said_at: datetime, form: ResourceForm
) -> dict[str, object]:
    """The Goal to create. `said_at`: local time, with offset; its day is the goal's start.

    Raises ValueError for a time without an offset.
    """
    day = date_time(said_at)[:10]
    text = _OWN_WORDS if is_patients_own_words(draft) else note_text(draft)
    claimed = form.claimed(Profile.GOAL, Profile.PCO_GOAL)
    categories = [PERSONAL_HEALTH_GOAL, *([PCO_WHAT_MATTERS] if form.pco else [])]
    optional = {
        "target": [{"dueDate": draft.due.isoformat()}] if draft.due else [],
        "expressedBy": speaker(draft, visit),
        "addresses": [named(reference) for reference in draft.addresses],
        "note": notes(text, visit, said_at=said_at),
        "meta": meta(draft, systems=form.systems, claimed=claimed),
    }
    goal: dict[str, object] = {
        "resourceType": "Goal",
        "identifier": [identifier(draft.id, form)],
        "lifecycleStatus": GoalStatus.ACTIVE.value,
        "achievementStatus": {"coding": [IN_PROGRESS.to_fhir()]},
        "category": [{"coding": [category.to_fhir()]} for category in categories],
        "description": {"text": draft.words},
        "subject": visit.patient,
        "startDate": day,
        "statusDate": day,
    }
    return goal | {name: value for name, value in optional.items() if value}
