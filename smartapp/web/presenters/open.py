"""Opening without a chart: the home page, and the patient picker of a sandbox that has no sign-in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from smartapp.fhir.patient_record import PatientIdentity
from smartapp.smart.registration import Registration
from smartapp.web import words
from smartapp.web.presenters.banner import full_name

_ID_TAIL = 6


@dataclass(frozen=True, slots=True)
class SandboxLink:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class HomePage:
    sandboxes: tuple[SandboxLink, ...]


@dataclass(frozen=True, slots=True)
class FoundPatient:
    """`tail`: the end of the id, to tell two of the same name apart."""

    id: str
    name: str
    born: str
    tail: str


@dataclass(frozen=True, slots=True)
class PickerPage:
    """`message`: why a search brought nothing, "" without one."""

    label: str
    search_url: str
    launch_url: str
    name: str
    birth_date: str
    message: str
    found: tuple[FoundPatient, ...]


def home_page(registrations: Iterable[Registration], root: str) -> HomePage:
    return HomePage(
        tuple(
            SandboxLink(registration.label, f"{root}/launch?{urlencode({'iss': registration.fhir_base})}")
            for registration in registrations
            if registration.is_sandbox and "{" not in registration.fhir_base
        )
    )


def found_patient(patient: PatientIdentity, today: date) -> FoundPatient:
    """A row of the picker."""
    return FoundPatient(
        id=patient.id,
        name=full_name(patient),
        born=words.birth(patient.birth_date, today),
        tail=words.one_line(patient.id[-_ID_TAIL:], _ID_TAIL),
    )
