"""What kinds of statement and days are called in plain words, on every page and in the text for a note."""

from datetime import date

from smartapp.i18n import marked
from smartapp.sdm.model import Kind

KIND_WORDS = {
    Kind.GOAL: marked("Goal"),
    Kind.HOPE: marked("Hope"),
    Kind.WORRY: marked("Worry"),
    Kind.MATTERS: marked("What matters"),
    Kind.UNACCEPTABLE: marked("Not acceptable"),
    Kind.TREATMENT_PREFERENCE: marked("Treatment preference"),
    Kind.CARE_EXPERIENCE: marked("Care preference"),
    Kind.DECISION_ROLE: marked("How to decide"),
    Kind.PEOPLE: marked("Who is involved"),
    Kind.CONFIDENCE: marked("Confidence"),
    Kind.STRENGTH: marked("Strength"),
    Kind.DECISION: marked("Decision"),
    Kind.PRIORITIES: marked("In order of importance"),
    Kind.CODE_STATUS: marked("Code status"),
    Kind.PLANNING_DOCUMENT: marked("Planning document"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date) -> str:
    """9 Jun 2026, whatever the machine's language."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
