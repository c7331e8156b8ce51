"""A goal's way through time: when it began, what became of it and when, as far as the chart tells.

The status words are those of FHIR's goal-status; what is not told is left open, and never guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from smartapp.sdm.model import Known, Statement

OPEN: Final = frozenset({"proposed", "planned", "accepted", "active", "on-hold"})
ENDED: Final = frozenset({"completed", "cancelled", "rejected"})
REACHED: Final = frozenset({"achieved", "sustaining"})
UNKNOWN: Final = ""


@dataclass(frozen=True, slots=True)
class GoalVersion:
    """The goal as it stood from a day on. `achievement`: FHIR's code, "" where the chart has none.
    `is_recorded`: the chart does not tell since when, and the day is the one on which it was written down.
    """

    on: date
    status: str
    achievement: str = ""
    known_to: Known = Known.DAY
    is_recorded: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One change. `status` UNKNOWN: that the goal began, with a status that the chart no longer tells. Of a
    day that is told in part (`known_to`), `on` is one that it may be.
    """

    on: date
    status: str
    achievement: str = ""
    known_to: Known = Known.DAY


@dataclass(frozen=True, slots=True)
class GoalTrack:
    """`steps` oldest first; none without any date. `status` and `achievement`: what the goal says of itself
    now, whether or not the chart tells since when.
    """

    steps: tuple[Step, ...]
    status: str
    achievement: str = ""

    @property
    def is_open(self) -> bool:
        """False also for a goal whose status the chart does not tell."""
        return self.status in OPEN

    @property
    def is_ended(self) -> bool:
        return self.status in ENDED

    @property
    def is_reached(self) -> bool:
        return self.status == "completed" and self.achievement in REACHED

    @property
    def is_dated(self) -> bool:
        """Whether the last step is the one to what the goal says now."""
        last = self.steps[-1] if self.steps else None
        return last is not None and (last.status, last.achievement) == (self.status, self.achievement)

    @property
    def start(self) -> date | None:
        return self.steps[0].on if self.steps else None

    @property
    def end(self) -> date | None:
        """None while the goal is not over, and where the chart does not tell when it ended."""
        return self.steps[-1].on if self.is_ended and self.is_dated else None


def track_of(goal: Statement, versions: Sequence[GoalVersion] = ()) -> GoalTrack:
    """`versions`: what the chart said earlier, oldest first; none where it does not tell.

    What the goal says of itself now counts; versions only add what was before.
    """
    told = list(versions)
    if goal.status_on is not None:
        told.append(GoalVersion(goal.status_on, goal.status, goal.achievement, goal.status_known_to))
    begun = goal.said_on
    steps = _steps(_not_before(begun, version) for version in told)
    if begun is not None and (not steps or _is_before(Step(begun, UNKNOWN, "", goal.known_to), steps[0])):
        # Without a day of its own the status is taken to be the one that it began with, unless it is over.
        is_only = not steps and goal.status not in ENDED
        status, achievement = (goal.status, goal.achievement) if is_only else (UNKNOWN, "")
        steps = (Step(begun, status, achievement, goal.known_to), *steps)
    return GoalTrack(steps, goal.status, goal.achievement)


def latest(day: date, known_to: Known) -> date:
    """The last day that it may be, of one that is told in part."""
    if known_to is Known.DAY:
        return day
    if known_to is Known.YEAR or day.month == 12:
        return date(day.year, 12, 31)
    return date.fromordinal(date(day.year, day.month + 1, 1).toordinal() - 1)


def _steps(told: Iterable[GoalVersion]) -> tuple[Step, ...]:
    """What changed, without versions that say the same as the one before, in the order of the versions. Of
    those that say the same the first counts, but what the chart tells since when does before what was only
    written down, and of an end the last that it tells.
    """
    steps: list[GoalVersion] = []
    for version in told:
        if version.status == UNKNOWN:
            continue
        steps = _before(version, steps)
        placed = _after(steps[-1], version) if steps else version
        if not steps or _state(steps[-1]) != _state(version):
            steps.append(placed)
        elif not version.is_recorded and (steps[-1].is_recorded or version.status in ENDED):
            steps[-1] = placed
    return tuple(Step(one.on, one.status, one.achievement, one.known_to) for one in steps)


def _not_before(begun: date | None, version: GoalVersion) -> GoalVersion:
    """A status of some day of the year in which the goal began is not drawn before its beginning."""
    is_possible = begun is not None and version.on < begun <= latest(version.on, version.known_to)
    return replace(version, on=begun) if is_possible and begun is not None else version


def _is_before(first: Step, second: Step) -> bool:
    return first.on < second.on or latest(first.on, first.known_to) < latest(second.on, second.known_to)


def _before(version: GoalVersion, steps: Sequence[GoalVersion]) -> list[GoalVersion]:
    """Those that can have come before it. A day that the chart tells is never moved: an earlier version that
    told a later one was set right by this. What was only written down later had come true by then.
    """
    if version.is_recorded:
        return list(steps)
    last = latest(version.on, version.known_to)
    return [
        one if one.on <= last else replace(one, on=last, known_to=version.known_to)
        for one in steps
        if one.on <= last or one.is_recorded
    ]


def _after(before: GoalVersion, version: GoalVersion) -> GoalVersion:
    """The version not before the one that it comes after, within what the chart tells of its day."""
    if version.on >= before.on:
        return version
    known_to = before.known_to if version.is_recorded else version.known_to
    return replace(version, on=before.on, known_to=known_to)


def _state(version: GoalVersion) -> tuple[str, str]:
    return version.status, version.achievement
