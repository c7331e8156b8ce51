"""What the goals of a chart said before: read only when somebody looks at the picture, and only for a moment.

Where the server keeps no versions, may not be asked for them or is slow, nothing is missing but the past: the
page stands, and says that it was not read.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final

from smartapp import logs
from smartapp.errors import AppError, OutboundError, SessionEnded, StoreUnavailable
from smartapp.fhir.client import FhirClient
from smartapp.fhir.goal_history import read_goal_history
from smartapp.sdm.goal_track import GoalVersion
from smartapp.sdm.model import Statement
from smartapp.store.audit import Action, Result
from smartapp.web.chart_noted import reading_noted
from smartapp.web.soon import soon
from smartapp.web.visit import Visit

MOST_GOALS: Final = 10
WAIT_S: Final = 1.0
_REQUEST_S: Final = 0.9
"""Less than the wait, so that one slow answer does not take the others with it."""
_PART: Final = "goal-history"


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier versions by the goal's reference, oldest first, of those goals of which all were read.
    `missing`: of how many they were not.
    """

    versions: Mapping[str, tuple[GoalVersion, ...]] = field(default_factory=dict)
    missing: int = 0


async def past_of(visit: Visit, goals: Iterable[Statement]) -> Past:
    """Of the newest goals that are entries of the chart; the statements come newest first."""
    references = list(dict.fromkeys(one.source.reference for one in goals if is_entry(one)))
    asked = references[:MOST_GOALS]
    client = visit.services.charts.client(visit.session)
    if not asked or not client.may("Goal", "r"):
        return Past(missing=len(references))
    reading = visit.services.charts.run(_read(visit, client, asked))
    read = await soon(reading, WAIT_S) or {}
    if not reading.done():
        reading.add_done_callback(_log_late)
    return Past(read, len(references) - len(read))


def is_entry(goal: Statement) -> bool:
    """Whether it is a goal that the chart keeps as such, and not one that was found in words."""
    return goal.source.reference.startswith("Goal/")


async def _read(
    visit: Visit, client: FhirClient, references: list[str]
) -> dict[str, tuple[GoalVersion, ...]]:
    """Those that came. Nothing is asked for before the audit trail says so."""
    capability = await visit.services.capabilities.of(client)
    if not capability.offers("Goal", "history-instance"):
        return {}
    audit, who = visit.services.audit, visit.session.audited
    noted = reading_noted(visit.session.access(), audit, who)
    try:
        await noted.written()
    except StoreUnavailable as error:
        # Without its row nothing is asked for; the chart that was read before is still there to be shown.
        logs.event("goal-history-failed", level=logging.ERROR, part=_PART, code=error.code)
        return {}
    client = visit.services.charts.client(visit.session, access=noted, timeout_s=_REQUEST_S)
    zone = visit.services.zone
    answers = await asyncio.gather(*(_versions(client, reference, zone) for reference in references))
    read = {
        reference: versions
        for reference, versions in zip(references, answers, strict=True)
        if versions is not None
    }
    told = "read" if len(read) == len(references) else "in-part" if read else "failed"
    try:
        await audit.record(who, Action.CHART_READ, Result.COMPLETED, objects=[f"{_PART}={told}"])
    except StoreUnavailable as error:
        # That it was read stands in the row before.
        logs.event("audit-missed", level=logging.ERROR, kind=Action.CHART_READ.value, detail=error.detail)
    return read


async def _versions(
    client: FhirClient, reference: str, zone: tzinfo | None
) -> tuple[GoalVersion, ...] | None:
    """None where not all of them came."""
    try:
        history = await read_goal_history(client, reference, zone=zone)
    except (OutboundError, SessionEnded):
        return None
    return history.versions if history.is_whole else None


def _log_late(reading: "asyncio.Task[dict[str, tuple[GoalVersion, ...]]]") -> None:
    """Of what failed after the page went out nobody else hears."""
    error = None if reading.cancelled() else reading.exception()
    if error is not None:
        code = error.code if isinstance(error, AppError) else "unexpected"
        logs.event(
            "goal-history-failed", level=logging.ERROR, part=_PART, code=code, kind=type(error).__name__
        )
