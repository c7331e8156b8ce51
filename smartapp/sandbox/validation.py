"""What the demo EHR checks before it stores: elements, required values, codes, times and references.

Element lists: https://hl7.org/fhir/R4/goal.html, observation.html, provenance.html
"""

import re
from dataclasses import dataclass

from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.resource import Resource, local_reference, references_in, values_at

_DOMAIN_RESOURCE = frozenset(
    {
        "resourceType",
        "id",
        "meta",
        "implicitRules",
        "language",
        "text",
        "contained",
        "extension",
        "modifierExtension",
    }
)
_TIME_ELEMENTS = ("DateTime", ".recorded", ".issued", ".authored", ".time")
_LOCAL_TIME = re.compile(r"(?!.*T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$)\d{4}-\d{2}-\d{2}T.*")
_GOAL_STATUS = "proposed planned accepted active on-hold completed cancelled entered-in-error rejected"
_OBSERVATION_STATUS = "registered preliminary final amended corrected cancelled entered-in-error unknown"
_REQUEST_STATUS = "draft active on-hold revoked completed entered-in-error unknown"
_EVENT_STATUS = "preparation in-progress not-done on-hold stopped completed entered-in-error unknown"


@dataclass(frozen=True, slots=True)
class Rules:
    """`codes`: element to its allowed codes. `elements`: all top-level elements of the type; empty when
    they are not checked.
    """

    required: tuple[str, ...]
    codes: dict[str, str]
    elements: frozenset[str] = frozenset()


RULES = {
    "Goal": Rules(
        ("lifecycleStatus", "description", "subject"),
        {"lifecycleStatus": _GOAL_STATUS},
        frozenset(
            {
                "identifier",
                "lifecycleStatus",
                "achievementStatus",
                "category",
                "priority",
                "description",
                "subject",
                "startDate",
                "startCodeableConcept",
                "target",
                "statusDate",
                "statusReason",
                "expressedBy",
                "addresses",
                "note",
                "outcomeCode",
                "outcomeReference",
            }
        ),
    ),
    "Observation": Rules(
        ("status", "code", "subject"),
        {"status": _OBSERVATION_STATUS},
        frozenset(
            {
                "identifier",
                "basedOn",
                "partOf",
                "status",
                "category",
                "code",
                "subject",
                "focus",
                "encounter",
                "effectiveDateTime",
                "effectivePeriod",
                "effectiveTiming",
                "effectiveInstant",
                "issued",
                "performer",
                "valueQuantity",
                "valueCodeableConcept",
                "valueString",
                "valueBoolean",
                "valueInteger",
                "valueRange",
                "valueRatio",
                "valueSampledData",
                "valueTime",
                "valueDateTime",
                "valuePeriod",
                "dataAbsentReason",
                "interpretation",
                "note",
                "bodySite",
                "method",
                "specimen",
                "device",
                "referenceRange",
                "hasMember",
                "derivedFrom",
                "component",
            }
        ),
    ),
    "Provenance": Rules(
        ("target", "recorded", "agent"),
        {},
        frozenset(
            {
                "target",
                "occurredPeriod",
                "occurredDateTime",
                "recorded",
                "policy",
                "location",
                "reason",
                "activity",
                "agent",
                "entity",
                "signature",
            }
        ),
    ),
    "DocumentReference": Rules(("status", "content"), {"status": "current superseded entered-in-error"}),
    "QuestionnaireResponse": Rules(
        ("status",), {"status": "in-progress completed amended entered-in-error stopped"}
    ),
    "CarePlan": Rules(
        ("status", "intent", "subject"), {"status": _REQUEST_STATUS, "intent": "proposal plan order option"}
    ),
    "Communication": Rules(("status",), {"status": _EVENT_STATUS}),
    "List": Rules(
        ("status", "mode"), {"status": "current retired entered-in-error", "mode": "working snapshot changes"}
    ),
    "RelatedPerson": Rules(("patient",), {}),
}

WRITABLE_TYPES = frozenset(RULES)
"""What clients may create and update here."""


def check(resource_type: str, resource: object, *, store: FhirStore) -> Resource:
    """The resource, if it can be stored. Raises FhirProblem: 400 when it is no such FHIR resource, 422 when
    it breaks a rule.
    """
    if not isinstance(resource, dict) or resource.get("resourceType") != resource_type:
        raise FhirProblem(400, "invalid", f"the body is not a {resource_type}")
    _check_form(resource, resource_type)
    rules = RULES[resource_type]
    unknown = sorted(name for name in resource if name.lstrip("_") not in rules.elements | _DOMAIN_RESOURCE)
    if rules.elements and unknown:
        raise FhirProblem(400, "structure", f"{resource_type} has no element {unknown[0]!r}")
    _check_rules(resource, rules)
    _check_own_rules(resource)
    _check_patients(resource, store)
    return resource


def _check_form(node: object, path: str) -> None:
    """FHIR JSON has no null, no empty string, list or object, and no time without zone."""
    if node is None or node in ("", [], {}):
        raise FhirProblem(400, "structure", f"{path} is empty")
    if isinstance(node, dict):
        for name, value in node.items():
            _check_form(value, f"{path}.{name}")
    elif isinstance(node, list):
        for position, value in enumerate(node):
            # A list of primitives is padded with null where only its extension list has something to say.
            if value is not None:
                _check_form(value, f"{path}[{position}]")
    elif isinstance(node, str) and path.endswith(_TIME_ELEMENTS) and _LOCAL_TIME.fullmatch(node):
        raise FhirProblem(422, "value", f"{path} is not a time with an offset")


def _check_rules(resource: Resource, rules: Rules) -> None:
    for element in rules.required:
        if element not in resource:
            raise FhirProblem(422, "required", f"{resource['resourceType']}.{element} is missing")
    for element, codes in rules.codes.items():
        if resource[element] not in codes.split():
            raise FhirProblem(
                422, "code-invalid", f"{resource['resourceType']}.{element} is not a known code"
            )


def _check_own_rules(resource: Resource) -> None:
    match resource["resourceType"]:
        case "Goal":
            _require_concept(resource, "description")
            _require_reference(resource, "subject")
            if any(
                "detail" in name and "measure" not in target
                for target in _objects(resource, "target")
                for name in target
            ):
                raise FhirProblem(422, "invariant", "gol-1: Goal.target.measure is required with a detail")
        case "Observation":
            _require_concept(resource, "code")
            _require_reference(resource, "subject")
            values = [name for name in resource if name.startswith("value")]
            if len(values) > 1:
                raise FhirProblem(422, "structure", "Observation has more than one value")
            if values and "dataAbsentReason" in resource:
                raise FhirProblem(
                    422, "invariant", "obs-6: dataAbsentReason is only for an Observation without a value"
                )
        case "Provenance":
            if not values_at(resource, "target.reference") or any(
                "who" not in agent for agent in _objects(resource, "agent")
            ):
                raise FhirProblem(
                    422, "required", "Provenance needs a target reference, and who each agent is"
                )


def _objects(resource: Resource, element: str) -> list[Resource]:
    return [value for value in values_at(resource, element) if isinstance(value, dict)]


def _require_concept(resource: Resource, element: str) -> None:
    if not any("text" in concept or "coding" in concept for concept in _objects(resource, element)):
        raise FhirProblem(422, "required", f"{resource['resourceType']}.{element} says nothing")


def _require_reference(resource: Resource, element: str) -> None:
    if not any(local_reference(value) for value in values_at(resource, f"{element}.reference")):
        raise FhirProblem(
            422, "value", f"{resource['resourceType']}.{element} is not a reference to a resource here"
        )


def _check_patients(resource: Resource, store: FhirStore) -> None:
    for reference in references_in(resource):
        resource_type, _, resource_id = local_reference(reference).partition("/")
        if resource_type == "Patient" and store.get("Patient", resource_id) is None:
            raise FhirProblem(422, "not-found", "a Patient that is referred to does not exist here")
