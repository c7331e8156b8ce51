"""Whatever fails and whatever is pressed: nothing is stored twice, nothing is lost, and nothing is claimed in
vain.
"""

import asyncio
import base64
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC
from itertools import count
from typing import Any

import httpx2
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretBytes

from smartapp.errors import NotFound, SessionEnded
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.ledger import Ledger
from smartapp.store.vault import Vault
from smartapp.writing.building import Form
from smartapp.writing.model import PlannedItem, Receipt, Rung, State, WriteSite
from smartapp.writing.receipts import receipts_of
from smartapp.writing.sender import Sender
from tests.writing import chart as ehr
from tests.writing.chart import TYPES, Chart, offering
from tests.writing.conftest import CONTEXT, DATA, START, MovingClock, Visit

FAULTS = st.sampled_from(
    [
        Chart.commit,
        ehr.lose(httpx2.ConnectError("x")),
        ehr.lose(httpx2.ReadError("x")),
        ehr.commit_then(httpx2.ReadTimeout("x")),
        ehr.commit_then_answer(502),
        ehr.commit_then_answer(409),
        ehr.refuse(502),
        ehr.refuse(412),
        ehr.refuse(422),
        ehr.refuse(429, headers={"retry-after": "2"}),
        ehr.refuse(503, headers={"retry-after": "2"}),
        ehr.end_session,
        ehr.commit_then_hang_up,
    ]
)
RUNGS = st.sampled_from([None, Rung.NOTE, Rung.COPY])
WHICH = st.integers(0, 3)
PRESSED = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["send", "check", "wait", "recover", "send twice"])),
        st.tuples(st.sampled_from(["retry", "paste", "retry twice"]), WHICH),
        st.tuples(st.just("divert"), st.sets(WHICH, min_size=1), RUNGS),
        st.tuples(st.just("launch"), st.sets(WHICH, min_size=1), RUNGS, st.booleans()),
    ),
    max_size=10,
)
CHARTS = st.builds(
    Chart,
    faults=st.lists(FAULTS, max_size=6),
    knows_if_none_exist=st.booleans(),
    knows_identifier=st.booleans(),
    keeps_good_half=st.booleans(),
    says_less=st.booleans(),
    dislikes=st.sampled_from([lambda _: False, lambda one: one["resourceType"] == "Goal"]),
)
OFFERED = offering(*TYPES, "CarePlan", "DocumentReference", transaction=True)
KINDS = (Kind.GOAL, Kind.WORRY, Kind.HOPE, Kind.DECISION)

_ORDERS = int(os.environ.get("COMMON_GROUND_ORDERS", "60"))


@dataclass
class Player:
    """A clinician with four statements, whom one launch after the other belongs to."""

    visit: Visit
    statements: list[DraftStatement]
    kept: set[str] = field(default_factory=set)
    launches: int = 1

    async def begin(self, rungs: list[Rung | None]) -> None:
        await self.commit([*zip(self.statements, rungs, strict=True)])

    async def commit(self, placed: list[tuple[DraftStatement, Rung | None]]) -> None:
        items = [PlannedItem(draft, rung or _data(draft)) for draft, rung in placed]
        await self.visit.sender.commit(self.visit.context, items)
        self.kept |= {draft.words for draft, _ in placed}

    async def press(self, button: tuple[Any, ...]) -> None:
        visit = self.visit
        try:
            match button:
                case ("send",):
                    await visit.send()
                case ("send twice",):
                    await self._at_once(visit.send(), visit.send())
                case ("check",):
                    await visit.check()
                case ("wait",):
                    visit.clock.move(61)
                case ("retry", number):
                    await self._retry(number)
                case ("retry twice", number):
                    await self._at_once(self._retry(number), self._retry(number))
                case ("paste", number):
                    await visit.paste(self.statements[number])
                case ("divert", numbers, rung):
                    items = [PlannedItem(self.statements[one], rung or Rung.NOTE) for one in sorted(numbers)]
                    await visit.sender.divert(visit.context, items)
                case ("launch", numbers, rung, is_edited):
                    await self._launch(numbers, rung, is_edited)
                case _:
                    visit.chart.session_over = visit.chart.hangs_on_get = False
        except SessionEnded:
            visit.chart.session_over = False

    async def _at_once(self, *presses: Any) -> None:
        ends = await asyncio.gather(*presses, return_exceptions=True)
        assert all(end is None or isinstance(end, tuple | SessionEnded) for end in ends), ends

    async def _retry(self, number: int) -> None:
        for receipt in await self.visit.receipts():
            if receipt.draft.id == self.statements[number].id:
                try:
                    sender, context = self.visit.sender, self.visit.context
                    await sender.retry(
                        context, receipt.row, client=self.visit.client, capability=self.visit.capability
                    )
                except NotFound:
                    assert receipt.rung is Rung.COPY or receipt.row not in await self._rows()

    async def _rows(self) -> set[str]:
        return {receipt.row for receipt in await self.visit.receipts()}

    async def _launch(self, numbers: set[int], rung: Rung | None, is_edited: bool) -> None:
        """The next launch takes some statements over, with other words or the same."""
        self.launches += 1
        context = replace(self.visit.context, launch_id=f"launch-{self.launches}")
        left = {receipt.draft.id: receipt for receipt in await self.visit.sender.left_over(context)}
        self.visit.context = context
        placed = []
        for number in sorted(numbers):
            draft = self.statements[number]
            receipt = left.get(draft.id)
            if receipt and receipt.state in {State.PLANNED, State.REFUSED}:
                # Nothing of it was stored, so what is typed now takes its place.
                self.kept.discard(receipt.draft.words)
            if is_edited:
                draft = replace(draft, words=f"Words {self.launches}-{number}.")
            placed.append((draft, rung))
        await self.commit(placed)

    async def all_receipts(self) -> list[Receipt]:
        rows = await self.visit.ledger.left_over(CONTEXT.owner, to_launch="", states=list(State))
        return [*receipts_of(rows)]


def _data(draft: DraftStatement) -> Rung:
    return DATA.get(draft.kind, Rung.OBSERVATION)


def places_of(chart: Chart, receipt: Receipt) -> int:
    """In how many entries of the chart the statement stands."""
    notes = [
        base64.b64decode(note["content"][0]["attachment"]["data"]).decode()
        for note in chart.of_type("DocumentReference")
    ]
    as_data = [one for one in chart.copies_of(receipt.draft.id) if receipt.draft.words in str(one)]
    return len(as_data) + sum(receipt.draft.words in note for note in notes)


@settings(max_examples=_ORDERS, deadline=None)
@given(CHARTS, st.lists(RUNGS, min_size=4, max_size=4), PRESSED, st.booleans())
def test_every_statement_is_stored_at_most_once_shown_as_it_is_and_never_lost(
    chart: Chart,
    rungs: list[Rung | None],
    pressed: list[tuple[Any, ...]],
    transactions: bool,
) -> None:
    receipts, kept = asyncio.run(play(chart, rungs, pressed, transactions=transactions))

    for receipt in receipts:
        places = places_of(chart, receipt)
        assert places <= 1, receipt
        assert len(chart.copies_of(receipt.draft.id)) <= 1
        if receipt.state is State.STORED:
            assert places == 1, receipt
        if receipt.state in {State.PLANNED, State.REFUSED, State.PASTED}:
            assert places == 0, receipt
    assert kept <= {receipt.draft.words for receipt in receipts}
    assert max(Counter(receipt.draft.id for receipt in receipts).values()) == 1
    targets = Counter(target["reference"] for one in chart.of_type("Provenance") for target in one["target"])
    assert max(targets.values(), default=1) == 1, "two Provenances for one entry"


async def play(
    chart: Chart, rungs: list[Rung | None], pressed: list[tuple[Any, ...]], *, transactions: bool
) -> tuple[list[Receipt], set[str]]:
    """Commit four statements, press the buttons in turn, and return the receipts at the end."""
    clock, numbers = MovingClock(), count(1)
    vault = Vault([SecretBytes(b"a" * 32)])
    database = await Database.open("sqlite+aiosqlite://")
    ledger, drafts = Ledger(database, vault, clock), Drafts(database, vault, clock)

    async def sleep(seconds: float) -> None:
        clock.move(int(seconds))

    def new_sender() -> Sender:
        return Sender(
            ledger, drafts, clock, lambda: f"{next(numbers):032x}", form=Form(zone=UTC), sleep=sleep
        )

    context = replace(CONTEXT, site=WriteSite(transactions=transactions))
    visit = Visit(new_sender(), chart, new_sender, ledger, drafts, clock, [], context, OFFERED)
    said = [
        DraftStatement(f"{number}" * 32, kind, f"Words 1-{number}.", said_at=START)
        for number, kind in enumerate(KINDS, start=2)
    ]
    said[3] = replace(said[3], about=(said[0].id, said[2].id))
    player = Player(visit, said)
    await player.begin(rungs)
    for button in [("send",), *pressed]:
        await player.press(button)
    receipts = await player.all_receipts()
    await database.close()
    return receipts, player.kept
