"""What a ledger row holds: the words, the resource exactly as it was sent, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec

from smartapp.errors import StoreUnavailable
from smartapp.sdm.model import Change, DraftStatement
from smartapp.store.ledger import LedgerRow
from smartapp.writing.model import State, WhyNot

PROVENANCE: Final = "provenance"
"""The `rung` of a Provenance's row, which is no item of the clinician's."""

CHANGE: Final = "change"
"""The `rung` of a row that changes an entry of the chart; its id is the change's."""

HANDOUT: Final = "handout"
"""The `rung` of a row that files the handout; it holds no statement."""


@dataclass(frozen=True, slots=True)
class FiledHandout:
    """A handout as it was on the page when the clinician confirmed it. `language`: BCP 47."""

    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt. `candidate`: what the EHR said it made, where that is not proven."""

    state: State
    reference: str = ""
    version: str = ""
    status: int | None = None
    reason: str = ""
    is_absent: bool = False
    candidate: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row is about, and how far it got.

    An item of data has one draft, a note or questionnaire as many as it holds; a Provenance has `targets`
    ("Goal/1") and the drafts whose words they hold. `why_not` and `places` go with `drafts`, one each, or are
    empty: none, and 0. `places`: where each stands on the page, counted from the row's position. `read_back`:
    the words were read back to the patient. `patient_name` and `recorder`: as a note names them that was
    confirmed with these names; None: as the visit does. A change has `change`, and `before`: the entry of the
    chart as it was when the clinician looked at it. A Provenance of a change has its `change` too. `bundle`:
    the transaction in which it went out together with a Provenance of which nothing is known. `handout`: of a
    row that files it, or takes it back.
    """

    drafts: tuple[DraftStatement, ...]
    committed_at: datetime
    why_not: tuple[WhyNot | None, ...] = ()
    places: tuple[int, ...] = ()
    targets: tuple[str, ...] = ()
    resource: dict[str, object] | None = None
    sent_at: datetime | None = None
    outcome: Outcome | None = None
    settled_at: datetime | None = None
    read_back: bool = False
    patient_name: str | None = None
    recorder: str | None = None
    change: Change | None = None
    before: dict[str, object] | None = None
    bundle: str = ""
    handout: FiledHandout | None = None

    def sent(self, resource: dict[str, object], *, at: datetime, bundle: str = "") -> "Entry":
        return replace(self, resource=resource, sent_at=at, outcome=None, settled_at=None, bundle=bundle)

    def settled(self, outcome: Outcome, *, at: datetime) -> "Entry":
        return replace(self, outcome=outcome, settled_at=at)


_decoder = msgspec.json.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    return msgspec.json.encode(entry)


def decode(row: LedgerRow) -> Entry:
    """Raises StoreUnavailable for a row that this version cannot read."""
    try:
        return _read(row.body)
    except msgspec.DecodeError as error:
        raise StoreUnavailable("a ledger row of another version") from error


def _read(body: bytes) -> Entry:
    """A body of this version, or of the one before, where `why_not` was one reason or null."""
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError:
        fields = msgspec.json.decode(body, type=dict[str, object])
        reason = fields.get("why_not")
        if isinstance(reason, list):
            raise
        return msgspec.convert(fields | {"why_not": [] if reason is None else [reason]}, Entry)
