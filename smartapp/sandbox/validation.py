"""What the demo EHR checks before it stores: elements, required values, codes, times and references."""

import re

from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.resource import Resource, local_reference, references_in, values_at
from smartapp.sandbox.rules import DOMAIN_RESOURCE, RULES, Rules
from smartapp.sandbox.type_rules import check_type

WRITABLE_TYPES = frozenset(RULES)
"""What clients may create and update at a server that takes everything."""

_TIME_ELEMENTS = (
    "DateTime",
    ".recorded",
    ".issued",
    ".authored",
    ".time",
    ".created",
    ".creation",
    ".date",
    ".start",
    ".end",
    ".sent",
    ".received",
)
_LOCAL_TIME = re.compile(r"(?!.*T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$)\d{4}-\d{2}-\d{2}T.*")


def check(resource_type: str, resource: object, *, store: FhirStore) -> Resource:
    """The resource, if it can be stored. Raises FhirProblem: 400 when it is no such FHIR resource, 422 when
    it breaks a rule.
    """
    if not isinstance(resource, dict) or resource.get("resourceType") != resource_type:
        raise FhirProblem(400, "invalid", f"the body is not a {resource_type}")
    _check_form(resource, resource_type)
    if resource_type in RULES:  # of other types the form has to do
        _check_elements(resource, RULES[resource_type])
        check_type(resource)
    _check_references(resource, store)
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


def _check_elements(resource: Resource, rules: Rules) -> None:
    unknown = sorted(name for name in resource if name.lstrip("_") not in rules.elements | DOMAIN_RESOURCE)
    if unknown:
        raise FhirProblem(400, "structure", f"{resource['resourceType']} has no element {unknown[0]!r}")
    for element in rules.required:
        if element not in resource:
            raise FhirProblem(422, "required", f"{resource['resourceType']}.{element} is missing")
    for path, codes in rules.codes.items():
        if any(not isinstance(code, str) or code not in codes for code in values_at(resource, path)):
            raise FhirProblem(422, "code-invalid", f"{resource['resourceType']}.{path} is not a known code")


def _check_references(resource: Resource, store: FhirStore) -> None:
    """A reference names a resource that is here; an absolute URL or a contained one is left alone."""
    for reference in references_in(resource):
        target = local_reference(reference)
        if reference.startswith("urn:") or (target and not store.knows(target)):
            resource_type = target.partition("/")[0] or "resource"
            raise FhirProblem(422, "not-found", f"a {resource_type} that is referred to does not exist here")
