"""Whether an entry of the chart can be changed from here, and what its note then says."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from smartapp.errors import AppError
from smartapp.i18n import marked
from smartapp.sdm.model import Change, ChangeKind
from smartapp.sdm.wording import day

ENTERED_IN_ERROR: Final = "entered-in-error"
WITHDRAWABLE: Final = frozenset(
    {"Goal", "Observation", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse"}
)
_ENDED: Final = frozenset({"completed", "cancelled", "rejected", ENTERED_IN_ERROR})
_GENERATED: Final = frozenset({"generated", "extensions"})
"""A narrative that a system made from the elements, and which now says what they no longer say."""


class Obstacle(StrEnum):
    """Why an entry cannot be changed from here, in words for the clinician."""

    ENDED = marked("This goal is already closed in the chart, so it cannot be changed from here.")
    WITHDRAWN = marked("The chart shows this as entered in error already.")
    CODED = marked("The chart also describes this goal with a code, which would not fit other words.")
    TOLD_TWICE = marked(
        "The chart also tells this goal in a text of its own, which would not fit other words."
    )
    NO_WORDS = marked("There are no new words.")
    NOT_A_GOAL = marked("Only a goal can be changed in this way.")
    NOT_THIS_ENTRY = marked("This is not the entry that was confirmed.")


class CannotChange(AppError):
    """The entry is as it is; nothing was sent. `obstacle` says why."""

    status = 409
    code = "cannot-change"
    heading = "This cannot be changed from here."
    message = "The chart holds it in a way that this app does not change. Nothing was changed."
    next_step = "Change it in the EHR itself."

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.name.lower())
        self.obstacle = obstacle


def obstacle_to(before: Mapping[str, object], change: Change) -> Obstacle | None:
    """Why this change of this entry cannot be made from here, None when it can."""
    resource_type = before.get("resourceType")
    if change.reference != f"{resource_type}/{before.get('id')}":
        return Obstacle.NOT_THIS_ENTRY
    status = str(before.get("lifecycleStatus" if resource_type == "Goal" else "status"))
    if change.kind is ChangeKind.WITHDRAWN:
        if status == ENTERED_IN_ERROR:
            return Obstacle.WITHDRAWN
        return None if resource_type in WITHDRAWABLE else Obstacle.NOT_A_GOAL
    if resource_type != "Goal":
        return Obstacle.NOT_A_GOAL
    if status in _ENDED:
        return Obstacle.ENDED
    return _obstacle_to_words(before, change) if change.kind is ChangeKind.REWORDED else None


def _obstacle_to_words(before: Mapping[str, object], change: Change) -> Obstacle | None:
    description = before.get("description")
    if not change.words.strip():
        return Obstacle.NO_WORDS
    if isinstance(description, Mapping) and description.get("coding"):
        return Obstacle.CODED
    text = before.get("text")
    is_additional = isinstance(text, Mapping) and text.get("status") == "additional"
    return Obstacle.TOLD_TWICE if is_additional else None


def note_of(change: Change, *, words_before: str, at: datetime) -> str:
    """What the entry's note says: what happened on which day, and what was said about it."""
    on = day(at.date())
    match change.kind:
        case ChangeKind.ACHIEVED:
            happened = f"Marked as achieved on {on}."
        case ChangeKind.NO_LONGER_WANTED:
            happened = f"Marked as no longer wanted on {on}."
        case ChangeKind.REWORDED:
            happened = f'Put in other words on {on}. Before: "{words_before}"'
        case ChangeKind.WITHDRAWN:
            happened = f"Taken back on {on}, entered in error."
    return " ".join(part for part in (happened, change.note.strip()) if part)


def has_generated_text(resource: Mapping[str, object]) -> bool:
    text = resource.get("text")
    return isinstance(text, Mapping) and str(text.get("status")) in _GENERATED
