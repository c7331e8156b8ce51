"""One item's way into the chart: look, build, guard, claim, POST, read back, settle."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from smartapp.clock import Clock
from smartapp.errors import GuardRefused, SessionEnded
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.logs import event
from smartapp.store.ledger import Ledger, LedgerRow
from smartapp.writing.building import Form, build
from smartapp.writing.entry import PROVENANCE, Entry, Outcome, decode, encode
from smartapp.writing.look import Seen, Sight, look
from smartapp.writing.model import State, WriteContext
from smartapp.writing.posting import Posted, Sleep, post
from smartapp.writing.readback import identifier_token

_OPEN: Final = tuple(state.value for state in State if state is not State.STORED)
"""Everything may still become something else, except what was stored."""


@dataclass(frozen=True, slots=True)
class Patience:
    """All in seconds. `send_s`: after this a row left SENDING was left by a crash. `absent_s`: how long
    after an unclear attempt an empty search is believed. `busy_s`: how long a busy EHR may make us wait,
    once.
    """

    send_s: float = 60.0
    absent_s: float = 60.0
    busy_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """How an item's turn ended for the items after it."""

    ended: SessionEnded | None = None
    is_answering: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that one launch's items are sent with."""

    ledger: Ledger
    context: WriteContext
    client: FhirClient
    capability: Capability
    form: Form
    patience: Patience
    clock: Clock
    sleep: Sleep

    async def send(self, row: LedgerRow) -> Step:
        """Send a row that is PLANNED, REFUSED or UNKNOWN. One that went out before is looked for first."""
        entry = decode(row)
        try:
            resource = build(entry, self.context, form=self.form, now=self.clock())
        except GuardRefused as error:
            event("guard-refused", launch=row.launch_id, rung=row.rung, detail=error.detail)
            if row.state == State.UNKNOWN:
                return Step()
            return await self._settle(row, entry, Posted(Outcome(State.REFUSED, reason=error.message)))
        if row.attempt == 0:
            return await self._send(row, entry, resource)
        sight = await self._look(entry, entry.resource or resource)
        is_proven_absent = sight.seen is Seen.ABSENT and self._is_older(entry, self.patience.absent_s)
        is_doubtful = row.state == State.UNKNOWN and not is_proven_absent
        if is_doubtful or sight.seen in {Seen.SAME, Seen.OTHER}:
            return await self._settle_seen(row, entry, sight)
        if sight.ended or not sight.is_answering:
            return Step(sight.ended, sight.is_answering)
        return await self._send(row, entry, resource)

    async def look_again(self, row: LedgerRow) -> Step:
        """Look for a row that is UNKNOWN, or was left SENDING by a crash."""
        entry = decode(row)
        if row.state == State.SENDING and not self._is_older(entry, self.patience.send_s):
            return Step()
        assert entry.resource is not None, "only what was sent is in doubt"
        return await self._settle_seen(row, entry, await self._look(entry, entry.resource))

    async def _send(self, row: LedgerRow, entry: Entry, resource: dict[str, object]) -> Step:
        sending = entry.sent(resource, at=self.clock())
        claimed = await self.ledger.claim(
            row, states=[row.state], to=State.SENDING.value, body=encode(sending)
        )
        if claimed is None:
            return Step()
        posted = await post(
            self.client,
            resource,
            if_none_exist=self._if_none_exist(row, resource),
            sleep=self.sleep,
            busy_budget_s=self.patience.busy_s,
        )
        return await self._settle(claimed, sending, posted)

    async def _look(self, entry: Entry, resource: dict[str, object]) -> Sight:
        candidate = entry.outcome.candidate if entry.outcome else ""
        return await look(self.client, resource, candidate=candidate)

    async def _settle_seen(self, row: LedgerRow, entry: Entry, sight: Sight) -> Step:
        if sight.seen is Seen.CANNOT_TELL and row.state == State.UNKNOWN:
            return Step(sight.ended, sight.is_answering)  # what was known before says more
        before = entry.outcome
        status, candidate = (before.status, before.candidate) if before else (None, "")
        outcome = sight.outcome(status=status, candidate=candidate)
        return await self._settle(row, entry, Posted(outcome, sight.ended, sight.is_answering))

    async def _settle(self, row: LedgerRow, entry: Entry, posted: Posted) -> Step:
        outcome = posted.outcome
        body = encode(entry.settled(outcome, at=self.clock()))
        settled = await self.ledger.settle(row, states=_OPEN, to=outcome.state.value, body=body)
        event(
            "item-settled" if settled else "item-settled-elsewhere",
            launch=row.launch_id,
            rung=row.rung,
            kind=outcome.state.value,
            status=outcome.status,
            resource=outcome.reference,
        )
        return Step(posted.ended, posted.is_answering)

    def _if_none_exist(self, row: LedgerRow, resource: dict[str, object]) -> str | None:
        """https://hl7.org/fhir/R4/http.html#ccreate"""
        if row.rung == PROVENANCE or not self.capability.conditional_create(str(resource["resourceType"])):
            return None
        return f"identifier={identifier_token(resource)}"

    def _is_older(self, entry: Entry, seconds: float) -> bool:
        return entry.sent_at is None or self.clock() - entry.sent_at >= timedelta(seconds=seconds)
