"""One change's way into the chart: read, compare the version, amend, guard, claim, PUT, read back, settle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from smartapp.errors import GuardRefused, OutboundError, SessionEnded, TemporaryOutboundError, WrongPatient
from smartapp.fhir.amendable import CannotChange
from smartapp.fhir.amendment import amended
from smartapp.fhir.capability import Capability
from smartapp.fhir.chart_entry import read_own, version_of
from smartapp.fhir.client import FhirRefused
from smartapp.fhir.guard_amendment import check_amended
from smartapp.fhir.words import words_of
from smartapp.i18n import marked
from smartapp.logs import event
from smartapp.sdm.model import Change, ChangeKind
from smartapp.store.ledger import LedgerRow
from smartapp.writing.building import visit_of
from smartapp.writing.content import with_content
from smartapp.writing.delivery import Delivery, Step
from smartapp.writing.entry import Entry, Outcome, decode
from smartapp.writing.model import State
from smartapp.writing.posting import Posted
from smartapp.writing.putting import CHANGED_SINCE, Putting
from smartapp.writing.readback import Difference, is_ours

_NO_VERSION: Final = marked(
    "The EHR gives this entry no version, so a change could overwrite somebody else's. Nothing was sent."
)
_NOT_ANSWERING: Final = marked("The EHR is not answering. Nothing was stored.")
_NOT_READ: Final = marked("The entry could not be read. Nothing was stored.")
_GONE: Final = marked("The entry is not in the chart any more. Nothing was stored.")
_NO_CHANGES: Final = marked("This EHR takes no changes from apps. Nothing was sent.")
_SAME_WORDS: Final = marked("The chart has these very words already. Nothing was sent.")


def can_change(resource_type: str, *, capability: Capability, may: Callable[[str, str], bool]) -> bool:
    """Whether an entry of this type can be changed: the EHR offers it, and granted it, and lets us read back
    what became of it. `may(resource_type, action)`: whether the scope was granted.
    """
    is_granted = may(resource_type, "u") and may(resource_type, "r")
    return is_granted and capability.offers(resource_type, "update")


class _Stopped(Exception):
    """Nothing was sent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.state)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Amending:
    """Takes rows of the rung CHANGE to the chart."""

    delivery: Delivery

    async def send(self, row: LedgerRow, original: Mapping[str, object] | None = None) -> Step:
        """Send a row that is PLANNED or REFUSED. `original`: what we wrote there, where it is taken back; the
        entry must then be ours. Raises WrongPatient, once that is written down.
        """
        entry = decode(row)
        if entry.resource is not None:
            return await self.look_again(row)
        change = _change(entry)
        try:
            before = await self._read(change)
            entry = replace(entry, before=before)
            if original is not None:
                await self._refuse_others(before, original)
            after = self._amended(before, change)
        except SessionEnded as ended:
            return Step(ended)
        except _Stopped as stopped:
            return await self.delivery.settle(row, entry, Posted(stopped.outcome))
        except WrongPatient:
            await self.delivery.settle(row, entry, Posted(Outcome(State.REFUSED, reason=Difference.PATIENT)))
            raise
        except GuardRefused as error:
            event("guard-refused", launch=row.launch_id, rung=row.rung, detail=error.detail)
            return await self.delivery.settle(
                row, entry, Posted(Outcome(State.REFUSED, reason=error.message))
            )
        return await self._put(row, entry, after)

    async def look_again(self, row: LedgerRow) -> Step:
        """Look for a row that was sent before; where the chart is as before, the same goes out again."""
        entry = decode(row)
        if row.state == State.SENDING and not self.delivery.is_older(entry, self.delivery.patience.send_s):
            return Step()
        assert entry.resource is not None, "only what was sent is in doubt"
        claimed = await self._claim(row, entry, entry.resource)
        if claimed is None:
            return Step()
        posted = await self._putting(entry.resource, _change(entry)).look_again()
        if posted.ended is not None and posted.outcome.state is State.PLANNED:
            # An earlier attempt may be in the chart: what ended now does not make it undone.
            posted = replace(posted, outcome=entry.outcome or Outcome(State.UNKNOWN))
        return await self.delivery.settle(claimed, entry, posted)

    async def _put(self, row: LedgerRow, entry: Entry, after: dict[str, object]) -> Step:
        claimed = await self._claim(row, entry, after)
        if claimed is None:
            return Step()
        return await self.delivery.settle(
            claimed, decode(claimed), await self._putting(after, _change(entry)).put()
        )

    async def _claim(self, row: LedgerRow, entry: Entry, after: dict[str, object]) -> LedgerRow | None:
        sending = replace(entry, resource=after, sent_at=self.delivery.clock())
        claimed = await self.delivery.claim([(row, sending)], states=[row.state])
        return claimed[0] if claimed else None

    def _putting(self, after: dict[str, object], change: Change) -> Putting:
        delivery = self.delivery
        return Putting(delivery.client, after, change.version, delivery.waiting)

    async def _read(self, change: Change) -> dict[str, object]:
        """The entry as it is now. Raises _Stopped, SessionEnded, and WrongPatient for another patient's."""
        client, capability = self.delivery.client, self.delivery.capability
        if not can_change(change.reference.partition("/")[0], capability=capability, may=client.may):
            raise _Stopped(Outcome(State.REFUSED, reason=_NO_CHANGES))
        try:
            return await read_own(client, change.reference)
        except TemporaryOutboundError as error:
            raise _Stopped(Outcome(State.REFUSED, reason=_NOT_ANSWERING)) from error
        except FhirRefused as error:
            reason = _GONE if error.http_status in {404, 410} else error.reason or _NOT_READ
            raise _Stopped(Outcome(State.REFUSED, status=error.http_status, reason=reason)) from error
        except OutboundError as error:
            raise _Stopped(Outcome(State.REFUSED, reason=_NOT_READ)) from error

    async def _refuse_others(self, before: dict[str, object], original: Mapping[str, object]) -> None:
        """Raises _Stopped where the entry is not the one that we made, however it was changed since."""
        client = self.delivery.client
        if not is_ours(original, await with_content(client, before), patient=client.patient):
            raise _Stopped(Outcome(State.REFUSED, reason=Difference.IDENTIFIER))

    def _amended(self, before: dict[str, object], change: Change) -> dict[str, object]:
        """The entry as it shall be. Raises _Stopped where it is not the one that was confirmed, and
        GuardRefused.
        """
        delivery, patient = self.delivery, self.delivery.client.patient
        if not version_of(before):
            raise _Stopped(Outcome(State.REFUSED, reason=_NO_VERSION))
        if version_of(before) != change.version:
            raise _Stopped(Outcome(State.CONFLICT, reason=CHANGED_SINCE))
        if change.kind is ChangeKind.REWORDED and change.words == words_of(before):
            raise _Stopped(Outcome(State.REFUSED, reason=_SAME_WORDS))
        at = delivery.clock().astimezone(delivery.form.zone)
        visit = visit_of(delivery.context)
        try:
            after = amended(before, change, visit, at=at)
            check_amended(before, after, change, patient=patient, visit=visit, at=at)
        except CannotChange as error:
            raise _Stopped(Outcome(State.REFUSED, reason=error.obstacle)) from error
        return after


def _change(entry: Entry) -> Change:
    assert entry.change is not None, "a row of the rung CHANGE"
    return entry.change
