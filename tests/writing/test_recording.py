"""Which Provenance is wanting, and what a wish to take something back does to its receipt."""

from dataclasses import replace

import pytest

from smartapp.sdm.model import Change, ChangeKind
from smartapp.store.ledger import NewRow
from smartapp.writing.entry import CHANGE, Entry, Outcome, encode
from smartapp.writing.model import State
from tests.writing import chart as ehr
from tests.writing.conftest import CONTEXT, GOAL, HOPE, START, WORRY, Visit

WITHDRAWN = Change("f" * 32, ChangeKind.WITHDRAWN, "Goal/1", "1")
REWORDED = Change("9" * 32, ChangeKind.REWORDED, "Goal/1", "2", words="Dance all night.")


async def changed(visit: Visit, change: Change, state: State = State.STORED) -> None:
    """As a change's own sender leaves its row."""
    outcome = Outcome(state, change.reference, "2", 200)
    entry = Entry((), START, change=change, outcome=outcome)
    async with visit.ledger.transaction() as connection:
        await visit.ledger.add_all_in(
            connection,
            visit.context.launch_id,
            owner=CONTEXT.owner,
            state=state.value,
            rows=[NewRow(change.id, CHANGE, encode(entry), attempt=1)],
        )


async def record(visit: Visit) -> None:
    async with visit.sender.one_sender(
        visit.context, client=visit.client, capability=visit.capability
    ) as delivery:
        await visit.sender.record_provenance(delivery)


def recorded(visit: Visit) -> list[tuple[str, list[str]]]:
    return [
        (one["activity"]["coding"][0]["code"], [target["reference"] for target in one["target"]])
        for one in visit.chart.of_type("Provenance")
    ]


async def test_each_change_has_a_provenance_of_its_own_beside_that_of_the_creation(visit: Visit) -> None:
    await visit.commit(GOAL)
    await visit.send()
    await changed(visit, REWORDED)
    await changed(visit, replace(REWORDED, id="8" * 32, kind=ChangeKind.ACHIEVED))
    await changed(visit, WITHDRAWN)

    await record(visit)
    await record(visit)

    assert recorded(visit) == [
        ("CREATE", ["Goal/1"]),
        ("UPDATE", ["Goal/1"]),
        ("UPDATE", ["Goal/1"]),
        ("NULLIFY", ["Goal/1"]),
    ]


@pytest.mark.parametrize("state", [State.PLANNED, State.CONFLICT, State.UNKNOWN, State.REFUSED])
async def test_change_that_is_not_in_the_chart_has_no_provenance(visit: Visit, state: State) -> None:
    await changed(visit, REWORDED, state)

    await record(visit)

    assert recorded(visit) == []


@pytest.mark.parametrize("state", [State.STORED, State.PLANNED, State.CONFLICT, State.UNKNOWN])
async def test_receipt_says_what_became_of_the_wish_to_take_it_back(visit: Visit, state: State) -> None:
    await visit.commit(GOAL, WORRY)
    await visit.send()
    await changed(visit, replace(WITHDRAWN, id="7" * 32), State.REFUSED)
    await changed(visit, WITHDRAWN, state)

    receipts = await visit.receipts()

    assert [(one.state, one.taken_back) for one in receipts] == [(State.STORED, state), (State.STORED, None)]


async def test_other_changes_and_provenances_are_no_receipts_and_not_left_over(visit: Visit) -> None:
    await visit.commit(GOAL)
    await visit.send()
    await changed(visit, REWORDED, State.UNKNOWN)

    assert [(one.draft, one.taken_back) for one in await visit.receipts()] == [(GOAL, None)]
    assert await visit.sender.left_over(replace(CONTEXT, launch_id="launch-2")) == ()


async def test_wish_to_take_it_back_comes_along_with_the_statement(visit: Visit) -> None:
    await visit.commit(GOAL)
    await visit.send()
    await changed(visit, WITHDRAWN)
    visit.context = replace(CONTEXT, launch_id="launch-2")

    await visit.commit(GOAL)

    assert [one.taken_back for one in await visit.receipts()] == [State.STORED]


async def test_what_an_ended_launch_stored_without_its_provenance_gets_it_from_the_next(visit: Visit) -> None:
    without = replace(CONTEXT, site=replace(CONTEXT.site, provenance=False))
    await visit.commit(GOAL)
    await visit.sender.send(without, client=visit.client, capability=visit.capability)
    visit.context = replace(CONTEXT, launch_id="launch-2")

    await visit.commit(HOPE)
    await visit.send()

    assert recorded(visit) == [("CREATE", ["Goal/1", "Observation/1"])]


async def test_provenance_whose_request_was_lost_is_sent_again_once_a_search_is_believed(
    visit: Visit,
) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.Chart.commit, ehr.refuse(502)]

    await visit.send()
    await visit.check()
    early = recorded(visit)
    visit.clock.move(61)
    await visit.check()
    await visit.check()

    assert early == []
    assert recorded(visit) == [("CREATE", ["Goal/1"])]


async def test_server_that_takes_provenance_of_other_things_only_gets_none(visit: Visit) -> None:
    site = replace(CONTEXT.site, creates_of_other_kinds=frozenset({"Provenance"}))
    visit.context = replace(CONTEXT, site=site)
    await visit.commit(GOAL)

    await visit.send()

    assert recorded(visit) == []
