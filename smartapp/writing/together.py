"""Sends several statements and their Provenance in one transaction, and reads its answer entry by entry.

Servers exist that keep the entries they like and answer 200 for the whole. A refusal of the whole says little
about which entry was at fault: then each goes by itself, and is looked for first.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from smartapp.errors import AnswerUnreadable, GuardRefused
from smartapp.fhir.operation_outcome import reason_of
from smartapp.fhir.transaction_bundle import answers_of, bundle_of
from smartapp.http import Answer
from smartapp.store.ledger import LedgerRow
from smartapp.writing import recording
from smartapp.writing.building import Link, Making, build
from smartapp.writing.delivery import Delivery, Step
from smartapp.writing.entry import PROVENANCE, Entry, Outcome, decode
from smartapp.writing.look import Seen, Sight, look
from smartapp.writing.model import RESOURCE_TYPES, Rung, State
from smartapp.writing.posting import GIVEN_BACK, Posted, Said, Tried, is_refusal, judge, try_once
from smartapp.writing.urns import resolved, urn_of

_MOST_ENTRIES: Final = 8
"""More are not taken everywhere: docs/decisions/0006."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One statement of a transaction."""

    row: LedgerRow
    entry: Entry
    resource: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Bundle:
    """`id`: "" where no Provenance goes along."""

    id: str
    parts: tuple[_Part, ...]
    provenance: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """The transactions of one delivery."""

    delivery: Delivery
    new_id: Callable[[], str]

    async def send(self, rows: Sequence[LedgerRow]) -> Step:
        """Send those of `rows` that never went out; they are PLANNED and in the order of sending. What the
        EHR does not take in a transaction stays PLANNED, to go by itself.
        """
        site, capability = self.delivery.context.site, self.delivery.capability
        fresh = [row for row in rows if row.attempt == 0 and Rung(row.rung).is_data]
        most = _MOST_ENTRIES - recording.is_wanted(self.delivery)
        is_taken = site.transactions and capability.transaction
        while is_taken and len(fresh) > 1:
            chunk, fresh = fresh[:most], fresh[most:]
            step, is_taken = await self._send(chunk)
            if step.ended or not step.is_answering:
                return step
        return Step()

    async def _send(self, rows: Sequence[LedgerRow]) -> tuple[Step, bool]:
        """Send one transaction. Also whether the EHR took it as one."""
        bundle = await self._claimed(await self._made(rows))
        if bundle is None:
            return Step(), False
        sent = bundle_of([*self._entries(bundle)])
        tried = await self._tried(bundle, sent)
        said = _said(tried, len(bundle.parts) + bool(bundle.id))
        step = await _Settling(self.delivery, bundle).settle(tried, said)
        if bundle.id and not step.ended:
            await recording.commit(self.delivery, self.new_id, {bundle.id: said[-1]})
        return step, not _is_refused_whole(tried.answer)

    async def _tried(self, bundle: _Bundle, sent: Mapping[str, object]) -> Tried:
        if self.delivery.is_late(bundle.parts[0].entry):
            return Tried(unprocessed=GIVEN_BACK)
        client = self.delivery.client
        return await try_once(lambda: client.transaction(sent), waiting=self.delivery.waiting)

    async def _made(self, rows: Sequence[LedgerRow]) -> _Bundle:
        """Without what the guard refused, and without a reference to that."""
        making, parts = await self.delivery.making(), None
        while parts is None or len(parts) < len(rows):
            rows = rows if parts is None else [part.row for part in parts]
            inside = replace(making, links={**making.links, **_links(rows)})
            parts = [part for row in rows if (part := await self._part(row, inside)) is not None]
        provenance = self._provenance(parts, inside) if recording.is_wanted(self.delivery) else None
        id_ = self.new_id() if provenance else ""
        entries = [part.entry.sent(part.resource, at=making.now, bundle=id_) for part in parts]
        sending = [replace(part, entry=entry) for part, entry in zip(parts, entries, strict=True)]
        return _Bundle(id_, tuple(sending), provenance)

    async def _part(self, row: LedgerRow, making: Making) -> _Part | None:
        entry = decode(row)
        resource = await self.delivery.built(row, entry, making)
        return None if resource is None else _Part(row, entry, resource)

    def _provenance(self, parts: Iterable[_Part], making: Making) -> dict[str, object] | None:
        drafts = tuple(draft for part in parts for draft in part.entry.drafts)
        targets = tuple(urn_of(part.row.item_id) for part in parts)
        entry = Entry(drafts, making.now, targets=targets)
        try:
            return build("", PROVENANCE, entry, context=self.delivery.context, making=making)
        except GuardRefused:
            return None  # it is built again by itself, and what the guard says is written down then

    async def _claimed(self, bundle: _Bundle) -> _Bundle | None:
        """None when there is not enough left for a transaction, or somebody else has one of the rows."""
        if len(bundle.parts) < 2:
            return None
        rows = [(part.row, part.entry) for part in bundle.parts]
        claimed = await self.delivery.claim(rows, states=[State.PLANNED.value])
        parts = [replace(part, row=row) for part, row in zip(bundle.parts, claimed, strict=False)]
        return replace(bundle, parts=tuple(parts)) if parts else None

    def _entries(self, bundle: _Bundle) -> Iterator[tuple[str, Mapping[str, object], str | None]]:
        for part in bundle.parts:
            condition = self.delivery.if_none_exist(part.row.rung, part.resource)
            yield urn_of(part.row.item_id), part.resource, condition
        if bundle.provenance:
            yield urn_of(bundle.id), bundle.provenance, None


@dataclass(slots=True)
class _Settling:
    """Writes down what became of each statement. `blind`: why nothing can be looked for any more."""

    delivery: Delivery
    bundle: _Bundle
    links: dict[str, Link] = field(default_factory=dict)
    blind: Sight | None = None

    async def settle(self, tried: Tried, said: Sequence[Said]) -> Step:
        is_refused = _is_refused_whole(tried.answer)
        self.links = dict((await self.delivery.making()).links)
        step = Step()
        for part, one in zip(self.bundle.parts, said, strict=False):
            if tried.unprocessed is not None:
                posted = tried.unprocessed
            elif is_refused:
                posted = Posted(Outcome(State.PLANNED, status=one.status, reason=one.reason))
            else:
                posted = await self._judged(part, one)
            await self.delivery.settle(part.row, part.entry, posted)
            step = Step(step.ended or posted.ended, step.is_answering and posted.is_answering)
        return step

    async def _judged(self, part: _Part, said: Said) -> Posted:
        async def look_for(candidate: str) -> Sight:
            if self.blind is not None:
                return self.blind
            resource = resolved(part.resource, self.links)
            listed = self.delivery.searches_for(resource)
            sight = await look(self.delivery.client, resource, candidate=candidate, listed=listed)
            if sight.ended or not sight.is_answering:
                self.blind = replace(sight, reference="", version="")
            return sight

        is_of_type = said.reference.startswith(f"{part.resource['resourceType']}/")
        posted = await judge(said if is_of_type else replace(said, reference=""), look_for)
        if posted.outcome.state is State.REFUSED:
            posted = await _in_spite_of(posted, look_for)
        if posted.outcome.state is State.STORED:
            rung = Rung(part.row.rung)
            self.links[part.row.item_id] = Link(posted.outcome.reference, RESOURCE_TYPES[rung])
        return posted


async def _in_spite_of(refused: Posted, look_for: Callable[[str], Awaitable[Sight]]) -> Posted:
    """What the chart shows. A server may answer in another order than it was asked, and then the refusal is
    of another entry.
    """
    sight = await look_for("")
    is_there = sight.seen in {Seen.SAME, Seen.OTHER}
    return Posted(sight.outcome(), sight.ended, sight.is_answering) if is_there else refused


def _links(rows: Iterable[LedgerRow]) -> dict[str, Link]:
    return {row.item_id: Link(urn_of(row.item_id), RESOURCE_TYPES[Rung(row.rung)]) for row in rows}


def _said(tried: Tried, count: int) -> tuple[Said, ...]:
    """About each entry: what its own answer says, or that of the whole."""
    answer = tried.answer
    if answer is None:
        return (Said(0),) * count
    if not answer.is_ok:
        return (Said(answer.status, reason=reason_of(answer)),) * count
    try:
        answers = answers_of(answer.json(), count)
    except AnswerUnreadable:
        return (Said(0),) * count
    return tuple(Said(one.status, one.reference, one.reason) for one in answers)


def _is_refused_whole(answer: Answer | None) -> bool:
    """Whether the EHR said clearly that it stored none of it, and not because it was busy."""
    return answer is not None and is_refusal(answer.status) and answer.status != 429
