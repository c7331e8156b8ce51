"""The same statements as plain text, for the clinician's own note."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from smartapp.sdm.model import DraftStatement, Kind, SaidBy

_KINDS: Final = {
    Kind.GOAL: "Goal",
    Kind.HOPE: "Hope",
    Kind.WORRY: "Worry",
    Kind.MATTERS: "What matters",
    Kind.UNACCEPTABLE: "Not acceptable",
    Kind.TREATMENT_PREFERENCE: "Treatment preference",
    Kind.CARE_EXPERIENCE: "Care preference",
    Kind.DECISION_ROLE: "How to decide",
    Kind.PEOPLE: "Who is involved",
    Kind.CONFIDENCE: "Confidence",
    Kind.STRENGTH: "Strength",
    Kind.DECISION: "Decision",
    Kind.PLANNING_DOCUMENT: "Planning document",
}
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def note_text(drafts: Sequence[DraftStatement], *, patient_name: str, on: date, read_back: bool) -> str:
    """One line a statement below a heading; words in quotes are verbatim. "" without statements.

    `read_back`: the words were read back to the patient.
    """
    if not drafts:
        return ""
    answer = "yes" if read_back else "no"
    heading = f"What matters to {patient_name or 'the patient'} ({_day(on)}, read back: {answer})"
    return "\n".join([heading, *(_line(draft) for draft in drafts)])


def _line(draft: DraftStatement) -> str:
    about = [part for part in (_speaker(draft), "" if draft.verbatim else "clinician's summary") if part]
    kind = _KINDS[draft.kind] + (f" ({', '.join(about)})" if about else "")
    words = f'"{draft.words}"' if draft.verbatim else draft.words
    target = f" Target {_day(draft.due)}." if draft.due else ""
    return f"{kind}: {words}{target}"


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


def _day(value: date) -> str:
    """9 Jun 2026, whatever the machine's language."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
