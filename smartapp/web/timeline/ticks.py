"""Which days stand below a line of time: years, months or days, as many as have room."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from smartapp.web.timeline.layout import Scale, Stretch


class Unit(StrEnum):
    YEAR = "year"
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Tick:
    """`unit`: how much of the day is to be told."""

    x: float
    day: date
    unit: Unit


_STEPS: Final = (
    (Unit.DAY, 1, 1), (Unit.DAY, 7, 7), (Unit.MONTH, 1, 28), (Unit.MONTH, 3, 90), (Unit.MONTH, 6, 181),
    (Unit.YEAR, 1, 365), (Unit.YEAR, 2, 730), (Unit.YEAR, 5, 1826), (Unit.YEAR, 10, 3652),
    (Unit.YEAR, 50, 18262), (Unit.YEAR, 100, 36524), (Unit.YEAR, 1000, 365242),
)  # fmt: skip
"""Unit, how many of it, and the days that they take at least; finest first."""


def ticks_of(scale: Scale, *, wide: dict[Unit, float]) -> tuple[Tick, ...]:
    """From left to right, none nearer to the next than its label needs (`wide`, by unit). A stretch without
    room for a round day gets its first one, and a day alone before a long time its year, where there is room.
    """
    found: list[Tick] = []
    is_alone = True
    for stretch in scale.stretches:
        first = date.fromordinal(stretch.first)
        if stretch.is_short:
            own = [Tick(stretch.left, first, Unit.YEAR)] if is_alone else []
        else:
            own = _round_days(stretch, wide) or [Tick(stretch.left, first, Unit.DAY)]
        is_alone = stretch.is_short
        found += [tick for tick in own if _has_room(tick, found, wide)]
    return tuple(found)


def _has_room(tick: Tick, found: list[Tick], wide: dict[Unit, float]) -> bool:
    return not found or tick.x - found[-1].x >= max(wide[tick.unit], wide[found[-1].unit])


def _round_days(stretch: Stretch, wide: dict[Unit, float]) -> list[Tick]:
    days, width = stretch.last - stretch.first, stretch.right - stretch.left
    for unit, step, least_days in _STEPS:
        if least_days / days * width >= wide[unit]:
            return [
                Tick(stretch.at(day.toordinal()), day, unit)
                for day in _days(unit, step, stretch)
                if stretch.first <= day.toordinal()
            ]
    return []


def _days(unit: Unit, step: int, stretch: Stretch) -> Iterator[date]:
    """Every `step` units, up to the stretch's last day, beginning at or somewhat before its first."""
    if unit is Unit.DAY:
        start = stretch.first - (stretch.first - 1) % step  # the first of January of the year 1 is a Monday
        yield from (date.fromordinal(day) for day in range(max(start, 1), stretch.last + 1, step))
        return
    first, last = date.fromordinal(stretch.first), date.fromordinal(stretch.last)
    if unit is Unit.MONTH:
        months = first.year * 12 + (first.month - 1) // step * step
        while (year := months // 12) <= last.year and (day := date(year, months % 12 + 1, 1)) <= last:
            yield day
            months += step
        return
    for year in range(max(first.year // step * step, 1), last.year + 1, step):
        yield date(year, 1, 1)
