"""Filing the handout: once, whatever the EHR does, and never said to be there before it was read back."""

import asyncio
import base64
from contextlib import suppress
from dataclasses import dataclass, replace

import httpx2
import pytest

from smartapp.errors import SessionEnded, WrongPatient
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.sdm.model import ChangeKind
from smartapp.writing.changing import Changer
from smartapp.writing.entry import FiledHandout
from smartapp.writing.filing import Filer, row_of
from smartapp.writing.model import HandoutReceipt, State, WriteContext, WriteSite
from tests.test_adversary_crash import Steps
from tests.writing.chart import (
    Chart,
    Fault,
    client_of,
    commit_then,
    commit_then_answer,
    commit_then_hang_up,
    end_session,
    lose,
    refuse,
)
from tests.writing.conftest import CONTEXT, GOAL, Visit

PAGE = FiledHandout("What matters to you", "What matters to you\n\nYour goal\n“Dance at the wedding.”", "en")
OTHER = replace(PAGE, text=PAGE.text + "\n\nWhy\nSo that you can dance.")
TIMEOUT = httpx2.ReadTimeout("no answer")
EVERYTHING = Capability(
    known=True,
    interactions=frozenset(
        (one, done)
        for one in ("Goal", "Observation", "DocumentReference", "Provenance")
        for done in ("create", "read", "search-type", "update")
    ),
    conditional_creates=frozenset({"DocumentReference"}),
)


@dataclass
class Filing:
    """A visit that files handouts, and takes them back."""

    visit: Visit
    filer: Filer
    changer: Changer
    context: WriteContext

    @property
    def chart(self) -> Chart:
        return self.visit.chart

    @property
    def client(self) -> FhirClient:
        return client_of(self.chart, may="crus")

    async def file(self, handout: FiledHandout = PAGE) -> HandoutReceipt:
        return await self.filer.file(self.context, handout, client=self.client, capability=EVERYTHING)

    async def check(self) -> None:
        await self.filer.check(self.context, client=self.client, capability=EVERYTHING)

    async def receipts(self) -> tuple[HandoutReceipt, ...]:
        return await self.filer.receipts(self.context.launch_id, owner=self.context.owner)

    async def only(self) -> HandoutReceipt:
        (receipt,) = await self.receipts()
        return receipt

    async def take_back(self, row: str) -> None:
        await self.changer.take_back(self.context, row, client=self.client, capability=EVERYTHING)

    @property
    def texts(self) -> list[str]:
        """The handouts in the chart that are not taken back."""
        return [
            base64.b64decode(one["content"][0]["attachment"]["data"]).decode()
            for one in self.chart.of_type("DocumentReference")
            if one["status"] == "current"
        ]

    def in_launch(self, launch_id: str, **others: str) -> "Filing":
        return replace(self, context=replace(self.context, launch_id=launch_id, **others))  # type: ignore[arg-type]


@pytest.fixture
def filing(visit: Visit) -> Filing:
    context = replace(CONTEXT, site=WriteSite(files_handout=True))
    return Filing(
        visit,
        Filer(visit.sender, visit.ledger, visit.clock),
        Changer(visit.sender, visit.ledger, visit.clock),
        context,
    )


async def test_handout_is_stored_when_the_chart_shows_it_as_it_was(filing: Filing) -> None:
    receipt = await filing.file()

    assert (receipt.state, receipt.reference) == (State.STORED, "DocumentReference/1")
    assert filing.texts == [PAGE.text]
    assert filing.chart.if_none_exist[0] is not None


async def test_same_handout_is_filed_once_however_often_it_is_confirmed(filing: Filing) -> None:
    await asyncio.gather(*(filing.file() for _ in range(4)))
    await filing.file()

    assert filing.texts == [PAGE.text]
    assert len(filing.chart.posts_of("DocumentReference")) == 1


async def test_two_senders_file_it_once(filing: Filing) -> None:
    visit = filing.visit
    others = [replace(filing, filer=Filer(visit.new_sender(), visit.ledger, visit.clock)) for _ in range(3)]

    await asyncio.gather(*(one.file() for one in others))

    assert filing.texts == [PAGE.text]


LOST: tuple[Fault, ...] = (
    commit_then_answer(500),
    commit_then_answer(502),
    commit_then_answer(409),
    commit_then_answer(412),
    commit_then_answer(408),
    commit_then(TIMEOUT),
    commit_then(httpx2.RemoteProtocolError("broken off")),
)


@pytest.mark.parametrize("fault", LOST)
async def test_lost_answer_is_found_in_the_chart_and_not_sent_again(filing: Filing, fault: Fault) -> None:
    filing.chart.faults = [fault]

    receipt = await filing.file()

    assert receipt.state is State.STORED
    assert filing.texts == [PAGE.text]


NEVER_ARRIVED: tuple[Fault, ...] = (
    lose(TIMEOUT),
    refuse(500),
    refuse(503),
    refuse(409),
    refuse(412),
    refuse(408),
)


@pytest.mark.parametrize("fault", NEVER_ARRIVED)
async def test_what_is_not_in_the_chart_is_in_doubt_until_a_search_is_believed(
    filing: Filing, fault: Fault
) -> None:
    filing.chart.faults = [fault]

    first = await filing.file()
    again = await filing.file()

    assert (first.state, again.state) == (State.UNKNOWN, State.UNKNOWN)
    assert filing.texts == []
    filing.visit.clock.move(61)
    await filing.check()
    assert filing.texts == []  # looking sends nothing
    assert (await filing.file()).state is State.STORED
    assert filing.texts == [PAGE.text]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 422])
async def test_refused_handout_keeps_its_words_and_the_reason(filing: Filing, status: int) -> None:
    filing.chart.faults = [refuse(status, reason="no such type")]

    receipt = await filing.file()

    assert (receipt.state, receipt.status, receipt.reason) == (State.REFUSED, status, "no such type")
    assert receipt.text == PAGE.text
    assert filing.texts == []
    assert (await filing.file()).state is State.STORED


async def test_index_that_is_behind_makes_no_second_document(filing: Filing) -> None:
    filing.chart.faults = [commit_then_answer(502)]
    filing.chart.is_index_behind = True
    first = await filing.file()
    again = await filing.file()
    filing.chart.is_index_behind = False

    await filing.check()

    assert (first.state, again.state) == (State.UNKNOWN, State.UNKNOWN)
    assert (await filing.only()).state is State.STORED
    assert filing.texts == [PAGE.text]


async def test_ehr_that_stops_answering_leaves_it_in_doubt(filing: Filing) -> None:
    filing.chart.faults = [commit_then_hang_up]

    receipt = await filing.file()

    assert receipt.state is State.UNKNOWN
    filing.chart.hangs_on_get = False
    await filing.check()
    assert (await filing.only()).state is State.STORED
    assert filing.texts == [PAGE.text]


async def test_session_that_ends_keeps_the_handout_for_later(filing: Filing) -> None:
    filing.chart.faults = [end_session]

    with pytest.raises(SessionEnded):
        await filing.file()

    assert (await filing.only()).state is State.PLANNED
    filing.chart.session_over = False
    later = filing.in_launch("launch-2")
    assert (await later.file()).state is State.STORED
    assert (await later.only()).is_here
    assert filing.texts == [PAGE.text]


@pytest.mark.parametrize("is_in_chart", [True, False])
async def test_worker_that_dies_while_sending_leaves_one_document_or_none(
    filing: Filing, is_in_chart: bool
) -> None:
    fault = commit_then(asyncio.CancelledError()) if is_in_chart else lose(asyncio.CancelledError())  # type: ignore[arg-type]
    filing.chart.faults = [fault]
    with pytest.raises(asyncio.CancelledError):
        await filing.file()
    left = await filing.only()
    too_soon = await filing.file()

    filing.visit.clock.move(61)
    after = await filing.file()
    if after.state is not State.STORED:
        after = await filing.file()

    assert (left.state, too_soon.state) == (State.SENDING, State.SENDING)
    assert after.state is State.STORED
    assert filing.texts == [PAGE.text]


async def test_doubt_of_an_earlier_launch_is_settled_by_a_later_one(filing: Filing) -> None:
    filing.chart.faults = [commit_then_hang_up]
    await filing.file()
    filing.chart.hangs_on_get = False
    later = filing.in_launch("launch-2")
    before = await later.only()

    await later.check()

    assert (before.state, before.is_here) == (State.UNKNOWN, False)
    assert ((await later.only()).state, (await later.only()).is_here) == (State.STORED, True)
    assert filing.texts == [PAGE.text]


async def test_same_handout_from_another_launch_is_the_same_document(filing: Filing) -> None:
    await filing.file()

    receipt = await filing.in_launch("launch-2").file()

    assert (receipt.state, receipt.reference) == (State.STORED, "DocumentReference/1")
    assert filing.texts == [PAGE.text]


async def test_other_words_are_another_document(filing: Filing) -> None:
    await filing.file()
    await filing.file(OTHER)

    assert filing.texts == [PAGE.text, OTHER.text]
    assert [one.text for one in await filing.receipts()] == [PAGE.text, OTHER.text]


async def test_of_what_was_not_stored_only_the_last_is_told(filing: Filing) -> None:
    filing.chart.faults = [refuse(422), refuse(422)]
    await filing.file()
    await filing.file(OTHER)

    assert (await filing.only()).text == OTHER.text


async def test_handout_that_was_taken_back_can_be_filed_anew(filing: Filing) -> None:
    first = await filing.file()
    await filing.take_back(first.row)
    receipts = await filing.receipts()

    second = await filing.file()

    assert receipts[0].taken_back is State.STORED
    assert second.row == row_of(PAGE, filing.context.owner, receipts) != first.row
    assert filing.texts == [PAGE.text]
    assert len(filing.chart.of_type("DocumentReference")) == 2


async def test_taking_it_back_marks_it_and_changes_nothing_else(filing: Filing) -> None:
    receipt = await filing.file()
    before = dict(filing.chart.one("DocumentReference", "1"))

    await filing.take_back(receipt.row)

    after = filing.chart.one("DocumentReference", "1")
    assert after["status"] == "entered-in-error"
    assert {**after, "status": "", "meta": {}} == {**before, "status": "", "meta": {}}
    (wish,) = await filing.changer.receipts(filing.context.launch_id)
    assert (wish.change.kind, wish.state) == (ChangeKind.WITHDRAWN, State.STORED)


async def test_chart_that_shows_other_words_is_not_called_stored(filing: Filing) -> None:
    def other_words(resource: dict[str, object]) -> dict[str, object]:
        data = base64.b64encode(b"Other words").decode()
        return resource | {"content": [{"attachment": {"contentType": "text/plain", "data": data}}]}

    filing.chart.on_read = other_words

    receipt = await filing.file()

    assert receipt.state is State.UNKNOWN
    assert receipt.reason == "The chart shows other words."


async def test_client_of_another_patient_sends_nothing(filing: Filing) -> None:
    client = client_of(filing.chart, patient_id="p2")

    with pytest.raises(WrongPatient):
        await filing.filer.file(filing.context, PAGE, client=client, capability=EVERYTHING)

    assert filing.chart.posts == []


async def test_owner_of_another_chart_sees_nothing_of_it(filing: Filing) -> None:
    await filing.file()

    assert await filing.in_launch("launch-2", owner="owner-2").receipts() == ()
    with pytest.raises(WrongPatient):
        await filing.in_launch("launch-1", owner="owner-2").receipts()


async def test_it_is_not_told_as_a_statement_nor_sent_with_them(filing: Filing) -> None:
    filing.chart.faults = [refuse(422)]
    await filing.file()
    await filing.visit.commit(GOAL)

    receipts = await filing.visit.send()

    assert [one.draft.id for one in receipts] == [GOAL.id]
    assert filing.chart.posts_of("DocumentReference")[1:] == []
    assert (await filing.only()).state is State.REFUSED


async def test_who_filed_it_is_recorded_once_and_by_itself(filing: Filing) -> None:
    filing.visit.capability = EVERYTHING
    await filing.visit.commit(GOAL)
    await filing.visit.send()
    await filing.file()
    await filing.file()

    targets = [one["target"] for one in filing.chart.of_type("Provenance")]
    assert targets == [[{"reference": "Goal/1"}], [{"reference": "DocumentReference/1"}]]
    agents = filing.chart.of_type("Provenance")[-1]["agent"]
    assert [one["type"]["coding"][0]["code"] for one in agents] == ["author", "assembler"]


async def test_worker_that_dies_at_any_moment_leaves_one_document_in_the_end(
    visit: Visit, filing: Filing
) -> None:
    counted = Steps()
    await counted.of(filing.file(replace(PAGE, text="Counted.")))
    tried = range(1, counted.taken + 1, max(counted.taken // 25, 1))
    for moment in tried:
        page = replace(PAGE, text=f"What matters to you. {moment}")
        with suppress(asyncio.CancelledError):  # some databases wait less often than at the first time
            await Steps().of(filing.file(page), dies_at=moment)
        while (task := asyncio.current_task()) is not None and task.cancelling():
            task.uncancel()
        visit.clock.move(61)
        await filing.file(page)
        await filing.file(page)
        assert filing.texts.count(page.text) == 1, moment
    assert len(tried) >= 20
