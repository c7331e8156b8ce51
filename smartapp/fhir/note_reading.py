"""Reading notes: the chart's lists of them, which are read, and the text of each or why it has none."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from smartapp.errors import AppError
from smartapp.fhir import elements, lenses, note_sources
from smartapp.fhir.client import NOTE_BYTES
from smartapp.fhir.keeping import R, kept
from smartapp.fhir.note_lenses import ClinicalImpression, Composition, DiagnosticReport
from smartapp.fhir.note_order import Budget, to_read
from smartapp.fhir.note_sources import ListedNote, is_tried
from smartapp.fhir.note_statements import MAX_CHARACTERS
from smartapp.fhir.parts import Problem, Reader, failed_part, most_telling, problem_of, search_all
from smartapp.fhir.patient_record import Note, Part, PartName, Reason
from smartapp.fhir.searches import Search
from smartapp.fhir.this_patient import ThisPatient
from smartapp.notes.note_text import Unreadable
from smartapp.notes.text import text_of

MAX_NOTES = 200
_TEXTS_AT_A_TIME = 3
_CARRIES_ITS_TEXT = frozenset({"Composition", "ClinicalImpression"})
"""Never in need of a request for the text, so their searches may wait until those are under way."""


@dataclass(frozen=True, slots=True)
class NoteChoice:
    """Which notes a site wants read, of the LOINC `types` ("11506-3") or of any.

    `most`: how many may be fetched, each with a request of its own; 0 wants none. Notes whose text came with
    the search cost nothing more, and are read up to MAX_NOTES. The app's own are wanted whatever their type,
    and come first: of some statements they are the only place. Which of the others come first: note_order.py.
    """

    most: int
    types: frozenset[str] = frozenset()

    def wants(self, note: ListedNote) -> bool:
        return not self.types or bool(note.codes & self.types) or note.is_ours

    def of(self, notes: Sequence[ListedNote]) -> list[ListedNote]:
        """The notes to read, in the order they come."""
        chosen = to_read([note.candidate for note in notes], Budget(self.most, MAX_NOTES))
        return [note for note in notes if note.reference in chosen]


@dataclass(frozen=True, slots=True)
class _Listed:
    """What was found of one type or several. `problem`: why nothing could be listed at all."""

    notes: tuple[ListedNote, ...] = ()
    left_out: int = 0
    whole: bool = True
    problem: Problem | None = None


async def read_notes(reader: Reader, searches: Sequence[Search], choice: NoteChoice) -> Part[Note]:
    """The chosen notes, newest first. One that cannot be read stays in the list and says why.

    Searches of types that carry their text go out with the requests for the other texts, so that no EHR has
    more requests at a time than the wave allows.
    """
    late = [search for search in searches if search.resource_type in _CARRIES_ITS_TEXT]
    listed = await _list(reader, [search for search in searches if search not in late], choice)
    (notes, all_taken), more = await asyncio.gather(
        _read(reader, choice, listed), _list(reader, late, choice)
    )
    more_notes, more_taken = await _read(reader, choice, more)
    if listed.problem and not notes and not more_notes:
        return failed_part(PartName.NOTES, listed.problem)
    both = sorted((*notes, *more_notes), key=lambda note: note.written_on or date.min, reverse=True)
    return Part(
        PartName.NOTES,
        items=tuple(both),
        left_out=listed.left_out + more.left_out,
        whole=listed.whole and more.whole and all_taken and more_taken,
    )


async def _read(reader: Reader, choice: NoteChoice, listed: _Listed) -> tuple[list[Note], bool]:
    """The chosen notes, and whether those are all."""
    chosen = choice.of(listed.notes)
    # The threads are the whole app's.
    threads = asyncio.Semaphore(_TEXTS_AT_A_TIME)
    notes = await asyncio.gather(*(_note(reader, note, threads=threads) for note in chosen))
    return notes, len(notes) == len(listed.notes)


async def _list(reader: Reader, searches: Sequence[Search], choice: NoteChoice) -> _Listed:
    found = await asyncio.gather(*(_LISTS[search.resource_type](reader, search) for search in searches))
    notes = {note.reference: note for one in found for note in one.notes if choice.wants(note)}
    for replaced in [reference for note in notes.values() for reference in note.replaces]:
        notes.pop(replaced, None)
    return _Listed(
        tuple(sorted(notes.values(), key=lambda note: note.written_on or date.min, reverse=True)),
        sum(one.left_out for one in found),
        all(one.whole for one in found),
        next((one.problem for one in found if one.problem), None),
    )


def _lists(
    lens: type[R], listed: Callable[[R, ThisPatient], ListedNote | None]
) -> Callable[[Reader, Search], Awaitable[_Listed]]:
    async def list_one(reader: Reader, search: Search) -> _Listed:
        found = await search_all(reader, [search])
        those_kept = kept(found.resources, lens, patient=reader.patient)
        notes = [note for one in those_kept.resources if (note := listed(one, reader.patient))]
        left_out = found.left_out + those_kept.left_out
        # Of the other types an EHR may have none, so only a missing list of documents is a missing part.
        is_main = lens is lenses.DocumentReference and found.all_failed
        return _Listed(tuple(notes), left_out, found.whole, most_telling(found.problems) if is_main else None)

    return list_one


_LISTS: Final = MappingProxyType(
    {
        "DocumentReference": _lists(lenses.DocumentReference, note_sources.of_document),
        "DiagnosticReport": _lists(DiagnosticReport, note_sources.of_report),
        "Composition": _lists(Composition, note_sources.of_composition),
        "ClinicalImpression": _lists(ClinicalImpression, note_sources.of_impression),
    }
)


async def _note(reader: Reader, listed: ListedNote, *, threads: asyncio.Semaphore) -> Note:
    text = await _text(reader, listed, threads=threads)
    attachment = listed.attachment
    return Note(
        reference=listed.reference,
        title=listed.title,
        written_on=listed.written_on,
        author=listed.author,
        text=text.text,
        language=listed.language,
        problem=text.problem,
        is_ours=listed.is_ours,
        author_role=listed.role,
        content_type=attachment.content_type if text.problem else "",
        unreadable=text.unreadable,
        partly=text.partly or len(text.text) > MAX_CHARACTERS,
        link=note_sources.page_for_people(attachment.url, reader.client.fhir_base),
    )


@dataclass(frozen=True, slots=True)
class _Text:
    """Fields as in Note."""

    text: str = ""
    problem: Reason | None = None
    unreadable: Unreadable | None = None
    partly: bool = False


async def _text(reader: Reader, listed: ListedNote, *, threads: asyncio.Semaphore) -> _Text:
    if listed.inline:
        return _Text(listed.inline)
    attachment = listed.attachment
    if (known := _known_before(attachment)) is not None:
        return known
    try:
        body = await _body(reader, attachment)
        # Away from the loop: two megabytes of markup take a while, and a PDF longer.
        async with asyncio.timeout_at(reader.deadline), threads:
            text = await asyncio.to_thread(text_of, body, attachment.content_type)
    except TimeoutError:
        return _Text(problem=Reason.TOO_SLOW)
    except AppError as error:
        return _Text(problem=problem_of(error).reason)
    except (binascii.Error, ValueError):
        return _Text(problem=Reason.UNREADABLE, unreadable=Unreadable.DAMAGED)
    problem = Reason.UNREADABLE if text.problem else None
    return _Text(text.text, problem, text.problem, partly=text.partly)


def _known_before(attachment: elements.Attachment) -> _Text | None:
    """What is clear without asking for it or looking into it."""
    if not attachment.data and not attachment.url:
        return _Text(problem=Reason.UNREADABLE, unreadable=Unreadable.EMPTY)
    if not is_tried(attachment):
        return _Text(problem=Reason.UNREADABLE, unreadable=Unreadable.UNKNOWN_FORMAT)
    if max(attachment.size, len(attachment.data) * 3 // 4) > NOTE_BYTES:
        return _Text(problem=Reason.TOO_LARGE)
    return None


async def _body(reader: Reader, attachment: elements.Attachment) -> bytes:
    """The bytes, inline or from the same server. Raises ValueError, binascii.Error for what is no base64."""
    if attachment.data:
        return base64.b64decode(attachment.data)
    return await reader.attachment(attachment.url, attachment.content_type)
