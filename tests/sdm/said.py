"""Statements for tests: the words, the year and what else matters there."""

from datetime import date
from typing import Any

from smartapp.sdm.model import Kind, SaidBy, Source, Statement


def said(
    words: str, year: int | None = 2026, kind: Kind = Kind.TREATMENT_PREFERENCE, **more: Any
) -> Statement:
    """By the patient, as found in a note of the first day of that year."""
    values: dict[str, Any] = {
        "said_by": SaidBy.PATIENT,
        "source": Source(f"DocumentReference/{year}"),
        "said_on": date(year, 1, 1) if year else None,
        "confirmed": False,
    }
    return Statement(kind, words, **(values | more))
