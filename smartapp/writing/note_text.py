"""Statements as plain text: for the note that the app files, and for the clinician's own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, tzinfo

from smartapp.sdm.choices import CHOICES
from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.sdm.wording import KIND_WORDS, day
from smartapp.writing.entry import Entry
from smartapp.writing.model import WriteContext


def note_of(drafts: Sequence[DraftStatement], *, context: WriteContext, on: date, read_back: bool) -> str:
    """Exactly the text of the note that is filed. `on`: the clinic's day on which it was confirmed."""
    return note_text(
        drafts,
        patient_name=context.patient_name,
        on=on,
        read_back=read_back,
        recorder=context.practitioner_name,
    )


def filed_text(entry: Entry, *, context: WriteContext, zone: tzinfo | None) -> str:
    """The text of the note of a ledger entry, as it stood on the page that was confirmed."""
    patient_name = context.patient_name if entry.patient_name is None else entry.patient_name
    recorder = context.practitioner_name if entry.recorder is None else entry.recorder
    return note_of(
        entry.drafts,
        context=replace(context, patient_name=patient_name, practitioner_name=recorder),
        on=entry.committed_at.astimezone(zone).date(),
        read_back=entry.read_back,
    )


def note_text(
    drafts: Sequence[DraftStatement], *, patient_name: str, on: date, read_back: bool, recorder: str = ""
) -> str:
    """One paragraph a statement below a heading; words in quotes are verbatim. "" without statements.

    `read_back`: the words were read back to the patient. `recorder`: who wrote it down.
    """
    if not drafts:
        return ""
    first = heading(patient_name=patient_name, on=on, read_back=read_back)
    last = [footing(recorder)] if recorder else []
    return "\n".join([first, *(line(draft) for draft in drafts), *last])


def heading(*, patient_name: str, on: date, read_back: bool) -> str:
    """The first line. That words were not read back stands nowhere: it is no entry about the clinician."""
    answer = ", read back to the patient" if read_back else ""
    return f"What matters to {patient_name or 'the patient'} ({day(on)}{answer})"


def line(draft: DraftStatement) -> str:
    """One statement; of several lines where its words are."""
    about = [part for part in (_speaker(draft), "" if draft.verbatim else "clinician's summary") if part]
    kind = KIND_WORDS[draft.kind] + (f" ({', '.join(about)})" if about else "")
    if draft.kind is Kind.PRIORITIES:
        return f"{kind}:\n{draft.words}"
    target = f" Target {day(draft.due)}." if draft.due else ""
    return f"{kind}: {_words(draft)}{target}"


def footing(recorder: str) -> str:
    """The last line: who wrote it down."""
    return f"Recorded by {recorder}."


def _words(draft: DraftStatement) -> str:
    """The words, after the option that was chosen where one was. A label alone is no quotation."""
    words = f'"{draft.words}"' if draft.verbatim else draft.words
    label = CHOICES.get(draft.kind, {}).get(draft.choice, "")
    if not label:
        return words
    return label if draft.words.strip() in {"", label} else f"{label}. {words}"


def _speaker(draft: DraftStatement) -> str:
    speaker = draft.speaker.strip()
    match draft.said_by:
        case SaidBy.PATIENT:
            return ""
        case SaidBy.RELATED_PERSON:
            return f"said by {speaker or 'a person close to the patient'}"
        case SaidBy.CLINICIAN:
            return "written by the clinician"
        case SaidBy.REPORTED:
            return f"reported by {speaker or 'somebody else'}"
        case SaidBy.UNKNOWN:
            return "speaker not known"
