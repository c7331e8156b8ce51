"""Review, where the EHR does not take everything as data: each place in words, and the note as filed."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from smartapp.sandbox import questionnaire
from smartapp.smart.registration import Questionnaire
from tests.pages import Form, form, words
from tests.visits import Clinic, OpenVisit, clinic
from tests.web.charts import filed

ROSA = "delgado-rosa"
TO_SIGN = "This EHR takes no goals as data. It will be filed as a progress note for you to sign."


@pytest.fixture
async def epic() -> AsyncIterator[Clinic]:
    async with clinic(ehr="epic") as running:
        yield running


@pytest.fixture
async def oracle() -> AsyncIterator[Clinic]:
    async with clinic(ehr="oracle") as running:
        yield running


@pytest.fixture
async def full() -> AsyncIterator[Clinic]:
    async with clinic() as running:
        yield running


async def opened(running: Clinic, **said: str) -> OpenVisit:
    """A visit in the encounter of today, with words typed."""
    visit = await running.browser().open(ROSA, encounter_id=f"{ROSA}-today")
    await visit.write(**said)
    return visit


def ticked(review: Form, **more: str) -> Form:
    review.fields += list(more.items())
    return review


async def test_statement_without_a_place_as_data_says_why_and_what_happens_instead(epic: Clinic) -> None:
    visit = await opened(epic, goal="Dance")

    page = words((await visit.page("review")).text)

    assert f"Dance Progress note, for you to sign {TO_SIGN}" in page
    assert "This progress note will be filed as a draft for you to sign" in page


@pytest.mark.parametrize("answer", ["yes", "no"])
async def test_note_that_was_shown_is_the_note_that_is_stored(epic: Clinic, answer: str) -> None:
    visit = await opened(epic, goal="Dance", worry="Fall <b>badly</b>\nat home")
    review = await visit.review()
    page = words((await visit.page("review")).text)

    await visit.send(ticked(review, read_back="yes") if answer == "yes" else review)

    (text,) = filed(epic)
    first, *lines = text.split("\n")
    assert ("read back to the patient" in first) is (answer == "yes")
    assert first in page
    assert words("<p>" + " ".join(lines).replace("<", "&lt;") + "</p>") in page


async def test_statement_that_is_unticked_is_left_out_of_the_note(epic: Clinic) -> None:
    visit = await opened(epic, goal="Dance", worry="Fall")
    review = await visit.review()
    review.fields.remove(("item", review.values("item")[0]))

    await visit.send(review)

    (text,) = filed(epic)
    assert ("Dance" in text) != ("Fall" in text)


async def test_statements_of_one_note_have_one_receipt(epic: Clinic) -> None:
    visit = await opened(epic, goal="Dance", worry="Fall")

    done = words((await visit.send()).text)

    assert done.count("Progress note: in the chart, as a draft for you to sign") == 1
    assert "All 2 are in the chart" in done
    assert "Dance" in done
    assert "Fall" in done


async def test_three_presses_of_send_file_one_note(epic: Clinic) -> None:
    visit = await opened(epic, goal="Dance", worry="Fall")
    review = await visit.review()

    answers = await asyncio.gather(*(visit.send(review) for _ in range(3)))

    assert {answer.url.path for answer in answers} == {visit.path("done")}
    assert len(filed(epic)) == 1


async def test_note_that_is_signed_at_once_waits_for_a_yes_and_loses_nothing(oracle: Clinic) -> None:
    visit = await opened(oracle, goal="Dance", worry="Fall")
    review = ticked(await visit.review(), read_back="yes")
    left_out = review.values("item")[0]
    review.fields.remove(("item", left_out))

    answer = await visit.send(review)

    again = form(answer.text, "/send")
    assert "A note from here is signed at once. Say yes to that, or untick what is in it." in words(
        answer.text
    )
    assert filed(oracle) == []
    assert again.value("read_back") == "yes"
    assert left_out in again.values("listed")
    assert left_out not in again.values("item")


async def test_note_that_is_signed_at_once_is_filed_signed_after_a_yes(oracle: Clinic) -> None:
    visit = await opened(oracle, goal="Dance")
    review = await visit.review()
    page = words((await visit.page("review")).text)

    done = await visit.send(ticked(review, signed="yes"))

    assert "Dance Signed progress note" in page
    assert "File it as a signed progress note now. This EHR keeps no drafts from apps." in page
    assert "Progress note: in the chart, signed" in words(done.text)
    assert [note["docStatus"] for note in oracle.ehr.created("DocumentReference")] == ["final"]


async def test_questionnaire_of_the_site_is_named() -> None:
    site = {
        "write_order": ("QuestionnaireResponse", "clipboard"),
        "questionnaire": Questionnaire(questionnaire.CANONICAL, questionnaire.LINK_IDS),
    }
    async with clinic(registration=site) as running:
        visit = await opened(running, goal="Dance")

        page = words((await visit.page("review")).text)
        done = words((await visit.send()).text)

    assert f"Dance Answer in your site’s questionnaire {questionnaire.CANONICAL}" in page
    assert "Your site does not send goals as data." in page
    assert "In the chart, as an answer in your site’s questionnaire" in done


async def test_place_that_was_not_granted_says_so(full: Clinic) -> None:
    full.ehr.faults.token.drop_scopes.add("patient/Goal.crus")
    visit = await opened(full, goal="Dance")

    page = words((await visit.page("review")).text)

    assert "Dance Progress note, for you to sign This EHR does not let this app write goals." in page


async def test_speaker_whom_the_chart_knows_is_named_in_the_chart(full: Clinic) -> None:
    visit = await opened(full)
    room = form((await visit.page("room")).text, "/draft")
    worry = next(box for box in room.values("box") if room.value(f"{box}-kind") == "worry")
    said = {f"{worry}-words": "She falls.", f"{worry}-by": "person:Ernesto Delgado, husband"}
    await visit.browser.post(room.action, room.changed(said))

    await visit.send()

    (observation,) = full.ehr.created("Observation")
    assert "RelatedPerson/" in str(observation["performer"])
