"""The codes that are written: required bindings as enums, the codings of US Core, and the app's own systems.

FHIR R4 4.0.1 and US Core 9.0.0; the preference profiles exist since US Core 7.0.0.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LOINC: Final = "http://loinc.org"
_TERMS: Final = "http://terminology.hl7.org/CodeSystem/"
_US_CORE_CATEGORY: Final = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category"
_US_CORE: Final = "http://hl7.org/fhir/us/core/StructureDefinition/"
_PARTICIPANT: Final = f"{_TERMS}provenance-participant-type"


class GoalStatus(StrEnum):
    """http://hl7.org/fhir/ValueSet/goal-status, required for Goal.lifecycleStatus."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"
    REJECTED = "rejected"


class ObservationStatus(StrEnum):
    """http://hl7.org/fhir/ValueSet/observation-status, required for Observation.status."""

    REGISTERED = "registered"
    PRELIMINARY = "preliminary"
    FINAL = "final"
    AMENDED = "amended"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"
    UNKNOWN = "unknown"


class Tag(StrEnum):
    """Whose words a resource holds; a code of the app's own tag system."""

    PATIENT_STATED = "patient-stated"
    FAMILY_STATED = "family-stated"
    SUMMARY = "clinician-summary"


class Profile(StrEnum):
    """US Core profiles that a resource may claim, by canonical URL."""

    GOAL = f"{_US_CORE}us-core-goal"
    CARE_EXPERIENCE = f"{_US_CORE}us-core-care-experience-preference"
    TREATMENT = f"{_US_CORE}us-core-treatment-intervention-preference"
    PROVENANCE = f"{_US_CORE}us-core-provenance"


@dataclass(frozen=True, slots=True)
class Coding:
    system: str
    code: str
    display: str = ""

    def to_fhir(self) -> dict[str, str]:
        coding = {"system": self.system, "code": self.code}
        return coding | ({"display": self.display} if self.display else {})


@dataclass(frozen=True, slots=True)
class LocalSystems:
    """The app's own identifier, tag and code systems. `base` belongs to the site that runs the app."""

    base: str = "https://commonground.example.org/fhir"

    @property
    def identifiers(self) -> str:
        return f"{self.base}/ids"

    def tag(self, tag: Tag) -> Coding:
        return Coding(f"{self.base}/tags", tag.value)

    def concept(self, code: str, display: str) -> Coding:
        return Coding(f"{self.base}/CodeSystem/sdm-concepts", code, display)


IN_PROGRESS: Final = Coding(f"{_TERMS}goal-achievement", "in-progress", "In Progress")
PERSONAL_HEALTH_GOAL: Final = Coding(LOINC, "87528-6", "Personal health goal")

CARE_EXPERIENCE_CATEGORY: Final = Coding(
    _US_CORE_CATEGORY, "care-experience-preference", "Care Experience Preference"
)
CARE_EXPERIENCE_CODE: Final = Coding(LOINC, "95541-9", "Care experience preference")
TREATMENT_CATEGORY: Final = Coding(
    _US_CORE_CATEGORY, "treatment-intervention-preference", "Treatment Intervention Preference"
)
TREATMENT_CODE: Final = Coding(
    LOINC, "75773-2", "Goals, preferences, and priorities for medical treatment Narrative - Reported"
)

AUTHOR: Final = Coding(_PARTICIPANT, "author", "Author")
INFORMANT: Final = Coding(_PARTICIPANT, "informant", "Informant")
ASSEMBLER: Final = Coding(_PARTICIPANT, "assembler", "Assembler")
CREATE: Final = Coding(f"{_TERMS}v3-DataOperation", "CREATE", "create")
