"""How a resource says whose words it holds: tag and note, the same for goals and observations."""

from datetime import datetime

from smartapp.fhir.codes import LocalSystems, Tag
from smartapp.fhir.references import VisitReferences
from smartapp.sdm.model import DraftStatement, SaidBy

_SUMMARY = "Clinician's summary, not a quote."


def is_patients_own_words(draft: DraftStatement) -> bool:
    return draft.said_by is SaidBy.PATIENT and draft.verbatim


def tag_of(draft: DraftStatement) -> Tag | None:
    """Whose words these are, or None when that is not known well enough for a tag."""
    if not draft.verbatim or draft.said_by is SaidBy.CLINICIAN:
        return Tag.SUMMARY
    tags = {SaidBy.PATIENT: Tag.PATIENT_STATED, SaidBy.RELATED_PERSON: Tag.FAMILY_STATED}
    return tags.get(draft.said_by)


def meta(draft: DraftStatement, *, systems: LocalSystems, profile: str) -> dict[str, object]:
    """Resource.meta; `profile` is claimed unless it is ""."""
    tag = tag_of(draft)
    claimed: dict[str, object] = {"profile": [profile]} if profile else {}
    return claimed | ({"tag": [systems.tag(tag).to_fhir()]} if tag else {})


def speaker_of(draft: DraftStatement) -> str:
    """Who said it where that was not the patient, as a sentence; "" for the patient."""
    speaker = draft.speaker.strip()
    match draft.said_by:
        case SaidBy.PATIENT:
            return ""
        case SaidBy.RELATED_PERSON:
            return f"Said by {speaker}." if speaker else "Said by a person close to the patient."
        case SaidBy.CLINICIAN:
            return "Written by the clinician."
        case SaidBy.REPORTED:
            return f"Reported by {speaker}." if speaker else "Reported by somebody else."
        case SaidBy.UNKNOWN:
            return "It is not known who said this."


def note_text(draft: DraftStatement) -> str:
    """What a reader of the chart must know about whose words these are; "" for the patient's own."""
    summary = "" if draft.verbatim else _SUMMARY
    return " ".join(sentence for sentence in (speaker_of(draft), summary) if sentence)


def notes(text: str, visit: VisitReferences, *, said_at: datetime) -> list[dict[str, object]]:
    """Annotations: one with its author where known, none without text."""
    if not text:
        return []
    note: dict[str, object] = {"time": date_time(said_at), "text": text}
    # Annotation.author takes no PractitionerRole in R4, so only its name can stand there.
    if visit.practitioner.startswith("Practitioner/"):
        return [{"authorReference": visit.clinician, **note}]
    if visit.practitioner_name:
        return [{"authorString": visit.practitioner_name, **note}]
    return [note]


def date_time(moment: datetime) -> str:
    """A FHIR dateTime, to the second, with offset. Raises ValueError without one."""
    if moment.utcoffset() is None:
        raise ValueError("a time without an offset")
    return moment.isoformat(timespec="seconds")
