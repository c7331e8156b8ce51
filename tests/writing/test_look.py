"""Looking into the chart tells apart: as sent, otherwise, not there, and not to be told."""

from typing import Any

import pytest

from smartapp.writing.look import Seen, look
from tests.fhir.written import written
from tests.writing.chart import Chart, client_of

SENT = written("goal")


@pytest.fixture
def chart() -> Chart:
    return Chart()


async def test_empty_chart_is_an_answer(chart: Chart) -> None:
    assert (await look(client_of(chart), SENT)).seen is Seen.ABSENT


async def test_candidate_that_the_ehr_does_not_have_leaves_it_to_the_search(chart: Chart) -> None:
    assert (await look(client_of(chart), SENT, candidate="Goal/9")).seen is Seen.ABSENT


async def test_candidate_that_cannot_be_read_makes_an_empty_search_prove_nothing(chart: Chart) -> None:
    chart.read_status = 403

    assert (await look(client_of(chart), SENT, candidate="Goal/9")).seen is Seen.CANNOT_TELL


async def test_without_the_scope_to_search_nothing_can_be_told(chart: Chart) -> None:
    chart.keep(dict(SENT))

    assert (await look(client_of(chart, may="c"), SENT)).seen is Seen.CANNOT_TELL


async def test_of_two_copies_the_one_as_sent_counts(chart: Chart) -> None:
    chart.keep(SENT | {"description": {"text": "Other words."}})
    chart.keep(dict(SENT))

    sight = await look(client_of(chart), SENT)

    assert (sight.seen, sight.reference) == (Seen.SAME, "Goal/2")


async def test_entry_with_our_identifier_at_another_patient_is_not_as_sent(chart: Chart) -> None:
    chart.keep(SENT | {"subject": {"reference": "Patient/p2"}})

    sight = await look(client_of(chart), SENT)

    assert (sight.seen, sight.reason) == (Seen.OTHER, "The chart shows it with another patient.")


@pytest.mark.parametrize(
    "change",
    [
        {"target": [{"reference": "Goal/goal-1"}]},
        {"agent": [{"who": {"display": "Another App 1.0"}}]},
    ],
)
async def test_provenance_of_others_is_not_ours(chart: Chart, change: dict[str, Any]) -> None:
    provenance = written("provenance")
    chart.keep(provenance | change)

    sight = await look(client_of(chart), provenance)

    assert sight.seen is Seen.ABSENT


TAKEN = "The EHR says that it took it. This app may not read it back: look in the chart."


@pytest.mark.parametrize(
    ("may", "candidate", "reason"),
    [
        ("c", "Goal/1", TAKEN),
        ("cs", "Goal/9", TAKEN),
        ("c", "", "This app may not read it in the chart, so it cannot tell: look in the chart."),
        ("cr", "", "This app may not read it in the chart, so it cannot tell: look in the chart."),
    ],
)
async def test_app_that_may_not_read_says_so(chart: Chart, may: str, candidate: str, reason: str) -> None:
    sight = await look(client_of(chart, may=may), SENT, candidate=candidate)

    assert (sight.seen, sight.reason) == (Seen.CANNOT_TELL, reason)


async def test_app_that_may_search_and_not_read_finds_it_all_the_same(chart: Chart) -> None:
    chart.keep(dict(SENT))

    assert (await look(client_of(chart, may="cs"), SENT, candidate="Goal/1")).seen is Seen.SAME


async def test_record_of_the_creation_is_not_taken_for_that_of_a_change(chart: Chart) -> None:
    created = written("provenance_of_update") | {"activity": written("provenance")["activity"]}
    chart.keep(created)

    assert (await look(client_of(chart), written("provenance_of_update"))).seen is Seen.ABSENT


async def test_record_of_an_earlier_change_is_not_taken_for_that_of_this_one(chart: Chart) -> None:
    chart.keep(written("provenance_of_update") | {"recorded": "2026-11-22T22:10:00-05:00"})

    assert (await look(client_of(chart), written("provenance_of_update"))).seen is Seen.ABSENT


async def test_record_with_the_ehrs_own_later_time_may_be_ours(chart: Chart) -> None:
    chart.keep(written("provenance_of_update") | {"recorded": "2026-11-22T22:20:09-05:00"})

    assert (await look(client_of(chart), written("provenance_of_update"))).seen is Seen.CANNOT_TELL


async def test_record_that_the_ehr_named_counts_whatever_time_it_put_there(chart: Chart) -> None:
    chart.keep(written("provenance_of_update") | {"recorded": "2026-11-22T22:20:09-05:00"})

    sight = await look(client_of(chart), written("provenance_of_update"), candidate="Provenance/1")

    assert sight.seen is Seen.SAME
