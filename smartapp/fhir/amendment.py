"""An entry of the chart, minimally changed: everything that was read stays as it was, but for what the change
is about.

http://hl7.org/fhir/R4/goal.html. The entry may be another system's and hold anything; see
docs/decisions/0007-a-change-is-what-was-read-minimally-changed.md.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from types import MappingProxyType
from typing import Final

from smartapp.fhir.amendable import (
    ENTERED_IN_ERROR,
    CannotChange,
    Obstacle,
    has_generated_text,
    note_of,
    obstacle_to,
)
from smartapp.fhir.guard_amendment import check_amended, holds
from smartapp.fhir.references import VisitReferences
from smartapp.fhir.wording import notes
from smartapp.fhir.words import words_of
from smartapp.sdm.model import Change, ChangeKind

__all__ = ["CannotChange", "Obstacle", "amended", "check_amended", "holds", "obstacle_to"]

_ACHIEVED: Final = MappingProxyType(
    {
        "system": "http://terminology.hl7.org/CodeSystem/goal-achievement",
        "code": "achieved",
        "display": "Achieved",
    }
)
_LIFECYCLE: Final[Mapping[ChangeKind, str]] = MappingProxyType(
    {
        ChangeKind.ACHIEVED: "completed",
        ChangeKind.NO_LONGER_WANTED: "cancelled",
        ChangeKind.WITHDRAWN: ENTERED_IN_ERROR,
    }
)
"""What a goal's lifecycleStatus becomes; its words may change without that."""

_WITH_NOTES: Final = frozenset({"Goal", "Observation"})


def amended(
    before: Mapping[str, object], change: Change, visit: VisitReferences, *, at: datetime
) -> dict[str, object]:
    """`before` as it was read, changed by `change`; `before` itself stays. `at`: local time with offset.

    Raises CannotChange, and ValueError for a time without an offset.
    """
    obstacle = obstacle_to(before, change)
    if obstacle is not None:
        raise CannotChange(obstacle)
    after = {name: deepcopy(value) for name, value in before.items()}
    if before["resourceType"] == "Goal":
        _set(after, "statusDate", at.date().isoformat())
        if change.kind in _LIFECYCLE:
            _set(after, "lifecycleStatus", _LIFECYCLE[change.kind])
    else:
        _set(after, "status", ENTERED_IN_ERROR)
    if change.kind is ChangeKind.ACHIEVED:
        after["achievementStatus"] = {"coding": [dict(_ACHIEVED)]}
    if change.kind is ChangeKind.REWORDED:
        after["description"] = _without(after.get("description"), "_text") | {"text": change.words}
    if before["resourceType"] in _WITH_NOTES:
        text = note_of(change, words_before=words_of(before), at=at)
        after["note"] = [*_list(after.get("note")), *notes(text, visit, said_at=at)]
    if has_generated_text(before):
        del after["text"]
    return after


def _set(resource: dict[str, object], element: str, value: str) -> None:
    """A primitive value. What stood beside the old one ("_statusDate": why it is missing) goes with it."""
    resource[element] = value
    resource.pop(f"_{element}", None)


def _without(value: object, unwanted: str) -> dict[str, object]:
    items = value.items() if isinstance(value, Mapping) else ()
    return {name: item for name, item in items if name != unwanted}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
