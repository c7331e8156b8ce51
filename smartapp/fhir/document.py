"""Statements as one clinical note, in the form in which the EHR takes notes.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-documentreference (US Core 9.0.0).
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from smartapp.ehr.profile import NoteShape
from smartapp.fhir.codes import (
    CLINICAL_NOTE,
    LOINC,
    PROGRESS_NOTE,
    Coding,
    DocumentStatus,
    NoteStatus,
    Profile,
)
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences, named
from smartapp.fhir.wording import date_time, encounter, identifier

DESCRIPTION: Final = "What matters to the patient: goals and preferences"
_TITLE: Final = "What matters to the patient"
_CONTENT_TYPES: Final = MappingProxyType(
    {
        NoteShape.US_CORE: "text/plain; charset=utf-8",
        NoteShape.EPIC: "text/plain",
        NoteShape.ORACLE: "text/plain;charset=utf-8",
    }
)


@dataclass(frozen=True, slots=True)
class NoteText:
    """What a note says. `id` becomes its identifier; `loinc`: its type; `said_from`: when the first statement
    was said; `goals`: references of goals of this visit that it tells of.
    """

    id: str
    text: str
    loinc: str
    said_from: datetime
    goals: Sequence[str] = ()


def to_fhir(
    note: NoteText, visit: VisitReferences, *, shape: NoteShape, now: datetime, form: ResourceForm
) -> dict[str, object]:
    """The DocumentReference to create. `now`: local time, with offset; it ends the visit's period.

    Epic keeps the text and little else, so it is sent no more than it keeps. Oracle takes a signed note only.
    Raises ValueError for a time without an offset.
    """
    is_plain, claimed = shape is NoteShape.EPIC, form.claimed(Profile.DOCUMENT)
    status = NoteStatus.FINAL if shape is NoteShape.ORACLE else NoteStatus.PRELIMINARY
    about = {} if is_plain else {"title": _TITLE, "creation": date_time(now)}
    data = b64encode(note.text.encode()).decode()
    optional = {
        "meta": {"profile": claimed} if claimed else {},
        "author": [visit.clinician] if visit.practitioner else [],
        "context": _context(note, visit, shape=shape, now=now),
    }
    document: dict[str, object] = {
        "resourceType": "DocumentReference",
        "identifier": [identifier(note.id, form)],
        "status": DocumentStatus.CURRENT.value,
        "docStatus": status.value,
        "type": _type(note.loinc),
        "category": [{"coding": [CLINICAL_NOTE.to_fhir()]}],
        "subject": visit.patient,
        "date": date_time(now),
        "description": DESCRIPTION,
        "content": [{"attachment": {"contentType": _CONTENT_TYPES[shape], "data": data, **about}}],
    }
    return document | {name: value for name, value in optional.items() if value}


def _context(note: NoteText, visit: VisitReferences, *, shape: NoteShape, now: datetime) -> dict[str, object]:
    began = min(note.said_from, now)
    parts = {
        "encounter": [encounter(visit)] if visit.encounter_id else [],
        "period": {} if shape is NoteShape.EPIC else {"start": date_time(began), "end": date_time(now)},
        "related": [named(goal) for goal in note.goals] if shape is NoteShape.US_CORE else [],
    }
    return {name: value for name, value in parts.items() if value}


def _type(loinc: str) -> dict[str, object]:
    """Only the name of the usual type is known here; of another one the code says it all."""
    if loinc == PROGRESS_NOTE.code:
        return {"coding": [PROGRESS_NOTE.to_fhir()], "text": PROGRESS_NOTE.display}
    return {"coding": [Coding(LOINC, loinc).to_fhir()]}
