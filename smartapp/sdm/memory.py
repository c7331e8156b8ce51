"""What is remembered of reminders: when each was shown for the same reason, and which ones a clinician put
away for good. Values alone: who remembers them, and how, is not known here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from smartapp.sdm.conditions import Condition, Evidence, Finding


@dataclass(frozen=True, slots=True, order=True)
class Trigger:
    """One thing that made one reminder appear. `what`: the chart's entry ("Condition/1"), or the id of the
    condition where no entry stands behind it. `on`: the day of the entry (ISO), "" without one.
    """

    reminder: str
    what: str
    on: str = ""


ShownOn = Callable[[Trigger], date | None]
"""The day on which an earlier visit last showed a reminder for this, None for never. What the running visit
showed counts as never, so that it stays where it is.
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """`hidden`: ids of reminders that this clinician never wants to see here."""

    shown_on: ShownOn = lambda _: None
    hidden: frozenset[str] = frozenset()


NOTHING: Final = Memory()


@dataclass(frozen=True, slots=True)
class ShownBefore:
    """A reminder was shown for all of this. `next_after`: the last day on which it stays away."""

    on: date
    next_after: date


def triggers(reminder: str, found: Iterable[tuple[Condition, Finding]]) -> tuple[Trigger, ...]:
    """Everything that made the reminder appear, each once."""
    each = (_trigger(reminder, condition, piece) for condition, one in found for piece in one.because)
    return tuple(sorted(set(each)))


def shown_before(memory: Memory, wanted: Iterable[Trigger], today: date) -> ShownBefore | None:
    """Whether an earlier visit of the last twelve months showed the reminder for each of these. One that is
    new, or was shown longer ago, is reason enough to show it again.
    """
    days = [memory.shown_on(trigger) for trigger in wanted]
    known = [day for day in days if day is not None]
    if not known or len(known) < len(days):
        return None
    before = ShownBefore(min(known), a_year_after(min(known)))
    return before if today <= before.next_after else None


def a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def _trigger(reminder: str, condition: Condition, piece: Evidence) -> Trigger:
    # Not the label: a better wording of ours is no new reason.
    return Trigger(reminder, piece.reference or condition.id, piece.on.isoformat() if piece.on else "")
