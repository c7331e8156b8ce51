"""One request: what is sent, what is tried again, and what a refusal becomes."""

import json

import httpx2
import pytest

from smartapp.errors import AnswerUnreadable, SessionEnded, TemporaryOutboundError
from smartapp.fhir.client import FhirRefused, NotPermitted
from tests.fhir.read_server import FakeAccess, FakeServer, client_of, fhir, goal, outcome, patient


async def test_a_read_asks_for_fhir_json_with_the_launch_token() -> None:
    server = FakeServer([patient()])

    found = await client_of(server).read("Patient", "p1")

    assert found["id"] == "p1"
    assert [str(one.url) for one in server.requests] == ["https://ehr.example/fhir/Patient/p1"]
    assert server.requests[0].headers["accept"] == "application/fhir+json"
    assert server.requests[0].headers["authorization"] == "Bearer token-1"


async def test_an_open_sandbox_is_read_without_a_token() -> None:
    server = FakeServer([patient()])

    await client_of(server, access=FakeAccess([None])).read("Patient", "p1")

    assert "authorization" not in server.requests[0].headers


async def test_a_refused_token_is_renewed_once_and_the_read_goes_on() -> None:
    server = FakeServer([patient()], broken=lambda request: _only_for(request, "token-2"))
    access = FakeAccess()

    found = await client_of(server, access=access).read("Patient", "p1")

    assert (found["id"], access.renewals, len(server.requests)) == ("p1", 1, 2)


@pytest.mark.parametrize(
    "tokens", [["token-1", "token-2"], ["token-1"], [None]], ids=["renewed", "no-renewal", "no-token"]
)
async def test_a_token_that_stays_refused_ends_the_session(tokens: list[str | None]) -> None:
    server = FakeServer(broken=lambda request: outcome(401))

    with pytest.raises(SessionEnded):
        await client_of(server, access=FakeAccess(tokens)).read("Patient", "p1")

    assert len(server.requests) <= 2


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:03 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 3.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:03 GMT"}, 0.5),
        ({"retry-after": "soon"}, 0.5),
        ({}, 0.5),
    ],
)
async def test_a_busy_server_is_asked_again_after_the_time_it_names(
    headers: dict[str, str], expected: float
) -> None:
    answers = [outcome(429, headers=headers), fhir(patient())]
    waits: list[float] = []

    await client_of(FakeServer(broken=lambda request: answers.pop(0)), waits=waits).read("Patient", "p1")

    assert waits == [expected]


async def test_a_busy_server_is_asked_three_times_at_most() -> None:
    server = FakeServer(broken=lambda request: outcome(503, headers={"retry-after": "1"}))

    with pytest.raises(FhirRefused) as refusal:
        await client_of(server).read("Patient", "p1")

    assert (refusal.value.http_status, len(server.requests)) == (503, 3)


async def test_nobody_waits_longer_than_the_time_limit() -> None:
    waits: list[float] = []
    server = FakeServer(broken=lambda request: outcome(503, headers={"retry-after": "86400"}))

    with pytest.raises(FhirRefused):
        await client_of(server, waits=waits).read("Patient", "p1")

    assert (waits, len(server.requests)) == ([], 1)


@pytest.mark.parametrize("status", [400, 403, 404, 500, 502])
async def test_other_refusals_are_not_repeated(status: int) -> None:
    server = FakeServer(broken=lambda request: outcome(status, "The <b>filter</b>\nis not known."))

    with pytest.raises(FhirRefused) as refusal:
        await client_of(server).search("Goal", [("patient", "p1")])

    assert (refusal.value.http_status, refusal.value.reason) == (status, "The filter is not known.")
    assert "filter" not in str(refusal.value)
    assert "filter" not in refusal.value.detail
    assert len(server.requests) == 1


async def test_without_the_scope_nothing_is_sent() -> None:
    server = FakeServer([patient()])
    client = client_of(server, may=lambda resource_type, action: action == "c")

    for reading in (
        client.read("Patient", "p1"),
        client.search("Goal", []),
        client.attachment("Binary/1", ""),
    ):
        with pytest.raises(NotPermitted):
            await reading

    assert server.requests == []


@pytest.mark.parametrize(
    "answer",
    [patient(id="p2"), {"resourceType": "Group", "id": "p1"}, ["Patient"], b"<html>", b'{"a":' * 5000],
)
async def test_an_answer_that_is_not_the_resource_asked_for_is_not_used(answer: object) -> None:
    server = FakeServer(broken=lambda request: fhir(answer))

    with pytest.raises(AnswerUnreadable):
        await client_of(server).read("Patient", "p1")


@pytest.mark.parametrize("resource_id", ["..", ".", "", "a/b", "a?b", "x" * 65, "a%2fb"])
async def test_an_id_that_would_lead_elsewhere_is_not_asked_for(resource_id: str) -> None:
    server = FakeServer()

    with pytest.raises(AnswerUnreadable):
        await client_of(server).read("Encounter", resource_id)

    assert server.requests == []


async def test_a_create_sends_the_resource_once_and_returns_the_answer() -> None:
    server = FakeServer(broken=lambda request: fhir(goal(), 201, {"location": "Goal/g1/_history/1"}))

    answer = await client_of(server).create(goal(), if_none_exist="identifier=urn:x|1")

    (request,) = server.requests
    assert (answer.status, answer.headers["location"]) == (201, "Goal/g1/_history/1")
    assert (request.method, str(request.url)) == ("POST", "https://ehr.example/fhir/Goal")
    assert request.headers["content-type"] == "application/fhir+json"
    assert request.headers["prefer"] == "return=representation"
    assert request.headers["if-none-exist"] == "identifier=urn:x|1"
    assert json.loads(request.content) == goal()


@pytest.mark.parametrize("status", [400, 412, 422, 429, 500, 503])
async def test_a_create_is_never_repeated_whatever_the_server_says(status: int) -> None:
    server = FakeServer(broken=lambda request: outcome(status, headers={"retry-after": "0"}))

    answer = await client_of(server).create(goal())

    assert (answer.status, len(server.requests)) == (status, 1)


async def test_a_create_refused_for_its_token_goes_out_with_the_renewed_one() -> None:
    server = FakeServer(broken=lambda request: _only_for(request, "token-2") or fhir(goal(), 201))

    answer = await client_of(server).create(goal())

    assert (answer.status, len(server.requests)) == (201, 2)


async def test_a_create_that_is_cut_off_is_in_doubt_and_not_repeated() -> None:
    def cut_off(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("cut off")

    server = FakeServer(broken=cut_off)

    with pytest.raises(TemporaryOutboundError) as error:
        await client_of(server).create(goal())

    assert (error.value.may_have_arrived, len(server.requests)) == (True, 1)


async def test_a_refusal_in_plain_text_keeps_its_words_and_a_web_page_none() -> None:
    text = httpx2.Response(403, text="Not on this client.", headers={"content-type": "text/plain"})
    page = httpx2.Response(
        403, text="<html>Not on this client.</html>", headers={"content-type": "text/html"}
    )
    answers = [text, page]
    client = client_of(FakeServer(broken=lambda request: answers.pop(0)))

    reasons = []
    for _ in range(2):
        with pytest.raises(FhirRefused) as refusal:
            await client.read("Patient", "p1")
        reasons.append(refusal.value.reason)

    assert reasons == ["Not on this client.", ""]


async def test_a_long_refusal_is_cut() -> None:
    server = FakeServer(broken=lambda request: outcome(400, "no " * 5000))

    with pytest.raises(FhirRefused) as refusal:
        await client_of(server).read("Patient", "p1")

    assert len(refusal.value.reason) == 300


def _only_for(request: httpx2.Request, token: str) -> httpx2.Response | None:
    return None if request.headers["authorization"] == f"Bearer {token}" else outcome(401)
