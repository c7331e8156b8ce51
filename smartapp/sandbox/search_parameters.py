"""Which search parameters the demo EHR has, by resource type, and where in the resource each looks.

Names and paths: https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The search parameter types, as a CapabilityStatement spells them."""

    TOKEN = "token"  # noqa: S105 - FHIR's name for a coded parameter
    REFERENCE = "reference"
    DATE = "date"
    STRING = "string"
    URI = "uri"


@dataclass(frozen=True, slots=True)
class Parameter:
    """`paths`: dotted, any of them may match."""

    kind: Kind
    paths: tuple[str, ...]


def _token(*paths: str) -> Parameter:
    return Parameter(Kind.TOKEN, paths)


def _date(*paths: str) -> Parameter:
    return Parameter(Kind.DATE, paths)


def _reference(*paths: str) -> Parameter:
    return Parameter(Kind.REFERENCE, paths)


def _string(*paths: str) -> Parameter:
    return Parameter(Kind.STRING, paths)


def _uri(*paths: str) -> Parameter:
    return Parameter(Kind.URI, paths)


COMMON = {"_id": _token("id"), "_lastUpdated": _date("meta.lastUpdated")}
RESULT_PARAMETERS = frozenset(
    {"_count", "_sort", "_offset", "_page", "_include", "_revinclude", "_format", "_pretty", "_total"}
)
"""They shape the answer and select nothing. Includes are not offered: the answer is the same without them."""

_SUBJECT = {"patient": _reference("subject"), "subject": _reference("subject")}
_IDENTIFIER = {"identifier": _token("identifier")}
_STATUS = {"status": _token("status")}
_CATEGORY = {"category": _token("category")}
_CODE = {"code": _token("code")}
_ENCOUNTER = {"encounter": _reference("encounter")}
_CLINICAL = _SUBJECT | _IDENTIFIER | _STATUS | _CATEGORY
_PERSON = _IDENTIFIER | {
    "name": _string("name"),
    "family": _string("name.family"),
    "given": _string("name.given"),
}
_ANY = {
    "patient": _reference("patient", "subject"),
    "subject": _reference("subject", "patient"),
    **_IDENTIFIER,
    **_STATUS,
}

_BY_TYPE: dict[str, dict[str, Parameter]] = {
    "AllergyIntolerance": {
        "patient": _reference("patient"),
        "clinical-status": _token("clinicalStatus"),
        "date": _date("recordedDate"),
    }
    | _IDENTIFIER
    | _CODE
    | _CATEGORY,
    "Binary": {},
    "CarePlan": _CLINICAL
    | _ENCOUNTER
    | {
        "intent": _token("intent"),
        "date": _date("period"),
        "goal": _reference("goal"),
        "condition": _reference("addresses"),
    },
    "CareTeam": _CLINICAL | _ENCOUNTER | {"date": _date("period")},
    "Communication": _CLINICAL | _ENCOUNTER | {"sent": _date("sent")},
    "ClinicalImpression": _SUBJECT
    | _IDENTIFIER
    | _STATUS
    | {"date": _date("effectiveDateTime", "effectivePeriod"), "assessor": _reference("assessor")},
    "Composition": _CLINICAL
    | _ENCOUNTER
    | {
        "author": _reference("author"),
        "type": _token("type"),
        "date": _date("date"),
        "title": _string("title"),
    },
    "Condition": _SUBJECT
    | _IDENTIFIER
    | _CATEGORY
    | _CODE
    | _ENCOUNTER
    | {
        "clinical-status": _token("clinicalStatus"),
        "verification-status": _token("verificationStatus"),
        "onset-date": _date("onsetDateTime", "onsetPeriod"),
        "recorded-date": _date("recordedDate"),
    },
    "Consent": {
        "patient": _reference("patient"),
        "date": _date("dateTime"),
        "period": _date("provision.period"),
        "scope": _token("scope"),
    }
    | _IDENTIFIER
    | _STATUS
    | _CATEGORY,
    "Coverage": {
        "patient": _reference("beneficiary"),
        "beneficiary": _reference("beneficiary"),
        "type": _token("type"),
    }
    | _IDENTIFIER
    | _STATUS,
    "Device": {"patient": _reference("patient"), "type": _token("type")} | _IDENTIFIER | _STATUS,
    "DiagnosticReport": _CLINICAL
    | _CODE
    | _ENCOUNTER
    | {"date": _date("effectiveDateTime", "effectivePeriod")},
    "DocumentReference": _CLINICAL
    | {
        "identifier": _token("identifier", "masterIdentifier"),
        "author": _reference("author"),
        "type": _token("type"),
        "date": _date("date"),
        "period": _date("context.period"),
        "encounter": _reference("context.encounter"),
    },
    "Encounter": _SUBJECT
    | _IDENTIFIER
    | _STATUS
    | {"date": _date("period"), "type": _token("type"), "class": _token("class")},
    "Goal": _SUBJECT
    | _IDENTIFIER
    | _CATEGORY
    | {
        "lifecycle-status": _token("lifecycleStatus"),
        "achievement-status": _token("achievementStatus"),
        "start-date": _date("startDate"),
        "target-date": _date("target.dueDate"),
    },
    "Immunization": {"patient": _reference("patient"), "date": _date("occurrenceDateTime")}
    | _IDENTIFIER
    | _STATUS,
    "List": _SUBJECT
    | _IDENTIFIER
    | _STATUS
    | _CODE
    | _ENCOUNTER
    | {"date": _date("date"), "item": _reference("entry.item"), "source": _reference("source")},
    "Location": _IDENTIFIER | {"name": _string("name")},
    "Medication": _IDENTIFIER | _STATUS | _CODE,
    "MedicationRequest": _CLINICAL
    | _ENCOUNTER
    | {
        "intent": _token("intent"),
        "code": _token("medicationCodeableConcept"),
        "authoredon": _date("authoredOn"),
    },
    "Observation": _CLINICAL
    | _CODE
    | _ENCOUNTER
    | {
        "date": _date("effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming"),
        "focus": _reference("focus"),
    },
    "Organization": _IDENTIFIER | {"name": _string("name")},
    "Patient": _PERSON | {"birthdate": _date("birthDate")},
    "Practitioner": _PERSON,
    "PractitionerRole": _IDENTIFIER
    | {"practitioner": _reference("practitioner"), "organization": _reference("organization")},
    "Procedure": _CLINICAL | _CODE | _ENCOUNTER | {"date": _date("performedDateTime", "performedPeriod")},
    "Provenance": {
        "target": _reference("target"),
        "recorded": _date("recorded"),
        "agent": _reference("agent.who"),
    },
    "Questionnaire": _IDENTIFIER
    | _STATUS
    | {"url": _uri("url"), "name": _string("name"), "title": _string("title")},
    "QuestionnaireResponse": _SUBJECT
    | _IDENTIFIER
    | _STATUS
    | _ENCOUNTER
    | {
        "authored": _date("authored"),
        "questionnaire": _uri("questionnaire"),
        "author": _reference("author"),
        "source": _reference("source"),
    },
    "RelatedPerson": _IDENTIFIER
    | {"patient": _reference("patient"), "name": _string("name"), "birthdate": _date("birthDate")},
    "ServiceRequest": _CLINICAL
    | _CODE
    | _ENCOUNTER
    | {"intent": _token("intent"), "authored": _date("authoredOn")},
    "Task": {"patient": _reference("for"), "intent": _token("intent"), "authored-on": _date("authoredOn")}
    | _IDENTIFIER
    | _STATUS
    | _CODE,
}

KNOWN_TYPES = frozenset(_BY_TYPE)


def parameters_of(resource_type: str) -> dict[str, Parameter]:
    """The type's own parameters; a type that only loaded data brings has the few that most share."""
    return _BY_TYPE.get(resource_type, _ANY)
