"""Pages that are sent before they are whole: what is there first, what comes when, what is asked again."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

import pytest
from sqlalchemy import text

from smartapp.errors import (
    AppError,
    AuditUnavailable,
    PatientChanged,
    SessionEnded,
    StoreUnavailable,
    TemporaryOutboundError,
    WrongPatient,
)
from smartapp.web.rendering import Pages
from smartapp.web.services import Services
from tests.pages import form, forms, words
from tests.visits import Browser, Clinic, OpenVisit
from tests.web.held import HeldWire, held_clinic, pieces

ROSA = "delgado-rosa"
NOTES = "clinical-note"
PARTS = (
    "/Goal", "/Observation", "/QuestionnaireResponse", "/CarePlan", "/List", "/Consent", "/DocumentReference",
    "/RelatedPerson", "/CareTeam", "/Condition", "/MedicationRequest", "/AllergyIntolerance",
    "/ServiceRequest", "/DiagnosticReport", "/Composition", "/ClinicalImpression", "/Encounter",
)  # fmt: skip
"""Everything that is read of a chart but the patient."""
TYPES = [part.removeprefix("/") for part in PARTS]


class Page:
    """A page that is being sent."""

    def __init__(self, sent: "asyncio.Queue[bytes | None]") -> None:
        self._sent = sent
        self._is_over = False

    async def piece(self) -> str:
        """ "" at the end."""
        if self._is_over:
            return ""
        async with asyncio.timeout(20):
            found = await self._sent.get()
        self._is_over = found is None
        return (found or b"").decode()

    async def until(self, slot: str) -> str:
        """What is sent up to the panel that stands there."""
        found = await self.piece()
        while f'slot="{slot}"' not in found:
            found += await self.piece()
        return found

    async def rest(self) -> str:
        found = ""
        while piece := await self.piece():
            found += piece
        return found


@asynccontextmanager
async def opened(
    *held: str, page: str = "", encounter_id: str | None = None
) -> AsyncIterator[tuple[Clinic, HeldWire, Page]]:
    """A launch whose EHR holds these parts back, and the first page of it."""
    async with held_clinic(*held) as (at, wire):
        browser = at.browser()
        answer = await browser.begin(at.ehr.new_launch(ROSA, encounter_id=encounter_id))
        back = await browser.get_once(answer.headers["location"])
        arrived = await browser.get_once(back.headers["location"])
        visit = "/".join(arrived.headers["location"].split("/")[:3])
        at.app.state.visit = OpenVisit(browser, arrived)
        at.app.state.visit.id = visit.split("/")[-1]
        sent = Page(await pieces(at.app, f"{visit}/{page}", browser))
        yield at, wire, sent
        wire.release()
        await sent.rest()


def visit_of(at: Clinic) -> OpenVisit:
    return cast(OpenVisit, at.app.state.visit)


async def test_name_question_and_way_on_are_sent_while_every_part_of_the_chart_hangs() -> None:
    async with opened(*PARTS, encounter_id=f"{ROSA}-today") as (_, _wire, page):
        first = words(await page.piece())

    assert "DELGADO, Rosa (Mrs) Born 12-Mar-1958" in first
    assert "Open with What are you hoping for?" in first
    assert "Go to the questions" in first
    assert "Language English, from registration." in first
    assert "What Rosa has told us Goals, preferences and forms: being read." in first
    assert "End visit" in first


async def test_questions_and_boxes_are_sent_while_every_part_of_the_chart_hangs() -> None:
    async with opened(*PARTS, page="room", encounter_id=f"{ROSA}-today") as (_, _wire, page):
        first = await page.piece()

    assert first.count('<details class="app-prompt"') == 5
    boxes = form(first, "/draft")
    assert len(boxes.values("box")) == 5
    assert 'form="draft" name="next" value="review"' in first
    assert "The chart is still being read. The questions do not wait for it." in words(first)
    assert "DELGADO, Rosa (Mrs)" in words(first)


async def test_panels_are_sent_in_the_order_in_which_they_are_there() -> None:
    async with opened("/Goal", NOTES, "/RelatedPerson", "/Condition") as (_, wire, page):
        await page.piece()
        wire.release(NOTES)
        wire.release("/RelatedPerson")
        people = await page.until("who")
        wire.release("/Goal")
        told = await page.until("told")
        wire.release("/Condition")
        rest = await page.rest()

    assert "Ernesto Delgado, husband" in words(people)
    assert "dance" not in people
    assert "I want to dance at Lucía’s wedding in October." in told
    assert "Two statements about surgery differ." in told  # with what a note says
    assert "Why this?" in rest
    assert rest.endswith("</html>")


async def test_late_notes_come_in_a_panel_of_their_own() -> None:
    async with opened(NOTES) as (_, wire, page):
        first, told = await page.piece(), await page.until("told")
        wire.release()
        rest = await page.rest()

    assert "Notes: being read." in words(first)
    assert "I want to dance at Lucía’s wedding in October." in told
    assert "All 9 statements" not in told
    assert "Also in notes" in rest
    assert "I don’t want surgery." in rest
    assert "All 9 statements, newest first" in rest


async def test_each_waiting_line_stands_in_the_place_that_its_panel_takes() -> None:
    async with opened(*PARTS) as (_, wire, page):
        first = await page.piece()
        wire.release()
        rest = await page.rest()

    waiting = set(re.findall(r'slot="(\w+)-wait"', first.split("</template>")[-1]))
    assert waiting == {"rest", "told", "notes", "who"}
    for slot in waiting:
        assert f'<slot name="{slot}"><slot name="{slot}-wait"></slot></slot>' in first
        assert f'slot="{slot}"' in rest


async def test_chart_that_is_there_in_time_is_sent_with_the_first_piece_and_without_waiting_lines() -> None:
    async with opened() as (_, _wire, page):
        first = await page.piece()
        after = await page.rest()

    assert "being read" not in words(first)
    assert "dance" in first
    assert 'slot="told"' not in after


async def test_nothing_is_called_empty_before_it_was_read() -> None:
    async with held_clinic(NOTES) as (at, wire):
        at.ehr.store.load({"resourceType": "Patient", "id": "new", "name": [{"given": ["Noor"]}]})
        browser = at.browser()
        answer = await browser.begin(at.ehr.new_launch("new"))
        back = await browser.get_once(answer.headers["location"])
        arrived = await browser.get_once(back.headers["location"])
        page = Page(await pieces(at.app, arrived.headers["location"], browser))
        early = await page.until("told")
        wire.release()
        late = await page.rest()

    assert "Nothing that is still open in goals, preferences and forms." in words(early)
    assert "on file" not in words(early)
    assert "Nothing is on file yet. What Noor says today starts the list." in words(late)


async def test_panel_that_failed_is_asked_for_again_alone(running: Clinic, browser: Browser) -> None:
    running.ehr.faults.fail_types["RelatedPerson"] = 500
    running.ehr.faults.fail_types["Condition"] = 500
    visit = await browser.open(ROSA)
    page = (await visit.page()).text
    running.ehr.faults.reset()
    running.ehr.requests.clear()
    people = next(one for one in forms(page) if ("panel", "people", "Try again") in one.buttons)

    answer = await browser.post_once(people.action, [*people.fields, ("panel", "people")])
    again = words((await visit.page()).text)

    assert answer.headers["location"] == visit.path("#who")
    assert [request.path for request in running.ehr.requests] == ["/fhir/RelatedPerson"]
    assert "Ernesto Delgado, husband" in again
    assert "Conditions could not be read. A reminder may be missing for that." in again
    assert "15 of 16 parts read" in again


async def test_what_was_read_whole_is_not_asked_for_again(running: Clinic, browser: Browser) -> None:
    visit = await browser.open(ROSA)
    found = form((await visit.page()).text, "/hide")
    running.ehr.requests.clear()

    for panel in ("said", "notes", "told", "people", "rules", "around", "chart"):
        await browser.post_once(visit.path("reread"), [*found.fields, ("panel", panel)])
    await visit.page()

    assert [request.path for request in running.ehr.requests] == []


async def test_late_part_is_asked_for_once_more_and_not_at_each_press() -> None:
    async with opened("/Goal") as (at, wire, page):
        fields = form(await page.piece(), "/reread").fields
        visit = visit_of(at)
        for _ in range(5):
            await visit.browser.post_once(visit.path("reread"), [*fields, ("panel", "said")])
        asked = [url for url in wire.seen if "/Goal" in url]

    assert len(asked) == 1  # two seconds have not gone by


async def test_reading_again_has_its_rows_in_the_audit_trail(running: Clinic, browser: Browser) -> None:
    running.ehr.faults.fail_types["RelatedPerson"] = 500
    visit = await browser.open(ROSA)
    people = form((await visit.page()).text, "/reread")
    running.ehr.faults.reset()

    await browser.post(people.action, [*people.fields, ("panel", "people")])

    rows = await _reads(running)
    assert [outcome for outcome, _ in rows] == ["begun", "completed", "begun", "completed"]
    assert rows[-1][1] == "related_persons=read"


async def test_without_a_row_nothing_is_asked_again_and_what_was_read_stands(
    running: Clinic, browser: Browser
) -> None:
    running.ehr.faults.fail_types["RelatedPerson"] = 500
    visit = await browser.open(ROSA)
    people = form((await visit.page()).text, "/reread")
    running.ehr.faults.reset()
    running.ehr.requests.clear()
    async with services(running).database.transaction() as connection:
        await connection.execute(
            text("CREATE TRIGGER stop BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
        )

    answer = await browser.post_once(people.action, [*people.fields, ("panel", "people")])

    assert answer.status_code == 503
    assert [request.path for request in running.ehr.requests] == []
    assert "I want to dance" in (await visit.page()).text


async def test_retry_in_the_room_keeps_what_was_typed_first() -> None:
    async with opened("/Goal", page="room") as (at, wire, page):
        found = form(await page.piece(), "/draft")
        box = found.values("box")[0]
        typed = found.changed({f"{box}-words": "Dance"})

        answer = await visit_of(at).browser.post_once(found.action, [*typed, ("next", "reread-chart")])
        again = Page(await pieces(at.app, visit_of(at).path("room"), visit_of(at).browser))
        kept = await again.piece()
        wire.release()
        await again.rest()

    assert ("next", "reread-chart", "Try again") in found.buttons
    assert answer.headers["location"] == visit_of(at).path("room")
    assert "Dance" in form(kept, "/draft").value(f"{box}-words")


async def test_people_and_conditions_that_come_after_the_boxes_are_offered_and_change_none() -> None:
    async with opened("/RelatedPerson", page="room") as (_, wire, page):
        first = await page.piece()
        wire.release()
        rest = await page.rest()

    assert "Ernesto" not in first
    assert "People and conditions of the chart are here now. Your words stay as they are." in words(rest)
    assert 'form="draft" name="next" value="room">Keep the draft and show them' in rest
    assert "<textarea" not in rest
    assert not re.search(r"<input(?! type=.hidden)", rest)


async def test_room_says_what_could_not_be_read_after_its_first_bytes_and_offers_to_try_again() -> None:
    async with opened(*PARTS, page="room") as (at, wire, page):
        first = words(await page.piece())
        at.ehr.faults.fail_types.update(dict.fromkeys(TYPES, 500))
        wire.release()
        rest = await page.rest()
        buttons = dict.fromkeys(re.findall(r'value="(reread-\w+)"', rest))

    assert "People and conditions: being read." in first
    assert "Said before: being read." in first
    said = words(rest)
    assert "Said before Goals, preferences, notes" in said
    assert "could not be read. There may be more that Rosa has said. Look in the chart, or ask." in said
    assert "Family and friends and conditions could not be read. The boxes may offer too few" in said
    assert list(buttons) == ["reread-around", "reread-told"]
    assert rest.endswith("</html>")


@pytest.mark.parametrize(("panel", "part"), [("around", "RelatedPerson"), ("told", "Goal")])
async def test_room_that_was_read_in_time_says_it_too_and_a_press_asks_for_that_part_alone(
    running: Clinic, browser: Browser, panel: str, part: str
) -> None:
    running.ehr.faults.fail_types[part] = 500
    visit = await browser.open(ROSA)
    failed = (await visit.page("room")).text
    running.ehr.faults.reset()
    running.ehr.requests.clear()

    draft = form(failed, "/draft")
    await browser.post_once(draft.action, [*draft.fields, ("next", f"reread-{panel}")])
    again = (await visit.page("room")).text

    assert "being read" not in words(failed)
    assert ("next", f"reread-{panel}", "Try again") in draft.buttons
    assert {request.path for request in running.ehr.requests} == {f"/fhir/{part}"}
    assert "reread-" not in again
    assert "could not be read" not in words(again)


async def test_where_family_failed_what_came_late_is_offered_and_what_is_missing_is_told() -> None:
    async with opened("/RelatedPerson", page="room") as (at, wire, page):
        await page.piece()
        at.ehr.faults.fail_types["RelatedPerson"] = 500
        wire.release()
        rest = words(await page.rest())

    assert "People and conditions of the chart are here now." in rest  # conditions
    assert "Family and friends could not be read." in rest


async def test_room_of_a_chart_that_was_read_and_holds_nothing_says_nothing_of_failures() -> None:
    async with held_clinic(*PARTS) as (at, wire):
        at.ehr.store.load({"resourceType": "Patient", "id": "new", "name": [{"given": ["Noor"]}]})
        browser = at.browser()
        answer = await browser.begin(at.ehr.new_launch("new"))
        back = await browser.get_once(answer.headers["location"])
        arrived = await browser.get_once(back.headers["location"])
        page = Page(await pieces(at.app, f"{arrived.headers['location'].rstrip('/')}/room", browser))
        await page.piece()
        wire.release()
        rest = await page.rest()

    assert "could not be read" not in words(rest)
    assert "reread-" not in rest


async def test_buttons_beside_the_questions_belong_to_the_draft(browser: Browser) -> None:
    html = (await (await browser.open(ROSA)).page("room")).text

    beside = html[html.index("</form>", html.index('id="draft"')) :]
    outside = [each for each in re.findall(r"<button[^>]*>", beside) if 'form="draft"' not in each]

    assert "add-ask-" in beside
    assert outside == []


async def test_panel_that_cannot_be_shown_takes_no_other_away(running: Clinic, browser: Browser) -> None:
    visit = await browser.open(ROSA)
    running.app.state.services = replace(services(running), pages=_Breaks(services(running).pages))

    html = (await visit.page()).text

    text = words(html)
    assert re.search(r"This part could not be shown\. .* For IT: reference [2-9A-Z]{4}-\d\d", text)
    assert 'slot="who" role="alert"' in html
    assert "I want to dance at Lucía’s wedding in October." in text
    assert "Chart read at" in text


async def test_panel_that_fails_beside_the_draft_is_tried_again_without_losing_it(
    running: Clinic, browser: Browser
) -> None:
    visit = await browser.open(ROSA)
    running.app.state.services = replace(services(running), pages=_Breaks(services(running).pages))
    html = (await visit.page("room")).text
    await visit.write(goal="Dance.")

    assert re.search(r'<button[^>]*form="draft" name="next" value="room">Keep the draft and try again', html)
    assert "Load this page again" not in html
    assert "Dance." in (await visit.page("room")).text


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SessionEnded, "Your EHR session ended. Your text is safe."),
        (PatientChanged, "Another patient is open now. This page is closed."),
        (WrongPatient, "This page belongs to another patient. It was stopped."),
        (TemporaryOutboundError, "The chart could not be read to the end. Try again in a moment."),
        (AuditUnavailable, "The chart could not be read to the end. Wait a moment, then try again."),
    ],
)
async def test_what_is_true_of_the_whole_page_ends_every_wait_and_says_where_it_stops(
    error: type[AppError], says: str
) -> None:
    async with opened("/Condition") as (at, wire, page):
        first = await page.piece()
        broken = await _with_memory(at, error)
        await broken.piece()
        wire.release()
        rest = await broken.rest()
        whole = await page.rest()

    assert "being read" in words(first)
    assert says in words(rest)
    assert '<div slot="rest" hidden></div>' in rest
    assert rest.endswith("</html>")
    assert "Chart read at" not in words(rest)
    assert "Chart read at" in words(whole)


async def test_store_that_fails_for_one_panel_takes_no_other_away() -> None:
    async with opened("/Condition", "/RelatedPerson", NOTES) as (at, wire, _page):
        broken = await _with_memory(at, StoreUnavailable)
        early = await broken.until("told")
        wire.release()
        rest = await broken.rest()

    assert "I want to dance at Lucía’s wedding in October." in early
    assert "Ernesto Delgado, husband" in words(rest)
    assert "Also in notes" in words(rest)
    assert '<div class="app-inset" slot="rest" role="alert">' in rest
    assert re.search(r"not be shown\. .* For IT: store-unavailable , reference [2-9A-Z]{4}-", words(rest))
    assert "could not be read to the end" not in rest
    assert "press the button again" not in rest  # there is none
    assert rest.count('role="alert"') == 1
    assert rest.endswith("</html>")


@pytest.mark.parametrize("page", ["", "room"])
async def test_streamed_page_has_the_headers_of_every_page(browser: Browser, page: str) -> None:
    visit = await browser.open(ROSA)

    streamed, other = (await visit.page(page)).headers, (await visit.page("statements")).headers

    assert {name: streamed.get(name) for name in other if name != "content-length"} == {
        name: value for name, value in other.items() if name != "content-length"
    }


def services(at: Clinic) -> Services:
    return cast(Services, at.app.state.services)


async def _reads(at: Clinic) -> list[tuple[str, str]]:
    """What the audit trail has of readings, once nothing is being read."""
    running = services(at).charts._running
    await asyncio.gather(*running)
    async with services(at).database.transaction() as connection:
        rows = await connection.execute(
            text("SELECT outcome, objects FROM audit WHERE action = 'chart-read' ORDER BY 1=1, rowid")
        )
        return [(row.outcome, row.objects) for row in rows]


class _Breaks(Pages):
    """Pages of which one panel each has a fault."""

    def __init__(self, pages: Pages) -> None:
        self.__dict__ = pages.__dict__

    async def html(self, template: str, page: object) -> str:
        if template in {"before_who.html", "room_said.html"}:
            raise ZeroDivisionError
        return await super().html(template, page)


async def _with_memory(at: Clinic, error: type[AppError]) -> Page:
    """The first page, of which only the panel of reminders meets this error."""
    at.app.state.services = replace(services(at), shown=_NoMemory(error))  # type: ignore[arg-type]
    return Page(await pieces(at.app, visit_of(at).path(), visit_of(at).browser))


class _NoMemory:
    """What was shown before, and cannot be read any more."""

    def __init__(self, error: type[AppError]) -> None:
        self._error = error

    async def marks(self, *_: object) -> object:
        raise self._error("gone")
