"""Every statement ends in the chart exactly once, or is shown as not stored."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from smartapp.errors import NotFound, SessionEnded, WrongPatient
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.store.database import Database
from smartapp.store.retention import Retention
from smartapp.writing.model import PlannedItem, Receipt, Rung, State, WhyNot, WriteSite
from tests.writing import chart as ehr
from tests.writing.chart import TYPES, client_of, offering
from tests.writing.conftest import CONFIDENCE, CONTEXT, GOAL, HOPE, START, WORRY, Visit, planned


def states(receipts: tuple[Receipt, ...]) -> list[State]:
    return [receipt.state for receipt in receipts]


async def test_statements_are_stored_read_back_and_receipted_in_order(visit: Visit) -> None:
    await visit.commit(GOAL, WORRY)

    receipts = await visit.send()

    assert receipts == (
        Receipt(
            GOAL,
            Rung.GOAL,
            State.STORED,
            reference="Goal/1",
            version="1",
            status=201,
            at=START,
            row=GOAL.id,
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
    assert visit.chart.of_type("Goal")[0]["description"] == {"text": GOAL.words}
    assert visit.chart.of_type("Observation")[0]["valueString"] == WORRY.words


async def test_one_provenance_covers_everything_stored(visit: Visit) -> None:
    await visit.commit(GOAL, WORRY)

    await visit.send()
    await visit.send()

    [provenance] = visit.chart.of_type("Provenance")
    assert provenance["target"] == [{"reference": "Goal/1"}, {"reference": "Observation/1"}]
    assert provenance["agent"][0]["onBehalfOf"] == {"display": "Riverside Clinic"}
    assert await visit.sender.provenance(CONTEXT.launch_id) is State.STORED


async def test_second_sending_has_a_provenance_of_its_own(visit: Visit) -> None:
    await visit.commit(GOAL)
    await visit.send()
    await visit.commit(GOAL, WORRY)

    await visit.send()

    targets = [one["target"] for one in visit.chart.of_type("Provenance")]
    assert targets == [[{"reference": "Goal/1"}], [{"reference": "Observation/1"}]]


@pytest.mark.parametrize("reason", ["not offered", "not permitted", "not wanted"])
async def test_provenance_is_left_out_where_it_cannot_be_written(visit: Visit, reason: str) -> None:
    await visit.commit(GOAL)
    capability = offering("Goal") if reason == "not offered" else visit.capability
    client = client_of(visit.chart)
    if reason == "not permitted":
        client.may = lambda resource_type, action: resource_type != "Provenance"
    context = replace(CONTEXT, site=WriteSite(provenance=reason != "not wanted"))

    receipts = await visit.sender.send(context, client=client, capability=capability)

    assert states(receipts) == [State.STORED]
    assert visit.chart.posts_of("Provenance") == []
    assert await visit.sender.provenance(CONTEXT.launch_id) is None


async def test_refused_provenance_hides_no_success(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.Chart.create, ehr.refuse(422)]

    receipts = await visit.send()

    assert states(receipts) == [State.STORED]
    assert await visit.sender.provenance(CONTEXT.launch_id) is State.REFUSED


async def test_lost_answer_to_a_provenance_is_found_and_not_sent_again(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.Chart.create, ehr.commit_then_answer(502)]

    await visit.send()

    assert len(visit.chart.of_type("Provenance")) == 1
    assert await visit.sender.provenance(CONTEXT.launch_id) is State.STORED


async def test_eight_clicks_store_each_statement_once(visit: Visit) -> None:
    await visit.commit(GOAL, WORRY)

    answers = await asyncio.gather(*(visit.send() for _ in range(8)))

    assert [len(visit.chart.of_type(one)) for one in TYPES] == [1, 1, 1]
    assert len(visit.chart.posts) == 3
    assert len(set(answers)) == 1


async def test_two_workers_on_one_ledger_store_each_statement_once(visit: Visit) -> None:
    await visit.commit(GOAL, WORRY, HOPE)
    workers = [visit.new_sender() for _ in range(4)]

    await asyncio.gather(
        *(worker.send(CONTEXT, client=visit.client, capability=visit.capability) for worker in workers)
    )

    assert len(visit.chart.posts_of("Goal")) == 1
    assert len(visit.chart.posts_of("Observation")) == 2
    assert states(await visit.sender.receipts(CONTEXT.launch_id)) == [State.STORED] * 3


async def test_committing_twice_gives_the_same_receipts(visit: Visit) -> None:
    await visit.commit(GOAL, WORRY)
    first = await visit.send()

    await visit.commit(GOAL, WORRY)

    assert await visit.send() == first
    assert len(visit.chart.posts_of("Goal")) == 1


async def test_what_remains_of_the_draft_is_kept_with_the_commit(visit: Visit) -> None:
    await visit.drafts.save(CONTEXT.launch_id, owner=CONTEXT.owner, body=b"everything")

    await visit.sender.commit(CONTEXT, planned(GOAL), draft=b"the rest")

    kept = await visit.drafts.load(CONTEXT.launch_id)
    assert kept is not None
    assert kept.body == b"the rest"


async def test_statement_to_copy_is_kept_and_never_sent(visit: Visit) -> None:
    decision = DraftStatement("d" * 32, Kind.DECISION, "Physical therapy first.")

    await visit.sender.commit(CONTEXT, [PlannedItem(decision, Rung.COPY, WhyNot.NO_RESOURCE)])

    assert await visit.send() == (
        Receipt(decision, Rung.COPY, State.PLANNED, why_not=WhyNot.NO_RESOURCE, row=decision.id),
    )
    assert visit.chart.posts == []


async def test_identifier_is_sent_as_condition_only_where_the_server_knows_it(visit: Visit) -> None:
    await visit.commit(GOAL)
    await visit.send()
    visit.capability = offering(*TYPES, conditional=False)
    await visit.commit(WORRY)
    await visit.send()

    condition = f"identifier=https://commonground.example.org/fhir/ids|{GOAL.id}"
    assert visit.chart.if_none_exist == [condition, None, None, None]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
async def test_error_after_the_store_was_reached_is_stored_once(visit: Visit, status: int) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.commit_then_answer(status)]

    [receipt] = await visit.send()

    assert (receipt.state, receipt.reference) == (State.STORED, "Goal/1")
    assert len(visit.chart.of_type("Goal")) == 1


@pytest.mark.parametrize(
    "error", [httpx2.ReadTimeout("x"), httpx2.RemoteProtocolError("x"), httpx2.ReadError("x")]
)
async def test_lost_answer_is_looked_for_and_found(visit: Visit, error: Exception) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.commit_then(error)]

    [receipt] = await visit.send()

    assert (receipt.state, receipt.reference) == (State.STORED, "Goal/1")


async def test_hanging_ehr_leaves_doubt_and_a_later_check_finds_it(visit: Visit) -> None:
    await visit.commit(WORRY, GOAL)
    visit.chart.faults = [ehr.commit_then_hang_up]

    before = await visit.send()
    visit.chart.hangs_on_get = False
    after = await visit.check()

    assert states(before) == [State.UNKNOWN, State.PLANNED]
    assert states(after) == [State.STORED, State.PLANNED]
    assert len(visit.chart.posts_of("Observation")) == 1


async def test_lost_request_is_shown_as_absent_and_sent_again_only_when_asked_and_late_enough(
    visit: Visit,
) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.lose(httpx2.ReadError("cut off"))]

    [unknown] = await visit.send()
    [checked] = await visit.check()
    [too_early] = await visit.retry(GOAL)
    visit.clock.move(61)
    [stored] = await visit.retry(GOAL)

    assert (unknown.state, unknown.is_absent) == (State.UNKNOWN, True)
    assert (checked.state, checked.is_absent) == (State.UNKNOWN, True)
    assert too_early.state is State.UNKNOWN
    assert stored.state is State.STORED
    assert len(visit.chart.of_type("Goal")) == 1


async def test_unclear_attempt_is_repeated_once_all_entries_were_looked_through_where_identifiers_are_unknown(
    visit: Visit,
) -> None:
    visit.chart.keep({"resourceType": "Goal", "subject": {"reference": "Patient/p1"}})
    visit.chart.knows_identifier = False
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.lose(httpx2.ReadError("cut off"))]

    [unknown] = await visit.send()
    visit.clock.move(600)
    [stored] = await visit.retry(GOAL)

    assert (unknown.state, unknown.is_absent) == (State.UNKNOWN, True)
    assert stored.state is State.STORED
    assert len(visit.chart.posts_of("Goal")) == 2
    assert len(visit.chart.of_type("Goal")) == 2


async def test_entry_with_our_words_and_no_identifier_is_not_sent_again_where_identifiers_are_unknown(
    visit: Visit,
) -> None:
    said = {"description": {"text": GOAL.words}}
    visit.chart.keep({"resourceType": "Goal", "subject": {"reference": "Patient/p1"}, **said})
    visit.chart.knows_identifier = False
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.lose(httpx2.ReadError("cut off"))]

    await visit.send()
    visit.clock.move(600)
    [receipt] = await visit.retry(GOAL)

    assert (receipt.state, receipt.is_absent) == (State.UNKNOWN, False)
    assert len(visit.chart.posts_of("Goal")) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 500])
async def test_failing_search_proves_nothing(visit: Visit, status: int) -> None:
    visit.chart.search_status = status
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.refuse(502)]

    [receipt] = await visit.send()
    visit.clock.move(600)
    await visit.retry(GOAL)

    assert (receipt.state, receipt.status, receipt.is_absent) == (State.UNKNOWN, 502, False)
    assert len(visit.chart.posts) == 1


async def test_ehr_that_cannot_be_reached_stored_nothing(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.lose(httpx2.ConnectError("refused"))]

    [receipt] = await visit.send()

    assert receipt.state is State.REFUSED
    assert receipt.reason == "The EHR is not answering. Nothing was stored."


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 415, 422])
async def test_refusal_is_shown_with_the_ehrs_own_words(visit: Visit, status: int) -> None:
    await visit.commit(WORRY, GOAL)
    visit.chart.faults = [ehr.refuse(status, reason="code not allowed")]

    receipts = await visit.send()

    assert states(receipts) == [State.REFUSED, State.STORED]
    assert (receipts[0].status, receipts[0].reason) == (status, "code not allowed")


@pytest.mark.parametrize("status", [409, 412])
async def test_conflict_is_looked_at_before_it_is_believed(visit: Visit, status: int) -> None:
    await visit.commit(WORRY, GOAL)
    visit.chart.faults = [ehr.commit_then_answer(status), ehr.refuse(status, reason="not now")]

    at_once = await visit.send()
    visit.clock.move(61)
    later = await visit.check()

    assert states(at_once) == [State.STORED, State.UNKNOWN]
    assert at_once[1].is_absent
    assert states(later) == [State.STORED, State.REFUSED]
    assert (later[1].status, later[1].reason) == (status, "not now")


async def test_refused_statement_can_be_sent_again(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.refuse(422)]
    await visit.send()

    [receipt] = await visit.retry(GOAL)

    assert (receipt.state, receipt.reference) == (State.STORED, "Goal/1")
    assert len(visit.chart.of_type("Goal")) == 1


async def test_refused_statement_that_is_in_the_chart_after_all_is_not_sent_again(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.commit_then_answer(400)]
    await visit.send()

    [receipt] = await visit.retry(GOAL)

    assert receipt.state is State.STORED
    assert len(visit.chart.posts_of("Goal")) == 1


async def test_stored_statement_is_not_sent_again_by_a_retry(visit: Visit) -> None:
    await visit.commit(GOAL)
    before = await visit.send()

    assert await visit.retry(GOAL) == before
    assert len(visit.chart.posts_of("Goal")) == 1


async def test_retry_of_an_unknown_item_is_not_found(visit: Visit) -> None:
    with pytest.raises(NotFound):
        await visit.retry(GOAL)


async def test_busy_ehr_is_waited_for_once(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.refuse(429, headers={"retry-after": "3"})]

    [receipt] = await visit.send()

    assert receipt.state is State.STORED
    assert visit.slept == [3.0]


@pytest.mark.parametrize(("retry_after", "posts", "slept"), [("3", 2, [3.0]), ("60", 1, [])])
async def test_ehr_that_stays_busy_stored_nothing(
    visit: Visit, retry_after: str, posts: int, slept: list[float]
) -> None:
    await visit.commit(GOAL)
    busy = ehr.refuse(429, headers={"retry-after": retry_after})
    visit.chart.faults = [busy, busy]

    [receipt] = await visit.send()

    assert (receipt.state, receipt.status) == (State.REFUSED, 429)
    assert receipt.reason == "The EHR is too busy. Nothing was stored."
    assert (len(visit.chart.posts), visit.slept) == (posts, slept)


def other_words(resource: dict[str, Any]) -> dict[str, Any]:
    return resource | {"description": {"text": "Something else."}}


def other_patient(resource: dict[str, Any]) -> dict[str, Any]:
    return resource | {"subject": {"reference": "Patient/p2"}}


def other_identifier(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "identifier"}


def withdrawn(resource: dict[str, Any]) -> dict[str, Any]:
    return resource | {"lifecycleStatus": "entered-in-error"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (other_words, "The chart shows other words."),
        (other_patient, "The chart shows it with another patient."),
        (withdrawn, "The chart shows it as entered in error."),
        (other_identifier, "The chart shows an entry without our identifier, so it may be another one."),
    ],
)
async def test_what_the_chart_shows_differently_is_never_called_stored(
    visit: Visit, change: Any, reason: str
) -> None:
    visit.chart.on_read = change
    await visit.commit(GOAL)

    [sent] = await visit.send()
    visit.clock.move(600)
    [checked] = await visit.check()
    [retried] = await visit.retry(GOAL)

    assert [one.state for one in (sent, checked, retried)] == [State.UNKNOWN] * 3
    assert sent.reason == checked.reason == reason
    assert sent.reference == ""
    assert len(visit.chart.posts_of("Goal")) == 1
    assert visit.chart.posts_of("Provenance") == []


async def test_other_visit_in_the_chart_is_never_called_stored(visit: Visit) -> None:
    visit.chart.on_read = lambda resource: resource | {"encounter": {"reference": "Encounter/e2"}}
    await visit.commit(WORRY)

    [receipt] = await visit.send()

    assert (receipt.state, receipt.reason) == (State.UNKNOWN, "The chart shows it with another visit.")


async def test_references_that_come_back_absolute_are_understood(visit: Visit) -> None:
    visit.chart.on_read = lambda resource: (
        resource
        | {
            "subject": {"reference": f"{ehr.BASE}/Patient/p1"},
            "encounter": {"reference": "Encounter/e1/_history/3"},
        }
    )
    await visit.commit(WORRY)

    assert states(await visit.send()) == [State.STORED]


@pytest.mark.parametrize(
    "location",
    [
        "https://ehr.example.org/fhir/{type}/{id}",
        "https://internal.invalid:8080/other/fhir/{type}/{id}/_history/7",
        "{type}/{id}",
        "/fhir/{type}/{id}/_history/1",
        "",
        "https://ehr.example.org/fhir/Patient/p1",
        "https://ehr.example.org/fhir/{type}/999",
        "http://[broken",
    ],
)
@pytest.mark.parametrize("sends_body", [True, False])
async def test_new_entry_is_found_whatever_location_says(
    visit: Visit, location: str, sends_body: bool
) -> None:
    visit.chart.location, visit.chart.sends_body = location, sends_body
    await visit.commit(GOAL)

    [receipt] = await visit.send()

    assert (receipt.state, receipt.reference) == (State.STORED, "Goal/1")


@pytest.mark.parametrize("status", [403, 500])
async def test_entry_that_can_be_searched_but_not_read_is_read_back_by_search(
    visit: Visit, status: int
) -> None:
    visit.chart.read_status = status
    await visit.commit(GOAL)

    [receipt] = await visit.send()

    assert (receipt.state, receipt.reference) == (State.STORED, "Goal/1")


async def test_entry_that_cannot_be_read_back_at_all_is_in_doubt_and_not_sent_again(visit: Visit) -> None:
    visit.chart.read_status = visit.chart.search_status = 403
    await visit.commit(GOAL)

    [receipt] = await visit.send()
    visit.clock.move(600)
    await visit.retry(GOAL)

    assert (receipt.state, receipt.status, receipt.reference) == (State.UNKNOWN, 201, "")
    assert len(visit.chart.posts) == 1


async def test_server_that_ignores_the_condition_still_stores_once(visit: Visit) -> None:
    visit.chart.knows_if_none_exist = False
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.commit_then_hang_up]

    await visit.send()
    visit.chart.hangs_on_get = False
    visit.clock.move(61)
    [receipt] = await visit.retry(GOAL)

    assert receipt.state is State.STORED
    assert len(visit.chart.of_type("Goal")) == 1


async def test_index_that_lags_behind_does_not_lead_to_a_second_entry(visit: Visit) -> None:
    visit.chart.is_index_behind = True
    visit.chart.knows_if_none_exist = False
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.commit_then_answer(502)]

    [sent] = await visit.send()
    visit.clock.move(5)
    [too_early] = await visit.retry(GOAL)
    visit.chart.is_index_behind = False
    visit.clock.move(60)
    [found] = await visit.retry(GOAL)

    assert (sent.state, too_early.state, found.state) == (State.UNKNOWN, State.UNKNOWN, State.STORED)
    assert len(visit.chart.of_type("Goal")) == 1


@pytest.mark.parametrize("knows_if_none_exist", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        ehr.lose(httpx2.ConnectError("x")),
        ehr.lose(httpx2.ReadError("x")),
        ehr.commit_then(httpx2.ReadTimeout("x")),
        ehr.commit_then(httpx2.RemoteProtocolError("x")),
        ehr.commit_then_answer(502),
        ehr.refuse(502),
        ehr.refuse(409),
        ehr.refuse(429, headers={"retry-after": "60"}),
    ],
    ids=["not reached", "lost", "no answer", "cut off", "502 after", "502 before", "409", "429"],
)
async def test_three_tries_against_any_fault_leave_one_entry(
    visit: Visit, fault: ehr.Fault, knows_if_none_exist: bool
) -> None:
    visit.chart.knows_if_none_exist = knows_if_none_exist
    visit.chart.faults = [fault, fault]
    await visit.commit(GOAL)

    await visit.send()
    for _ in range(3):
        visit.clock.move(61)
        await visit.check()
        receipts = await visit.retry(GOAL)

    assert states(receipts) == [State.STORED]
    assert len(visit.chart.of_type("Goal")) == 1


async def test_crash_while_sending_is_found_by_the_next_process(visit: Visit) -> None:
    await visit.commit(WORRY, GOAL)
    visit.chart.faults = [crash_after_commit]
    with pytest.raises(Crash):
        await visit.send()
    visit.sender = visit.new_sender()

    at_once = await visit.check()
    visit.clock.move(61)
    checked = await visit.check()
    finished = await visit.send()

    assert states(at_once) == [State.SENDING, State.PLANNED]
    assert states(checked) == [State.STORED, State.PLANNED]
    assert states(finished) == [State.STORED, State.STORED]
    assert len(visit.chart.of_type("Observation")) == 1


async def test_crash_before_the_request_left_ends_as_absent_and_can_be_sent_again(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.lose(Crash())]
    with pytest.raises(Crash):
        await visit.send()
    visit.sender = visit.new_sender()
    visit.clock.move(61)

    [checked] = await visit.check()
    [retried] = await visit.retry(GOAL)

    assert (checked.state, checked.is_absent) == (State.UNKNOWN, True)
    assert retried.state is State.STORED
    assert len(visit.chart.of_type("Goal")) == 1


class Crash(BaseException):
    """The process dies: nothing after it runs."""


def crash_after_commit(chart: ehr.Chart, request: httpx2.Request) -> httpx2.Response:
    chart.create(request)
    raise Crash


async def test_session_that_ends_midway_keeps_the_rest_to_be_sent(visit: Visit) -> None:
    await visit.commit(WORRY, HOPE, GOAL)
    visit.chart.faults = [ehr.Chart.create, ehr.end_session]

    with pytest.raises(SessionEnded):
        await visit.send()

    receipts = await visit.sender.receipts(CONTEXT.launch_id)
    assert states(receipts) == [State.STORED, State.PLANNED, State.PLANNED]
    assert [receipt.draft.words for receipt in receipts] == [WORRY.words, HOPE.words, GOAL.words]


async def test_session_that_ends_before_the_read_back_leaves_doubt_and_no_second_entry(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.session_over_for_reading = True
    with pytest.raises(SessionEnded):
        await visit.send()
    before = await visit.sender.receipts(CONTEXT.launch_id)
    visit.chart.session_over_for_reading = False

    after = await visit.check()

    assert states(before) == [State.UNKNOWN]
    assert states(after) == [State.STORED]
    assert len(visit.chart.of_type("Goal")) == 1


async def test_next_launch_takes_over_what_the_ended_session_left(visit: Visit) -> None:
    await visit.commit(WORRY, HOPE)
    visit.chart.faults = [ehr.Chart.create, ehr.end_session]
    with pytest.raises(SessionEnded):
        await visit.send()
    visit.chart.session_over = False
    visit.context = replace(CONTEXT, launch_id="launch-2", encounter_id="e2")

    left = await visit.sender.left_over(visit.context)
    edited = replace(left[0].draft, words="My garden in spring, with Ernesto.")
    await visit.commit(edited)
    receipts = await visit.send()

    assert [receipt.draft for receipt in left] == [HOPE]
    assert [(one.state, one.draft.words) for one in receipts] == [(State.STORED, edited.words)]
    assert visit.chart.of_type("Observation")[1]["encounter"] == {"reference": "Encounter/e2"}
    assert await visit.sender.left_over(visit.context) == ()
    assert states(await visit.sender.receipts(CONTEXT.launch_id)) == [State.STORED]


async def test_refused_statement_with_new_words_is_looked_for_before_it_is_sent_again(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.commit_then_answer(400)]
    await visit.send()
    visit.context = replace(CONTEXT, launch_id="launch-2")
    await visit.commit(replace(GOAL, words="Other words."))

    [receipt] = await visit.send()

    assert (receipt.state, receipt.reason) == (State.UNKNOWN, "The chart shows other words.")
    assert receipt.draft.words == "Other words."
    assert len(visit.chart.posts_of("Goal")) == 1


async def test_doubt_goes_over_to_the_next_launch_as_it_is(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.commit_then_hang_up]
    await visit.send()
    visit.chart.hangs_on_get = False
    visit.context = replace(CONTEXT, launch_id="launch-2")

    await visit.commit(GOAL)

    assert states(await visit.send()) == [State.UNKNOWN]
    assert states(await visit.check()) == [State.STORED]
    assert len(visit.chart.of_type("Goal")) == 1


async def test_new_words_for_what_is_in_doubt_become_a_statement_of_their_own(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.commit_then_hang_up]
    await visit.send()
    visit.chart.hangs_on_get = False
    visit.context = replace(CONTEXT, launch_id="launch-2")
    edited = replace(GOAL, words="Dance the whole evening.")

    await visit.commit(edited)
    await visit.commit(edited)
    await visit.send()
    receipts = await visit.check()

    assert {receipt.draft.words for receipt in receipts} == {edited.words, GOAL.words}
    assert states(receipts) == [State.STORED, State.STORED]
    assert len(visit.chart.of_type("Goal")) == 2


async def test_other_choice_with_the_same_words_for_what_is_in_doubt_is_not_lost(visit: Visit) -> None:
    await visit.commit(CONFIDENCE)
    visit.chart.faults = [ehr.commit_then_hang_up]
    await visit.send()
    visit.chart.hangs_on_get = False
    visit.context = replace(CONTEXT, launch_id="launch-2")

    await visit.commit(replace(CONFIDENCE, choice="3"))
    await visit.send()
    await visit.check()

    assert {one["valueInteger"] for one in visit.chart.of_type("Observation")} == {8, 3}


async def test_words_that_two_launches_put_in_the_place_of_stored_ones_are_both_kept(visit: Visit) -> None:
    await visit.commit(GOAL)
    await visit.send()
    visit.context = replace(CONTEXT, launch_id="launch-2")
    await visit.commit(replace(GOAL, words="Dance all night."))
    visit.context = replace(CONTEXT, launch_id="launch-3")

    await visit.commit(replace(GOAL, words="Dance one song."))

    assert {one.draft.words for one in await visit.receipts()} == {GOAL.words, "Dance one song."}
    assert [one.draft.words for one in await visit.sender.left_over(visit.context)] == ["Dance all night."]


async def test_provenance_that_an_ended_session_left_is_sent_by_the_next_launch(visit: Visit) -> None:
    await visit.commit(GOAL)
    visit.chart.faults = [ehr.Chart.create, ehr.end_session]
    with pytest.raises(SessionEnded):
        await visit.send()
    visit.chart.session_over = False
    visit.context = replace(CONTEXT, launch_id="launch-2")

    await visit.commit(WORRY)
    await visit.send()

    targets = {one["target"][0]["reference"] for one in visit.chart.of_type("Provenance")}
    assert targets == {"Goal/1", "Observation/1"}


async def test_nobody_elses_item_can_be_committed(visit: Visit) -> None:
    await visit.commit(GOAL)
    stranger = replace(CONTEXT, launch_id="launch-2", owner="owner-2")

    with pytest.raises(WrongPatient):
        await visit.sender.commit(stranger, planned(GOAL))

    assert await visit.sender.receipts("launch-2") == ()


async def test_client_for_another_patient_sends_nothing(visit: Visit) -> None:
    await visit.commit(GOAL)

    with pytest.raises(WrongPatient):
        await visit.sender.send(
            CONTEXT, client=client_of(visit.chart, patient_id="p2"), capability=visit.capability
        )

    assert visit.chart.posts == []


async def test_what_the_guard_refuses_is_not_sent_and_says_so(visit: Visit) -> None:
    await visit.commit(replace(GOAL, addresses=("Patient/p2",)), WORRY)

    receipts = await visit.send()

    assert states(receipts) == [State.REFUSED, State.STORED]
    assert "safety check" in receipts[0].reason
    assert visit.chart.posts_of("Goal") == []


async def test_words_in_the_database_file_are_sealed(visit: Visit, database: Database) -> None:
    await visit.commit(GOAL)
    await visit.send()

    async with database.transaction() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM ledger")).all()

    assert len(rows) == 2
    assert "wedding" not in str(rows)
    assert "Rosa" not in str(rows)


async def test_rows_are_deleted_after_twelve_hours(visit: Visit, database: Database) -> None:
    await visit.commit(GOAL)
    visit.clock.move(12 * 3600)
    await visit.commit(WORRY)
    visit.clock.move(1)

    assert await Retention(database, visit.clock).purge() == 1
    assert [one.draft for one in await visit.sender.receipts(CONTEXT.launch_id)] == [WORRY]


async def test_nothing_said_is_logged(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "smartapp")
    await visit.commit(GOAL)
    visit.chart.on_read = other_words
    visit.chart.faults = [ehr.refuse(502, reason="Rosa Delgado")]

    await visit.send()

    logged = str([record.__dict__ for record in caplog.records if record.name == "smartapp"])
    assert "item-settled" in logged
    for secret in ("wedding", "Rosa", "Something else", GOAL.id):
        assert secret not in logged
