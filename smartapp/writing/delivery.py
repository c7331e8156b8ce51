"""One item's way into the chart: look, build, guard, claim, POST, read back, settle."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from smartapp.clock import Clock
from smartapp.errors import GuardRefused, SessionEnded
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.logs import event
from smartapp.observability.metrics import UNCOUNTED, Metrics
from smartapp.store.ledger import Ledger, LedgerRow
from smartapp.writing.building import Form, Link, Making, build, form_of
from smartapp.writing.entry import PROVENANCE, Entry, Outcome, decode, encode
from smartapp.writing.look import Seen, Sight, look
from smartapp.writing.model import State, WriteContext
from smartapp.writing.posting import GIVEN_BACK, LOOK_FIRST, Posted, post
from smartapp.writing.readback import identifier_token
from smartapp.writing.receipts import links_of, receipts_of
from smartapp.writing.urns import resolved
from smartapp.writing.waiting import Sleep, Waiting
from smartapp.writing.witness import Witness

_OPEN: Final = tuple(state.value for state in State if state not in {State.STORED, State.PASTED})
"""Everything may still become something else, except what was stored or is done with."""


@dataclass(frozen=True, slots=True)
class Patience:
    """All in seconds. `start_s`: a request that leaves later than this after its claim does not leave at all.
    `send_s`: after this a row left SENDING was left by a crash. `absent_s`: how long after an unclear attempt
    an empty search is believed. `busy_s`: how long a busy EHR may make us wait, in all that one press sends.
    """

    start_s: float = 10.0
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
    """Everything that one launch's items are sent with, at one press."""

    ledger: Ledger
    context: WriteContext
    client: FhirClient
    capability: Capability
    form: Form
    patience: Patience
    clock: Clock
    sleep: Sleep
    waiting: Waiting
    witness: Witness
    metrics: Metrics = UNCOUNTED

    async def send(self, row: LedgerRow) -> Step:
        """Send a row that is PLANNED, REFUSED or UNKNOWN. One that went out before is looked for first."""
        entry = decode(row)
        making = await self.making()
        resource = await self.built(row, entry, making)
        if resource is None:
            return Step()
        if row.attempt == 0:
            return await self._send(row, entry, resource)
        sight = await self._look(entry, entry.resource or resource, making.links)
        is_proven_absent = sight.seen is Seen.ABSENT and self.is_older(entry, self.patience.absent_s)
        is_doubtful = row.state == State.UNKNOWN and not is_proven_absent
        if is_doubtful or sight.seen in {Seen.SAME, Seen.OTHER}:
            return await self._settle_seen(row, entry, sight)
        if sight.ended or not sight.is_answering:
            return Step(sight.ended, sight.is_answering)
        return await self._send(row, entry, resource)

    async def look_again(self, row: LedgerRow) -> Step:
        """Look for a row that is UNKNOWN, or was left SENDING by a crash. What the EHR answered with a
        conflict is REFUSED once an empty search is to be believed.
        """
        entry = decode(row)
        if row.state == State.SENDING and not self.is_older(entry, self.patience.send_s):
            return Step()
        assert entry.resource is not None, "only what was sent is in doubt"
        links = (await self.making()).links
        return await self._settle_seen(row, entry, await self._look(entry, entry.resource, links))

    async def look_for_refused(self, row: LedgerRow) -> Step:
        """Look for a row that is REFUSED: servers exist that refuse a resource and keep it."""
        entry = decode(row)
        if entry.resource is None:
            return Step()
        sight = await self._look(entry, entry.resource, (await self.making()).links)
        if sight.seen in {Seen.SAME, Seen.OTHER}:
            return await self._settle_seen(row, entry, sight)
        return Step(sight.ended, sight.is_answering)

    async def making(self) -> Making:
        """What goes into every resource, as the launch's statements stand now."""
        receipts = receipts_of(await self.ledger.of_launch(self.context.launch_id))
        form = form_of(self.form, self.context, self.capability)
        statements = {receipt.draft.id: receipt.draft for receipt in receipts}
        return Making(form, self.clock(), self.form.zone, links_of(receipts), statements)

    async def built(self, row: LedgerRow, entry: Entry, making: Making) -> dict[str, object] | None:
        """The resource of a row; None once it is written down that the guard refused it."""
        try:
            return build(row.item_id, row.rung, entry, context=self.context, making=making)
        except GuardRefused as error:
            event("guard-refused", launch=row.launch_id, rung=row.rung, detail=error.detail)
            if row.state != State.UNKNOWN:
                await self.settle(row, entry, Posted(Outcome(State.REFUSED, reason=error.message)))
            return None

    async def settle(self, row: LedgerRow, entry: Entry, posted: Posted) -> Step:
        """Write down what became of a row."""
        outcome = posted.outcome
        body = encode(entry.settled(outcome, at=self.clock()))
        told = self.witness.settled(row, entry, outcome)
        settled = await self.ledger.settle(row, states=_OPEN, to=outcome.state.value, body=body, also=told)
        if settled:
            self.metrics.write(row.rung, outcome.state.value)
        event(
            "item-settled" if settled else "item-settled-elsewhere",
            launch=row.launch_id,
            rung=row.rung,
            kind=outcome.state.value,
            status=outcome.status,
            resource=outcome.reference,
        )
        return Step(posted.ended, posted.is_answering)

    async def claim(
        self, rows: Sequence[tuple[LedgerRow, Entry]], *, states: Collection[str]
    ) -> tuple[LedgerRow, ...]:
        """Take rows for one attempt, each as it will leave, and tell the audit trail of it: all, or none."""
        claimed = await self.ledger.claim_all(
            [(row, encode(entry)) for row, entry in rows],
            states=states,
            to=State.SENDING.value,
            also=self.witness.sending(rows),
        )
        self.witness.has_sent = self.witness.has_sent or bool(claimed)
        return claimed

    def if_none_exist(self, rung: str, resource: Mapping[str, object]) -> str | None:
        """https://hl7.org/fhir/R4/http.html#ccreate"""
        if rung == PROVENANCE or not self.capability.conditional_create(str(resource["resourceType"])):
            return None
        return f"identifier={identifier_token(resource)}"

    def searches_for(self, resource: Mapping[str, object]) -> frozenset[str]:
        """What the EHR says that it can search by, where this resource is."""
        return self.capability.searches_of(str(resource["resourceType"]))

    def is_older(self, entry: Entry, seconds: float) -> bool:
        return entry.sent_at is None or self.clock() - entry.sent_at >= timedelta(seconds=seconds)

    def is_late(self, claimed: Entry) -> bool:
        """Whether this machine stood still since the claim: soon others may believe an empty search."""
        return self.is_older(claimed, self.patience.start_s)

    async def _send(self, row: LedgerRow, entry: Entry, resource: dict[str, object]) -> Step:
        sending = entry.sent(resource, at=self.clock())
        claimed = await self.claim([(row, sending)], states=[row.state])
        if not claimed:
            return Step()
        if self.is_late(sending):
            return await self.settle(claimed[0], sending, GIVEN_BACK)
        condition = self.if_none_exist(row.rung, resource)
        listed = self.searches_for(resource)
        posted = await post(
            self.client, resource, if_none_exist=condition, listed=listed, waiting=self.waiting
        )
        return await self.settle(claimed[0], sending, posted)

    async def _look(self, entry: Entry, resource: Mapping[str, object], links: Mapping[str, Link]) -> Sight:
        candidate = entry.outcome.candidate if entry.outcome else ""
        sought, listed = resolved(resource, links), self.searches_for(resource)
        return await look(self.client, sought, candidate=candidate, listed=listed)

    async def _settle_seen(self, row: LedgerRow, entry: Entry, sight: Sight) -> Step:
        if sight.seen is Seen.CANNOT_TELL and row.state == State.UNKNOWN:
            return Step(sight.ended, sight.is_answering)  # what was known before says more
        before = entry.outcome or Outcome(State.UNKNOWN)
        outcome = sight.outcome(status=before.status, candidate=before.candidate)
        if sight.seen is Seen.ABSENT and before.status in LOOK_FIRST:
            is_proven = self.is_older(entry, self.patience.absent_s)
            state = State.REFUSED if is_proven else State.UNKNOWN
            reason = before.reason if before.is_absent else ""  # the EHR's own, or none of it
            outcome = replace(outcome, state=state, reason=reason, is_absent=not is_proven)
        return await self.settle(row, entry, Posted(outcome, sight.ended, sight.is_answering))


async def in_turn(turn: Callable[[LedgerRow], Awaitable[Step]], rows: Iterable[LedgerRow]) -> bool:
    """One row after the other. Raises SessionEnded once that row is written down.

    False when the EHR does not answer, and the rows after that one were left alone.
    """
    for row in rows:
        step = await turn(row)
        if step.ended is not None:
            raise step.ended
        if not step.is_answering:
            return False
    return True
