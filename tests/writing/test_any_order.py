"""Whatever fails and whatever is pressed: nothing is stored twice, and nothing is claimed in vain."""

import asyncio
from datetime import UTC
from itertools import count

import httpx2
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretBytes

from smartapp.errors import SessionEnded
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.ledger import Ledger
from smartapp.store.vault import Vault
from smartapp.writing.building import Form
from smartapp.writing.model import Receipt, State
from smartapp.writing.sender import Sender
from tests.writing import chart as ehr
from tests.writing.chart import Chart, tokens_of
from tests.writing.conftest import GOAL, WORRY, MovingClock, Visit

FAULTS = st.sampled_from(
    [
        Chart.create,
        ehr.lose(httpx2.ConnectError("x")),
        ehr.lose(httpx2.ReadError("x")),
        ehr.commit_then(httpx2.ReadTimeout("x")),
        ehr.commit_then_answer(502),
        ehr.commit_then_answer(409),
        ehr.refuse(502),
        ehr.refuse(412),
        ehr.refuse(422),
        ehr.end_session,
        ehr.commit_then_hang_up,
    ]
)
PRESSED = st.lists(st.sampled_from(["send", "check", "retry", "wait", "recover", "twice"]), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(FAULTS, max_size=6), PRESSED, st.booleans(), st.booleans())
def test_every_statement_is_stored_at_most_once_and_shown_as_it_is(
    faults: list[ehr.Fault], pressed: list[str], knows_if_none_exist: bool, knows_identifier: bool
) -> None:
    chart = Chart(faults, knows_if_none_exist=knows_if_none_exist, knows_identifier=knows_identifier)

    receipts = asyncio.run(play(chart, pressed))

    for receipt in receipts:
        copies = [one for one in chart.stored if any(receipt.draft.id in token for token in tokens_of(one))]
        assert len(copies) <= 1
        if receipt.state is State.STORED:
            assert len(copies) == 1
        if receipt.state in {State.PLANNED, State.REFUSED}:
            assert copies == []


async def play(chart: Chart, pressed: list[str]) -> tuple[Receipt, ...]:
    """Commit two statements, press the buttons in turn, and return the receipts at the end."""
    clock, numbers = MovingClock(), count(1)
    vault = Vault([SecretBytes(b"a" * 32)])
    database = await Database.open("sqlite+aiosqlite://")
    ledger, drafts = Ledger(database, vault, clock), Drafts(database, vault, clock)

    async def sleep(seconds: float) -> None:
        clock.move(int(seconds))

    def new_sender() -> Sender:
        return Sender(ledger, drafts, clock, lambda: f"new-{next(numbers)}", form=Form(zone=UTC), sleep=sleep)

    visit = Visit(new_sender(), chart, new_sender, ledger, drafts, clock, [])
    await visit.commit(GOAL, WORRY)
    for button in ["send", *pressed]:
        await press(visit, button)
    receipts = await visit.sender.receipts(visit.context.launch_id)
    await database.close()
    return receipts


async def press(visit: Visit, button: str) -> None:
    try:
        match button:
            case "send":
                await visit.send()
            case "twice":
                both = await asyncio.gather(visit.retry(GOAL), visit.retry(GOAL), return_exceptions=True)
                assert all(isinstance(one, tuple | SessionEnded) for one in both)
            case "check":
                await visit.check()
            case "retry":
                await visit.retry(WORRY)
            case "wait":
                visit.clock.move(61)
            case _:
                visit.chart.session_over = visit.chart.hangs_on_get = False
    except SessionEnded:
        visit.chart.session_over = False
