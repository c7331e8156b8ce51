"""Conditions on laboratory and vital sign lines: which line of the chart decides, and whether it fits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from smartapp.sdm.codes import CodeSet
from smartapp.sdm.facts import Measured

_RECENT_DAYS = 7
_NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ValueOnFile:
    """The newest line with one of these codes is at most `within_days` old, has this unit, and its number is
    `at_least` and `at_most`; one of the two may be None.
    """

    id: str
    label: str
    codes: CodeSet
    unit: str
    within_days: int
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class LineOnFile:
    """A line with one of these codes is at most `within_days` old, whatever it says."""

    id: str
    label: str
    codes: CodeSet
    within_days: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Lines that rules need: with one of these LOINC codes, at most `within_days` old."""

    codes: tuple[str, ...]
    within_days: int


def asked(conditions: Iterable[object]) -> tuple[Asked, ...]:
    """What has to be read of the chart for these conditions: at most two groups, the recent apart.

    A monitor writes a line a minute, so nobody should have to read a year of it for what counts for a day.
    """
    about_lines = [one for one in conditions if isinstance(one, ValueOnFile | LineOnFile)]
    recent = [one for one in about_lines if one.within_days <= _RECENT_DAYS]
    older = [one for one in about_lines if one.within_days > _RECENT_DAYS]
    return tuple(
        Asked(
            codes=tuple(sorted(frozenset().union(*(one.codes.loinc for one in group)))),
            within_days=max(one.within_days for one in group),
        )
        for group in (recent, older)
        if group
    )


def lines_that_fit(
    condition: ValueOnFile | LineOnFile, values: tuple[Measured, ...], today: date
) -> tuple[Measured, ...]:
    """The lines that make the condition hold, none when it does not.

    Only the newest line decides: an older value does not stand in for one that is out of range, in another
    unit, or no number. A line without a day, or of a day to come, is passed over.
    """
    dated = [one for one in values if one.on is not None and one.on <= today and condition.codes.means(one)]
    newest = max((_moment(one) for one in dated), default=None)
    lines = [one for one in dated if _moment(one) == newest and _is_recent(one, condition.within_days, today)]
    if isinstance(condition, ValueOnFile) and not all(_is_within(condition, one) for one in lines):
        return ()
    return tuple(lines)


def figure(measured: Measured) -> str:
    """The value as a page writes it: "91 %"; "" without one."""
    return "" if measured.value is None else f"{measured.value:g} {measured.unit}"


def _moment(measured: Measured) -> tuple[date, datetime]:
    """The day first: of one day, a line with a time counts as newer than one without."""
    return (measured.on or date.min, measured.at or _NO_TIME)


def _is_recent(measured: Measured, days: int, today: date) -> bool:
    return measured.on is not None and today - timedelta(days=days) <= measured.on


def _is_within(condition: ValueOnFile, measured: Measured) -> bool:
    if measured.value is None or measured.unit != condition.unit:
        return False
    above = condition.at_least is None or measured.value >= condition.at_least
    below = condition.at_most is None or measured.value <= condition.at_most
    return above and below
