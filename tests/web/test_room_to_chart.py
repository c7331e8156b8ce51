"""What is chosen and typed in the room stands in the chart as it was meant, each kind in its own place."""

from typing import Any

import pytest

from tests.pages import Form, form, words
from tests.visits import Browser, Clinic, OpenVisit, box_of

ROSA, KNEE = "delgado-rosa", "Condition/delgado-rosa-knee"
GOAL, HOPE = "One whole song with Ernesto.", "To sleep through the night."
DECISION = "Therapy first, because the operation can wait until after the wedding."


async def with_box(visit: OpenVisit, page: Form, what: str) -> tuple[Form, str]:
    """Press "Add"; the page as it then is, and the id of the new box."""
    answer = await visit.browser.post(page.action, [*page.fields, ("next", f"add-{what}")])
    again = form(answer.text, "/draft")
    (new,) = set(again.values("box")) - set(page.values("box"))
    return again, new


def type_in(page: Form, box: str, *about: str, **fields: str) -> None:
    page.fields = page.changed({f"{box}-{name}": value for name, value in fields.items()})
    page.fields += [(f"{box}-about", each) for each in about]


@pytest.fixture
async def visit(browser: Browser) -> OpenVisit:
    return await browser.open(ROSA, encounter_id=f"{ROSA}-today")


@pytest.fixture
async def husband(running: Clinic) -> str:
    people: list[dict[str, Any]] = [
        each for each in running.ehr.store.of_patient("RelatedPerson", ROSA) if "Ernesto" in str(each["name"])
    ]
    return f"RelatedPerson/{people[0]['id']}"


@pytest.fixture
async def done(visit: OpenVisit, husband: str) -> str:
    """The page after a visit in which all of this was said and sent."""
    page = form((await visit.page("room")).text, "/draft")
    goal = box_of(page, "goal")
    type_in(page, goal, KNEE, words=GOAL)
    type_in(page, box_of(page, "hope"), words=HOPE)
    type_in(page, box_of(page, "people"), husband, words="My husband, always.")
    page, confidence = await with_box(visit, page, f"confidence-{goal}")
    type_in(page, confidence, choice="7")
    page, role = await with_box(visit, page, "ask-role")
    type_in(page, role, choice="shared", words="You know the knee, I know my days.")
    page, decision = await with_box(visit, page, "decision")
    type_in(page, decision, KNEE, words=DECISION)
    review = await visit.browser.post(page.action, [*page.fields, ("next", "review")])
    assert "6 statements, word for word" in words(review.text)
    return words((await visit.send(form(review.text, "/send"))).text)


def observation(running: Clinic, text: str) -> dict[str, Any]:
    (found,) = [each for each in running.ehr.created("Observation") if text in str(each)]
    return found


def one(running: Clinic, resource_type: str) -> dict[str, Any]:
    (found,) = running.ehr.created(resource_type)
    return found


def references(each: list[dict[str, str]]) -> set[str]:
    return {link["reference"] for link in each}


def rank_of(html: str, said: str) -> str:
    """The name of the field for a statement's number."""
    before = html.split(f'<span dir="auto">{said}</span>', maxsplit=1)[0]
    return "rank-" + before.rsplit('name="rank-', maxsplit=1)[1][:32]


async def test_every_receipt_says_in_the_chart(done: str) -> None:
    assert "All 6 are in the chart" in done
    assert done.count("Read back from the chart at") == 6


async def test_chosen_role_is_coded_and_keeps_the_words_beside_it(running: Clinic, done: str) -> None:
    role = observation(running, "You know the knee")

    value = role["valueCodeableConcept"]
    assert [coding["code"] for coding in value["coding"]] == ["shared"]
    assert value["text"] == "You know the knee, I know my days."
    assert role["code"]["text"].startswith("How do you want to choose")
    assert "Chosen: We decide together" in done


async def test_confidence_is_a_number_about_the_goal(running: Clinic, done: str) -> None:
    confidence = observation(running, "valueInteger")

    assert confidence["valueInteger"] == 7
    assert references(confidence["focus"]) == {f"Goal/{one(running, 'Goal')['id']}"}


async def test_decision_is_a_plan_that_rests_on_what_was_said(running: Clinic, done: str) -> None:
    plan, hope = one(running, "CarePlan"), observation(running, HOPE)

    assert plan["description"] == DECISION
    assert references(plan["addresses"]) == {KNEE}
    assert references(plan["goal"]) == {f"Goal/{one(running, 'Goal')['id']}"}
    assert references(plan["supportingInfo"]) == {f"Observation/{hope['id']}"}
    assert references(plan["contributor"]) == {f"Patient/{ROSA}"}
    assert [tag["code"] for tag in plan["meta"]["tag"]] == ["clinician-summary"]
    assert "Your summary of what Rosa said" in done


async def test_person_who_is_involved_is_named_by_reference(running: Clinic, husband: str, done: str) -> None:
    assert references(observation(running, "My husband, always.")["focus"]) == {husband}


async def test_order_of_importance_of_what_was_sent_is_a_list(
    running: Clinic, visit: OpenVisit, done: str
) -> None:
    html = (await visit.page("review")).text
    numbers = form(html, "/send").changed({rank_of(html, HOPE): "2", rank_of(html, GOAL): "1"})
    answer = await visit.browser.post(visit.path("order"), numbers)

    sent = await visit.send(form(answer.text, "/send"))

    entries = one(running, "List")["entry"]
    assert [entry["item"]["reference"] for entry in entries] == [
        f"Goal/{one(running, 'Goal')['id']}",
        f"Observation/{observation(running, HOPE)['id']}",
    ]
    assert "All 7 are in the chart" in words(sent.text)
