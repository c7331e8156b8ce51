"""FHIR JSON as it is on the wire, and the few ways in which the demo EHR looks into it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

Resource = dict[str, Any]  # the shape is FHIR's and differs for each resourceType

ID_PATTERN = re.compile(r"[A-Za-z0-9\-.]{1,64}")
TYPE_PATTERN = re.compile(r"[A-Z][A-Za-z]+")
_LOCAL = re.compile(
    r"(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)
_PATIENT_ELEMENTS = ("subject", "patient", "beneficiary", "for")


def values_at(node: object, path: str) -> list[object]:
    """Everything at a dotted path ("target.dueDate"); lists on the way are flattened, what is absent is
    left out.
    """
    found: list[object] = [node]
    for name in path.split("."):
        found = [value for item in found if isinstance(item, dict) for value in as_list(item.get(name))]
    return found


def as_list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def local_reference(reference: object) -> str:
    """ "Type/id" of a relative reference, without its version; "" for anything else."""
    match = _LOCAL.fullmatch(reference) if isinstance(reference, str) else None
    return f"{match['type']}/{match['id']}" if match else ""


def reference_to(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def references_in(node: object) -> Iterator[str]:
    """Every `reference` string, however deep."""
    if isinstance(node, list):
        for item in node:
            yield from references_in(item)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "reference" and isinstance(value, str):
                yield value
            else:
                yield from references_in(value)


def with_references(node: Any, resolve: Callable[[str], str]) -> Any:  # any JSON in, the same JSON out
    """A copy of the JSON in which every `reference` string went through `resolve`."""
    if isinstance(node, list):
        return [with_references(item, resolve) for item in node]
    if isinstance(node, dict):
        return {
            name: resolve(value)
            if name == "reference" and isinstance(value, str)
            else with_references(value, resolve)
            for name, value in node.items()
        }
    return node


def direct_patients(resource: Resource) -> frozenset[str]:
    """Ids of the patients whom the resource is about by its own elements. Empty for shared resources and
    for Provenance.
    """
    if resource.get("resourceType") == "Patient":
        return frozenset({str(resource.get("id", ""))})
    named = [
        local_reference(value)
        for element in _PATIENT_ELEMENTS
        for value in values_at(resource, f"{element}.reference")
    ]
    return frozenset(name.removeprefix("Patient/") for name in named if name.startswith("Patient/"))
