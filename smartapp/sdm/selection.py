"""Which prompts this visit gets: one opening question, at most two reminders, and the questions on offer.
Pure and repeatable.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from smartapp.sdm.conditions import Evidence, evaluate
from smartapp.sdm.facts import ChartFacts, Known
from smartapp.sdm.knowledge import Catalogue, Moment, Opens, Question, Reminder, Tier
from smartapp.sdm.model import Kind

EVERY_MOMENT = frozenset(Moment)
PARTS_IN_WORDS = {
    Known.VISIT: "the visit's status",
    Known.CONDITIONS: "conditions",
    Known.MEDICINES: "medicines",
    Known.ORDERS: "orders",
    Known.LANGUAGE: "preferred language",
    Known.STATEMENTS: "what was said before",
    Known.NOTES: "notes and forms",
}
_MOST_DATES = 2
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Silence(StrEnum):
    """Why a reminder is not shown."""

    NOT_MET = "not met"
    NOT_READ = "not read"
    HIDDEN = "hidden"
    OTHER_MOMENT = "other moment"
    ANOTHER_GOES_FIRST = "another goes first"


@dataclass(frozen=True, slots=True)
class ShownReminder:
    """A reminder on screen. `because` says in plain words, with dates, what made it appear."""

    reminder: Reminder
    because: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class SilentReminder:
    """A reminder that stays away, and why; `missing` are the parts of the chart that were not read."""

    reminder: Reminder
    silence: Silence
    reason: str
    missing: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompts:
    """What a visit shows. Every reminder of the catalogue is either in `reminders` or in `silent`."""

    opening: Question
    opening_because: str
    reminders: tuple[ShownReminder, ...]
    questions: tuple[Question, ...]
    silent: tuple[SilentReminder, ...]


def select(
    catalogue: Catalogue,
    facts: ChartFacts,
    *,
    hidden: frozenset[str] = frozenset(),
    moments: frozenset[Moment] = EVERY_MOMENT,
) -> Prompts:
    """The prompts for this chart.

    At most one reminder of each tier. `hidden` are ids of reminders and questions that this clinician put
    away; core questions stay. `moments` narrows the reminders to those of use now, for example when
    closing.
    """
    opening, opening_because = _opening(catalogue, facts)
    reminders, silent = _reminders(catalogue, facts, hidden=hidden, moments=moments)
    return Prompts(
        opening=opening,
        opening_because=opening_because,
        reminders=reminders,
        questions=_questions(catalogue, facts, hidden),
        silent=silent,
    )


def opening_question_now(catalogue: Catalogue) -> Question:
    """The question for a page that is painted before anything was read."""
    return catalogue.opening(Opens.USUALLY)


def _opening(catalogue: Catalogue, facts: ChartFacts) -> tuple[Question, str]:
    usual = opening_question_now(catalogue)
    if Known.STATEMENTS not in facts.known:
        return usual, "This question opens any visit. What was said before could not be read yet."
    said = [statement for statement in facts.statements if statement.was_said]
    if not said and Known.NOTES in facts.known:
        return catalogue.opening(
            Opens.WHEN_NOTHING_IS_ON_FILE
        ), "Nothing this patient has said is on file yet."
    latest = max(
        (
            statement.said_on
            for statement in said
            if statement.kind in (Kind.GOAL, Kind.HOPE)
            and statement.said_on is not None
            and not statement.is_older_than_a_year(facts.today)
        ),
        default=None,
    )
    if latest is not None:
        return (
            usual,
            f"A goal or hope was last written down on {_in_figures(latest)}. Asking again keeps it true.",
        )
    return usual, "This question opens any visit. No goal or hope is on file from the last year."


def _questions(catalogue: Catalogue, facts: ChartFacts, hidden: frozenset[str]) -> tuple[Question, ...]:
    return tuple(
        question
        for question in catalogue.questions
        if (question.core or question.id not in hidden)
        and all(evaluate(condition, facts).holds for condition in question.when)
    )


def _reminders(
    catalogue: Catalogue, facts: ChartFacts, *, hidden: frozenset[str], moments: frozenset[Moment]
) -> tuple[tuple[ShownReminder, ...], tuple[SilentReminder, ...]]:
    shown: dict[Tier, ShownReminder] = {}
    silent: list[SilentReminder] = []
    for reminder in catalogue.reminders:
        answer = _answer(reminder, facts, hidden=hidden, moments=moments)
        if isinstance(answer, SilentReminder):
            silent.append(answer)
        elif reminder.tier in shown:
            first = shown[reminder.tier].reminder.id
            silent.append(
                SilentReminder(
                    reminder, Silence.ANOTHER_GOES_FIRST, reason=f"{first} goes first in this visit."
                )
            )
        else:
            shown[reminder.tier] = answer
    return tuple(shown[tier] for tier in (Tier.DECISION, Tier.UNIVERSAL) if tier in shown), tuple(silent)


def _answer(
    reminder: Reminder, facts: ChartFacts, *, hidden: frozenset[str], moments: frozenset[Moment]
) -> ShownReminder | SilentReminder:
    if reminder.id in hidden:
        return SilentReminder(reminder, Silence.HIDDEN, reason="You hid it.")
    if reminder.moment not in moments:
        return SilentReminder(reminder, Silence.OTHER_MOMENT, reason="It is for another moment of the visit.")
    wanted = [evaluate(condition, facts) for condition in reminder.when]
    unwanted = [evaluate(condition, facts) for condition in reminder.unless]
    if any(finding.holds is False for finding in wanted) or any(finding.holds for finding in unwanted):
        return SilentReminder(reminder, Silence.NOT_MET, reason="What it asks of the chart is not there.")
    missing = {part for finding in (*wanted, *unwanted) for part in finding.missing}
    if missing:
        parts = ", ".join(PARTS_IN_WORDS[part] for part in sorted(missing))
        reason = f"Stays away, since these could not be read in full: {parts}."
        return SilentReminder(reminder, Silence.NOT_READ, reason=reason, missing=tuple(sorted(missing)))
    evidence = tuple(evidence for finding in wanted for evidence in finding.because)
    return ShownReminder(reminder, because=_because(evidence), evidence=evidence)


def _because(evidence: Iterable[Evidence]) -> str:
    """For example: Shown because: diabetes in the chart (3 May 2021); an order written today."""
    dates: dict[str, set[date]] = {}
    for each in evidence:
        dates.setdefault(each.label, set())
        if each.on is not None:
            dates[each.label].add(each.on)
    return "Shown because: " + "; ".join(_with_dates(label, days) for label, days in dates.items()) + "."


def _with_dates(label: str, days: set[date]) -> str:
    latest = sorted(days)[-_MOST_DATES:]
    return f"{label} ({', '.join(_in_figures(day) for day in latest)})" if latest else label


def _in_figures(day: date) -> str:
    """A date as our pages write it: 9 Jun 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
