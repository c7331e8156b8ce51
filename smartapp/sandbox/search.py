"""FHIR search over resources in memory: which resource matches, in which order.

https://hl7.org/fhir/R4/search.html
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from smartapp.sandbox.dates import date_test, span_of
from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.resource import Resource, local_reference, values_at
from smartapp.sandbox.search_parameters import COMMON, RESULT_PARAMETERS, Kind, Parameter, parameters_of

Pairs = Sequence[tuple[str, str]]
"""Search parameters as they came: name (with modifier) and value, repeats kept."""

_MODIFIERS = {Kind.STRING: frozenset({"exact", "contains"}), Kind.REFERENCE: frozenset({"Patient"})}
_COMMA = re.compile(r"(?<!\\),")


@dataclass(frozen=True, slots=True)
class Criteria:
    """Checked search parameters. `used`: those that were understood, for the self link."""

    tests: tuple[Callable[[Resource], bool], ...]
    used: tuple[tuple[str, str], ...]

    def accepts(self, resource: Resource) -> bool:
        return all(test(resource) for test in self.tests)


def criteria(resource_type: str, pairs: Pairs, *, strict: bool) -> Criteria:
    """Understand search parameters. An unknown one is a 400 when strict, else left out; a value that makes
    no sense is always a 400.
    """
    parameters = COMMON | parameters_of(resource_type)
    tests: list[Callable[[Resource], bool]] = []
    used: list[tuple[str, str]] = []
    for name, value in pairs:
        plain, _, modifier = name.partition(":")
        parameter = parameters.get(plain)
        if plain in RESULT_PARAMETERS:
            continue
        if parameter is not None:
            tests.append(_test(plain, parameter, modifier, value))
            used.append((name, value))
        elif strict:
            raise FhirProblem(400, "not-supported", f"{resource_type} has no search parameter {plain!r} here")
    return Criteria(tuple(tests), tuple(used))


def in_order(resource_type: str, found: Iterable[Resource], sort: str, *, strict: bool) -> list[Resource]:
    """Sort by `_sort` ("-date,_id"). Resources without the element come last."""
    resources = list(found)
    parameters = COMMON | parameters_of(resource_type)
    for key in reversed([key for key in sort.split(",") if key]):
        parameter = parameters.get(key.lstrip("-"))
        if parameter is None:
            if strict:
                raise FhirProblem(400, "not-supported", f"{resource_type} cannot be sorted by {key!r} here")
            continue
        having = [resource for resource in resources if _sort_key(resource, parameter) is not None]
        lacking = [resource for resource in resources if _sort_key(resource, parameter) is None]
        having.sort(key=lambda resource: _sort_key(resource, parameter), reverse=key.startswith("-"))
        resources = having + lacking
    return resources


def _sort_key(
    resource: Resource, parameter: Parameter
) -> Any:  # a datetime or a string, the same for all of one parameter
    values = [value for path in parameter.paths for value in values_at(resource, path)]
    if parameter.kind is Kind.DATE:
        return next((span.start for value in values if (span := span_of(value))), None)
    return next((str(value) for value in values), None)


def _test(name: str, parameter: Parameter, modifier: str, text: str) -> Callable[[Resource], bool]:
    """One parameter: any of the comma-separated values matches any of the elements."""
    if modifier and modifier not in _MODIFIERS.get(parameter.kind, frozenset()):
        raise FhirProblem(400, "not-supported", f"{name} has no modifier {modifier!r} here")
    wanted = [value.replace("\\,", ",") for value in _COMMA.split(text) if value]
    if not wanted:
        raise FhirProblem(400, "invalid", f"{name} has no value")
    accepts = [_value_test(name, parameter.kind, modifier, value) for value in wanted]

    def test(resource: Resource) -> bool:
        elements = [element for path in parameter.paths for element in values_at(resource, path)]
        return any(accept(element) for element in elements for accept in accepts)

    return test


def _value_test(name: str, kind: Kind, modifier: str, text: str) -> Callable[[object], bool]:
    match kind:
        case Kind.DATE:
            return _date_test(name, text)
        case Kind.TOKEN:
            return lambda element: _token_matches(element, text)
        case Kind.REFERENCE:
            only_patients = name in {"patient", "beneficiary"} or modifier == "Patient"
            return lambda element: _reference_matches(element, text, only_patients=only_patients)
        case Kind.STRING:
            return lambda element: _string_matches(element, text, modifier)
        case Kind.URI:
            return lambda element: (
                isinstance(element, str) and (element == text or element.partition("|")[0] == text)
            )


def _date_test(name: str, text: str) -> Callable[[object], bool]:
    try:
        wanted = date_test(text)
    except (ValueError, OverflowError) as error:
        raise FhirProblem(400, "invalid", f"{name} is not a date: {text[:40]!r}") from error

    def test(element: object) -> bool:
        span = span_of(element)
        return span is not None and wanted.accepts(span)

    return test


def _token_matches(element: object, text: str) -> bool:
    """`code`, `system|code`, `|code` (no system) and `system|` against a code, Coding, CodeableConcept or
    Identifier.
    """
    system, bar, code = text.rpartition("|")
    if isinstance(element, bool):
        return text == str(element).lower()
    if isinstance(element, str):
        # A plain code's system is implied by its element, so a system in the query cannot be compared.
        return element == code
    if not isinstance(element, dict):
        return False
    if "coding" in element:
        return any(_token_matches(coding, text) for coding in values_at(element, "coding"))
    found = element.get("code", element.get("value"))
    return (found == code or (not code and bool(system))) and (not bar or element.get("system", "") == system)


def _reference_matches(element: object, text: str, *, only_patients: bool) -> bool:
    found = local_reference(element.get("reference")) if isinstance(element, dict) else ""
    if not found or (only_patients and not found.startswith("Patient/")):
        return False
    wanted = "/".join(text.split("/")[-2:])
    return found == wanted or ("/" not in wanted and found.partition("/")[2] == wanted)


def _string_matches(element: object, text: str, modifier: str) -> bool:
    """Starts with, whatever the case and accents; `exact` and `contains` as in the standard. A HumanName
    matches by any part.
    """
    if isinstance(element, dict):
        parts = [
            part
            for name in ("family", "given", "text", "prefix", "suffix")
            for part in values_at(element, name)
        ]
        return any(_string_matches(part, text, modifier) for part in parts)
    if not isinstance(element, str):
        return False
    if modifier == "exact":
        return element == text
    found, wanted = _folded(element), _folded(text)
    return wanted in found if modifier == "contains" else found.startswith(wanted)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()
