"""What a rule asked of one chart and what it found: every condition of a reminder with its answer."""

from dataclasses import dataclass

from smartapp.sdm.conditions import Condition, Finding, evaluate
from smartapp.sdm.facts import ChartFacts
from smartapp.sdm.knowledge import Reminder


@dataclass(frozen=True, slots=True)
class Check:
    condition: Condition
    finding: Finding


@dataclass(frozen=True, slots=True)
class Checks:
    """`wanted`: all of these have to hold. `unwanted`: one that holds keeps the reminder away."""

    wanted: tuple[Check, ...]
    unwanted: tuple[Check, ...]


def checks(reminder: Reminder, facts: ChartFacts) -> Checks:
    return Checks(_each(reminder.when, facts), _each(reminder.unless, facts))


def _each(conditions: tuple[Condition, ...], facts: ChartFacts) -> tuple[Check, ...]:
    return tuple(Check(condition, evaluate(condition, facts)) for condition in conditions)
