"""Create, conditional create, update, and what is refused before anything is stored."""

from typing import Any

import pytest

from tests.sandbox.bodies import answers, care_plan, note, order, related_person
from tests.sandbox.support import Json, World, goal, new_world, observation

IDS = "identifier=urn:ids|visit-1"
NAMED: Json = {"identifier": [{"system": "urn:ids", "value": "visit-1"}]}


async def test_created_resource_can_be_read_back(world: World) -> None:
    answer = await world.create(goal("Sleep through the night"))

    stored = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"http://ehr.test/open/fhir/Goal/{stored['id']}/_history/1"
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.headers["last-modified"] == "Sun, 22 Nov 2026 15:00:00 GMT"
    assert answer.headers["content-type"] == "application/fhir+json"
    assert stored["description"] == {"text": "Sleep through the night"}
    assert (await world.http.get(answer.headers["location"])).json() == stored
    assert world.ehr.created("Goal") == [stored]


async def test_ids_of_created_resources_are_short_and_increase(world: World) -> None:
    ids = [(await world.create(goal("x"))).json()["id"] for _ in range(3)]

    assert ids == ["1", "2", "3"]


async def test_client_gives_no_ids_of_its_own(world: World) -> None:
    answer = await world.create(goal("x", id="g1"))

    assert answer.json()["id"] == "1"


@pytest.mark.parametrize(
    ("prefer", "kind"), [("return=representation", "Goal"), ("return=OperationOutcome", "OperationOutcome")]
)
async def test_prefer_decides_on_the_body(world: World, prefer: str, kind: str) -> None:
    assert (await world.create(goal("x"), prefer=prefer)).json()["resourceType"] == kind


async def test_minimal_answer_has_no_body(world: World) -> None:
    answer = await world.create(goal("x"), prefer="return=minimal")

    assert (answer.status_code, answer.content) == (201, b"")
    assert "location" in answer.headers


async def test_conditional_create_stores_once(world: World) -> None:
    first = await world.create(goal("x", **NAMED), if_none_exist=IDS)
    second = await world.create(goal("x", **NAMED), if_none_exist=IDS)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert len(world.ehr.created("Goal")) == 1


async def test_conditional_create_with_several_matches_is_refused() -> None:
    world = new_world(goal("a", id="a", **NAMED), goal("b", id="b", **NAMED))

    assert (await world.create(goal("x", **NAMED), if_none_exist=IDS)).status_code == 412
    assert world.ehr.created("Goal") == []


@pytest.mark.parametrize("condition", ["colour=red", "_count=1"])
async def test_condition_that_selects_nothing_is_refused(world: World, condition: str) -> None:
    assert (await world.create(goal("x"), if_none_exist=condition)).status_code == 400


async def test_update_needs_the_current_version(world: World) -> None:
    changed = {**goal("Walk further"), "id": "g1", "lifecycleStatus": "completed"}

    async def put(**headers: str) -> int:
        return (await world.http.put("/open/fhir/Goal/g1", json=changed, headers=headers)).status_code

    assert (await put(), await put(**{"If-Match": 'W/"7"'})) == (400, 412)
    assert world.ehr.created("Goal") == []
    assert (await put(**{"If-Match": 'W/"1"'}), await put(**{"If-Match": 'W/"1"'})) == (200, 412)
    assert [stored["meta"]["versionId"] for stored in world.ehr.created("Goal")] == ["2"]


async def test_update_does_not_create(world: World) -> None:
    answer = await world.http.put(
        "/open/fhir/Goal/new", json=goal("x", id="new"), headers={"If-Match": 'W/"1"'}
    )

    assert answer.status_code == 405


async def test_nothing_can_be_deleted(world: World) -> None:
    answer = await world.http.delete("/open/fhir/Goal/g1")

    assert (answer.status_code, answer.json()["resourceType"]) == (405, "OperationOutcome")
    assert await world.find("Goal?_id=g1") == ["g1"]


def without(resource: Json, element: str) -> Json:
    return {name: value for name, value in resource.items() if name != element}


PROVENANCE: Json = {
    "resourceType": "Provenance",
    "recorded": "2026-11-22T15:00:00Z",
    "target": [{"reference": "Goal/g1"}],
}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (goal("x", encounter={"reference": "Encounter/e1"}), 400),
        (observation("x", mood="calm"), 400),
        (goal("x", note=[]), 400),
        (goal(""), 400),
        (goal("x", lifecycleStatus="banana"), 422),
        (goal("x", description={"id": "a"}), 422),
        (goal("x", of="nobody"), 422),
        (goal("x", target=[{"detailString": "far"}]), 422),
        (without(goal("x"), "lifecycleStatus"), 422),
        (without(goal("x"), "subject"), 422),
        (without(goal("x"), "description"), 422),
        (observation("x", status="done"), 422),
        (observation("x", performer=[{"reference": "Patient/nobody"}]), 422),
        (observation("x", dataAbsentReason={"text": "asked"}), 422),
        (observation("x", valueInteger=1), 422),
        (observation("x", effectiveDateTime="2026-11-22T15:00:00"), 422),
        (without(observation("x"), "code"), 422),
        (PROVENANCE, 422),
        ({**PROVENANCE, "agent": [{"type": {"text": "author"}}]}, 422),
        (observation("x", focus=[{"reference": "Goal/none"}]), 422),
        (observation("x", focus=[{"reference": "urn:uuid:1"}]), 422),
        (without(care_plan(), "intent"), 422),
        (care_plan(intent="wish"), 422),
        (care_plan(status={"code": "active"}), 422),
        (care_plan(text={"status": "made-up", "div": "<div/>"}), 422),
        (care_plan(activity=[{"reference": {"reference": "Goal/g1"}, "detail": {"status": "unknown"}}]), 422),
        (care_plan(mood="calm"), 400),
        (care_plan(created="2026-11-22T15:00:00"), 422),
        (order(mode="ranked"), 422),
        (order(entry=[{"deleted": True}]), 422),
        (order(entry=[{"item": {"reference": "Goal/g1"}, "deleted": True}]), 422),
        (order(emptyReason={"text": "none"}), 422),
        (without(note(), "content"), 422),
        (note(content=[{"format": {"code": "x"}}]), 422),
        (note(content=[{"attachment": {"contentType": "text/plain"}}]), 422),
        (note(content=[{"attachment": {"data": "SGVsbG8="}}]), 422),
        (note(content=[{"attachment": {"contentType": "text/plain", "data": "not base64"}}]), 422),
        (note(docStatus="draft"), 422),
        (note(context={"encounter": [{"reference": "Encounter/none"}]}), 422),
        (note(encounter={"reference": "Encounter/e1"}), 400),
        (answers(status="done"), 422),
        (answers(item=[{"answer": [{"valueString": "x"}]}]), 422),
        (answers(item=[{"linkId": "a", "answer": [{"valueString": "x", "valueInteger": 1}]}]), 422),
        (
            answers(item=[{"linkId": "a", "answer": [{"valueString": "x"}], "item": [{"linkId": "b"}]}]),
            422,
        ),
        (related_person(patient={"display": "Amy"}), 422),
        ({"resourceType": "Condition", "subject": {"reference": "Patient/p1"}}, 405),
    ],
    ids=str,
)
async def test_what_breaks_a_rule_is_not_stored(world: World, body: Json, status: int) -> None:
    answer = await world.create(body)

    assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
    assert world.ehr.created(body["resourceType"]) == []


async def test_body_of_another_type_is_refused(world: World) -> None:
    assert (await world.http.post("/open/fhir/Goal", json=observation("x"))).status_code == 400


@pytest.mark.parametrize(
    ("content", "kind", "status"), [(b"{", "application/json", 400), (b"{}", "text/plain", 415)]
)
async def test_body_that_is_no_json_is_refused(world: World, content: bytes, kind: str, status: int) -> None:
    answer = await world.http.post("/open/fhir/Goal", content=content, headers={"Content-Type": kind})

    assert answer.status_code == status


@pytest.mark.parametrize("depth", [500, 50_000])
async def test_body_that_is_nested_too_deep_is_refused(world: World, depth: int) -> None:
    body = f'{{"resourceType": "Goal", "note": {"[" * depth}1{"]" * depth}}}'

    answer = await world.http.post(
        "/open/fhir/Goal", content=body.encode(), headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, world.ehr.created("Goal")) == (400, [])


async def test_references_under_the_own_base_are_stored_relative(world: World) -> None:
    await world.create(goal("x", subject={"reference": "http://ehr.test/open/fhir/Patient/p1"}))

    assert world.ehr.created("Goal")[0]["subject"] == {"reference": "Patient/p1"}


def bundle(*entries: Json, kind: str = "transaction") -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def post(resource: Json, name: str, **request: Any) -> Json:  # any member of Bundle.entry.request
    asked = {"method": "POST", "url": resource["resourceType"], **request}
    return {"fullUrl": f"urn:uuid:{name}", "resource": resource, "request": asked}


async def send(world: World, sent: Json) -> Any:  # a status and a Bundle or OperationOutcome
    answer = await world.http.post("/open/fhir", json=sent)
    return answer.status_code, answer.json()


async def test_transaction_resolves_references_between_its_entries(world: World) -> None:
    status, answer = await send(
        world,
        bundle(
            post(goal("x", addresses=[{"reference": "urn:uuid:two"}]), "one"),
            post(observation("y"), "two"),
            {"request": {"method": "GET", "url": "Goal?patient=p1"}},
        ),
    )

    assert (status, answer["type"]) == (200, "transaction-response")
    assert [entry["response"]["status"] for entry in answer["entry"]] == [
        "201 Created",
        "201 Created",
        "200 OK",
    ]
    observed = world.ehr.created("Observation")[0]["id"]
    assert world.ehr.created("Goal")[0]["addresses"] == [{"reference": f"Observation/{observed}"}]
    assert answer["entry"][1]["response"]["location"].endswith(f"/Observation/{observed}/_history/1")
    assert answer["entry"][2]["resource"]["total"] == 2


@pytest.mark.parametrize(
    "bad",
    [
        post(goal("x", lifecycleStatus="banana"), "two"),
        post(goal("x", addresses=[{"reference": "urn:uuid:nowhere"}]), "two"),
        {"request": {"method": "GET", "url": "Goal/none"}},
        {"resource": goal("x", id="g1"), "request": {"method": "PUT", "url": "Goal/g1", "ifMatch": 'W/"9"'}},
        {"request": {"method": "DELETE", "url": "Goal/g1"}},
    ],
    ids=["broken", "dangling", "missing", "outdated", "delete"],
)
async def test_transaction_does_all_or_nothing(world: World, bad: Json) -> None:
    update = {
        "resource": goal("new", id="g2", of="p2"),
        "request": {"method": "PUT", "url": "Goal/g2", "ifMatch": 'W/"1"'},
    }

    status, answer = await send(world, bundle(post(observation("y"), "one"), update, bad))

    assert (status >= 400, answer["resourceType"]) == (True, "OperationOutcome")
    assert world.ehr.created("Observation") == world.ehr.created("Goal") == []
    kept = (await world.http.get("/open/fhir/Goal/g2")).json()
    assert (kept["description"]["text"], kept["meta"]["versionId"]) == ("Dance", "1")
    assert await world.find("Observation?patient=p1") == []


async def test_problem_in_a_transaction_names_the_entry(world: World) -> None:
    _, answer = await send(world, bundle(post(observation("y"), "one"), post(goal("x", colour="red"), "two")))

    assert answer["issue"][0]["diagnostics"] == "entry 1: Goal has no element 'colour'"


async def test_conditional_entries_are_stored_once(world: World) -> None:
    entry = post(goal("x", **NAMED), "one", ifNoneExist=IDS)
    twin = {**entry, "fullUrl": "urn:uuid:other"}
    seen = post(observation("y", focus=[{"reference": "urn:uuid:other"}]), "two")

    _, first = await send(world, bundle(entry, twin, seen))
    _, second = await send(world, bundle(entry))

    statuses = [entry["response"]["status"] for entry in [*first["entry"], *second["entry"]]]
    assert statuses == ["201 Created", "200 OK", "201 Created", "200 OK"]
    stored = world.ehr.created("Goal")
    assert len(stored) == 1
    assert world.ehr.created("Observation")[0]["focus"] == [{"reference": f"Goal/{stored[0]['id']}"}]


async def test_batch_does_each_entry_on_its_own(world: World) -> None:
    status, answer = await send(
        world,
        bundle(post(goal("x", lifecycleStatus="banana"), "one"), post(observation("y"), "two"), kind="batch"),
    )

    assert status == 200
    assert [entry["response"]["status"] for entry in answer["entry"]] == ["422", "201 Created"]
    assert len(world.ehr.created("Observation")) == 1


@pytest.mark.parametrize(
    "sent", [{"resourceType": "Goal"}, bundle(kind="collection"), bundle({"resource": {}})], ids=str
)
async def test_what_is_no_transaction_is_refused(world: World, sent: Json) -> None:
    status, answer = await send(world, sent)

    assert (status, answer["resourceType"]) == (400, "OperationOutcome")
