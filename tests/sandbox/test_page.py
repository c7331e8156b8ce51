"""The demo EHR's start page, over HTTP."""

import re
from collections.abc import AsyncIterator
from html import escape, unescape

import httpx2
import pytest

from smartapp.sandbox.server import DemoEhr
from smartapp.sandbox.stories import STORIES, Story
from tests.sandbox.start_page import APP, HOSTILE_NAME, browser_of, demo_ehr, others


@pytest.fixture
def ehr() -> DemoEhr:
    return demo_ehr(*others(3))


@pytest.fixture
async def browser(ehr: DemoEhr) -> AsyncIterator[httpx2.AsyncClient]:
    async with browser_of(ehr) as client:
        yield client


def frame_of(page: str) -> str:
    """Where the app's frame points, or "" when no app is open."""
    found = re.search(r'<iframe [^>]*src="([^"]*)"', page)
    return unescape(found[1]) if found else ""


# Picking a patient


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.patient_id)
async def test_each_story_has_a_page_with_its_own_chart(browser: httpx2.AsyncClient, story: Story) -> None:
    answer = await browser.get("/", params={"patient": story.patient_id})

    assert answer.status_code == 200
    assert f"<strong>{story.name}, {story.age}</strong>" in answer.text
    assert f"Chart of {story.name}</h3>" in answer.text
    assert escape(story.look_at) in answer.text
    assert "Made-up patients only. Nothing here leaves this computer." in answer.text
    assert "Signed in as <strong>Abena Osei, MD</strong>" in answer.text
    assert answer.text.count('aria-current="true"') == 1


async def test_without_a_choice_the_first_story_is_picked(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/")

    assert "Chart of Rosa Delgado</h3>" in answer.text


async def test_an_unknown_patient_is_not_replaced_by_another(browser: httpx2.AsyncClient) -> None:
    for path in ("/", "/demo/chart"):
        answer = await browser.get(path, params={"patient": "nobody"})

        assert (answer.status_code, answer.text) == (404, "There is no such patient in this EHR.")


async def test_the_chart_summary_comes_from_the_chart(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/?patient=delgado-rosa")).text

    for line in (
        "<li>Left knee pain <span>10:20</span></li>",
        "<li>Draft: Referral to orthopedic surgery <span>10:09</span></li>",
        "<li>Type 2 diabetes <span>2015</span></li>",
        "<li>Metformin 1000 mg <span>twice a day</span></li>",
        "<li>Latex <span></span></li>",
        "<li>Nurse visit <span>2 Apr 2026</span></li>",
    ):
        assert line in page


async def test_an_empty_chart_says_that_it_is_empty(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/?patient=yusuf-amina")).text

    assert page.count("<li>None on file") == 4
    assert "No goal and no preference is on file." in page


async def test_a_loaded_patient_with_a_hostile_name_is_shown_as_text(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/?patient=loaded-0&open=1")).text

    name = re.findall(r"Chart of (.*)</h3>", page)
    assert "<img" not in page
    assert [unescape(text) for text in name] == [HOSTILE_NAME]
    assert "No visit on file" in page


async def test_of_many_loaded_patients_fifty_are_listed_and_the_picked_one_among_them() -> None:
    async with browser_of(demo_ehr(*others(120))) as browser:
        page = (await browser.get("/?patient=loaded-119")).text

    assert "Other patients <span>120, the first 50 are shown</span>" in page
    assert len(re.findall(r'href="/\?patient=loaded-\d+"', page)) == 50
    assert 'href="/?patient=loaded-119" aria-current="true"' in page


# Opening the app


async def test_the_app_is_not_open_until_it_is_opened(browser: httpx2.AsyncClient, ehr: DemoEhr) -> None:
    page = (await browser.get("/?patient=delgado-rosa")).text

    assert frame_of(page) == ""
    assert "Nothing is open yet." in page


async def test_opening_puts_a_launch_for_this_patient_into_the_frame(
    browser: httpx2.AsyncClient, ehr: DemoEhr
) -> None:
    answer = await browser.get("/?patient=pike-harold&open=1")

    url = httpx2.URL(frame_of(answer.text))
    context = ehr.launches.take(url.params["launch"])
    assert str(url).startswith(APP)
    assert url.params["iss"] == ehr.fhir_base
    assert context is not None
    assert (context.patient_id, context.encounter_id) == ("pike-harold", "pike-harold-today")
    assert context.user == "Practitioner/osei-abena"
    assert 'title="Common Ground, opened for Harold Pike" allow="clipboard-write"' in answer.text


async def test_each_opening_has_a_launch_of_its_own(browser: httpx2.AsyncClient) -> None:
    frames = {frame_of((await browser.get("/?patient=pike-harold&open=1")).text) for _ in range(3)}

    assert len(frames) == 3


async def test_the_page_allows_nothing_inline_and_frames_the_app_only(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/?patient=delgado-rosa&open=1")

    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "frame-src 'self' http://app.example.test"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script type="module" src="/demo/static/ehr.js">']
    for asset in re.findall(r'(?:src|href)="(/demo/static/[^"]+)"', answer.text):
        assert (await browser.get(asset)).status_code == 200


# Making the EHR behave differently


async def test_switches_change_how_the_ehr_behaves_and_lead_back_to_the_page(
    browser: httpx2.AsyncClient, ehr: DemoEhr
) -> None:
    form = {"patient": "bell-marcus", "open": "1", "width": "700", "accepts": "observation", "slow": "1"}

    answer = await browser.post("/demo/switches", data=form | {"failing": "DocumentReference"})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/?patient=bell-marcus&width=700&open=1#use"
    assert ehr.faults.refuse_create == {"Goal"}
    assert ehr.faults.delay_s == 4.0
    assert ehr.faults.fail_types == {"DocumentReference": 500}


@pytest.mark.parametrize(
    ("manner", "line", "choices"),
    [
        ("full", "This one takes everything that the app can write.", ["all", "observation", "nothing"]),
        ("epic", "This one behaves like Epic: it takes notes, no goals.", ["all", "nothing"]),
    ],
)
async def test_the_page_says_how_this_ehr_behaves(manner: str, line: str, choices: list[str]) -> None:
    async with browser_of(demo_ehr(manner=manner)) as browser:
        page = (await browser.get("/")).text

    assert f"<p>{line}</p>" in page
    assert re.findall(r'name="accepts" value="([^"]*)"', page) == choices


async def test_switches_can_be_put_back(browser: httpx2.AsyncClient, ehr: DemoEhr) -> None:
    await browser.post("/demo/switches", data={"accepts": "nothing", "slow": "1", "failing": "Goal"})
    refused_everything = ehr.faults.refuse_all_writes
    await browser.post("/demo/switches", data={"accepts": "all", "failing": ""})

    assert refused_everything
    assert not ehr.faults.refuse_all_writes
    assert (ehr.faults.delay_s, ehr.faults.fail_types, ehr.faults.refuse_create) == (0.0, {}, set())


async def test_the_page_shows_the_switches_as_they_stand(browser: httpx2.AsyncClient, ehr: DemoEhr) -> None:
    ehr.faults.refuse_all_writes = True
    ehr.faults.delay_s = 4.0
    ehr.faults.fail_types = {"Goal": 500}

    page = (await browser.get("/?patient=delgado-rosa&width=400")).text

    assert '<input type="radio" name="accepts" value="nothing" checked>' in page
    assert '<input type="checkbox" name="slow" value="1" checked>' in page
    assert '<option value="Goal" selected>Goals</option>' in page
    assert '<input type="radio" name="width" value="400" checked>' in page


async def test_page_chooses_how_apps_are_shown(browser: httpx2.AsyncClient, ehr: DemoEhr) -> None:
    await browser.post("/demo/switches", data={"accepts": "all", "look": "dark", "banner": "1"})
    page = (await browser.get("/?patient=delgado-rosa&open=1")).text
    await browser.post("/demo/switches", data={"accepts": "all", "look": "no-such-look"})

    assert '<option value="dark" selected>Dark</option>' in page
    assert '<input type="checkbox" name="banner" value="1" checked>' in page
    (context,) = ehr.launches._waiting.values()
    assert not context.need_patient_banner
    assert (ehr.faults.around.look, ehr.faults.around.has_banner) == ("", False)


async def test_values_that_the_page_does_not_offer_break_nothing(
    browser: httpx2.AsyncClient, ehr: DemoEhr
) -> None:
    await browser.post("/demo/switches", data={"accepts": "everything", "failing": "Patient"})

    page = await browser.get("/?width=9999")

    assert ehr.faults.refuse_create == set()
    assert ehr.faults.fail_types == {}
    assert '<input type="radio" name="width" value="full" checked>' in page.text


async def test_an_expired_session_cannot_be_refreshed_and_the_next_opening_can(
    browser: httpx2.AsyncClient, ehr: DemoEhr
) -> None:
    answer = await browser.post("/demo/expire", data={"patient": "bell-marcus", "open": "1"})
    after_expiry = ehr.faults.token.refuse_refresh
    await browser.get("/?patient=bell-marcus&open=1")

    assert answer.status_code == 303
    assert after_expiry
    assert not ehr.faults.token.refuse_refresh


async def test_only_a_post_changes_anything(browser: httpx2.AsyncClient) -> None:
    for path in ("/demo/switches", "/demo/expire"):
        assert (await browser.get(path)).status_code == 405
