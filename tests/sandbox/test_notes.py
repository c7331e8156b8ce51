"""What Epic and Oracle Health demand of a note, and what becomes of one that they take."""

import pytest
from joserfc.jwk import RSAKey

from tests.sandbox.bodies import DR, E1, WORDS, attached, note, signed_note
from tests.sandbox.support import Json, World, new_world, patient

OTHER_ENCOUNTER: Json = {
    "resourceType": "Encounter",
    "id": "e2",
    "status": "in-progress",
    "subject": {"reference": "Patient/p2"},
}
NURSE = patient("nurse", "Nye") | {"resourceType": "Practitioner"}


@pytest.fixture
def epic(signing_key: RSAKey) -> World:
    return new_world(OTHER_ENCOUNTER, NURSE, manner="epic", key=signing_key)


@pytest.fixture
def oracle(signing_key: RSAKey) -> World:
    return new_world(OTHER_ENCOUNTER, NURSE, manner="oracle", key=signing_key)


def without(resource: Json, *elements: str) -> Json:
    return {name: value for name, value in resource.items() if name not in elements}


@pytest.mark.parametrize(
    "body",
    [
        note(status="superseded"),
        without(note(), "docStatus"),
        note(docStatus="amended"),
        note(type={"text": "Progress note"}),
        without(note(), "context"),
        note(context={"encounter": [{"reference": "Encounter/e2"}]}),
        note(context={"encounter": [E1, {"reference": "Encounter/e2"}]}),
        note(content=[attached("text/html")]),
        note(content=[attached("text/plain;charset=utf-8")]),
        note(content=[{"attachment": {"contentType": "text/plain", "url": "Binary/b1"}}]),
    ],
    ids=[
        "superseded",
        "no docStatus",
        "amended",
        "no LOINC code",
        "no encounter",
        "another patient's encounter",
        "one of two another patient's",
        "html",
        "charset",
        "url",
    ],
)
async def test_epic_refuses_a_note_that_breaks_its_rules(epic: World, body: Json) -> None:
    answer = await epic.create(body)

    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")
    assert epic.ehr.created("DocumentReference") == []


@pytest.mark.parametrize("doc_status", ["preliminary", "final"])
async def test_epic_takes_a_draft_or_a_signed_note(epic: World, doc_status: str) -> None:
    assert (await epic.create(note(docStatus=doc_status))).status_code == 201


async def test_epic_keeps_the_first_content_only_and_its_text_in_a_binary(epic: World) -> None:
    await epic.create(note(content=[attached("text/plain"), attached("text/plain", "more")]))

    stored = epic.ehr.created("DocumentReference")[0]
    attachment = stored["content"][0]["attachment"]
    text = await epic.http.get(f"/open/fhir/{attachment['url']}", headers={"Accept": "text/plain"})
    assert len(stored["content"]) == 1
    assert attachment == {"contentType": "text/plain", "url": attachment["url"]}
    assert text.text == WORDS


async def test_text_of_a_note_is_readable_by_the_app_of_its_patient_alone(epic: World) -> None:
    await epic.create(note())
    url = epic.ehr.created("DocumentReference")[0]["content"][0]["attachment"]["url"]
    bearer = await epic.bearer("launch patient/Binary.r patient/DocumentReference.rs")

    mine = await epic.http.get(f"/fhir/{url}", headers=bearer)
    other = await epic.http.get("/fhir/Binary/b2", headers=bearer)

    assert (mine.status_code, other.status_code) == (200, 403)


async def test_epic_files_a_note_without_author_under_the_user(epic: World) -> None:
    bearer = await epic.bearer()

    answer = await epic.http.post("/fhir/DocumentReference", json=without(note(), "author"), headers=bearer)

    assert answer.status_code == 201
    assert epic.ehr.created("DocumentReference")[0]["author"] == [DR]


async def test_epic_does_not_notice_a_note_that_was_sent_before(epic: World) -> None:
    for _ in range(2):
        await epic.create(note(), if_none_exist="identifier=urn:ids|visit-1")

    assert len(epic.ehr.created("DocumentReference")) == 2


@pytest.mark.parametrize(
    "body",
    [
        signed_note(docStatus="preliminary"),
        without(signed_note(), "author"),
        signed_note(author=[DR, {"reference": "Practitioner/nurse"}]),
        signed_note(author=[{"reference": "Patient/p1"}]),
        signed_note(type={"text": "Progress note"}),
        without(signed_note(), "context"),
        signed_note(context={"encounter": [E1]}),
        signed_note(context={"encounter": [E1, E1], "period": {"end": "2026-11-22T15:00:00Z"}}),
        signed_note(context={"encounter": [E1], "period": {"end": "2026-11-22"}}),
        signed_note(
            context={
                "encounter": [{"reference": "Encounter/e2"}],
                "period": {"end": "2026-11-22T15:00:00Z"},
            }
        ),
        signed_note(content=[attached("text/plain")]),
        signed_note(content=[attached("text/plain;charset=utf-8")] * 2),
    ],
    ids=[
        "draft",
        "no author",
        "two authors",
        "patient as author",
        "no code",
        "no context",
        "no end",
        "two encounters",
        "end without time",
        "another patient's encounter",
        "no charset",
        "two contents",
    ],
)
async def test_oracle_refuses_a_note_that_breaks_its_rules(oracle: World, body: Json) -> None:
    answer = await oracle.create(body)

    assert (answer.status_code, answer.json()["resourceType"]) == (422, "OperationOutcome")
    assert oracle.ehr.created("DocumentReference") == []


async def test_oracle_takes_no_note_that_somebody_else_wrote(oracle: World) -> None:
    bearer = await oracle.bearer()

    async def create(author: str) -> int:
        body = signed_note(author=[{"reference": author}])
        return (await oracle.http.post("/fhir/DocumentReference", json=body, headers=bearer)).status_code

    assert (await create("Practitioner/nurse"), await create("Practitioner/dr")) == (422, 201)


async def test_oracle_drops_what_it_does_not_list(oracle: World) -> None:
    await oracle.create(signed_note(description="What matters", meta={"tag": [{"code": "x"}]}))

    stored = oracle.ehr.created("DocumentReference")[0]
    assert {"identifier", "description"} & set(stored) == set()
    assert set(stored["meta"]) == {"versionId", "lastUpdated"}
    assert set(stored["context"]) == {"encounter", "period"}
    assert "url" in stored["content"][0]["attachment"]


async def test_full_server_keeps_a_note_as_it_was_sent(signing_key: RSAKey) -> None:
    world = new_world(key=signing_key)

    await world.create(note())

    stored = world.ehr.created("DocumentReference")[0]
    assert {**note(), "id": stored["id"], "meta": stored["meta"]} == stored
