"""Reminders across visits: shown once for each reason, hidden with one press, said to be not useful; and why
each is shown or silent.
"""

import logging
import re
import sqlite3
import string
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from smartapp.errors import StoreUnavailable
from smartapp.sandbox.stories import story_resources
from smartapp.store.feedback import Feedback
from smartapp.store.schema import feedback, hidden_reminders, metadata, shown_reminders
from smartapp.web.services import Services
from tests.pages import form, forms, words
from tests.visits import START, Browser, Clinic, OpenVisit, clinic
from tests.web.held import held_clinic, pieces

ROSA, HAROLD = "delgado-rosa", "pike-harold"
IN_PROGRESS = {"encounter_id": f"{ROSA}-today"}


async def reminders_of(visit: OpenVisit) -> list[str]:
    """Ids of the reminders on the first page, in order."""
    found = forms((await visit.page()).text)
    return [each.action.split("/")[-2] for each in found if each.action.endswith("/hide")]


async def press(visit: OpenVisit, reminder: str, how: str) -> str:
    """Press one of the buttons beside a reminder; the page that follows."""
    beside = [one for one in forms((await visit.page()).text) if one.action.endswith(f"/{reminder}/hide")]
    found = next(one for one in beside if how in [value for _, value, _ in one.buttons])
    return (await visit.browser.post(found.action, [*found.fields, ("how", how)])).text


def services(running: Clinic) -> Services:
    found: Services = running.app.state.services
    return found


async def kept(running: Clinic) -> tuple[Feedback, ...]:
    return await services(running).feedback.all()


async def test_reminder_stays_while_the_visit_lasts_and_is_silent_in_the_next(browser: Browser) -> None:
    visit = await browser.open(ROSA)
    first = await reminders_of(visit)

    again = await reminders_of(visit)
    await visit.page("room")
    after_the_room = await reminders_of(visit)
    next_visit = await browser.open(ROSA)

    assert first
    assert first == again == after_the_room
    assert set(await reminders_of(next_visit)).isdisjoint(first)
    why = words((await next_visit.page(f"why/{first[0]}")).text)
    assert "Shown on 22 Nov 2026 for the same reason; next after 22 Nov 2027." in why


async def test_it_is_silent_for_every_clinician_of_this_patient_and_not_for_others(running: Clinic) -> None:
    universal = (await reminders_of(await running.browser().open(ROSA, **IN_PROGRESS)))[-1]

    of_a_colleague = await running.browser().open(ROSA, user="Practitioner/whitfield", **IN_PROGRESS)
    of_another_patient = await running.browser().open(HAROLD, encounter_id=f"{HAROLD}-today")

    assert universal not in await reminders_of(of_a_colleague)
    assert universal in await reminders_of(of_another_patient)


async def test_it_comes_back_after_twelve_months(running: Clinic) -> None:
    universal = (await reminders_of(await running.browser().open(ROSA, **IN_PROGRESS)))[-1]
    running.clock.now += timedelta(days=364)
    sooner = await reminders_of(await running.browser().open(ROSA, **IN_PROGRESS))
    running.clock.now += timedelta(days=3)

    later = await reminders_of(await running.browser().open(ROSA, **IN_PROGRESS))

    assert universal not in sooner
    assert universal in later


async def test_page_that_was_not_painted_to_its_end_showed_nothing() -> None:
    async with held_clinic("/DocumentReference") as (held, wire):
        browser = held.browser()
        answer = await browser.begin(held.ehr.new_launch(ROSA))
        back = await browser.get_once(answer.headers["location"])
        arrived = await browser.get_once(back.headers["location"])
        sent = await pieces(held.app, arrived.headers["location"], browser)
        await sent.get()
        before = await _rows(held)
        wire.release()
        while await sent.get() is not None:
            pass
        after = await _rows(held)

    assert before == []
    assert after


async def test_room_alone_shows_no_reminder_and_remembers_none(running: Clinic, browser: Browser) -> None:
    visit = await browser.open(ROSA, intent="room")

    await visit.page("room")
    await visit.page("statements")

    assert await _rows(running) == []


async def test_somebody_who_has_died_is_shown_none_and_none_is_remembered() -> None:
    resources = [
        each | {"deceasedBoolean": True} if each.get("id") == ROSA else each
        for each in story_resources(START.date())
    ]
    async with clinic(resources=resources) as running:
        visit = await running.browser().open(ROSA)

        assert await reminders_of(visit) == []
        assert await _rows(running) == []
        assert "The chart says that the patient has died." in words((await visit.page("sources")).text)


async def test_page_is_whole_when_the_database_takes_nothing_more(
    running: Clinic, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    visit = await browser.open(ROSA)
    full = _ReadsOnly(services(running))
    running.app.state.services = replace(services(running), shown=full)  # type: ignore[arg-type]

    with caplog.at_level(logging.WARNING, logger="smartapp"):
        page = await (await browser.open(ROSA)).page()

    assert visit.id
    assert page.text.endswith("</html>")
    assert "Load this page again" not in page.text
    assert "shown-not-kept" in [record.message for record in caplog.records]


async def test_hide_puts_away_for_this_visit_and_makes_room(browser: Browser) -> None:
    visit = await browser.open(ROSA)
    first = (await reminders_of(visit))[0]

    await press(visit, first, "once")

    assert first not in await reminders_of(visit)
    assert "Hidden for this visit." in words((await visit.page("sources")).text)


async def test_hide_always_holds_for_this_clinician_in_every_visit_until_it_is_undone(
    browser: Browser,
) -> None:
    visit = await browser.open(ROSA)
    universal = (await reminders_of(visit))[-1]

    await press(visit, universal, "always")

    other = await browser.open(HAROLD)
    assert universal not in await reminders_of(other)
    listed = (await other.page("sources")).text
    assert "Hidden for you, in every visit." in words(listed)
    of_a_colleague = await browser.open(HAROLD, user="Practitioner/whitfield")
    assert "Hidden for you" not in words((await of_a_colleague.page("sources")).text)
    again = form(listed, f"/{universal}/show")
    page = await browser.post(again.action, again.fields)
    assert page.url.path == other.path("sources")
    assert "Hidden for you, in every visit." not in words(page.text)


async def test_what_was_hidden_in_this_visit_can_be_shown_again(browser: Browser) -> None:
    visit = await browser.open(ROSA)
    first = (await reminders_of(visit))[0]
    await press(visit, first, "once")

    again = form((await visit.page("sources")).text, f"/{first}/show")
    await browser.post(again.action, again.fields)

    assert first in await reminders_of(visit)


async def test_clinician_whom_the_ehr_does_not_name_can_hide_in_this_visit_only(running: Clinic) -> None:
    browser = running.browser()
    first = await browser.post("/open/demo-open/launch", [("patient", ROSA)])
    visit = OpenVisit(browser, first)
    reminder = (await reminders_of(visit))[0]
    beside = [one for one in forms((await visit.page()).text) if one.action.endswith(f"/{reminder}/hide")]

    await browser.post(beside[0].action, [*beside[0].fields, ("how", "always")])

    assert {value for one in beside for _, value, _ in one.buttons} == {"once", "not-useful"}
    assert reminder not in await reminders_of(visit)
    assert "Hidden for this visit." in words((await visit.page("sources")).text)


async def test_not_useful_is_one_press_that_keeps_no_words(running: Clinic, browser: Browser) -> None:
    visit = await browser.open(ROSA)
    first = (await reminders_of(visit))[0]
    found = form((await visit.page()).text, f"/{first}/hide")
    fields = [*found.fields, ("how", "not-useful")]

    page = words((await browser.post(found.action, fields)).text)
    await browser.post(found.action, fields)

    assert "It is noted, and hidden for this visit." in page
    assert "Leave out anything about a patient." in page
    assert first not in await reminders_of(visit)
    (one,) = await kept(running)
    assert (one.month, one.reminder, one.text) == ("2026-11", first, "")


async def test_words_about_a_reminder_are_kept_apart_from_the_press(
    running: Clinic, browser: Browser
) -> None:
    visit = await browser.open(ROSA)
    first = (await reminders_of(visit))[0]
    told = form(await press(visit, first, "not-useful"), "/not-useful")

    back = await browser.post(told.action, told.filled(words="  Too long for a full clinic. "))

    assert back.url.path == visit.path()
    assert [one.text for one in await kept(running)] == ["", "Too long for a full clinic."]


async def test_nothing_written_keeps_nothing_more(running: Clinic, browser: Browser) -> None:
    visit = await browser.open(ROSA)
    told = form(await press(visit, (await reminders_of(visit))[0], "not-useful"), "/not-useful")

    await browser.post(told.action, told.filled(words=" \n "))

    assert len(await kept(running)) == 1


async def test_text_that_is_too_long_is_shown_again_and_not_kept(running: Clinic, browser: Browser) -> None:
    visit = await browser.open(ROSA)
    told = form(await press(visit, (await reminders_of(visit))[0], "not-useful"), "/not-useful")

    answer = await browser.post(told.action, told.filled(words="x" * 501))

    assert answer.status_code == 200
    assert "This is 1 character over the limit of 500. Shorten it." in words(answer.text)
    assert form(answer.text, "/not-useful").value("words") == "x" * 501
    assert len(await kept(running)) == 1
    await browser.post(told.action, told.filled(words="x" * 500))
    assert len(await kept(running)) == 2


async def test_nothing_of_it_can_be_read_in_the_file_of_the_database(tmp_path: Path) -> None:
    async with clinic(database=f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}") as running:
        visit = await running.browser().open(ROSA)
        shown = await reminders_of(visit)
        await press(visit, shown[-1], "always")
        told = form(await press(visit, shown[0], "not-useful"), "/not-useful")
        await visit.browser.post(told.action, told.filled(words="Axolotl words about it"))
        await visit.page(f"why/{shown[-1]}")

    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir()).lower()
    trail = readable(tmp_path / "x.sqlite3", "audit")
    besides = readable(tmp_path / "x.sqlite3", *(table for table in metadata.tables if table != "audit"))

    assert shown[0].lower() in besides  # said to be not useful, by nobody in particular
    marks = (ROSA, "servicerequest/", "ehr.test", "axolotl")
    assert [mark for mark in marks if mark.lower().encode() in everything] == []
    # The audit trail says who was there; of what was shown it says nothing.
    assert "osei" in trail
    assert [mark for mark in ("osei", "practitioner/", shown[-1].lower()) if mark in besides] == []
    assert [each for each in shown if re.search(rf"\b{each.lower()}\b", trail)] == []


def readable(file: Path, *tables: str) -> str:
    """Every value of these tables, as text in small letters."""
    with closing(sqlite3.connect(file)) as connection:
        rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
    return " ".join(
        value.decode("latin-1") if isinstance(value, bytes) else str(value) for row in rows for value in row
    ).lower()


async def test_tables_hold_nobody(running: Clinic, browser: Browser) -> None:
    visit = await browser.open(ROSA)
    await press(visit, (await reminders_of(visit))[-1], "always")
    told = form(await press(visit, (await reminders_of(visit))[0], "not-useful"), "/not-useful")
    await browser.post(told.action, told.filled(words="Words"))

    async with services(running).database.reading() as connection:
        shown = (await connection.execute(select(shown_reminders))).all()
        hidden = (await connection.execute(select(hidden_reminders))).all()
        said = (await connection.execute(select(feedback))).all()

    texts = [each for row in (*shown, *hidden) for each in row if isinstance(each, str)]
    assert all((shown, hidden, said))
    assert all(len(each) == 64 and set(each) <= set(string.hexdigits) for each in texts)
    assert {column.name for column in feedback.columns} == {"id", "reminder", "version", "month", "sealed"}
    assert visit.id not in repr((shown, hidden, said))


@pytest.mark.parametrize("page", ["hide", "show", "not-useful"])
async def test_unknown_reminder_is_not_found(browser: Browser, page: str) -> None:
    visit = await browser.open(ROSA)
    found = form((await visit.page()).text, "/hide")

    answer = await browser.post_once(visit.path(f"prompts/R999/{page}"), found.fields)

    assert answer.status_code == 404


@pytest.mark.parametrize("page", ["show", "not-useful"])
async def test_form_that_is_not_ours_changes_nothing(running: Clinic, browser: Browser, page: str) -> None:
    visit = await browser.open(ROSA)

    answer = await browser.post_once(visit.path(f"prompts/R03/{page}"), [("words", "Words")])

    assert answer.status_code == 403
    assert await kept(running) == ()


async def test_why_tells_what_was_asked_what_was_found_and_when(browser: Browser) -> None:
    visit = await browser.open(ROSA)

    text = words((await visit.page("why/R03")).text)

    assert "Shown in this visit." in text
    assert "Found an order or referral written today, 22 Nov 2026 (ServiceRequest/" in text
    assert "What is not known" in text
    assert "Elwyn G" in text


async def test_why_tells_what_was_not_found_and_why_it_is_silent(browser: Browser) -> None:
    visit = await browser.open(ROSA)

    text = words((await visit.page("why/R08")).text)

    assert "What it asks of the chart is not there." in text
    assert "Not found" in text


async def test_why_tells_what_could_not_be_read(running: Clinic, browser: Browser) -> None:
    running.ehr.faults.fail_types["Condition"] = 403
    visit = await browser.open(ROSA)

    text = words((await visit.page("why/R08")).text)

    assert "Not read whole: conditions" in text
    assert "Stays away, since these could not be read in full: conditions." in text


async def test_every_reminder_is_listed_in_the_visit_with_its_reason(
    running: Clinic, browser: Browser
) -> None:
    visit = await browser.open(ROSA)
    html = (await visit.page("sources")).text

    for reminder in services(running).catalogue.reminders:
        assert html.count(f'href="{visit.path(f"why/{reminder.id}")}"') == 1
    assert "goes first in this visit." in words(html)


async def _rows(running: Clinic) -> Sequence[object]:
    async with services(running).database.reading() as connection:
        return (await connection.execute(select(shown_reminders))).all()


class _ReadsOnly:
    """A memory whose database is full."""

    def __init__(self, services: Services) -> None:
        self._real = services.shown
        self.mark = services.shown.mark
        self.marks = services.shown.marks

    async def add(self, *_: object) -> None:
        raise StoreUnavailable("full")
