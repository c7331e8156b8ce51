"""Attachments: from this server only, small, and what they say they are."""

import base64

import httpx2
import pytest

from smartapp.errors import AnswerTooLarge, AnswerUnreadable, ForeignOrigin
from smartapp.fhir.client import FhirRefused
from tests.fhir.read_server import FakeServer, client_of, fhir, outcome

TEXT = httpx2.Response(200, content=b"She hopes to go home.", headers={"content-type": "text/plain"})


@pytest.mark.parametrize(
    "url",
    [
        "Binary/n1",
        "/fhir/Binary/n1",
        "https://ehr.example/fhir/Binary/n1",
        "https://EHR.example:443/fhir/Binary/n1",
    ],
)
async def test_an_attachment_of_this_server_is_read_in_its_own_format(url: str) -> None:
    server = FakeServer(broken=lambda request: TEXT)

    body = await client_of(server).attachment(url, "text/plain; charset=utf-8")

    assert body == b"She hopes to go home."
    assert server.requests[0].url.path == "/fhir/Binary/n1"
    assert server.requests[0].headers["accept"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/Binary/n1",
        "https://evil.example/?u=https://ehr.example/fhir",
        "https://ehr.example.evil/fhir/Binary/n1",
        "https://ehr.example@evil.example/fhir/Binary/n1",
        "http://ehr.example/fhir/Binary/n1",
        "https://ehr.example:8443/fhir/Binary/n1",
        "//evil.example/fhir/Binary/n1",
        "/other/Binary/n1",
        "../Binary/n1",
        "Binary/../../admin",
        "/fhir/%2e%2e/admin",
        "data:text/plain,x",
        "file:///etc/passwd",
        "https://[broken",
        "",
    ],
)
async def test_an_attachment_elsewhere_is_refused_with_no_request(url: str) -> None:
    server = FakeServer(broken=lambda request: TEXT)

    with pytest.raises(ForeignOrigin):
        await client_of(server).attachment(url, "text/plain")

    assert server.requests == []


async def test_a_binary_that_comes_as_a_resource_is_unpacked() -> None:
    binary = {"resourceType": "Binary", "id": "n1", "data": base64.b64encode(b"words").decode()}
    server = FakeServer(broken=lambda request: fhir(binary))

    assert await client_of(server).attachment("Binary/n1", "text/plain") == b"words"


@pytest.mark.parametrize(
    "binary",
    [
        {"resourceType": "Binary", "data": "d29yZHM=", "securityContext": {"reference": "Patient/p2"}},
        {"resourceType": "Binary", "data": "d29yZHM"},
        {"resourceType": "Binary"},
        {"resourceType": "Patient", "data": "d29yZHM="},
    ],
)
async def test_a_binary_of_another_patient_or_without_content_is_not_used(binary: object) -> None:
    with pytest.raises(AnswerUnreadable):
        await client_of(FakeServer(broken=lambda request: fhir(binary))).attachment("Binary/n1", "text/plain")


async def test_a_web_page_in_place_of_a_text_is_not_used() -> None:
    page = httpx2.Response(200, text="<html>Sign in</html>", headers={"content-type": "text/html"})

    with pytest.raises(AnswerUnreadable):
        await client_of(FakeServer(broken=lambda request: page)).attachment("Binary/n1", "text/plain")


async def test_an_attachment_over_two_megabytes_is_refused() -> None:
    large = httpx2.Response(200, content=b"x" * (2 * 1024 * 1024 + 1), headers={"content-type": "text/plain"})

    with pytest.raises(AnswerTooLarge):
        await client_of(FakeServer(broken=lambda request: large)).attachment("Binary/n1", "text/plain")


async def test_a_content_type_that_is_none_does_not_reach_the_request() -> None:
    server = FakeServer(broken=lambda request: TEXT)

    await client_of(server).attachment("Binary/n1", "text/plain\r\nX-Evil: 1")

    assert server.requests[0].headers["accept"] == "*/*"


async def test_a_missing_attachment_is_a_refusal() -> None:
    with pytest.raises(FhirRefused):
        await client_of(FakeServer(broken=lambda request: outcome(404))).attachment("Binary/n1", "text/plain")
