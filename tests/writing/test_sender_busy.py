"""A busy EHR is given the time that it asks for, within one budget, and never a second copy."""

import httpx2
import pytest

from smartapp.writing.model import State
from tests.writing import chart as ehr
from tests.writing.chart import client_of
from tests.writing.conftest import CONTEXT, GOAL, HOPE, WORRY, Visit

DATE = {"date": "Sun, 22 Nov 2026 15:00:00 GMT"}


def busy(status: int, retry_after: str) -> ehr.Fault:
    return ehr.refuse(status, headers={"retry-after": retry_after, **DATE})


def stored_and_busy(retry_after: str) -> ehr.Fault:
    def fault(chart: ehr.Chart, request: httpx2.Request) -> httpx2.Response:
        chart.commit(request)
        return busy(503, retry_after)(chart, request)

    return fault


@pytest.mark.parametrize(
    ("retry_after", "slept"),
    [
        ("3", [3.0]),
        ("Sun, 22 Nov 2026 15:00:04 GMT", [4.0]),
        ("Sun, 22 Nov 2026 14:00:00 GMT", [0.0]),
        ("86400", []),
        ("Mon, 23 Nov 2026 15:00:00 GMT", []),
        ("soon", []),
    ],
)
@pytest.mark.parametrize("is_stored", [True, False])
async def test_after_a_503_the_chart_is_looked_at_when_the_wait_is_over_and_nothing_is_sent_again(
    visit: Visit, retry_after: str, slept: list[float], is_stored: bool
) -> None:
    visit.chart.faults = [stored_and_busy(retry_after) if is_stored else busy(503, retry_after)]
    await visit.commit(GOAL)

    [receipt] = await visit.send()

    assert receipt.state is (State.STORED if is_stored else State.UNKNOWN)
    assert visit.slept == slept
    assert len(visit.chart.posts_of("Goal")) == 1


@pytest.mark.parametrize(
    ("retry_after", "state", "slept"),
    [
        ("3", State.STORED, [3.0]),
        ("Sun, 22 Nov 2026 15:00:04 GMT", State.STORED, [4.0]),
        ("Sun, 22 Nov 2026 14:00:00 GMT", State.STORED, [0.0]),
        ("soon", State.STORED, [1.0]),
        ("86400", State.REFUSED, []),
        ("Mon, 23 Nov 2026 15:00:00 GMT", State.REFUSED, []),
    ],
)
async def test_429_is_waited_for_in_both_its_forms(
    visit: Visit, retry_after: str, state: State, slept: list[float]
) -> None:
    visit.chart.faults = [busy(429, retry_after)]
    await visit.commit(GOAL)

    [receipt] = await visit.send()

    assert (receipt.state, visit.slept) == (state, slept)


async def test_all_waiting_of_one_press_stays_within_the_budget(visit: Visit) -> None:
    visit.chart.faults = [busy(429, "3"), busy(503, "1"), busy(429, "3"), busy(503, "1")]
    await visit.commit(GOAL, WORRY, HOPE)

    receipts = await visit.send()

    assert visit.slept == [3.0, 1.0, 1.0]
    assert [one.state for one in receipts] == [State.UNKNOWN, State.UNKNOWN, State.REFUSED]


async def test_next_press_has_a_budget_of_its_own(visit: Visit) -> None:
    visit.chart.faults = [busy(429, "4"), ehr.Chart.commit, busy(429, "4")]
    await visit.commit(GOAL, WORRY)
    before = await visit.send()
    visit.chart.faults = [busy(429, "4")]

    after = await visit.retry(GOAL)

    assert [one.state for one in before] == [State.REFUSED, State.STORED]
    assert [one.state for one in after] == [State.STORED, State.STORED]
    assert visit.slept == [4.0, 4.0]


async def test_what_may_be_created_but_not_read_is_never_called_stored_and_never_sent_again(
    visit: Visit,
) -> None:
    client = client_of(visit.chart, may="c")
    await visit.commit(GOAL)

    await visit.sender.send(CONTEXT, client=client, capability=visit.capability)
    visit.clock.move(600)
    await visit.sender.check(CONTEXT, client=client, capability=visit.capability)
    [receipt] = await visit.sender.retry(CONTEXT, GOAL.id, client=client, capability=visit.capability)

    assert (receipt.state, receipt.status, receipt.reference) == (State.UNKNOWN, 201, "")
    assert "may not read it back: look in the chart" in receipt.reason
    assert len(visit.chart.posts) == 1
