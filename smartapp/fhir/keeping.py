"""Which resources of an answer are kept: readable, about the launch's patient, and not entered in error."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from smartapp.fhir.lenses import OfPatient, OfSubject, Resource
from smartapp.fhir.this_patient import ThisPatient, is_id
from smartapp.logs import event

R = TypeVar("R", bound=OfSubject | OfPatient)
S = TypeVar("S", bound=Resource)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Kept(Generic[R]):
    """`left_out` counts what made no sense and what was not clearly this patient's, not what was void."""

    resources: tuple[R, ...] = ()
    left_out: int = 0


def kept(resources: Iterable[bytes], lens: type[R], *, patient: ThisPatient) -> Kept[R]:
    """Look at each resource through `lens`. Nothing of another patient comes out, nor anything whose patient
    is not a literal reference: a server's filter is not trusted with this (threat T2).
    """
    decoder = msgspec.json.Decoder(lens)
    found: list[R] = []
    left_out = 0
    for raw in resources:
        try:
            resource = decoder.decode(raw)
        except _UNREADABLE:
            left_out += 1
            continue
        if not patient.is_meant_by(resource.patient_reference):
            event("wrong-patient-resource", resource_type=lens.__name__)
            left_out += 1
        elif resource.resource_type != lens.__name__ or not is_id(resource.id):
            left_out += 1
        elif not resource.is_void:
            found.append(resource)
    return Kept(tuple(found), left_out)


def looked_at(resource: dict[str, object], lens: type[S]) -> S | None:
    """One resource that was read by its id, or None when it makes no sense."""
    try:
        return msgspec.convert(resource, lens)
    except (msgspec.ValidationError, RecursionError):
        return None
