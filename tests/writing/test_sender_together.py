"""Several statements in one transaction: each stands in the chart once, whatever the server makes of it."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from smartapp.errors import SessionEnded
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.writing.model import Receipt, Rung, State, WriteSite
from tests.writing import chart as ehr
from tests.writing.chart import TYPES, client_of, offering
from tests.writing.conftest import CONFIDENCE, CONTEXT, DECISION, GOAL, HOPE, START, WORRY, Visit, planned

TOGETHER = offering(*TYPES, "CarePlan", "DocumentReference", transaction=True)
MANY = tuple(DraftStatement(f"{n:032x}", Kind.HOPE, f"Hope {n}.", said_at=START) for n in range(100, 110))


@pytest.fixture
def at(visit: Visit) -> Visit:
    visit.capability = TOGETHER
    return visit


def states(receipts: tuple[Receipt, ...]) -> list[State]:
    return [receipt.state for receipt in receipts]


def kinds(at: Visit) -> list[str]:
    return [one["resourceType"] for one in at.chart.posts]


def covered(at: Visit) -> list[str]:
    targets = [one["target"] for one in at.chart.of_type("Provenance")]
    return sorted(target["reference"] for one in targets for target in one)


async def test_statements_and_their_provenance_go_in_one_request(at: Visit) -> None:
    await at.commit(GOAL, WORRY)

    receipts = await at.send()

    assert kinds(at) == ["Bundle"]
    assert receipts == (
        Receipt(
            GOAL, Rung.GOAL, State.STORED, reference="Goal/1", version="1", status=201, at=START, row=GOAL.id
        ),
        Receipt(
            WORRY,
            Rung.OBSERVATION,
            State.STORED,
            reference="Observation/1",
            version="1",
            status=201,
            at=START,
            row=WORRY.id,
        ),
    )
    assert covered(at) == ["Goal/1", "Observation/1"]
    assert await at.sender.provenance(CONTEXT.launch_id) is State.STORED


async def test_entries_refer_to_one_another_and_arrive_with_real_references(at: Visit) -> None:
    await at.commit(DECISION, CONFIDENCE, GOAL, HOPE)

    receipts = await at.send()

    assert states(receipts) == [State.STORED] * 4
    [care_plan] = at.chart.of_type("CarePlan")
    assert care_plan["goal"] == [{"reference": "Goal/1"}]
    assert care_plan["supportingInfo"] == [{"reference": "Observation/1"}]
    assert at.chart.one("Observation", "2")["focus"] == [{"reference": "Goal/1"}]
    assert kinds(at) == ["Bundle"]


async def test_condition_is_given_for_each_entry_where_the_server_knows_it(at: Visit) -> None:
    await at.commit(GOAL, WORRY)
    await at.send()

    conditions = [entry["request"].get("ifNoneExist") for entry in at.chart.posts[0]["entry"]]
    prefix = "identifier=https://commonground.example.org/fhir/ids|"
    assert conditions == [prefix + WORRY.id, prefix + GOAL.id, None]


@pytest.mark.parametrize(
    ("site", "capability"),
    [(WriteSite(transactions=False), TOGETHER), (WriteSite(), offering(*TYPES))],
    ids=["not wanted", "not offered"],
)
async def test_without_transactions_each_goes_by_itself(at: Visit, site: WriteSite, capability: Any) -> None:
    at.context, at.capability = replace(CONTEXT, site=site), capability
    await at.commit(GOAL, WORRY)

    await at.send()

    assert kinds(at) == ["Observation", "Goal", "Provenance"]


async def test_one_statement_alone_makes_no_transaction(at: Visit) -> None:
    await at.sender.commit(CONTEXT, [*planned(GOAL), *planned(HOPE, WORRY, rung=Rung.NOTE)])

    await at.send()

    assert kinds(at) == ["Goal", "DocumentReference", "Provenance"]


@pytest.mark.parametrize(("wants_provenance", "sizes"), [(True, [8, 4]), (False, [8, 2])])
async def test_no_transaction_has_more_than_eight_entries(
    at: Visit, wants_provenance: bool, sizes: list[int]
) -> None:
    at.context = replace(CONTEXT, site=WriteSite(provenance=wants_provenance))
    await at.commit(*MANY)

    receipts = await at.send()

    assert [len(bundle["entry"]) for bundle in at.chart.posts] == sizes
    assert states(receipts) == [State.STORED] * 10
    assert len(covered(at)) == (10 if wants_provenance else 0)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 422])
async def test_refusal_of_the_whole_is_followed_by_each_alone(at: Visit, status: int) -> None:
    at.chart.faults = [ehr.refuse(status)]
    await at.commit(GOAL, WORRY)

    receipts = await at.send()

    assert kinds(at) == ["Bundle", "Observation", "Goal", "Provenance"]
    assert states(receipts) == [State.STORED, State.STORED]
    assert covered(at) == ["Goal/1", "Observation/1"]


async def test_one_entry_that_the_server_dislikes_keeps_back_no_other(at: Visit) -> None:
    at.chart.dislikes = lambda resource: resource["resourceType"] == "Goal"
    await at.commit(GOAL, WORRY, HOPE)

    receipts = await at.send()

    assert states(receipts) == [State.REFUSED, State.STORED, State.STORED]
    assert (receipts[0].status, receipts[0].reason) == (422, "code not allowed")
    assert covered(at) == ["Observation/1", "Observation/2"]


async def test_refusal_of_the_whole_that_stored_it_all_the_same_doubles_nothing(at: Visit) -> None:
    at.chart.faults = [ehr.commit_then_answer(400)]
    await at.commit(GOAL, WORRY)

    receipts = await at.send()

    assert states(receipts) == [State.STORED, State.STORED]
    assert len(at.chart.of_type("Goal")) == len(at.chart.of_type("Observation")) == 1
    assert covered(at) == ["Goal/1", "Observation/1"]


async def test_server_that_keeps_the_good_half_is_read_entry_by_entry(at: Visit) -> None:
    at.chart.keeps_good_half = True
    at.chart.dislikes = lambda resource: resource["resourceType"] == "Goal"
    await at.commit(GOAL, WORRY, HOPE)

    receipts = await at.send()

    assert states(receipts) == [State.REFUSED, State.STORED, State.STORED]
    assert (receipts[0].status, receipts[0].reason) == (422, "code not allowed")
    assert covered(at) == ["Observation/1", "Observation/2"]
    assert kinds(at) == ["Bundle", "Provenance"]


async def test_answers_in_another_order_make_no_second_provenance(at: Visit) -> None:
    def turned_round(chart: ehr.Chart, request: httpx2.Request) -> httpx2.Response:
        answer = json.loads(chart.transact(request).content)
        answer["entry"].reverse()
        return httpx2.Response(200, json=answer)

    at.chart.keeps_good_half = True
    at.chart.dislikes = lambda resource: WORRY.words in str(resource)
    at.chart.faults = [turned_round]
    await at.commit(WORRY, GOAL, HOPE)

    await at.send()
    at.clock.move(61)
    receipts = await at.check()

    assert states(receipts)[1:] == [State.STORED, State.STORED]
    assert covered(at) == ["Goal/1", "Observation/1"]


async def test_refused_entry_of_a_transaction_can_be_tried_again_alone(at: Visit) -> None:
    at.chart.keeps_good_half = True
    at.chart.dislikes = lambda resource: resource["resourceType"] == "Goal"
    await at.commit(GOAL, WORRY)
    await at.send()
    at.chart.dislikes = lambda resource: False

    receipts = await at.retry(GOAL)

    assert states(receipts) == [State.STORED, State.STORED]
    assert covered(at) == ["Goal/1", "Observation/1"]


async def test_answer_with_fewer_entries_is_trusted_for_none_and_each_is_looked_for(at: Visit) -> None:
    at.chart.says_less = True
    await at.commit(GOAL, WORRY)

    receipts = await at.send()

    assert states(receipts) == [State.STORED, State.STORED]
    assert [receipt.status for receipt in receipts] == [None, None]
    assert covered(at) == ["Goal/1", "Observation/1"]
    assert await at.sender.provenance(CONTEXT.launch_id) is State.STORED
    assert kinds(at) == ["Bundle"]


@pytest.mark.parametrize(
    "fault",
    [
        ehr.commit_then_answer(500),
        ehr.commit_then_answer(502),
        ehr.commit_then_answer(408),
        ehr.commit_then_answer(409),
        ehr.commit_then(httpx2.ReadTimeout("x")),
        ehr.commit_then(httpx2.RemoteProtocolError("x")),
    ],
    ids=["500", "502", "408", "409", "no answer", "cut off"],
)
async def test_lost_answer_is_looked_for_and_found(at: Visit, fault: ehr.Fault) -> None:
    at.chart.faults = [fault]
    await at.commit(DECISION, GOAL, HOPE)

    receipts = await at.send()

    assert states(receipts) == [State.STORED] * 3
    assert kinds(at) == ["Bundle"]
    assert covered(at) == ["CarePlan/1", "Goal/1", "Observation/1"]
    assert await at.sender.provenance(CONTEXT.launch_id) is State.STORED


@pytest.mark.parametrize("knows_if_none_exist", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        ehr.lose(httpx2.ConnectError("x")),
        ehr.lose(httpx2.ReadError("x")),
        ehr.commit_then(httpx2.ReadTimeout("x")),
        ehr.commit_then_answer(502),
        ehr.refuse(502),
        ehr.refuse(409),
        ehr.refuse(429, headers={"retry-after": "60"}),
        ehr.commit_then_hang_up,
    ],
    ids=["not reached", "lost", "no answer", "502 after", "502 before", "409", "429", "hangs"],
)
async def test_three_tries_against_any_fault_leave_one_of_each(
    at: Visit, fault: ehr.Fault, knows_if_none_exist: bool
) -> None:
    at.chart.knows_if_none_exist = knows_if_none_exist
    at.chart.faults = [fault, fault]
    await at.commit(GOAL, WORRY)

    await at.send()
    for _ in range(4):
        at.chart.hangs_on_get = False
        at.clock.move(61)
        await at.check()
        for draft in (GOAL, WORRY):
            receipts = await at.retry(draft)

    assert states(receipts) == [State.STORED, State.STORED]
    assert len(at.chart.of_type("Goal")) == len(at.chart.of_type("Observation")) == 1
    assert covered(at) == ["Goal/1", "Observation/1"]


async def test_session_that_ends_at_the_transaction_keeps_everything_to_be_sent(at: Visit) -> None:
    at.chart.faults = [ehr.end_session]
    await at.commit(GOAL, WORRY)

    with pytest.raises(SessionEnded):
        await at.send()

    assert states(await at.receipts()) == [State.PLANNED, State.PLANNED]
    at.chart.session_over = False
    at.context = replace(CONTEXT, launch_id="launch-2")
    await at.commit(GOAL, WORRY)
    assert states(await at.send()) == [State.STORED, State.STORED]
    assert covered(at) == ["Goal/1", "Observation/1"]


async def test_session_that_ends_before_the_read_back_leaves_doubt_and_doubles_nothing(at: Visit) -> None:
    at.chart.session_over_for_reading = True
    await at.commit(GOAL, WORRY)
    with pytest.raises(SessionEnded):
        await at.send()
    before = await at.receipts()
    at.chart.session_over_for_reading = False

    after = await at.check()

    assert states(before) == [State.UNKNOWN, State.UNKNOWN]
    assert states(after) == [State.STORED, State.STORED]
    assert covered(at) == ["Goal/1", "Observation/1"]
    assert len(at.chart.posts) == 1


class Crash(BaseException):
    """The process dies: nothing after it runs."""


def crash_after_commit(chart: ehr.Chart, request: httpx2.Request) -> httpx2.Response:
    chart.commit(request)
    raise Crash


@pytest.mark.parametrize("fault", [crash_after_commit, ehr.lose(Crash())], ids=["stored", "not stored"])
async def test_crash_in_a_transaction_is_found_by_the_next_process(at: Visit, fault: ehr.Fault) -> None:
    at.chart.faults = [fault]
    await at.commit(DECISION, GOAL, HOPE)
    with pytest.raises(Crash):
        await at.send()
    at.sender = at.new_sender()
    at.clock.move(61)

    await at.check()
    for draft in (GOAL, HOPE, DECISION):
        receipts = await at.retry(draft)
    at.clock.move(61)
    await at.check()

    assert states(receipts) == [State.STORED] * 3
    assert [len(at.chart.of_type(one)) for one in ("CarePlan", "Goal", "Observation")] == [1, 1, 1]
    assert covered(at) == ["CarePlan/1", "Goal/1", "Observation/1"]
    assert await at.sender.provenance(CONTEXT.launch_id) is State.STORED


async def test_provenance_that_may_be_in_the_chart_is_not_sent_a_second_time_before_it_is_sure(
    at: Visit,
) -> None:
    at.chart.is_index_behind = True
    at.chart.faults = [ehr.commit_then_answer(502)]
    await at.commit(GOAL, WORRY)

    await at.send()
    at.clock.move(30)
    at.chart.is_index_behind = False
    await at.check()

    assert covered(at) == ["Goal/1", "Observation/1"]
    assert await at.sender.provenance(CONTEXT.launch_id) is State.STORED


async def test_early_search_that_missed_a_statement_does_not_count_when_time_has_passed(at: Visit) -> None:
    late: list[ehr.Resource] = []

    def slowly(chart: ehr.Chart, request: httpx2.Request) -> httpx2.Response:
        """The index shows the worry at once, and the goal later."""
        chart.commit(request)
        late.append(chart.one("Goal", "1"))
        chart.stored.remove(late[0])
        return httpx2.Response(502)

    at.chart.faults = [slowly]
    await at.commit(GOAL, WORRY)
    before = await at.send()
    at.chart.stored += late
    at.clock.move(61)

    async with at.sender.one_sender(at.context, client=at.client, capability=at.capability) as delivery:
        await at.sender.record_provenance(delivery)
    early = covered(at)
    after = await at.check()

    assert states(before) == [State.UNKNOWN, State.STORED]
    assert states(after) == [State.STORED, State.STORED]
    assert early == covered(at) == ["Goal/1", "Observation/1"]


async def test_provenance_that_the_server_left_out_is_sent_by_itself_once_that_is_sure(at: Visit) -> None:
    def without_provenance(chart: ehr.Chart, request: httpx2.Request) -> httpx2.Response:
        chart.commit(request)
        chart.stored = [one for one in chart.stored if one["resourceType"] != "Provenance"]
        return httpx2.Response(502)

    at.chart.faults = [without_provenance]
    await at.commit(GOAL, WORRY)

    await at.send()
    early = covered(at)
    at.clock.move(61)
    await at.check()
    await at.check()

    assert early == []
    assert covered(at) == ["Goal/1", "Observation/1"]


async def test_provenance_of_a_transaction_that_may_not_be_read_is_never_sent_again(at: Visit) -> None:
    client = client_of(at.chart)
    client.may = lambda resource_type, action: resource_type != "Provenance" or action == "c"
    await at.commit(GOAL, WORRY)

    for _ in range(3):
        await at.sender.send(CONTEXT, client=client, capability=at.capability)
        at.clock.move(61)
        receipts = await at.sender.check(CONTEXT, client=client, capability=at.capability)

    assert states(receipts) == [State.STORED, State.STORED]
    assert covered(at) == ["Goal/1", "Observation/1"]
    assert await at.sender.provenance(CONTEXT.launch_id) is State.UNKNOWN


async def test_what_the_guard_refuses_is_left_out_and_the_rest_goes_together(at: Visit) -> None:
    await at.commit(replace(GOAL, addresses=("Patient/p2",)), WORRY, HOPE, DECISION)

    receipts = await at.send()

    assert states(receipts) == [State.REFUSED, State.STORED, State.STORED, State.STORED]
    assert kinds(at) == ["Bundle"]
    assert "goal" not in at.chart.of_type("CarePlan")[0]
    assert "Patient/p2" not in str(at.chart.posts)


async def test_several_workers_store_each_statement_once(at: Visit) -> None:
    await at.commit(GOAL, WORRY, HOPE)
    workers = [at.new_sender() for _ in range(4)]

    await asyncio.gather(*(one.send(CONTEXT, client=at.client, capability=at.capability) for one in workers))
    at.clock.move(61)
    receipts = await at.check()

    assert states(receipts) == [State.STORED] * 3
    assert [len(at.chart.of_type(one)) for one in ("Goal", "Observation")] == [1, 2]
    assert covered(at) == ["Goal/1", "Observation/1", "Observation/2"]


async def test_busy_ehr_gets_the_transaction_once_more_and_only_when_it_said_so(at: Visit) -> None:
    at.chart.faults = [ehr.refuse(429, headers={"retry-after": "3"})]
    await at.commit(GOAL, WORRY)

    receipts = await at.send()

    assert states(receipts) == [State.STORED, State.STORED]
    assert kinds(at) == ["Bundle", "Bundle"]
    assert at.slept == [3.0]


async def test_entry_that_the_chart_shows_otherwise_is_not_called_stored(at: Visit) -> None:
    at.chart.on_read = lambda resource: (
        resource | {"valueString": "Something else."}
        if resource["resourceType"] == "Observation"
        else resource
    )
    await at.commit(GOAL, WORRY)

    receipts = await at.send()

    assert states(receipts) == [State.STORED, State.UNKNOWN]
    assert receipts[1].reason == "The chart shows other words."
