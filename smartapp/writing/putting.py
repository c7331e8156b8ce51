"""Replaces one entry of the chart at the version that the clinician saw, and finds out what became of it.

If-Match makes a second PUT safe: the EHR takes it only while the entry still is at that version.
https://hl7.org/fhir/R4/http.html#concurrency
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from smartapp.errors import OutboundError, SessionEnded, TemporaryOutboundError
from smartapp.fhir.chart_entry import version_of
from smartapp.fhir.client import FhirClient, FhirRefused
from smartapp.fhir.guard_amendment import holds
from smartapp.fhir.operation_outcome import reason_of
from smartapp.http import Answer
from smartapp.i18n import marked
from smartapp.writing.entry import Outcome
from smartapp.writing.model import State
from smartapp.writing.posting import BUSY, LOOK_FIRST, UNCLEAR, Posted, try_once
from smartapp.writing.waiting import Waiting

CHANGED_SINCE: Final = marked("It has changed in the chart since you looked at it. Your change is not in it.")
_NOT_AS_CONFIRMED: Final = marked("The chart shows it otherwise than you confirmed it.")
_OVER_ANOTHER: Final = marked(
    "The chart shows your change. Somebody else changed the entry just before, and the EHR put yours over "
    "it: look at the entry’s history in the EHR."
)
_NOT_SHOWN: Final = marked("The chart does not show the change.")
_CANNOT_TELL: Final = marked("The chart could not be read to see whether the change is in it.")


class Found(StrEnum):
    """OURS: the entry is as we want it. BEFORE: still at the version that the clinician saw. OTHER: neither,
    or no longer there. CANNOT_TELL: it could not be read.
    """

    OURS = "ours"
    BEFORE = "before"
    OTHER = "other"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the entry stands in the chart; the rest as in look.Sight."""

    found: Found
    version: str = ""
    ended: SessionEnded | None = None
    is_answering: bool = True


@dataclass(frozen=True, slots=True)
class Putting:
    """One entry as it shall be, and `version`, at which it must still be."""

    client: FhirClient
    resource: Mapping[str, object]
    version: str
    waiting: Waiting

    async def put(self) -> Posted:
        """Send it, and once more after an unclear answer when the chart shows it as before."""
        first = await self._once()
        if not first.outcome.is_absent:
            return first
        second = await self._once()
        if second.outcome.state in {State.PLANNED, State.REFUSED}:
            # What is known of the second says nothing about the first, which may still arrive.
            return Posted(first.outcome, second.ended, second.is_answering)
        return second

    async def look_again(self) -> Posted:
        """After an attempt whose end nobody knows: look, and send it again where the chart is as before."""
        standing = await self._standing()
        return await self.put() if standing.found is Found.BEFORE else await self._unclear(standing)

    async def _once(self) -> Posted:
        tried = await try_once(
            lambda: self.client.update(self.resource, version=self.version), waiting=self.waiting
        )
        if tried.unprocessed is not None:
            return tried.unprocessed
        if tried.answer is None:
            return await self._unclear(await self._standing())
        return await self._judge(tried.answer)

    async def _judge(self, answer: Answer) -> Posted:
        status = answer.status
        refused = Outcome(State.REFUSED, status=status, reason=reason_of(answer))
        if answer.is_ok:
            return await self._taken(await self._standing(), status)
        if status == 429:
            return Posted(replace(refused, reason=BUSY))
        if 400 <= status < 500 and status not in LOOK_FIRST | UNCLEAR:
            return Posted(refused)
        standing = await self._standing()
        # It is as it was before, so it was not somebody else's change that was in the way.
        if status in LOOK_FIRST and standing.found is Found.BEFORE:
            return Posted(refused)
        return await self._unclear(standing, status)

    async def _taken(self, standing: Standing, status: int) -> Posted:
        """After the EHR said that it took it: only the chart itself proves it."""
        if standing.found is Found.OURS:
            return Posted(await self._stored(standing, status))
        reason = _CANNOT_TELL if standing.found is Found.CANNOT_TELL else _NOT_AS_CONFIRMED
        outcome = Outcome(State.UNKNOWN, status=status, reason=reason)
        return Posted(outcome, standing.ended, standing.is_answering)

    async def _unclear(self, standing: Standing, status: int | None = None) -> Posted:
        """What the chart says after an answer that said nothing."""
        match standing.found:
            case Found.OURS:
                return Posted(await self._stored(standing, status))
            case Found.OTHER:
                return Posted(Outcome(State.CONFLICT, status=status, reason=CHANGED_SINCE))
            case Found.BEFORE:
                return Posted(Outcome(State.UNKNOWN, status=status, reason=_NOT_SHOWN, is_absent=True))
            case Found.CANNOT_TELL:
                outcome = Outcome(State.UNKNOWN, status=status, reason=_CANNOT_TELL)
                return Posted(outcome, standing.ended, standing.is_answering)

    async def _stored(self, standing: Standing, status: int | None) -> Outcome:
        if await self._is_over_another(standing.version):
            return Outcome(State.UNKNOWN, status=status, reason=_OVER_ANOTHER)
        reference = f"{self.resource['resourceType']}/{self.resource['id']}"
        return Outcome(State.STORED, reference, standing.version, status)

    async def _is_over_another(self, version: str) -> bool:
        """Whether somebody else's version came first, and a server that does not heed If-Match put ours over
        it. Only servers that count their versions one by one, and keep them, let us see that.
        """
        if not self.version.isdecimal() or version in {self.version, self._next}:
            return False
        try:
            first = await self.client.read_version(
                str(self.resource["resourceType"]), str(self.resource["id"]), self._next
            )
        except (OutboundError, SessionEnded):
            return False
        is_kept = version_of(first) == self._next
        return is_kept and not holds(self.resource, first, patient=self.client.patient)

    @property
    def _next(self) -> str:
        """The version after the one that the clinician saw, where versions are counted."""
        return str(int(self.version) + 1)

    async def _standing(self) -> Standing:
        try:
            stored = await self.client.read(str(self.resource["resourceType"]), str(self.resource["id"]))
        except SessionEnded as ended:
            return Standing(Found.CANNOT_TELL, ended=ended)
        except TemporaryOutboundError:
            return Standing(Found.CANNOT_TELL, is_answering=False)
        except FhirRefused as error:
            return Standing(Found.OTHER if error.http_status in {404, 410} else Found.CANNOT_TELL)
        except OutboundError:
            return Standing(Found.CANNOT_TELL)
        version = version_of(stored)
        if holds(self.resource, stored, patient=self.client.patient):
            return Standing(Found.OURS, version)
        return Standing(Found.BEFORE if version == self.version else Found.OTHER, version)
