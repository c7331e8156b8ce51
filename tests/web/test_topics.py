"""Guides in the room: opened by hand, with what the visit brings to them, and answers kept as statements."""

import re

import pytest

from smartapp.web.presenters.talks import mirrored
from tests.pages import form, words
from tests.visits import Browser, OpenVisit, clinic


@pytest.fixture
async def visit(browser: Browser) -> OpenVisit:
    return await browser.open("delgado-rosa")


def guide_of(page: str, key: str) -> str:
    """The markup of one guide."""
    begin = page.index(f'data-key="{key}"')
    end = page.find('class="app-more app-guide"', begin)
    return page[begin : end if end != -1 else page.index('id="sheets"')]


async def press(visit: OpenVisit, button: str) -> str:
    """Press a button of the room, and return the address that it leads to."""
    room = form((await visit.page("room")).text, "/draft")
    answer = await visit.browser.post_once(room.action, [*room.fields, ("next", button)])
    return answer.headers["Location"]


async def test_every_guide_is_in_the_room_with_its_letter_and_closed(visit: OpenVisit) -> None:
    page = (await visit.page("room")).text

    keys = re.findall(r'<details class="app-more app-guide" data-key="([a-z])">', page)
    assert sorted(keys) == sorted("abcefgmorsw")
    assert all(f'<kbd aria-hidden="true">{key}</kbd>' in page for key in (*keys, "t"))
    assert "Press t, then the letter of a topic." in page


async def test_a_guide_says_why_what_is_not_known_and_its_sources(visit: OpenVisit) -> None:
    text = words(guide_of((await visit.page("room")).text, "b"))

    assert "I want to be sure I was clear. How would you explain this plan at home?" in text
    assert "20 studies of moderate quality." in text
    assert "Talevski 2020. Schillinger 2003." in text


async def test_an_answer_to_a_step_opens_its_own_place_and_arrives_at_review(visit: OpenVisit) -> None:
    address = await press(visit, "add-ask-repair.2")

    assert address.startswith(visit.path("room?open=ask-repair.2#"))
    room = form((await visit.page("room")).text, "/draft")
    box = next(box for box in room.values("box") if dict(room.fields)[f"{box}-question"] == "repair.2")
    await visit.browser.post(room.action, room.changed({f"{box}-words": "Nobody called me back."}))
    review = words((await visit.page("review")).text)
    assert "Nobody called me back." in review
    assert "Care preference" in review


async def test_a_guide_that_nobody_wrote_in_leaves_no_trace(visit: OpenVisit) -> None:
    await press(visit, "add-ask-repair.2")

    review = words((await visit.page("review")).text)

    assert "repair" not in review.casefold()
    assert "trust" not in review.casefold()


async def test_a_step_that_asks_one_of_the_five_questions_uses_its_place(visit: OpenVisit) -> None:
    page = guide_of((await visit.page("room")).text, "g")

    assert 'value="add-goal"' in page
    assert 'value="add-ask-realistic-goals.2"' in page


async def test_earlier_goals_stand_in_their_guide_and_lead_to_the_chart(visit: OpenVisit) -> None:
    page = guide_of((await visit.page("room")).text, "e")

    (first, *_) = re.findall(r'name="next" value="(goal-[^"]+)"', page)
    assert "dance" in words(page).casefold()
    assert await press(visit, first) == visit.path(first.replace("goal-", "goals/"))


async def test_a_mirror_holds_only_words_that_were_captured(visit: OpenVisit) -> None:
    before = guide_of((await visit.page("room")).text, "s")
    await press(visit, "add-strength")
    room = form((await visit.page("room")).text, "/draft")
    box = next(box for box in room.values("box") if dict(room.fields)[f"{box}-kind"] == "strength")
    await visit.browser.post(room.action, room.changed({f"{box}-words": "I cook\nfor all of us."}))

    after = words(guide_of((await visit.page("room")).text, "s"))

    assert "You told me: “I cook for all of us.”" in after
    assert "I cook" not in before


async def test_a_mirror_can_be_edited_and_is_kept_as_a_summary(visit: OpenVisit) -> None:
    await press(visit, "add-strength")
    room = form((await visit.page("room")).text, "/draft")
    box = next(box for box in room.values("box") if dict(room.fields)[f"{box}-kind"] == "strength")
    await visit.browser.post(room.action, room.changed({f"{box}-words": "I cook."}))

    await press(visit, "add-mirror")

    fields = dict(form((await visit.page("room")).text, "/draft").fields)
    (mirror,) = [name for name, value in fields.items() if value.startswith("You told me: “I cook.”")]
    assert fields[mirror.replace("-words", "-form")] == "summary"


def test_without_strengths_there_is_nothing_to_mirror() -> None:
    assert mirrored([]) == ""
    assert mirrored(["  "]) == ""


async def test_the_sites_contact_stands_in_the_repair_guide() -> None:
    async with clinic(registration={"mediation": "Patient relations, ext. 4410"}) as named:
        visit = await named.browser().open("delgado-rosa")
        text = words(guide_of((await visit.page("room")).text, "r"))

    assert "Who can help here: Patient relations, ext. 4410" in text


async def test_without_a_contact_the_repair_guide_says_so(visit: OpenVisit) -> None:
    text = words(guide_of((await visit.page("room")).text, "r"))

    assert "Your site has not named anyone who helps here." in text
