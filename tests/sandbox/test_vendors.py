"""Each manner of the demo EHR does what its row in the vendors' table says, over HTTP."""

import pytest
from joserfc.jwk import RSAKey

from smartapp.sandbox.manner import TABLED, Takes
from smartapp.sandbox.vendors import MANNERS
from tests.sandbox.bodies import (
    EVERY_TYPE,
    NAMED,
    WORDS,
    answers,
    note,
    order,
    provenance,
    signed_note,
    vital_sign,
)
from tests.sandbox.support import Json, World, goal, new_world, observation

ASK_FOR_THE_RESOURCE = {"prefer": "return=representation"}


@pytest.fixture
def ehr(manner: str, signing_key: RSAKey) -> World:
    return new_world({**vital_sign(), "id": "bp"}, manner=manner, key=signing_key)


def fitting(manner: str, resource_type: str) -> Json:
    """A resource of the type of the kind that this server takes, if it takes any."""
    facts = MANNERS[manner].facts(resource_type)
    takes = facts.takes if facts else Takes.ANYTHING
    if takes in {Takes.VITAL_SIGNS, Takes.VITAL_SIGNS_AND_LABS}:
        return vital_sign()
    if takes is Takes.OF_OBSERVATIONS:
        return provenance("Observation/bp")
    if resource_type == "DocumentReference" and manner == "oracle":
        return signed_note()
    return EVERY_TYPE[resource_type]


async def statement(world: World) -> Json:
    rest: Json = (await world.http.get("/fhir/metadata")).json()["rest"][0]
    return rest


def part(rest: Json, resource_type: str) -> Json | None:
    return next((one for one in rest["resource"] if one["type"] == resource_type), None)


@pytest.mark.parametrize("manner", MANNERS)
async def test_statement_says_what_the_table_says(ehr: World, manner: str) -> None:
    facts = MANNERS[manner]

    rest = await statement(ehr)

    for resource_type in TABLED:
        row, found = facts.facts(resource_type), part(rest, resource_type)
        assert (found is None) == (row is None), resource_type
        if found is not None and row is not None:
            history = {"vread", "history-instance"} if facts.keeps_versions else set()
            offered = {one["code"] for one in found["interaction"]}
            assert offered == row.interactions | history, resource_type
            assert found.get("supportedProfile", []) == list(row.profiles), resource_type
            assert found["conditionalCreate"] is (
                facts.conditional_create and "create" in row.interactions
            ), resource_type
    assert ("interaction" in rest) is facts.transaction


@pytest.mark.parametrize("resource_type", sorted(TABLED))
@pytest.mark.parametrize("manner", MANNERS)
async def test_create_is_done_or_refused_as_the_table_says(
    ehr: World, manner: str, resource_type: str
) -> None:
    facts = MANNERS[manner]
    is_offered = facts.offers(resource_type, "create")
    # Epic takes answers to the questionnaires that it knows; none of ours is among them.
    is_taken = is_offered and (manner, resource_type) != ("epic", "QuestionnaireResponse")
    before = len(ehr.ehr.created(resource_type))

    answer = await ehr.create(fitting(manner, resource_type))

    assert len(ehr.ehr.created(resource_type)) - before == is_taken
    if is_taken:
        assert answer.status_code == 201
    elif is_offered:
        assert answer.status_code == 400
    elif facts.facts(resource_type) is None:
        assert answer.status_code == 404
    else:
        assert answer.status_code == facts.refusal.status
        assert bool(answer.content) is facts.refusal.has_outcome


@pytest.mark.parametrize(
    "resource_type",
    sorted(TABLED - {"Patient", "Questionnaire", "Consent", "Composition", "ClinicalImpression"}),
)
@pytest.mark.parametrize("manner", MANNERS)
async def test_update_is_done_or_refused_as_the_table_says(
    manner: str, resource_type: str, signing_key: RSAKey
) -> None:
    body = {**fitting(manner, resource_type), "id": "there"}
    bp = {**vital_sign(), "id": "bp"}
    world = new_world(bp, body, manner=manner, key=signing_key)

    answer = await world.http.put(
        f"/open/fhir/{resource_type}/there", json=body, headers={"If-Match": 'W/"1"'}
    )

    is_offered = MANNERS[manner].offers(resource_type, "update")
    assert (answer.status_code == 200) is is_offered
    assert len(world.ehr.created(resource_type)) == is_offered


@pytest.mark.parametrize("manner", MANNERS)
async def test_transaction_is_done_where_the_table_says(ehr: World, manner: str) -> None:
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": []}

    answer = await ehr.http.post("/open/fhir", json=bundle)

    assert answer.status_code == (200 if MANNERS[manner].transaction else 405)


@pytest.mark.parametrize("manner", ["epic", "oracle"])
async def test_if_none_exist_is_ignored_where_it_is_not_offered(ehr: World, manner: str) -> None:
    body = fitting(manner, "DocumentReference")

    statuses = [
        (await ehr.create(body, if_none_exist="identifier=urn:ids|visit-1")).status_code for _ in range(2)
    ]

    assert (statuses, len(ehr.ehr.created("DocumentReference"))) == ([201, 201], 2)


@pytest.mark.parametrize(("manner", "status"), [("epic", 400), ("oracle", 422)])
async def test_observation_of_another_kind_than_the_server_takes_is_refused(
    ehr: World, manner: str, status: int
) -> None:
    answer = await ehr.create(observation(WORDS))

    assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
    assert ehr.ehr.created("Observation") == []


@pytest.mark.parametrize("manner", ["oracle"])
async def test_provenance_of_a_note_is_refused_where_only_observations_have_one(
    ehr: World, manner: str
) -> None:
    assert (await ehr.create(provenance("Goal/g1"))).status_code == 422


# Scopes


@pytest.mark.parametrize(
    ("manner", "granted"),
    [
        ("full", "patient/Goal.crus patient/Observation.crus patient/DocumentReference.crus patient/List.c"),
        (
            "epic",
            "patient/Goal.read patient/Observation.read patient/Observation.write "
            "patient/DocumentReference.read patient/DocumentReference.write",
        ),
        ("oracle", "patient/Goal.rs patient/Observation.crus patient/DocumentReference.crus"),
        ("athenahealth", "patient/Goal.rs patient/Observation.rs patient/DocumentReference.rs"),
        (
            "meditech",
            "patient/Goal.crus patient/Observation.crus patient/DocumentReference.crus patient/List.c",
        ),
    ],
)
async def test_granted_scopes_are_those_of_the_vendor(manner: str, granted: str, ehr: World) -> None:
    asked = "patient/Goal.crus patient/Observation.crus patient/DocumentReference.crus patient/List.c"

    answer = await ehr.sign_in(f"launch openid {asked}")

    assert answer["scope"] == f"launch openid {granted}"


@pytest.mark.parametrize("manner", ["epic"])
async def test_narrowed_scope_keeps_its_condition(ehr: World, manner: str) -> None:
    asked = "patient/Goal.cs?category=http://x|y"

    code = await ehr.code(scope=f"launch {asked}")
    token = (await ehr.exchange(code)).json()["access_token"]
    answer = await ehr.http.get("/fhir/Goal?patient=p1", headers={"Authorization": f"Bearer {token}"})

    assert answer.json()["total"] == 0


@pytest.mark.parametrize(("manner", "lists"), [("epic", False), ("meditech", True)])
async def test_listed_scopes_say_little_about_what_a_server_does(
    ehr: World, manner: str, lists: bool
) -> None:
    discovered = (await ehr.http.get("/fhir/.well-known/smart-configuration")).json()

    assert ("patient/*.cruds" in discovered["scopes_supported"]) is lists


# Answers


@pytest.mark.parametrize("manner", ["epic"])
async def test_epic_answers_with_a_relative_location_and_no_version(ehr: World, manner: str) -> None:
    plain = await ehr.create(note())
    asked = await ehr.create(note(), **ASK_FOR_THE_RESOURCE)

    assert (plain.status_code, plain.content) == (201, b"")
    assert plain.headers["location"] == f"DocumentReference/{ehr.ehr.created('DocumentReference')[0]['id']}"
    assert "etag" not in plain.headers
    assert asked.json()["resourceType"] == "DocumentReference"
    assert "versionId" not in asked.json()["meta"]


@pytest.mark.parametrize("manner", ["oracle"])
async def test_oracle_answers_without_a_body_whatever_is_preferred(ehr: World, manner: str) -> None:
    answer = await ehr.create(signed_note(), **ASK_FOR_THE_RESOURCE)

    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["location"].startswith("http://ehr.test/open/fhir/DocumentReference/")
    assert answer.headers["etag"] == 'W/"1"'


@pytest.mark.parametrize("manner", ["epic"])
async def test_update_without_versions_needs_no_if_match(manner: str, signing_key: RSAKey) -> None:
    there = {**note(), "id": "there"}
    world = new_world(there, manner=manner, key=signing_key)

    withdrawn = {**there, "status": "entered-in-error"}
    answer = await world.http.put("/open/fhir/DocumentReference/there", json=withdrawn)

    assert answer.status_code == 200
    assert world.ehr.created("DocumentReference")[0]["status"] == "entered-in-error"


# Searches


@pytest.mark.parametrize("manner", ["epic", "oracle"])
async def test_identifier_selects_no_note_where_the_vendor_has_no_such_search(
    ehr: World, manner: str
) -> None:
    await ehr.create(fitting(manner, "DocumentReference"))

    found = await ehr.find("DocumentReference?patient=p1&identifier=urn:ids|visit-1")

    assert len(found) == 2
    assert "note-1" in found


@pytest.mark.parametrize("manner", ["epic"])
async def test_strict_server_refuses_a_search_that_the_vendor_does_not_have(ehr: World, manner: str) -> None:
    ehr.ehr.faults.strict_search = True

    assert (await ehr.http.get("/open/fhir/DocumentReference?identifier=x")).status_code == 400
    assert (await ehr.http.get("/open/fhir/DocumentReference?patient=p1")).status_code == 200


@pytest.mark.parametrize(
    ("manner", "path", "status"),
    [
        ("epic", "Provenance?target=Goal/g1", 405),
        ("athenahealth", "List?patient=p1", 404),
        ("athenahealth", "Consent?patient=p1", 404),
        ("full", "Provenance?target=Goal/g1", 200),
    ],
)
async def test_what_a_vendor_does_not_have_cannot_be_searched(
    manner: str, path: str, status: int, ehr: World
) -> None:
    assert (await ehr.http.get(f"/open/fhir/{path}")).status_code == status


# Forms


@pytest.mark.parametrize("manner", ["athenahealth", "eclinicalworks", "meditech"])
@pytest.mark.parametrize(
    "changes",
    [
        {"questionnaire": "https://ehr.example.org/fhir/Questionnaire/another"},
        {"questionnaire": "https://ehr.example.org/fhir/Questionnaire/what-matters|2"},
        {"item": [{"linkId": "unasked", "answer": [{"valueString": "x"}]}]},
    ],
    ids=["other form", "other version", "other question"],
)
async def test_answers_to_what_the_site_does_not_ask_are_refused(
    ehr: World, manner: str, changes: Json
) -> None:
    answer = await ehr.create(answers(**changes))

    assert (answer.status_code, ehr.ehr.created("QuestionnaireResponse")) == (422, [])


@pytest.mark.parametrize("manner", ["meditech"])
async def test_answers_can_be_taken_back_where_updates_are_offered(ehr: World, manner: str) -> None:
    stored = (await ehr.create(answers())).json()

    answer = await ehr.http.put(
        f"/open/fhir/QuestionnaireResponse/{stored['id']}",
        json={**stored, "status": "entered-in-error"},
        headers={"If-Match": 'W/"1"'},
    )

    assert (answer.status_code, answer.json()["status"]) == (200, "entered-in-error")


@pytest.mark.parametrize("manner", ["full"])
async def test_full_server_takes_everything_in_one_transaction(ehr: World, manner: str) -> None:
    entries = [
        {
            "fullUrl": f"urn:uuid:{position}",
            "resource": body,
            "request": {"method": "POST", "url": body["resourceType"]},
        }
        for position, body in enumerate(
            [goal(WORDS, **NAMED), order("urn:uuid:0"), note(), answers(), provenance("urn:uuid:1")]
        )
    ]

    answer = await ehr.http.post(
        "/open/fhir", json={"resourceType": "Bundle", "type": "transaction", "entry": entries}
    )

    assert [one["response"]["status"] for one in answer.json()["entry"]] == ["201 Created"] * 5
    assert ehr.ehr.created("List")[0]["entry"] == [{"item": {"reference": "Goal/1"}}]
