"""What is now in the chart, as the demo EHR's start page tells it."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.sandbox.start_page import ROSA, browser_of, demo_ehr, goal, note, observation, others, write


@pytest.fixture
async def browser() -> AsyncIterator[httpx2.AsyncClient]:
    async with browser_of(demo_ehr(*others(3))) as client:
        yield client


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
        "Goal/delgado-rosa-market",
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

    assert "Goal/1, entered in error" in chart
    assert '<del class="ehr-now__words">Goal, taken back, said by Rosa: “Walk.”</del>' in chart
    assert "<span>1 entered in error</span>" in chart


async def test_a_draft_note_says_that_it_has_to_be_signed(browser: httpx2.AsyncClient) -> None:
    await write(browser, note("preliminary"))
    await write(browser, note("final"))

    chart = (await browser.get("/demo/chart?patient=delgado-rosa")).text

    assert "A note, draft, to be signed: What matters, written by Abena Osei, MD" in chart
    assert "A note, signed: What matters, written by Abena Osei, MD" in chart


async def test_the_text_of_a_note_is_read_from_where_the_vendor_keeps_it() -> None:
    async with browser_of(demo_ehr(manner="epic")) as browser:
        await write(browser, note("preliminary"))
        chart = (await browser.get("/demo/chart?patient=delgado-rosa")).text

    assert ">Her words</pre>" in chart


async def test_answers_stand_beside_the_questions_of_the_form() -> None:
    form = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "https://ehr.example.org/fhir/Questionnaire/what-matters|1",
        "status": "completed",
        "subject": ROSA,
        "source": ROSA,
        "item": [
            {"linkId": "goal", "answer": [{"valueString": "Dance."}, {"valueString": "Walk."}]},
            {"linkId": "worry", "answer": [{"valueString": "Falling."}]},
        ],
    }
    async with browser_of(demo_ehr(manner="athenahealth")) as browser:
        await write(browser, form)
        chart = (await browser.get("/demo/chart?patient=delgado-rosa")).text

    assert (
        "Answers to a form, said by Rosa: What would you like to be able to do? “Dance.” “Walk.” "
        "What worries you most? “Falling.”"
    ) in chart


async def test_a_plan_and_an_order_are_told_in_words(browser: httpx2.AsyncClient) -> None:
    plan = {"status": "active", "intent": "plan", "title": "Decision agreed", "description": "Wait."}
    doctor = {"author": {"reference": "Practitioner/osei-abena"}}
    await write(browser, {"resourceType": "CarePlan", "subject": ROSA, **plan, **doctor})
    await write(browser, goal("Dance."))
    entries = [{"item": {"reference": "Goal/2"}}, {"item": {"display": "Sleep."}}]
    ordered = {"status": "current", "mode": "snapshot", "source": ROSA, "entry": entries}
    await write(browser, {"resourceType": "List", "subject": ROSA, **ordered})

    chart = (await browser.get("/demo/chart?patient=delgado-rosa")).text

    assert "Decision agreed, active, written by Abena Osei, MD: “Wait.”" in chart
    assert "What matters most, in order, said by Rosa: 1. “Dance.” 2. “Sleep.”" in chart


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
