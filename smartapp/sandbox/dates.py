"""FHIR dates as spans of time, and the search prefixes that compare them.

https://hl7.org/fhir/R4/search.html#prefix
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)
_PREFIXES = ("eq", "ne", "ge", "le", "gt", "lt")


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, not including, `end`; both aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class DateTest:
    """One value of a date parameter: "ge2026-01-01" is prefix "ge" and the span of that day."""

    prefix: str
    span: Span

    def accepts(self, span: Span) -> bool:
        inside = self.span.start <= span.start and span.end <= self.span.end
        return {
            "eq": inside,
            "ne": not inside,
            "ge": span.end > self.span.start,
            "gt": span.end > self.span.end,
            "le": span.start < self.span.end,
            "lt": span.start < self.span.start,
        }[self.prefix]


def date_test(text: str) -> DateTest:
    """Read a search value. Raises ValueError when it is no FHIR date."""
    prefix = text[:2] if text[:2] in _PREFIXES else "eq"
    return DateTest(prefix, parse_span(text.removeprefix(prefix)))


def parse_span(text: str) -> Span:
    """The span that a date, dateTime or instant covers; a date without zone counts in UTC. Raises
    ValueError.
    """
    match = _PARTIAL.fullmatch(text)
    if match is None:
        if len(text) < len("2026-01-01T00:00"):
            raise ValueError(f"not a date: {text[:40]}")
        start = datetime.fromisoformat(text)
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        return Span(start, start + timedelta(milliseconds=1 if "." in text else 1000))
    year, month, day = (int(part) if part else None for part in match.groups())
    start = datetime(year or 1, month or 1, day or 1, tzinfo=UTC)
    if day:
        return Span(start, start + timedelta(days=1))
    if month:
        return Span(start, (start + timedelta(days=31)).replace(day=1))
    return Span(start, start.replace(year=start.year + 1) if start.year < _LATEST.year else _LATEST)


def span_of(value: object) -> Span | None:
    """The span of an element: a date string, a Period, or the first and last moment of a Timing. None when
    there is none.
    """
    if isinstance(value, dict) and "event" in value:
        spans = [span for event in value["event"] if (span := span_of(event))]
        return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None
    if isinstance(value, dict):
        start, end = span_of(value.get("start")), span_of(value.get("end"))
        if start is None and end is None:
            return None
        return Span(start.start if start else _EARLIEST, end.end if end else _LATEST)
    try:
        return parse_span(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None
