"""The demo EHR's start page, over HTTP."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any

import httpx2
import pytest
from joserfc.jwk import RSAKey

from smartapp.sandbox.page import start_page_routes
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sandbox.stories import STORIES, Story, story_resources

NOW = datetime(2026, 6, 9, 15, 36, tzinfo=UTC)
APP = "http://app.example.test/launch"
HOSTILE_NAME = "<img src=x onerror=alert(1)> \" ' & 張偉"
ROSA = {"reference": "Patient/delgado-rosa"}
KEY = RSAKey.generate_key(2048)

Json = dict[str, Any]


def others(count: int) -> list[Json]:
    hostile = {"resourceType": "Patient", "id": "loaded-0", "name": [{"text": HOSTILE_NAME}]}
    plain = [
        {"resourceType": "Patient", "id": f"loaded-{n}", "name": [{"family": f"Loaded{n}"}]}
        for n in range(1, count)
    ]
    return [hostile, *plain]


def demo_ehr(*more: Json) -> DemoEhr:
    made: list[DemoEhr] = []
    routes = start_page_routes(lambda: made[0], clock=lambda: NOW)
    ehr = create_demo_ehr(
        base_url="http://ehr.example.test",
        app_launch_url=APP,
        resources=[*story_resources(NOW.date()), *more],
        clock=lambda: NOW,
        routes=routes,
        signing_key=KEY,
    )
    made.append(ehr)
    return ehr


@pytest.fixture
def ehr() -> DemoEhr:
    return demo_ehr(*others(3))


@pytest.fixture
async def browser(ehr: DemoEhr) -> AsyncIterator[httpx2.AsyncClient]:
    async with browser_of(ehr) as client:
        yield client


def browser_of(ehr: DemoEhr) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=ehr.app), base_url="http://ehr.example.test")


def frame_of(page: str) -> str:
    """Where the app's frame points, or "" when no app is open."""
    found = re.search(r'<iframe [^>]*src="([^"]*)"', page)
    return unescape(found[1]) if found else ""


async def write(browser: httpx2.AsyncClient, resource: Json) -> httpx2.Response:
    headers = {"Content-Type": "application/fhir+json"}
    return await browser.post(f"/open/fhir/{resource['resourceType']}", json=resource, headers=headers)


def goal(words: str, **more: object) -> Json:
    said = {"description": {"text": words}, "subject": ROSA, "expressedBy": ROSA}
    return {"resourceType": "Goal", "lifecycleStatus": "active", **said, **more}


def observation(code: str, words: str, performer: Json) -> Json:
    codings = [
        {"system": "http://loinc.org", "code": "95541-9"},
        {"system": "http://app.example.test/x", "code": code},
    ]
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": codings},
        "subject": ROSA,
        "performer": [performer],
        "valueString": words,
    }


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


# What is in the chart


async def test_a_created_goal_appears_in_the_patients_words_and_escaped(browser: httpx2.AsyncClient) -> None:
    await write(browser, goal("Dance, <b>one</b> whole song.", target=[{"dueDate": "2026-10-17"}]))

    chart = (await browser.get("/demo/chart?patient=delgado-rosa")).text

    sentence = "Goal, active, said by Rosa: “Dance, &lt;b&gt;one&lt;/b&gt; whole song.” By 17 Oct 2026."
    assert sentence in chart
    assert "<b>" not in chart
    assert "4. What is now in the chart <span>1 new</span>" in chart
    assert "Goal/1, new" in chart
    assert "<summary>As FHIR</summary>" in chart


async def test_each_kind_of_entry_is_a_sentence_of_its_own(browser: httpx2.AsyncClient) -> None:
    ernesto = {"reference": "RelatedPerson/delgado-rosa-ernesto"}
    await write(browser, observation("worries", "That I end up like my sister.", ROSA))
    await write(browser, observation("people-involved", "Yo la llevo.", ernesto))
    note = {"attachment": {"contentType": "text/plain", "data": "SGVyIHdvcmRz"}}
    await write(
        browser,
        {
            "resourceType": "DocumentReference",
            "status": "current",
            "description": "What matters to the patient",
            "subject": ROSA,
            "author": [{"reference": "Practitioner/osei-abena"}],
            "content": [note],
        },
    )
    targets = [
        {"reference": "Observation/1"},
        {"reference": "Observation/2"},
        {"reference": "DocumentReference/3"},
    ]
    who = [{"who": ROSA}]
    await write(
        browser,
        {"resourceType": "Provenance", "target": targets, "recorded": "2026-06-09T15:36:00Z", "agent": who},
    )

    chart = (await browser.get("/demo/chart?patient=delgado-rosa")).text

    for sentence in (
        "Worry, said by Rosa: “That I end up like my sister.”",
        "People to involve, said by Ernesto Delgado: “Yo la llevo.”",
        "A note: What matters to the patient, written by Abena Osei, MD",
        "Who said it and who wrote it down, for 3 entries",
        ">Her words</pre>",
    ):
        assert sentence in chart


async def test_a_question_that_was_not_answered_is_nobodys_words(browser: httpx2.AsyncClient) -> None:
    chart = (await browser.get("/demo/chart?patient=wojcik-tomasz")).text

    assert "Role in deciding: asked, and not answered" in chart
    assert (
        "Worry, said by Tomek: “My father bled after a fall. A stroke scares me, but so does that.”" in chart
    )


async def test_what_was_written_comes_before_what_was_there(browser: httpx2.AsyncClient) -> None:
    await write(browser, goal("Walk to the market."))

    chart = (await browser.get("/demo/chart?patient=delgado-rosa")).text

    labels = re.findall(r'ehr-now__id">([^<]*)<', chart)
    assert labels == [
        "Goal/1, new",
        "Observation/delgado-rosa-surgery-later",
        "Observation/delgado-rosa-interpreter",
        "Goal/delgado-rosa-wedding",
        "Observation/delgado-rosa-mornings",
    ]


async def test_a_goal_that_was_changed_or_taken_back_says_so(browser: httpx2.AsyncClient) -> None:
    created = (await write(browser, goal("Walk."))).json()
    headers = {"Content-Type": "application/fhir+json", "If-Match": 'W/"1"'}
    taken_back = created | {"lifecycleStatus": "entered-in-error"}
    await browser.put("/open/fhir/Goal/1", json=taken_back, headers=headers)

    chart = (await browser.get("/demo/chart?patient=delgado-rosa")).text

    assert "Goal/1, changed" in chart
    assert "Goal, taken back, said by Rosa: “Walk.”" in chart
    assert "<span>1 changed</span>" in chart


@pytest.mark.parametrize(
    ("patient", "words"),
    [("delgado-rosa", "as soon as there is a bed"), ("bell-marcus", "stop all of my medicines")],
)
async def test_what_was_entered_in_error_before_is_not_shown(
    browser: httpx2.AsyncClient, patient: str, words: str
) -> None:
    page = (await browser.get("/", params={"patient": patient})).text

    assert words not in page


async def test_a_refused_write_is_shown_and_says_that_nothing_was_stored(browser: httpx2.AsyncClient) -> None:
    await write(browser, goal("Walk.", lifecycleStatus="hopeful"))

    chart = (await browser.get("/demo/chart?patient=delgado-rosa")).text

    assert "refused (422)" in chart
    assert "Nothing was stored. This EHR did not accept the content." in chart
    assert "<span>1 refused</span>" in chart


async def test_one_patients_writes_are_not_shown_on_another_patients_page(
    browser: httpx2.AsyncClient,
) -> None:
    await write(browser, goal("Walk."))
    await write(browser, goal("Walk.", lifecycleStatus="hopeful"))

    chart = (await browser.get("/demo/chart?patient=yusuf-amina")).text

    assert "Walk." not in chart
    assert "nothing new yet" in chart


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
