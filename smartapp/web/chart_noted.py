"""Notes in the audit trail that a chart is read: before the first request, and when the last answer is in.

No request of a reading leaves before its row is on disk: docs/decisions/0016.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from smartapp import logs
from smartapp.errors import StoreUnavailable
from smartapp.fhir.client import Access
from smartapp.fhir.patient_record import AnyPart
from smartapp.store.audit import Action, Audit, Audited, Result


@dataclass(frozen=True, slots=True)
class NotedAccess:
    """The launch's token, given out once the row is written. Raises StoreUnavailable when it cannot be."""

    _access: Access
    _noted: "asyncio.Task[None]"

    async def bearer(self) -> str | None:
        await self.written()
        return await self._access.bearer()

    async def written(self) -> None:
        """Return once the row is there."""
        # Shielded: a request that runs out of time must not stop the row for the others.
        await asyncio.shield(self._noted)

    async def renew(self, refused: str) -> str | None:
        return await self._access.renew(refused)


def reading_noted(access: Access, audit: Audit, who: Audited) -> NotedAccess:
    """Begin to write the row; the access that waits for it."""
    noted = asyncio.create_task(audit.record(who, Action.CHART_READ, Result.BEGUN))
    # A chart of which nothing may be read asks for no token; asyncio would complain of an error unheard.
    noted.add_done_callback(lambda task: task.cancelled() or task.exception())
    return NotedAccess(access, noted)


async def note_read(
    audit: Audit, who: Audited, parts: Iterable[AnyPart], *, is_patient_read: bool | None
) -> None:
    """Which parts came and which did not, and why not; nothing of what stands in them. `is_patient_read`:
    None where only some parts were asked for again.
    """
    objects = [*map(_told, parts)]
    if is_patient_read is not None:
        objects.insert(0, f"patient={'read' if is_patient_read else 'failed'}")
    result = Result.FAILED if is_patient_read is False else Result.COMPLETED
    try:
        await audit.record(who, Action.CHART_READ, result, objects=objects)
    except StoreUnavailable as error:
        # That it was read stands in the row before.
        logs.event("audit-missed", level=logging.ERROR, kind=Action.CHART_READ.value, detail=error.detail)


def _told(part: AnyPart) -> str:
    if part.problem is not None:
        return f"{part.name}={part.problem}"
    return f"{part.name}={'read' if part.whole else 'in-part'}"
