"""Taking back what this visit sent: marked as entered in error, and never over somebody else's change."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from tests.pages import Form, form, forms, words
from tests.visits import OpenVisit
from tests.web.charts import sams_visit


@pytest.fixture
async def visit() -> AsyncIterator[OpenVisit]:
    """A goal and a worry are in the chart, sent by this visit."""
    async with sams_visit() as opened:
        await opened.write(goal="Dance", worry="Fall")
        await opened.send()
        yield opened


def created(visit: OpenVisit, resource_type: str) -> dict[str, Any]:  # Any: FHIR JSON
    return visit.browser.clinic.ehr.created(resource_type)[0]


def writes(visit: OpenVisit) -> list[str]:
    return [each.method for each in visit.browser.clinic.ehr.requests if each.method == "PUT"]


async def undo_form(visit: OpenVisit, resource_type: str) -> Form:
    """The form of the row that became the entry, as the done page has it."""
    identifier = created(visit, resource_type)["identifier"][0]["value"]
    return form((await visit.page("done")).text, f"/undo/{identifier}")


async def press(visit: OpenVisit, filled: Form) -> httpx2.Response:
    return await visit.browser.post(filled.action, filled.fields)


@pytest.mark.parametrize(
    ("resource_type", "element"), [("Goal", "lifecycleStatus"), ("Observation", "status")]
)
async def test_what_was_sent_is_taken_back_with_one_press(
    visit: OpenVisit, resource_type: str, element: str
) -> None:
    page = await press(visit, await undo_form(visit, resource_type))

    assert created(visit, resource_type)[element] == "entered-in-error"
    assert page.url.path == visit.path("done")
    assert "Taken back" in words(page.text)
    nullified = visit.browser.clinic.ehr.created("Provenance")[-1]
    assert nullified["activity"]["coding"][0]["code"] == "NULLIFY"


async def test_statement_that_was_taken_back_is_not_told_as_said(visit: OpenVisit) -> None:
    visit.browser.clinic.clock.now += timedelta(minutes=11)  # until the chart is read anew
    assert "Dance" in words((await visit.page("statements")).text)

    await press(visit, await undo_form(visit, "Goal"))

    assert "Dance" not in words((await visit.page("statements")).text)


async def test_two_presses_take_it_back_once(visit: OpenVisit) -> None:
    filled = await undo_form(visit, "Goal")

    await asyncio.gather(press(visit, filled), press(visit, filled))

    assert writes(visit) == ["PUT"]


async def test_entry_that_somebody_changed_is_shown_beside_ours_before_it_is_taken_back(
    visit: OpenVisit,
) -> None:
    filled = await undo_form(visit, "Goal")
    store = visit.browser.clinic.ehr.store
    store.write({**created(visit, "Goal"), "description": {"text": "Dance, sitting."}})

    page = await press(visit, filled)

    text = words(page.text)
    assert created(visit, "Goal")["lifecycleStatus"] == "active"
    assert "What you sent Goal. Said by Sam Dance" in text
    assert "In the chart now Dance, sitting." in text
    assert "Changed in the chart meanwhile" in text
    assert "To the chart of GRAY, Sam Born 02-May-1970 (56y)" in text
    after = await press(visit, form(page.text, filled.action))
    assert created(visit, "Goal")["lifecycleStatus"] == "entered-in-error"
    assert after.url.path == visit.path("done")


async def test_conflict_about_something_else_says_that_the_words_are_the_same(visit: OpenVisit) -> None:
    filled = await undo_form(visit, "Goal")
    store = visit.browser.clinic.ehr.store
    store.write({**created(visit, "Goal"), "priority": {"text": "high"}})

    page = await press(visit, filled)

    assert "The words are as you sent them. Something else about it changed since." in words(page.text)


async def test_ehr_that_takes_no_updates_is_told_of_with_what_to_do_there() -> None:
    async with sams_visit() as visit:
        visit.browser.clinic.ehr.faults.refuse_update |= {"Goal"}
        await visit.write(goal="Dance")
        await visit.send()
        row = created(visit, "Goal")["identifier"][0]["value"]

        page = await visit.page(f"undo/{row}")
        token = next(each for each in forms((await visit.page("review")).text) if each.fields)
        pressed = await visit.browser.post(visit.path(f"undo/{row}"), token.fields)

        for text in (page.text, pressed.text):
            assert "This EHR takes no changes from apps. Open it in the EHR" in words(text)
            assert [each for each in forms(text) if "/undo/" in each.action] == []
        assert created(visit, "Goal")["lifecycleStatus"] == "active"
        assert writes(visit) == []


async def test_doubt_about_taking_back_is_settled_by_pressing_again(visit: OpenVisit) -> None:
    filled = await undo_form(visit, "Goal")
    faults = visit.browser.clinic.ehr.faults
    faults.write.drop_before_commit = True
    page = await press(visit, filled)
    assert "Taking it back Being checked" in words(page.text)
    faults.reset()

    again = form(page.text, filled.action)
    after = await press(visit, again)

    assert [words_ for _, _, words_ in again.buttons] == ["Check the chart again"]
    assert after.url.path == visit.path("done")
    assert created(visit, "Goal")["lifecycleStatus"] == "entered-in-error"


async def test_refusal_is_told_in_the_ehrs_words(visit: OpenVisit) -> None:
    filled = await undo_form(visit, "Goal")
    visit.browser.clinic.ehr.faults.refuse_update.add("Goal")

    page = await press(visit, filled)

    assert "Not in the chart The EHR answered “Goal cannot be updated here” (405)." in words(page.text)
    assert created(visit, "Goal")["lifecycleStatus"] == "active"


async def test_forged_or_foreign_press_takes_nothing_back(visit: OpenVisit) -> None:
    filled = await undo_form(visit, "Goal")

    forged = await visit.browser.post_once(filled.action, filled.filled(token="0" * 64))
    foreign = await visit.browser.post_once(
        filled.action, filled.fields, headers={"Sec-Fetch-Site": "cross-site"}
    )
    other = await visit.browser.post_once(filled.action, filled.filled(patient="delgado-rosa"))

    assert [forged.status_code, foreign.status_code, other.status_code] == [403, 403, 409]
    assert writes(visit) == []


async def test_row_of_nothing_that_is_in_the_chart_is_no_page(visit: OpenVisit) -> None:
    filled = await undo_form(visit, "Goal")
    other = await visit.browser.clinic.browser().open("delgado-rosa")

    unknown = await visit.browser.post_once(visit.path(f"undo/{'f' * 32}"), filled.fields)
    foreign = await other.browser.get_once("https://app.test" + filled.action.replace(visit.id, other.id))

    assert (unknown.status_code, foreign.status_code) == (404, 404)
    assert writes(visit) == []
