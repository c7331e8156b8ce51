"""The page of what was said over time: its picture in words, goals' earlier changes, sources of words."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from smartapp.errors import StoreUnavailable
from smartapp.fhir.goal_history import MOST_VERSIONS
from smartapp.sdm.model import Kind, SaidBy, Source, Statement
from smartapp.web import goal_past
from smartapp.web.presenters.said import anchor
from smartapp.web.presenters.source import sources_of
from smartapp.web.services import Services
from tests.pages import form, words
from tests.security.test_audit_trail import unwritable
from tests.visits import APP, EHR, Browser, Clinic, OpenVisit, clinic
from tests.web.charts import answer, goal, note, sam, sams_visit

ROSA = "delgado-rosa"
CAPTION = (
    "9 statements since 30 Apr 2024, the newest of 15 Sep 2026. Two statements about surgery differ. "
    "1 goal is open. Ended: “I want to walk to the market again, there and back.” (Achieved, 15 Sep 2026)."
)
NOT_READ = "Earlier changes of goals were not read."
WAY = "30 Apr 2024 Proposed 30 Jul 2024 Active 26 Apr 2025 On hold 16 Aug 2025 Active 15 Sep 2026 Achieved"
MARKET = "I want to walk to the market again, there and back."


@pytest.fixture
async def rosa(browser: Browser) -> OpenVisit:
    visit = await browser.open(ROSA)
    await visit.page("statements?from=done")  # the chart is read by now
    return visit


async def html_of(visit: OpenVisit, page: str = "statements") -> str:
    answered = await visit.page(page)
    assert answered.status_code == 200, answered.text
    return answered.text


def entry_of(html: str, said: str) -> str:
    """The entry of the list with these words, as HTML."""
    return next(each for each in re.split(r'(?=<li id="s)', html)[1:] if said in words(each))


def asked_for_history(running: Clinic) -> list[str]:
    return [one.path for one in running.ehr.requests if one.path.endswith("/_history")]


async def test_caption_says_of_rosa_what_the_picture_says(rosa: OpenVisit) -> None:
    text = words(await html_of(rosa))

    assert f"At a glance {CAPTION} To the list, in words" in text


async def test_picture_is_described_by_its_caption_and_named_by_its_heading(rosa: OpenVisit) -> None:
    html = await html_of(rosa)

    assert '<figure class="line" aria-labelledby="picture" aria-describedby="picture-text">' in html
    assert html.count('role="group" aria-labelledby="picture"') == 2
    assert '<a href="#all">To the list, in words</a>' in html


async def test_every_mark_leads_to_a_place_on_the_page(rosa: OpenVisit) -> None:
    html = await html_of(rosa)

    places = set(re.findall(r' id="([^"]+)"', html))
    marks = re.findall(r'class="line__mark" href="#([^"]+)"', html)
    assert len(marks) == 20
    assert set(marks) <= places
    assert len(places) == len(re.findall(r' id="', html))


async def test_goals_earlier_changes_are_read_when_the_page_is_opened_and_not_before(
    running: Clinic, browser: Browser
) -> None:
    visit = await browser.open(ROSA)
    await visit.page("room")
    assert asked_for_history(running) == []

    text = words(entry_of(await html_of(visit), MARKET))

    assert sorted(asked_for_history(running)) == [
        "/fhir/Goal/delgado-rosa-market/_history",
        "/fhir/Goal/delgado-rosa-wedding/_history",
    ]
    assert WAY in text


async def test_reading_of_earlier_changes_stands_in_the_audit_trail(running: Clinic, rosa: OpenVisit) -> None:
    services: Services = running.app.state.services

    rows = [row async for row in services.audit.rows()]

    told = [(row.action, row.outcome) for row in rows if row.objects == "goal-history=read"]
    assert told == [("chart-read", "completed")]
    assert [row.outcome for row in rows if row.action == "chart-read"].count("begun") == 2


@pytest.mark.parametrize("ehr", ["epic", "meditech"])
async def test_ehr_that_offers_no_history_is_not_asked_and_the_page_says_so(ehr: str) -> None:
    async with clinic(ehr=ehr) as running:
        visit = await running.browser().open(ROSA)

        html = await html_of(visit)

    assert asked_for_history(running) == []
    assert NOT_READ in words(html)
    assert "30 Apr 2024 Begun 15 Sep 2026 Achieved Earlier changes were not read." in words(
        entry_of(html, MARKET)
    )


async def test_history_that_is_refused_leaves_the_page_standing(running: Clinic, rosa: OpenVisit) -> None:
    running.ehr.faults.fail_types["Goal"] = 403

    text = words(await html_of(rosa))

    assert NOT_READ in text
    assert MARKET in text


async def test_history_that_is_slow_is_not_waited_for(running: Clinic, rosa: OpenVisit) -> None:
    running.ehr.faults.delays["Goal"] = 30.0

    text = words(await html_of(rosa))

    assert NOT_READ in text
    assert CAPTION.split(". Two", maxsplit=1)[0] in text


async def test_history_with_a_version_of_another_patient_is_not_used(
    running: Clinic, rosa: OpenVisit, caplog: pytest.LogCaptureFixture
) -> None:
    running.ehr.faults.read.wrong_patient_in_results = True

    with caplog.at_level(logging.INFO, "smartapp"):
        text = words(await html_of(rosa))

    assert NOT_READ in text
    assert "Proposed" not in text
    assert "wrong-patient-resource" in {record.getMessage() for record in caplog.records}


async def test_history_of_which_a_further_page_was_not_read_is_not_taken_for_whole(
    running: Clinic, rosa: OpenVisit
) -> None:
    store = running.ehr.store
    market = store.get("Goal", "delgado-rosa-market")
    assert market is not None
    for _ in range(MOST_VERSIONS):
        store.write(market)

    html = await html_of(rosa)

    assert NOT_READ in words(html)
    assert "Begun 15 Sep 2026 Achieved Earlier changes were not read." in words(entry_of(html, MARKET))
    assert "Earlier changes were not read." not in words(entry_of(html, "I want to dance"))


async def test_history_whose_end_cannot_be_noted_is_shown_and_the_log_tells(
    running: Clinic, rosa: OpenVisit, caplog: pytest.LogCaptureFixture
) -> None:
    async with unwritable(running, after=1):
        with caplog.at_level(logging.ERROR, "smartapp"):
            text = words(entry_of(await html_of(rosa), MARKET))

    assert WAY in text
    assert "audit-missed" in {each.getMessage() for each in caplog.records}


async def test_history_is_not_asked_for_when_its_beginning_cannot_be_noted(
    running: Clinic, rosa: OpenVisit
) -> None:
    before = len(asked_for_history(running))

    async with unwritable(running):
        page = await rosa.page("statements")

    assert page.status_code == 200
    assert NOT_READ in words(page.text)
    assert len(asked_for_history(running)) == before


async def test_history_that_comes_after_the_page_is_noted_before_the_app_stops(
    running: Clinic, rosa: OpenVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goal_past, "WAIT_S", 0.05)
    running.ehr.faults.delays["Goal"] = 0.4
    services: Services = running.app.state.services
    noted = [row.objects async for row in services.audit.rows()].count("goal-history=read")

    assert NOT_READ in words(await html_of(rosa))
    await services.charts.finish()

    assert [row.objects async for row in services.audit.rows()].count("goal-history=read") == noted + 1


async def test_error_that_comes_after_the_page_stands_in_the_log(
    running: Clinic, rosa: OpenVisit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def late_and_broken(*_: Any) -> None:
        await asyncio.sleep(0.2)
        raise StoreUnavailable("full")

    monkeypatch.setattr(goal_past, "WAIT_S", 0.05)
    monkeypatch.setattr(goal_past, "_read", late_and_broken)
    with caplog.at_level(logging.ERROR, "smartapp"):
        assert NOT_READ in words(await html_of(rosa))
        await running.app.state.services.charts.finish()

    assert "goal-history-failed" in {each.getMessage() for each in caplog.records}


async def test_goal_that_was_given_up_on_a_day_nobody_wrote_down_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(goal_past, "MOST_GOALS", 0)
    given_up = goal("g1", "Swim", lifecycleStatus="cancelled", startDate="2024-06-05")
    async with sams_visit(given_up) as visit:
        html = await html_of(visit)

    assert "Ended: Swim (Cancelled)." in words(html)
    assert "5 Jun 2024 Begun No date Cancelled Earlier changes were not read." in words(
        entry_of(html, "Swim")
    )


async def test_without_the_scope_to_read_goals_no_history_is_asked_for() -> None:
    scopes = ("launch", "openid", "fhirUser", "patient/Patient.r", "patient/Observation.rs", "patient/Goal.s")
    async with clinic(registration={"scopes": scopes}) as running:
        visit = await running.browser().open(ROSA)

        text = words(await html_of(visit))
        services: Services = running.app.state.services
        rows = [row async for row in services.audit.rows()]

    assert asked_for_history(running) == []
    assert [(row.action, row.outcome) for row in rows].count(("chart-read", "begun")) == 1
    assert NOT_READ in text


async def test_goal_that_was_changed_from_here_shows_the_change_in_its_way(rosa: OpenVisit) -> None:
    page = form((await rosa.page("goals/delgado-rosa-wedding")).text, "/goals/delgado-rosa-wedding")
    answered = await rosa.browser.post(page.action, page.changed({"kind": "achieved"}))
    assert "marked as achieved" in words(answered.text)

    html = await html_of(rosa)

    entry = words(entry_of(html, "I want to dance"))
    assert "23 Jun 2026 Active 22 Nov 2026 Achieved" in entry


async def test_entry_tells_everything_about_its_source(rosa: OpenVisit) -> None:
    html = await html_of(rosa)
    entry = entry_of(html, "I don’t want surgery")

    text = words(entry)
    for told in (
        '… Patient states: "I don’t want surgery. My sister never walked right after hers." …',
        "What it is Treatment preference",
        "Whose words The patient’s own",
        "When 30 Jul 2024",
        "Written down by Maja Lindqvist, MD",
        "Where it stands Note or document",
        "Reference DocumentReference/delgado-rosa-note-orthopedics",
        "From the same source Her husband would like her to have it done before winter",
        "In the EHR Open the notes and documents and look for the one of this day.",
    ):
        assert told in text
    other = re.search(r'<a href="#(s[0-9a-f]+)"><bdi>Her husband', entry)
    assert other is not None
    assert f'<li id="{other[1]}" tabindex="-1">' in html


async def test_entry_tells_why_a_goal_has_its_status() -> None:
    held = goal(
        "g1",
        "To walk.",
        lifecycleStatus="on-hold",
        startDate="2025",
        statusDate="2026-03-01",
        statusReason="The knee has to settle first.",
        expressedBy={"reference": "Patient/gray-sam"},
    )
    async with sams_visit(held) as visit:
        text = words(entry_of(await html_of(visit), "To walk."))

    assert "Goal, on-hold, 2025." in text
    assert "Why this status The knee has to settle first." in text


async def test_day_of_a_goal_that_is_told_in_part_stays_a_part_in_its_way() -> None:
    achieved = {"coding": [{"code": "not-achieved"}]}
    ended = goal(
        "g1",
        "To walk.",
        lifecycleStatus="completed",
        startDate="2024",
        statusDate="2025-03",
        achievementStatus=achieved,
    )
    async with sams_visit(ended) as visit:
        html = await html_of(visit)

    assert "What became of it 2024 Begun Mar 2025 Completed, not achieved" in words(
        entry_of(html, "To walk.")
    )
    assert 'd="M-4 .5-1 3.5 4-3"' not in html


@pytest.mark.parametrize(("place", "more"), [(0, "3 more"), (5, "3 more"), (11, "3 more")])
async def test_entry_names_eight_others_of_its_source_and_counts_the_rest(place: int, more: str) -> None:
    form_of = Source("QuestionnaireResponse/r1")
    of_one = [Statement(Kind.HOPE, f"Hope {n}.", SaidBy.PATIENT, form_of) for n in range(12)]

    found = sources_of(of_one, [], {}, read=())[anchor(of_one[place])]

    named = [other.words for other in found.others]
    assert named == [one.words for one in of_one if one is not of_one[place]][:8]
    assert found.more == more


async def test_entry_of_a_note_that_was_read_opens_it_in_the_ehr() -> None:
    page = f"{EHR}/viewer/7"
    told = note("n1", 'Patient states: "I want to fish."', on="2026-09-01", url=page)
    async with sams_visit(told) as visit:
        entry = entry_of(await html_of(visit), "I want to fish.")

    assert f'<a href="{page}" rel="noreferrer" target="_blank"' in entry


async def test_status_reason_that_is_no_text_does_not_cost_the_goal() -> None:
    odd = goal("g1", "To walk.", statusReason={"text": "of another FHIR version"})
    async with sams_visit(odd) as visit:
        assert "To walk." in words(await html_of(visit))


@pytest.mark.parametrize(
    ("asked", "name", "path"),
    [
        ("statements", "Back to this visit", ""),
        ("statements?from=room", "Back to the room", "room"),
        ("statements?from=review", "Back to the review", "review"),
        ("statements?from=//elsewhere.example", "Back to this visit", ""),
    ],
)
async def test_way_back_leads_to_where_one_came_from_and_nowhere_else(
    rosa: OpenVisit, asked: str, name: str, path: str
) -> None:
    html = await html_of(rosa, asked)

    assert html.count(f'<a href="{rosa.path(path)}">{name}</a>') == 11
    assert "elsewhere" not in html


async def test_quotations_on_the_first_page_lead_to_their_entries(rosa: OpenVisit) -> None:
    before, every = await html_of(rosa, ""), await html_of(rosa)

    places = re.findall(r'statements#(s[0-9a-f]{10})"', before)
    assert len(places) >= 3
    assert all(f'<li id="{place}" tabindex="-1">' in every for place in places)


async def test_source_button_in_the_room_keeps_what_was_typed_and_leads_back(rosa: OpenVisit) -> None:
    html = await html_of(rosa, "room")
    place = re.search(r'value="source-(s[0-9a-f]{10})"', html)
    assert place is not None
    draft = form(html, "/draft")
    box = draft.values("box")[0]

    answered = await rosa.browser.post_once(
        draft.action, draft.changed({f"{box}-words": "To sleep.", "next": f"source-{place[1]}"})
    )

    assert answered.headers["Location"] == rosa.path(f"statements?from=room#{place[1]}")
    assert "To sleep." in await html_of(rosa, "room")


async def test_source_button_with_anything_else_in_it_leads_to_no_place(rosa: OpenVisit) -> None:
    draft = form(await html_of(rosa, "room"), "/draft")

    answered = await rosa.browser.post_once(draft.action, draft.changed({"next": 'source-x"><b>'}))

    assert answered.headers["Location"] == rosa.path("statements?from=room")


async def test_more_statements_than_a_page_shows_at_once_are_folded_and_not_lost() -> None:
    many = [answer(f"o{number}", "hopes", valueString=f"Hope number {number}.") for number in range(130)]
    async with sams_visit(*many) as visit:
        html = await html_of(visit)

    text = words(html)
    assert "Show 30 older statements" in text
    assert all(f"Hope number {number}." in text for number in range(130))
    shown, folded = html.split('<details class="app-more time__older">')
    assert shown.count('<li id="s') == 100
    assert folded.count('<li id="s') == 30
    assert len(re.findall(r' id="day-2026-10-01"', html)) == 1


async def test_chart_in_which_nobody_said_anything_has_no_picture() -> None:
    async with sams_visit() as visit:
        html = await html_of(visit)

    assert "Nothing is on file yet. What Sam says today starts the list." in words(html)
    assert "At a glance" not in html


async def test_of_somebody_who_has_died_nothing_is_asked_today() -> None:
    died = sam(deceasedDateTime="2025-07-22")
    pair = [
        answer("o1", "treatment-preference", valueString="I want surgery."),
        answer("o2", "treatment-preference", valueString="I do not want surgery.", effectiveDateTime="2024"),
    ]
    async with sams_visit(*pair, patient=died) as visit:
        html = await html_of(visit)

    assert "What Sam told us, over time" in words(html)
    assert "Two statements about surgery differ." in words(html)
    assert "Ask today" not in html


@pytest.fixture
async def without_a_date() -> AsyncIterator[OpenVisit]:
    async with sams_visit(
        goal("g1", "To fish.", expressedBy={"reference": "Patient/gray-sam"}),
        answer("o1", "hopes", valueString="To sleep."),
    ) as visit:
        yield visit


async def test_statement_without_a_date_has_a_place_of_its_own(without_a_date: OpenVisit) -> None:
    html = await html_of(without_a_date)

    assert '<a href="#day-none">1 statement without a date</a>' in html
    assert '<p id="day-none" tabindex="-1">No date</p>' in html
    assert APP not in html
