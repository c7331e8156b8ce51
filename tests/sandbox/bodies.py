"""Resources that a sound server takes, one of each type, about patient p1 of the tests' chart."""

import base64

from tests.sandbox.support import LOINC, Json, goal, observation

P1 = {"reference": "Patient/p1"}
E1 = {"reference": "Encounter/e1"}
DR = {"reference": "Practitioner/dr"}
FORM = "https://ehr.example.org/fhir/Questionnaire/what-matters|1"
WORDS = "I want to walk to school."
NAMED: Json = {"identifier": [{"system": "urn:ids", "value": "visit-1"}]}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def vital_sign() -> Json:
    category = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
    return observation("72", category=[{"coding": [category]}])


def note(**more: object) -> Json:
    """As Epic takes it."""
    return {
        "resourceType": "DocumentReference",
        **NAMED,
        "status": "current",
        "docStatus": "preliminary",
        "type": {"coding": [{"system": LOINC, "code": "11506-3"}]},
        "subject": P1,
        "date": "2026-11-22T15:00:00Z",
        "author": [DR],
        "content": [attached("text/plain")],
        "context": {"encounter": [E1]},
        **more,
    }


def signed_note(**more: object) -> Json:
    """As Oracle Health takes it."""
    period = {"start": "2026-11-22T14:40:00Z", "end": "2026-11-22T15:00:00Z"}
    signed = {
        "docStatus": "final",
        "content": [attached("text/plain;charset=utf-8")],
        "context": {"encounter": [E1], "period": period},
    }
    return {**note(), **signed, **more}


def attached(content_type: str, text: str = WORDS) -> Json:
    return {"attachment": {"contentType": content_type, "data": encoded(text)}}


def answers(**more: object) -> Json:
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": NAMED["identifier"][0],
        "questionnaire": FORM,
        "status": "completed",
        "subject": P1,
        "item": [{"linkId": "goal", "answer": [{"valueString": WORDS}]}],
        **more,
    }


def care_plan(**more: object) -> Json:
    words = {"title": "Decision agreed", "description": "Physiotherapy first."}
    return {
        "resourceType": "CarePlan",
        **NAMED,
        "status": "active",
        "intent": "plan",
        "subject": P1,
        **words,
        **more,
    }


def order(*references: str, **more: object) -> Json:
    entries = [{"item": {"reference": reference}} for reference in references or ("Goal/g1",)]
    return {
        "resourceType": "List",
        **NAMED,
        "status": "current",
        "mode": "snapshot",
        "subject": P1,
        "source": P1,
        "entry": entries,
        **more,
    }


def provenance(target: str = "Goal/g1", **more: object) -> Json:
    return {
        "resourceType": "Provenance",
        "recorded": "2026-11-22T15:00:00Z",
        "target": [{"reference": target}],
        "agent": [{"who": DR}],
        **more,
    }


def communication(**more: object) -> Json:
    return {"resourceType": "Communication", "status": "completed", "subject": P1, **more}


def related_person(**more: object) -> Json:
    return {"resourceType": "RelatedPerson", "patient": P1, "active": True, **more}


EVERY_TYPE: dict[str, Json] = {
    body["resourceType"]: body
    for body in (
        goal(WORDS, **NAMED),
        observation(WORDS, **NAMED),
        care_plan(),
        order(),
        note(),
        answers(),
        communication(),
        provenance(),
        related_person(),
        {"resourceType": "Questionnaire", "status": "active"},
        {"resourceType": "Consent", "status": "active"},
        {"resourceType": "Composition", "status": "final"},
        {"resourceType": "ClinicalImpression", "status": "completed"},
        {"resourceType": "Patient"},
    )
}
"""By type; the types of the vendors' table."""
