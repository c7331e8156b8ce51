"""One visit's statements and what is made of them: the resources of tests/golden, by name."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import cast

from smartapp.fhir import goal, observation, provenance
from smartapp.fhir.codes import LocalSystems, Profile
from smartapp.fhir.references import VisitReferences
from smartapp.sdm.model import DraftStatement, Kind, SaidBy

GOLDEN = Path(__file__).parent.parent / "golden"
EASTERN = timezone(timedelta(hours=-5))
SAID_AT = datetime(2026, 11, 22, 22, 5, tzinfo=EASTERN)
"""Already the next day in UTC: the goal's start must still be the 22nd."""

SYSTEMS = LocalSystems()
ALL_PROFILES = frozenset(profile.value for profile in Profile)
REFERENCES = frozenset(
    {"Condition/c1", "Practitioner/pr1", "Organization/o1", "Goal/goal-1", "Observation/o-1"}
)

VISIT = VisitReferences(
    patient_id="p1",
    patient_name="Rosa Delgado",
    encounter_id="e1",
    practitioner="Practitioner/pr1",
    practitioner_name="Dr Ada Osei",
    organization="Organization/o1",
    organization_name="Riverside Clinic",
)


def draft(kind: Kind, words: str, **others: object) -> DraftStatement:
    values = {"id": f"{kind.value:0>32}".replace("_", "0"), "kind": kind, "words": words} | others
    return DraftStatement(**values)  # type: ignore[arg-type]  # keyword tests pass are typed at the call


DRAFTS: Mapping[str, DraftStatement] = {
    "goal": draft(
        Kind.GOAL,
        "I want to dance at Lucía’s wedding. One whole song with Ernesto, and not pay for it the next day.",
        due=date(2027, 10, 17),
        addresses=("Condition/c1",),
    ),
    "goal_of_family": draft(
        Kind.GOAL,
        "That he can stay at home with us.",
        said_by=SaidBy.RELATED_PERSON,
        speaker="Maria, daughter",
    ),
    "hope": draft(
        Kind.HOPE, "To be there for my family, and “not be a burden”.", question="What do you hope for?"
    ),
    "worry": draft(Kind.WORRY, "I’m scared of ending up like my sister.\nShe never walked right after hers."),
    "matters": draft(
        Kind.MATTERS,
        "Her morning walk to the market keeps her with her people.",
        verbatim=False,
    ),
    "people": draft(
        Kind.PEOPLE,
        "Yo la llevo a la terapia los martes y los jueves.",
        said_by=SaidBy.RELATED_PERSON,
        speaker="Ernesto, husband",
    ),
    "unacceptable": draft(Kind.UNACCEPTABLE, "If I could not walk again, I would not want it."),
    "treatment_preference": draft(Kind.TREATMENT_PREFERENCE, "Exercise first. No injection."),
    "care_experience": draft(Kind.CARE_EXPERIENCE, "Tell me bad news when my daughter is here."),
    "decision_role": draft(Kind.DECISION_ROLE, "I decide, after you tell me what you think."),
    "strength": draft(Kind.STRENGTH, "My garden."),
}


def written(name: str, *, claimed: frozenset[str] = frozenset()) -> dict[str, object]:
    """What the app makes of the example called `name`."""
    if name == "provenance":
        said = [DRAFTS["goal"], DRAFTS["people"]]
        return provenance.to_fhir(
            ["Goal/goal-1", "Observation/o-1"],
            said,
            visit=VISIT,
            recorded=SAID_AT,
            assembler="Common Ground 0.1.0",
            claimed=claimed,
        )
    statement = DRAFTS[name]
    to_fhir = goal.to_fhir if statement.kind is Kind.GOAL else observation.to_fhir
    return to_fhir(statement, VISIT, said_at=SAID_AT, systems=SYSTEMS, claimed=claimed)


NAMES = (*DRAFTS, "provenance")


def golden(name: str) -> dict[str, object]:
    return cast("dict[str, object]", json.loads((GOLDEN / f"{name}.json").read_text()))
