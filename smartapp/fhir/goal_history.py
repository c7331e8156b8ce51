"""What a goal said before it said what it says now: its earlier versions, where the server keeps them.

https://hl7.org/fhir/R4/http.html#history
"""

from dataclasses import dataclass
from datetime import date, tzinfo

import msgspec

from smartapp.errors import AnswerUnreadable
from smartapp.fhir import elements, lenses
from smartapp.fhir.client import FhirClient
from smartapp.fhir.dates import day_of, instant_of, known_to
from smartapp.logs import event
from smartapp.sdm.goal_track import GoalVersion

MOST_VERSIONS = 50
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_BEYOND_THE_CALENDAR = (OverflowError, ValueError, OSError)


class _Meta(elements.Meta, frozen=True):
    last_updated: str = ""


class _Version(lenses.Goal, frozen=True):
    meta: _Meta = _Meta()


@dataclass(frozen=True, slots=True)
class GoalHistory:
    """`versions` oldest first. `is_whole` False: the server has more than came, or told of one no day."""

    versions: tuple[GoalVersion, ...]
    is_whole: bool


async def read_goal_history(client: FhirClient, reference: str, *, zone: tzinfo | None = None) -> GoalHistory:
    """The versions of the goal ("Goal/7"), at most MOST_VERSIONS of the newest. `zone`: the clinic's, for the
    days on which they were written down; None is the machine's own.

    Raises AnswerUnreadable, with nothing of the answer used, when any version is of another patient or of
    another goal, or makes no sense; else as `client.history`.
    """
    resource_type, _, resource_id = reference.partition("/")
    found = await client.history(resource_type, resource_id, count=MOST_VERSIONS)
    versions = [_looked_at(one) for one in found.resources]
    for version in versions:
        if not client.patient.is_meant_by(version.patient_reference):
            event("wrong-patient-resource", resource_type=resource_type)
            raise AnswerUnreadable("a version of another patient")
        if version.reference != reference:
            raise AnswerUnreadable("a version of another goal")
    # The newest comes first: https://hl7.org/fhir/R4/http.html#history
    told = [_version(version, zone) for version in reversed(versions) if not version.is_void]
    dated = tuple(version for version in told if version is not None)
    return GoalHistory(dated, found.whole and len(dated) == len(told))


def _looked_at(raw: bytes) -> _Version:
    try:
        return msgspec.json.decode(raw, type=_Version)
    except _UNREADABLE as error:
        raise AnswerUnreadable("a version that makes no sense") from error


def _version(goal: _Version, zone: tzinfo | None) -> GoalVersion | None:
    """None of one that has no day."""
    achievement = next((one.code for one in goal.achievement_status.coding if one.code), "")
    if (since := day_of(goal.status_date)) is not None:
        return GoalVersion(since, goal.lifecycle_status, achievement, known_to(goal.status_date))
    written = goal.meta.last_updated
    if (on := _written_on(written, zone)) is None:
        return None
    return GoalVersion(on, goal.lifecycle_status, achievement, known_to(written), is_recorded=True)


def _written_on(value: str, zone: tzinfo | None) -> date | None:
    """The day that it was at the clinic; the one that the server wrote where that cannot be told."""
    moment = instant_of(value)
    if moment is None:
        return day_of(value)
    try:
        return moment.astimezone(zone).date()
    except _BEYOND_THE_CALENDAR:
        return day_of(value)
