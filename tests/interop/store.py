"""What stands in the demo EHR's store, and a second patient whose words must never be seen."""

from typing import Any

from smartapp.sandbox.server import DemoEhr
from tests.visits import Clinic

ROSA = "delgado-rosa"
VISIT = f"{ROSA}-today"
STRANGER = "Zzyzxworth"
"""In every text of the other patient's chart, and nowhere else."""

_OTHER = "other-patient"
_SUBJECT = {"reference": f"Patient/{_OTHER}"}
_LOINC = "http://loinc.org"
_ACTIVE = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
}


def _of(resource_type: str, **elements: Any) -> dict[str, Any]:  # Any: FHIR JSON
    return {
        "resourceType": resource_type,
        "id": f"other-{resource_type.lower()}",
        "subject": _SUBJECT,
        **elements,
    }


def _said(text: str) -> dict[str, str]:
    return {"text": f"{text} {STRANGER}"}


def chart_of_another() -> list[dict[str, Any]]:  # Any: FHIR JSON
    """One entry of each type that the app reads, all of another patient."""
    category = [{"coding": [{"code": "encounter-diagnosis"}]}, {"coding": [{"code": "problem-list-item"}]}]
    patient = {
        "resourceType": "Patient", "id": _OTHER, "birthDate": "1970-01-01",
        "name": [{"family": STRANGER, "given": ["Otto"]}],
    }  # fmt: skip
    preference = {"coding": [{"system": _LOINC, "code": "95541-9"}]}
    form_item = {
        "linkId": "1",
        "text": "What matters most to you?",
        "answer": [{"valueString": f"Only {STRANGER} now"}],
    }
    return [
        patient,
        _of("Condition", code=_said("Gout of"), clinicalStatus=_ACTIVE, category=category),
        _of("Goal", description=_said("Walk with"), lifecycleStatus="active"),
        _of("Observation", code=preference, status="final", valueString=f"Call {STRANGER} first"),
        _of(
            "MedicationRequest", medicationCodeableConcept=_said("Pills of"), status="active", intent="order"
        ),
        {**_of("AllergyIntolerance", code=_said("Dust of")), "patient": _SUBJECT},
        _of(
            "CarePlan",
            status="active",
            intent="plan",
            title=f"Plan of {STRANGER}",
            description=f"For {STRANGER}",
        ),
        _of("CareTeam", status="active", participant=[{"member": {"display": f"Nurse {STRANGER}"}}]),
        {**_of("RelatedPerson", name=[{"text": f"Ida {STRANGER}"}]), "patient": _SUBJECT},
        _of("ServiceRequest", code=_said("Scan of"), status="active", intent="order"),
        _of("QuestionnaireResponse", status="completed", authored="2026-11-01", item=[form_item]),
        _of("Encounter", status="in-progress", **{"class": {"code": "AMB"}}, reasonCode=[_said("Cough of")]),
    ]


def add_another(at: Clinic) -> None:
    for resource in chart_of_another():
        at.ehr.store.load(resource)


def words_in_chart(ehr: DemoEhr) -> dict[str, list[str]]:
    """What clients wrote: the words, in brackets those taken back; of a Provenance its activity."""
    return {
        "Goal": [_shown(one, one["description"]["text"]) for one in ehr.created("Goal")],
        "Observation": [_shown(one, one["valueString"]) for one in ehr.created("Observation")],
        "Provenance": sorted(one["activity"]["coding"][0]["code"] for one in ehr.created("Provenance")),
    }


def patients_written(ehr: DemoEhr) -> set[str]:
    """Whose the entries are that clients wrote."""
    types = ("Goal", "Observation", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse")
    return {one["subject"]["reference"] for resource_type in types for one in ehr.created(resource_type)}


def _shown(resource: dict[str, Any], said: str) -> str:
    is_back = "entered-in-error" in (resource.get("lifecycleStatus"), resource.get("status"))
    return f"[{said}]" if is_back else said
