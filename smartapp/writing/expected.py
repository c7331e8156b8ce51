"""What may stand in the resource of a ledger entry, said from the entry and not from what a builder made."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from smartapp.fhir.guard import Expected
from smartapp.fhir.guard_expected import ExpectedHandout
from smartapp.sdm.model import ChangeKind, DraftStatement, Kind, SaidBy
from smartapp.writing.entry import HANDOUT, PROVENANCE, Entry
from smartapp.writing.expected_texts import texts_of
from smartapp.writing.making import Making
from smartapp.writing.model import Rung, WriteContext
from smartapp.writing.note_text import filed_text

_WITH_FOCUS = frozenset({Kind.UNACCEPTABLE, Kind.TREATMENT_PREFERENCE, Kind.PEOPLE})
_WITH_WORDS_AS_NOTE = frozenset({Kind.CONFIDENCE, Kind.PRIORITIES})


def expected_of(row_id: str, rung: str, entry: Entry, *, context: WriteContext, making: Making) -> Expected:
    """Arguments as for `build`."""
    questionnaire = context.site.questionnaire
    is_one_statement = _is_data(rung)
    handout = entry.handout if rung == HANDOUT else None
    return Expected(
        patient_id=context.patient_id,
        encounter_id=context.encounter_id,
        identifier="" if rung == PROVENANCE else row_id,
        references=_references(rung, entry, context, making),
        moments=_moments(rung, entry, making),
        form=making.form,
        urn_types={
            link.reference: link.resource_type
            for link in making.links.values()
            if link.reference.startswith("urn:uuid:")
        },
        texts=texts_of(entry, context, making),
        note_text=_document_text(rung, entry, context, making),
        handout=ExpectedHandout(handout.title, handout.language, context.site.handout_type)
        if handout
        else None,
        kind=entry.drafts[0].kind if is_one_statement else None,
        words=tuple(draft.words for draft in entry.drafts),
        choice=entry.drafts[0].choice if is_one_statement else "",
        tag=_tag(entry.drafts[0]) if is_one_statement else "",
        entries=_entries(entry.drafts[0], making) if rung == Rung.LIST else (),
        activity=_activity(entry),
        note_shape=context.site.note_shape,
        note_type=context.site.note_type,
        questionnaire=questionnaire.canonical if questionnaire else "",
        answers=_answers(entry.drafts, dict(questionnaire.link_ids) if questionnaire else {}),
    )


def _is_data(rung: str) -> bool:
    return rung not in {PROVENANCE, HANDOUT} and Rung(rung).is_data


def _document_text(rung: str, entry: Entry, context: WriteContext, making: Making) -> str:
    if entry.handout is not None and rung == HANDOUT:
        return entry.handout.text
    return filed_text(entry, context=context, zone=making.zone) if rung == Rung.NOTE else ""


def _tag(draft: DraftStatement) -> str:
    """Whose words they are, "" where that is not known well enough."""
    if not draft.verbatim or draft.said_by is SaidBy.CLINICIAN:
        return "clinician-summary"
    tags = {SaidBy.PATIENT: "patient-stated", SaidBy.RELATED_PERSON: "family-stated"}
    return tags.get(draft.said_by, "")


def _entries(draft: DraftStatement, making: Making) -> tuple[tuple[str, str], ...]:
    """Reference and words of each statement of an order that is known at all."""
    found = [(making.links.get(id_), making.statements.get(id_)) for id_ in draft.about]
    return tuple(
        (link.reference if link else "", statement.words if statement else "")
        for link, statement in found
        if link or statement
    )


def _answers(drafts: Iterable[DraftStatement], link_ids: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """By linkId, the words of the statements that the questionnaire asks for there."""
    found: dict[str, tuple[str, ...]] = {}
    for draft in drafts:
        link_id = link_ids.get(draft.kind.value, "")
        found[link_id] = (*found.get(link_id, ()), draft.words)
    return found


def _activity(entry: Entry) -> str:
    if entry.change is None:
        return "CREATE"
    return "NULLIFY" if entry.change.kind is ChangeKind.WITHDRAWN else "UPDATE"


def _references(rung: str, entry: Entry, context: WriteContext, making: Making) -> dict[str, frozenset[str]]:
    drafts, patient = entry.drafts, f"Patient/{context.patient_id}"
    speakers = _speakers(drafts, patient)
    quoted = _speakers([draft for draft in drafts if draft.verbatim], patient)
    goals = frozenset(_linked(drafts, making, "Goal"))
    said_by_patient = drafts and all(draft.said_by is SaidBy.PATIENT for draft in drafts)
    is_source = said_by_patient and (rung != Rung.LIST or drafts[0].verbatim)
    is_about_words = any(draft.kind in _WITH_WORDS_AS_NOTE for draft in drafts)
    annotator = context.practitioner if context.practitioner.startswith("Practitioner/") else ""
    return {
        "addresses": _addresses(drafts),
        "focus": _addresses(draft for draft in drafts if draft.kind in _WITH_FOCUS)
        | (goals if any(draft.kind is Kind.CONFIDENCE for draft in drafts) else frozenset()),
        "goal": goals,
        "related": goals,
        "supportingInfo": frozenset(_linked(drafts, making, "Observation")),
        "item": frozenset(_linked(drafts, making)),
        "expressedBy": speakers,
        "contributor": speakers,
        "performer": quoted,
        "source": frozenset({patient} if is_source else ()),
        "author": _named(context.practitioner),
        "authorReference": _named(annotator) | (quoted if is_about_words else frozenset()),
        "who": _named(context.practitioner) | speakers,
        "onBehalfOf": _named(context.organization),
        "target": frozenset(entry.targets),
    }


def _moments(rung: str, entry: Entry, making: Making) -> dict[str, frozenset[str]]:
    """The spellings, by element: of a statement when it was said, of everything else when it is sent."""
    now = making.now.astimezone(making.zone)
    if rung == PROVENANCE:
        return {"recorded": frozenset({now.isoformat(timespec="milliseconds")})}
    said = [(draft.said_at or entry.committed_at).astimezone(making.zone) for draft in entry.drafts]
    if not _is_data(rung):
        of_sending = frozenset({_second(now)})
        confirmed = [entry.committed_at.astimezone(making.zone)]
        began = frozenset({_second(min([*(said or confirmed), now]))})
        return dict.fromkeys(("date", "creation", "end", "authored"), of_sending) | {"start": began}
    day, second = frozenset({said[0].date().isoformat()}), frozenset({_second(said[0])})
    due = entry.drafts[0].due
    return {
        "startDate": day,
        "statusDate": day,
        "dueDate": frozenset({due.isoformat()} if due else ()),
        "effectiveDateTime": second,
        "created": second,
        "date": second,
        "time": second,
    }


def _second(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _speakers(drafts: Iterable[DraftStatement], patient: str) -> frozenset[str]:
    """References of those whose words they are: the patient, and people whom the chart knows."""
    found = {
        patient if draft.said_by is SaidBy.PATIENT else draft.speaker_reference
        for draft in drafts
        if draft.said_by in {SaidBy.PATIENT, SaidBy.RELATED_PERSON}
    }
    return frozenset(found - {""})


def _addresses(drafts: Iterable[DraftStatement]) -> frozenset[str]:
    return frozenset(reference for draft in drafts for reference in draft.addresses)


def _linked(drafts: Iterable[DraftStatement], making: Making, resource_type: str = "") -> list[str]:
    links = [making.links[id_] for draft in drafts for id_ in draft.about if id_ in making.links]
    return [link.reference for link in links if resource_type in {"", link.resource_type}]


def _named(reference: str) -> frozenset[str]:
    return frozenset({reference} if reference else ())
