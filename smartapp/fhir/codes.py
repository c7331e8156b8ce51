"""The codes that are written: required bindings as enums, the guides' codings, and the app's own systems.

FHIR R4 4.0.1; US Core 9.0.0, whose preference profiles exist since 7.0.0; Person-Centered Outcomes (PCO)
1.0.0.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LOINC: Final = "http://loinc.org"
_TERMS: Final = "http://terminology.hl7.org/CodeSystem/"
_US_CORE_CATEGORY: Final = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category"
_US_CORE: Final = "http://hl7.org/fhir/us/core/StructureDefinition/"
_PARTICIPANT: Final = f"{_TERMS}provenance-participant-type"
_DATA_OPERATION: Final = f"{_TERMS}v3-DataOperation"
PCO: Final = "http://hl7.org/fhir/us/pco/"
_PCO_CONCEPTS: Final = f"{PCO}CodeSystem/pco-concepts-temporary"


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


class CarePlanStatus(StrEnum):
    """http://hl7.org/fhir/ValueSet/request-status, required for CarePlan.status."""

    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    REVOKED = "revoked"
    COMPLETED = "completed"
    ENTERED_IN_ERROR = "entered-in-error"
    UNKNOWN = "unknown"


class ListStatus(StrEnum):
    """http://hl7.org/fhir/ValueSet/list-status, required for List.status."""

    CURRENT = "current"
    RETIRED = "retired"
    ENTERED_IN_ERROR = "entered-in-error"


class DocumentStatus(StrEnum):
    """http://hl7.org/fhir/ValueSet/document-reference-status, required for DocumentReference.status."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    ENTERED_IN_ERROR = "entered-in-error"


class NoteStatus(StrEnum):
    """http://hl7.org/fhir/ValueSet/composition-status, required for DocumentReference.docStatus."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"


class AnswersStatus(StrEnum):
    """http://hl7.org/fhir/ValueSet/questionnaire-answers-status, required for
    QuestionnaireResponse.status.
    """

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"
    STOPPED = "stopped"


class Tag(StrEnum):
    """Whose words a resource holds; a code of the app's own tag system."""

    PATIENT_STATED = "patient-stated"
    FAMILY_STATED = "family-stated"
    SUMMARY = "clinician-summary"


class Profile(StrEnum):
    """Profiles of US Core and PCO that a resource may claim, by canonical URL.

    Of PCO two are missing on purpose: its readiness assessment asks for answers of LOINC's list LL2335-9,
    which is not published with it, and its care plan for orders that the app does not make.
    """

    GOAL = f"{_US_CORE}us-core-goal"
    CARE_EXPERIENCE = f"{_US_CORE}us-core-care-experience-preference"
    TREATMENT = f"{_US_CORE}us-core-treatment-intervention-preference"
    SIMPLE_OBSERVATION = f"{_US_CORE}us-core-simple-observation"
    SCREENING = f"{_US_CORE}us-core-observation-screening-assessment"
    CARE_PLAN = f"{_US_CORE}us-core-careplan"
    DOCUMENT = f"{_US_CORE}us-core-documentreference"
    QUESTIONNAIRE_RESPONSE = f"{_US_CORE}us-core-questionnaireresponse"
    PROVENANCE = f"{_US_CORE}us-core-provenance"
    PCO_GOAL = f"{PCO}StructureDefinition/pco-goal-profile"
    PCO_WHAT_MATTERS = f"{PCO}StructureDefinition/pco-what-matters-assessment"
    PCO_PRIORITIES = f"{PCO}StructureDefinition/pco-personal-priorities-organizer"


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

    def decision_role(self, code: str, display: str) -> Coding:
        return Coding(f"{self.base}/CodeSystem/decision-role", code, display)


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

SURVEY_CATEGORY: Final = Coding(f"{_TERMS}observation-category", "survey", "Survey")
PCO_WHAT_MATTERS: Final = Coding(_PCO_CONCEPTS, "what-matters", "What Matters")
PCO_PERSON_CENTERED: Final = Coding(_PCO_CONCEPTS, "person-centered", "Person-Centered")
PCO_CONFIDENCE: Final = Coding(
    f"{PCO}CodeSystem/readiness-assessment-concepts-temporary", "confidence", "Confidence to change"
)

ASSESS_PLAN: Final = Coding(
    "http://hl7.org/fhir/us/core/CodeSystem/careplan-category",
    "assess-plan",
    "Assessment and Plan of Treatment",
)
PRIORITIES_CODE: Final = Coding(LOINC, "81340-2", "Goals AndOr preferences in order of priority - Reported")
BY_PRIORITY: Final = Coding(f"{_TERMS}list-order", "priority", "Sorted by Priority")
CLINICAL_NOTE: Final = Coding(
    "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
    "clinical-note",
    "Clinical Note",
)
PROGRESS_NOTE: Final = Coding(LOINC, "11506-3", "Progress note")
UNKNOWN_TYPE: Final = Coding("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK", "unknown")
"""US Core's document types take it where no code of LOINC is known."""

AUTHOR: Final = Coding(_PARTICIPANT, "author", "Author")
INFORMANT: Final = Coding(_PARTICIPANT, "informant", "Informant")
ASSEMBLER: Final = Coding(_PARTICIPANT, "assembler", "Assembler")
CREATE: Final = Coding(_DATA_OPERATION, "CREATE", "create")
UPDATE: Final = Coding(_DATA_OPERATION, "UPDATE", "revise")
NULLIFY: Final = Coding(_DATA_OPERATION, "NULLIFY", "nullify")
