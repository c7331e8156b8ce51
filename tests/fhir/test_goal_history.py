"""Earlier versions of a goal: read in order, and only when all of them are this patient's and this goal's."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from smartapp.errors import AnswerUnreadable
from smartapp.fhir.client import FhirRefused, NotPermitted
from smartapp.fhir.goal_history import MOST_VERSIONS, GoalHistory, read_goal_history
from smartapp.sdm.goal_track import GoalVersion
from smartapp.sdm.model import Known
from tests.fhir.read_server import FakeServer, client_of, fhir, goal, outcome

Json = dict[str, Any]  # FHIR JSON
NEW_YORK = ZoneInfo("America/New_York")


def version(number: int, status: str, on: str, **more: Any) -> Json:
    meta = {"versionId": str(number), "lastUpdated": f"{on}T11:20:00-05:00"}
    return goal(meta=meta, lifecycleStatus=status, statusDate=on, **more)


def history(*versions: Any, **more: Any) -> FakeServer:
    """A server that has these versions, the newest first."""
    entries = [{"resource": one, "request": {"method": "PUT", "url": "Goal/g1"}} for one in versions]
    body = {"resourceType": "Bundle", "type": "history", "entry": entries} | more
    return FakeServer(broken=lambda _: fhir(body))


async def test_versions_come_oldest_first_with_day_and_status() -> None:
    achieved = {"coding": [{"code": "achieved"}]}
    server = history(
        version(2, "completed", "2026-09-16", achievementStatus=achieved),
        version(1, "active", "2024-07-31", description={"text": "Walk"}),
    )

    assert await read_goal_history(client_of(server), "Goal/g1") == GoalHistory(
        (
            GoalVersion(date(2024, 7, 31), "active"),
            GoalVersion(date(2026, 9, 16), "completed", "achieved"),
        ),
        is_whole=True,
    )
    (request,) = server.requests
    assert str(request.url).endswith(f"/Goal/g1/_history?_count={MOST_VERSIONS}")


async def test_version_without_a_status_day_stands_on_the_day_it_was_written() -> None:
    server = history(goal(meta={"lastUpdated": "2024-07-31T11:20:00-05:00"}))

    assert await read_goal_history(client_of(server), "Goal/g1", zone=NEW_YORK) == GoalHistory(
        (GoalVersion(date(2024, 7, 31), "active", is_recorded=True),), is_whole=True
    )


@pytest.mark.parametrize(
    ("written", "zone", "day"),
    [
        ("2026-03-02T01:30:00Z", NEW_YORK, date(2026, 3, 1)),
        ("2026-03-02T01:30:00.123Z", ZoneInfo("Asia/Tokyo"), date(2026, 3, 2)),
        ("2026-03-01T20:30:00-05:00", ZoneInfo("UTC"), date(2026, 3, 2)),
        ("0001-01-01T00:00:00Z", NEW_YORK, date(1, 1, 1)),
        ("9999-12-31T23:59:59Z", ZoneInfo("Asia/Tokyo"), date(9999, 12, 31)),
        ("2026-03-02", NEW_YORK, date(2026, 3, 2)),
    ],
)
async def test_day_on_which_a_version_was_written_is_the_clinics(
    written: str, zone: ZoneInfo, day: date
) -> None:
    server = history(goal(meta={"lastUpdated": written}))

    found = await read_goal_history(client_of(server), "Goal/g1", zone=zone)

    assert [one.on for one in found.versions] == [day]


@pytest.mark.parametrize(("told", "known_to"), [("2025", Known.YEAR), ("2025-03", Known.MONTH)])
async def test_day_that_a_version_tells_in_part_stays_a_part(told: str, known_to: Known) -> None:
    found = await read_goal_history(client_of(history(version(1, "active", told))), "Goal/g1")

    assert [(one.known_to, one.is_recorded) for one in found.versions] == [(known_to, False)]


async def test_versions_entered_in_error_are_left_out() -> None:
    server = history(version(2, "entered-in-error", "2024-08-01"), version(1, "active", "2024-07-31"))

    found = await read_goal_history(client_of(server), "Goal/g1")

    assert (len(found.versions), found.is_whole) == (1, True)


NEXT = [{"relation": "next", "url": "https://ehr.example/fhir/Goal/g1/_history?page=2"}]


@pytest.mark.parametrize(
    ("newer", "more"),
    [
        (version(2, "completed", "2024-08-01"), {"link": NEXT}),
        (version(2, "completed", "2024-08-01"), {"total": 3}),
        ({"resourceType": "OperationOutcome"}, {"total": 2}),
        (goal(), {}),
        ({}, {}),
        ("no version", {}),
    ],
)
async def test_history_with_a_further_page_or_a_version_that_tells_nothing_is_not_whole(
    newer: Any, more: Json
) -> None:
    server = history(newer, version(1, "active", "2024-07-31"), **more)

    assert not (await read_goal_history(client_of(server), "Goal/g1")).is_whole


@pytest.mark.parametrize("total", [2, 1, None, "many", 2.5, True, [], -1])
async def test_history_is_not_doubted_for_a_total_that_says_nothing_of_more(total: Any) -> None:
    server = history(version(2, "completed", "2024-08-01"), version(1, "active", "2024-07-31"), total=total)

    found = await read_goal_history(client_of(server), "Goal/g1")

    assert (len(found.versions), found.is_whole) == (2, True)


@pytest.mark.parametrize(
    "foreign",
    [
        {"subject": {"reference": "Patient/p2"}},
        {"subject": {"reference": "https://elsewhere.example/fhir/Patient/p1"}},
        {"subject": {}},
        {"id": "g2"},
        {"description": "no concept"},
    ],
)
async def test_answer_with_one_version_that_is_not_this_goals_is_not_used_at_all(foreign: Json) -> None:
    server = history(version(2, "completed", "2026-09-16"), version(1, "active", "2024-07-31") | foreign)

    with pytest.raises(AnswerUnreadable):
        await read_goal_history(client_of(server), "Goal/g1")


async def test_server_without_a_history_is_told_apart_from_one_without_versions() -> None:
    refusing = FakeServer(broken=lambda _: outcome(405, "no history"))

    with pytest.raises(FhirRefused):
        await read_goal_history(client_of(refusing), "Goal/g1")
    assert await read_goal_history(client_of(history()), "Goal/g1") == GoalHistory((), is_whole=True)


async def test_without_the_scope_nothing_is_asked() -> None:
    server = history()

    with pytest.raises(NotPermitted):
        await read_goal_history(client_of(server, may=lambda _type, _action: False), "Goal/g1")
    assert server.requests == []


@pytest.mark.parametrize("reference", ["Goal/..", "Goal/g1/x", "Goal/", "../g1"])
async def test_reference_that_would_climb_is_not_asked_for(reference: str) -> None:
    server = history()

    with pytest.raises(AnswerUnreadable):
        await read_goal_history(client_of(server), reference)
    assert server.requests == []


async def test_no_more_versions_are_used_than_were_asked_for() -> None:
    many = [version(number, "active", "2024-07-31") for number in range(MOST_VERSIONS + 20, 0, -1)]

    found = await read_goal_history(client_of(history(*many)), "Goal/g1")

    assert (len(found.versions), found.is_whole) == (MOST_VERSIONS, False)
