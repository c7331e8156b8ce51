"""A chart in which every element that can hold an address leads elsewhere, and ways to write "elsewhere"."""

import base64
from typing import Any

from tests.visits import EHR, START

PATIENT = "planted"
TODAY = START.isoformat()

Resource = dict[str, Any]  # FHIR JSON


def ways(port: int) -> dict[str, str]:
    """The canary's address as a server that means harm, or one that is only odd, may write it."""
    here = f"127.0.0.1:{port}"
    return {
        "plain": f"http://{here}/fhir/Binary/1",
        "tls": f"https://{here}/fhir/Binary/1",
        "base in the query": f"http://{here}/?u={EHR}/fhir/Binary/1",
        "base in the path": f"http://{here}/{EHR}/fhir/Binary/1",
        "base as the beginning of a host": f"{EHR}.localhost:{port}/fhir/Binary/1",
        "base as the user": f"http://ehr.test@{here}/fhir/Binary/1",
        "base with port as the user": f"https://ehr.test:443@{here}/fhir/Binary/1",
        "without tls": "http://ehr.test/fhir/Binary/1",
        "another port": f"{EHR}:{port}/fhir/Binary/1",
        "no scheme": f"//{here}/fhir/Binary/1",
        "backslash": f"{EHR}\\@{here}/fhir/Binary/1",
        "tab": f"ht\ttp://{here}/fhir/Binary/1",
        "ipv6": f"http://[::1]:{port}/fhir/Binary/1",
        "ipv4 in ipv6": f"http://[::ffff:127.0.0.1]:{port}/fhir/Binary/1",
        "decimal": f"http://2130706433:{port}/fhir/Binary/1",
        "hexadecimal": f"http://0x7f000001:{port}/fhir/Binary/1",
        "octal": f"http://0177.0.0.1:{port}/fhir/Binary/1",
        "short": f"http://127.1:{port}/fhir/Binary/1",
        "name": f"http://localhost:{port}/fhir/Binary/1",
    }


def chart(link: str) -> list[Resource]:
    """One patient; whatever leads anywhere leads to `link`."""
    return [_patient(link), *_people(link), *_problems(link), *_wishes(link), *_papers(link)]


def _common(link: str) -> Resource:
    """What any resource may carry."""
    org = {"resourceType": "Organization", "id": "org", "endpoint": [{"reference": link}]}
    paper = {"resourceType": "Binary", "id": "paper", "contentType": "text/plain",
             "securityContext": {"reference": link}}  # fmt: skip
    return {
        "meta": {"source": link, "profile": [link], "tag": [{"system": link, "code": "x"}]},
        "implicitRules": link,
        "text": {"status": "generated", "div": f'<div><img src="{link}"/><a href="{link}">x</a></div>'},
        "contained": [org, paper],
        "extension": [{"url": link, "valueUrl": link}],
    }


def _of(link: str, resource_type: str, **elements: object) -> Resource:
    about = {"reference": f"Patient/{PATIENT}"}
    subject = "patient" if resource_type in {"RelatedPerson", "Consent", "AllergyIntolerance"} else "subject"
    made = {"resourceType": resource_type, "id": f"{PATIENT}-{resource_type.lower()}", subject: about}
    return {**made, **_common(link), **elements}


def _elsewhere(link: str) -> Resource:
    return {"reference": link, "display": "Somebody elsewhere", "identifier": {"system": link, "value": "1"}}


def _patient(link: str) -> Resource:
    return {
        "resourceType": "Patient", "id": PATIENT, **_common(link), "name": [{"family": "Planted"}],
        "photo": [{"contentType": "image/png", "url": link}],
        "identifier": [{"system": link, "value": "1", "assigner": _elsewhere(link)}],
        "telecom": [{"system": "url", "value": link}], "generalPractitioner": [_elsewhere(link)],
        "managingOrganization": _elsewhere(link), "link": [{"other": _elsewhere(link), "type": "seealso"}],
    }  # fmt: skip


def _people(link: str) -> list[Resource]:
    doctor = {"resourceType": "Practitioner", "id": "doctor", **_common(link),
              "name": [{"family": "Doctor"}], "photo": [{"url": link}],
              "qualification": [{"code": {"text": "MD"}, "issuer": _elsewhere(link)}]}  # fmt: skip
    return [
        doctor,
        _of(link, "RelatedPerson", name=[{"text": "Kin"}], photo=[{"url": link}], active=True),
        _of(link, "CareTeam", status="active", participant=[{"member": _elsewhere(link)}],
            managingOrganization=[_elsewhere(link)]),
        _of(link, "Encounter", status="in-progress", **{"class": {"code": "AMB", "system": link}},
            participant=[{"individual": _elsewhere(link)}], serviceProvider=_elsewhere(link),
            location=[{"location": _elsewhere(link)}]),
    ]  # fmt: skip


def _problems(link: str) -> list[Resource]:
    code = {"coding": [{"system": link, "code": "1", "display": "Problem"}], "text": "Problem"}
    return [
        _of(link, "Condition", code=code, recorder=_elsewhere(link), asserter=_elsewhere(link),
            evidence=[{"detail": [_elsewhere(link)]}]),
        _of(link, "MedicationRequest", status="active", intent="order", medicationReference=_elsewhere(link),
            requester=_elsewhere(link), instantiatesUri=[link]),
        _of(link, "AllergyIntolerance", code=code, recorder=_elsewhere(link)),
        _of(link, "Observation", status="final", code=code, valueString="Words", performer=[_elsewhere(link)],
            derivedFrom=[_elsewhere(link)], focus=[_elsewhere(link)]),
        _of(link, "ServiceRequest", status="active", intent="order", code=code, requester=_elsewhere(link),
            instantiatesCanonical=[link]),
    ]  # fmt: skip


def _wishes(link: str) -> list[Resource]:
    return [
        _of(link, "Goal", lifecycleStatus="active", description={"text": "Swim in the lake."},
            expressedBy=_elsewhere(link), addresses=[_elsewhere(link)],
            outcomeReference=[_elsewhere(link)]),
        _of(link, "CarePlan", status="active", intent="plan", instantiatesUri=[link], author=_elsewhere(link),
            activity=[{"reference": _elsewhere(link)}], goal=[_elsewhere(link)]),
        _of(link, "List", status="current", mode="working", entry=[{"item": _elsewhere(link)}]),
        _of(link, "Consent", status="active", sourceAttachment={"url": link}, organization=[_elsewhere(link)],
            scope={"text": "adr"}, category=[{"text": "acd"}], policy=[{"uri": link}]),
        _of(link, "QuestionnaireResponse", status="completed", questionnaire=link, author=_elsewhere(link),
            source=_elsewhere(link), item=[
                {"linkId": "1", "definition": link, "text": "What matters?", "answer": [{"valueUri": link}]},
                {"linkId": "2", "answer": [{"valueAttachment": {"url": link, "contentType": "text/plain"}}]},
                {"linkId": "3", "answer": [{"valueReference": _elsewhere(link)}]}]),
    ]  # fmt: skip


def _papers(link: str) -> list[Resource]:
    category = [{"coding": [{"code": "clinical-note"}]}]
    progress = {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]}
    page = f'<html><body><img src="{link}"/><p>Patient states: "I want to swim."</p></body></html>'
    inline = {"contentType": "text/html", "data": base64.b64encode(page.encode()).decode(), "url": link}
    kinds = ("text/plain", "text/html", "application/pdf", "application/xml", "text/rtf")
    attached = [{"contentType": kind, "url": link} for kind in kinds]
    notes = [
        _of(link, "DocumentReference", status="current", category=category, date=TODAY, type=progress,
            content=[{"attachment": one}], author=[_elsewhere(link)], custodian=_elsewhere(link),
            relatesTo=[{"code": "appends", "target": _elsewhere(link)}]) | {"id": f"planted-note-{number}"}
        for number, one in enumerate([*attached, inline])
    ]  # fmt: skip
    return [
        *notes,
        _of(link, "DiagnosticReport", status="final", code=progress, effectiveDateTime=TODAY,
            category=[{"coding": [{"code": "LP29684-5"}]}],
            presentedForm=[{"contentType": "text/plain", "url": link}], media=[{"link": _elsewhere(link)}],
            resultsInterpreter=[_elsewhere(link)]),
        _of(link, "Composition", status="final", type=progress, date=TODAY, title="Note",
            author=[_elsewhere(link)], section=[{"title": "Plan", "entry": [_elsewhere(link)]}]),
        _of(link, "ClinicalImpression", status="completed", date=TODAY, summary="Plan",
            assessor=_elsewhere(link), protocol=[link]),
        {"resourceType": "Provenance", "id": "planted-provenance", **_common(link), "recorded": TODAY,
         "target": [{"reference": f"Goal/{PATIENT}-goal"}], "agent": [{"who": _elsewhere(link)}],
         "policy": [link], "entity": [{"role": "source", "what": _elsewhere(link)}]},
    ]  # fmt: skip
