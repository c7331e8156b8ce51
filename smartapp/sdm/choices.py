"""Answers that are chosen and not typed: how the patient wants to take part in deciding, and how confident
they are. The wording is our own; no published scale is used.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from smartapp.i18n import marked
from smartapp.sdm.model import Kind

DECISION_ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "patient": marked("I decide"),
        "patient-after-advice": marked("I decide, after hearing what you think"),
        "shared": marked("We decide together"),
        "clinician-after-hearing": marked("You decide, after hearing what matters to me"),
        "clinician": marked("You decide"),
    }
)
"""Codes and the patient's side of them, from deciding alone to leaving it to the clinician."""

CONFIDENCE: Final[Mapping[str, str]] = MappingProxyType({str(level): f"{level} of 10" for level in range(11)})
"""0 is not at all confident, 10 is completely confident."""

CHOICES: Final[Mapping[Kind, Mapping[str, str]]] = MappingProxyType(
    {Kind.DECISION_ROLE: DECISION_ROLES, Kind.CONFIDENCE: CONFIDENCE}
)
"""Codes and labels, in the order of the page, for each kind of statement that has them."""


def option(kind: Kind, choice: str) -> str:
    """What the option of this code is called; "" where none was chosen, or the kind has no such option."""
    return CHOICES.get(kind, {}).get(choice, "")


def said(kind: Kind, words: str, choice: str) -> str:
    """All that a statement says, as text: the option, and the words below it where they say more.

    Two statements of one kind that say the same are the same statement.
    """
    label = option(kind, choice)
    if not label or words.strip() in {"", label}:
        return label or words
    return f"{label}\n{words}"
