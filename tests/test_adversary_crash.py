"""A worker that dies at any moment: each statement ends up in the chart once, or is shown as not there."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from types import coroutine
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from sqlalchemy import insert, text

from smartapp.store.database import Database
from smartapp.store.ledger import Ledger
from smartapp.store.schema import drafts
from smartapp.web.services import Services
from tests.hurried_clinicians import PATIENTS, RESOURCES
from tests.hurried_judge import Told, chart_of, judge_claims, told_of, words_for
from tests.pages import form, forms
from tests.visits import Clinic, OpenVisit, clinic
from tests.workers import another_worker, same_visit

T = TypeVar("T")
_DEATHS = int(os.environ.get("COMMON_GROUND_DEATHS", "12"))
_PRESSES = 8
NO_WORDS = {"owner": "", "sealed": b"", "revision": 1, "changed_at": 1}


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


@dataclass(frozen=True, slots=True)
class Site:
    """Whose EHR it is, and whether several statements go in one transaction."""

    ehr: str
    transactions: bool


ALONE, TOGETHER, NOTE = Site("full", False), Site("full", True), Site("epic", True)


@pytest.fixture(params=[ALONE, TOGETHER, NOTE], ids=["alone", "together", "note"])
def site(request: pytest.FixtureRequest) -> Site:
    found: Site = request.param
    return found


@pytest.fixture
async def at(database_url: str, site: Site) -> AsyncIterator[Clinic]:
    registration: dict[str, object] = {"transactions": site.transactions}
    async with clinic(
        database=database_url, resources=RESOURCES, registration=registration, ehr=site.ehr
    ) as running:
        yield running


async def test_database_is_free_after_work_was_cut_off_at_any_moment(database_url: str) -> None:
    database = await Database.open(database_url, busy_timeout_s=0.2)

    async def work() -> None:
        async with database.transaction() as connection:
            await database.lock_in(connection, "one owner")
            await connection.execute(insert(drafts).values(launch_id=uuid4().hex, **NO_WORDS))
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


async def test_worker_that_dies_while_sending_loses_and_doubles_nothing(
    at: Clinic, database_url: str, site: Site
) -> None:
    whole, uncut = Steps(), said(0, PATIENTS[0])
    await whole.of(await pressed(await opened(at, PATIENTS[0]), uncut))
    assert chart_of(at.ehr.store) == {*uncut.values()}
    random = Random(7)

    ends: set[int] = set()
    for number in range(1, _DEATHS + 1):
        patient = random.choice(PATIENTS)
        visit, mine = await opened(at, patient), said(number, patient)
        sending = asyncio.create_task(
            run(Steps(), await pressed(visit, mine), moment(number, whole.taken, random))
        )
        await asyncio.wait({sending})
        ends.add(len(chart_of(at.ehr.store).intersection(mine.values())))

        async with another_worker(at, database_url, transactions=site.transactions) as next_worker:
            again = same_visit(visit, next_worker)
            await nothing_is_claimed_in_vain(next_worker, again)
            await press_on(at, again)
            assert chart_of(at.ehr.store).issuperset(mine.values())
            await nothing_is_claimed_in_vain(next_worker, again)
    assert len(ends) > 1, "every death was at the same place"


@pytest.mark.parametrize("site", [ALONE, TOGETHER], ids=["alone", "together"], indirect=True)
async def test_worker_that_dies_while_changing_a_goal_changes_it_once(
    at: Clinic, database_url: str, site: Site
) -> None:
    whole = Steps()
    await whole.of(await changed(await opened(at, PATIENTS[0]), PATIENTS[0], words_for(0, PATIENTS[0], 0)))
    random = Random(7)

    ends: set[bool] = set()
    for number in range(1, _DEATHS // 2 + 1):
        patient = random.choice(PATIENTS)
        visit, mine = await opened(at, patient), words_for(number, patient, 0)
        changing = asyncio.create_task(
            run(Steps(), await changed(visit, patient, mine), moment(number, whole.taken, random))
        )
        await asyncio.wait({changing})
        ends.add(mine in chart_of(at.ehr.store))

        async with another_worker(at, database_url, transactions=site.transactions) as next_worker:
            again = same_visit(visit, next_worker)
            await nothing_is_claimed_in_vain(next_worker, again)
            at.clock.now += timedelta(seconds=61)
            await press_change_again(again, patient)
            assert mine in chart_of(at.ehr.store) or mine not in (await told(next_worker, again)).words
            await nothing_is_claimed_in_vain(next_worker, again)
    assert ends == {False, True}, "every death was at the same place"


def moment(number: int, waits: int, random: Random) -> int:
    """At which of so many waits a worker dies: anywhere, or for every other one near the end."""
    return random.randrange(1 if number % 2 else waits * 3 // 4, waits)


async def run(steps: Steps, work: Coroutine[Any, Any, T], dies_at: int) -> T:
    return await steps.of(work, dies_at=dies_at)


async def opened(at: Clinic, patient: str) -> OpenVisit:
    return await at.browser().open(patient, encounter_id=f"{patient}-today")


def said(number: int, patient: str) -> dict[str, str]:
    """Words that nobody else says, by kind."""
    kinds = ("goal", "worry", "hope")
    return {kind: words_for(number * len(kinds) + place, patient, 0) for place, kind in enumerate(kinds)}


async def pressed(visit: OpenVisit, words: dict[str, str]) -> Coroutine[Any, Any, object]:
    """The press of Send, not begun yet."""
    await visit.write(**words)
    review = await visit.review()
    return visit.browser.post_once(review.action, review.fields)


async def changed(visit: OpenVisit, patient: str, words: str) -> Coroutine[Any, Any, object]:
    """The press that puts the patient's goal into other words, not begun yet."""
    found = form((await visit.page(f"goals/{patient}-goal")).text, f"/goals/{patient}-goal")
    return visit.browser.post_once(found.action, found.changed({"kind": "reworded", "words": words}))


async def told(at: Clinic, visit: OpenVisit) -> Told:
    services: Services = at.app.state.services
    ledger = Ledger(services.database, services.vault, services.clock)
    return told_of(await ledger.of_launch(visit.id))


async def nothing_is_claimed_in_vain(at: Clinic, visit: OpenVisit) -> None:
    judge_claims(await told(at, visit), at.ehr.store, chart_of(at.ehr.store))


async def press_change_again(visit: OpenVisit, patient: str) -> None:
    """What can be done on the goal's page, until nothing is open. What was typed stands in its form."""
    for _ in range(_PRESSES):
        page = f"goals/{patient}-goal"
        shown = forms((await visit.page(page)).text)
        button = next((each for each in shown if each.action.endswith((f"/{page}/check", f"/{page}"))), None)
        if button is None or (("kind", "reworded") not in button.fields and "/check" not in button.action):
            return
        await visit.browser.post(button.action, button.fields)
    raise AssertionError("the change cannot be brought to its end")


async def press_on(at: Clinic, visit: OpenVisit) -> None:
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
    raise AssertionError("not everything can be brought into the chart")
