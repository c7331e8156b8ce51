"""A question shown to the patient: large, alone, in the patient's language, with nothing of the chart."""

import re

import httpx2
import pytest

from tests.pages import form, words
from tests.visits import APP, Browser, OpenVisit, box_of, clinic


def asked(page: httpx2.Response) -> tuple[str, str]:
    """The language and the words of the question."""
    found = re.search(r'<h1 class="ask__text" lang="([^"]+)" dir="[a-z]+">([^<]+)</h1>', page.text)
    assert found is not None, page.text
    return found[1], found[2]


async def shown(visit: OpenVisit, question: str = "worry") -> httpx2.Response:
    return await visit.page(f"patient/{question}")


async def test_question_is_in_the_patients_language_and_says_that_it_is_a_draft(browser: Browser) -> None:
    page = await shown(await browser.open("herrera-jose"))

    assert asked(page) == ("es", "¿Qué es lo que más le preocupa?")
    assert '<html lang="es" dir="ltr"' in page.text
    assert "Pregunta siguiente" in page.text
    assert re.search(r'<aside class="ask__aside" lang="en" dir="ltr">\s*<p>Draft translation\.', page.text)


async def test_chinese_of_the_chart_finds_simplified_chinese(browser: Browser) -> None:
    assert asked(await shown(await browser.open("chen-lina"))) == ("zh-Hans", "您最担心的是什么？")


async def test_english_question_needs_no_mark(browser: Browser) -> None:
    page = await shown(await browser.open("delgado-rosa"))

    assert asked(page)[0] == "en"
    assert "Draft translation" not in page.text


async def test_nothing_of_the_chart_is_on_the_page_or_in_its_address(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")
    await visit.write(hope="Dance at the wedding")

    page = await shown(visit)

    for secret in ("Rosa", "DELGADO", "4172283", "1958", "Dance", "knee"):
        assert secret not in page.text, secret
    assert re.fullmatch(r"/visits/[^/]+/patient/[a-z-]+", page.url.path)
    assert page.url.query in {b"", ""}


async def test_showing_a_question_keeps_what_is_typed_first_and_leads_back_to_it(browser: Browser) -> None:
    visit = await browser.open("herrera-jose")
    room = form((await visit.page("room")).text, "/draft")
    fields = room.changed({f"{box_of(room, 'worry')}-words": "No poder trabajar", "next": "show-worry"})

    page = await browser.post(room.action, fields)

    assert asked(page)[1] == "¿Qué es lo que más le preocupa?"
    back = re.search(r'href="([^"]+)">Back to the questions', page.text)
    assert back is not None
    assert back[1] == f"{visit.path('room')}?open=worry#prompt-worry"
    assert "No poder trabajar" in (await browser.get(APP + back[1].split("#")[0])).text


async def test_every_question_of_the_room_and_its_drawer_can_be_shown(browser: Browser) -> None:
    visit = await browser.open("herrera-jose")
    room = form((await visit.page("room")).text, "/draft")
    values = sorted(set(re.findall(r'value="(show-[^"]+)"', (await visit.page("room")).text)))

    pages = [await browser.post(room.action, room.changed({"next": value})) for value in values]

    assert len(values) > 10
    assert {asked(page)[0] for page in pages} == {"es"}


async def test_one_can_go_through_the_questions_of_the_room(browser: Browser) -> None:
    visit = await browser.open("herrera-jose")
    page, seen = await shown(visit, "hope"), []
    for _ in range(10):
        seen.append(asked(page)[1])
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        if following is None:
            break
        page = await browser.get(APP + following[1].replace("&amp;", "&"))

    assert len(seen) == 5
    assert len(set(seen)) == 5
    assert "5 de 5" in words(page.text)


async def test_another_language_can_be_chosen_on_the_screen_and_stays(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")
    page = await shown(visit)
    chinese = re.search(r'href="([^"]+)" lang="zh-Hans"', page.text)
    assert chinese is not None

    chosen = await browser.get(APP + chinese[1])

    assert asked(chosen)[0] == "zh-Hans"
    following = re.search(r'rel="next" href="([^"]+)"', chosen.text)
    assert following is not None
    assert following[1].endswith("?language=zh-Hans")
    assert '<html lang="en"' in (await visit.page("room")).text


@pytest.mark.parametrize("wanted", ["fr", "en-XA", "<script>", ""])
async def test_language_that_there_is_not_shows_english(browser: Browser, wanted: str) -> None:
    visit = await browser.open("delgado-rosa")

    page = await visit.page(f"patient/worry?language={wanted}")

    assert asked(page) == ("en", "What are you most worried about?")


async def test_site_that_forbids_drafts_shows_english_and_says_why() -> None:
    async with clinic(setting={"draft_translations": False}) as at:
        page = await shown(await at.browser().open("herrera-jose"))

    assert asked(page)[0] == "en"
    assert "There is no translation into the patient’s language." in page.text
    assert "ask__languages" not in page.text


async def test_question_that_is_not_there_is_an_error_page(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")

    assert (await shown(visit, "no-such-question")).status_code == 404


async def test_page_is_for_the_browser_of_the_launch_only(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")

    answer = await browser.clinic.browser().get(APP + visit.path("patient/worry"))

    assert answer.status_code == 403
