"""Which questions are asked, in which order, and which answers are so fresh that they are only confirmed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from smartapp.sdm.catalogue import CORE_QUESTIONS
from smartapp.sdm.conditions import evaluate
from smartapp.sdm.facts import ChartFacts
from smartapp.sdm.knowledge import Catalogue, Moment, Question
from smartapp.sdm.model import Kind, SaidBy, Statement, Time
from smartapp.sdm.standing import is_over

FRESH: Final = timedelta(days=31)
"""How long an answer is offered to be confirmed instead of being asked for again."""
_MOMENTS: Final = tuple(Moment)
_ANSWERED_BY: Final = {
    Kind.GOAL: frozenset({Kind.GOAL, Kind.HOPE}),
    Kind.HOPE: frozenset({Kind.GOAL, Kind.HOPE}),
    Kind.TREATMENT_PREFERENCE: frozenset({Kind.TREATMENT_PREFERENCE}),
    Kind.UNACCEPTABLE: frozenset({Kind.UNACCEPTABLE}),
    Kind.DECISION_ROLE: frozenset({Kind.DECISION_ROLE}),
}
"""Goals and preferences. A question of another kind is about something else each time it is asked."""


@dataclass(frozen=True, slots=True)
class StillTrue:
    """A goal or preference of the last month: read it to the patient and ask whether it still holds."""

    question: Question
    statement: Statement


@dataclass(frozen=True, slots=True)
class Asking:
    """`questions`: to be asked, the core ones first. `confirm`: what is asked about instead, newest first;
    the question of each is not in `questions`, unless it is a core one.
    """

    questions: tuple[Question, ...]
    confirm: tuple[StillTrue, ...]


def asking(catalogue: Catalogue, facts: ChartFacts, hidden: frozenset[str]) -> Asking:
    """The questions for this chart. Core questions stay, also those in `hidden`."""
    offered = [
        question
        for question in catalogue.questions
        if (question.core or question.id not in hidden)
        and all(evaluate(condition, facts).holds for condition in question.when)
        and all(evaluate(condition, facts).holds is False for condition in question.unless)
    ]
    confirm = _confirm(offered, facts)
    instead = {each.question.id for each in confirm if not each.question.core}
    known = {
        one.kind for one in facts.statements if one.was_said and not one.is_older_than_a_year(facts.today)
    }
    ordered = sorted(
        (question for question in offered if question.id not in instead),
        key=lambda question: _place(question, known),
    )
    return Asking(tuple(ordered), confirm)


def _place(question: Question, known: set[Kind]) -> tuple[int, int, int, bool, int, str]:
    """The two that every visit begins with, the other core ones, then by moment; what nothing is known about
    before what is.
    """
    first = CORE_QUESTIONS.index(question.text) if question.text in CORE_QUESTIONS else len(CORE_QUESTIONS)
    if question.core:
        return first, 0, 0, False, question.order, question.id
    moment = _MOMENTS.index(question.moment)
    return len(CORE_QUESTIONS), 1, moment, question.kind in known, question.order, question.id


def _confirm(offered: list[Question], facts: ChartFacts) -> tuple[StillTrue, ...]:
    """Each statement once, for the question that it was an answer to, else for the first general one of its
    kind.
    """
    fresh = sorted(
        (one for one in facts.statements if _is_fresh(one, facts)),
        key=lambda one: (one.said_on or facts.today, one.source.reference, one.words),
        reverse=True,
    )
    found: dict[str, StillTrue] = {}
    for statement in fresh:
        question = _asked(statement, offered)
        if question is not None:
            found.setdefault(question.id, StillTrue(question, statement))
    return tuple(found.values())


def _asked(statement: Statement, offered: list[Question]) -> Question | None:
    exact = (question for question in offered if statement.question and question.text == statement.question)
    general = (
        question
        for question in offered
        if not question.when and statement.kind in _ANSWERED_BY.get(question.kind, frozenset())
    )
    return next(exact, None) or next(general, None)


def _is_fresh(statement: Statement, facts: ChartFacts) -> bool:
    """Said by the patient in the last month and before today, still holds, and is not only found in a note:
    that has a confirmation of its own.
    """
    return (
        statement.said_on is not None
        and facts.today - FRESH <= statement.said_on < facts.today
        and statement.said_by is SaidBy.PATIENT
        and statement.confirmed
        and statement.kind in _ANSWERED_BY
        and statement.time is Time.CURRENT
        and not is_over(statement)
    )
