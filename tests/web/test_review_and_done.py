"""Review, send, done: what is shown is stored, once, and nothing is claimed that was not read back."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from smartapp.errors import StoreUnavailable
from tests.pages import form, words
from tests.visits import Browser, Clinic, OpenVisit


@pytest.fixture
async def visit(browser: Browser) -> OpenVisit:
    return await browser.open("delgado-rosa")


def stored(running: Clinic) -> list[str]:
    """The words of everything that was written to the chart."""
    goals = [goal["description"]["text"] for goal in running.ehr.created("Goal")]
    return goals + [str(each["valueString"]) for each in running.ehr.created("Observation")]


async def test_review_shows_each_statement_its_speaker_and_its_place(visit: OpenVisit) -> None:
    await visit.write(goal="Dance", worry="Fall")

    text = words((await visit.page("review")).text)

    assert "2 statements, word for word" in text
    assert "Goal. Said by Rosa Dance Goal in the chart" in text
    assert "Worry. Said by Rosa Fall Observation in the chart Care experience preference" in text
    assert "To the chart of DELGADO, Rosa (Mrs) Born 12-Mar-1958 (68y) MRN 4172283 Send to this chart" in text


async def test_empty_review_has_nothing_to_send(visit: OpenVisit) -> None:
    page = await visit.page("review")

    assert "Nothing to send yet" in words(page.text)
    assert "Send to this chart" not in page.text


async def test_what_is_sent_is_read_back_and_leaves_the_draft(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(goal="Dance", worry="Fall")

    done = await visit.send()

    text = words(done.text)
    assert done.url.path == visit.path("done")
    assert stored(running) == ["Dance", "Fall"]
    assert "All 2 are in the chart" in text
    assert "Read back from the chart at " in text
    assert 'Goal: "Dance"' in text
    assert "read back to the patient" not in text
    assert "Dance" not in (await visit.page("room")).text


async def test_read_back_is_told_in_the_note_only(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(goal="Dance")
    review = await visit.review()
    review.fields.append(("read_back", "yes"))

    done = await visit.send(review)

    assert "read back to the patient" in words(done.text)
    assert "read back" not in str(running.ehr.created("Goal"))


async def test_unticked_statement_stays_a_draft(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(goal="Dance", worry="Fall")
    review = await visit.review()
    review.fields.remove(("item", review.values("item")[0]))

    done = await visit.send(review)

    left = "Dance" if stored(running) == ["Fall"] else "Fall"
    assert len(stored(running)) == 1
    assert "Not sent, kept as a draft" in words(done.text)
    assert left in (await visit.page("room")).text


async def test_nothing_ticked_sends_nothing_and_says_so(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(goal="Dance")
    review = await visit.review()
    review.fields = [(name, value) for name, value in review.fields if name != "item"]

    answer = await visit.send(review)

    assert "No statement is ticked." in words(answer.text)
    assert stored(running) == []


async def test_words_that_changed_since_the_page_was_shown_are_shown_again(
    running: Clinic, visit: OpenVisit
) -> None:
    await visit.write(goal="Dance")
    review = await visit.review()
    await visit.write(worry="Fall")

    answer = await visit.send(review)

    assert "The words or their places changed since this page was shown." in words(answer.text)
    assert "Fall" in answer.text
    assert stored(running) == []


async def test_place_that_changed_since_the_page_was_shown_is_shown_again(
    running: Clinic, visit: OpenVisit
) -> None:
    await visit.write(goal="Dance")
    review = await visit.review()
    running.ehr.faults.refuse_create.add("Goal")
    for _ in range(7):  # until what the EHR takes is asked again, without the visit going idle
        running.clock.now += timedelta(minutes=10)
        await visit.page()

    answer = await visit.send(review)

    assert "The words or their places changed since this page was shown." in words(answer.text)
    assert "Progress note, for you to sign This EHR takes no goals as data." in words(answer.text)


async def test_double_click_stores_once(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(goal="Dance", worry="Fall")
    review = await visit.review()

    answers = await asyncio.gather(*(visit.send(review) for _ in range(3)))

    assert {answer.url.path for answer in answers} == {visit.path("done")}
    assert sorted(stored(running)) == ["Dance", "Fall"]


async def test_reload_and_back_store_nothing_again(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(goal="Dance")
    review = await visit.review()
    await visit.send(review)

    await visit.page("done")
    again = await visit.send(review)

    assert again.url.path == visit.path("done")
    assert stored(running) == ["Dance"]


async def test_page_of_before_the_sending_does_not_bring_the_words_back(visit: OpenVisit) -> None:
    old = await visit.write(goal="Dance")
    await visit.send()

    await visit.browser.post_once(old.action, old.fields)

    assert "Dance" not in (await visit.page("room")).text
    assert "Nothing to send yet" in words((await visit.page("review")).text)


async def test_crash_after_the_commit_and_before_the_draft_is_cleared_loses_and_doubles_nothing(
    running: Clinic, visit: OpenVisit
) -> None:
    await visit.write(goal="Dance")
    review = await visit.review()
    services = running.app.state.services
    running.app.state.services = replace(services, drafts=FailsAfter(services.drafts, saves=1))

    crashed = await visit.browser.post(review.action, review.fields)
    running.app.state.services = services
    shown = words((await visit.page("done")).text)
    check = form((await visit.page("done")).text, "/check")
    done = await visit.browser.post(check.action, check.fields)

    assert crashed.status_code == 503
    assert "Not sent yet Dance" in shown
    assert "Send now" in shown
    assert "Dance" not in (await visit.page("room")).text
    assert "It is in the chart" in words(done.text)
    assert stored(running) == ["Dance"]


async def test_ehr_that_takes_nothing_gives_one_text_for_the_note(running: Clinic, visit: OpenVisit) -> None:
    running.ehr.faults.refuse_create |= {
        "Goal", "Observation", "DocumentReference", "QuestionnaireResponse",
    }  # fmt: skip
    await visit.write(goal="Dance")

    review = words((await visit.page("review")).text)
    done = await visit.send()

    assert "You will get one text for your note." in review
    assert "For the note of DELGADO, Rosa (Mrs)" in review
    assert "Make the text" in review
    assert "Your text is ready to copy" in words(done.text)
    assert 'Goal: "Dance"' in words(done.text)
    assert stored(running) == []


async def test_refused_statement_is_told_with_the_ehrs_words_and_can_be_sent_again(
    running: Clinic, visit: OpenVisit
) -> None:
    running.ehr.faults.refuse_late.add("Goal")
    await visit.write(goal="Dance", worry="Fall")

    done = await visit.send()
    again = form(done.text, f"/retry/{_refused_id(done.text)}")
    running.ehr.faults.reset()
    retried = await visit.browser.post(again.action, again.fields)

    assert "1 of 2 is in the chart. 1 was not accepted." in words(done.text)
    assert "Not in the chart Dance" in words(done.text)
    assert "(422). Nothing was stored." in words(done.text)
    assert "All 2 are in the chart" in words(retried.text)
    assert sorted(stored(running)) == ["Dance", "Fall"]


async def test_goal_is_only_about_conditions_of_this_patient(running: Clinic, visit: OpenVisit) -> None:
    page = form((await visit.page("room")).text, "/draft")
    goal = next(box for box in page.values("box") if page.value(f"{box}-kind") == "goal")
    about = [
        (f"{goal}-about", "Condition/delgado-rosa-knee"),
        (f"{goal}-about", "Condition/herrera-jose-heart"),
    ]
    await visit.browser.post(page.action, [*page.changed({f"{goal}-words": "Dance"}), *about])

    await visit.send()

    (created,) = running.ehr.created("Goal")
    assert "herrera" not in str(created)


@pytest.mark.parametrize("name", ["token", "patient"])
async def test_send_for_another_patient_or_launch_sends_nothing(
    running: Clinic, visit: OpenVisit, name: str
) -> None:
    await visit.write(goal="Dance")
    review = await visit.review()

    answer = await visit.browser.post_once(review.action, review.changed({name: "other"}))

    assert answer.status_code == (403 if name == "token" else 409)
    assert stored(running) == []


async def test_send_from_another_site_sends_nothing(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(goal="Dance")
    review = await visit.review()

    answer = await visit.browser.post_once(
        review.action, review.fields, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert stored(running) == []


@pytest.mark.parametrize(
    "page", ["send", "check", "reread", "draft", "draft/adopt", "retry/x", "prompts/R01/hide"]
)
async def test_nothing_is_changed_by_an_address_alone(visit: OpenVisit, page: str) -> None:
    answer = await visit.page(page)

    assert answer.status_code == 405
    assert "This address cannot be used that way." in words(answer.text)


async def test_session_that_ended_before_sending_sends_nothing_and_offers_the_words_again(
    running: Clinic, visit: OpenVisit
) -> None:
    await visit.write(goal="Dance")
    review = await visit.review()
    running.clock.now += timedelta(minutes=30)

    answer = await visit.browser.post_once(review.action, review.fields)
    later = await visit.browser.open("delgado-rosa")

    assert answer.status_code == 401
    assert stored(running) == []
    assert "A draft from " in words((await later.page()).text)


async def test_words_committed_in_an_ended_launch_are_offered_and_sent_once(
    running: Clinic, visit: OpenVisit
) -> None:
    running.ehr.faults.refuse_late.add("Goal")
    await visit.write(goal="Dance")
    await visit.send()
    running.ehr.faults.reset()
    later = await visit.browser.open("delgado-rosa")
    use = form((await later.page()).text, "/draft/adopt")

    await visit.browser.post(use.action, use.fields)
    done = await later.send()

    assert "It is in the chart" in words(done.text)
    assert stored(running) == ["Dance"]
    assert "A draft from " not in words((await later.page()).text)


def _refused_id(html: str) -> str:
    return html.split("/retry/")[1].split('"', maxsplit=1)[0]


class FailsAfter:
    """Drafts whose database fails after some saves."""

    def __init__(self, drafts: object, *, saves: int) -> None:
        self._drafts = drafts
        self._left = saves

    def __getattr__(self, name: str) -> object:
        return getattr(self._drafts, name)

    async def save_in(self, *args: object, **kwargs: object) -> object:
        if self._left == 0:
            raise StoreUnavailable("gone")
        self._left -= 1
        return await self._drafts.save_in(*args, **kwargs)  # type: ignore[attr-defined]
