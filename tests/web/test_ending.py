"""Ending a visit by hand, being told when it ends by itself, and giving its tokens back: T19."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from smartapp.web import cookies
from smartapp.web.services import Services
from tests.pages import form, forms, words
from tests.visits import APP, Clinic, OpenVisit, clinic

ROSA, OTHER = "delgado-rosa", "bell-marcus"
PAGES = ("", "room", "review", "done", "statements", "handout", "sources", "sheets/own")


@pytest.fixture
async def at() -> AsyncIterator[Clinic]:
    async with clinic() as opened:
        yield opened


def services(at: Clinic) -> Services:
    found: Services = at.app.state.services
    return found


def revoked(at: Clinic) -> int:
    return len([each for each in at.ehr.requests if each.path == "/auth/revoke" and each.status == 200])


async def end(visit: OpenVisit) -> httpx2.Response:
    """Press "End visit" in the foot of a page."""
    found = form((await visit.page("statements")).text, "/end")
    return await visit.browser.post(found.action, found.fields)


async def end_for_sure(visit: OpenVisit) -> httpx2.Response:
    asked = form((await visit.page("end")).text, "/end")
    return await visit.browser.post(asked.action, asked.fields)


def cookie_of(visit: OpenVisit) -> str | None:
    return visit.browser._app.cookies.get(cookies.launch_name(visit.id))


async def until(visit: OpenVisit) -> dict[str, Any]:  # Any: JSON
    answer = await visit.browser._app.get(visit.path("until"), headers={"Accept": "application/json"})
    found: dict[str, Any] = answer.json()
    return found


async def test_every_page_of_a_visit_has_a_way_to_end_it_and_says_how_long_it_is_open(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    closes = words((await visit.page("room")).text).split("Open until ")[1][:5]

    for name in PAGES:
        page = (await visit.page(name)).text
        buttons = [button for each in forms(page) for button in each.buttons]
        assert "End visit" in {label for _, _, label in buttons}, name
        assert f"Open until {closes}" in words(page), name
    local = services(at).local(at.clock() + timedelta(minutes=15))
    assert closes == f"{local:%H:%M}"


async def test_visit_with_nothing_to_send_ends_at_one_press(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)

    ended = await end(visit)

    assert ended.status_code == 200
    assert "This visit is closed." in words(ended.text)
    assert ended.headers["Clear-Site-Data"] == '"cache"'
    assert ended.headers["Cache-Control"] == "no-store"
    assert cookie_of(visit) is None


async def test_ended_visit_names_no_patient(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)

    assert "DELGADO" not in (await end(visit)).text


async def test_cookie_and_address_are_worth_nothing_after_the_end(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    kept = cookie_of(visit)
    room = form((await visit.page("room")).text, "/draft")
    await end(visit)
    name = cookies.launch_name(visit.id)

    without = await visit.page("room")
    header = {"Cookie": f"{name}={kept}"}
    replayed = await visit.browser._app.get(visit.path("room"), headers=header)
    posted = await visit.browser.post_once(room.action, room.fields, headers=header)

    assert without.status_code == 403
    assert (replayed.status_code, posted.status_code) == (401, 401)
    assert "This visit was ended" in words(replayed.text)
    for answer in (without, replayed, posted):
        assert "DELGADO" not in answer.text


async def test_tokens_are_given_back_to_the_ehr(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    [token] = at.ehr.vault._access
    assert at.ehr.vault.grant_of(token) is not None

    await end(visit)

    assert revoked(at) == 2
    assert at.ehr.vault.grant_of(token) is None


async def test_ehr_that_takes_no_tokens_back_keeps_no_visit_open(
    at: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="smartapp")
    routes = at.ehr.app.router.routes
    routes[:] = [route for route in routes if getattr(route, "path", "") != "/auth/revoke"]
    visit = await at.browser().open(ROSA)

    ended = await end(visit)

    assert "This visit is closed." in words(ended.text)
    assert (await visit.page("room")).status_code == 403
    told = [getattr(record, "safe", {}) for record in caplog.records if record.getMessage() == "not-revoked"]
    assert [(each["kind"], each["status"]) for each in told] == [
        ("refresh_token", 404),
        ("access_token", 404),
    ]


async def test_words_that_were_not_sent_are_shown_before_the_end_and_offered_again(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal="Dance", worry="Falling")

    asked = await end(visit)

    assert asked.url.path == visit.path("end")
    assert "Dance" in words(asked.text)
    assert "Falling" in words(asked.text)
    assert "not known to be in the chart" in words(asked.text)
    assert (await visit.page("room")).status_code == 200

    ended = await end_for_sure(visit)
    assert "2 statements are kept for 12 hours" in words(ended.text)
    again = await visit.browser.open(ROSA)
    offered = form((await again.page("room")).text, "/draft/adopt")
    await visit.browser.post(offered.action, offered.fields)
    assert "Dance" in (await again.page("room")).text


async def test_going_back_leaves_everything_as_it_was(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal="Dance")
    asked = await end(visit)

    assert f'href="{visit.path("review")}"' in asked.text
    await visit.send()

    assert len(at.ehr.created("Goal")) == 1


async def test_end_in_the_room_keeps_what_is_typed_on_the_page_first(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    room = form((await visit.page("room")).text, "/draft")
    kinds = dict(room.fields)
    box = next(box for box in room.values("box") if kinds[f"{box}-kind"] == "goal")
    assert ("next", "end", "End visit") in room.buttons

    asked = await visit.browser.post(room.action, room.changed({f"{box}-words": "Dance", "next": "end"}))

    assert asked.url.path == visit.path("end")
    assert "Dance" in words(asked.text)


async def test_words_that_nobody_can_be_offered_are_given_to_copy(at: Clinic) -> None:
    async with clinic(registration={"scopes": ("launch", "patient/Patient.r")}) as nameless:
        visit = await nameless.browser().open(ROSA)
        await visit.write(goal="Dance")

        asked = await end(visit)

    assert "cannot be offered to you again" in words(asked.text)
    assert "Dance" in asked.text
    assert "data-copy" in asked.text


async def test_visit_can_be_ended_while_the_ehr_is_down(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal="Dance")
    at.ehr.faults.fail_types["Patient"] = 500
    services(at).charts.forget(visit.id)

    asked = await visit.page("end")
    ended = await end_for_sure(visit)

    assert asked.status_code == 200
    assert "This visit is closed." in words(ended.text)


async def test_second_press_of_end_shows_the_same_page(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    found = form((await visit.page("statements")).text, "/end")
    header = {"Cookie": f"{cookies.launch_name(visit.id)}={cookie_of(visit)}"}
    await visit.browser.post(found.action, found.fields)

    second = await visit.browser.post_once(found.action, found.fields, headers=header)

    assert second.status_code == 200
    assert "This visit is closed." in words(second.text)


async def test_another_site_cannot_end_a_visit(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    found = form((await visit.page("statements")).text, "/end")
    forged = {**dict(found.fields), "token": "0" * 64}

    answers = [
        await visit.browser.post_once(found.action, [*forged.items()]),
        await visit.browser.post_once(found.action, found.fields, headers={"Sec-Fetch-Site": "cross-site"}),
        await visit.browser.post_once(found.action, found.changed({"patient": OTHER})),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 409]
    assert (await visit.page("room")).status_code == 200


async def test_other_visits_of_the_same_browser_stay_open(at: Clinic) -> None:
    browser = at.browser()
    rosa, thomas = await browser.open(ROSA), await browser.open(OTHER)

    await end(rosa)

    assert (await thomas.page("room")).status_code == 200


async def test_chart_of_an_ended_visit_is_not_kept_in_memory(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)

    await end(visit)

    assert services(at).charts.count == 0


async def test_looking_at_the_time_does_not_keep_a_visit_open_and_staying_does(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    stay = next(each for each in forms((await visit.page("room")).text) if each.action.endswith("/stay"))

    at.clock.now += timedelta(minutes=14)
    looked = await until(visit)
    assert looked["left"] == 60
    assert not looked["longest"]
    stayed = await visit.browser.post_once(stay.action, stay.fields)
    assert stayed.json()["left"] == 15 * 60

    at.clock.now += timedelta(minutes=14)
    assert (await until(visit))["left"] == 60
    at.clock.now += timedelta(minutes=1, seconds=1)
    assert (await until(visit))["left"] == 0
    assert (await visit.page("room")).status_code == 401


async def test_kept_draft_keeps_the_visit_open(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    at.clock.now += timedelta(minutes=14)

    await visit.write(goal="Dance")

    assert (await until(visit))["left"] == 15 * 60


async def test_longest_time_is_told_as_what_it_is(at: Clinic) -> None:
    async with clinic(registration={"session_minutes": 20}) as short:
        visit = await short.browser().open(ROSA)
        short.clock.now += timedelta(minutes=10)

        await visit.page("room")

        closes = services(short).local(short.clock() + timedelta(minutes=10))
        assert (await until(visit)) == {"left": 600, "longest": True, "time": f"{closes:%H:%M}"}


async def test_ended_visit_has_no_time_left(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    header = {"Cookie": f"{cookies.launch_name(visit.id)}={cookie_of(visit)}"}
    await end(visit)

    answer = await visit.browser._app.get(visit.path("until"), headers=header)

    assert answer.json()["left"] == 0


async def test_visit_that_nobody_uses_is_ended_and_its_tokens_are_given_back(at: Clinic) -> None:
    idle, used = await at.browser().open(ROSA), await at.browser().open(OTHER)
    at.clock.now += timedelta(minutes=14)
    await used.page("room")
    at.clock.now += timedelta(minutes=2)

    assert await services(at).sessions.end_lapsed() == 1
    assert await services(at).sessions.end_lapsed() == 0

    assert revoked(at) == 2
    assert (await idle.page("room")).status_code == 401
    assert (await used.page("room")).status_code == 200


async def test_two_ends_at_once_give_the_tokens_back_once(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    found = form((await visit.page("statements")).text, "/end")

    await asyncio.gather(*(visit.browser.post_once(found.action, found.fields) for _ in range(5)))

    assert revoked(at) == 2


async def test_addresses_of_the_end_are_closed_to_other_browsers(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)

    for name in ("end", "until"):
        assert (await at.browser().get(APP + visit.path(name))).status_code == 403
