"""Notes: the newest clinical documents with their text, and the statements that stand in them."""

import asyncio
import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from smartapp.errors import AppError
from smartapp.fhir import lenses
from smartapp.fhir.client import NOTE_BYTES
from smartapp.fhir.dates import day_of
from smartapp.fhir.document import DESCRIPTION
from smartapp.fhir.keeping import kept
from smartapp.fhir.own_marks import is_ours
from smartapp.fhir.parts import Reader, failed_part, most_telling, problem_of, search_all
from smartapp.fhir.patient_record import Note, Part, PartName, PatientIdentity, Reason
from smartapp.fhir.people import clinician_named
from smartapp.fhir.searches import Search
from smartapp.notes.own_note import NotedStatement, OwnNote, own_notes
from smartapp.notes.statements import FoundStatement, find_statements
from smartapp.notes.text import text_of
from smartapp.sdm.choices import option
from smartapp.sdm.model import SaidBy, Source, Statement

LOINC = "http://loinc.org"
MAX_NOTES = 200
_FORMATS = ("text/plain", "text/html", "application/xhtml+xml")
"""In the order in which they are preferred; others are tried last, and cannot be read."""


@dataclass(frozen=True, slots=True)
class NoteChoice:
    """Which notes a site wants read, newest first, of the LOINC `types` ("11506-3") or of any.

    `most`: how many may be fetched, each with a request of its own; 0 wants none. Notes whose text came with
    the search cost nothing more, and are read up to MAX_NOTES. The app's own are wanted whatever their type,
    and fetched before others: of some statements they are the only place.
    """

    most: int
    types: frozenset[str] = frozenset()

    def wants(self, document: lenses.DocumentReference) -> bool:
        codings = document.type.coding
        is_of_type = any(coding.system == LOINC and coding.code in self.types for coding in codings)
        return not self.types or is_of_type or _is_ours(document)

    def of(self, newest: Sequence[lenses.DocumentReference]) -> list[lenses.DocumentReference]:
        """The notes to read, in the order they come."""
        if self.most == 0:
            return []
        fetched = [document for document in newest if not _readable_attachment(document.content).data]
        fetched.sort(key=_is_ours, reverse=True)
        too_many = {document.reference for document in fetched[self.most :]}
        return [document for document in newest if document.reference not in too_many][:MAX_NOTES]


async def read_notes(reader: Reader, searches: Sequence[Search], choice: NoteChoice) -> Part[Note]:
    """The newest notes of the chosen types. One that cannot be read stays in the list and says why."""
    found = await search_all(reader, searches)
    if found.all_failed:
        return failed_part(PartName.NOTES, most_telling(found.problems))
    those_kept = kept(found.resources, lenses.DocumentReference, patient=reader.patient)
    once = {document.reference: document for document in those_kept.resources if choice.wants(document)}
    newest = sorted(once.values(), key=lambda document: _written_on(document) or date.min, reverse=True)
    chosen = choice.of(newest)
    notes = await asyncio.gather(*(_note(reader, document) for document in chosen))
    return Part(
        PartName.NOTES,
        items=tuple(notes),
        left_out=found.left_out + those_kept.left_out,
        whole=found.whole and len(chosen) == len(newest),
    )


def note_statements(notes: Iterable[Note], patient: PatientIdentity) -> tuple[Statement, ...]:
    """What the notes say that was said: confirmed in a note that this app filed, else not. A sentence that
    was copied forward counts where it stood first.
    """
    own: list[Statement] = []
    first: dict[tuple[str, str], Statement] = {}
    for note in sorted(notes, key=lambda one: one.written_on or date.max):
        noted, text = _own_statements(note, patient)
        own += noted
        for found in find_statements(text):
            first.setdefault((found.kind, " ".join(found.excerpt.split())), _statement(found, note))
    return (*own, *first.values())


def _own_statements(note: Note, patient: PatientIdentity) -> tuple[list[Statement], str]:
    """The statements in this app's words, and the rest of the text.

    Text that was copied by hand could be from another chart: it counts when it names this patient, and as
    unconfirmed.
    """
    notes, rest = own_notes(note.text)
    if not all(note.is_ours or _names(one.patient_name, patient) for one in notes):
        return [], note.text
    return [_noted(statement, one, note) for one in notes for statement in one.statements], rest


def _names(name: str, patient: PatientIdentity) -> bool:
    parts = [patient.family, *patient.given.split()[:1]]
    is_full = any(parts) and all(part.casefold() in name.casefold() for part in parts)
    return is_full or name in {patient.call_name, patient.given, patient.family}


def _noted(found: NotedStatement, own: OwnNote, note: Note) -> Statement:
    is_summary = found.said_by is SaidBy.PATIENT and not found.verbatim
    return Statement(
        kind=found.kind,
        words=found.words,
        said_by=SaidBy.REPORTED if is_summary else found.said_by,
        source=Source(note.reference, title=note.title),
        said_on=own.on,
        speaker=found.speaker,
        recorder=own.recorder or note.author,
        language=note.language,
        due=found.due,
        confirmed=note.is_ours,
        coded=found.words == option(found.kind, found.choice),
        choice=found.choice,
        verbatim=found.verbatim,
    )


def _statement(found: FoundStatement, note: Note) -> Statement:
    return Statement(
        kind=found.kind,
        words=found.words,
        said_by=found.said_by,
        source=Source(note.reference, title=note.title, excerpt=found.excerpt),
        said_on=note.written_on,
        speaker=found.speaker,
        recorder=note.author,
        language=note.language or found.language,
        confirmed=False,
    )


async def _note(reader: Reader, document: lenses.DocumentReference) -> Note:
    attachment = _readable_attachment(document.content)
    text, problem = await _text(reader, attachment)
    return Note(
        reference=document.reference,
        title=document.type.words or document.description or attachment.title,
        written_on=_written_on(document),
        author=clinician_named(document.author, reader.patient),
        text=text,
        language=attachment.language or document.language,
        problem=problem,
        is_ours=_is_ours(document),
    )


async def _text(reader: Reader, attachment: lenses.Attachment) -> tuple[str, Reason | None]:
    if not attachment.content_type.lower().startswith(_FORMATS):
        return "", Reason.UNREADABLE
    try:
        body = await _body(reader, attachment)
    except AppError as error:
        return "", problem_of(error).reason
    except (binascii.Error, ValueError):
        return "", Reason.UNREADABLE
    if body is None:
        return "", Reason.UNREADABLE
    if len(body) > NOTE_BYTES:
        return "", Reason.TOO_LARGE
    # Away from the loop: two megabytes of markup take a while.
    note_text = await asyncio.to_thread(text_of, body, attachment.content_type)
    return note_text.text, None if note_text.readable else Reason.UNREADABLE


async def _body(reader: Reader, attachment: lenses.Attachment) -> bytes | None:
    """The bytes, inline or from the same server; None when the chart has neither."""
    if attachment.data:
        return base64.b64decode(attachment.data)
    if attachment.url:
        return await reader.attachment(attachment.url, attachment.content_type)
    return None


def _readable_attachment(content: Sequence[lenses.Content]) -> lenses.Attachment:
    attachments = [one.attachment for one in content]
    for media_type in _FORMATS:
        for attachment in attachments:
            if attachment.content_type.lower().startswith(media_type):
                return attachment
    return next(iter(attachments), lenses.Attachment())


def _is_ours(document: lenses.DocumentReference) -> bool:
    """By the identifier, or where the EHR dropped it, by the description."""
    return is_ours(document.identifier) or document.description == DESCRIPTION


def _written_on(document: lenses.DocumentReference) -> date | None:
    return day_of(document.context.period.start or document.date)
