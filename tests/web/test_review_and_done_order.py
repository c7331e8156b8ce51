"""The order of importance on the review page: optional, its own statement, never sent unseen."""

import pytest

from tests.pages import Form, form, words
from tests.visits import Browser, Clinic, OpenVisit

SUMMARY = "In order of importance, if the patient said so"


@pytest.fixture
async def visit(browser: Browser) -> OpenVisit:
    open_visit = await browser.open("delgado-rosa")
    await open_visit.write(goal="Dance", worry="Fall", hope="Rest")
    return open_visit


async def numbered(visit: OpenVisit, review: Form, **numbers: str) -> Form:
    """The page with a number for each statement, by its words."""
    html = (await visit.page("review")).text
    changes = {f"rank-{_id_of(html, said)}": number for said, number in numbers.items()}
    review.fields = review.changed(changes)
    return review


def _id_of(html: str, said: str) -> str:
    before = html.split(f'<span dir="auto">{said}</span>', maxsplit=1)[0]
    return before.rsplit('name="rank-', maxsplit=1)[1][:32]


async def use(visit: OpenVisit, review: Form) -> str:
    answer = await visit.browser.post(visit.path("order"), review.fields)
    assert answer.status_code == 200
    return answer.text


async def test_order_is_offered_closed_and_changes_nothing_by_itself(
    running: Clinic, visit: OpenVisit
) -> None:
    page = (await visit.page("review")).text

    await visit.send()

    assert SUMMARY in words(page)
    assert '<details class="app-more ranks">' in page
    assert running.ehr.created("List") == []


async def test_one_statement_has_no_order(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")
    await visit.write(goal="Dance")

    assert SUMMARY not in words((await visit.page("review")).text)


async def test_order_becomes_a_statement_to_tick_and_is_sent_as_one(
    running: Clinic, visit: OpenVisit
) -> None:
    review = await numbered(visit, await visit.review(), Rest="1", Dance="2")

    shown = await use(visit, review)
    done = await visit.send(form(shown, "/send"))

    assert "4 statements, word for word" in words(shown)
    assert "The order that Rosa gave 1. Rest 2. Dance List in the chart" in words(shown)
    assert "All 4 are in the chart" in words(done.text)
    (stored,) = running.ehr.created("List")
    kinds = [entry["item"]["reference"].split("/")[0] for entry in stored["entry"]]
    assert kinds == ["Observation", "Goal"]


async def test_using_an_order_keeps_every_tick(visit: OpenVisit) -> None:
    review = await numbered(visit, await visit.review(), Rest="1", Dance="2")
    left_out = review.values("item")[-1]
    review.fields.remove(("item", left_out))
    review.fields.append(("read_back", "yes"))

    again = form(await use(visit, review), "/send")

    assert left_out not in again.values("item")
    assert len(again.values("item")) == 3
    assert again.value("read_back") == "yes"


async def test_same_number_twice_is_told_and_nothing_is_kept(visit: OpenVisit) -> None:
    review = await numbered(visit, await visit.review(), Rest="1", Dance="1")

    shown = await use(visit, review)

    assert "Two statements have the same number. Give each its own." in words(shown)
    assert "3 statements, word for word" in words(shown)
    assert '<details class="app-more ranks" open>' in shown
    assert "3 statements, word for word" in words((await visit.page("review")).text)


async def test_numbers_that_nobody_used_are_shown_before_anything_is_sent(
    running: Clinic, visit: OpenVisit
) -> None:
    review = await numbered(visit, await visit.review(), Rest="1", Dance="2")

    answer = await visit.send(review)

    assert "The order of importance stands on this page now. Read it, then send." in words(answer.text)
    assert "1. Rest 2. Dance" in words(answer.text)
    assert running.ehr.created("Goal") == []


async def test_order_follows_words_that_change(visit: OpenVisit) -> None:
    await use(visit, await numbered(visit, await visit.review(), Rest="1", Dance="2"))
    room = form((await visit.page("room")).text, "/draft")
    box = next(name for name, value in room.fields if value == "Rest").removesuffix("-words")
    await visit.browser.post(room.action, room.changed({f"{box}-words": "Sleep"}))

    page = words((await visit.page("review")).text)

    assert "1. Sleep 2. Dance" in page


async def test_order_is_taken_back_by_emptying_its_numbers(visit: OpenVisit) -> None:
    shown = await use(visit, await numbered(visit, await visit.review(), Rest="1", Dance="2"))
    review = form(shown, "/send")
    ranks = {name: "" for name, _ in review.fields if name.startswith("rank-")}
    review.fields = review.changed(ranks)

    assert "3 statements, word for word" in words(await use(visit, review))


async def test_order_of_a_statement_that_is_unticked_is_not_sent(running: Clinic, visit: OpenVisit) -> None:
    shown = await use(visit, await numbered(visit, await visit.review(), Rest="1", Dance="2"))
    review = form(shown, "/send")
    dance = _id_of(shown, "Dance")
    review.fields.remove(("item", dance))

    answer = await visit.send(review)

    assert "The order of importance names a statement that is not ticked." in words(answer.text)
    assert running.ehr.created("List") == []


async def test_order_that_was_sent_is_not_shown_again(running: Clinic, visit: OpenVisit) -> None:
    shown = await use(visit, await numbered(visit, await visit.review(), Rest="1", Dance="2"))
    await visit.send(form(shown, "/send"))

    assert "Nothing to send yet" in words((await visit.page("review")).text)


async def test_order_of_an_earlier_launch_is_not_offered_as_words(running: Clinic, visit: OpenVisit) -> None:
    running.ehr.faults.refuse_late |= {"Goal", "List"}
    shown = await use(visit, await numbered(visit, await visit.review(), Rest="1", Dance="2"))
    await visit.send(form(shown, "/send"))
    later = await visit.browser.open("delgado-rosa")
    offered = form((await later.page()).text, "/draft/adopt")

    await visit.browser.post(offered.action, offered.fields)

    review = words((await later.page("review")).text)
    assert "1 statement, word for word" in review
    assert "Dance" in review


@pytest.mark.parametrize("name", ["token", "patient"])
async def test_order_for_another_patient_or_launch_is_not_kept(visit: OpenVisit, name: str) -> None:
    review = await numbered(visit, await visit.review(), Rest="1", Dance="2")

    answer = await visit.browser.post_once(visit.path("order"), review.changed({name: "other"}))

    assert answer.status_code == (403 if name == "token" else 409)
    assert "3 statements, word for word" in words((await visit.page("review")).text)
