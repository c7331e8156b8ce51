"""Nothing leaves that is not about the launched patient, valid, and exactly of the form that the app writes.

Stricter than FHIR on purpose: an element, code or reference that no builder makes is refused, whatever the
standard allows. fhir.resources (R4B) checks names, types and cardinality; what it lets pass is checked here.
Threat T2 in docs/security.md.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from importlib import import_module
from types import MappingProxyType
from typing import Final, cast

from pydantic import BaseModel, ValidationError

from smartapp.errors import GuardRefused
from smartapp.fhir import guard_documents, guard_goal, guard_observation, guard_plans, guard_provenance
from smartapp.fhir.guard_expected import Expected, refuse
from smartapp.fhir.guard_references import check_reference
from smartapp.fhir.guard_rules import check_named
from smartapp.fhir.guard_shapes import SHAPES, Leaf
from smartapp.fhir.this_patient import is_id
from smartapp.fhir.walk import Place, leaves

__all__ = ["MAX_TEXT", "Expected", "check", "warm"]

MAX_TEXT: Final = 50_000
"""Characters in one string. Above what a page takes, far below FHIR's megabyte."""

MAX_DATA: Final = 1_000_000
"""Characters of markup or base64."""

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")

Rule = Callable[[Mapping[str, object], Expected], None]
_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "Goal": guard_goal.check,
        "Observation": guard_observation.check,
        "CarePlan": guard_plans.check_care_plan,
        "List": guard_plans.check_list,
        "DocumentReference": guard_documents.check_document,
        "QuestionnaireResponse": guard_documents.check_answers,
        "Provenance": guard_provenance.check,
    }
)


def warm() -> None:
    """Load the validating models now, which takes a quarter of a second, and not while somebody waits."""
    for resource_type in SHAPES:
        _model(resource_type)


def check(resource: Mapping[str, object], expected: Expected) -> None:
    """Let `resource` pass or raise GuardRefused, whose detail names the path and never a value."""
    resource_type = resource.get("resourceType")
    if not isinstance(resource_type, str) or resource_type not in SHAPES:
        refuse("resourceType", "not a resource that the app writes")
    if not is_id(expected.patient_id):
        refuse("patient", "no launched patient")
    for place, leaf in leaves(Place(resource_type, "", resource), SHAPES[resource_type]):
        _check_leaf(place, leaf, expected)
    check_named(resource, expected, SHAPES[resource_type].optional.keys())
    _RULES[resource_type](resource, expected)
    _check_texts(resource, resource_type, expected)
    _check_model(resource, resource_type)


def _check_leaf(place: Place, leaf: Leaf, expected: Expected) -> None:
    if leaf is Leaf.INTEGER:
        if type(place.value) is not int:
            refuse(place.path, "not a whole number")
        return
    value = place.value
    if not isinstance(value, str):
        refuse(place.path, "not text")
    _check_text(place.path, value, MAX_DATA if leaf in {Leaf.MARKUP, Leaf.DATA} else MAX_TEXT)
    match leaf:
        case Leaf.REFERENCE:
            check_reference(place, value, expected)
        case Leaf.DATE | Leaf.TIME:
            is_moment = _is_date(value) if leaf is Leaf.DATE else _is_time(value)
            if not is_moment:
                refuse(place.path, "not a date" if leaf is Leaf.DATE else "not a time with an offset")
            if value not in expected.moments.get(place.key, frozenset()):
                refuse(place.path, "not a moment of this visit")
        case _:
            pass


def _check_texts(resource: Mapping[str, object], resource_type: str, expected: Expected) -> None:
    """What codes are called is checked with the codes."""
    for place, leaf in leaves(Place(resource_type, "", resource), SHAPES[resource_type]):
        if leaf is Leaf.TEXT and ".coding[" not in place.path and place.value not in expected.texts:
            refuse(place.path, "not a text of this visit")


def _check_text(path: str, value: str, most: int) -> None:
    if len(value) > most:
        refuse(path, f"over {most} characters")
    if not value.strip():
        refuse(path, "blank")
    if any((c < " " and c not in "\t\n\r") or "\ud800" <= c <= "\udfff" for c in value):
        refuse(path, "a character that FHIR does not take")


def _check_model(resource: Mapping[str, object], resource_type: str) -> None:
    try:
        _model(resource_type).model_validate(dict(resource))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        problem = f"{resource_type}.{where}: not valid R4"
    else:
        return
    # Raised here, without its cause: a pydantic error prints the values.
    raise GuardRefused(problem)


def _model(resource_type: str) -> type[BaseModel]:
    module = import_module(f"fhir.resources.R4B.{resource_type.lower()}")
    return cast("type[BaseModel]", getattr(module, resource_type))


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_time(value: str) -> bool:
    if not _TIME.fullmatch(value):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
