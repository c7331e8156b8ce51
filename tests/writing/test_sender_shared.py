"""Statements that share a note or a questionnaire response: one row, one resource, a receipt for each."""

import asyncio
import base64
from dataclasses import replace

import pytest

from smartapp.smart.registration import Questionnaire
from smartapp.writing.model import PlannedItem, Receipt, Rung, State, WhyNot, WriteSite
from tests.writing import chart as ehr
from tests.writing.chart import offering
from tests.writing.conftest import CONTEXT, DECISION, GOAL, HOPE, WORRY, Visit, planned

NOTES = offering("Goal", "Observation", "DocumentReference", "Provenance")


def states(receipts: tuple[Receipt, ...]) -> dict[str, State]:
    return {receipt.draft.words: receipt.state for receipt in receipts}


@pytest.fixture
def at(visit: Visit) -> Visit:
    visit.capability = NOTES
    return visit


async def test_statements_for_the_note_are_one_note_and_each_has_its_receipt(at: Visit) -> None:
    await at.commit(WORRY, GOAL, HOPE, rung=Rung.NOTE)

    receipts = await at.send()

    [note] = at.chart.of_type("DocumentReference")
    assert [receipt.draft for receipt in receipts] == [WORRY, GOAL, HOPE]
    assert {receipt.reference for receipt in receipts} == {"DocumentReference/1"}
    assert {(receipt.row, receipt.shared_by) for receipt in receipts} == {(note["identifier"][0]["value"], 3)}
    assert states(receipts) == dict.fromkeys([WORRY.words, GOAL.words, HOPE.words], State.STORED)


async def test_receipts_are_in_the_order_of_the_page_whatever_shares_a_row(at: Visit) -> None:
    items = [
        PlannedItem(WORRY, Rung.NOTE, WhyNot.NOT_PERMITTED),
        PlannedItem(GOAL, Rung.GOAL),
        PlannedItem(HOPE, Rung.NOTE, WhyNot.NOT_OFFERED),
        PlannedItem(DECISION, Rung.COPY, WhyNot.NO_RESOURCE),
    ]

    await at.sender.commit(CONTEXT, items)
    receipts = await at.send()

    assert [(one.draft, one.rung, one.why_not) for one in receipts] == [
        (item.draft, item.rung, item.why_not) for item in items
    ]


async def test_note_is_sent_after_the_data_and_before_the_provenance_that_covers_both(at: Visit) -> None:
    await at.sender.commit(CONTEXT, [*planned(HOPE, rung=Rung.NOTE), *planned(GOAL, WORRY)])

    await at.send()

    assert [one["resourceType"] for one in at.chart.posts] == [
        "Observation",
        "Goal",
        "DocumentReference",
        "Provenance",
    ]
    [provenance] = at.chart.of_type("Provenance")
    assert {target["reference"] for target in provenance["target"]} == {
        "Goal/1",
        "Observation/1",
        "DocumentReference/1",
    }


async def test_note_says_that_the_words_were_read_back_as_it_was_when_they_were_confirmed(
    at: Visit,
) -> None:
    at.context = replace(CONTEXT, read_back=True)
    await at.commit(GOAL, rung=Rung.NOTE)
    at.context = replace(CONTEXT, read_back=False)

    await at.send()

    [note] = at.chart.of_type("DocumentReference")
    text = base64.b64decode(note["content"][0]["attachment"]["data"]).decode()
    assert "read back to the patient" in text


async def test_answers_to_a_questionnaire_are_one_response(at: Visit) -> None:
    questionnaire = Questionnaire(
        "https://clinic.example.org/Questionnaire/what-matters", (("goal", "1"), ("hope", "2"))
    )
    at.context = replace(CONTEXT, site=WriteSite(questionnaire=questionnaire))
    at.capability = offering("QuestionnaireResponse")
    await at.commit(GOAL, HOPE, rung=Rung.QUESTIONNAIRE)

    receipts = await at.send()

    assert {(one.state, one.reference) for one in receipts} == {(State.STORED, "QuestionnaireResponse/1")}
    assert len(at.chart.posts) == 1


async def test_committing_a_note_twice_or_eight_times_at_once_makes_one(at: Visit) -> None:
    await asyncio.gather(*(at.commit(GOAL, HOPE, rung=Rung.NOTE) for _ in range(4)))
    await asyncio.gather(*(at.send() for _ in range(8)))

    assert len(at.chart.posts_of("DocumentReference")) == 1
    assert len(await at.receipts()) == 2


async def test_statement_in_a_note_that_is_committed_again_as_data_stays_in_the_note(at: Visit) -> None:
    await at.commit(GOAL, HOPE, rung=Rung.NOTE)

    await at.commit(GOAL, WORRY)
    receipts = await at.send()

    assert [(one.draft, one.rung) for one in receipts] == [
        (GOAL, Rung.NOTE),
        (HOPE, Rung.NOTE),
        (WORRY, Rung.OBSERVATION),
    ]
    assert at.chart.posts_of("Goal") == []


async def test_later_launch_takes_one_statement_out_of_an_unsent_note_and_leaves_the_other(at: Visit) -> None:
    await at.commit(GOAL, HOPE, rung=Rung.NOTE)
    at.context = replace(CONTEXT, launch_id="launch-2")

    await at.commit(replace(GOAL, words="Dance all night."))
    receipts = await at.send()

    assert [(one.draft.words, one.state, one.rung) for one in receipts] == [
        ("Dance all night.", State.STORED, Rung.GOAL)
    ]
    assert [one.draft for one in await at.sender.left_over(at.context)] == [HOPE]
    assert [one.draft for one in await at.sender.receipts(CONTEXT.launch_id)] == [HOPE]


async def test_note_that_lost_all_its_statements_is_gone(at: Visit) -> None:
    await at.commit(GOAL, HOPE, rung=Rung.NOTE)
    at.context = replace(CONTEXT, launch_id="launch-2")

    await at.commit(GOAL, HOPE)
    await at.send()

    assert await at.sender.receipts(CONTEXT.launch_id) == ()
    assert at.chart.posts_of("DocumentReference") == []
    assert set(states(await at.receipts()).values()) == {State.STORED}


async def test_sender_of_the_earlier_launch_cannot_send_what_was_taken_out_of_its_note(at: Visit) -> None:
    await at.commit(GOAL, HOPE, rung=Rung.NOTE)
    stale = (await at.ledger.of_launch(CONTEXT.launch_id))[0]
    at.context = replace(CONTEXT, launch_id="launch-2")

    await at.commit(GOAL)

    claimed = await at.ledger.claim(stale, states=["planned"], to="sending", body=stale.body)
    settled = await at.ledger.settle(stale, states=["planned"], to="refused", body=stale.body)
    assert (claimed, settled) == (None, False)


async def test_note_in_doubt_comes_over_whole_and_new_words_become_a_statement_of_their_own(
    at: Visit,
) -> None:
    await at.commit(GOAL, HOPE, rung=Rung.NOTE)
    at.chart.faults = [ehr.commit_then_hang_up]
    await at.send()
    at.chart.hangs_on_get = False
    at.context = replace(CONTEXT, launch_id="launch-2")
    edited = replace(GOAL, words="Dance all night.")

    await at.commit(edited, HOPE)
    await at.commit(edited, HOPE)
    await at.send()
    receipts = await at.check()

    assert {(one.draft.words, one.rung, one.state) for one in receipts} == {
        (edited.words, Rung.GOAL, State.STORED),
        (GOAL.words, Rung.NOTE, State.STORED),
        (HOPE.words, Rung.NOTE, State.STORED),
    }
    assert len(at.chart.of_type("DocumentReference")) == 1
    assert await at.sender.receipts(CONTEXT.launch_id) == ()


async def test_refused_note_with_new_words_is_looked_for_before_it_is_sent_again(at: Visit) -> None:
    await at.commit(GOAL, HOPE, rung=Rung.NOTE)
    at.chart.faults = [ehr.commit_then_answer(400)]
    await at.send()
    at.context = replace(CONTEXT, launch_id="launch-2")

    await at.commit(replace(GOAL, words="Dance all night."), HOPE, rung=Rung.NOTE)
    receipts = await at.send()

    assert {one.state for one in receipts} == {State.UNKNOWN}
    assert len(at.chart.of_type("DocumentReference")) == 1


@pytest.mark.parametrize("status", [500, 502, 408])
async def test_error_after_a_note_was_stored_leaves_one_note(at: Visit, status: int) -> None:
    await at.commit(GOAL, HOPE, rung=Rung.NOTE)
    at.chart.faults = [ehr.commit_then_answer(status)]

    receipts = await at.send()

    assert set(states(receipts).values()) == {State.STORED}
    assert len(at.chart.of_type("DocumentReference")) == 1


async def test_retry_takes_the_row_and_sends_the_note_once(at: Visit) -> None:
    await at.commit(GOAL, HOPE, rung=Rung.NOTE)
    at.chart.faults = [ehr.refuse(422)]
    refused = await at.send()

    receipts = await at.sender.retry(CONTEXT, refused[0].row, client=at.client, capability=at.capability)

    assert set(states(receipts).values()) == {State.STORED}
    assert len(at.chart.of_type("DocumentReference")) == 1


async def test_what_is_about_a_statement_points_to_it_in_the_chart(at: Visit) -> None:
    at.capability = offering("Goal", "Observation", "CarePlan")
    await at.commit(DECISION, GOAL, HOPE)

    await at.send()

    assert [one["resourceType"] for one in at.chart.posts] == ["Observation", "Goal", "CarePlan"]
    [care_plan] = at.chart.of_type("CarePlan")
    assert care_plan["goal"] == [{"reference": "Goal/1"}]
    assert care_plan["supportingInfo"] == [{"reference": "Observation/1"}]


async def test_decision_about_a_goal_that_was_refused_does_without_it(at: Visit) -> None:
    at.capability = offering("Goal", "Observation", "CarePlan")
    at.chart.dislikes = lambda resource: resource["resourceType"] == "Goal"
    await at.commit(DECISION, GOAL)

    receipts = await at.send()

    assert states(receipts) == {DECISION.words: State.STORED, GOAL.words: State.REFUSED}
    assert "goal" not in at.chart.of_type("CarePlan")[0]


async def test_decision_follows_a_goal_that_had_to_change_its_id(at: Visit) -> None:
    at.capability = offering("Goal", "Observation", "CarePlan")
    await at.commit(GOAL)
    at.chart.faults = [ehr.commit_then_hang_up]
    await at.send()
    at.chart.hangs_on_get = False
    at.context = replace(CONTEXT, launch_id="launch-2")

    await at.commit(replace(GOAL, words="Dance all night."), DECISION)
    await at.send()

    [care_plan] = at.chart.of_type("CarePlan")
    assert care_plan["goal"] == [{"reference": "Goal/2"}]
    assert at.chart.one("Goal", "2")["description"]["text"] == "Dance all night."
