"""What all story charts share: the clinic, its staff, and what a story is."""

from dataclasses import dataclass
from typing import Any

from smartapp.sandbox.stories.codes import TERMS, coding, concept

Reference = dict[str, str]

CLINIC: Reference = {"reference": "Organization/harbor-street", "display": "Harbor Street Clinic"}
OSEI = "osei-abena"
WHITFIELD = "whitfield-dana"
LINDQVIST = "lindqvist-maja"
MARIN = "marin-sofia"
TANAKA = "tanaka-ren"
OKAFOR = "okafor-ben"
ROSSI = "rossi-elena"
VARGA = "varga-ilona"

_STAFF = {
    OSEI: ("Abena", "Osei", "MD"),
    WHITFIELD: ("Dana", "Whitfield", "NP"),
    LINDQVIST: ("Maja", "Lindqvist", "MD"),
    MARIN: ("Sofía", "Marín", "MD"),
    TANAKA: ("Ren", "Tanaka", "RN"),
    OKAFOR: ("Ben", "Okafor", "LCSW"),
    ROSSI: ("Elena", "Rossi", "DPT"),
    VARGA: ("Ilona", "Varga", "MD"),
}


@dataclass(frozen=True, slots=True)
class Story:
    """One patient who shows one thing. `user` opens the app; `look_at` says where the one thing is seen."""

    patient_id: str
    encounter_id: str
    name: str
    age: int
    line: str
    look_at: str
    user: str = f"Practitioner/{OSEI}"


def display_of(staff_id: str) -> Reference:
    """A reference to a member of staff with the name as the chart prints it."""
    given, family, title = _STAFF[staff_id]
    return {"reference": f"Practitioner/{staff_id}", "display": f"{given} {family}, {title}"}


def shared_resources() -> list[dict[str, Any]]:  # Any: FHIR JSON
    """The clinic and its staff."""
    return [_organization(), *(_practitioner(staff_id) for staff_id in _STAFF)]


def _organization() -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "id": "harbor-street",
        "active": True,
        "type": [
            concept("Clinic", coding(f"{TERMS}organization-type", "prov", "Healthcare Provider")),
        ],
        "name": CLINIC["display"],
    }


def _practitioner(staff_id: str) -> dict[str, Any]:
    given, family, title = _STAFF[staff_id]
    name = {"use": "official", "family": family, "given": [given], "suffix": [title]}
    if title == "MD":
        name["prefix"] = ["Dr."]
    return {
        "resourceType": "Practitioner",
        "id": staff_id,
        "identifier": [{"system": "https://demo-ehr.example.org/staff", "value": staff_id}],
        "active": True,
        "name": [name],
    }
