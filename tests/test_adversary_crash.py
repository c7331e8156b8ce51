"""A worker that dies at any moment: each statement ends up in the chart once, or is shown as not there."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from datetime import timedelta
from pathlib import Path
from random import Random
from types import coroutine
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

from smartapp.store.database import Database
from smartapp.web.services import Services
from smartapp.writing.model import State
from tests.hurried import PATIENTS, RESOURCES
from tests.pages import forms
from tests.visits import Clinic, OpenVisit, clinic
from tests.workers import another_worker, database_in, same_visit

T = TypeVar("T")
_DEATHS = int(os.environ.get("COMMON_GROUND_DEATHS", "24"))
_PRESSES = 8


class Steps:
    """Counts how often a coroutine waits for something."""

    def __init__(self) -> None:
        self.taken = 0

    @coroutine
    def of(
        self, work: Coroutine[Any, Any, T], *, dies_at: int = 0
    ) -> Generator[Any, Any, T]:  # Any: what asyncio passes between a task and its futures
        """Run `work`; `dies_at`: cancel it at that wait, wherever in it that is."""
        go_on: Callable[[Any], Any] = work.send
        argument: Any = None
        while True:
            try:
                waits_for = go_on(argument)
            except StopIteration as end:
                value: T = end.value
                return value
            self.taken += 1
            if self.taken == dies_at:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                argument = yield waits_for
                go_on = work.send
            except BaseException as error:
                argument, go_on = error, work.throw


@pytest.fixture
def database(tmp_path: Path) -> str:
    return database_in(tmp_path)


@pytest.fixture
async def at(database: str) -> AsyncIterator[Clinic]:
    async with clinic(database=database, resources=RESOURCES) as running:
        yield running


def in_chart(at: Clinic, ending: str) -> list[str]:
    goals = [goal["description"]["text"] for goal in at.ehr.created("Goal")]
    texts = goals + [one["valueString"] for one in at.ehr.created("Observation")]
    return sorted(text for text in texts if text.endswith(ending))


async def test_database_is_free_after_work_was_cut_off_at_any_moment(tmp_path: Path) -> None:
    file = tmp_path / "cut.sqlite3"
    database = await Database.open(f"sqlite+aiosqlite:///{file}", busy_timeout_s=0.2)

    async def work() -> None:
        async with database.transaction() as connection:
            await connection.execute(text("INSERT INTO drafts VALUES (hex(randomblob(9)), '', '', 1, 1)"))
            await connection.scalar(text("SELECT max(changed_at) FROM drafts"))

    whole = Steps()
    await whole.of(work())

    # The tracebacks of those that were cut off stay alive, as they may in a server for a while.
    cut = []
    for dies_at in range(1, whole.taken):
        cut.append(asyncio.create_task(run(Steps(), work(), dies_at)))
        await asyncio.wait(cut)
        await work()
    await database.close()


async def test_worker_that_dies_while_sending_loses_and_doubles_nothing(at: Clinic, database: str) -> None:
    whole = Steps()
    await whole.of(await ready(at, PATIENTS[0], "uncut."))
    random = Random(7)
    assert len(in_chart(at, "uncut.")) == 3

    ends: set[int] = set()
    for number in range(_DEATHS):
        ending = f"at death {number}."
        patient = random.choice(PATIENTS)
        visit = await at.browser().open(patient)
        sending = asyncio.create_task(
            run(Steps(), await pressed(visit, ending), random.randrange(1, whole.taken))
        )
        await asyncio.wait({sending})
        ends.add(len(in_chart(at, ending)))

        async with another_worker(at, database) as next_worker:
            again = same_visit(visit, next_worker)
            await nothing_is_claimed_in_vain(next_worker, again)
            await press_on(at, again, ending)
            assert in_chart(at, ending) == [f"{word} {ending}" for word in ("Dance", "Falling", "Sleep")]
            await nothing_is_claimed_in_vain(next_worker, again)
    assert len(ends) > 1, "every death was at the same place"


async def run(steps: Steps, work: Coroutine[Any, Any, T], dies_at: int) -> T:
    return await steps.of(work, dies_at=dies_at)


async def ready(at: Clinic, patient: str, ending: str) -> Coroutine[Any, Any, object]:
    return await pressed(await at.browser().open(patient), ending)


async def pressed(visit: OpenVisit, ending: str) -> Coroutine[Any, Any, object]:
    """The press of Send, not begun yet."""
    await visit.write(goal=f"Dance {ending}", worry=f"Falling {ending}", hope=f"Sleep {ending}")
    review = await visit.review()
    return visit.browser.post_once(review.action, review.fields)


async def nothing_is_claimed_in_vain(at: Clinic, visit: OpenVisit) -> None:
    services: Services = at.app.state.services
    for receipt in await services.sender.receipts(visit.id):
        is_there = receipt.draft.words in in_chart(at, receipt.draft.words)
        assert is_there or receipt.state is not State.STORED
        assert not is_there or receipt.state not in {State.PLANNED, State.REFUSED}


async def press_on(at: Clinic, visit: OpenVisit, ending: str) -> None:
    """What a clinician can do on the pages, until everything is in the chart."""
    for _ in range(_PRESSES):
        for page in ("review", "done"):
            shown = forms((await visit.page(page)).text)
            buttons = [
                each
                for each in shown
                if each.action.endswith(("/send", "/check")) or "/retry/" in each.action
            ]
            for button in buttons:
                await visit.browser.post(button.action, button.fields)
        if "All 3 are in the chart" in (await visit.page("done")).text:
            return
        at.clock.now += timedelta(seconds=61)
    raise AssertionError(f"not all of {ending!r} can be brought into the chart")
