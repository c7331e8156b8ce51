"""What kinds of statement and days are called in plain words, on every page and in the text for a note."""

from datetime import date

from smartapp.sdm.model import Kind

KIND_WORDS = {
    Kind.GOAL: "Goal",
    Kind.HOPE: "Hope",
    Kind.WORRY: "Worry",
    Kind.MATTERS: "What matters",
    Kind.UNACCEPTABLE: "Not acceptable",
    Kind.TREATMENT_PREFERENCE: "Treatment preference",
    Kind.CARE_EXPERIENCE: "Care preference",
    Kind.DECISION_ROLE: "How to decide",
    Kind.PEOPLE: "Who is involved",
    Kind.CONFIDENCE: "Confidence",
    Kind.STRENGTH: "Strength",
    Kind.DECISION: "Decision",
    Kind.PRIORITIES: "In order of importance",
    Kind.CODE_STATUS: "Code status",
    Kind.PLANNING_DOCUMENT: "Planning document",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date) -> str:
    """9 Jun 2026, whatever the machine's language."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
