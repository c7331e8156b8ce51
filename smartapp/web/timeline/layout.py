"""Where things stand on a line of time: days to places, and marks that never lie on one another.

Places are fractions of the line, 0 at its start and 1 at its end. Knows no words and no statements.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

SHORT: Final = 0.09
"""How much of the line a long time without anything takes."""

_SHORTEST_DAYS: Final = 7
_LONG_PART: Final = 5
_LONG_TIMES: Final = 8
MOST_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in ordinals, and their places. `is_short`: a long time without anything, drawn shorter."""

    first: int
    last: int
    left: float
    right: float
    is_short: bool

    def at(self, day: int) -> float:
        length = self.last - self.first
        return self.left + (self.right - self.left) * (day - self.first) / length


@dataclass(frozen=True, slots=True)
class Scale:
    """Stretches side by side, from the first day to the last."""

    stretches: tuple[Stretch, ...]

    def at(self, day: date) -> float:
        """A later day is never further left. A day before the first or after the last stands at the edge."""
        ordinal = min(max(day.toordinal(), self.stretches[0].first), self.stretches[-1].last)
        index = bisect_right([one.first for one in self.stretches], ordinal) - 1
        return min(max(self.stretches[index].at(ordinal), 0.0), 1.0)


def scale_of(days: Iterable[date]) -> Scale:
    """From the first of the days to the last, at least a week. Raises ValueError without any.

    A gap is drawn shorter when it is more than a fifth of the whole and eight times what is usual between
    two days: one old statement must not press all the others of last month into one place.
    """
    known = sorted({day.toordinal() for day in days})
    if not known:
        raise ValueError("no days")
    if known[-1] - known[0] < _SHORTEST_DAYS:
        first = max(known[-1] - _SHORTEST_DAYS, 1)
        known = sorted({first, first + _SHORTEST_DAYS, *known})
    gaps = list(pairwise(known))
    lengths = sorted(last - first for first, last in gaps)
    usual, span = lengths[(len(lengths) - 1) // 2], known[-1] - known[0]
    long = [gap for gap in gaps if _is_long(gap[1] - gap[0], usual, span)]
    return Scale(_stretches(known[0], known[-1], long))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with one thing, or with several that are counted there. `row`: 0 is the upper one. `members`:
    indexes of what stands there.
    """

    x: float
    row: int
    members: tuple[int, ...]


def placed(xs: Sequence[float], *, apart: float) -> tuple[Spot, ...]:
    """A spot for each place; `xs` must be in order. What is nearer than `apart` stands one below the other
    where it came first; of more than MOST_ROWS the number is told in one spot.
    """
    spots: list[Spot] = []
    index = 0
    while index < len(xs):
        end = index
        while end < len(xs) and xs[end] - xs[index] < apart:
            end += 1
        near = range(index, end)
        if len(near) > MOST_ROWS:
            spots.append(Spot(xs[index], 0, tuple(near)))
        else:
            spots.extend(Spot(xs[index], row, (one,)) for row, one in enumerate(near))
        index = end
    return tuple(spots)


@dataclass(frozen=True, slots=True)
class Room:
    """Free line beside a mark. `is_before`: to the left of it."""

    left: float
    right: float
    is_before: bool


def rooms(spots: Sequence[Spot], *, least: float, beside: float) -> dict[Spot, Room]:
    """For words beside the marks: of each row from its end, to the right where at least `least` is free, else
    to the left, else none. `beside`: from a mark's middle to where words may begin.
    """
    found: dict[Spot, Room] = {}
    for row in {spot.row for spot in spots}:
        line = [spot for spot in spots if spot.row == row]
        free_until = 1.0
        for at in range(len(line) - 1, -1, -1):
            spot = line[at]
            before, end = (line[at - 1].x + beside if at else 0.0), spot.x - beside
            if free_until - (spot.x + beside) >= least:
                found[spot] = Room(spot.x + beside, free_until, is_before=False)
            elif end - before >= least:
                # Half of it is left for the mark before, where both halves are enough.
                start = (before + end) / 2 if end - before >= 2 * least else before
                found[spot] = Room(start, end, is_before=True)
                end = start
            free_until = end
    return found


def _is_long(length: int, usual: int, span: int) -> bool:
    return length * _LONG_PART > span and length > _LONG_TIMES * usual


def _stretches(first: int, last: int, long: Sequence[tuple[int, int]]) -> tuple[Stretch, ...]:
    """Those between the long gaps share, day by day, what the gaps leave of the line."""
    days = last - first - sum(end - start for start, end in long)
    a_day = (1.0 - SHORT * len(long)) / days
    stretches: list[Stretch] = []
    at, left = first, 0.0
    for start, end in (*long, (last, last)):
        if start > at:
            right = left + (start - at) * a_day
            stretches.append(Stretch(at, start, left, right, is_short=False))
            left = right
        if end > start:
            stretches.append(Stretch(start, end, left, left + SHORT, is_short=True))
            left += SHORT
        at = end
    return tuple(stretches)
