"""The outbound door opens to the registration's origins only, in time, and not for bombs."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from hypothesis import given
from hypothesis import strategies as st

from smartapp.errors import AnswerTooLarge, AnswerUnreadable, ForeignOrigin, TemporaryOutboundError
from smartapp.http import Door, Limits, Origin

EHR = Origin.of("https://ehr.example/fhir")


class Wire:
    """Answers every request with the same response and remembers what came."""

    def __init__(self, response: httpx2.Response | None = None) -> None:
        self.seen: list[str] = []
        self.response = response or httpx2.Response(200, json={"ok": True})

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(str(request.url))
        return self.response


def door(wire: Wire) -> Door:
    return Door(httpx2.MockTransport(wire), frozenset({EHR}))


FOREIGN = [
    "https://evil.example/fhir",
    "https://ehr.example.evil.example/fhir",
    "http://ehr.example/fhir",
    "https://ehr.example:8443/fhir",
    "https://ehr.example@evil.example/",
    "https://good@ehr.example/fhir",
    "https://evil.example/?u=https://ehr.example/fhir",
    "//ehr.example/fhir",
    "/fhir/Patient/1",
    "ftp://ehr.example/",
    "https://ehr.example\\@evil.example/",
    "https://ehr.example:notaport/",
    "",
]


@pytest.mark.parametrize("url", FOREIGN)
async def test_url_of_another_origin_is_never_requested(url: str) -> None:
    wire = Wire()

    with pytest.raises(ForeignOrigin):
        await door(wire).fetch("GET", url)

    assert wire.seen == []


@given(st.text(max_size=60))
def test_no_text_opens_the_door_by_accident(text: str) -> None:
    opened = door(Wire()).leads_to(text)

    assert not opened or text.lower().startswith("https://ehr.example")


async def test_redirect_is_an_answer_and_is_not_followed() -> None:
    wire = Wire(httpx2.Response(302, headers={"Location": "https://evil.example/"}))

    answer = await door(wire).fetch("GET", "https://ehr.example/fhir")

    assert answer.status == 302
    assert len(wire.seen) == 1


async def test_client_of_a_library_built_over_the_door_cannot_leave_either() -> None:
    wire = Wire()
    client = AsyncOAuth2Client(
        transport=door(wire).transport, token={"access_token": "t", "token_type": "Bearer"}
    )

    with pytest.raises(ForeignOrigin):
        await client.get("https://evil.example/")

    assert wire.seen == []


def test_oauth_library_and_door_speak_the_same_http_library() -> None:
    assert issubclass(AsyncOAuth2Client, httpx2.AsyncClient)


async def test_packed_bomb_is_stopped_at_the_cap() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    wire = Wire(httpx2.Response(200, headers={"Content-Encoding": "gzip"}, content=bomb))

    with pytest.raises(AnswerTooLarge):
        await door(wire).fetch("GET", "https://ehr.example/fhir", limits=Limits(max_bytes=1_000_000))


async def test_server_that_drips_is_stopped_by_the_deadline() -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(1000):
            await asyncio.sleep(0.01)
            yield b" "

    wire = Wire(httpx2.Response(200, content=drip()))

    with pytest.raises(TemporaryOutboundError) as caught:
        await door(wire).fetch("GET", "https://ehr.example/fhir", limits=Limits(total_s=0.1))

    assert caught.value.may_have_arrived


async def test_refused_connection_says_that_nothing_arrived() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no", request=request)

    refusing = Door(httpx2.MockTransport(refuse), frozenset({EHR}))

    with pytest.raises(TemporaryOutboundError) as caught:
        await refusing.fetch("POST", "https://ehr.example/fhir/Goal", content=b"{}")

    assert not caught.value.may_have_arrived


LIBRARY_ERRORS = [
    error
    for error in vars(httpx2).values()
    if isinstance(error, type) and issubclass(error, httpx2.TransportError)
]


@pytest.mark.parametrize("error", LIBRARY_ERRORS)
async def test_every_transport_error_of_the_library_becomes_ours(error: type[httpx2.TransportError]) -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise error("words from the wire")

    failing = Door(httpx2.MockTransport(fail), frozenset({EHR}))

    with pytest.raises((TemporaryOutboundError, AnswerUnreadable)) as caught:
        await failing.fetch("GET", "https://ehr.example/fhir")

    assert "words from the wire" not in caught.value.detail


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff\xfe", b"[" * 100_000])
async def test_answer_that_is_not_json_is_unreadable_and_nothing_else(body: bytes) -> None:
    answer = await door(Wire(httpx2.Response(200, content=body))).fetch("GET", "https://ehr.example/fhir")

    with pytest.raises(AnswerUnreadable):
        answer.json()
