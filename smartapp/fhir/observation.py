"""A hope, a worry, a preference in somebody's own words, as a US Core preference Observation.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-care-experience-preference and
.../us-core-treatment-intervention-preference (US Core 9.0.0). US Core fixes the LOINC code; what the
statement is about stands in a second coding of the app's own system.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from smartapp.fhir.codes import (
    CARE_EXPERIENCE_CATEGORY,
    CARE_EXPERIENCE_CODE,
    TREATMENT_CATEGORY,
    TREATMENT_CODE,
    Coding,
    LocalSystems,
    ObservationStatus,
    Profile,
)
from smartapp.fhir.references import VisitReferences, named
from smartapp.fhir.wording import date_time, is_patients_own_words, meta, note_text, notes
from smartapp.sdm.model import DraftStatement, Kind


@dataclass(frozen=True, slots=True)
class Shape:
    """The fixed parts of a preference Observation."""

    category: Coding
    code: Coding
    profile: Profile


CARE_EXPERIENCE: Final = Shape(CARE_EXPERIENCE_CATEGORY, CARE_EXPERIENCE_CODE, Profile.CARE_EXPERIENCE)
TREATMENT: Final = Shape(TREATMENT_CATEGORY, TREATMENT_CODE, Profile.TREATMENT)


@dataclass(frozen=True, slots=True)
class Preference:
    """How one kind of statement is coded."""

    shape: Shape
    concept: str
    display: str

    def codings(self, systems: LocalSystems) -> list[dict[str, str]]:
        return [self.shape.code.to_fhir(), systems.concept(self.concept, self.display).to_fhir()]


PREFERENCES: Final[Mapping[Kind, Preference]] = MappingProxyType(
    {
        Kind.HOPE: Preference(CARE_EXPERIENCE, "hopes", "What the patient hopes for"),
        Kind.WORRY: Preference(CARE_EXPERIENCE, "worries", "What the patient is most worried about"),
        Kind.MATTERS: Preference(CARE_EXPERIENCE, "what-matters", "What matters to the patient"),
        Kind.PEOPLE: Preference(CARE_EXPERIENCE, "people-involved", "People the patient wants involved"),
        Kind.CARE_EXPERIENCE: Preference(
            CARE_EXPERIENCE, "care-experience", "How the patient wants care to be given"
        ),
        Kind.DECISION_ROLE: Preference(
            CARE_EXPERIENCE, "decision-role", "How the patient wants to take part in decisions"
        ),
        Kind.STRENGTH: Preference(CARE_EXPERIENCE, "strength", "What gives the patient strength"),
        Kind.UNACCEPTABLE: Preference(TREATMENT, "unacceptable-outcome", "What the patient would not accept"),
        Kind.TREATMENT_PREFERENCE: Preference(
            TREATMENT, "treatment-preference", "Treatment the patient prefers"
        ),
    }
)


def to_fhir(
    draft: DraftStatement,
    visit: VisitReferences,
    *,
    said_at: datetime,
    systems: LocalSystems,
    claimed: frozenset[str] = frozenset(),
) -> dict[str, object]:
    """The Observation to create; arguments as for a Goal. Raises KeyError for a kind not in PREFERENCES."""
    preference = PREFERENCES[draft.kind]
    profile = preference.shape.profile
    optional = {
        "encounter": named(f"Encounter/{visit.encounter_id}") if visit.encounter_id else {},
        "performer": [visit.patient] if is_patients_own_words(draft) else [],
        "note": notes(note_text(draft), visit, said_at=said_at),
        "meta": meta(draft, systems=systems, profile=profile if profile in claimed else ""),
    }
    observation: dict[str, object] = {
        "resourceType": "Observation",
        "identifier": [{"system": systems.identifiers, "value": draft.id}],
        "status": ObservationStatus.FINAL.value,
        "category": [{"coding": [preference.shape.category.to_fhir()]}],
        # The question as it was asked; where none is known, none is made up.
        "code": {"coding": preference.codings(systems), "text": draft.question or preference.display},
        "subject": visit.patient,
        "effectiveDateTime": date_time(said_at),
        "valueString": draft.words,
    }
    return observation | {name: value for name, value in optional.items() if value}
