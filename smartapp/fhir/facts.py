"""What the rules may know, out of a chart: codes, dates and statements, nothing about who the patient is."""

from collections.abc import Iterable
from datetime import date

from smartapp.fhir.patient_record import AnyPart, ChartItem, PatientRecord, Visit
from smartapp.fhir.statements import all_statements
from smartapp.sdm.facts import ChartFacts, CodedFact, Known

_ACTIVE_CONDITION = {"active", "recurrence", "relapse"}
_OPEN_ORDER = {"draft", "active", "on-hold"}
_ONGOING_VISIT = {"arrived", "triaged", "in-progress", "onleave"}
_COMING_VISIT = {"planned"}
_CLEAR_WORDING = 1


def facts_of(record: PatientRecord, *, today: date) -> ChartFacts:
    """The facts for one visit. A part that was not read whole is not `known`, so that no rule takes a gap in
    reading for a gap in the chart.
    """
    return ChartFacts(
        today=today,
        known=_known(record),
        visit_in_progress=any(visit.status in _ONGOING_VISIT for visit in record.visit.items),
        conditions=_facts(item for item in record.conditions.items if _is_active_condition(item)),
        medicines=_facts(item for item in record.medicines.items if item.status == "active"),
        orders=_facts(item for item in record.orders.items if item.status in _OPEN_ORDER),
        language=record.patient.language,
        interpreter_needed=record.patient.interpreter_needed,
        statements=all_statements(record),
        visit_reasons=tuple(reason for visit in record.visit.items for reason in _reasons(visit)),
        values=record.values.items,
        judging_words_on=_judging_words_on(record),
    )


def _known(record: PatientRecord) -> frozenset[Known]:
    parts: dict[Known, tuple[AnyPart, ...]] = {
        Known.VISIT: (record.visit,),
        Known.CONDITIONS: (record.conditions,),
        Known.MEDICINES: (record.medicines,),
        Known.ORDERS: (record.orders,),
        # The parts that most of what is written goes to; the others are often not offered at all.
        Known.STATEMENTS: (record.goals, record.preferences),
        Known.NOTES: (record.notes, record.questionnaires),
        Known.VALUES: (record.values,),
    }
    known = {name for name, needed in parts.items() if all(_is_whole(part) for part in needed)}
    if any(note.problem for note in record.notes.items):
        known.discard(Known.NOTES)
    if any(note.problem and note.is_ours for note in record.notes.items):
        # Where the EHR takes nothing else, this note is what was said before.
        known.discard(Known.STATEMENTS)
    return frozenset(known | ({Known.LANGUAGE} if record.patient.language else set()))


def _reasons(visit: Visit) -> tuple[CodedFact, ...]:
    """Why a visit takes place that is not over; a visit that was cancelled or ended asks for nothing."""
    if visit.status not in _ONGOING_VISIT | _COMING_VISIT:
        return ()
    since = visit.start.date() if visit.start else None
    return tuple(
        CodedFact(f"Encounter/{visit.id}", codes, label="", since=since, status=visit.status)
        for codes in visit.reasons
    )


def _judging_words_on(record: PatientRecord) -> date | None:
    """The newest day only: how many words there are, in how many notes and whose, is not for rules."""
    clear = (one.written_on for one in record.note_wording if one.severity == _CLEAR_WORDING)
    return max((day for day in clear if day is not None), default=None)


def _is_whole(part: AnyPart) -> bool:
    return part.was_read and part.whole and part.left_out == 0


def _is_active_condition(item: ChartItem) -> bool:
    """Active by its status; without one, when it is on the problem list. Not one that has ended."""
    if item.has_ended:
        return False
    if item.status:
        return item.status in _ACTIVE_CONDITION
    return "problem-list-item" in item.categories


def _facts(items: Iterable[ChartItem]) -> tuple[CodedFact, ...]:
    return tuple(
        CodedFact(
            reference=item.reference,
            codes=item.codes,
            label=item.text,
            since=item.since,
            status=item.status,
        )
        for item in items
    )
