"""Many launches from one network are slowed down; a hospital's morning and open visits are not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from starlette.requests import Request

from smartapp.settings import LAUNCHES_PER_MINUTE
from smartapp.web.rate_limit import MOST_BUCKETS, RateLimit, TooManyLaunches, network_of
from tests.pages import form, words
from tests.refusals import ROSA, TYPED
from tests.visits import APP, EHR, Browser, Clinic, MovingClock, clinic
from tests.web.test_headers import expected, security


def taken(limit: RateLimit, times: int, *key: str) -> int:
    """How many of so many were let through."""
    count = 0
    for _ in range(times):
        try:
            limit.take(*key)
        except TooManyLaunches:
            continue
        count += 1
    return count


def test_bucket_gives_a_minutes_worth_at_once_and_fills_at_that_rate() -> None:
    clock = MovingClock()
    limit = RateLimit(clock, per_minute=60)

    assert taken(limit, 100, "epic", "10.0.0.1") == 60
    clock.now += timedelta(seconds=7)
    assert taken(limit, 100, "epic", "10.0.0.1") == 7
    clock.now += timedelta(hours=1)
    assert taken(limit, 100, "epic", "10.0.0.1") == 60


def test_refusal_says_after_how_many_seconds_there_is_room_again() -> None:
    clock = MovingClock()
    limit = RateLimit(clock, per_minute=4)
    taken(limit, 4, "epic", "10.0.0.1")

    with pytest.raises(TooManyLaunches) as caught:
        limit.take("epic", "10.0.0.1")

    assert caught.value.retry_after_s == 15
    clock.now += timedelta(seconds=15)
    limit.take("epic", "10.0.0.1")


def test_each_ehr_network_and_step_has_a_bucket_of_its_own() -> None:
    limit = RateLimit(MovingClock(), per_minute=1)

    keys = [
        ("epic", "10.0.0.1", "/launch"),
        ("epic", "10.0.0.2", "/launch"),
        ("oracle", "10.0.0.1", "/launch"),
    ]
    keys.append(("epic", "10.0.0.1", "callback"))

    assert [taken(limit, 2, *key) for key in keys] == [1, 1, 1, 1]


def test_zero_is_no_limit() -> None:
    limit = RateLimit(MovingClock(), per_minute=0)

    assert taken(limit, 100_000, "epic", "10.0.0.1") == 100_000
    assert limit.count == 0


def test_memory_stays_bounded_however_many_networks_come() -> None:
    limit = RateLimit(MovingClock(), per_minute=1)

    for number in range(MOST_BUCKETS + 500):
        limit.take("epic", str(number))

    assert limit.count == MOST_BUCKETS
    assert taken(limit, 1, "epic", str(MOST_BUCKETS + 499)) == 0, "the newest are remembered"


def test_clock_that_is_set_back_gives_nothing_and_takes_nothing() -> None:
    clock = MovingClock()
    limit = RateLimit(clock, per_minute=2)
    limit.take("epic", "10.0.0.1")

    clock.now -= timedelta(hours=2)

    assert taken(limit, 5, "epic", "10.0.0.1") == 1


@tries(max_examples=50)
@given(st.lists(st.integers(0, 90), max_size=30), st.integers(1, 50))
def test_no_pattern_gets_more_than_the_first_burst_and_the_rate(pauses: list[int], per_minute: int) -> None:
    clock = MovingClock()
    limit = RateLimit(clock, per_minute=per_minute)
    let_through = 0
    for pause in pauses:
        clock.now += timedelta(seconds=pause)
        let_through += taken(limit, per_minute * 2, "epic", "10.0.0.1")

    assert let_through <= per_minute + sum(pauses) * per_minute / 60 + 1e-6


@pytest.mark.parametrize(
    ("client", "network"),
    [
        (("10.1.2.3", 5), "10.1.2.3"),
        (("2001:db8:1:2:3:4:5:6", 5), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::9", 5), "2001:db8:1:2::/64"),
        (("testclient", 5), "testclient"),
        (None, ""),
    ],
)
def test_network_is_an_ipv4_address_or_what_one_machine_has_of_ipv6(
    client: tuple[str, int] | None, network: str
) -> None:
    assert network_of(Request({"type": "http", "client": client, "headers": []})) == network


# In whole launches.


@asynccontextmanager
async def limited(per_minute: int) -> AsyncIterator[Clinic]:
    async with clinic(setting={"launches_per_minute": per_minute}) as running:
        yield running


async def test_launch_over_the_limit_is_told_in_plain_words_and_works_later() -> None:
    async with limited(2) as at:
        for _ in range(2):
            assert (await at.browser().open(ROSA)).first.status_code == 200
        answer = await at.browser().get_once(at.ehr.new_launch(ROSA))

        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "30"
        assert security(dict(answer.headers)) == expected(EHR) | {"retry-after": "30"}
        assert "very often from your network" in words(answer.text)
        assert "Visits that are open go on." in words(answer.text)
        assert "set-cookie" not in answer.headers
        at.clock.now += timedelta(seconds=30)
        assert (await at.browser().open(ROSA)).first.status_code == 200


async def test_open_visit_goes_on_while_its_network_is_slowed_down() -> None:
    async with limited(1) as at:
        visit = await at.browser().open(ROSA)
        assert (await at.browser().get_once(at.ehr.new_launch(ROSA))).status_code == 429

        await visit.write(goal=TYPED)
        done = await visit.send()
        for page in ("", "room", "review", "statements", "done"):
            assert (await visit.page(page)).status_code == 200

        assert "It is in the chart" in words(done.text)


async def test_callback_over_the_limit_keeps_the_state_for_a_second_try() -> None:
    async with limited(2) as at:
        browser = at.browser()
        back = await on_the_way_back(at, browser)
        for _ in range(2):
            await at.browser().get_once(back)

        refused = await browser.get_once(back)
        at.clock.now += timedelta(seconds=30)
        opened = await browser.get(back)

        assert refused.status_code == 429
        assert opened.status_code == 200
        assert "DELGADO" in opened.text


async def test_search_in_a_sandbox_is_slowed_down_too() -> None:
    async with limited(2) as at:
        browser = at.browser()
        picker = form((await browser.get(f"{APP}/launch?iss={at.ehr.open_fhir_base}")).text, "/patients")
        statuses = [
            (await browser.post_once(picker.action, picker.filled(name="Delgado"))).status_code
            for _ in range(3)
        ]

        assert statuses == [200, 200, 429]


async def test_address_that_a_client_names_itself_opens_no_new_bucket() -> None:
    async with limited(1) as at:
        statuses = []
        for number in range(3):
            client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=at.app), base_url=APP)
            headers = {"X-Forwarded-For": f"10.0.0.{number}", "Forwarded": f"for=10.0.0.{number}"}
            url = at.ehr.new_launch(ROSA)
            statuses.append((await client.get(url, headers=headers)).status_code)

        assert statuses == [303, 429, 429]


async def test_another_network_is_not_slowed_down() -> None:
    async with limited(1) as at:
        for network, status in (("10.0.0.1", 303), ("10.0.0.1", 429), ("10.0.0.2", 303)):
            wire = httpx2.ASGITransport(app=at.app, client=(network, 1))
            client = httpx2.AsyncClient(transport=wire, base_url=APP)
            assert (await client.get(at.ehr.new_launch(ROSA))).status_code == status


def test_default_is_more_than_a_hospital_of_five_thousand_needs() -> None:
    visits_a_day, busiest_share, minutes = 5_000 * 20, 0.2, 60

    assert visits_a_day * busiest_share / minutes * 2 < LAUNCHES_PER_MINUTE


async def on_the_way_back(at: Clinic, browser: Browser) -> str:
    """The address to which the EHR sends the browser back."""
    answer = await browser.get_once(at.ehr.new_launch(ROSA))
    while "/callback/" not in answer.headers["location"]:
        answer = await browser.get_once(str(answer.url.join(answer.headers["location"])))
    return answer.headers["location"]
