"""Changing an entry of the chart: at the version that was seen or not at all, and told only as it is."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest

from smartapp.errors import NotFound, SessionEnded, WrongPatient
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.sdm.model import Change, ChangeKind
from smartapp.writing.changing import Changer, can_change
from smartapp.writing.model import ChangeReceipt, PlannedItem, Rung, State
from tests.writing.chart import (
    Chart,
    Resource,
    client_of,
    commit_then,
    commit_then_answer,
    commit_then_hang_up,
    end_session,
    lose,
    refuse,
)
from tests.writing.conftest import CONTEXT, GOAL, WORRY, Visit

EVERYTHING = Capability(
    known=True,
    interactions=frozenset(
        (one, done)
        for one in ("Goal", "Observation", "DocumentReference", "Provenance")
        for done in ("create", "read", "search-type", "update")
    ),
)
ACHIEVED = Change("1" * 32, ChangeKind.ACHIEVED, "Goal/7", "4", note="“I did it.”")
REWORDED = Change("2" * 32, ChangeKind.REWORDED, "Goal/7", "4", words="Walk to the lake.")
CANCELLED = Change("3" * 32, ChangeKind.NO_LONGER_WANTED, "Goal/7", "4")
TIMEOUT = httpx2.ReadTimeout("no answer")


def a_goal(**changes: Any) -> Resource:  # Any: FHIR JSON
    """A goal of another system's, with elements that this app does not know."""
    return {
        "resourceType": "Goal",
        "id": "7",
        "meta": {"versionId": "4", "source": "#elsewhere"},
        "identifier": [{"system": "urn:elsewhere", "value": "77"}],
        "extension": [{"url": "urn:elsewhere:rank", "valueInteger": 2}],
        "lifecycleStatus": "active",
        "description": {"text": "Walk to the mailbox."},
        "subject": {"reference": "Patient/p1"},
        "note": [{"text": "Discussed in May."}],
    } | changes


@dataclass
class Changing:
    """A visit whose chart holds a goal, and somebody who changes it."""

    visit: Visit
    changer: Changer
    chart: Chart
    capability: Capability = EVERYTHING
    may: str = "crus"
    context: Any = field(default=CONTEXT)  # Any: a WriteContext, replaced in some tests

    @property
    def client(self) -> FhirClient:
        return client_of(self.chart, may=self.may)

    @property
    def goal(self) -> Resource:
        return self.chart.one("Goal", "7")

    async def change(self, change: Change) -> ChangeReceipt:
        return await self.changer.change(self.context, change, client=self.client, capability=self.capability)

    async def take_back(self, row: str, *, over: str = "") -> ChangeReceipt:
        return await self.changer.take_back(
            self.context, row, client=self.client, capability=self.capability, over=over
        )

    async def check(self) -> None:
        await self.changer.check(self.context, client=self.client, capability=self.capability)

    async def receipts(self) -> tuple[ChangeReceipt, ...]:
        return await self.changer.receipts(self.context.launch_id)

    def by_somebody_else(self, **changes: Any) -> None:  # Any: FHIR JSON
        self.chart.change(self.goal | changes)


@pytest.fixture
def changing(visit: Visit) -> Changing:
    visit.capability = EVERYTHING
    visit.chart.stored.append(a_goal())
    return Changing(visit, Changer(visit.sender, visit.ledger, visit.clock), visit.chart)


async def test_achieved_goal_is_stored_read_back_and_told_with_its_new_version(changing: Changing) -> None:
    receipt = await changing.change(ACHIEVED)

    assert (receipt.state, receipt.version, receipt.words) == (State.STORED, "5", "Walk to the mailbox.")
    assert changing.goal["lifecycleStatus"] == "completed"
    assert changing.goal["achievementStatus"]["coding"][0]["code"] == "achieved"
    assert "“I did it.”" in changing.goal["note"][1]["text"]
    assert changing.chart.if_match == ['W/"4"']


async def test_change_keeps_everything_that_it_is_not_about(changing: Changing) -> None:
    await changing.change(CANCELLED)

    kept = a_goal()
    changed = {name for name in kept | changing.goal if kept.get(name) != changing.goal.get(name)}
    assert changed == {"meta", "lifecycleStatus", "statusDate", "note"}
    assert changing.goal["note"][0] == kept["note"][0]


async def test_new_words_are_stored_and_the_old_ones_kept_in_the_note(changing: Changing) -> None:
    receipt = await changing.change(REWORDED)

    assert receipt.state is State.STORED
    assert changing.goal["description"] == {"text": "Walk to the lake."}
    assert "Walk to the mailbox." in changing.goal["note"][1]["text"]
    assert changing.goal["lifecycleStatus"] == "active"


async def test_stored_change_gets_a_provenance_of_its_own(changing: Changing) -> None:
    await changing.change(ACHIEVED)

    (provenance,) = changing.chart.posts_of("Provenance")
    assert provenance["target"] == [{"reference": "Goal/7"}]
    assert provenance["activity"]["coding"][0]["code"] == "UPDATE"


async def test_change_that_was_not_stored_gets_no_provenance(changing: Changing) -> None:
    changing.chart.put_faults.append(refuse(422))

    await changing.change(ACHIEVED)

    assert changing.chart.posts_of("Provenance") == []


async def test_two_presses_of_one_form_are_one_change(changing: Changing) -> None:
    first, second = await asyncio.gather(changing.change(ACHIEVED), changing.change(ACHIEVED))

    assert [first.state, second.state] == [State.STORED, State.STORED]
    assert len(changing.chart.puts) == 1
    assert len(await changing.receipts()) == 1


async def test_two_workers_make_one_change(changing: Changing) -> None:
    other = replace(
        changing, changer=Changer(changing.visit.new_sender(), changing.visit.ledger, changing.visit.clock)
    )

    await asyncio.gather(changing.change(ACHIEVED), other.change(ACHIEVED))

    assert len(changing.chart.puts) == 1
    assert [each.state for each in await changing.receipts()] == [State.STORED]


async def test_other_words_under_the_same_id_are_a_change_of_their_own(changing: Changing) -> None:
    await changing.change(REWORDED)

    again = await changing.change(replace(REWORDED, words="Walk to the sea."))

    assert again.state is State.CONFLICT
    assert [each.change.words for each in await changing.receipts()] == [
        "Walk to the lake.",
        "Walk to the sea.",
    ]


async def test_goal_that_changed_since_it_was_shown_is_not_overwritten(changing: Changing) -> None:
    changing.by_somebody_else(description={"text": "Walk to church."})

    receipt = await changing.change(REWORDED)

    assert (receipt.state, receipt.words) == (State.CONFLICT, "Walk to church.")
    assert receipt.change.words == "Walk to the lake."
    assert changing.chart.puts == []


async def test_second_writer_between_read_and_put_is_not_overwritten(changing: Changing) -> None:
    def meanwhile(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        changing.by_somebody_else(description={"text": "Walk to church."})
        return chart.update(request)

    changing.chart.put_faults.append(meanwhile)

    receipt = await changing.change(REWORDED)

    assert (receipt.state, receipt.status) == (State.CONFLICT, 412)
    assert changing.goal["description"]["text"] == "Walk to church."


async def test_conflict_can_be_followed_by_a_change_of_the_newer_version(changing: Changing) -> None:
    changing.by_somebody_else(description={"text": "Walk to church."})
    await changing.change(REWORDED)

    receipt = await changing.change(replace(REWORDED, id="4" * 32, version="5"))

    assert (receipt.state, receipt.version) == (State.STORED, "6")


@pytest.mark.parametrize(
    "fault",
    [commit_then(TIMEOUT), commit_then_answer(502), commit_then_answer(504)],
    ids=["cut", "502", "504"],
)
async def test_lost_answer_after_it_was_stored_is_found_in_the_chart(changing: Changing, fault: Any) -> None:
    changing.chart.put_faults.append(fault)

    receipt = await changing.change(ACHIEVED)

    assert (receipt.state, receipt.version) == (State.STORED, "5")
    assert len(changing.chart.puts) == 1


@pytest.mark.parametrize("fault", [lose(TIMEOUT), refuse(500), refuse(502)], ids=["cut", "500", "502"])
async def test_lost_request_goes_out_once_more_at_the_same_version(changing: Changing, fault: Any) -> None:
    changing.chart.put_faults.append(fault)

    receipt = await changing.change(ACHIEVED)

    assert receipt.state is State.STORED
    assert changing.chart.if_match == ['W/"4"', 'W/"4"']
    assert changing.chart.puts[0] == changing.chart.puts[1]
    assert len(changing.goal["note"]) == 2


async def test_lost_request_and_another_writer_end_in_a_conflict(changing: Changing) -> None:
    def meanwhile(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        changing.by_somebody_else(description={"text": "Walk to church."})
        raise TIMEOUT

    changing.chart.put_faults.append(meanwhile)

    receipt = await changing.change(ACHIEVED)

    assert receipt.state is State.CONFLICT
    assert changing.goal["lifecycleStatus"] == "active"


async def test_request_that_is_lost_twice_stays_in_doubt_and_is_sent_by_check(changing: Changing) -> None:
    changing.chart.put_faults += [lose(TIMEOUT), lose(TIMEOUT)]

    receipt = await changing.change(ACHIEVED)
    await changing.check()

    assert receipt.state is State.UNKNOWN
    assert [each.state for each in await changing.receipts()] == [State.STORED]
    assert len(changing.goal["note"]) == 2


async def test_chart_that_cannot_be_read_after_a_lost_answer_leaves_it_in_doubt(changing: Changing) -> None:
    changing.chart.put_faults.append(commit_then_hang_up)

    receipt = await changing.change(ACHIEVED)

    assert receipt.state is State.UNKNOWN
    changing.chart.hangs_on_get = False
    await changing.check()
    assert [each.state for each in await changing.receipts()] == [State.STORED]
    assert len(changing.chart.puts) == 1


async def test_refusal_after_an_unclear_attempt_does_not_claim_that_nothing_was_stored(
    changing: Changing,
) -> None:
    changing.chart.put_faults += [lose(TIMEOUT), refuse(403)]

    assert (await changing.change(ACHIEVED)).state is State.UNKNOWN


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 422])
async def test_refused_change_is_told_in_the_ehrs_words_and_nothing_is_claimed(
    changing: Changing, status: int
) -> None:
    changing.chart.put_faults.append(refuse(status, reason="Goals are closed."))

    receipt = await changing.change(ACHIEVED)

    assert (receipt.state, receipt.status) == (State.REFUSED, status)
    assert receipt.reason == "Goals are closed."
    assert len(changing.chart.puts) == 1


@pytest.mark.parametrize("status", [409, 412])
async def test_precondition_that_failed_though_nobody_changed_the_goal_is_a_refusal(
    changing: Changing, status: int
) -> None:
    changing.chart.put_faults.append(refuse(status, reason="Locked by another user."))

    receipt = await changing.change(ACHIEVED)

    assert (receipt.state, receipt.reason) == (State.REFUSED, "Locked by another user.")


@pytest.mark.parametrize("status", [429, 503])
async def test_busy_ehr_is_waited_for_within_the_budget(changing: Changing, status: int) -> None:
    changing.chart.put_faults.append(refuse(status, headers={"retry-after": "2"}))

    receipt = await changing.change(ACHIEVED)

    assert receipt.state is State.STORED
    assert changing.visit.slept == [2.0]


async def test_ehr_that_is_busy_for_too_long_is_a_refusal_with_the_words_kept(changing: Changing) -> None:
    changing.chart.put_faults.append(refuse(429, headers={"retry-after": "600"}))

    receipt = await changing.change(ACHIEVED)

    assert (receipt.state, receipt.change.note) == (State.REFUSED, ACHIEVED.note)
    assert changing.visit.slept == []


async def test_chart_that_shows_something_else_after_a_200_is_not_called_stored(changing: Changing) -> None:
    def answer_only(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        changing.by_somebody_else(description={"text": "Cut."})
        return httpx2.Response(200, json={})

    changing.chart.put_faults.append(answer_only)

    receipt = await changing.change(REWORDED)

    assert receipt.state is State.UNKNOWN
    assert receipt.reason == "The chart shows it otherwise than you confirmed it."


async def test_session_that_ends_keeps_the_words_and_sends_them_once_pressed_again(
    changing: Changing,
) -> None:
    changing.chart.put_faults.append(end_session)

    with pytest.raises(SessionEnded):
        await changing.change(REWORDED)

    (kept,) = await changing.receipts()
    assert (kept.state, kept.change.words) == (State.PLANNED, "Walk to the lake.")
    changing.chart.session_over = False
    await changing.visit.send()
    await changing.visit.check()
    assert len(changing.chart.puts) == 1
    assert (await changing.change(REWORDED)).state is State.STORED


async def test_session_that_is_over_before_the_read_keeps_the_words(changing: Changing) -> None:
    changing.chart.session_over = True

    with pytest.raises(SessionEnded):
        await changing.change(REWORDED)

    (kept,) = await changing.receipts()
    assert (kept.state, kept.change.words) == (State.PLANNED, "Walk to the lake.")


async def test_later_launch_of_the_same_clinician_is_told_what_was_left_over(changing: Changing) -> None:
    changing.chart.session_over = True
    with pytest.raises(SessionEnded):
        await changing.change(REWORDED)

    later = replace(CONTEXT, launch_id="launch-2")
    strangers = replace(CONTEXT, launch_id="launch-3", owner="owner-2")

    (left,) = await changing.changer.left_over(later)
    assert left.change.words == "Walk to the lake."
    assert await changing.changer.left_over(strangers) == ()


@pytest.mark.parametrize("stored_in", ["launch-0", "launch-2"])
async def test_conflict_with_the_clinicians_own_other_tab_is_told_later(
    changing: Changing, stored_in: str
) -> None:
    changing.context = replace(CONTEXT, launch_id=stored_in)
    await changing.change(ACHIEVED)
    changing.context = replace(CONTEXT, launch_id="launch-1")
    conflict = await changing.change(REWORDED)

    (left,) = await changing.changer.left_over(replace(CONTEXT, launch_id="launch-3"))

    assert conflict.state is State.CONFLICT
    assert left.change.words == "Walk to the lake."


async def test_change_that_was_stored_after_all_leaves_nothing_over(changing: Changing) -> None:
    changing.chart.put_faults.append(refuse(422))
    await changing.change(REWORDED)
    await changing.change(replace(REWORDED, id="4" * 32))

    assert await changing.changer.left_over(replace(CONTEXT, launch_id="launch-2")) == ()


async def test_later_launch_settles_what_an_earlier_one_left_in_doubt(changing: Changing) -> None:
    changing.chart.put_faults.append(commit_then_hang_up)
    await changing.change(ACHIEVED)
    changing.chart.hangs_on_get = False

    changing.context = replace(CONTEXT, launch_id="launch-2")
    await changing.check()

    assert [each.state for each in await changing.receipts()] == [State.STORED]
    assert len(changing.chart.puts) == 1


async def test_change_that_a_crash_left_on_its_way_is_settled_by_check(changing: Changing) -> None:
    def crash(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        chart.update(request)
        raise KeyboardInterrupt

    changing.chart.put_faults.append(crash)
    with pytest.raises(KeyboardInterrupt):
        await changing.change(ACHIEVED)
    await changing.check()
    (on_its_way,) = await changing.receipts()

    changing.visit.clock.move(61)
    await changing.check()

    (settled,) = await changing.receipts()
    assert (on_its_way.state, settled.state) == (State.SENDING, State.STORED)
    assert len(changing.chart.puts) == 1


async def test_two_workers_that_check_send_a_lost_request_once_more(changing: Changing) -> None:
    changing.chart.put_faults += [lose(TIMEOUT), lose(TIMEOUT)]
    await changing.change(ACHIEVED)
    visit = changing.visit
    other = replace(changing, changer=Changer(visit.new_sender(), visit.ledger, visit.clock))

    await asyncio.gather(changing.check(), other.check())

    assert len(changing.chart.puts) == 3
    assert [each.state for each in await changing.receipts()] == [State.STORED]


async def test_session_that_ends_while_a_doubt_is_checked_leaves_the_doubt(changing: Changing) -> None:
    changing.chart.put_faults += [lose(TIMEOUT), lose(TIMEOUT), end_session]
    await changing.change(ACHIEVED)

    with pytest.raises(SessionEnded):
        await changing.check()

    assert [each.state for each in await changing.receipts()] == [State.UNKNOWN]


async def test_check_leaves_alone_what_is_not_in_doubt(changing: Changing) -> None:
    changing.chart.put_faults.append(refuse(422))
    await changing.change(REWORDED)
    await changing.change(ACHIEVED)
    changing.by_somebody_else(lifecycleStatus="active")

    await changing.check()

    assert [each.state for each in await changing.receipts()] == [State.REFUSED, State.STORED]
    assert len(changing.chart.puts) == 2


async def test_change_that_was_refused_and_stored_all_the_same_is_found(changing: Changing) -> None:
    changing.chart.put_faults.append(commit_then_answer(422))
    refused = await changing.change(ACHIEVED)

    again = await changing.change(ACHIEVED)

    assert (refused.state, again.state) == (State.REFUSED, State.STORED)
    assert len(changing.chart.puts) == 1


async def test_goal_of_another_patient_is_not_changed(changing: Changing) -> None:
    changing.chart.stored[0] = a_goal(subject={"reference": "Patient/p2"})

    with pytest.raises(WrongPatient):
        await changing.change(ACHIEVED)

    assert changing.chart.puts == []


async def test_client_for_another_patient_changes_nothing(changing: Changing) -> None:
    client = client_of(changing.chart, patient_id="p2", may="crus")

    with pytest.raises(WrongPatient):
        await changing.changer.change(CONTEXT, ACHIEVED, client=client, capability=EVERYTHING)

    assert changing.chart.puts == []


async def test_goal_without_a_version_is_not_changed(changing: Changing) -> None:
    changing.chart.stored[0] = a_goal(meta={})

    receipt = await changing.change(replace(ACHIEVED, version=""))

    assert receipt.state is State.REFUSED
    assert "no version" in receipt.reason
    assert changing.chart.puts == []


async def test_goal_described_by_a_code_gets_no_other_words(changing: Changing) -> None:
    coded = {"text": "Walk", "coding": [{"system": "http://snomed.info/sct", "code": "1"}]}
    changing.chart.stored[0] = a_goal(description=coded)

    receipt = await changing.change(REWORDED)

    assert receipt.state is State.REFUSED
    assert changing.chart.puts == []


async def test_words_that_the_chart_has_already_are_not_sent(changing: Changing) -> None:
    receipt = await changing.change(replace(REWORDED, words="Walk to the mailbox."))

    assert receipt.state is State.REFUSED
    assert changing.chart.puts == []


@pytest.mark.parametrize(
    ("offered", "may", "expected"),
    [("update", "ru", True), ("read", "ru", False), ("update", "r", False), ("update", "u", False)],
)
def test_change_needs_the_offer_the_permission_and_to_read_it_back(
    offered: str, may: str, expected: bool
) -> None:
    capability = Capability(known=True, interactions=frozenset({("Goal", offered)}))

    assert can_change("Goal", capability=capability, may=lambda _type, action: action in may) is expected


async def test_ehr_that_offers_no_update_is_not_sent_one(changing: Changing) -> None:
    changing.capability = Capability(known=True, interactions=frozenset({("Goal", "read")}))

    receipt = await changing.change(ACHIEVED)

    assert receipt.state is State.REFUSED
    assert changing.chart.puts == []


@pytest.fixture
async def sent(changing: Changing) -> Changing:
    """A goal and a worry that this visit has just sent, as Goal/2 and Observation/1."""
    await changing.visit.commit(GOAL, WORRY)
    await changing.visit.send()
    return changing


@pytest.mark.parametrize(
    ("draft", "entry", "element"),
    [(GOAL, ("Goal", "2"), "lifecycleStatus"), (WORRY, ("Observation", "1"), "status")],
    ids=["goal", "worry"],
)
async def test_what_was_sent_is_taken_back_as_entered_in_error(
    sent: Changing, draft: Any, entry: tuple[str, str], element: str
) -> None:
    receipt = await sent.take_back(draft.id)

    assert (receipt.state, receipt.version, receipt.words) == (State.STORED, "2", draft.words)
    assert sent.chart.one(*entry)[element] == "entered-in-error"
    nullified = sent.chart.posts_of("Provenance")[-1]
    assert nullified["target"] == [{"reference": "/".join(entry)}]
    assert nullified["activity"]["coding"][0]["code"] == "NULLIFY"


async def test_note_is_taken_back_with_all_its_statements(changing: Changing) -> None:
    items = [PlannedItem(draft, Rung.NOTE) for draft in (GOAL, WORRY)]
    await changing.visit.sender.commit(CONTEXT, items)
    (row,) = {receipt.row for receipt in await changing.visit.send()}

    receipt = await changing.take_back(row)

    assert receipt.state is State.STORED
    assert changing.chart.one("DocumentReference", "1")["status"] == "entered-in-error"
    receipts = await changing.visit.sender.receipts(CONTEXT.launch_id)
    assert [each.taken_back for each in receipts] == [State.STORED, State.STORED]


async def test_receipt_tells_that_it_was_taken_back(sent: Changing) -> None:
    await sent.take_back(GOAL.id)

    receipts = {each.draft.id: each for each in await sent.visit.sender.receipts(CONTEXT.launch_id)}
    assert receipts[GOAL.id].taken_back is State.STORED
    assert receipts[WORRY.id].taken_back is None


async def test_two_presses_take_it_back_once(sent: Changing) -> None:
    await asyncio.gather(sent.take_back(GOAL.id), sent.take_back(GOAL.id))

    assert len(sent.chart.puts) == 1
    assert len(await sent.receipts()) == 1


@pytest.mark.parametrize("at_once", [False, True])
async def test_presses_on_two_pages_take_it_back_once_and_say_so(sent: Changing, at_once: bool) -> None:
    if at_once:
        await asyncio.gather(sent.take_back(GOAL.id), sent.take_back(GOAL.id, over="1"))
    else:
        await sent.take_back(GOAL.id)
        await sent.take_back(GOAL.id, over="1")

    receipts = {each.draft.id: each for each in await sent.visit.sender.receipts(CONTEXT.launch_id)}
    written = await sent.changer.written(CONTEXT, GOAL.id)
    assert len(sent.chart.puts) == 1
    assert receipts[GOAL.id].taken_back is State.STORED
    assert written.taken_back is not None
    assert written.taken_back.state is State.STORED


async def test_what_somebody_changed_meanwhile_is_not_taken_back_unseen(sent: Changing) -> None:
    sent.chart.change(sent.chart.one("Goal", "2") | {"description": {"text": "Dance, sitting."}})

    first = await sent.take_back(GOAL.id)

    assert first.state is State.CONFLICT
    assert sent.chart.puts == []
    second = await sent.take_back(GOAL.id, over="2")
    assert second.state is State.STORED
    assert sent.chart.one("Goal", "2")["lifecycleStatus"] == "entered-in-error"
    assert sent.chart.one("Goal", "2")["description"] == {"text": "Dance, sitting."}


async def test_what_this_visit_changed_itself_can_be_taken_back(sent: Changing) -> None:
    await sent.change(Change("5" * 32, ChangeKind.REWORDED, "Goal/2", "1", words="Dance all night."))

    receipt = await sent.take_back(GOAL.id)

    assert (receipt.state, receipt.version) == (State.STORED, "3")


async def test_entry_that_is_not_ours_any_more_is_not_taken_back(sent: Changing) -> None:
    sent.chart.one("Goal", "2")["identifier"] = [{"system": "urn:elsewhere", "value": "9"}]

    receipt = await sent.take_back(GOAL.id)

    assert receipt.state is State.REFUSED
    assert sent.chart.puts == []


async def test_doubt_about_taking_back_is_settled_before_anything_else(sent: Changing) -> None:
    sent.chart.put_faults.append(commit_then_hang_up)
    doubtful = await sent.take_back(GOAL.id)
    sent.chart.hangs_on_get = False

    settled = await sent.take_back(GOAL.id, over="2")

    assert (doubtful.state, settled.state) == (State.UNKNOWN, State.STORED)
    assert len(sent.chart.puts) == 1
    assert len(await sent.receipts()) == 1


async def test_refusal_to_take_back_can_be_tried_again(sent: Changing) -> None:
    sent.chart.put_faults.append(refuse(403, reason="Not now."))
    refused = await sent.take_back(GOAL.id)

    again = await sent.take_back(GOAL.id)

    assert (refused.state, refused.reason) == (State.REFUSED, "Not now.")
    assert again.state is State.STORED


async def test_row_that_is_not_in_the_chart_cannot_be_taken_back(sent: Changing) -> None:
    changed = await sent.change(ACHIEVED)

    for row in ("f" * 32, changed.change.id):
        with pytest.raises(NotFound):
            await sent.take_back(row)
    with pytest.raises(NotFound):
        await sent.changer.take_back(
            replace(CONTEXT, launch_id="launch-2"), GOAL.id, client=sent.client, capability=EVERYTHING
        )


async def test_sending_and_changing_leave_one_another_alone(sent: Changing) -> None:
    sent.chart.put_faults.append(refuse(422))
    await sent.change(ACHIEVED)

    await sent.visit.send()
    await sent.visit.check()
    receipts = await sent.visit.sender.receipts(CONTEXT.launch_id)

    assert [each.draft.id for each in receipts] == [GOAL.id, WORRY.id]
    assert len(sent.chart.puts) == 1
