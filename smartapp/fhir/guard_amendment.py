"""A changed entry may differ from what was read only where its kind of change must, and nowhere else.

It is compared element by element with what was read, whoever changed it and however; and after it was sent,
with what the chart shows.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from smartapp.fhir.amendable import CannotChange, has_generated_text, note_of, obstacle_to
from smartapp.fhir.dates import instant_of
from smartapp.fhir.guard_expected import refuse
from smartapp.fhir.references import VisitReferences
from smartapp.fhir.this_patient import ThisPatient
from smartapp.fhir.words import words_of
from smartapp.sdm.model import Change, ChangeKind

Resource = Mapping[str, object]

_GONE: Final = object()
_STATUS: Final[Mapping[ChangeKind, str]] = MappingProxyType(
    {
        ChangeKind.ACHIEVED: "completed",
        ChangeKind.NO_LONGER_WANTED: "cancelled",
        ChangeKind.WITHDRAWN: "entered-in-error",
    }
)
_ACHIEVED: Final = MappingProxyType(
    {
        "system": "http://terminology.hl7.org/CodeSystem/goal-achievement",
        "code": "achieved",
        "display": "Achieved",
    }
)
_WITH_NOTES: Final = frozenset({"Goal", "Observation"})


def check_amended(
    before: Resource,
    after: Resource,
    change: Change,
    *,
    patient: ThisPatient,
    visit: VisitReferences,
    at: datetime,
) -> None:
    """Let `after` pass, or raise GuardRefused, whose detail names an element and never a value; CannotChange
    where this change of this entry is not possible at all.
    """
    obstacle = obstacle_to(before, change)
    if obstacle is not None:
        raise CannotChange(obstacle)
    if not patient.is_meant_by(_reference(after, "subject")):
        refuse("subject", "not the launched patient")
    meta = before.get("meta")
    version = meta.get("versionId") if isinstance(meta, Mapping) else None
    if version is not None and version != change.version:
        # If-Match carries the version that the clinician saw; this would overwrite another one.
        refuse("meta.versionId", "not the version that was confirmed")
    changes = _changes(before, change, visit, at)
    for element in [*before, *after, *changes]:
        wanted = changes.get(element, before.get(element, _GONE))
        if not _same(after.get(element, _GONE), wanted):
            # The name itself may have come from outside and hold anything.
            refuse(element if element in changes else "an element", "not as it was read or confirmed")


def _changes(before: Resource, change: Change, visit: VisitReferences, at: datetime) -> dict[str, object]:
    """By element, what must stand there afterwards; _GONE where it must be missing."""
    is_goal = before["resourceType"] == "Goal"
    changes: dict[str, object] = {}
    if change.kind in _STATUS:
        changes["lifecycleStatus" if is_goal else "status"] = _STATUS[change.kind]
    if is_goal:
        changes["statusDate"] = at.isoformat()[:10]
    # Beside a primitive value stands what belongs to it, as why it is missing.
    changes |= {f"_{element}": _GONE for element in changes}
    if change.kind is ChangeKind.ACHIEVED:
        changes["achievementStatus"] = {"coding": [dict(_ACHIEVED)]}
    if change.kind is ChangeKind.REWORDED:
        changes["description"] = _reworded(before.get("description"), change.words)
    if before["resourceType"] in _WITH_NOTES:
        changes["note"] = [*_notes(before), _note(before, change, visit, at)]
    if has_generated_text(before):
        changes["text"] = _GONE
    return changes


def _reworded(description: object, words: str) -> dict[str, object]:
    kept = dict(description) if isinstance(description, Mapping) else {}
    kept.pop("_text", None)
    return kept | {"text": words}


def _notes(before: Resource) -> list[object]:
    notes = before.get("note", [])
    if not isinstance(notes, list):
        refuse("note", "not a list")
    return notes


def _note(before: Resource, change: Change, visit: VisitReferences, at: datetime) -> dict[str, object]:
    if at.utcoffset() is None:
        refuse("note.time", "without an offset")
    text = note_of(change, words_before=words_of(before), at=at)
    note: dict[str, object] = {"time": at.isoformat(timespec="seconds"), "text": text}
    if visit.practitioner.startswith("Practitioner/"):
        name = {"display": visit.practitioner_name} if visit.practitioner_name else {}
        note["authorReference"] = {"reference": visit.practitioner} | name
    elif visit.practitioner_name:
        note["authorString"] = visit.practitioner_name
    return note


def _same(one: object, other: object) -> bool:
    """Equal as JSON: true is not 1, and 1 is not 1.0."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other


def holds(sent: Resource, stored: Resource, *, patient: ThisPatient) -> bool:
    """Whether the chart shows what was sent with a change: whose it is, status, words and our note. What a
    server adds or spells otherwise does not matter.
    """
    if (stored.get("resourceType"), stored.get("id")) != (sent.get("resourceType"), sent.get("id")):
        return False
    if not patient.is_meant_by(_reference(stored, "subject")):
        return False
    if any(stored.get(element) != sent.get(element) for element in ("status", "lifecycleStatus")):
        return False
    if not _codes(sent) <= _codes(stored):
        return False
    # A document may come back without its content; a change does not touch it.
    is_worded = sent.get("resourceType") in _WITH_NOTES
    if is_worded and _line(words_of(sent)) != _line(words_of(stored)):
        return False
    return not is_worded or _notes_told(sent)[-1:] == [] or _is_told(_notes_told(sent)[-1], stored)


def _codes(resource: Resource) -> set[object]:
    achievement = resource.get("achievementStatus")
    codings = achievement.get("coding") if isinstance(achievement, Mapping) else None
    found = codings if isinstance(codings, list) else []
    codes = [coding.get("code") for coding in found if isinstance(coding, Mapping)]
    return {code for code in codes if isinstance(code, str)}


def _is_told(note: tuple[str, datetime | None], stored: Resource) -> bool:
    """Whether the chart has our note. Somebody else's of the same day may say the same, at another time."""
    text, at = note
    return any(text == other and (time is None or time == at) for other, time in _notes_told(stored))


def _notes_told(resource: Resource) -> list[tuple[str, datetime | None]]:
    """Text and time of each note; None for a time that the chart does not have."""
    notes = resource.get("note")
    found = [note for note in notes if isinstance(note, Mapping)] if isinstance(notes, list) else []
    return [(_line(str(note.get("text"))), instant_of(str(note.get("time", "")))) for note in found]


def _reference(resource: Resource, element: str) -> str:
    value = resource.get(element)
    reference = value.get("reference") if isinstance(value, Mapping) else None
    return reference if isinstance(reference, str) else ""


def _line(text: str) -> str:
    return " ".join(text.split())
