"""The same statements as plain text, for the clinician's own note."""

from collections.abc import Sequence
from datetime import date

from smartapp.sdm.model import DraftStatement, SaidBy
from smartapp.sdm.wording import KIND_WORDS, day


def note_text(drafts: Sequence[DraftStatement], *, patient_name: str, on: date, read_back: bool) -> str:
    """One line a statement below a heading; words in quotes are verbatim. "" without statements.

    `read_back`: the words were read back to the patient.
    """
    if not drafts:
        return ""
    answer = "yes" if read_back else "no"
    heading = f"What matters to {patient_name or 'the patient'} ({day(on)}, read back: {answer})"
    return "\n".join([heading, *(_line(draft) for draft in drafts)])


def _line(draft: DraftStatement) -> str:
    about = [part for part in (_speaker(draft), "" if draft.verbatim else "clinician's summary") if part]
    kind = KIND_WORDS[draft.kind] + (f" ({', '.join(about)})" if about else "")
    words = f'"{draft.words}"' if draft.verbatim else draft.words
    target = f" Target {day(draft.due)}." if draft.due else ""
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
