"""However statements move between rows: each is in one row, none is lost, and no stale row can be sent."""

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from smartapp.sdm.model import DraftStatement, Kind
from smartapp.store.ledger import LedgerRow
from smartapp.writing import committing
from smartapp.writing.arranging import GROUPS, Arrangement, Beginning
from smartapp.writing.entry import Entry, decode
from smartapp.writing.model import PlannedItem, Rung, State
from smartapp.writing.receipts import receipts_of
from tests.writing.conftest import START

DRAFTS = [DraftStatement(f"{n}" * 32, Kind.HOPE, f"Hope {n}.") for n in range(1, 6)]
BEGINNING = Beginning(State.PLANNED, START)
SOME = st.lists(st.sampled_from(DRAFTS), min_size=1, max_size=5, unique=True)
RUNGS = st.sampled_from([Rung.OBSERVATION, Rung.NOTE, Rung.QUESTIONNAIRE, Rung.COPY])
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), SOME, RUNGS, st.sampled_from(["launch-1", "launch-2"])),
        st.tuples(st.just("divert"), SOME, RUNGS),
        st.tuples(st.just("paste"), SOME),
        st.tuples(st.just("settle"), st.integers(0, 5), st.sampled_from([*State])),
    ),
    max_size=12,
)

Move = tuple[Any, ...]  # Any: what hypothesis draws


class Rows:
    """The rows of one owner, as the ledger would keep them."""

    def __init__(self) -> None:
        self.kept: dict[str, LedgerRow] = {}
        self.numbers = count(1)
        self.launch_id = "launch-1"

    def move(self, move: Move) -> None:
        match move:
            case ("settle", number, state):
                for row in [*self.kept.values()][number : number + 1]:
                    self.kept[row.item_id] = _settled(row, state)
            case ("commit", drafts, rung, launch_id):
                self.launch_id = launch_id
                items = [PlannedItem(draft, rung) for draft in drafts]
                committing.commit(self.arranged(), items, BEGINNING)
                self.keep()
            case ("divert", drafts, rung):
                items = [PlannedItem(draft, rung) for draft in drafts]
                committing.divert(self.arranged(), items, BEGINNING)
                self.keep()
            case ("paste", drafts):
                committing.paste(self.arranged(), [draft.id for draft in drafts], at=START)
                self.keep()

    def arranged(self) -> Arrangement:
        self.arrangement = Arrangement.of(
            [*self.kept.values()],
            self.launch_id,
            owner="owner-1",
            new_id=lambda: f"group-{next(self.numbers)}",
        )
        return self.arrangement

    def keep(self) -> None:
        before, self.kept = self.kept, dict(self.arrangement.rows)
        for item_id, row in self.kept.items():
            if item_id in before and row.body != before[item_id].body:
                assert row.attempt > before[item_id].attempt, "a stale sender could still send it"


def _settled(row: LedgerRow, state: State) -> LedgerRow:
    is_sendable = row.rung != Rung.COPY and row.state != State.PASTED
    return replace(row, state=state.value) if is_sendable and state is not State.PASTED else row


@given(MOVES)
def test_every_statement_is_in_one_row_and_none_is_lost(moves: list[Move]) -> None:
    rows, committed = Rows(), set()
    for move in moves:
        rows.move(move)
        committed |= {draft.words for draft in move[1]} if move[0] == "commit" else set()

        receipts = receipts_of(rows.kept.values())
        ids = [receipt.draft.id for receipt in receipts]
        assert len(ids) == len(set(ids))
        assert {receipt.draft.words for receipt in receipts} == committed
        places = [(row.launch_id, row.position) for row in rows.kept.values()]
        assert len(places) == len(set(places))
        for row in rows.kept.values():
            entry: Entry = decode(row)
            assert entry.drafts, "a row without statements"
            assert row.rung in GROUPS or entry.drafts[0].id == row.item_id


@given(st.lists(RUNGS, min_size=5, max_size=5), SOME, RUNGS)
def test_receipts_stay_in_the_order_of_the_page(
    rungs: list[Rung], diverted: list[DraftStatement], rung: Rung
) -> None:
    rows = Rows()
    items = [PlannedItem(draft, one) for draft, one in zip(DRAFTS, rungs, strict=True)]
    committing.commit(rows.arranged(), items, BEGINNING)
    rows.keep()
    for number in range(5):
        rows.move(("settle", number, State.REFUSED))

    rows.move(("divert", diverted, rung))

    assert [receipt.draft for receipt in receipts_of(rows.kept.values())] == DRAFTS
