"""Words that were typed or sent while another tab, another worker or another launch was at work."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from smartapp.errors import StoreUnavailable
from smartapp.store.ledger import Ledger
from smartapp.web import cookies, desk
from smartapp.web.services import Services
from smartapp.web.visit import Visit
from smartapp.writing.sender import Sender
from tests.pages import Form, form, forms, words
from tests.visits import Clinic, OpenVisit, clinic
from tests.workers import PausedWire, another_worker, same_visit

ROSA = "delgado-rosa"
JSON = {"Accept": "application/json"}


@pytest.fixture(params=[False, True], ids=["alone", "together"])
def transactions(request: pytest.FixtureRequest) -> bool:
    """Whether several statements go in one transaction."""
    is_so: bool = request.param
    return is_so


@pytest.fixture
async def at(database_url: str, transactions: bool) -> AsyncIterator[Clinic]:
    async with clinic(database=database_url, registration={"transactions": transactions}) as running:
        yield running


async def room(visit: OpenVisit) -> Form:
    return form((await visit.page("room")).text, "/draft")


async def keep(visit: OpenVisit, page: Form, **over: str) -> httpx2.Response:
    """What a page does by itself while somebody types; `over`: new words by old ones ("_" is a space)."""
    changes = {
        next(name for name, value in page.fields if value == old.replace("_", " ")): new
        for old, new in over.items()
    }
    return await visit.browser.post_once(page.action, page.changed(changes), headers=JSON)


async def adopt(visit: OpenVisit) -> None:
    use = form((await visit.page("room")).text, "/draft/adopt")
    await visit.browser.post(use.action, use.fields)


def stored(at: Clinic) -> list[str]:
    goals = [goal["description"]["text"] for goal in at.ehr.created("Goal")]
    return sorted(goals + [one["valueString"] for one in at.ehr.created("Observation")])


async def inside(at: Clinic, visit: OpenVisit) -> Visit:
    """The visit as the app's own functions see it."""
    services: Services = at.app.state.services
    secret = visit.browser._app.cookies.get(cookies.launch_name(visit.id))
    return Visit(services, await services.sessions.find(visit.id, browser=secret), "")


async def test_edited_words_are_sent_although_the_tab_they_came_from_sent_the_old_ones(at: Clinic) -> None:
    old = await at.browser().open(ROSA)
    await old.write(goal="Dance", worry="Falling")
    page = await room(old)
    new = await old.browser.open(ROSA)
    await adopt(new)
    await keep(new, await room(new), Dance="Dance with Ernesto")
    await keep(old, page)
    await old.send()

    done = await new.send()

    assert stored(at) == ["Dance", "Dance with Ernesto", "Falling"]
    assert "All 3 are in the chart" in words(done.text)


async def test_words_that_another_tab_sent_already_are_not_sent_again_and_have_a_receipt(at: Clinic) -> None:
    old = await at.browser().open(ROSA)
    await old.write(goal="Dance", worry="Falling")
    page = await room(old)
    new = await old.browser.open(ROSA)
    await adopt(new)
    await keep(old, page)
    await old.send()

    done = await new.send()

    assert stored(at) == ["Dance", "Falling"]
    assert "All 2 are in the chart" in words(done.text)


async def test_new_words_are_not_sent_as_the_old_ones_by_a_sender_that_is_still_at_work(
    at: Clinic, database_url: str, transactions: bool
) -> None:
    wire = PausedWire(at.wire)
    async with another_worker(at, database_url, wire=wire, transactions=transactions) as slow:
        old = await slow.browser().open(ROSA)
        await old.write(worry="Falling", goal="Dance")
        new = await old.browser.open(ROSA)
        await new.write(hope="No pain")
        old_first = wire.hold(lambda request: b"Falling" in request.content)
        old_sending = asyncio.create_task(old.send())
        await old_first.reached.wait()
        await adopt(new)
        await keep(new, await room(new), Dance="Dance with Ernesto")
        new_first = wire.hold(lambda request: b"No pain" in request.content)
        new_sending = asyncio.create_task(new.send())
        await new_first.reached.wait()

        old_first.release()
        await old_sending
        new_first.release()
        await new_sending

        # In a transaction the old words are on their way with the others, and cannot be called back.
        already_sent = ["Dance"] if transactions else []
        assert stored(at) == [*already_sent, "Dance with Ernesto", "Falling", "No pain"]
        done = await new.page("done")
        assert f"All {len(stored(at))} are in the chart" in words(done.text)


async def test_words_typed_while_the_older_ones_are_being_sent_stay_a_draft(
    at: Clinic, database_url: str, transactions: bool
) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal="Dance", worry="Falling")
    page, review = await room(visit), await visit.review()
    wire = PausedWire(at.wire)
    async with another_worker(at, database_url, wire=wire, transactions=transactions) as slow:
        stop = wire.hold(lambda request: request.url.path.endswith("/metadata"))
        sending = asyncio.create_task(same_visit(visit, slow).send(review))
        await stop.reached.wait()

        kept = await keep(visit, page, Dance="Dance with Ernesto")
        stop.release()
        await sending

    assert kept.status_code == 200
    assert stored(at) == ["Dance", "Falling"]
    assert "Dance with Ernesto" in (await visit.page("room")).text


async def test_words_typed_while_a_draft_is_taken_over_come_along(at: Clinic) -> None:
    old = await at.browser().open(ROSA)
    await old.write(goal="Dance")
    page = await room(old)
    new = await old.browser.open(ROSA)
    visit = await inside(at, new)
    offered = await desk.offer(visit)
    await keep(old, page, Dance="Dance with Ernesto")

    assert offered is not None
    await desk.adopt(visit, offered)

    assert "Dance with Ernesto" in (await new.page("room")).text


async def test_only_what_was_shown_can_be_discarded(at: Clinic) -> None:
    old = await at.browser().open(ROSA)
    await old.write(goal="Dance")
    page = await room(old)
    new = await old.browser.open(ROSA)
    throw = form((await new.page("room")).text, "/draft/discard")
    await keep(old, page, Dance="Dance with Ernesto")

    await new.browser.post(throw.action, throw.fields)

    assert "Dance with Ernesto" in (await old.page("room")).text
    assert "A draft from" in words((await new.page("room")).text)


async def test_words_that_two_tabs_changed_differently_are_both_offered_later(at: Clinic) -> None:
    first = await at.browser().open(ROSA)
    await first.write(goal="Dance")
    page = await room(first)
    second = await first.browser.open(ROSA)
    await adopt(second)
    await keep(second, await room(second), Dance="Dance with Ernesto")
    await keep(first, page, Dance="Dance at the wedding")
    third = await first.browser.open(ROSA)

    await adopt(third)
    await adopt(third)

    text = (await third.page("room")).text
    assert "Dance with Ernesto" in text
    assert "Dance at the wedding" in text


async def test_four_presses_send_new_words_for_something_in_doubt_once(at: Clinic) -> None:
    old = await at.browser().open(ROSA)
    await old.write(goal="Dance", worry="Falling")
    at.ehr.faults.write.drop_before_commit = True
    await old.send()
    at.ehr.faults.reset()
    new = await old.browser.open(ROSA)
    await adopt(new)
    await keep(new, await room(new), Dance="Dance with Ernesto")
    review = await new.review()

    await asyncio.gather(*(new.send(review) for _ in range(4)))

    assert stored(at) == ["Dance with Ernesto"]
    at.clock.now += timedelta(seconds=61)
    for button in [each for each in forms((await new.page("done")).text) if "/retry/" in each.action]:
        await asyncio.gather(*(new.browser.post(button.action, button.fields) for _ in range(4)))
    assert len(stored(at)) == len(set(stored(at)))
    assert {"Dance with Ernesto", "Falling"} <= set(stored(at))


class SettlesNothing:
    """A ledger that fails when an answer should be written down."""

    def __init__(self, ledger: Ledger, error: Exception) -> None:
        self._ledger = ledger
        self._error = error

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger, name)

    async def settle(self, *args: object, **kwargs: object) -> bool:
        raise self._error


@pytest.mark.parametrize("error", [StoreUnavailable("gone"), ValueError("a fault of ours")])
async def test_page_never_says_that_nothing_was_sent_when_something_was(
    at: Clinic, transactions: bool, error: Exception
) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal="Dance", worry="Falling")
    review = await visit.review()
    services: Services = at.app.state.services
    ledger = Ledger(services.database, services.vault, services.clock)
    fails = SettlesNothing(ledger, error)
    failing = Sender(fails, services.drafts, services.clock, lambda: "0")  # type: ignore[arg-type]
    at.app.state.services = replace(services, sender=failing)

    answer = await visit.send(review)

    at.app.state.services = services
    assert answer.status_code >= 500
    assert stored(at) == (["Dance", "Falling"] if transactions else ["Falling"])
    assert "Nothing was sent" not in words(answer.text)
    assert "Nothing was stored" not in words(answer.text)
    assert "Being checked" in words((await visit.page("done")).text)


async def test_page_that_is_behind_changes_only_what_was_typed_on_it(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal="Dance", hope="Sleep")
    behind, ahead = await room(visit), await room(visit)
    await keep(visit, ahead, Dance="Dance with Ernesto")

    await keep(visit, behind, Sleep="Sleep through")

    text = (await visit.page("room")).text
    assert "Dance with Ernesto" in text
    assert "Sleep through" in text


async def test_box_that_two_pages_changed_differently_keeps_both(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal="Dance")
    first, second = await room(visit), await room(visit)

    await keep(visit, first, Dance="Dance with Ernesto")
    await keep(visit, second, Dance="Dance at")
    await keep(visit, second, Dance="Dance at the wedding")

    text = (await visit.page("room")).text
    assert "Dance with Ernesto" in text
    assert "Dance at the wedding" in text
    assert ">Dance at<" not in text
