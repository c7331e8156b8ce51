"""The lane's test patients: made before, and cleared away afterwards with everything written for them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.interop.wire import FhirServer

WRITTEN = (
    "Goal",
    "Observation",
    "CarePlan",
    "List",
    "DocumentReference",
    "QuestionnaireResponse",
    "Provenance",
)


@dataclass(slots=True)
class Chart:
    """`patient`, `practitioner`, `encounter`: ids, "" where there is none. `made`: references, in the order
    of making. `before`: what was there of a patient whom the lane did not make; it stays.
    """

    name: str
    patient: str = ""
    practitioner: str = ""
    encounter: str = ""
    made: list[str] = field(default_factory=list)
    before: frozenset[str] = frozenset()


async def make_chart(server: FhirServer, name: str) -> Chart:
    """A patient with a visit and a problem, and somebody who signs in; what the server does not take is left
    out.
    """
    chart = Chart(name)
    practitioner = await _add(server, chart, _practitioner())
    patient = await _add(server, chart, _patient(name))
    chart.patient, chart.practitioner = patient.partition("/")[2], practitioner.partition("/")[2]
    if patient:
        encounter = await _add(server, chart, _encounter(patient))
        chart.encounter = encounter.partition("/")[2]
        await _add(server, chart, _condition(patient))
    return chart


async def chart_that_is_there(server: FhirServer | None, patient: str, practitioner: str) -> Chart:
    chart = Chart("", patient, practitioner)
    if server is not None:
        chart.before = frozenset(_reference(one) for one in await _written(server, patient))
    return chart


async def add_goal(server: FhirServer, chart: Chart, said: str) -> None:
    subject = {"reference": f"Patient/{chart.patient}"}
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "subject": subject,
        "description": {"text": said},
    }
    await _add(server, chart, goal)


async def clear_away(server: FhirServer, chart: Chart) -> dict[str, int]:
    """How many entries were removed, marked, or left, of what was made and what was written since."""
    counts = {"removed": 0, "marked": 0, "left": 0}
    written = [one for one in await _written(server, chart.patient) if _reference(one) not in chart.before]
    references = {_reference(one) for one in written}
    found = [await server.read(one) for one in reversed(chart.made) if one not in references]
    for resource in [*written, *(one for one in found if one is not None)]:
        counts[await server.remove(resource)] += 1
    return counts


async def _written(server: FhirServer, patient: str) -> list[dict[str, Any]]:
    """What is this patient's, those first that refer to others. A server may answer with anybody's."""
    found = [one for name in WRITTEN[:-1] for one in await server.of_patient(name, patient)]
    theirs = [one for one in found if _names(one.get("subject"), {f"Patient/{patient}"})]
    references = {_reference(one) for one in theirs}
    records = [
        one
        for one in await server.of_patient(WRITTEN[-1], patient)
        if any(_names(target, references) for target in one.get("target", []))
    ]
    return [*records, *reversed(theirs)]


def _names(reference: object, wanted: set[str]) -> bool:
    literal = str(reference.get("reference", "")) if isinstance(reference, dict) else ""
    return "/".join(literal.partition("/_history/")[0].split("/")[-2:]) in wanted


def _reference(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


async def _add(server: FhirServer, chart: Chart, resource: dict[str, Any]) -> str:
    reference = await server.create(resource)
    chart.made += [reference] if reference else []
    return reference


def _practitioner() -> dict[str, Any]:
    name = [{"family": "Interop", "given": ["Ada"], "text": "Dr Ada Interop"}]
    return {"resourceType": "Practitioner", "active": True, "name": name}


def _patient(name: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient", "active": True, "gender": "female", "birthDate": "1958-03-12",
        "name": [{"use": "official", "family": name, "given": ["Testa"]}],
    }  # fmt: skip


def _encounter(patient: str) -> dict[str, Any]:
    kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
    period = {"start": datetime.now(UTC).isoformat(timespec="seconds")}
    return {
        "resourceType": "Encounter", "status": "in-progress", "class": kind, "period": period,
        "subject": {"reference": patient},
    }  # fmt: skip


def _condition(patient: str) -> dict[str, Any]:
    active = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    category = "http://terminology.hl7.org/CodeSystem/condition-category"
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": active, "code": "active"}]},
        "category": [{"coding": [{"system": category, "code": "problem-list-item"}]}],
        "code": {"text": "Osteoarthritis of the knee"},
        "subject": {"reference": patient},
    }
