"""Several workers on one PostgreSQL are one app: a visit goes on at another one, also when one is killed."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.figures import record
from tests.pages import form, words
from tests.postgres import Postgres
from tests.security.two_workers import Clinician, Site, running_site
from tests.visits import OpenVisit

ROSA = "delgado-rosa"
TOKEN = "/auth/token"
CALLS = 50
_PATIENCE_S = float(os.environ.get("COMMON_GROUND_PATIENCE_S", "0"))
"""61: also wait until the crash of a sender is taken for one, and everything is found in the chart."""


@pytest.fixture(scope="module")
async def running(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with running_site(postgres.new_database(), tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
async def site(running: Site) -> Site:
    return await running.both_alive()


def stored(site: Site) -> Counter[str]:
    """The words of everything that was written to the chart."""
    goals = [goal["description"]["text"] for goal in site.ehr.created("Goal")]
    return Counter(goals + [str(one["valueString"]) for one in site.ehr.created("Observation")])


async def opened(site: Site, *, at: int) -> OpenVisit:
    site.through(at)
    return await Clinician(site.ehr, site.address).open(ROSA)


async def test_fifty_calls_split_over_two_processes_renew_the_tokens_once(site: Site) -> None:
    """The EHR changes the refresh token each time, and ends everything when one comes twice."""
    visit = await opened(site, at=1)
    goal = next(one["id"] for one in site.ehr.store.of_type("Goal") if ROSA in str(one["subject"]))
    assert (await visit.page(f"goals/{goal}")).status_code == 200
    before = site.asked("POST", TOKEN)
    site.address.handed.clear()
    site.ehr.expire_tokens()

    async def call(number: int) -> httpx2.Response:
        site.through(1 + number % 2)
        return await visit.page(f"goals/{goal}")

    answers = await asyncio.gather(*map(call, range(CALLS)))
    renewals = site.asked("POST", TOKEN) - before

    record("renewals of 50 calls over two workers", renewals)
    assert sorted(site.address.handed.values()) == [CALLS // 2, CALLS // 2]
    assert Counter(answer.status_code for answer in answers) == {200: CALLS}
    assert renewals == 1


async def test_visit_goes_on_at_another_worker_when_the_first_is_killed_while_it_reads(site: Site) -> None:
    before = stored(site)
    visit = await opened(site, at=1)
    site.through(2)
    await visit.write(goal="Dance at the wedding.", worry="Falling on the stairs.")
    site.through(1)
    async with site.front.holding("GET"):
        reading = asyncio.create_task(opened(site, at=1))
        await asyncio.wait_for(site.front.reached.wait(), timeout=30)
        await site.workers[0].kill()

    site.through(2)
    done = await visit.send()
    again = await visit.send()

    await asyncio.gather(reading, return_exceptions=True)
    assert "All 2 are in the chart" in words(done.text)
    assert again.status_code == 200
    assert stored(site) - before == {"Dance at the wedding.": 1, "Falling on the stairs.": 1}


async def test_what_a_killed_worker_was_sending_is_not_sent_again_by_another(site: Site) -> None:
    before = stored(site)
    visit = await opened(site, at=1)
    await visit.write(goal="See my brother.", worry="The long drive.")
    review = await visit.review()
    async with site.front.holding("POST"):
        sending = asyncio.create_task(visit.send(review))
        await asyncio.wait_for(site.front.reached.wait(), timeout=30)
        await site.workers[0].kill()

    site.through(2)
    await asyncio.gather(sending, return_exceptions=True)
    await visit.write(hope="No pain the next day.")
    done = await visit.send()
    await asyncio.sleep(_PATIENCE_S)
    checked = await check(visit)

    copies = stored(site) - before
    record("statements stored twice when a worker was killed", sum(copies.values()) - len(copies))
    assert "1 of 3 is in the chart. 2 are not certain yet." in words(done.text)
    assert copies == {"See my brother.": 1, "The long drive.": 1, "No pain the next day.": 1}
    assert not _PATIENCE_S or "All 3 are in the chart" in words(checked.text)


async def check(visit: OpenVisit) -> httpx2.Response:
    """Press the button that has the chart searched for what is not certain."""
    button = form((await visit.page("done")).text, "/check")
    return await visit.browser.post(button.action, button.fields)
