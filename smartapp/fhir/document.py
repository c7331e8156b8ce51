"""A text as one document of the chart, in the form in which the EHR takes notes: statements, or the handout.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-documentreference (US Core 9.0.0).
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from smartapp.ehr.profile import NoteShape
from smartapp.fhir.codes import (
    CLINICAL_NOTE,
    LOINC,
    PROGRESS_NOTE,
    UNKNOWN_TYPE,
    Coding,
    DocumentStatus,
    NoteStatus,
    Profile,
)
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences, named
from smartapp.fhir.wording import date_time, encounter, identifier

DESCRIPTION: Final = "What matters to the patient: goals and preferences"
HANDOUT: Final = "Handout for the patient"
"""What a handout is called in the chart, whatever language it is in."""
HANDOUT_DESCRIPTION: Final = "Handout for the patient, made with Common Ground"
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


@dataclass(frozen=True, slots=True)
class HandoutText:
    """What a handout says. `loinc`: its type, "" where the site names none; `title` and `language` (BCP 47)
    as on the page; `confirmed_at`: when the clinician said yes to it.
    """

    id: str
    text: str
    loinc: str
    title: str
    language: str
    confirmed_at: datetime


def to_fhir(
    note: NoteText, visit: VisitReferences, *, shape: NoteShape, now: datetime, form: ResourceForm
) -> dict[str, object]:
    """The DocumentReference to create. `now`: local time, with offset; it ends the visit's period.

    Epic keeps the text and little else, so it is sent no more than it keeps. Oracle takes a signed note only.
    Raises ValueError for a time without an offset.
    """
    about = {"title": _TITLE, "creation": date_time(now)}
    return {
        **_head(note.id, visit, shape=shape, form=form),
        "type": _note_type(note.loinc),
        "date": date_time(now),
        "description": DESCRIPTION,
        "content": _content(note.text, shape, about),
        **_context(visit, shape=shape, began=note.said_from, now=now, goals=note.goals),
    }


def handout_to_fhir(
    handout: HandoutText, visit: VisitReferences, *, shape: NoteShape, now: datetime, form: ResourceForm
) -> dict[str, object]:
    """As `to_fhir`. No LOINC code is known to mean a handout: without the site's own the type says so."""
    about = {"title": handout.title, "creation": date_time(now), "language": handout.language}
    coding = Coding(LOINC, handout.loinc) if handout.loinc else UNKNOWN_TYPE
    return {
        **_head(handout.id, visit, shape=shape, form=form),
        "type": {"coding": [coding.to_fhir()], "text": HANDOUT},
        "date": date_time(now),
        "description": HANDOUT_DESCRIPTION,
        "content": _content(handout.text, shape, about),
        **_context(visit, shape=shape, began=handout.confirmed_at, now=now),
    }


def _head(id_: str, visit: VisitReferences, *, shape: NoteShape, form: ResourceForm) -> dict[str, object]:
    """Whose document it is, and how far it is signed."""
    claimed = form.claimed(Profile.DOCUMENT)
    status = NoteStatus.FINAL if shape is NoteShape.ORACLE else NoteStatus.PRELIMINARY
    return {
        "resourceType": "DocumentReference",
        **({"meta": {"profile": claimed}} if claimed else {}),
        "identifier": [identifier(id_, form)],
        "status": DocumentStatus.CURRENT.value,
        "docStatus": status.value,
        "category": [{"coding": [CLINICAL_NOTE.to_fhir()]}],
        "subject": visit.patient,
        **({"author": [visit.clinician]} if visit.practitioner else {}),
    }


def _content(text: str, shape: NoteShape, about: Mapping[str, str]) -> list[dict[str, object]]:
    data = b64encode(text.encode()).decode()
    kept = {} if shape is NoteShape.EPIC else about
    return [{"attachment": {"contentType": _CONTENT_TYPES[shape], "data": data, **kept}}]


def _context(
    visit: VisitReferences,
    *,
    shape: NoteShape,
    began: datetime,
    now: datetime,
    goals: Sequence[str] = (),
) -> dict[str, object]:
    """The visit, its time up to now, and the goals that the text tells of; {} when there is none of it."""
    period = {"start": date_time(min(began, now)), "end": date_time(now)}
    parts = {
        "encounter": [encounter(visit)] if visit.encounter_id else [],
        "period": {} if shape is NoteShape.EPIC else period,
        "related": [named(goal) for goal in goals] if shape is NoteShape.US_CORE else [],
    }
    context = {name: value for name, value in parts.items() if value}
    return {"context": context} if context else {}


def _note_type(loinc: str) -> dict[str, object]:
    """Only the name of the usual type is known here; of another one the code says it all."""
    if loinc == PROGRESS_NOTE.code:
        return {"coding": [PROGRESS_NOTE.to_fhir()], "text": PROGRESS_NOTE.display}
    return {"coding": [Coding(LOINC, loinc).to_fhir()]}
