"""The codes that the story charts use, each written once."""

from typing import Any

Coding = dict[str, str]
Concept = dict[str, Any]  # a CodeableConcept as FHIR JSON: codings and a text

SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
CONCEPTS = "https://commonground.example.org/fhir/CodeSystem/sdm-concepts"
"""Local codes for what a statement is about, beside the LOINC code that US Core fixes."""

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
TERMS = "http://terminology.hl7.org/CodeSystem/"


def coding(system: str, code: str, display: str = "") -> Coding:
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(text: str, *codings: Coding) -> Concept:
    """A CodeableConcept; with no coding it is text only, as charts often are."""
    return ({"coding": list(codings)} if codings else {}) | {"text": text}


def coded(coding_: Coding) -> Concept:
    return {"coding": [coding_]}


TYPE_2_DIABETES = concept(
    "Type 2 diabetes",
    coding(SNOMED, "44054006", "Diabetes mellitus type 2 (disorder)"),
    coding(ICD10, "E11.9", "Type 2 diabetes mellitus without complications"),
)
HIGH_BLOOD_PRESSURE = concept("High blood pressure", coding(SNOMED, "38341003", "Hypertension"))
CORONARY_DISEASE = concept(
    "Coronary artery disease",
    coding(SNOMED, "53741008", "Coronary arteriosclerosis (disorder)"),
    coding(
        ICD10, "I25.10", "Atherosclerotic heart disease of native coronary artery without angina pectoris"
    ),
)
LOW_BACK_PAIN = concept(
    "Chronic low back pain",
    coding(SNOMED, "278860009", "Chronic low back pain (finding)"),
    coding(ICD10, "M54.50", "Low back pain, unspecified"),
)
DEMENTIA = concept("Dementia, mild", coding(SNOMED, "52448006", "Dementia (disorder)"))
CHRONIC_HEART_FAILURE = concept(
    "Chronic heart failure",
    coding(SNOMED, "88805009", "Chronic congestive heart failure (disorder)"),
    coding(ICD10, "I50.9", "Heart failure, unspecified"),
)
HARD_OF_HEARING = concept("Hard of hearing, both ears", coding(SNOMED, "15188001", "Hearing impaired"))
LUNG_CANCER = concept(
    "Non-small cell lung cancer",
    coding(SNOMED, "254637007", "Non-small cell lung cancer (disorder)"),
    coding(ICD10, "C34.90", "Malignant neoplasm of unspecified part of unspecified bronchus or lung"),
)
BONE_METASTASES = concept(
    "Cancer spread to the bone", coding(ICD10, "C79.51", "Secondary malignant neoplasm of bone")
)
ATRIAL_FIBRILLATION = concept(
    "Atrial fibrillation",
    coding(SNOMED, "49436004", "Atrial fibrillation (disorder)"),
    coding(ICD10, "I48.91", "Unspecified atrial fibrillation"),
)
ASTHMA = concept(
    "Asthma",
    coding(SNOMED, "195967001", "Asthma (disorder)"),
    coding(ICD10, "J45.909", "Unspecified asthma, uncomplicated"),
)

VISIT_FOR_PROBLEM = concept("Office visit", coding(SNOMED, "185347001", "Encounter for problem (procedure)"))
FOLLOW_UP = concept("Follow-up visit", coding(SNOMED, "390906007", "Follow-up encounter"))
CHECK_UP = concept("Check-up", coding(SNOMED, "185349003", "Encounter for check up (procedure)"))

PROGRESS_NOTE = concept("Progress note", coding(LOINC, "11506-3", "Progress note"))
SOCIAL_WORK_NOTE = concept("Social work note", coding(LOINC, "28656-7", "Social work Progress note"))
THERAPY_NOTE = concept("Physical therapy note", coding(LOINC, "11508-9", "Physical therapy Progress note"))
NURSE_NOTE = concept("Nursing note", coding(LOINC, "28623-7", "Nurse Progress note"))
PALLIATIVE_NOTE = concept("Palliative care consult", coding(LOINC, "11488-4", "Consult note"))
CONSULT_NOTE = concept("Consult note", coding(LOINC, "11488-4", "Consult note"))
LIVING_WILL = concept("Living will", coding(LOINC, "86533-7", "Patient Living will"))
