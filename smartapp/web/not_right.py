"""A chart without what was set aside as not right, and what was set aside for itself."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.sdm.model import Statement
from smartapp.sdm.sameness import said_once
from smartapp.store.set_aside import SetAside, WhoseChart

Mark = Callable[[Statement], str]
"""What stands for a statement in the store."""


def marking(set_aside: SetAside, whose: WhoseChart) -> Mark:
    """Two statements have one mark when they say the same, of the same person, about the same time."""

    def mark(statement: Statement) -> str:
        said = (
            statement.said_by,
            statement.speaker,
            statement.time,
            str(statement.negated),
            statement.choice,
        )
        return set_aside.mark(whose, kind=statement.kind, words=statement.words, apart=said)

    return mark


def without(record: PatientRecord, marks: frozenset[str], mark: Mark) -> PatientRecord:
    """The record as every page and prompt reads it. What is confirmed in the chart always stays."""
    if not marks:
        return record
    kept = [one for one in record.note_statements if one.confirmed or mark(one) not in marks]
    return replace(record, note_statements=tuple(kept))


def set_aside_in(record: PatientRecord, marks: frozenset[str], mark: Mark) -> tuple[Statement, ...]:
    """What the whole chart still says of what was set aside, each thing once, newest first."""
    return _once(_aside(record, marks, mark))


def behind(statement: Statement, record: PatientRecord, mark: Mark) -> frozenset[str]:
    """Marks of a statement of the notes and of all that would take its place in the list if it were gone."""

    def listed(notes: Sequence[Statement]) -> Iterable[Statement]:
        return all_statements(replace(record, note_statements=tuple(notes)))

    return _behind(statement, record.note_statements, listed, mark)


def behind_set_aside(
    statement: Statement, record: PatientRecord, marks: frozenset[str], mark: Mark
) -> frozenset[str]:
    """The same among what was set aside."""
    return _behind(statement, _aside(record, marks, mark), _once, mark)


def _aside(record: PatientRecord, marks: frozenset[str], mark: Mark) -> list[Statement]:
    return [one for one in record.note_statements if not one.confirmed and mark(one) in marks]


def _behind(
    statement: Statement,
    notes: Sequence[Statement],
    listed: Callable[[Sequence[Statement]], Iterable[Statement]],
    mark: Mark,
) -> frozenset[str]:
    known = {mark(one) for one in listed(notes)}
    found, new = {mark(statement)}, {mark(statement)}
    while new:
        notes = [one for one in notes if one.confirmed or mark(one) not in new]
        new = {mark(one) for one in listed(notes) if not one.confirmed} - known
        known |= new
        found |= new
    return frozenset(found)


def _once(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    dated = sorted(statements, key=lambda one: one.said_on.toordinal() if one.said_on else 0, reverse=True)
    return said_once(dated)
