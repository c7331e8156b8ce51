"""What the CapabilityStatement says under each fault, and what then happens."""

import asyncio
from collections.abc import Callable

import pytest

from smartapp.sandbox.faults import Faults
from smartapp.sandbox.read_faults import HUGE_BYTES
from tests.sandbox.support import Json, World, goal, new_world, observation

IDS = "identifier=urn:ids|visit-1"
NAMED: Json = {"identifier": [{"system": "urn:ids", "value": "visit-1"}]}


async def offered(world: World, resource_type: str, base: str = "/fhir") -> Json:
    statement = (await world.http.get(f"{base}/metadata")).json()
    found: Json = next(part for part in statement["rest"][0]["resource"] if part["type"] == resource_type)
    return found


def interactions(part: Json) -> list[str]:
    return [interaction["code"] for interaction in part["interaction"]]


async def test_sound_server_offers_what_it_does(world: World) -> None:
    part = await offered(world, "Goal")

    assert interactions(part) == ["read", "search-type", "create", "update", "vread", "history-instance"]
    assert (part["conditionalCreate"], part["versioning"]) == (True, "versioned-update")
    assert {"name": "lifecycle-status", "type": "token"} in part["searchParam"]
    reads_only = ["read", "search-type", "vread", "history-instance"]
    assert interactions(await offered(world, "Condition")) == reads_only
    assert interactions(await offered(world, "Binary")) == ["read", "vread", "history-instance"]


async def test_statement_points_to_the_authorization_server_only_where_there_is_one(world: World) -> None:
    secured = (await world.http.get("/fhir/metadata")).json()
    opened = (await world.http.get("/open/fhir/metadata")).json()

    uris = {
        part["url"]: part["valueUri"] for part in secured["rest"][0]["security"]["extension"][0]["extension"]
    }
    assert uris["token"] == "http://ehr.test/auth/token"
    assert "security" not in opened["rest"][0]
    assert (secured["fhirVersion"], opened["implementation"]["url"]) == ("4.0.1", "http://ehr.test/open/fhir")


async def test_every_offered_search_parameter_is_understood_by_a_strict_server(world: World) -> None:
    world.ehr.faults.strict_search = True
    values = {"date": "2026", "token": "x", "reference": "x", "string": "x", "uri": "x"}

    for part in (await world.http.get("/open/fhir/metadata")).json()["rest"][0]["resource"]:
        for parameter in part.get("searchParam", []):
            query = f"{part['type']}?{parameter['name']}={values[parameter['type']]}"
            assert (await world.http.get(f"/open/fhir/{query}")).status_code == 200, query


@pytest.mark.parametrize("status", [400, 403, 405, 422])
async def test_refused_type_is_neither_offered_nor_taken(world: World, status: int) -> None:
    world.ehr.faults.refuse_create = {"Goal"}
    world.ehr.faults.refusal_status = status  # type: ignore[assignment] # a Literal that mypy cannot see in a parameter

    part = await offered(world, "Goal")
    answer = await world.create(goal("x"))

    assert ("create" in interactions(part), part["conditionalCreate"], answer.status_code) == (
        False,
        False,
        status,
    )
    assert (await world.create(observation("x"))).status_code == 201


async def test_late_refusal_is_offered_and_then_not_taken(world: World) -> None:
    world.ehr.faults.refuse_late = {"Goal"}

    assert "create" in interactions(await offered(world, "Goal"))
    assert (await world.create(goal("x"))).status_code == 422
    assert world.ehr.created("Goal") == []


async def test_server_without_writes_offers_none(world: World) -> None:
    world.ehr.faults.refuse_all_writes = True
    statement = (await world.http.get("/fhir/metadata")).json()["rest"][0]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": []}

    assert not [part for part in statement["resource"] if {"create", "update"} & set(interactions(part))]
    assert "interaction" not in statement
    assert (await world.create(goal("x"))).status_code == 403
    assert (await world.http.post("/open/fhir", json=bundle)).status_code == 403


async def test_failing_type_fails_alone(world: World) -> None:
    world.ehr.faults.fail_types = {"Goal": 500}

    statuses = [
        (await world.http.get(f"/open/fhir/{path}")).status_code
        for path in ("Goal?patient=p1", "Goal/g1", "Patient/p1")
    ]

    assert statuses == [500, 500, 200]


async def test_slow_type_is_slow_alone(world: World) -> None:
    world.ehr.faults.delays = {"Goal": 600}

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await world.http.get("/open/fhir/Goal/g1")
    assert (await world.http.get("/open/fhir/Patient/p1")).status_code == 200
    assert world.ehr.requests[-2].status is None


async def test_lost_answer_leaves_the_resource_stored(world: World) -> None:
    world.ehr.faults.write.commit_then_drop = True

    assert (await world.create(goal("x"))).status_code == 502
    assert len(world.ehr.created("Goal")) == 1


async def test_lost_request_stores_nothing(world: World) -> None:
    world.ehr.faults.write.drop_before_commit = True

    assert (await world.create(goal("x"))).status_code == 502
    assert world.ehr.created("Goal") == []


async def test_write_faults_can_strike_a_few_times_only(world: World) -> None:
    world.ehr.faults.write.drop_before_commit = True
    world.ehr.faults.write.remaining = 1

    assert [(await world.create(goal("x"))).status_code for _ in range(3)] == [502, 201, 201]


async def test_hanging_answer_leaves_the_resource_stored(world: World) -> None:
    world.ehr.faults.write.commit_then_hang = True

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await world.create(goal("x"))

    assert len(world.ehr.created("Goal")) == 1


async def test_server_that_ignores_the_condition_stores_twice_and_does_not_offer_it(world: World) -> None:
    world.ehr.faults.write.ignore_if_none_exist = True

    statuses = [(await world.create(goal("x", **NAMED), if_none_exist=IDS)).status_code for _ in range(2)]

    assert (statuses, len(world.ehr.created("Goal"))) == ([201, 201], 2)
    assert (await offered(world, "Goal"))["conditionalCreate"] is False


async def test_lagging_index_finds_what_was_written_only_later(world: World) -> None:
    world.ehr.faults.write.index_lag_s = 5
    stored = (await world.create(goal("x", **NAMED))).json()

    before = await world.find(f"Goal?{IDS}")
    by_id = (await world.http.get(f"/open/fhir/Goal/{stored['id']}")).status_code
    world.clock.pass_(5)

    assert (before, by_id, await world.find(f"Goal?{IDS}")) == ([], 200, [stored["id"]])


async def test_create_answers_can_be_sparse(world: World) -> None:
    write = world.ehr.faults.write
    write.empty_create_body = write.location_without_version = write.location_internal_host = True

    answer = await world.create(goal("x"))

    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["location"] == "http://ehr-internal.invalid:8080/open/fhir/Goal/1"


async def test_changed_words_show_only_on_reading(world: World) -> None:
    world.ehr.faults.write.stored_words_changed = True

    answer = (await world.create(goal("Walk"))).json()

    read = (await world.http.get(f"/open/fhir/Goal/{answer['id']}")).json()
    assert (answer["description"]["text"], read["description"]["text"]) == ("Walk", "Walk (changed)")


async def test_foreign_next_link_is_planted(world: World) -> None:
    world.ehr.faults.read.foreign_next_link = "https://canary.test/fhir?page=2"

    links = (await world.http.get("/open/fhir/Goal?patient=p1")).json()["link"]

    assert links[-1] == {"relation": "next", "url": "https://canary.test/fhir?page=2"}


async def test_looping_next_link_leads_to_its_own_page(world: World) -> None:
    world.ehr.faults.read.next_loop = True

    links = (await world.http.get("/open/fhir/Goal?patient=p1")).json()["link"]

    assert links[0]["url"] == links[1]["url"]


@pytest.mark.parametrize("query", ["Goal?patient=p1", "Condition?patient=p1", "Observation?patient=p1"])
async def test_stray_resource_is_of_another_patient(query: str) -> None:
    world = new_world(observation("x", id="only"))
    world.ehr.faults.read.wrong_patient_in_results = True

    entries = (await world.http.get(f"/open/fhir/{query}")).json()["entry"]

    assert entries[-1]["resource"]["subject"]["reference"] != "Patient/p1"


def malformed(faults: Faults) -> None:
    faults.read.malformed_resource = True


def deep(faults: Faults) -> None:
    faults.read.deep_json = True


def huge(faults: Faults) -> None:
    faults.read.huge_body = True


@pytest.mark.parametrize(
    ("break_it", "shows"),
    [
        (malformed, lambda body: b'"id":["malformed"]' in body),
        (deep, lambda body: b"[" * 10_000 in body),
        (huge, lambda body: len(body) == HUGE_BYTES),
    ],
    ids=["malformed", "deep", "huge"],
)
async def test_answer_can_be_hard_to_read(
    world: World, break_it: Callable[[Faults], None], shows: Callable[[bytes], bool]
) -> None:
    break_it(world.ehr.faults)

    answer = await world.http.get("/open/fhir/Goal?patient=p1")

    assert answer.status_code == 200
    assert shows(answer.content)


async def test_token_can_be_refused_as_expired_at_once(world: World) -> None:
    bearer = await world.bearer()
    world.ehr.faults.token.expire_now = True

    assert (await world.http.get("/fhir/Patient/p1", headers=bearer)).status_code == 401


async def test_reset_makes_a_sound_server_again(world: World) -> None:
    world.ehr.faults.refuse_create = {"Goal"}
    world.ehr.faults.read.page_size = 1
    world.ehr.faults.write.drop_before_commit = True

    world.ehr.faults.reset()

    assert world.ehr.faults == Faults()
    assert (await world.create(goal("x"))).status_code == 201
    assert len(await world.find("Goal")) == 3
