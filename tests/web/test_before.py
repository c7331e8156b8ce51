"""Before you walk in: first words at once, the chart as it comes, and what is missing said in words."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Coroutine
from dataclasses import replace

import pytest

from smartapp.errors import SessionEnded
from smartapp.fhir.patient_record import PartName, PatientRecord
from smartapp.fhir.reading import ChartReading
from smartapp.smart.sessions import Session
from smartapp.web.charts import Charts
from tests.pages import form, words
from tests.visits import Browser, Clinic, clinic
from tests.web.held import held_clinic, pieces


async def test_page_tells_who_what_to_ask_what_was_said_and_who_matters(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")

    text = words((await visit.page()).text)

    assert "DELGADO, Rosa (Mrs) Born 12-Mar-1958 (68y) Gender Female MRN 4172283" in text
    assert "Test data. Not a real patient." in text
    assert "Open with What are you hoping for?" in text
    assert "What Rosa has told us I want to dance at Lucía’s wedding in October. Goal, " in text
    assert "Who matters Ernesto Delgado, husband Speaks Spanish." in text
    assert "Carmen Ruiz, daughter, health care agent On file, 22 Nov 2023. Lucía Ruiz" in text
    assert "Sun 22 Nov 2026. Abena Osei, MD" in text
    assert "Language English, from registration." in text
    assert "Chart read at " in text


async def test_first_visit_asks_about_the_person_and_says_that_nothing_is_on_file(browser: Browser) -> None:
    visit = await browser.open("yusuf-amina")

    text = words((await visit.page()).text)

    assert "Before we start, what should I know about you as a person?" in text
    assert "Nothing is on file yet. What Amina says today starts the list." in text
    assert "Who matters Not known. Ask who should be there." in text


async def test_words_of_another_language_carry_it(browser: Browser) -> None:
    visit = await browser.open("herrera-jose")

    html = (await visit.page()).text

    assert '<p dir="auto" lang="es">Quiero volver a manejar el camión' in html
    assert "From a note, not confirmed" in html


async def test_name_and_question_are_sent_while_the_chart_is_still_being_read() -> None:
    async with held_clinic("/DocumentReference") as (held, wire):
        browser = held.browser()
        answer = await browser.begin(held.ehr.new_launch("delgado-rosa"))
        back = await browser.get_once(answer.headers["location"])
        arrived = await browser.get_once(back.headers["location"])
        sent = await pieces(held.app, arrived.headers["location"], browser)

        first = (await sent.get() or b"").decode()
        wire.release()
        rest = [piece async for piece in _until_end(sent)]

    assert "DELGADO" in first
    assert "What are you hoping for?" in first
    assert "The chart is still being read. You can go in now." in first
    assert "dance" not in first
    assert "dance" in "".join(rest)
    assert "Ernesto" in "".join(rest)
    assert rest[-1].endswith("</html>")


async def test_questions_do_not_wait_for_the_chart() -> None:
    async with held_clinic("/DocumentReference") as (held, wire):
        browser = held.browser()
        answer = await browser.begin(held.ehr.new_launch("delgado-rosa", intent="room"))
        back = await browser.get_once(answer.headers["location"])
        arrived = await browser.get_once(back.headers["location"])

        sent = await pieces(held.app, arrived.headers["location"], browser)
        room = (await sent.get() or b"").decode()
        wire.release()
        assert [piece async for piece in _until_end(sent)]

    assert "The chart is still being read. The questions do not wait for it." in words(room)
    assert "What are you most worried about?" in room


async def test_error_before_the_first_word_is_a_page_of_its_own(running: Clinic, browser: Browser) -> None:
    running.ehr.faults.fail_types["Patient"] = 500

    visit = await browser.open("delgado-rosa")

    assert visit.first.status_code == 502
    assert "could not be read" in words(visit.first.text)


async def test_chart_is_read_anew_after_the_patient_could_not_be_read(
    running: Clinic, browser: Browser
) -> None:
    running.ehr.faults.fail_types["Patient"] = 500
    visit = await browser.open("delgado-rosa")
    running.ehr.faults.reset()

    answer = await visit.page()

    assert answer.status_code == 200
    assert "DELGADO" in answer.text


async def test_session_that_ends_while_the_page_is_sent_is_told_where_it_stops(
    running: Clinic, browser: Browser
) -> None:
    visit = await browser.open("delgado-rosa")
    services = running.app.state.services
    running.app.state.services = replace(services, charts=_EndsAtTheChart(services.charts))

    answer = await visit.page()

    text = words(answer.text)
    assert answer.status_code == 200
    assert "DELGADO" in text
    assert re.search(
        r"Your EHR session ended\. Your text is safe\. Open Common Ground again from the patient's chart\. "
        r"You will be offered the text\. For IT: session-ended , reference [2-9A-Z]{4}-\d\d$",
        text,
    )


async def test_part_that_could_not_be_read_is_named_with_its_reason(
    running: Clinic, browser: Browser
) -> None:
    running.ehr.faults.fail_types["DocumentReference"] = 403
    running.ehr.faults.fail_types["RelatedPerson"] = 500
    visit = await browser.open("delgado-rosa")

    text = words((await visit.page()).text)

    assert "Notes and planning documents could not be read. There may be more that Rosa has said." in text
    assert "The EHR did not give this app permission. (not_permitted, 403)" in text
    assert "Family and friends could not be read. There may be more people who matter." in text
    assert "13 of 16 parts read at " in text


async def test_chart_is_read_again_on_request(running: Clinic, browser: Browser) -> None:
    running.ehr.faults.fail_types["DocumentReference"] = 500
    visit = await browser.open("delgado-rosa")
    again = form((await visit.page()).text, "/reread")
    running.ehr.faults.reset()

    answer = await browser.post(again.action, again.fields)

    assert answer.url.path == visit.path()
    assert "could not be read" not in words(answer.text)


async def test_reminder_shows_its_reason_and_its_sources(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")

    html = (await visit.page()).text

    assert (
        "A model of deciding together takes three steps: as a team, over the options, to a decision."
        " Shown because: an order or referral written today (22 Nov 2026)."
        " Elwyn 2017, expert opinion. Grob 2019, expert opinion. Burgess 2007, expert opinion."
        " Nobody counts or reports it. For the same reason it comes back after twelve months."
        " Why am I seeing this? The rule, sources and limits"
    ) in words(html)
    assert f'href="{visit.path("why/R03")}">' in html
    assert "doi" not in html


@pytest.mark.parametrize("ribbon", ["sandbox", "production"])
async def test_test_data_is_marked_and_real_data_is_not(ribbon: str) -> None:
    async with clinic(registration={"environment": ribbon}) as running:
        visit = await running.browser().open("delgado-rosa")

        for page in ("", "room", "review", "done", "statements"):
            text = words((await visit.page(page)).text)
            assert ("Test data. Not a real patient." in text) is (ribbon == "sandbox")


async def test_every_statement_has_its_place_on_the_page_of_all(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")
    before, everything = (await visit.page()).text, (await visit.page("statements")).text

    anchors = [part.split('"')[0] for part in before.split("statements#")[1:]]

    assert len(anchors) == 4  # two, and two that differ
    assert all(f'<li id="{anchor}" tabindex="-1">' in everything for anchor in anchors)
    assert "I don’t want surgery. My sister never walked right after hers." in everything


async def _until_end(sent: "asyncio.Queue[bytes | None]") -> AsyncIterator[str]:
    while (piece := await sent.get()) is not None:
        yield piece.decode()


class _EndsAtTheChart:
    """Charts that are slow at first, and whose session is over by the time they are asked again."""

    def __init__(self, charts: Charts) -> None:
        self._charts = charts
        self._asked = 0

    def of(self, session: Session) -> ChartReading:
        return self._charts.of(session)

    def run(self, work: Coroutine[None, None, object]) -> asyncio.Task[object]:
        return self._charts.run(work)

    async def so_far(self, session: Session, names: Collection[PartName]) -> PatientRecord:
        return await self._charts.so_far(session, names)

    async def record(self, session: Session) -> PatientRecord:
        self._asked += 1
        if self._asked == 1:
            await asyncio.Event().wait()
        raise SessionEnded("idle")
