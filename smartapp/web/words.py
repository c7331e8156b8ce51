"""Dates, times, ages and numbers as the screens write them."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from smartapp.sdm.wording import MONTHS, day

__all__ = [
    "MONTHS",
    "age",
    "birth",
    "clock_time",
    "count",
    "day",
    "listed",
    "one_line",
    "sentence",
    "weekday",
]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
# Bidirectional controls could turn a name or a quotation around the words next to it; the words
# themselves stay as stored.
_BIDI = str.maketrans("", "", "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def weekday(value: date) -> str:
    """Tue 9 Jun 2026"""
    return f"{_DAYS[value.weekday()]} {day(value)}"


def clock_time(value: datetime) -> str:
    """10:31, in the zone that `value` is in"""
    return f"{value:%H:%M}"


def birth(text: str, today: date) -> str:
    """12-Mar-1958 (68y); a partial date as far as it is known; "Not known" for anything else."""
    found = _PARTIAL_DATE.fullmatch(text)
    if found is None:
        return "Not known"
    year, month, day_of_month = found.groups()
    if month is None or not 1 <= int(month) <= len(MONTHS):
        return year
    name = MONTHS[int(month) - 1]
    if day_of_month is None:
        return f"{name}-{year}"
    try:
        born = date(int(year), int(month), int(day_of_month))
    except ValueError:
        return f"{name}-{year}"
    return f"{day_of_month}-{name}-{year} ({age(born, today)})"


def age(born: date, today: date) -> str:
    """68y; in months under 2 years, in days under 4 weeks."""
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    days = (today - born).days
    if days < 28:
        return f"{max(days, 0)}d"
    return f"{months}m" if months < 24 else f"{months // 12}y"


def count(number: int, one: str, many: str) -> str:
    """1 statement, 5 statements"""
    return f"{number} {one if number == 1 else many}"


def listed(each: Iterable[str]) -> str:
    """goals, notes and forms"""
    *first, last = each
    return " and ".join(filter(None, (", ".join(first), last)))


def one_line(text: str, limit: int) -> str:
    """Somebody else's text for a place in our own line: one line, printable, no direction changes, cut."""
    flat = " ".join(text.translate(_BIDI).split())
    printable = "".join(c for c in flat if c.isprintable())
    return printable if len(printable) <= limit else printable[: limit - 1] + "…"


def sentence(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]
