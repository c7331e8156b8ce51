"""Single keys can be switched off and on again, in this browser, for as long as somebody wants it."""

import re

import httpx2
import pytest

from tests.pages import form, forms, words
from tests.visits import APP, Browser, Clinic, OpenVisit, box_of

PAGES = ("", "room", "review", "done", "statements", "handout", "sources", "sheets/own")
ROSA = "delgado-rosa"


def are_off(page: httpx2.Response) -> bool:
    return re.search(r'<html[^>]* data-keys="off"', page.text) is not None


async def choose(browser: Browser, choice: str, path: str = "/") -> httpx2.Response:
    return await browser.post_once(f"{APP}/keys", [("keys", choice), ("path", path)])


async def pressed(visit: OpenVisit, page: str) -> httpx2.Response:
    """Press the switch in the list of keys of a page."""
    shown = (await visit.page(page)).text
    if 'action="/keys"' in shown:
        found = form(shown, "/keys")
        return await visit.browser.post(found.action, [*found.fields, found.buttons[0][:2]])
    (button,) = re.findall(r'form="draft" name="next" value="(keys-\w+)"', shown)
    found = form(shown, "/draft")
    return await visit.browser.post(found.action, found.changed({"next": button}))


async def test_keys_are_on_until_somebody_switches_them_off(browser: Browser) -> None:
    visit = await browser.open(ROSA)

    assert not are_off(visit.first)
    assert "Single keys are on. They do nothing while you type." in words(visit.first.text)


@pytest.mark.parametrize("page", PAGES)
async def test_every_page_of_a_visit_lists_the_keys_and_switches_them_off_and_on(
    browser: Browser, page: str
) -> None:
    visit = await browser.open(ROSA)

    off = await pressed(visit, page)
    assert off.url.path == visit.path(page)
    assert off.url.fragment == "keys-now"
    assert are_off(off)
    assert 'id="keys-now"' in off.text
    assert "Single keys are off in this browser." in words(off.text)
    assert not are_off(await pressed(visit, page))


async def test_choice_stays_through_the_visit_and_for_the_next_launch(browser: Browser) -> None:
    visit = await browser.open(ROSA)
    await pressed(visit, "")

    for page in PAGES:
        assert are_off(await visit.page(page)), page
    assert are_off((await browser.open("bell-marcus")).first)


async def test_choice_of_one_browser_is_nobody_elses(running: Clinic, browser: Browser) -> None:
    await choose(browser, "off")

    assert not are_off((await running.browser().open(ROSA)).first)


async def test_choice_is_kept_in_a_cookie_that_works_inside_a_frame(browser: Browser) -> None:
    answer = await choose(browser, "off")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-cg-keys=off; Max-Age=31536000; ")
    assert cookie.endswith("Path=/; Secure; HttpOnly; SameSite=None; Partitioned")


@pytest.mark.parametrize("choice", ["", "OFF", "no", "off; Domain=evil.test", "\r\nX: 1"])
async def test_what_is_no_choice_changes_nothing(browser: Browser, choice: str) -> None:
    answer = await choose(browser, choice)

    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


async def test_another_site_cannot_switch_the_keys(browser: Browser) -> None:
    cross = {"Sec-Fetch-Site": "cross-site"}

    answer = await browser.post_once(f"{APP}/keys", [("keys", "off"), ("path", "/")], headers=cross)

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "path", ["//evil.test/", "/\\evil.test", "https://evil.test/", "", "/visits/\r\nX: 1"]
)
async def test_way_back_leads_nowhere_but_into_the_app(browser: Browser, path: str) -> None:
    assert (await choose(browser, "off", path)).headers["Location"] == "/#keys-now"


async def test_switching_in_the_room_keeps_what_is_typed_first(browser: Browser) -> None:
    visit = await browser.open(ROSA)
    room = form((await visit.page("room")).text, "/draft")
    typed = {f"{box_of(room, 'hope')}-words": "Dance at the wedding", "next": "keys-off"}

    shown = await browser.post(room.action, room.changed(typed))

    assert are_off(shown)
    assert "Dance at the wedding" in shown.text


async def test_page_that_answers_a_press_offers_no_way_back_that_would_lose_it(browser: Browser) -> None:
    visit = await browser.open(ROSA)
    room = form((await visit.page("room")).text, "/draft")

    refused = await browser.post_once(room.action, [*room.fields, ("patient", "somebody-else")])

    assert refused.status_code in {403, 409}
    assert not [each for each in forms(refused.text) if each.action.endswith("/keys")]


async def test_first_page_leads_to_the_box_of_each_question(browser: Browser) -> None:
    visit = await browser.open(ROSA)

    assert 'data-questions="hope worry matters people goal"' in visit.first.text
    assert f'href="{visit.path("room")}?open=hope"' in visit.first.text
    for name in ("hope", "worry", "matters", "people", "goal"):
        room = (await visit.page(f"room?open={name}")).text
        (opened,) = re.findall(r'<details class="app-prompt" id="prompt-(\w+)" open>', room)
        assert opened == name
        assert room.count(" autofocus") == 1
        assert " autofocus" in room.split(f'id="prompt-{name}"')[1].split("</details>")[0]


async def test_room_that_nobody_opened_for_writing_takes_no_focus(browser: Browser) -> None:
    visit = await browser.open(ROSA)

    assert " autofocus" not in (await visit.page("room")).text
