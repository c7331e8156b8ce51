"""Done: another way with consent, what the clinician pasted, taking back, and who said it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from smartapp.app import create_app
from smartapp.sandbox import questionnaire
from smartapp.smart.registration import Questionnaire
from tests.pages import Form, form, words
from tests.visits import Browser, Clinic, OpenVisit, clinic, registrations, settings
from tests.web.charts import filed

ROSA = "delgado-rosa"


@pytest.fixture
async def visit(browser: Browser) -> OpenVisit:
    return await browser.open(ROSA, encounter_id=f"{ROSA}-today")


async def refused(running: Clinic, visit: OpenVisit) -> str:
    """The page after a goal that the EHR refused, and a worry that it took."""
    running.ehr.faults.refuse_late.add("Goal")
    await visit.write(goal="Dance", worry="Fall")
    return (await visit.send()).text


async def other_way(visit: OpenVisit) -> Form:
    return form((await visit.page("divert")).text, "/divert")


async def divert(visit: OpenVisit, page: Form) -> str:
    return (await visit.browser.post(page.action, page.fields)).text


async def test_refused_statement_can_go_another_way_and_never_does_by_itself(
    running: Clinic, visit: OpenVisit
) -> None:
    done = await refused(running, visit)

    assert 'href="/visits/' in done
    assert "Choose another way" in words(done)
    assert filed(running) == []


async def test_another_way_shows_the_refused_statement_alone_with_its_place_and_its_text(
    running: Clinic, visit: OpenVisit
) -> None:
    await refused(running, visit)

    page = await visit.page("divert")

    text = words(page.text)
    assert "Another way for 1 statement" in text
    assert (
        "Dance Progress note, for you to sign This EHR did not accept it as it was sent first. "
        "It will be filed as a progress note for you to sign." in text
    )
    assert 'Goal: "Dance"' in text
    assert "Fall" not in text
    assert "To the chart of DELGADO, Rosa (Mrs) Born 12-Mar-1958 (68y)" in text
    assert filed(running) == []


async def test_refused_goal_goes_into_a_note_once_the_clinician_says_so(
    running: Clinic, visit: OpenVisit
) -> None:
    await refused(running, visit)

    done = words(await divert(visit, await other_way(visit)))

    (note,) = filed(running)
    assert 'Goal: "Dance"' in note
    assert "Fall" not in note
    assert "All 2 are in the chart" in done
    assert "Progress note: in the chart, as a draft for you to sign Dance" in done
    assert running.ehr.created("Goal") == []


async def test_note_of_another_way_follows_the_tick_of_its_page(running: Clinic, visit: OpenVisit) -> None:
    await refused(running, visit)
    page = await other_way(visit)
    page.fields.append(("read_back", "yes"))

    await divert(visit, page)

    (note,) = filed(running)
    assert "read back to the patient)" in note


async def test_two_presses_of_another_way_store_once(running: Clinic, visit: OpenVisit) -> None:
    await refused(running, visit)
    page = await other_way(visit)

    pages = await asyncio.gather(*(divert(visit, page) for _ in range(3)))
    later = await divert(visit, page)

    assert len(filed(running)) == 1
    assert all("in the chart" in words(each) for each in [*pages, later])


async def test_another_way_needs_a_tick(running: Clinic, visit: OpenVisit) -> None:
    await refused(running, visit)
    page = await other_way(visit)
    page.fields = [(name, value) for name, value in page.fields if name != "item"]

    assert "No statement is ticked." in words(await divert(visit, page))
    assert filed(running) == []


async def test_another_way_that_is_refused_too_leads_one_further_down() -> None:
    form_of_site = Questionnaire(questionnaire.CANONICAL, questionnaire.LINK_IDS)
    async with clinic(registration={"questionnaire": form_of_site}) as running:
        visit = await running.browser().open(ROSA, encounter_id=f"{ROSA}-today")
        await refused(running, visit)
        running.ehr.faults.refuse_late |= {"DocumentReference", "QuestionnaireResponse"}
        page = await other_way(visit)

        first = words(await divert(visit, page))
        stale = words(await divert(visit, page))
        second = words(await divert(visit, await other_way(visit)))

    assert "Choose another way" in first
    assert "The words or their places changed since this page was shown." in stale
    assert f"Answer in your site’s questionnaire {questionnaire.CANONICAL}" in stale
    assert "Choose another way" not in second
    assert "I pasted it into the note" in second


async def test_last_way_is_the_text_to_copy(running: Clinic, visit: OpenVisit) -> None:
    await refused(running, visit)
    running.ehr.faults.refuse_create.add("DocumentReference")
    running.clock.now += timedelta(minutes=61)
    visit = await running.browser().open(ROSA)
    await visit.write(goal="Run")
    await visit.send()

    page = await other_way(visit)
    done = words(await divert(visit, page))

    assert ("", "", "Make the text") in page.buttons
    assert "Not in the chart yet Run" in done
    assert filed(running) == []


async def test_nothing_refused_needs_no_other_way(visit: OpenVisit) -> None:
    page = await visit.page("divert")

    assert "Nothing waits for another way" in words(page.text)
    assert "Send to this chart" not in page.text


@pytest.mark.parametrize("name", ["token", "patient"])
@pytest.mark.parametrize("page", ["divert", "pasted"])
async def test_form_for_another_patient_or_launch_changes_nothing(
    running: Clinic, visit: OpenVisit, name: str, page: str
) -> None:
    await refused(running, visit)
    fields = (await other_way(visit)).changed({name: "other"})

    answer = await visit.browser.post_once(visit.path(page), fields)

    assert answer.status_code == (403 if name == "token" else 409)
    assert filed(running) == []
    assert "Not in the chart Dance" in words((await visit.page("done")).text)


async def test_pasted_text_is_not_in_the_chart_until_and_after_the_clinician_says_so() -> None:
    async with clinic(ehr="readonly") as running:
        visit = await running.browser().open(ROSA)
        await visit.write(goal="Dance")
        done = (await visit.send()).text
        mark = form(done, "/pasted")

        after = words((await visit.browser.post(mark.action, mark.fields)).text)

    assert "Not in the chart yet Dance" in words(done)
    assert "Your text is ready to copy" in words(done)
    assert "You marked the text as pasted" in after
    assert "You marked it as pasted at 15:00 Dance" in after
    assert "I pasted it into the note" not in after


async def test_refused_statement_that_was_pasted_is_not_sent_again(running: Clinic, visit: OpenVisit) -> None:
    mark = form(await refused(running, visit), "/pasted")

    done = words((await visit.browser.post(mark.action, mark.fields)).text)

    assert "1 of 2 is in the chart. 1 you marked as pasted." in done
    assert "Send again" not in done
    assert "Choose another way" not in done


async def test_what_is_in_the_chart_is_never_called_pasted(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(goal="Dance")
    review = await visit.review()
    await visit.send(review)

    answer = await visit.browser.post(visit.path("pasted"), review.fields)

    assert "It is in the chart" in words(answer.text)


async def test_text_to_copy_says_what_it_holds(running: Clinic, visit: OpenVisit) -> None:
    done = words(await refused(running, visit))

    assert "Text for your note: what is not in the chart" in done
    assert 'Goal: "Dance"' in done
    assert 'Worry: "Fall"' not in done


async def test_what_was_sent_can_be_taken_back(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(goal="Dance")
    done = (await visit.send()).text
    row = done.split("/undo/")[1].split('"')[0]
    undo = form(done, f"/undo/{row}")

    after = words((await visit.browser.post(undo.action, undo.fields)).text)

    assert "Take it back It will be marked as entered in error." in words(done)
    assert [goal["lifecycleStatus"] for goal in running.ehr.created("Goal")] == ["entered-in-error"]
    assert "0 of 1 are in the chart. 1 was taken back." in after
    assert "Taken back: marked as entered in error Dance" in after


async def test_ehr_that_takes_no_changes_is_told_with_what_to_do_instead(
    running: Clinic, visit: OpenVisit
) -> None:
    running.ehr.faults.refuse_update.add("Goal")
    await visit.write(goal="Dance")

    done = await visit.send()

    (goal,) = running.ehr.created("Goal")
    assert (
        f"To take it back This EHR takes no changes from apps. Open Goal/{goal['id']} in the EHR "
        "and mark it as entered in error." in words(done.text)
    )
    assert "/undo/" not in done.text


async def test_who_said_and_wrote_it_is_one_line(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(goal="Dance")

    assert "Who said and wrote it: recorded in the chart." in words((await visit.send()).text)


async def test_provenance_that_was_refused_is_told(running: Clinic, visit: OpenVisit) -> None:
    running.ehr.faults.refuse_late.add("Provenance")
    await visit.write(goal="Dance")

    done = words((await visit.send()).text)

    assert "Who said and wrote it: could not be recorded in the chart." in done
    assert "It is in the chart" in done


async def test_create_that_may_not_be_read_back_is_never_called_stored() -> None:
    scopes = ("launch", "openid", "fhirUser", "patient/Patient.r", "patient/Encounter.rs", "patient/Goal.c")
    async with clinic(registration={"scopes": scopes}) as running:
        visit = await running.browser().open(ROSA)
        await visit.write(goal="Dance")

        done = words((await visit.send()).text)

    assert "0 of 1 are in the chart. 1 is not certain yet." in done
    assert "Taken by the EHR, and not read back Dance" in done


class MixedUp(httpx2.AsyncBaseTransport):
    """A wire on which, once `is_on`, the encounter is another patient's."""

    def __init__(self, wire: httpx2.AsyncBaseTransport) -> None:
        self._wire = wire
        self.is_on = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._wire.handle_async_request(request)
        if not (self.is_on and "/Encounter/" in request.url.path):
            return answer
        body = (await answer.aread()).replace(b"Patient/delgado-rosa", b"Patient/bell-marcus")
        return httpx2.Response(200, content=body, headers={"Content-Type": "application/fhir+json"})


async def test_receipts_are_shown_also_when_nothing_more_may_be_written(running: Clinic) -> None:
    wire = MixedUp(running.wire)
    app = create_app(
        settings("sqlite+aiosqlite://"), registrations(running.ehr), transport=wire, clock=running.clock
    )
    async with app.router.lifespan_context(app):
        mixed_up = replace(running, app=app)
        visit = await mixed_up.browser().open(ROSA, encounter_id=f"{ROSA}-today")
        await refused(mixed_up, visit)
        wire.is_on = True
        running.clock.now += timedelta(minutes=11)

        done = await visit.page("done")
        other = await visit.page("divert")

    assert other.status_code == 409
    assert "1 of 2 is in the chart. 1 was not accepted." in words(done.text)
    assert "Choose another way" not in words(done.text)
