"""Dates, times, ages and numbers as the screens write them."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal

from smartapp.i18n import SOURCE, language, locale
from smartapp.i18n import gettext as _
from smartapp.sdm import wording
from smartapp.sdm.model import Known
from smartapp.sdm.phrases import day, in_a_row, listed
from smartapp.sdm.wording import MONTHS

__all__ = [
    "MONTHS",
    "age",
    "birth",
    "clock_time",
    "day",
    "details",
    "in_a_row",
    "known_day",
    "listed",
    "month",
    "number",
    "one_line",
    "sentence",
    "weekday",
    "year",
]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
# Bidirectional controls could turn a name or a quotation around the words next to it; the words
# themselves stay as stored.
_BIDI = str.maketrans("", "", "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_LOOKED_AT = 20


def weekday(value: date) -> str:
    """Tue 9 Jun 2026, or as the page's language has it"""
    if language() == SOURCE:
        return f"{_DAYS[value.weekday()]} {wording.day(value)}"
    return format_date(value, "full", locale())


def known_day(value: date, known_to: Known) -> str:
    """9 Jun 2026; of a day that is told in part Jun 2026, or 2026"""
    if known_to is Known.YEAR:
        return year(value)
    return month(value) if known_to is Known.MONTH else day(value)


def month(value: date) -> str:
    """Jun 2026, or as the page's language has it"""
    if language() == SOURCE:
        return f"{MONTHS[value.month - 1]} {value.year}"
    return format_skeleton("yMMM", value, locale=locale())


def year(value: date) -> str:
    """2026, or as the page's language has it"""
    return str(value.year) if language() == SOURCE else format_skeleton("y", value, locale=locale())


def clock_time(value: datetime) -> str:
    """10:31, in the zone that `value` is in; in 24 hours everywhere, with the language's digits"""
    return format_time(value.time(), "HH:mm", locale=locale())


def number(value: int) -> str:
    """20,000, or as the page's language groups it"""
    return format_decimal(value, locale=locale())


def birth(text: str, today: date) -> str:
    """12-Mar-1958 (68y); a partial date as far as it is known; "Not known" for anything else."""
    found = _PARTIAL_DATE.fullmatch(text)
    if found is None or not int(found[1]):
        return _("Not known")
    year, month, day_of_month = found.groups()
    if month is None or not 1 <= int(month) <= len(MONTHS):
        return year
    if day_of_month is None:
        return _month(int(year), int(month))
    try:
        born = date(int(year), int(month), int(day_of_month))
    except ValueError:
        return _month(int(year), int(month))
    name = f"{day_of_month}-{MONTHS[int(month) - 1]}-{year}" if language() == SOURCE else day(born)
    return f"{name} ({age(born, today)})"


def _month(year: int, month: int) -> str:
    """Mar-1958"""
    if language() == SOURCE:
        return f"{MONTHS[month - 1]}-{year:04}"
    return format_date(date(year, month, 1), "MMM y", locale())


def age(born: date, today: date) -> str:
    """68y; in months under 2 years, in days under 4 weeks."""
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    days = (today - born).days
    if days < 28:
        return _("%(number)sd", number=max(days, 0))
    return _("%(number)sm", number=months) if months < 24 else _("%(number)sy", number=months // 12)


def details(each: Iterable[str]) -> str:
    """Goal, 3 May 2026, said by Ernesto. What is empty is left out."""
    return _("%(details)s.", details=in_a_row(filter(None, each)))


def one_line(text: str, limit: int) -> str:
    """Somebody else's text for a place in our own line: one line, printable, no direction changes, cut."""
    whole = text.strip()
    start = whole[: _LOOKED_AT * limit]  # the rest of a megabyte would be cut anyway
    flat = " ".join(start.translate(_BIDI).split())
    printable = "".join(c for c in flat if c.isprintable())
    is_all = len(start) == len(whole) and len(printable) <= limit
    return printable if is_all else printable[: limit - 1] + "…"


def sentence(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]
