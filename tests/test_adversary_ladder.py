"""The ladder, pressed by somebody who wants it to store what nobody saw, or in the wrong chart."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from smartapp.app import create_app
from smartapp.store.ledger import Ledger, NewRow
from smartapp.web import cookies
from smartapp.web.services import Services
from tests.pages import Form, form, forms, words
from tests.visits import APP, Clinic, MovingClock, OpenVisit, clinic, registrations, settings
from tests.web.charts import filed

ROSA = "delgado-rosa"
OTHER = "bell-marcus"
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


class TickingClock(MovingClock):
    """A second goes by whenever somebody looks, once it is told to."""

    is_ticking = False

    def __call__(self) -> datetime:
        if self.is_ticking:
            self.now += timedelta(seconds=1)
        return self.now


@asynccontextmanager
async def rosas_visit(ehr: str = "epic", **more: Any) -> AsyncIterator[tuple[Clinic, OpenVisit]]:
    """At an EHR that takes no goals and no observations, unless it is another one."""
    async with clinic(ehr=ehr, **more) as running:
        yield running, await running.browser().open(ROSA, encounter_id=f"{ROSA}-today")


def writes(running: Clinic) -> list[str]:
    """Requests that can change a chart; the tokens' are no FHIR."""
    found = [each for each in running.ehr.requests if each.method in {"POST", "PUT"}]
    return [each.path for each in found if "/fhir" in each.path and "_search" not in each.path]


def ours(found: Form) -> list[tuple[str, str]]:
    """The fields that every form of a launch has."""
    return [(name, value) for name, value in found.fields if name in {"token", "patient"}]


async def press(visit: OpenVisit, found: Form, fields: Sequence[tuple[str, str]] | None = None) -> str:
    answer = await visit.browser.post(found.action, found.fields if fields is None else fields)
    return words(answer.text)


class TwoFaced(httpx2.AsyncBaseTransport):
    """A way to an EHR that keeps goals and says that it refused them."""

    def __init__(self, wire: httpx2.AsyncBaseTransport) -> None:
        self._wire = wire

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._wire.handle_async_request(request)
        is_goal = request.method == "POST" and request.url.path.endswith("/Goal")
        return httpx2.Response(422, json={}) if is_goal else answer


async def test_goal_that_was_kept_in_spite_of_a_refusal_does_not_go_into_a_note_too() -> None:
    async with clinic() as running:
        app = create_app(
            settings("sqlite+aiosqlite://"),
            registrations(running.ehr, transactions=False),
            transport=TwoFaced(running.wire),
            clock=running.clock,
        )
        async with app.router.lifespan_context(app):
            visit = await replace(running, app=app).browser().open(ROSA, encounter_id=f"{ROSA}-today")
            await visit.write(goal="Dance")
            refused = await visit.send()
            assert "1 was not accepted" in words(refused.text)

            other = form((await visit.page("divert")).text, "/divert")
            done = await press(visit, other)

    assert "It is in the chart" in done
    assert len(running.ehr.created("Goal")) == 1
    assert running.ehr.created("DocumentReference") == []


# What is filed is what was shown.


async def test_note_whose_recorder_cannot_be_read_any_more_is_shown_again_before_it_is_filed() -> None:
    async with rosas_visit() as (running, visit):
        await visit.write(goal="Dance")
        review = await visit.review()
        running.ehr.faults.fail_types["Practitioner"] = 500
        await visit.browser.post(visit.path("reread"), ours(review))

        answer = await press(visit, review)

        assert "changed since this page was shown" in answer
        assert filed(running) == []


@pytest.mark.parametrize("before_midnight_s", range(4, 14))
async def test_note_has_the_day_that_was_shown_whenever_midnight_comes(before_midnight_s: int) -> None:
    clock = TickingClock()
    clock.now = MIDNIGHT - timedelta(minutes=10)
    async with rosas_visit(clock=clock) as (running, visit):
        await visit.write(goal="Dance")
        review = await visit.review()
        clock.now = MIDNIGHT - timedelta(seconds=before_midnight_s)
        clock.is_ticking = True

        answer = await press(visit, review)

        assert all("(22 Nov 2026" in note for note in filed(running))
        assert filed(running) or "changed since this page was shown" in answer


async def test_signed_note_needs_its_yes_in_a_form_of_whatever_kind() -> None:
    async with rosas_visit("oracle") as (running, visit):
        await visit.write(goal="Dance")
        review = await visit.review()
        item, shown = review.value("item"), review.value("shown")
        made_by_hand = [*ours(review), ("item", item), ("shown", shown)]
        for page in ("send", "divert"):
            await visit.browser.post(visit.path(page), made_by_hand)
            await visit.browser.post(visit.path(page), [*made_by_hand, ("signed", "no"), ("listed", item)])
        await visit.browser.post(visit.path(f"retry/{item}"), ours(review))
        await visit.browser.post(visit.path("check"), ours(review))

        assert filed(running) == []


async def test_fingerprint_of_another_launch_is_no_consent() -> None:
    async with rosas_visit() as (running, visit):
        await visit.write(goal="Dance")
        review = await visit.review()
        other = await visit.browser.open(ROSA, encounter_id=f"{ROSA}-today")
        await other.write(goal="Dance")
        theirs = await other.review()
        item = theirs.value("item")

        fields = [*ours(theirs), ("item", item), ("shown", review.value("shown"))]
        answer = await press(other, theirs, fields)

        assert "changed since this page was shown" in answer
        assert filed(running) == []


# Rows and entries of somebody else.


async def test_rows_of_one_patients_launch_are_none_of_another_patients() -> None:
    async with rosas_visit("full") as (running, visit):
        await visit.write(goal="Dance", worry="Fall")
        running.ehr.faults.refuse_late.add("Observation")
        await visit.send()
        receipts = await running.app.state.services.sender.receipts(visit.id)
        other = await visit.browser.open(OTHER)
        fields = ours(form((await other.page("room")).text, "/draft"))
        before = writes(running)
        for receipt in receipts:
            items = [*fields, ("item", receipt.draft.id), ("signed", "yes")]
            for page in ("pasted", "divert", "send", f"retry/{receipt.row}", f"undo/{receipt.row}"):
                answer = await other.browser.post(other.path(page), items)
                assert receipt.draft.words not in words(answer.text)
            assert (await other.browser.get(APP + other.path(f"undo/{receipt.row}"))).status_code == 404

        assert writes(running) == before
        assert await running.app.state.services.sender.receipts(visit.id) == receipts


# What is told when the session ends, and what the next version of the app finds.


async def test_words_that_were_pasted_are_not_promised_to_be_offered() -> None:
    async with rosas_visit("readonly") as (running, visit):
        await visit.write(goal="Dance", worry="Fall")
        await visit.send()
        page = form((await visit.page("done")).text, "/pasted")
        await press(visit, page, [*ours(page), ("item", page.values("item")[0])])
        running.clock.now += timedelta(hours=9)

        ended = words((await visit.page("done")).text)
        again = await visit.browser.open(ROSA)
        offer = (await again.page("room")).text

        assert "1 statement is kept" in ended
        assert [each.action for each in forms(offer) if each.action.endswith("/draft/adopt")]


OLD_DRAFT = b"""{"boxes": [{"id": "%s", "kind": "worry", "words": "Falling", "said_by": "patient",
"speaker": "", "verbatim": true, "due": "", "addresses": [], "question": "", "page": "",
"said_at": "2026-11-22T15:00:00Z"}],
"hidden": ["x"], "read_back": true}""" % (b"b" * 32)
OLD_ROW = b"""{"drafts": [{"id": "%s", "kind": "goal", "words": "Dance", "said_by": "patient", "speaker": "",
"verbatim": true, "due": null, "addresses": [], "said_at": "2026-11-22T15:00:00Z", "question": ""}],
"committed_at": "2026-11-22T15:00:00Z", "why_not": null, "targets": [], "resource": null, "sent_at": null,
"outcome": null, "settled_at": null}""" % (b"a" * 32)


async def test_words_that_the_version_before_kept_are_shown_and_sent() -> None:
    async with rosas_visit("full") as (running, visit):
        services: Services = running.app.state.services
        secret = visit.browser._app.cookies.get(cookies.launch_name(visit.id))
        owner = (await services.sessions.find(visit.id, browser=secret)).owner
        ledger = Ledger(services.database, services.vault, services.clock)
        async with ledger.transaction() as connection:
            rows = [NewRow("a" * 32, "goal", OLD_ROW)]
            await ledger.add_all_in(connection, visit.id, owner=owner, state="planned", rows=rows)
        await services.drafts.save(visit.id, owner=owner, body=OLD_DRAFT)
        assert "Not sent yet" in words((await visit.page("done")).text)

        done = words((await visit.send()).text)

        assert "All 2 are in the chart" in done
        assert [one["description"]["text"] for one in running.ehr.created("Goal")] == ["Dance"]
        assert [one["valueString"] for one in running.ehr.created("Observation")] == ["Falling"]


async def test_order_of_importance_comes_along_with_the_words() -> None:
    async with rosas_visit("full") as (_, visit):
        await visit.write(goal="Dance", worry="Fall")
        review = await visit.review()
        first, second = review.values("item")
        numbered = review.changed({f"rank-{first}": "2", f"rank-{second}": "1"})
        await visit.browser.post(visit.path("order"), numbered)
        later = await visit.browser.open(ROSA, encounter_id=f"{ROSA}-today")

        await press(later, form((await later.page("room")).text, "/draft/adopt"))

        assert "1. Dance 2. Fall" in words((await later.page("review")).text)


# A goal of the chart, and the form that changes it.


@asynccontextmanager
async def rosas_goal(**more: Any) -> AsyncIterator[tuple[Clinic, OpenVisit, Form]]:
    async with rosas_visit("full", **more) as (running, visit):
        await visit.write(goal="Dance")
        await visit.send()
        [goal] = running.ehr.created("Goal")
        page = await visit.page(f"goals/{goal['id']}")
        yield running, visit, form(page.text, f"/goals/{goal['id']}")


def status(running: Clinic) -> str:
    return str(running.ehr.created("Goal")[0]["lifecycleStatus"])


async def test_words_of_a_form_that_had_to_be_mended_are_on_the_page_that_tells_of_the_end() -> None:
    async with rosas_goal() as (running, visit, change):
        running.clock.now += timedelta(hours=9)

        ended = await visit.browser.post(change.action, change.filled(words="Swim.", note="Ducks."))

        assert ended.status_code == 401
        assert "Your text is safe" not in ended.text
        assert "Swim.\n\nDucks." in ended.text


async def test_new_words_are_not_dropped_by_closing_the_goal_at_the_same_time() -> None:
    async with rosas_goal() as (running, visit, change):
        answer = await visit.browser.post(change.action, change.filled(kind="achieved", words="Swim."))

        assert "You put the goal in other words too" in words(answer.text)
        assert form(answer.text, change.action).value("words") == "Swim."
        assert status(running) == "active"


async def test_change_has_the_day_that_was_shown() -> None:
    clock = MovingClock()
    clock.now = MIDNIGHT - timedelta(minutes=1)
    async with rosas_goal(clock=clock) as (running, visit, change):
        clock.now = MIDNIGHT + timedelta(minutes=1)

        answer = await visit.browser.post(change.action, change.filled(kind="achieved", note="“I did.”"))

        assert "It is another day by now" in words(answer.text)
        assert "Marked as achieved on 23 Nov 2026." in words(answer.text)
        assert form(answer.text, change.action).value("note") == "“I did.”"
        assert status(running) == "active"
