"""The codes that may leave, written down a second time.

Not taken from the builders' codes, so that a slip there does not pass here. FHIR R4 4.0.1, US Core 9.0.0
(http://hl7.org/fhir/us/core/), PCO 1.0.0 (http://hl7.org/fhir/us/pco/), and the app's own systems.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from smartapp.sdm.model import Kind

_TERMS: Final = "http://terminology.hl7.org/CodeSystem/"
_US_CORE: Final = "http://hl7.org/fhir/us/core/"
_US_CORE_PROFILE: Final = f"{_US_CORE}StructureDefinition/us-core-"
_CATEGORY: Final = f"{_US_CORE}CodeSystem/us-core-category"
_PCO: Final = "http://hl7.org/fhir/us/pco/"
_PCO_PROFILE: Final = f"{_PCO}StructureDefinition/pco-"
_PCO_CONCEPT: Final = f"{_PCO}CodeSystem/pco-concepts-temporary"
LOINC: Final = "http://loinc.org"

Coding = Mapping[str, str]


def coding(system: str, code: str, display: str = "") -> Coding:
    parts = {"system": system, "code": code, "display": display}
    return MappingProxyType({name: part for name, part in parts.items() if part})


IN_PROGRESS: Final = coding(f"{_TERMS}goal-achievement", "in-progress", "In Progress")
PERSONAL_HEALTH_GOAL: Final = coding(LOINC, "87528-6", "Personal health goal")
CARE_EXPERIENCE: Final = coding(_CATEGORY, "care-experience-preference", "Care Experience Preference")
TREATMENT: Final = coding(_CATEGORY, "treatment-intervention-preference", "Treatment Intervention Preference")
SURVEY: Final = coding(f"{_TERMS}observation-category", "survey", "Survey")
CARE_EXPERIENCE_CODE: Final = coding(LOINC, "95541-9", "Care experience preference")
TREATMENT_CODE: Final = coding(
    LOINC, "75773-2", "Goals, preferences, and priorities for medical treatment Narrative - Reported"
)
ASSESS_PLAN: Final = coding(
    f"{_US_CORE}CodeSystem/careplan-category", "assess-plan", "Assessment and Plan of Treatment"
)
PRIORITIES: Final = coding(LOINC, "81340-2", "Goals AndOr preferences in order of priority - Reported")
BY_PRIORITY: Final = coding(f"{_TERMS}list-order", "priority", "Sorted by Priority")
CLINICAL_NOTE: Final = coding(
    f"{_US_CORE}CodeSystem/us-core-documentreference-category", "clinical-note", "Clinical Note"
)
PROGRESS_NOTE: Final = coding(LOINC, "11506-3", "Progress note")
UNKNOWN_TYPE: Final = coding("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK", "unknown")
HANDOUT: Final = "Handout for the patient"
HANDOUT_DESCRIPTION: Final = "Handout for the patient, made with Common Ground"
"""What a handout is called in the chart."""
PCO_WHAT_MATTERS: Final = coding(_PCO_CONCEPT, "what-matters", "What Matters")
PCO_PERSON_CENTERED: Final = coding(_PCO_CONCEPT, "person-centered", "Person-Centered")
PCO_CONFIDENCE: Final = coding(
    f"{_PCO}CodeSystem/readiness-assessment-concepts-temporary", "confidence", "Confidence to change"
)
AUTHOR: Final = coding(f"{_TERMS}provenance-participant-type", "author", "Author")
INFORMANT: Final = coding(f"{_TERMS}provenance-participant-type", "informant", "Informant")
ASSEMBLER: Final = coding(f"{_TERMS}provenance-participant-type", "assembler", "Assembler")
ACTIVITIES: Final[Mapping[str, Coding]] = MappingProxyType(
    {
        code: coding(f"{_TERMS}v3-DataOperation", code, display)
        for code, display in (("CREATE", "create"), ("UPDATE", "revise"), ("NULLIFY", "nullify"))
    }
)

GOAL_PROFILE: Final = f"{_US_CORE_PROFILE}goal"
CARE_EXPERIENCE_PROFILE: Final = f"{_US_CORE_PROFILE}care-experience-preference"
TREATMENT_PROFILE: Final = f"{_US_CORE_PROFILE}treatment-intervention-preference"
SIMPLE_PROFILE: Final = f"{_US_CORE_PROFILE}simple-observation"
SCREENING_PROFILE: Final = f"{_US_CORE_PROFILE}observation-screening-assessment"
CARE_PLAN_PROFILE: Final = f"{_US_CORE_PROFILE}careplan"
DOCUMENT_PROFILE: Final = f"{_US_CORE_PROFILE}documentreference"
ANSWERS_PROFILE: Final = f"{_US_CORE_PROFILE}questionnaireresponse"
PROVENANCE_PROFILE: Final = f"{_US_CORE_PROFILE}provenance"
PCO_GOAL_PROFILE: Final = f"{_PCO_PROFILE}goal-profile"
PCO_WHAT_MATTERS_PROFILE: Final = f"{_PCO_PROFILE}what-matters-assessment"
PCO_PRIORITIES_PROFILE: Final = f"{_PCO_PROFILE}personal-priorities-organizer"

PATIENT_STATED: Final = "patient-stated"
TAGS: Final = frozenset({PATIENT_STATED, "family-stated", "clinician-summary"})


@dataclass(frozen=True, slots=True)
class Concept:
    """How one kind of statement is coded as an Observation: `code` and `display` of the app's own system, and
    the US Core coding that they stand beside.
    """

    code: str
    display: str
    is_treatment: bool = False
    is_what_matters: bool = False

    @property
    def category(self) -> Coding:
        return TREATMENT if self.is_treatment else CARE_EXPERIENCE

    @property
    def us_core(self) -> Coding:
        return TREATMENT_CODE if self.is_treatment else CARE_EXPERIENCE_CODE

    @property
    def profile(self) -> str:
        return TREATMENT_PROFILE if self.is_treatment else CARE_EXPERIENCE_PROFILE


PREFERENCES: Final[Mapping[Kind, Concept]] = MappingProxyType(
    {
        Kind.HOPE: Concept("hopes", "What the patient hopes for", is_what_matters=True),
        Kind.WORRY: Concept("worries", "What the patient is most worried about", is_what_matters=True),
        Kind.MATTERS: Concept("what-matters", "What matters to the patient", is_what_matters=True),
        Kind.STRENGTH: Concept("strength", "What gives the patient strength", is_what_matters=True),
        Kind.PEOPLE: Concept("people-involved", "People the patient wants involved"),
        Kind.CARE_EXPERIENCE: Concept("care-experience", "How the patient wants care to be given"),
        Kind.DECISION_ROLE: Concept("decision-role", "How the patient wants to take part in decisions"),
        Kind.UNACCEPTABLE: Concept(
            "unacceptable-outcome", "What the patient would not accept", is_treatment=True
        ),
        Kind.TREATMENT_PREFERENCE: Concept(
            "treatment-preference", "Treatment the patient prefers", is_treatment=True
        ),
    }
)
CONFIDENCE: Final = Concept("confidence", "How confident the patient is, from 0 to 10")
