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
from smartapp.fhir.keeping import kept
from smartapp.fhir.parts import Reader, failed_part, most_telling, problem_of, search_all
from smartapp.fhir.patient_record import Note, Part, PartName, Reason
from smartapp.fhir.people import clinician_named
from smartapp.fhir.searches import Search
from smartapp.notes.statements import FoundStatement, find_statements
from smartapp.notes.text import text_of
from smartapp.sdm.model import Source, Statement

LOINC = "http://loinc.org"
MAX_NOTES = 200
_FORMATS = ("text/plain", "text/html", "application/xhtml+xml")
"""In the order in which they are preferred; others are tried last, and cannot be read."""


@dataclass(frozen=True, slots=True)
class NoteChoice:
    """Which notes a site wants read, newest first, of the LOINC `types` ("11506-3") or of any.

    `most`: how many may be fetched, each with a request of its own; 0 wants none. Notes whose text came with
    the search cost nothing more, and are read up to MAX_NOTES.
    """

    most: int
    types: frozenset[str] = frozenset()

    def wants(self, document: lenses.DocumentReference) -> bool:
        codings = document.type.coding
        return not self.types or any(
            coding.system == LOINC and coding.code in self.types for coding in codings
        )

    def of(self, newest: Sequence[lenses.DocumentReference]) -> list[lenses.DocumentReference]:
        """The notes to read, in the order they come."""
        if self.most == 0:
            return []
        fetched = [document for document in newest if not _readable_attachment(document.content).data]
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


def note_statements(notes: Iterable[Note]) -> tuple[Statement, ...]:
    """What the notes say that was said, unconfirmed. A sentence that was copied forward counts where it stood
    first.
    """
    first: dict[tuple[str, str], Statement] = {}
    for note in sorted(notes, key=lambda one: one.written_on or date.max):
        for found in find_statements(note.text):
            first.setdefault((found.kind, " ".join(found.excerpt.split())), _statement(found, note))
    return tuple(first.values())


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


def _written_on(document: lenses.DocumentReference) -> date | None:
    return day_of(document.context.period.start or document.date)
