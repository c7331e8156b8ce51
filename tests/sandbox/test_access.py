"""What a token lets its bearer see and do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sandbox.scopes import in_v1, parse
from tests.sandbox.support import Json, World, goal, new_world, observation

SURVEY = "http://terminology.hl7.org/CodeSystem/observation-category|survey"


async def test_without_a_token_nothing_is_read(world: World) -> None:
    missing = await world.http.get("/fhir/Patient/p1")
    invented = await world.http.get("/fhir/Patient/p1", headers={"Authorization": "Bearer made-up"})

    assert (missing.status_code, missing.headers["www-authenticate"]) == (401, "Bearer")
    assert (invented.status_code, invented.headers["www-authenticate"]) == (
        401,
        'Bearer error="invalid_token"',
    )
    assert missing.json()["resourceType"] == invented.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("scope", "read", "search", "create"),
    [
        ("patient/Goal.rs", 200, 200, 403),
        ("patient/Goal.r", 200, 403, 403),
        ("patient/Goal.cs", 403, 200, 201),
        ("patient/Goal.read", 200, 200, 403),
        ("patient/Goal.write", 403, 403, 201),
        ("patient/*.*", 200, 200, 201),
        ("user/*.cruds", 200, 200, 201),
        ("patient/Observation.cruds", 403, 403, 403),
        ("openid fhirUser", 403, 403, 403),
    ],
)
async def test_scope_decides_on_the_interaction(
    world: World, scope: str, *, read: int, search: int, create: int
) -> None:
    bearer = await world.bearer(f"launch {scope}")

    statuses = (
        (await world.http.get("/fhir/Goal/g1", headers=bearer)).status_code,
        (await world.http.get("/fhir/Goal?patient=p1", headers=bearer)).status_code,
        (await world.http.post("/fhir/Goal", json=goal("x"), headers=bearer)).status_code,
    )

    assert statuses == (read, search, create)


async def test_patient_scope_ends_at_the_patient_in_context(world: World) -> None:
    bearer = await world.bearer("launch patient/*.cruds")
    put = {**bearer, "If-Match": 'W/"1"'}

    assert (await world.http.get("/fhir/Goal/g2", headers=bearer)).status_code == 403
    assert (await world.http.get("/fhir/Patient/p2", headers=bearer)).status_code == 403
    assert (await world.http.get("/fhir/Goal?patient=p2", headers=bearer)).json()["total"] == 0
    assert (await world.http.get("/fhir/Patient", headers=bearer)).json()["total"] == 1
    assert (await world.http.post("/fhir/Goal", json=goal("x", of="p2"), headers=bearer)).status_code == 403
    moved = goal("x", id="g1", of="p2")
    assert (await world.http.put("/fhir/Goal/g1", json=moved, headers=put)).status_code == 403
    assert world.ehr.created("Goal") == []


async def test_user_scope_reaches_other_patients(world: World) -> None:
    bearer = await world.bearer("launch user/Goal.rs")

    assert (await world.http.get("/fhir/Goal/g2", headers=bearer)).status_code == 200


async def test_provenance_belongs_to_the_patient_of_its_targets(world: World) -> None:
    bearer = await world.bearer("launch patient/Provenance.cs")
    agent = [{"who": {"reference": "Practitioner/dr"}}]

    async def create(target: str) -> int:
        body = {"resourceType": "Provenance", "recorded": "2026-11-22T15:00:00Z", "agent": agent}
        body["target"] = [{"reference": target}]
        return (await world.http.post("/fhir/Provenance", json=body, headers=bearer)).status_code

    assert (await create("Goal/g1"), await create("Goal/g2"), await create("Goal/none")) == (201, 403, 422)
    assert (await world.http.get("/fhir/Provenance?target=Goal/g1", headers=bearer)).json()["total"] == 1


async def test_binary_is_readable_through_a_visible_document_only(world: World) -> None:
    bearer = await world.bearer("launch patient/Binary.r patient/DocumentReference.rs")

    raw = await world.http.get("/fhir/Binary/b1", headers=bearer)
    resource = await world.http.get("/fhir/Binary/b1", headers={**bearer, "Accept": "application/fhir+json"})
    unlinked = await world.http.get("/fhir/Binary/b2", headers=bearer)

    assert (raw.content, raw.headers["content-type"].partition(";")[0]) == (b"Hello", "text/plain")
    assert resource.json()["data"] == "SGVsbG8="
    assert unlinked.status_code == 403


async def test_user_may_read_who_they_are(world: World) -> None:
    with_identity = await world.bearer("launch openid fhirUser")
    without = await world.bearer("launch patient/Goal.rs")

    assert (await world.http.get("/fhir/Practitioner/dr", headers=with_identity)).status_code == 200
    assert (await world.http.get("/fhir/Practitioner/dr", headers=without)).status_code == 403


async def test_granular_scope_shows_and_takes_its_category_only() -> None:
    survey = [{"coding": [{"system": SURVEY.partition("|")[0], "code": "survey"}]}]
    world = new_world(observation("a", id="a", category=survey), observation("b", id="b"))
    bearer = await world.bearer(f"launch patient/Observation.crs?category={SURVEY}")

    found = (await world.http.get("/fhir/Observation?patient=p1", headers=bearer)).json()
    created = [
        (await world.http.post("/fhir/Observation", json=body, headers=bearer)).status_code
        for body in (observation("c", category=survey), observation("d"))
    ]

    assert [entry["resource"]["id"] for entry in found["entry"]] == ["a"]
    assert (await world.http.get("/fhir/Observation/b", headers=bearer)).status_code == 403
    assert created == [201, 403]


async def test_conditional_create_does_not_give_away_another_patients_resource() -> None:
    named: Json = {"identifier": [{"system": "urn:ids", "value": "1"}]}
    world = new_world(goal("secret", id="s", of="p2", **named))
    bearer = await world.bearer("launch patient/Goal.c")

    answer = await world.http.post(
        "/fhir/Goal", json=goal("x", **named), headers={**bearer, "If-None-Exist": "identifier=urn:ids|1"}
    )

    assert answer.status_code == 403
    assert "secret" not in answer.text


async def test_transaction_is_held_to_the_same_scopes(world: World) -> None:
    bearer = await world.bearer("launch patient/Goal.cruds")
    entries = [
        {"resource": goal("x"), "request": {"method": "POST", "url": "Goal"}},
        {"resource": observation("y"), "request": {"method": "POST", "url": "Observation"}},
    ]

    answer = await world.http.post(
        "/fhir", json={"resourceType": "Bundle", "type": "transaction", "entry": entries}, headers=bearer
    )

    assert answer.status_code == 403
    assert world.ehr.created("Goal") == []


async def test_log_names_patient_and_status_but_no_secret(world: World) -> None:
    bearer = await world.bearer()
    await world.http.post("/fhir/Goal", json=goal("x"), headers=bearer)

    noted = world.ehr.requests[-1]

    assert (noted.method, noted.path, noted.patient, noted.status) == ("POST", "/fhir/Goal", "p1", 201)
    assert noted.body == goal("x")
    assert bearer["Authorization"].partition(" ")[2] not in str(world.ehr.requests)
    assert {request.query for request in world.ehr.requests if request.path.startswith("/auth/")} == {""}


actions = st.sampled_from(["c", "r", "u", "d", "s", "cruds", "rs", "cu", "crs", "read", "write", "*"])


@given(st.sampled_from(["patient", "user"]), st.sampled_from(["*", "Goal"]), actions)
@settings(max_examples=40)
def test_v1_spelling_never_loses_an_action(context: str, resource_type: str, granted: str) -> None:
    text = f"{context}/{resource_type}.{granted}"
    original = parse(text)
    assert original

    respelled = [scope for word in in_v1((text,)) if (scope := parse(word))]

    assert set(original.actions) <= {letter for scope in respelled for letter in scope.actions}
