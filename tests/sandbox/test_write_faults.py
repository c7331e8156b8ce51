"""Writes that come to grief, one way at a time: what is stored then, and what the client hears."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from smartapp.sandbox.lost_writes import BrokenOff
from tests.sandbox.bodies import EVERY_TYPE, NAMED, answers, care_plan, note, order
from tests.sandbox.support import Json, World, goal, observation

Write = Callable[[World], Awaitable[int]]

IDS = "identifier=urn:ids|visit-1"
PUT_G1: Json = {"If-Match": 'W/"1"'}


def bundle(*resources: Json) -> Json:
    entries = [
        {
            "fullUrl": f"urn:uuid:{position}",
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }
        for position, resource in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


async def create(world: World) -> int:
    return (await world.create(goal("x"))).status_code


async def update(world: World) -> int:
    body = {**goal("x"), "id": "g1"}
    return (await world.http.put("/open/fhir/Goal/g1", json=body, headers=PUT_G1)).status_code


async def transact(world: World) -> int:
    return (await world.http.post("/open/fhir", json=bundle(goal("x")))).status_code


@pytest.mark.parametrize("write", [create, update, transact])
async def test_lost_answer_strikes_every_way_of_writing(world: World, write: Write) -> None:
    world.ehr.faults.write.commit_then_drop = True

    assert (await write(world), len(world.ehr.created("Goal"))) == (502, 1)


@pytest.mark.parametrize("write", [create, update, transact])
async def test_lost_request_strikes_every_way_of_writing(world: World, write: Write) -> None:
    world.ehr.faults.write.drop_before_commit = True

    assert (await write(world), world.ehr.created("Goal")) == (502, [])


@pytest.mark.parametrize("write", [create, update, transact])
async def test_hanging_answer_strikes_every_way_of_writing(world: World, write: Write) -> None:
    world.ehr.faults.write.commit_then_hang = True

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await write(world)

    assert len(world.ehr.created("Goal")) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("when", "stored"), [("before_commit", 0), ("after_commit", 1)])
async def test_busy_server_may_have_stored_it_or_not(
    world: World, status: int, when: str, stored: int
) -> None:
    world.ehr.faults.write.busy = when  # type: ignore[assignment] # a Literal that mypy cannot see
    world.ehr.faults.write.busy_status = status  # type: ignore[assignment]
    world.ehr.faults.write.retry_after = "7"
    world.ehr.faults.write.remaining = 1

    answer = await world.create(goal("x"))

    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    assert len(world.ehr.created("Goal")) == stored
    assert (await world.create(goal("y"))).status_code == 201


async def test_retry_after_can_be_a_date(world: World) -> None:
    world.ehr.faults.write.busy = "before_commit"
    world.ehr.faults.write.retry_after_date_s = 90

    answer = await world.create(goal("x"))

    assert answer.headers["date"] == "Sun, 22 Nov 2026 15:00:00 GMT"
    assert answer.headers["retry-after"] == "Sun, 22 Nov 2026 15:01:30 GMT"


async def test_answer_that_breaks_off_leaves_the_resource_stored(world: World) -> None:
    world.ehr.faults.write.reset_mid_answer = True

    with pytest.raises(BrokenOff):
        await world.create(goal("x"))

    assert len(world.ehr.created("Goal")) == 1


async def test_dripping_answer_is_whole_in_the_end(world: World) -> None:
    sound = (await world.create(goal("x"))).json()
    world.ehr.faults.write.drip_s = 0

    answer = await world.create(goal("x"))

    assert answer.status_code == 201
    assert answer.json()["description"] == sound["description"]
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_dripping_answer_takes_its_time(world: World) -> None:
    world.ehr.faults.write.drip_s = 0.01

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await world.create(goal("x"))

    assert len(world.ehr.created("Goal")) == 1


async def test_two_equal_creates_at_once_are_both_stored_under_a_race(world: World) -> None:
    world.ehr.faults.write.race_ms = 500

    async def send() -> int:
        return (await world.create(goal("x", **NAMED), if_none_exist=IDS)).status_code

    at_once = [await send(), await send()]
    world.clock.pass_(0.5)

    assert (at_once, await send()) == ([201, 201], 412)
    assert len(world.ehr.created("Goal")) == 2


async def test_condition_holds_once_the_race_is_over(world: World) -> None:
    world.ehr.faults.write.race_ms = 500
    await world.create(goal("x", **NAMED), if_none_exist=IDS)
    world.clock.pass_(0.5)

    assert (await world.create(goal("x", **NAMED), if_none_exist=IDS)).status_code == 200
    assert len(world.ehr.created("Goal")) == 1


async def test_careless_server_keeps_the_good_half_of_a_transaction(world: World) -> None:
    world.ehr.faults.write.keeps_good_half = True
    world.ehr.faults.refuse_late = {"Observation"}
    depends = goal("z", addresses=[{"reference": "urn:uuid:1"}])

    answer = await world.http.post("/open/fhir", json=bundle(goal("x"), observation("y"), depends))

    responses = [entry["response"] for entry in answer.json()["entry"]]
    assert (answer.status_code, answer.json()["type"]) == (200, "transaction-response")
    assert [one["status"] for one in responses] == ["201 Created", "422", "400"]
    assert responses[1]["outcome"]["resourceType"] == "OperationOutcome"
    assert [stored["description"]["text"] for stored in world.ehr.created("Goal")] == ["x"]


async def test_careless_server_stores_a_good_transaction_whole(world: World) -> None:
    world.ehr.faults.write.keeps_good_half = True
    depends = goal("z", addresses=[{"reference": "urn:uuid:1"}])

    answer = await world.http.post("/open/fhir", json=bundle(depends, observation("y")))

    assert [entry["response"]["status"] for entry in answer.json()["entry"]] == ["201 Created"] * 2
    observed = world.ehr.created("Observation")[0]["id"]
    assert world.ehr.created("Goal")[0]["addresses"] == [{"reference": f"Observation/{observed}"}]


async def test_type_without_update_is_neither_offered_nor_updated(world: World) -> None:
    world.ehr.faults.refuse_update = {"Goal"}

    statement = (await world.http.get("/fhir/metadata")).json()["rest"][0]["resource"]
    offered = next(part["interaction"] for part in statement if part["type"] == "Goal")

    assert {"code": "update"} not in offered
    assert {"code": "create"} in offered
    assert await update(world) == 405
    assert await create(world) == 201


async def test_server_without_versions_shows_none_and_heeds_no_if_match(world: World) -> None:
    world.ehr.faults.write.no_versions = True

    created = await world.create(goal("x"))
    read = await world.http.get(f"/open/fhir/Goal/{created.json()['id']}")
    found = (await world.http.get("/open/fhir/Goal?patient=p1")).json()["entry"][0]["resource"]
    changed = await world.http.put("/open/fhir/Goal/g1", json={**goal("y"), "id": "g1"})

    assert [answer.status_code for answer in (created, read, changed)] == [201, 200, 200]
    assert not any("etag" in answer.headers for answer in (created, read, changed))
    for resource in (created.json(), read.json(), changed.json(), found):
        assert "versionId" not in resource["meta"]
    assert created.headers["location"].endswith("/Goal/1")
    assert (await world.http.get("/open/fhir/Goal/1/_history/1")).status_code == 404


async def test_who_may_create_may_be_kept_from_reading_it_back(world: World) -> None:
    world.ehr.faults.fail_types = {"Goal": 403}

    stored = (await world.create(goal("x", **NAMED))).json()
    read = await world.http.get(f"/open/fhir/Goal/{stored['id']}")
    search = await world.http.get(f"/open/fhir/Goal?{IDS}")

    assert (read.status_code, search.status_code) == (403, 403)


async def test_what_went_wrong_can_be_told_as_plain_text(world: World) -> None:
    world.ehr.faults.text_errors = True
    world.ehr.faults.refuse_late = {"Goal"}

    answer = await world.create(goal("x"))

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == "this server does not take Goal of this kind"


@pytest.mark.parametrize(
    "body", [note(), answers(), care_plan(), order()], ids=lambda body: body["resourceType"]
)
async def test_every_new_type_is_found_by_its_identifier(world: World, body: Json) -> None:
    stored = (await world.create(body)).json()

    assert await world.find(f"{body['resourceType']}?patient=p1&{IDS}") == [stored["id"]]
    assert await world.find(f"{body['resourceType']}?patient=p1&identifier=urn:ids|other") == []


@pytest.mark.parametrize(
    "body",
    [note(), answers(), care_plan(), order("Goal/g1", "Goal/g2")],
    ids=lambda body: body["resourceType"],
)
async def test_changed_words_of_every_type_show_only_on_reading(world: World, body: Json) -> None:
    world.ehr.faults.write.stored_words_changed = True

    answered = (await world.create(body)).json()

    path = f"/open/fhir/{body['resourceType']}/{answered['id']}"
    read = (await world.http.get(path)).json()
    assert {**body, "id": answered["id"], "meta": answered["meta"]} == answered
    assert read != answered


@pytest.mark.parametrize("resource_type", ["Goal", "Observation", "CarePlan", "List", "DocumentReference"])
async def test_every_type_can_be_marked_as_entered_in_error(world: World, resource_type: str) -> None:
    stored = (await world.create(EVERY_TYPE[resource_type])).json()
    element = "lifecycleStatus" if resource_type == "Goal" else "status"

    answer = await world.http.put(
        f"/open/fhir/{resource_type}/{stored['id']}",
        json={**stored, element: "entered-in-error"},
        headers={"If-Match": 'W/"1"'},
    )

    assert (answer.status_code, answer.json()[element]) == (200, "entered-in-error")
    assert answer.json()["meta"]["versionId"] == "2"
