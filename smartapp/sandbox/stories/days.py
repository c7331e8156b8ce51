"""Days and times that are counted from today, so that the demo never ages."""

from datetime import date, timedelta

ZONE = "-05:00"
"""The clinic's offset from UTC, the same all year: the demo has no daylight saving time."""

_SATURDAY = 5


def days_before(today: date, days: int) -> date:
    return today - timedelta(days=days)


def years_before(today: date, years: int, days: int = 0) -> date:
    """The day `years` years and `days` days before today."""
    return same_day_in(today.year - years, today) - timedelta(days=days)


def born(today: date, age: int, *, month: int, day: int) -> date:
    """The birthday on that day of the year that makes somebody `age` years old today."""
    had_it_this_year = (month, day) <= (today.month, today.day)
    return date(today.year - age if had_it_this_year else today.year - age - 1, month, day)


def same_day_in(year: int, day: date) -> date:
    """That day of another year; 28 February stands in for a 29th that the year does not have."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def saturday_in_october(today: date) -> date:
    """The third Saturday of the next October that is at least six weeks away."""
    this_year = _third_saturday(today.year)
    return this_year if this_year - today >= timedelta(weeks=6) else _third_saturday(today.year + 1)


def at(day: date, clock_time: str) -> str:
    """A FHIR dateTime at that hour ("10:20") in the clinic."""
    return f"{day.isoformat()}T{clock_time}:00{ZONE}"


def in_words(day: date) -> str:
    """A day as a note writes it: "14 Feb 2024"."""
    return f"{day.day} {day:%b %Y}"


def _third_saturday(year: int) -> date:
    first = date(year, 10, 1)
    return first + timedelta(days=(_SATURDAY - first.weekday()) % 7 + 14)
