"""Which row of the ledger holds which statement: moves statements between rows, in memory.

Data and text to copy have a row each, under the id of the statement; a note and a questionnaire are one row
for several. A statement is in one row only. Whatever gets other words counts its attempt up, so that a sender
who still holds the row as it was can neither send nor settle it, and so that it is looked for in the chart
before it is sent.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from smartapp.sdm.model import DraftStatement
from smartapp.store.ledger import LedgerRow
from smartapp.writing.entry import Entry, Outcome, decode, encode
from smartapp.writing.model import Rung, State, WhyNot, WriteContext
from smartapp.writing.receipts import is_item

GROUPS = (Rung.NOTE, Rung.QUESTIONNAIRE)
"""The rungs with one row for several statements."""


@dataclass(frozen=True, slots=True)
class Placing:
    """A statement as it shall be. `place`: on the page, counted through the launch."""

    draft: DraftStatement
    rung: Rung
    why_not: WhyNot | None
    place: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """How rows begin that get statements: confirmed at that time, with these names on the page."""

    state: State
    at: datetime
    read_back: bool = False
    patient_name: str | None = None
    recorder: str | None = None

    @classmethod
    def confirmed(cls, context: WriteContext, at: datetime) -> "Beginning":
        return cls(State.PLANNED, at, context.read_back, context.patient_name, context.practitioner_name)


@dataclass(slots=True)
class Arrangement:
    """All rows of one owner, as they shall be for one launch. `new_id`: for rows of several statements."""

    launch_id: str
    owner: str
    new_id: Callable[[], str]
    rows: dict[str, LedgerRow]
    _entries: dict[str, Entry] = field(default_factory=dict)
    _next: int = 0

    @classmethod
    def of(
        cls, known: Sequence[LedgerRow], launch_id: str, *, owner: str, new_id: Callable[[], str]
    ) -> "Arrangement":
        arrangement = cls(launch_id, owner, new_id, {row.item_id: row for row in known})
        arrangement._entries = {row.item_id: decode(row) for row in known}
        here = [row for row in known if row.launch_id == launch_id]
        spans = [row.position + max((0, *arrangement.entry(row).places)) for row in here]
        arrangement._next = max(spans, default=-1) + 1
        return arrangement

    def entry(self, row: LedgerRow) -> Entry:
        return self._entries[row.item_id]

    def items(self) -> Iterator[tuple[LedgerRow, Entry]]:
        """The rows that hold statements of the clinician's."""
        return ((row, self.entry(row)) for row in [*self.rows.values()] if is_item(row))

    def row_of(self, draft_id: str) -> LedgerRow | None:
        """The row that holds this statement."""
        holds = (row for row, entry in self.items() if any(draft.id == draft_id for draft in entry.drafts))
        return next(holds, None)

    def statements(self, row: LedgerRow) -> Iterator[tuple[DraftStatement, WhyNot | None, int]]:
        """What a row holds, each with its place on the page."""
        entry = self.entry(row)
        for draft, why_not, place in zip(entry.drafts, _why_not(entry), _places(entry), strict=True):
            yield draft, why_not, row.position + place

    def reserve(self, count: int) -> range:
        """The next places on the page."""
        first, self._next = self._next, self._next + count
        return range(first, self._next)

    def bring(self, row: LedgerRow, place: int | None = None) -> None:
        """Move a row to this launch as it is, to a reserved place or behind everything."""
        if row.launch_id != self.launch_id:
            position = self.reserve(1)[0] if place is None else place
            self.rows[row.item_id] = replace(row, launch_id=self.launch_id, position=position)

    def put(self, placings: Sequence[Placing], beginning: Beginning) -> None:
        """Take statements out of the rows that hold them, if any, and put them on their rungs."""
        lifted = {placing.draft.id for placing in placings}
        held = {draft.id for _, entry in self.items() for draft in entry.drafts}
        emptied = self._lift(lifted)
        for placing in placings:
            if placing.rung not in GROUPS:
                old = emptied.pop(placing.draft.id, None)
                # What was in another row may have gone out on its own before.
                attempt = 1 if placing.draft.id in held else 0
                new = (
                    _Row(placing.draft.id, attempt)
                    if old is None
                    else _Row(old.item_id, old.attempt + 1, old)
                )
                self._fill(new, placing.rung, [placing], beginning)
        for rung in GROUPS:
            together = [placing for placing in placings if placing.rung is rung]
            if together:
                self._fill(self._group_row(rung, emptied), rung, together, beginning)

    def _lift(self, draft_ids: Collection[str]) -> dict[str, LedgerRow]:
        """Take the statements out. Returns the rows that held nothing else, which are gone."""
        emptied = {}
        for row, entry in self.items():
            kept = [number for number, draft in enumerate(entry.drafts) if draft.id not in draft_ids]
            if not kept:
                emptied[row.item_id] = self.rows.pop(row.item_id)
            elif len(kept) < len(entry.drafts):
                self._keep(replace(row, attempt=row.attempt + 1), _only(entry, kept))
        return emptied

    def _group_row(self, rung: Rung, emptied: dict[str, LedgerRow]) -> "_Row":
        """A row that was left empty on the same rung, if there is one: what it held is looked for first."""
        old = max(
            (row for row in emptied.values() if row.rung == rung), key=lambda row: row.attempt, default=None
        )
        if old is None:
            return _Row(self.new_id(), 0)
        del emptied[old.item_id]
        return _Row(old.item_id, old.attempt + 1, old)

    def _fill(self, row: "_Row", rung: Rung, placings: Sequence[Placing], beginning: Beginning) -> None:
        position = self._position(row.old, placings[-1].place)
        entry = Entry(
            tuple(placing.draft for placing in placings),
            beginning.at,
            tuple(placing.why_not for placing in placings),
            tuple(placing.place - position for placing in placings),
            read_back=beginning.read_back,
            patient_name=beginning.patient_name,
            recorder=beginning.recorder,
        )
        if beginning.state is State.PASTED:
            entry = entry.settled(Outcome(State.PASTED), at=beginning.at)
        state = beginning.state.value
        self._keep(
            LedgerRow(row.id, self.launch_id, self.owner, position, rung.value, state, row.attempt, b""),
            entry,
        )

    def _position(self, old: LedgerRow | None, place: int) -> int:
        """A position that no other row of the launch has."""
        if old is not None and old.launch_id == self.launch_id:
            return old.position
        taken = {row.position for row in self.rows.values() if row.launch_id == self.launch_id}
        return place if place not in taken else self.reserve(1)[0]

    def _keep(self, row: LedgerRow, entry: Entry) -> None:
        self.rows[row.item_id] = replace(row, body=encode(entry))
        self._entries[row.item_id] = entry


@dataclass(frozen=True, slots=True)
class _Row:
    """The row to fill: `old` is what it was."""

    id: str
    attempt: int
    old: LedgerRow | None = None


def _why_not(entry: Entry) -> tuple[WhyNot | None, ...]:
    return entry.why_not or (None,) * len(entry.drafts)


def _places(entry: Entry) -> tuple[int, ...]:
    return entry.places or (0,) * len(entry.drafts)


def _only(entry: Entry, kept: Sequence[int]) -> Entry:
    """The entry with these of its drafts."""
    why_not, places = _why_not(entry), _places(entry)
    return replace(
        entry,
        drafts=tuple(entry.drafts[number] for number in kept),
        why_not=tuple(why_not[number] for number in kept),
        places=tuple(places[number] for number in kept),
    )
