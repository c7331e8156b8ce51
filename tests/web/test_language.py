"""Which language a page is in, and what no language changes."""

import re

import httpx2
import pytest

from tests.pages import form, words
from tests.visits import APP, Browser, Clinic, OpenVisit, box_of, clinic

SPANISH = [("language", "es"), ("path", "/")]


def speaks(page: httpx2.Response) -> str:
    found = re.search(r'<html lang="([^"]+)" dir="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def offered(page: httpx2.Response) -> list[str]:
    """The languages that the footer offers to change to."""
    return re.findall(
        r'<button class="app-plain" type="submit"[^>]*value="(?:language-)?([A-Za-z-]+)" lang=', page.text
    )


async def choose(browser: Browser, tag: str, path: str = "/") -> httpx2.Response:
    return await browser.post_once(f"{APP}/language", [("language", tag), ("path", path)])


async def with_accept_language(visit: OpenVisit, header: str, page: str = "") -> httpx2.Response:
    return await visit.browser._app.get(APP + visit.path(page), headers={"Accept-Language": header})


async def test_page_is_in_english_and_offers_the_others(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")

    assert speaks(visit.first) == "en"
    assert offered(visit.first) == ["es", "zh-Hans"]
    assert 'lang="zh-Hans" dir="ltr">中文 (简体)</button>' in visit.first.text


async def test_chosen_language_stays_through_the_visit(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")

    answer = await choose(browser, "es", visit.path("statements"))

    assert answer.status_code == 303
    assert answer.headers["Location"] == visit.path("statements")
    for page in ("", "room", "review", "done", "statements"):
        shown = await visit.page(page)
        assert speaks(shown) == "es", page
        assert "Revisar" in words(shown.text), page


async def test_choice_is_kept_in_a_cookie_that_works_inside_a_frame(browser: Browser) -> None:
    answer = await choose(browser, "es")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-cg-language=es; ")
    assert cookie.endswith("Path=/; Secure; HttpOnly; SameSite=None; Partitioned")


@pytest.mark.parametrize("tag", ["fr", "", "en-XA", "es; Domain=evil.test", "../es"])
async def test_language_that_the_app_does_not_speak_is_not_kept(browser: Browser, tag: str) -> None:
    answer = await choose(browser, tag)

    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["//evil.test/", "/\\evil.test", "https://evil.test/", "", "\t/", "/visits/\r\nX: 1"]
)
async def test_way_back_leads_nowhere_but_into_the_app(browser: Browser, path: str) -> None:
    assert (await choose(browser, "es", path)).headers["Location"] == "/"


async def test_another_site_cannot_change_the_language(browser: Browser) -> None:
    answer = await browser.post_once(f"{APP}/language", SPANISH, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


async def test_changing_the_language_in_the_room_keeps_what_is_typed_first(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")
    room = form((await visit.page("room")).text, "/draft")
    fields = room.changed({f"{box_of(room, 'hope')}-words": "Bailar en la boda", "next": "language-es"})

    shown = await browser.post(room.action, fields)

    assert speaks(shown) == "es"
    assert "Bailar en la boda" in shown.text
    assert offered(shown) == ["en", "zh-Hans"]


@pytest.mark.parametrize(
    ("header", "tag"),
    [("es-MX,es;q=0.9", "es"), ("zh-CN,zh;q=0.9", "zh-Hans"), ("fr,de;q=0.5", "en"), ("", "en")],
)
async def test_without_a_choice_the_browser_is_asked(browser: Browser, header: str, tag: str) -> None:
    visit = await browser.open("delgado-rosa")

    assert speaks(await with_accept_language(visit, header)) == tag


async def test_sites_first_language_comes_before_the_browsers_and_only_its_own_are_offered() -> None:
    async with clinic(registration={"languages": ("es", "en")}) as at:
        visit = await at.browser().open("delgado-rosa")

        shown = await with_accept_language(visit, "zh-CN")

    assert speaks(shown) == "es"
    assert offered(shown) == ["en"]


async def test_choice_that_the_site_does_not_offer_is_passed_over() -> None:
    async with clinic(registration={"languages": ("en", "es")}) as at:
        browser = at.browser()
        visit = await browser.open("delgado-rosa")
        await choose(browser, "zh-Hans")

        assert speaks(await visit.page()) == "en"


async def test_site_with_one_language_offers_no_choice() -> None:
    async with clinic(registration={"languages": ("en",)}) as at:
        visit = await at.browser().open("delgado-rosa")

        assert offered(visit.first) == []
        assert "app-foot__languages" not in visit.first.text


async def test_error_page_and_error_for_a_script_speak_the_language_too(browser: Browser) -> None:
    await choose(browser, "es")

    page = await browser.get(f"{APP}/no-such-page")
    problem = await browser._app.get(f"{APP}/no-such-page", headers={"Accept": "application/json"})

    assert speaks(page) == "es"
    assert "<h1><span>No existe esa página.</span> </h1>" in page.text
    assert problem.json()["heading"] == "No existe esa página."


async def test_page_that_answers_a_press_offers_no_way_back_that_would_lose_it(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")
    room = form((await visit.page("room")).text, "/draft")

    refused = await browser.post_once(room.action, [*room.fields, ("patient", "somebody-else")])

    assert refused.status_code in {403, 409}
    assert offered(refused) == []


async def test_dates_are_written_as_the_language_has_them(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")
    await choose(browser, "zh-Hans")

    shown = words((await visit.page("statements")).text)

    assert "1958年3月12日" in shown
    assert "2026年11月22日" in shown


async def test_reminders_and_questions_are_the_same_in_every_language(browser: Browser) -> None:
    found = []
    visit = await browser.open("bell-marcus")
    for tag in ("en", "es", "zh-Hans"):
        await choose(browser, tag)
        before, room = await visit.page(), await visit.page("room")
        found.append(
            (
                re.findall(r"/prompts/([^/]+)/hide", before.text),
                sorted(re.findall(r'value="add-(ask-[^"]+)"', room.text)),
            )
        )

    assert found[0][1]
    assert found[0] == found[1] == found[2]


async def test_what_is_written_to_the_chart_is_the_same_in_every_language() -> None:
    written = []
    for tag in ("en", "es", "zh-Hans"):
        async with clinic() as at:
            written.append(await _written(at, tag))

    assert any("Bailar" in text for text in written[0])
    assert written[0] == written[1] == written[2]


async def _written(at: Clinic, tag: str) -> list[str]:
    """The texts that a visit in this language leaves in the chart."""
    browser = at.browser()
    visit = await browser.open("delgado-rosa")
    await choose(browser, tag)
    await visit.write(hope="Bailar en la boda", worry="Quedarme sola")
    await visit.send()
    store = at.ehr.store
    return sorted(text for kind in store.types() for each in store.written(kind) for text in _strings(each))


def _strings(value: object, key: str = "") -> list[str]:
    """Every text of an entry, without ids, references and times."""
    if isinstance(value, dict):
        return [text for name, each in value.items() for text in _strings(each, name)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each, key)]
    if isinstance(value, str) and key in {
        "text",
        "div",
        "display",
        "description",
        "data",
        "title",
        "valueString",
    }:
        return [value]
    return []
