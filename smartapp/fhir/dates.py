"""FHIR dates: partial days and instants, read leniently.

https://hl7.org/fhir/R4/datatypes.html#dateTime
"""

import re
from datetime import date, datetime

from smartapp.sdm.model import Known

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T|$)")


def day_of(value: str) -> date | None:
    """The day as the chart wrote it, in the chart's own offset; the first day of a partial date; None when
    it is no date.
    """
    match = _DAY.match(value)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None


def known_to(value: str) -> Known:
    """How much of the day is told: "2024-03" tells the month. A day where it is no date."""
    match = _DAY.match(value)
    if match is None or match[3]:
        return Known.DAY
    return Known.MONTH if match[2] else Known.YEAR


def instant_of(value: str) -> datetime | None:
    """The moment, aware; None without a time and an offset."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
