"""Changing a goal of the chart: what the page shows is what is stored, and nothing typed is lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from smartapp.sandbox.fhir_store import FhirStore
from tests.pages import Form, form, forms, words
from tests.visits import APP, Clinic, OpenVisit
from tests.web.charts import goal, sams_visit

WALK = goal(
    "g1",
    "Walk to the mailbox.",
    startDate="2026-10-01",
    expressedBy={"reference": "Patient/gray-sam"},
    extension=[{"url": "urn:elsewhere:rank", "valueInteger": 2}],
)
OVER = goal("g2", "Sleep through.", lifecycleStatus="completed")
CODED = goal(
    "g3",
    "Stop smoking",
    description={"text": "Stop smoking", "coding": [{"system": "urn:x", "code": "1", "display": "Quit"}]},
)


@pytest.fixture
async def visit() -> AsyncIterator[OpenVisit]:
    async with sams_visit(WALK, OVER, CODED) as opened:
        yield opened


def running(visit: OpenVisit) -> Clinic:
    return visit.browser.clinic


def store(visit: OpenVisit) -> FhirStore:
    return running(visit).ehr.store


def in_chart(visit: OpenVisit, slug: str = "g1") -> dict[str, Any]:  # Any: FHIR JSON
    found = store(visit).get("Goal", slug)
    assert found is not None
    return found


def by_somebody_else(visit: OpenVisit, **changes: Any) -> None:  # Any: FHIR JSON
    store(visit).write({**in_chart(visit), **changes})


def writes(visit: OpenVisit) -> list[str]:
    return [each.method for each in running(visit).ehr.requests if each.method in {"PUT", "PATCH"}]


async def shown(visit: OpenVisit, slug: str = "g1") -> Form:
    return form((await visit.page(f"goals/{slug}")).text, f"/goals/{slug}")


async def press(visit: OpenVisit, filled: Form, **changes: str) -> httpx2.Response:
    return await visit.browser.post(filled.action, filled.filled(**changes))


async def test_statements_link_each_goal_that_can_still_change(visit: OpenVisit) -> None:
    page = (await visit.page("statements")).text

    assert page.count(">Change this goal</a>") == 2
    assert f'href="{visit.path("goals/g1")}"' in page
    assert f'href="{visit.path("goals/g2")}"' not in page


async def test_goal_is_shown_as_it_stands_with_the_patient_beside_the_button(visit: OpenVisit) -> None:
    text = words((await visit.page("goals/g1")).text)

    assert "Change this goal" in text
    assert "In the chart now Walk to the mailbox. Goal, accepted, 1 Oct 2026." in text
    assert "Accepted. Version 1. Goal/g1" in text
    assert "Achieved Stored as completed, achieved. The goal’s note begins: Marked as achieved on 22" in text
    assert "To the chart of GRAY, Sam Born 02-May-1970 (56y) Change it in this chart" in text


async def test_achieved_goal_is_stored_and_told_as_read_back(visit: OpenVisit) -> None:
    page = await press(visit, await shown(visit), kind="achieved", note="I did it on Sunday.")

    goal_now = in_chart(visit)
    text = words(page.text)
    assert (goal_now["lifecycleStatus"], goal_now["meta"]["versionId"]) == ("completed", "2")
    assert goal_now["extension"] == WALK["extension"]
    assert goal_now["note"][0]["text"].endswith("I did it on Sunday.")
    assert "In the chart: marked as achieved Version 2, read back at " in text
    assert page.url.path == visit.path("goals/g1")


async def test_new_words_are_stored_and_shown(visit: OpenVisit) -> None:
    filled = await shown(visit)
    assert filled.value("words") == "Walk to the mailbox."

    page = await press(visit, filled, kind="reworded", words="Walk to the lake.")

    assert in_chart(visit)["description"]["text"] == "Walk to the lake."
    assert "In the chart: in its new words Version 2, read back" in words(page.text)
    assert "Walk to the lake." in words((await visit.page("statements")).text)


async def test_goal_that_is_no_longer_wanted_is_cancelled_and_has_no_form_left(visit: OpenVisit) -> None:
    page = await press(visit, await shown(visit), kind="no_longer_wanted")

    assert in_chart(visit)["lifecycleStatus"] == "cancelled"
    assert "In the chart: marked as no longer wanted" in words(page.text)
    assert [each for each in forms(page.text) if each.action.endswith("/goals/g1")] == []


async def test_reload_after_a_change_repeats_nothing(visit: OpenVisit) -> None:
    await press(visit, await shown(visit), kind="achieved")

    again = await visit.page("goals/g1")

    assert "In the chart: marked as achieved" in words(again.text)
    assert writes(visit) == ["PUT"]


async def test_double_press_is_one_change(visit: OpenVisit) -> None:
    filled = await shown(visit)

    await asyncio.gather(press(visit, filled, kind="achieved"), press(visit, filled, kind="achieved"))

    assert writes(visit) == ["PUT"]
    assert len(in_chart(visit)["note"]) == 1


async def test_conflict_shows_both_versions_and_changes_the_newer_one_when_asked(visit: OpenVisit) -> None:
    filled = await shown(visit)
    by_somebody_else(visit, description={"text": "Walk to church."})

    page = await press(visit, filled, kind="reworded", words="Walk to the lake.", note="For the ducks.")

    text = words(page.text)
    assert in_chart(visit)["description"]["text"] == "Walk to church."
    assert "In the chart now Walk to church." in text
    assert "Your change Changed. Walk to the lake. For the ducks. Changed in the chart meanwhile" in text
    again = form(page.text, "/goals/g1")
    assert (again.value("version"), again.value("kind")) == ("2", "reworded")
    assert (again.value("words"), again.value("note")) == ("Walk to the lake.", "For the ducks.")
    assert again.value("change") != filled.value("change")
    after = await press(visit, again)
    assert in_chart(visit)["description"]["text"] == "Walk to the lake."
    assert "In the chart: in its new words Version 3" in words(after.text)


async def test_lost_answer_after_it_was_stored_is_told_as_stored(visit: OpenVisit) -> None:
    filled = await shown(visit)
    fault = running(visit).ehr.faults.write
    fault.commit_then_drop, fault.remaining = True, 1

    page = await press(visit, filled, kind="achieved")

    assert "In the chart: marked as achieved Version 2" in words(page.text)
    assert writes(visit) == ["PUT"]


async def test_change_in_doubt_is_checked_on_request(visit: OpenVisit) -> None:
    filled = await shown(visit)
    fault = running(visit).ehr.faults.write
    fault.drop_before_commit = True
    page = await press(visit, filled, kind="achieved")
    assert "Your change Achieved. Being checked The chart does not show the change." in words(page.text)
    fault.drop_before_commit = False

    check = form(page.text, "/goals/g1/check")
    after = await visit.browser.post(check.action, check.fields)

    assert "In the chart: marked as achieved Version 2" in words(after.text)
    assert len(in_chart(visit)["note"]) == 1


async def test_ehr_that_goes_down_leaves_the_words_on_the_page(visit: OpenVisit) -> None:
    filled = await shown(visit)
    running(visit).ehr.faults.fail_types["Goal"] = 500

    page = await press(visit, filled, kind="reworded", words="Walk to the lake.")

    text = words(page.text)
    assert "The goal could not be read now. Nothing you typed is lost." in text
    assert "Your change Changed. Walk to the lake. Not in the chart" in text
    running(visit).ehr.faults.fail_types.clear()
    assert (await shown(visit)).value("words") == "Walk to the lake."


async def test_refusal_is_told_and_the_words_come_back_in_the_form(visit: OpenVisit) -> None:
    filled = await shown(visit)
    running(visit).ehr.faults.refuse_update.add("Goal")

    page = await press(visit, filled, kind="reworded", words="Walk to the lake.", note="Ducks.")

    text = words(page.text)
    assert "Not in the chart The EHR answered “Goal cannot be updated here” (405)." in text
    again = form(page.text, "/goals/g1")
    assert (again.value("words"), again.value("note")) == ("Walk to the lake.", "Ducks.")
    assert in_chart(visit)["meta"]["versionId"] == "1"


async def test_ehr_without_updates_gets_no_form_but_words_what_to_do_there() -> None:
    async with sams_visit(WALK) as visit:
        running(visit).ehr.faults.refuse_update.add("Goal")

        page = await visit.page("goals/g1")

    text = words(page.text)
    assert "This EHR takes no changes from apps. Open the goal in the EHR and mark there" in text
    assert "Goal/g1\nWalk to the mailbox.</textarea>" in page.text
    assert [each for each in forms(page.text) if each.action.endswith("/goals/g1")] == []


async def test_goal_without_a_version_gets_no_form(visit: OpenVisit) -> None:
    running(visit).ehr.faults.write.no_versions = True

    page = await visit.page("goals/g1")

    assert "This EHR tells no versions of its goals." in words(page.text)
    assert [each for each in forms(page.text) if each.action.endswith("/goals/g1")] == []


async def test_coded_goal_can_be_closed_but_not_put_in_other_words(visit: OpenVisit) -> None:
    page = await visit.page("goals/g3")

    assert 'value="achieved"' in page.text
    assert 'value="reworded"' not in page.text
    assert 'name="words"' not in page.text
    assert "The chart also describes this goal with a code" in words(page.text)


async def test_goal_that_is_over_is_shown_without_a_form(visit: OpenVisit) -> None:
    page = await visit.page("goals/g2")

    assert "Sleep through." in page.text
    assert [each for each in forms(page.text) if each.action.endswith("/goals/g2")] == []


@pytest.mark.parametrize("method", ["get", "post"])
async def test_another_patients_goal_is_neither_shown_nor_changed(visit: OpenVisit, method: str) -> None:
    before = store(visit).of_patient("Goal", "delgado-rosa")[0]
    other = before["id"]
    filled = await shown(visit)

    if method == "get":
        answer = await visit.browser.get_once(APP + visit.path(f"goals/{other}"))
    else:
        answer = await visit.browser.post_once(visit.path(f"goals/{other}"), filled.filled(kind="achieved"))
        answer = await visit.browser.get(APP + visit.path(f"goals/{other}"))

    theirs = store(visit).get("Goal", other)
    assert str(before["description"]["text"]) not in answer.text
    assert theirs == before
    assert writes(visit) == []


async def test_another_patients_goal_is_refused_where_the_ehr_would_show_it() -> None:
    """An open server has no patient in context: only this app keeps the charts apart."""
    async with sams_visit(WALK) as visit:
        other = next(each["id"] for each in store(visit).of_patient("Goal", "delgado-rosa"))
        patient = [("patient", "gray-sam")]
        opened = await visit.browser.post("/open/demo-open/launch", patient)
        mine = OpenVisit(visit.browser, opened)
        filled = await shown(mine)

        read = await visit.browser.get_once(APP + mine.path(f"goals/{other}"))
        changed = await visit.browser.post_once(mine.path(f"goals/{other}"), filled.filled(kind="achieved"))

        assert (read.status_code, changed.status_code) == (409, 409)
        assert "This page belongs to another patient." in read.text
        assert writes(visit) == []


@pytest.mark.parametrize("slug", ["nothing-here", "..%2fPatient", "a%20b"])
async def test_goal_that_is_not_there_is_no_page(visit: OpenVisit, slug: str) -> None:
    answer = await visit.browser.get_once(APP + visit.path(f"goals/{slug}"))

    assert answer.status_code == 404


async def test_forged_token_changes_nothing(visit: OpenVisit) -> None:
    filled = await shown(visit)

    forged = await visit.browser.post_once(filled.action, filled.filled(kind="achieved", token="0" * 64))
    foreign = await visit.browser.post_once(
        filled.action, filled.filled(kind="achieved"), headers={"Sec-Fetch-Site": "cross-site"}
    )
    other = await visit.browser.post_once(
        filled.action, filled.filled(kind="achieved", patient="delgado-rosa")
    )

    assert [forged.status_code, foreign.status_code, other.status_code] == [403, 403, 409]
    assert writes(visit) == []


async def test_nothing_chosen_is_told_and_the_words_stay(visit: OpenVisit) -> None:
    page = await press(visit, await shown(visit), note="Ducks.")

    assert "Choose what became of the goal." in words(page.text)
    assert "<title>Error: Change this goal" in page.text
    assert form(page.text, "/goals/g1").value("note") == "Ducks."
    assert writes(visit) == []


@pytest.mark.parametrize(
    ("typed", "message"),
    [(" \n", "Write the goal in its new words."), ("x" * 4001, "over the limit of 4,000 characters")],
)
async def test_words_that_cannot_be_stored_are_told(visit: OpenVisit, typed: str, message: str) -> None:
    page = await press(visit, await shown(visit), kind="reworded", words=typed)

    assert message in words(page.text)
    assert writes(visit) == []


async def test_words_are_stored_as_typed_and_shown_as_text(visit: OpenVisit) -> None:
    page = await press(visit, await shown(visit), kind="reworded", words="<b>Walk</b>\r\n& “swim”")

    assert in_chart(visit)["description"]["text"] == "<b>Walk</b>\n& “swim”"
    assert "<b>Walk" not in page.text


async def test_session_that_ended_keeps_the_words_for_the_next_launch(visit: OpenVisit) -> None:
    filled = await shown(visit)
    running(visit).ehr.faults.token.expire_now = True

    ended = await press(visit, filled, kind="reworded", words="Walk to the lake.", note="Ducks.")

    assert ended.status_code == 401
    assert "1 statement is kept" in words(ended.text)
    assert writes(visit) == []
    running(visit).ehr.faults.reset()
    later = await running(visit).browser().open("gray-sam")
    text = words((await later.page("goals/g1")).text)
    again = await shown(later)
    assert "Your change Changed. Walk to the lake. Ducks. Not sent yet" in text
    assert (again.value("words"), again.value("note")) == ("Walk to the lake.", "Ducks.")
    await press(later, again)
    assert in_chart(later)["description"]["text"] == "Walk to the lake."
    assert "Not sent yet" not in words((await later.page("goals/g1")).text)


async def test_page_that_is_over_keeps_what_is_posted_to_it(visit: OpenVisit) -> None:
    filled = await shown(visit)
    running(visit).clock.now = running(visit).clock.now.replace(hour=23)

    ended = await press(visit, filled, kind="reworded", words="Walk to the lake.")

    assert ended.status_code == 401
    later = await running(visit).browser().open("gray-sam")
    assert (await shown(later)).value("words") == "Walk to the lake."


async def test_statements_tell_what_became_of_changes(visit: OpenVisit) -> None:
    await press(visit, await shown(visit), kind="achieved")

    text = words((await visit.page("statements")).text)

    assert "Goals you changed Walk to the mailbox. Achieved. In the chart: marked as achieved" in text


async def test_change_of_language_keeps_what_was_typed_and_sends_nothing(visit: OpenVisit) -> None:
    page = (await visit.page("goals/g1")).text
    filled = form(page, "/goals/g1")
    action = f"{filled.action}/language"
    fields = filled.filled(kind="reworded", words="Walk to the lake.", note="She said so.")

    answer = await visit.browser.post(action, [*fields, ("language", "es")])

    assert f'formaction="{action}" formnovalidate' in page
    assert '<html lang="es"' in answer.text
    again = form(answer.text, "/goals/g1")
    assert (again.value("kind"), again.value("words")) == ("reworded", "Walk to the lake.")
    assert again.value("note") == "She said so."
    assert writes(visit) == []
    assert f'formaction="{action}" formnovalidate' in answer.text
    assert '<html lang="es"' in (await visit.page("goals/g1")).text


async def test_change_of_language_after_the_session_ended_shows_the_words_to_copy(visit: OpenVisit) -> None:
    filled = await shown(visit)
    running(visit).clock.now += timedelta(hours=9)
    fields = filled.filled(kind="reworded", words="Walk to the lake.")

    answer = await visit.browser.post(f"{filled.action}/language", [*fields, ("language", "es")])

    assert answer.status_code == 401
    assert "Walk to the lake." in answer.text
