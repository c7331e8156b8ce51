"""Notes as the chart lists them: documents, reports, compositions and impressions, before their text is read.

https://hl7.org/fhir/R4/documentreference.html and the pages of the other types
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from smartapp.errors import ForeignOrigin
from smartapp.fhir import elements, lenses
from smartapp.fhir.client import NOTE_BYTES
from smartapp.fhir.dates import day_of
from smartapp.fhir.document import DESCRIPTION, HANDOUT, HANDOUT_DESCRIPTION
from smartapp.fhir.note_lenses import ClinicalImpression, Composition, CompositionSection, DiagnosticReport
from smartapp.fhir.note_order import Candidate, NoteKind, field_of
from smartapp.fhir.own_marks import is_ours
from smartapp.fhir.people import clinician_named
from smartapp.fhir.this_patient import ThisPatient
from smartapp.http import Origin
from smartapp.notes.text import text_of_markup

LOINC: Final = "http://loinc.org"
_FORMATS: Final = (
    ("text/plain",),
    ("text/html", "application/xhtml+xml"),
    ("text/xml", "application/xml", "application/cda+xml", "application/hl7-cda+xml", "text/cda+xml"),
    ("application/rtf", "text/rtf", "application/x-rtf"),
    ("application/pdf",),
    ("", "application/octet-stream", "binary/octet-stream", "application/unknown"),
)
"""In the order in which they are preferred. Of the last row the type is not known, and tried; of any other a
program cannot make text."""
NO_ATTACHMENT: Final = elements.Attachment()
_LOST: Final = len(_FORMATS)
_MAX_DEPTH: Final = 10


@dataclass(frozen=True, slots=True)
class ListedNote:
    """`inline`: text that stands in the resource itself; "" where `attachment` has it. `role`: from which
    field of care it is, in words. `codes`: LOINC codes of its type. `replaces`: references of older versions.
    """

    reference: str
    title: str
    kind: NoteKind
    role: str
    codes: frozenset[str]
    written_on: date | None
    author: str
    language: str
    is_ours: bool = False
    attachment: elements.Attachment = NO_ATTACHMENT
    inline: str = ""
    replaces: tuple[str, ...] = ()

    @property
    def candidate(self) -> Candidate:
        held = len(self.inline) or len(self.attachment.data) * 3 // 4
        is_fetched = not held and is_tried(self.attachment) and self.attachment.size <= NOTE_BYTES
        return Candidate(
            self.reference,
            self.kind,
            self.written_on,
            is_ours=self.is_ours,
            is_fetched=is_fetched,
            size=held or (max(self.attachment.size, 0) if is_fetched else 0),
        )


def of_document(document: lenses.DocumentReference, patient: ThisPatient) -> ListedNote | None:
    """None for one that was superseded, and for a handout of this app: it says nothing that is new."""
    if document.status == "superseded" or _is_handout(document):
        return None
    attachment = best_attachment([one.attachment for one in document.content])
    title = document.type.words or document.description or attachment.title
    # The same type is on every note of some EHRs: what it is about then stands in the other titles.
    titles = f"{document.type.words} / {document.description} / {attachment.title}"
    field = field_of(titles, _loinc(document.type))
    replaced = (one.target.reference for one in document.relates_to if one.code == "replaces")
    return ListedNote(
        reference=document.reference,
        title=title,
        kind=field.kind,
        role=document.context.practice_setting.words or field.name,
        codes=_loinc(document.type),
        written_on=day_of(document.context.period.start or document.date),
        author=clinician_named(document.author, patient),
        language=attachment.language or document.language,
        is_ours=is_ours(document.identifier) or document.description == DESCRIPTION,
        attachment=attachment,
        replaces=_relative(replaced, patient),
    )


def _is_handout(document: lenses.DocumentReference) -> bool:
    is_named = document.type.words == HANDOUT and is_ours(document.identifier)
    return is_named or document.description == HANDOUT_DESCRIPTION


def of_report(report: DiagnosticReport, patient: ThisPatient) -> ListedNote | None:
    """None for one that says nothing in words. A form that comes with it is read only where its title or type
    is of a kind that holds goals: those of laboratories and imaging are many, and hold none.
    """
    title = report.code.words
    field = field_of(title, _loinc(report.code))
    attachment = NO_ATTACHMENT
    if not report.conclusion.strip():
        if field.kind is NoteKind.OTHER or not report.presented_form:
            return None
        attachment = best_attachment(report.presented_form)
    return ListedNote(
        reference=report.reference,
        title=title or "Report",
        kind=field.kind,
        role=field.name,
        codes=_loinc(report.code),
        written_on=day_of(report.effective_date_time or report.effective_period.start or report.issued),
        author=clinician_named(report.performer, patient),
        language=attachment.language or report.language,
        attachment=attachment,
        inline=report.conclusion,
    )


def of_composition(composition: Composition, patient: ThisPatient) -> ListedNote | None:
    """None for one without text: sections, also nested ones, each with its title as a heading."""
    text = "\n\n".join(_sections(composition.section, 0))
    if not text:
        return None
    field = field_of(f"{composition.type.words} / {composition.title}", _loinc(composition.type))
    replaced = (one.target_reference.reference for one in composition.relates_to if one.code == "replaces")
    return ListedNote(
        reference=composition.reference,
        title=composition.title or composition.type.words or "Document",
        kind=field.kind,
        role=field.name,
        codes=_loinc(composition.type),
        written_on=day_of(composition.date),
        author=clinician_named(composition.author, patient),
        language=composition.language,
        inline=text,
        replaces=_relative(replaced, patient),
    )


def of_impression(impression: ClinicalImpression, patient: ThisPatient) -> ListedNote | None:
    """None for one without words."""
    noted = (one.text for one in impression.note)
    parts = [words for one in (impression.description, impression.summary, *noted) if (words := one.strip())]
    if not parts:
        return None
    field = field_of(impression.code.words, _loinc(impression.code))
    on = impression.effective_date_time or impression.effective_period.start or impression.date
    return ListedNote(
        reference=impression.reference,
        title=impression.code.words or "Clinical impression",
        kind=field.kind,
        role=field.name,
        codes=_loinc(impression.code),
        written_on=day_of(on),
        author=clinician_named([impression.assessor], patient),
        language=impression.language,
        inline="\n\n".join(parts),
    )


def best_attachment(attachments: Sequence[elements.Attachment]) -> elements.Attachment:
    """The one that reads best of those that have a content; an empty one without any."""
    having = [one for one in attachments if one.data or one.url] or list(attachments)
    return min(having, key=_rank, default=NO_ATTACHMENT)


def is_tried(attachment: elements.Attachment) -> bool:
    """Whether a text may come of it."""
    return bool(attachment.data or attachment.url) and _rank(attachment) < _LOST


def page_for_people(url: str, fhir_base: str) -> str:
    """The address where a clinician can open it, "" for none: on the EHR's own server, and not in its API,
    which wants a token that no browser has. One that carries a token itself stays out of pages.
    """
    try:
        is_own = Origin.of(url) == Origin.of(fhir_base)
    except ForeignOrigin:
        return ""
    is_for_programs = url.startswith(fhir_base.rstrip("/")) or "token" in url.lower()
    return url if is_own and not is_for_programs else ""


def _rank(attachment: elements.Attachment) -> int:
    media_type = attachment.content_type.partition(";")[0].strip().lower()
    return next((rank for rank, names in enumerate(_FORMATS) if media_type in names), _LOST)


def _sections(sections: Sequence[CompositionSection], depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    for section in sections:
        text = text_of_markup(section.text.div)
        heading = f"{section.title.strip().upper()}:" if section.title.strip() else ""
        if said := "\n".join(part for part in (heading, text) if part and text):
            yield said
        below = list(_sections(section.section, depth + 1))
        if below and not text and heading:
            yield heading
        yield from below


def _loinc(concept: elements.Concept) -> frozenset[str]:
    return frozenset(one.code for one in concept.coding if one.system == LOINC and one.code)


def _relative(references: Iterator[str], patient: ThisPatient) -> tuple[str, ...]:
    return tuple(found for one in references if (found := patient.relative(one)))
