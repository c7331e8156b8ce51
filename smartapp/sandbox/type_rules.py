"""What FHIR R4 demands of single types beyond their elements and codes: invariants and nested elements."""

import base64
import binascii
from collections.abc import Callable
from types import MappingProxyType

from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.resource import Resource, as_list, local_reference, values_at


def check_type(resource: Resource) -> None:
    """Raises FhirProblem 422."""
    check = _CHECKS.get(resource["resourceType"])
    if check is not None:
        check(resource)


def objects_at(resource: Resource, path: str) -> list[Resource]:
    """The objects at a dotted path; anything else that stands there is left out."""
    return [value for value in values_at(resource, path) if isinstance(value, dict)]


def _goal(goal: Resource) -> None:
    _require_concept(goal, "description")
    _require_reference(goal, "subject")
    for target in objects_at(goal, "target"):
        if "measure" not in target and any("detail" in name for name in target):
            raise FhirProblem(422, "invariant", "gol-1: Goal.target.measure is required with a detail")


def _observation(observation: Resource) -> None:
    _require_concept(observation, "code")
    _require_reference(observation, "subject")
    values = [name for name in observation if name.startswith("value")]
    if len(values) > 1:
        raise FhirProblem(422, "structure", "Observation has more than one value")
    if values and "dataAbsentReason" in observation:
        raise FhirProblem(
            422, "invariant", "obs-6: dataAbsentReason is only for an Observation without a value"
        )


def _provenance(provenance: Resource) -> None:
    agents = objects_at(provenance, "agent")
    if not values_at(provenance, "target.reference") or any("who" not in agent for agent in agents):
        raise FhirProblem(422, "required", "Provenance needs a target reference, and who each agent is")


def _document(document: Resource) -> None:
    for content in as_list(document["content"]):
        attachment = content.get("attachment") if isinstance(content, dict) else None
        if not isinstance(attachment, dict):
            raise FhirProblem(422, "required", "DocumentReference.content.attachment is missing")
        if "data" not in attachment and "url" not in attachment:
            raise FhirProblem(422, "invariant", "us-core-6: an attachment needs data or a url")
        if "data" in attachment and "contentType" not in attachment:
            raise FhirProblem(422, "invariant", "att-1: an attachment with data needs its contentType")
        if "data" in attachment and decoded(attachment["data"]) is None:
            raise FhirProblem(422, "value", "an attachment's data is not base64")


def decoded(data: object) -> bytes | None:
    """The bytes behind base64; None when it is none."""
    try:
        return base64.b64decode(str(data), validate=True)
    except (binascii.Error, ValueError):
        return None


def _response(response: Resource) -> None:
    _check_items(objects_at(response, "item"))


def _check_items(items: list[Resource]) -> None:
    for item in items:
        if "linkId" not in item:
            raise FhirProblem(422, "required", "QuestionnaireResponse.item.linkId is missing")
        if "answer" in item and "item" in item:
            raise FhirProblem(422, "invariant", "qrs-1: an item has answers or items, not both")
        for answer in objects_at(item, "answer"):
            if sum(name.startswith("value") for name in answer) != 1:
                raise FhirProblem(422, "structure", "an answer has one value")
            _check_items(objects_at(answer, "item"))
        _check_items(objects_at(item, "item"))


def _care_plan(plan: Resource) -> None:
    _require_reference(plan, "subject")
    for activity in objects_at(plan, "activity"):
        if "detail" in activity and "reference" in activity:
            raise FhirProblem(422, "invariant", "cpl-3: an activity has a detail or a reference, not both")


def _list(listed: Resource) -> None:
    entries = objects_at(listed, "entry")
    if any("item" not in entry for entry in entries):
        raise FhirProblem(422, "required", "List.entry.item is missing")
    if entries and "emptyReason" in listed:
        raise FhirProblem(422, "invariant", "lst-1: a List has an emptyReason only without entries")
    if listed["mode"] != "changes" and any("deleted" in entry for entry in entries):
        raise FhirProblem(422, "invariant", "lst-2: only a List of changes has deleted entries")


def _related_person(person: Resource) -> None:
    _require_reference(person, "patient")


def _require_concept(resource: Resource, element: str) -> None:
    if not any("text" in concept or "coding" in concept for concept in objects_at(resource, element)):
        raise FhirProblem(422, "required", f"{resource['resourceType']}.{element} says nothing")


def _require_reference(resource: Resource, element: str) -> None:
    if not any(local_reference(value) for value in values_at(resource, f"{element}.reference")):
        raise FhirProblem(
            422, "value", f"{resource['resourceType']}.{element} is not a reference to a resource here"
        )


_CHECKS: MappingProxyType[str, Callable[[Resource], None]] = MappingProxyType(
    {
        "Goal": _goal,
        "Observation": _observation,
        "Provenance": _provenance,
        "DocumentReference": _document,
        "QuestionnaireResponse": _response,
        "CarePlan": _care_plan,
        "List": _list,
        "RelatedPerson": _related_person,
    }
)
