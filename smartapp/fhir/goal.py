"""A goal in somebody's own words, as a FHIR Goal.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-goal (US Core 9.0.0). R4's Goal has no
encounter; its dates tell the visit.
"""

from datetime import datetime

from smartapp.fhir.codes import IN_PROGRESS, PERSONAL_HEALTH_GOAL, GoalStatus, LocalSystems, Profile
from smartapp.fhir.references import VisitReferences, named
from smartapp.fhir.wording import date_time, is_patients_own_words, meta, note_text, notes
from smartapp.sdm.model import DraftStatement, SaidBy

_OWN_WORDS = "The patient's own words."


def to_fhir(
    draft: DraftStatement,
    visit: VisitReferences,
    *,
    said_at: datetime,
    systems: LocalSystems,
    claimed: frozenset[str] = frozenset(),
) -> dict[str, object]:
    """The Goal to create. `said_at`: local time, with offset; its day is the goal's start.

    `claimed`: canonical URLs of the profiles that a resource may claim. Raises ValueError for a time without
    an offset.
    """
    day = date_time(said_at)[:10]
    text = _OWN_WORDS if is_patients_own_words(draft) else note_text(draft)
    optional = {
        "target": [{"dueDate": draft.due.isoformat()}] if draft.due else [],
        "expressedBy": visit.patient if draft.said_by is SaidBy.PATIENT else {},
        "addresses": [named(reference) for reference in draft.addresses],
        "note": notes(text, visit, said_at=said_at),
        "meta": meta(draft, systems=systems, profile=Profile.GOAL if Profile.GOAL in claimed else ""),
    }
    goal: dict[str, object] = {
        "resourceType": "Goal",
        "identifier": [{"system": systems.identifiers, "value": draft.id}],
        "lifecycleStatus": GoalStatus.ACTIVE.value,
        "achievementStatus": {"coding": [IN_PROGRESS.to_fhir()]},
        "category": [{"coding": [PERSONAL_HEALTH_GOAL.to_fhir()]}],
        "description": {"text": draft.words},
        "subject": visit.patient,
        "startDate": day,
        "statusDate": day,
    }
    return goal | {name: value for name, value in optional.items() if value}
