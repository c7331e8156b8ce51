"""How a resource says whose words it holds: tag, speaker and notes, the same for every kind of statement."""

from collections.abc import Sequence
from datetime import datetime

from smartapp.fhir.codes import LocalSystems, Tag
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences, named
from smartapp.sdm.choices import CHOICES
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


def meta(draft: DraftStatement, *, systems: LocalSystems, claimed: Sequence[str]) -> dict[str, object]:
    """Resource.meta; `claimed`: the profiles, by canonical URL."""
    tag = tag_of(draft)
    profiles: dict[str, object] = {"profile": list(claimed)} if claimed else {}
    return profiles | ({"tag": [systems.tag(tag).to_fhir()]} if tag else {})


def identifier(value: str, form: ResourceForm) -> dict[str, str]:
    """By which the app finds again what it wrote."""
    return {"system": form.systems.identifiers, "value": value}


def encounter(visit: VisitReferences) -> dict[str, str]:
    return named(f"Encounter/{visit.encounter_id}") if visit.encounter_id else {}


def speaker(draft: DraftStatement, visit: VisitReferences) -> dict[str, str]:
    """Who said it, where the chart knows them: the patient or a RelatedPerson; {} for anybody else."""
    if draft.said_by is SaidBy.PATIENT:
        return visit.patient
    is_known = draft.said_by is SaidBy.RELATED_PERSON and draft.speaker_reference.startswith("RelatedPerson/")
    return named(draft.speaker_reference, draft.speaker.strip()) if is_known else {}


def quoted(draft: DraftStatement, visit: VisitReferences) -> dict[str, str]:
    """Who answers for the words as they stand: the speaker, of words that are their own."""
    return speaker(draft, visit) if draft.verbatim else {}


def speaker_of(draft: DraftStatement) -> str:
    """Who said it where that was not the patient, as a sentence; "" for the patient."""
    name = draft.speaker.strip()
    match draft.said_by:
        case SaidBy.PATIENT:
            return ""
        case SaidBy.RELATED_PERSON:
            return f"Said by {name}." if name else "Said by a person close to the patient."
        case SaidBy.CLINICIAN:
            return "Written by the clinician."
        case SaidBy.REPORTED:
            return f"Reported by {name}." if name else "Reported by somebody else."
        case SaidBy.UNKNOWN:
            return "It is not known who said this."


def note_text(draft: DraftStatement) -> str:
    """What a reader of the chart must know about whose words these are; "" for the patient's own."""
    summary = "" if draft.verbatim else _SUMMARY
    return " ".join(sentence for sentence in (speaker_of(draft), summary) if sentence)


def chosen(draft: DraftStatement) -> str:
    """The label of the option that was chosen, "" where none was. Raises KeyError for a code unknown."""
    return CHOICES[draft.kind][draft.choice] if draft.choice else ""


def notes(text: str, visit: VisitReferences, *, said_at: datetime) -> list[dict[str, object]]:
    """Annotations of the clinician: one with its author where known, none without text."""
    if not text:
        return []
    note: dict[str, object] = {"time": date_time(said_at), "text": text}
    # Annotation.author takes no PractitionerRole in R4, so only its name can stand there.
    if visit.practitioner.startswith("Practitioner/"):
        return [{"authorReference": visit.clinician, **note}]
    if visit.practitioner_name:
        return [{"authorString": visit.practitioner_name, **note}]
    return [note]


def words_note(draft: DraftStatement, visit: VisitReferences, *, said_at: datetime) -> dict[str, object]:
    """The statement's words as an Annotation, for resources that have no other place for them. Its author is
    whose words they are.
    """
    author = quoted(draft, visit)
    note: dict[str, object] = {"time": date_time(said_at), "text": draft.words}
    return ({"authorReference": author} if author else {}) | note


def date_time(moment: datetime) -> str:
    """A FHIR dateTime, to the second, with offset. Raises ValueError without one."""
    if moment.utcoffset() is None:
        raise ValueError("a time without an offset")
    return moment.isoformat(timespec="seconds")
