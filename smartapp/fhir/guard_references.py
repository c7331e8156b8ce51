"""Which reference may stand where: the type that belongs to the element, and one that this visit knows."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from smartapp.fhir.guard_expected import Expected, refuse
from smartapp.fhir.this_patient import is_id, is_type
from smartapp.fhir.walk import Place

_PATIENT: Final = frozenset({"Patient"})
_ENCOUNTER: Final = frozenset({"Encounter"})
_PEOPLE: Final = frozenset({"Patient", "RelatedPerson"})
_CLINICIANS: Final = frozenset({"Practitioner", "PractitionerRole"})
_ANNOTATORS: Final = _PEOPLE | {"Practitioner"}
_CONDITIONS: Final = frozenset({"Condition"})

_TYPES: Final[Mapping[str, Mapping[str, frozenset[str]]]] = MappingProxyType(
    {
        "Goal": {
            "subject": _PATIENT,
            "expressedBy": _PEOPLE,
            "addresses": _CONDITIONS,
            "authorReference": frozenset({"Practitioner"}),
        },
        "Observation": {
            "subject": _PATIENT,
            "encounter": _ENCOUNTER,
            "performer": _PEOPLE,
            "focus": frozenset({"Condition", "Goal", "RelatedPerson"}),
            "authorReference": _ANNOTATORS,
        },
        "CarePlan": {
            "subject": _PATIENT,
            "encounter": _ENCOUNTER,
            "author": _CLINICIANS,
            "contributor": _PEOPLE,
            "addresses": _CONDITIONS,
            "goal": frozenset({"Goal"}),
            "supportingInfo": frozenset({"Observation"}),
            "authorReference": frozenset({"Practitioner"}),
        },
        "List": {
            "subject": _PATIENT,
            "encounter": _ENCOUNTER,
            "source": _PATIENT,
            "item": frozenset({"Goal", "Observation", "CarePlan"}),
            "authorReference": _ANNOTATORS,
        },
        "DocumentReference": {
            "subject": _PATIENT,
            "encounter": _ENCOUNTER,
            "author": _CLINICIANS,
            "related": frozenset({"Goal"}),
        },
        "QuestionnaireResponse": {
            "subject": _PATIENT,
            "encounter": _ENCOUNTER,
            "author": _CLINICIANS,
            "source": _PATIENT,
        },
        "Provenance": {
            "target": frozenset(
                {"Goal", "Observation", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse"}
            ),
            "who": _PEOPLE | _CLINICIANS,
            "onBehalfOf": frozenset({"Organization"}),
        },
    }
)
"""Types by resource and element."""

_ATTRIBUTING: Final = frozenset(
    {"expressedBy", "performer", "source", "contributor", "authorReference", "who"}
)
"""Whose words they are: the patient's, unless the visit says whose."""

_URN: Final = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def check_reference(place: Place, reference: str, expected: Expected) -> None:
    """Refuses one that is no relative reference or urn of the transaction, of a type that does not belong
    there, or not of this launch.
    """
    resource_type = _type_of(place, reference, expected)
    element = place.element
    types = _TYPES.get(place.path.partition(".")[0], {})
    if resource_type not in types.get(element, frozenset()):
        refuse(place.path, "a type that does not belong here")
    if reference not in _known(element, resource_type, expected):
        refuse(place.path, "not of this launch")


def _type_of(place: Place, reference: str, expected: Expected) -> str:
    if reference.startswith("urn:"):
        if not _URN.fullmatch(reference) or reference not in expected.urn_types:
            refuse(place.path, "not in this transaction")
        return expected.urn_types[reference]
    resource_type, _, resource_id = reference.partition("/")
    if not is_type(resource_type) or not is_id(resource_id):
        refuse(place.path, "not a relative reference")
    return resource_type


def _known(element: str, resource_type: str, expected: Expected) -> frozenset[str]:
    is_named = element in _ATTRIBUTING and element in expected.references
    match resource_type:
        case "Patient":
            # There is never more than one, whatever was named.
            patient = frozenset({expected.patient})
            return patient & expected.named(element) if is_named else patient
        case "Encounter":
            return frozenset({expected.encounter})
        case _:
            return expected.named(element)
