"""Nothing leaves that is not about the launched patient, valid, and exactly of the form that the app writes.

Stricter than FHIR on purpose: an element, code or reference that no builder makes is refused, whatever the
standard allows. fhir.resources (R4B) checks names, types and cardinality; what it lets pass is checked here.
Threat T2 in docs/security.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from typing import Final, NoReturn, cast

from pydantic import BaseModel, ValidationError

from smartapp.errors import GuardRefused
from smartapp.fhir import codes
from smartapp.fhir.codes import Coding, GoalStatus, LocalSystems, ObservationStatus, Profile, Tag
from smartapp.fhir.observation import PREFERENCES, Preference
from smartapp.fhir.this_patient import is_id, is_type
from smartapp.fhir.walk import Place, places

MAX_TEXT: Final = 10_000
"""Characters in one string. Above what a form takes, far below FHIR's megabyte."""

_ELEMENTS: Final[Mapping[str, frozenset[str]]] = {
    "Goal": frozenset(
        {
            "resourceType", "meta", "identifier", "lifecycleStatus", "achievementStatus", "category",
            "description", "subject", "startDate", "statusDate", "target", "expressedBy", "addresses", "note",
        }
    ),
    "Observation": frozenset(
        {
            "resourceType", "meta", "identifier", "status", "category", "code", "subject", "encounter",
            "effectiveDateTime", "performer", "valueString", "note",
        }
    ),
    "Provenance": frozenset({"resourceType", "meta", "target", "recorded", "activity", "agent"}),
}  # fmt: skip
_INNER: Final = frozenset(
    {
        "profile", "tag", "system", "value", "code", "display", "coding", "text", "reference", "dueDate",
        "authorReference", "authorString", "time", "type", "who", "onBehalfOf",
    }
)  # fmt: skip
_DATES: Final = frozenset({"startDate", "statusDate", "dueDate"})
_TIMES: Final = frozenset({"effectiveDateTime", "time", "recorded"})
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_REFERENCES: Final[Mapping[str, frozenset[str]]] = {
    "subject": frozenset({"Patient"}),
    "encounter": frozenset({"Encounter"}),
    "performer": frozenset({"Patient"}),
    "expressedBy": frozenset({"Patient"}),
    "addresses": frozenset({"Condition"}),
    "authorReference": frozenset({"Practitioner"}),
    "target": frozenset({"Goal", "Observation"}),
    "who": frozenset({"Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Organization"}),
    "onBehalfOf": frozenset({"Organization"}),
}
"""Which types each element may point to."""

_IDENTIFIER_VALUE: Final = re.compile(r"[A-Za-z0-9\-.:]{1,64}")


@dataclass(frozen=True, slots=True)
class _Visit:
    patient: str
    encounter: str
    others: frozenset[str]


def warm() -> None:
    """Load the validating models now, which takes a quarter of a second, and not while somebody waits."""
    for resource_type in _ELEMENTS:
        _model(resource_type)


def check(
    resource: Mapping[str, object],
    *,
    patient_id: str,
    encounter_id: str | None,
    references: frozenset[str] = frozenset(),
    systems: LocalSystems | None = None,
) -> None:
    """Let `resource` pass or raise GuardRefused, whose detail names the path and never a value.

    `references`: everything that may be pointed to besides the patient and the encounter of the launch.
    """
    systems = systems or LocalSystems()
    resource_type = resource.get("resourceType")
    if not isinstance(resource_type, str) or resource_type not in _ELEMENTS:
        _refuse("resourceType", "not a resource that the app writes")
    if not is_id(patient_id):
        _refuse("patient", "no launched patient")
    visit = _Visit(f"Patient/{patient_id}", f"Encounter/{encounter_id}" if encounter_id else "", references)
    for place in places(resource):
        _check_name(place, resource_type)
        _check_text(place)
        _check_time(place)
        _check_reference(place, visit)
    _check_model(resource, resource_type)
    _check_meta(resource, systems)
    match resource_type:
        case "Goal":
            _check_goal(resource, visit, systems)
        case "Observation":
            _check_observation(resource, visit, systems)
        case _:
            _check_provenance(resource)


def _check_name(place: Place, resource_type: str) -> None:
    if "." not in place.path:
        return
    top = place.path.count(".") == 1
    if place.key not in (_ELEMENTS[resource_type] if top else _INNER):
        # The name itself came from outside and may hold anything.
        _refuse(resource_type, "an element that the app does not write")
    if place.value is None or place.value in ("", [], {}):
        _refuse(place.path, "empty")


def _check_text(place: Place) -> None:
    if not isinstance(place.value, str):
        if not isinstance(place.value, Mapping | list):
            _refuse(place.path, "not text")
        return
    if len(place.value) > MAX_TEXT:
        _refuse(place.path, f"over {MAX_TEXT} characters")
    if not place.value.strip():
        _refuse(place.path, "blank")
    if any((c < " " and c not in "\t\n\r") or "\ud800" <= c <= "\udfff" for c in place.value):
        _refuse(place.path, "a character that FHIR does not take")


def _check_time(place: Place) -> None:
    if place.key in _DATES and not _is_date(place.value):
        _refuse(place.path, "not a date")
    if place.key in _TIMES and not _is_time(place.value):
        _refuse(place.path, "not a time with an offset")


def _check_reference(place: Place, visit: _Visit) -> None:
    if place.key != "reference":
        return
    reference = place.value if isinstance(place.value, str) else ""
    resource_type, _, resource_id = reference.partition("/")
    if not is_type(resource_type) or not is_id(resource_id):
        _refuse(place.path, "not a relative reference")
    element = re.sub(r"\[\d+\]", "", place.path).split(".")[-2]
    if resource_type not in _REFERENCES.get(element, frozenset()):
        _refuse(place.path, "a type that does not belong here")
    match resource_type:
        case "Patient":
            expected = {visit.patient}
        case "Encounter":
            expected = {visit.encounter}
        case _:
            expected = set(visit.others)
    if reference not in expected:
        _refuse(place.path, "not of this launch")


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


def _check_meta(resource: Mapping[str, object], systems: LocalSystems) -> None:
    meta = resource.get("meta", {})
    if not isinstance(meta, Mapping):
        _refuse("meta", "not an object")
    if any(tag not in [systems.tag(known).to_fhir() for known in Tag] for tag in _list(meta, "tag")):
        _refuse("meta.tag", "not a tag of the app")
    if any(profile not in _profiles_of(resource) for profile in _list(meta, "profile")):
        _refuse("meta.profile", "not the profile of this resource")


def _profiles_of(resource: Mapping[str, object]) -> tuple[Profile, ...]:
    match resource["resourceType"]:
        case "Goal":
            return (Profile.GOAL,)
        case "Provenance":
            return (Profile.PROVENANCE,)
        case _:
            return tuple(
                preference.shape.profile
                for preference in PREFERENCES.values()
                if _is_category(resource, preference.shape.category)
            )


def _check_goal(resource: Mapping[str, object], visit: _Visit, systems: LocalSystems) -> None:
    _check_identity(resource, visit, systems)
    if resource.get("lifecycleStatus") != GoalStatus.ACTIVE:
        _refuse("Goal.lifecycleStatus", "not what a new goal has")
    if resource.get("achievementStatus") != {"coding": [codes.IN_PROGRESS.to_fhir()]}:
        _refuse("Goal.achievementStatus", "not what a new goal has")
    if not _is_category(resource, codes.PERSONAL_HEALTH_GOAL):
        _refuse("Goal.category", "not a personal health goal")
    description = resource.get("description")
    if not isinstance(description, Mapping) or set(description) != {"text"}:
        _refuse("Goal.description", "words missing")
    if "startDate" not in resource or "statusDate" not in resource:
        _refuse("Goal.startDate", "missing")


def _check_observation(resource: Mapping[str, object], visit: _Visit, systems: LocalSystems) -> None:
    _check_identity(resource, visit, systems)
    if resource.get("status") != ObservationStatus.FINAL:
        _refuse("Observation.status", "not what a new observation has")
    if not any(_is_preference(resource, preference, systems) for preference in PREFERENCES.values()):
        _refuse("Observation.code", "code and category are none of the preferences'")
    if "valueString" not in resource:
        _refuse("Observation.valueString", "words missing")
    if "effectiveDateTime" not in resource:
        _refuse("Observation.effectiveDateTime", "missing")


def _check_provenance(resource: Mapping[str, object]) -> None:
    if not _list(resource, "target"):
        _refuse("Provenance.target", "missing")
    if "recorded" not in resource:
        _refuse("Provenance.recorded", "missing")
    if resource.get("activity") != {"coding": [codes.CREATE.to_fhir()]}:
        _refuse("Provenance.activity", "not the creation")
    roles = {role.code: {"coding": [role.to_fhir()]} for role in _ROLES}
    for number, agent in enumerate(_list(resource, "agent")):
        if not isinstance(agent, Mapping) or agent.get("type") not in roles.values():
            _refuse(f"Provenance.agent[{number}].type", "not a role that the app names")
        # provenance-1: the author is a practitioner and the assembler a device, also where only their
        # names are known.
        if agent["type"] != roles["informant"] and "onBehalfOf" not in agent:
            _refuse(f"Provenance.agent[{number}].onBehalfOf", "missing")


_ROLES: Final = (codes.AUTHOR, codes.INFORMANT, codes.ASSEMBLER)


def _check_identity(resource: Mapping[str, object], visit: _Visit, systems: LocalSystems) -> None:
    """Exactly one identifier, of our system, and the launched patient as subject."""
    name = resource["resourceType"]
    identifiers = _list(resource, "identifier")
    value = identifiers[0].get("value") if identifiers and isinstance(identifiers[0], Mapping) else None
    if identifiers != [{"system": systems.identifiers, "value": value}]:
        _refuse(f"{name}.identifier", "not one identifier of the app")
    if not isinstance(value, str) or not _IDENTIFIER_VALUE.fullmatch(value):
        _refuse(f"{name}.identifier[0].value", "not an id of the app")
    subject = resource.get("subject")
    if not isinstance(subject, Mapping) or subject.get("reference") != visit.patient:
        _refuse(f"{name}.subject", "not the launched patient")


def _is_category(resource: Mapping[str, object], category: Coding) -> bool:
    return resource.get("category") == [{"coding": [category.to_fhir()]}]


def _is_preference(resource: Mapping[str, object], preference: Preference, systems: LocalSystems) -> bool:
    code = resource.get("code")
    return (
        isinstance(code, Mapping)
        and set(code) == {"coding", "text"}
        and code["coding"] == preference.codings(systems)
        and _is_category(resource, preference.shape.category)
    )


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_time(value: object) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _list(parent: Mapping[str, object], name: str) -> list[object]:
    value = parent.get(name, [])
    if not isinstance(value, list):
        _refuse(name, "not a list")
    return value


def _refuse(path: str, problem: str) -> NoReturn:
    raise GuardRefused(f"{path}: {problem}")
