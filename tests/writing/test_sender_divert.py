"""What the EHR refused goes another way, with the clinician's consent, or into their own note by hand."""

import asyncio
from dataclasses import replace

import pytest

from smartapp.errors import NotFound
from smartapp.writing.model import Receipt, Rung, State, WhyNot
from tests.writing import chart as ehr
from tests.writing.chart import offering
from tests.writing.conftest import CONTEXT, DECISION, GOAL, HOPE, START, WORRY, Visit

NOTES = offering("Goal", "Observation", "DocumentReference")


@pytest.fixture
def at(visit: Visit) -> Visit:
    visit.capability = NOTES
    return visit


def places(receipts: tuple[Receipt, ...]) -> list[tuple[str, Rung, State]]:
    return [(one.draft.words, one.rung, one.state) for one in receipts]


async def refused(at: Visit) -> tuple[Receipt, ...]:
    """Goal and worry are refused; the hope between them is stored."""
    at.chart.dislikes = lambda resource: HOPE.words not in str(resource)
    await at.commit(GOAL, HOPE, WORRY)
    receipts = await at.send()
    at.chart.dislikes = lambda resource: False
    return receipts


async def test_refused_statements_go_into_one_note_and_keep_their_places(at: Visit) -> None:
    await refused(at)

    await at.divert(GOAL, WORRY, rung=Rung.NOTE)
    receipts = await at.send()

    assert places(receipts) == [
        (GOAL.words, Rung.NOTE, State.STORED),
        (HOPE.words, Rung.OBSERVATION, State.STORED),
        (WORRY.words, Rung.NOTE, State.STORED),
    ]
    assert len(at.chart.of_type("DocumentReference")) == 1
    assert at.chart.of_type("Goal") == []


async def test_refused_statement_that_the_ehr_kept_goes_no_other_way(at: Visit) -> None:
    at.chart.faults = [ehr.commit_then_answer(422)]
    await at.commit(GOAL, WORRY)
    assert State.REFUSED in {one.state for one in await at.send()}

    await at.sender.look_for_refused(
        at.context, [GOAL.id, WORRY.id], client=at.client, capability=at.capability
    )
    await at.divert(GOAL, WORRY, rung=Rung.NOTE)
    await at.send()

    assert {one.state for one in await at.receipts()} == {State.STORED}
    assert len(at.chart.of_type("Goal")) + len(at.chart.of_type("Observation")) == 2
    assert at.chart.of_type("DocumentReference") == []


async def test_refused_statement_that_is_not_in_the_chart_stays_refused(at: Visit) -> None:
    await refused(at)

    await at.sender.look_for_refused(at.context, [GOAL.id], client=at.client, capability=at.capability)

    assert places(await at.receipts())[0] == (GOAL.words, Rung.GOAL, State.REFUSED)


async def test_what_is_not_refused_stays_where_it_is(at: Visit) -> None:
    await refused(at)

    await at.divert(HOPE, GOAL, DECISION, rung=Rung.NOTE)

    assert places(await at.receipts()) == [
        (GOAL.words, Rung.NOTE, State.PLANNED),
        (HOPE.words, Rung.OBSERVATION, State.STORED),
        (WORRY.words, Rung.OBSERVATION, State.REFUSED),
    ]


async def test_four_presses_make_one_note(at: Visit) -> None:
    await refused(at)

    async def press() -> None:
        await at.divert(GOAL, WORRY, rung=Rung.NOTE)
        await at.send()

    await asyncio.gather(*(press() for _ in range(4)))

    assert len(at.chart.posts_of("DocumentReference")) == 1


async def test_words_that_were_confirmed_first_are_the_ones_that_go(at: Visit) -> None:
    await refused(at)

    await at.divert(replace(GOAL, words="Other words."), rung=Rung.NOTE)

    assert (await at.receipts())[0].draft.words == GOAL.words


async def test_statement_can_leave_a_refused_note_and_the_rest_can_be_sent_again(at: Visit) -> None:
    await at.commit(GOAL, HOPE, WORRY, rung=Rung.NOTE)
    at.chart.faults = [ehr.refuse(422)]
    await at.send()

    await at.divert(HOPE, rung=Rung.COPY)
    before = await at.receipts()
    receipts = await at.sender.retry(CONTEXT, before[0].row, client=at.client, capability=at.capability)

    assert places(before) == [
        (GOAL.words, Rung.NOTE, State.REFUSED),
        (HOPE.words, Rung.COPY, State.PLANNED),
        (WORRY.words, Rung.NOTE, State.REFUSED),
    ]
    assert [one.state for one in receipts] == [State.STORED, State.PLANNED, State.STORED]
    assert [one.shared_by for one in receipts] == [2, 1, 2]


async def test_text_to_copy_is_done_once_it_is_pasted(at: Visit) -> None:
    await at.commit(DECISION, rung=Rung.COPY)

    await at.paste(DECISION)
    await at.paste(DECISION)
    await at.send()

    [receipt] = await at.receipts()
    assert (receipt.state, receipt.rung, receipt.at) == (State.PASTED, Rung.COPY, START)
    assert at.chart.posts == []
    later = replace(CONTEXT, launch_id="launch-2")
    assert await at.sender.left_over(later) == ()


async def test_refused_statements_can_be_pasted_also_one_of_a_note(at: Visit) -> None:
    await at.commit(GOAL, HOPE, rung=Rung.NOTE)
    at.chart.faults = [ehr.refuse(403)]
    await at.send()

    await at.paste(HOPE)
    receipts = await at.send()

    assert places(receipts) == [
        (GOAL.words, Rung.NOTE, State.REFUSED),
        (HOPE.words, Rung.COPY, State.PASTED),
    ]
    assert receipts[1].why_not is WhyNot.REFUSED
    assert len(at.chart.posts) == 1


@pytest.mark.parametrize("state", [State.PLANNED, State.STORED, State.UNKNOWN])
async def test_what_is_to_be_sent_or_may_be_in_the_chart_cannot_be_marked_as_pasted(
    at: Visit, state: State
) -> None:
    await at.commit(GOAL)
    if state is State.UNKNOWN:
        at.chart.faults = [ehr.commit_then_hang_up]
    if state is not State.PLANNED:
        await at.send()

    await at.paste(GOAL)

    assert [one.state for one in await at.receipts()] == [state]


async def test_pasted_statement_cannot_be_tried_again(at: Visit) -> None:
    await refused(at)
    await at.paste(GOAL)

    with pytest.raises(NotFound):
        await at.retry(GOAL)

    assert at.chart.of_type("Goal") == []


async def test_pasted_statement_comes_along_as_it_is_when_the_same_words_are_sent_later(at: Visit) -> None:
    await at.commit(DECISION, rung=Rung.COPY)
    await at.paste(DECISION)
    at.context = replace(CONTEXT, launch_id="launch-2")

    await at.commit(DECISION, rung=Rung.NOTE)
    await at.commit(replace(DECISION, words="An operation."), rung=Rung.NOTE)
    await at.send()

    assert places(await at.receipts()) == [
        (DECISION.words, Rung.COPY, State.PASTED),
        ("An operation.", Rung.NOTE, State.STORED),
    ]


async def test_retry_that_began_before_the_clinician_chose_another_way_sends_nothing(at: Visit) -> None:
    await refused(at)
    stale = (await at.ledger.of_launch(CONTEXT.launch_id))[0]

    await at.divert(GOAL, rung=Rung.COPY)

    assert await at.ledger.claim(stale, states=["refused"], to="sending", body=b"{}") is None
    assert not await at.ledger.settle(stale, states=["planned", "refused"], to="refused", body=b"{}")


async def test_statement_that_was_data_once_is_looked_for_before_it_is_data_again(at: Visit) -> None:
    at.chart.faults = [ehr.commit_then_answer(400)]
    await at.commit(GOAL)
    await at.send()
    await at.divert(GOAL, rung=Rung.NOTE)
    at.context = replace(CONTEXT, launch_id="launch-2")

    await at.commit(GOAL)
    [receipt] = await at.send()

    assert (receipt.state, receipt.reference) == (State.STORED, "Goal/1")
    assert len(at.chart.of_type("Goal")) == 1
