"""The statements of a visit as they will be stored: typed boxes, joined to the chart and to one another."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from smartapp.fhir.patient_record import PatientRecord, RelatedPerson
from smartapp.sdm.knowledge import Catalogue
from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.web import words
from smartapp.web.asking import Asked, asked
from smartapp.web.desk import Desk
from smartapp.web.draft import Box
from smartapp.web.importance import RANKED, priorities
from smartapp.web.presenters.room import PROMPTS
from smartapp.writing.model import PlannedItem, Receipt, State

_PERSON: Final = "RelatedPerson/"


@dataclass(frozen=True, slots=True)
class Known:
    """What of the chart a statement may name. `texts`: the chart's words for conditions and people, by
    reference. `people`: the references of those who bear a name, by each way to write it.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, frozenset[str]] = field(default_factory=dict)


def known_of(record: PatientRecord | None) -> Known:
    """`record` None: the chart is not read yet, and no statement names anything of it."""
    if record is None:
        return Known()
    people = [person for person in record.related_persons.items if person.reference.startswith(_PERSON)]
    bearers: dict[str, frozenset[str]] = {}
    for person in people:
        for name in _names(person):
            bearers[name] = bearers.get(name, frozenset()) | {person.reference}
    texts = {item.reference: item.text for item in record.conditions.items}
    return Known(texts | {person.reference: person.name for person in people}, bearers)


def statements(desk: Desk, known: Known, catalogue: Catalogue) -> tuple[DraftStatement, ...]:
    """Everything that is written and not in the ledger, and the order of importance where there is one."""
    draft = desk.draft
    typed = tuple(
        _statement(box, known, asked(box.question, catalogue, draft.sheet)) for box in draft.written
    )
    here = (*typed, *standing(desk.receipts))
    joined = tuple(replace(one, about=_about(one, here)) for one in typed)
    sent = {receipt.draft.id: receipt.draft.words for receipt in desk.receipts}
    ranked = priorities(draft.order, [one for one in here if one.kind in RANKED], sent)
    return joined if ranked is None else (*joined, ranked)


def standing(receipts: Iterable[Receipt]) -> tuple[DraftStatement, ...]:
    """What this visit brought into the chart and did not take back."""
    return tuple(
        receipt.draft
        for receipt in receipts
        if receipt.state is State.STORED and receipt.taken_back is not State.STORED
    )


def only_about(items: Iterable[PlannedItem], receipts: Iterable[Receipt]) -> tuple[PlannedItem, ...]:
    """The chosen items, none of them about a statement that was left out at Send."""
    items = tuple(items)
    going = {item.draft.id for item in items} | {one.id for one in standing(receipts)}
    return tuple(
        replace(item, draft=replace(item.draft, about=_among(item.draft.about, going))) for item in items
    )


def _statement(box: Box, known: Known, question: Asked | None) -> DraftStatement:
    """What the chart does not hold, the statement does not name."""
    prompts = {prompt.kind: prompt.ask for prompt in PROMPTS}
    statement = box.statement(question.text if question else prompts.get(box.kind, ""))
    return replace(
        statement,
        addresses=_among(statement.addresses, known.texts),
        speaker_reference=_speaker(statement, known),
    )


def _speaker(statement: DraftStatement, known: Known) -> str:
    """The person of the chart who bears this name, unless two do."""
    if statement.said_by is not SaidBy.RELATED_PERSON:
        return ""
    bearers = known.people.get(_folded(statement.speaker), frozenset())
    return next(iter(bearers)) if len(bearers) == 1 else ""


def _names(person: RelatedPerson) -> set[str]:
    """As the questions page offers them: the name, and the name with what they are to the patient."""
    name, role = words.one_line(person.name, 80), words.one_line(person.relationship, 60)
    return {_folded(name), _folded(f"{name}, {role}")} if name else set()


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _about(statement: DraftStatement, here: Sequence[DraftStatement]) -> tuple[str, ...]:
    """A confidence is about the goal it was written for, or about the visit's where there is only one; a
    decision rests on its goals and preferences.
    """
    if statement.kind is Kind.CONFIDENCE:
        goals = tuple(one.id for one in here if one.kind is Kind.GOAL)
        if statement.about:
            return _among(statement.about, goals)
        return goals if len(goals) == 1 else ()
    if statement.kind is Kind.DECISION:
        return tuple(one.id for one in here if one.kind in RANKED)
    return statement.about


def _among(each: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    return tuple(one for one in each if one in known)
