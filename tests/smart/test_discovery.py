"""What a server says about itself is checked before it is believed: threats T5 and T7."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from smartapp.errors import (
    AnswerTooLarge,
    AnswerUnreadable,
    ForeignOrigin,
    OutboundError,
    TemporaryOutboundError,
)
from smartapp.smart.discovery import Discovery, SmartConfiguration
from smartapp.smart.doors import Doors
from smartapp.smart.registration import Registration
from smartapp.smart.registrations import Registrations
from tests.smart.support import Ticking, Wire

BASE = "https://ehr.example/r4"
EHR = Registration(id="ehr", label="EHR", iss=(BASE,), auth_hosts=("login.example", "keys.example:8443"))
WELL_KNOWN = "/r4/.well-known/smart-configuration"
DOCUMENT = {
    "issuer": "https://login.example",
    "jwks_uri": "https://keys.example:8443/jwks",
    "authorization_endpoint": "https://login.example/authorize",
    "token_endpoint": "https://ehr.example/token",
    "capabilities": ["launch-ehr", "permission-v2", 7],
    "authorization_response_iss_parameter_supported": True,
}


class World:
    def __init__(self, registration: Registration = EHR) -> None:
        self.wire, self.clock, self.registration = Wire(), Ticking(), registration
        self.discovery = Discovery(Doors(self.wire, Registrations([registration])), self.clock)
        self.says()

    def says(self, **changes: object) -> None:
        body = {key: value for key, value in {**DOCUMENT, **changes}.items() if value is not None}
        self.wire.answer_json(WELL_KNOWN, body)

    async def discover(self) -> SmartConfiguration:
        return await self.discovery.of(self.registration)


async def test_configuration_is_read_whole() -> None:
    world = World()

    assert await world.discover() == SmartConfiguration(
        authorization_endpoint="https://login.example/authorize",
        token_endpoint="https://ehr.example/token",
        issuer="https://login.example",
        jwks_uri="https://keys.example:8443/jwks",
        capabilities=frozenset({"launch-ehr", "permission-v2"}),
        iss_parameter_supported=True,
    )
    assert world.wire.seen[0].headers["accept"] == "application/json"
    assert "authorization" not in world.wire.seen[0].headers


async def test_relative_addresses_are_below_the_fhir_base() -> None:
    world = World()
    world.says(authorization_endpoint="auth/authorize", token_endpoint="/token", jwks_uri=None, issuer=None)

    found = await world.discover()

    assert found.authorization_endpoint == "https://ehr.example/r4/auth/authorize"
    assert found.token_endpoint == "https://ehr.example/token"
    assert (found.issuer, found.jwks_uri) == (None, None)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "issuer"])
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://login.example/x",
        "https://login.example:444/x",
        "https://login.example.evil.example/x",
        "https://user@login.example/x",
        "https://login.example\\@evil.example/x",
        "//evil.example/x",
        "javascript:alert(1)",
    ],
)
async def test_address_on_another_host_is_refused(name: str, url: str) -> None:
    world = World()
    world.says(**{name: url})

    with pytest.raises(ForeignOrigin):
        await world.discover()


@pytest.mark.parametrize(
    "changes",
    [
        {"token_endpoint": None},
        {"authorization_endpoint": None},
        {"token_endpoint": ["https://ehr.example/token"]},
        {"token_endpoint": "https://ehr.example/a b"},
        {"token_endpoint": "https://ehr.example/" + "a" * 2000},
        {"authorization_endpoint": "https://login.example/authorize#x"},
    ],
)
async def test_configuration_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    world = World()
    world.says(**changes)

    with pytest.raises(AnswerUnreadable):
        await world.discover()


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (httpx2.Response(200, text="<html>Sign in</html>"), AnswerUnreadable),
        (httpx2.Response(200, json=["no", "object"]), AnswerUnreadable),
        (httpx2.Response(200, content=b'{"a":' * 5000), AnswerUnreadable),
        (httpx2.Response(200, content=b" " * 300_000), AnswerTooLarge),
        (httpx2.Response(302, headers={"location": "https://evil.example/"}), OutboundError),
        (httpx2.Response(404), OutboundError),
        (httpx2.Response(401), OutboundError),
        (httpx2.Response(429), TemporaryOutboundError),
        (httpx2.Response(503), TemporaryOutboundError),
    ],
)
async def test_answer_that_is_no_document_is_refused_and_not_followed(
    response: httpx2.Response, error: type[Exception]
) -> None:
    world = World()
    world.wire.answers[WELL_KNOWN] = lambda _: response

    with pytest.raises(error):
        await world.discover()

    assert len(world.wire.seen) == 1


async def test_configuration_is_kept_for_an_hour_and_asked_once_by_many() -> None:
    world = World()

    await asyncio.gather(*(world.discover() for _ in range(20)))
    world.clock.pass_(minutes=59)
    await world.discover()
    assert len(world.wire.seen) == 1

    world.clock.pass_(minutes=1)
    world.says(token_endpoint="https://ehr.example/new")
    found = await asyncio.gather(*(world.discover() for _ in range(20)))

    assert len(world.wire.seen) == 2
    assert {configuration.token_endpoint for configuration in found} == {"https://ehr.example/new"}


async def test_failure_is_not_kept() -> None:
    world = World()
    world.wire.answers[WELL_KNOWN] = lambda _: httpx2.Response(500)
    with pytest.raises(TemporaryOutboundError):
        await world.discover()

    world.says()

    assert (await world.discover()).token_endpoint == "https://ehr.example/token"


async def test_tenants_of_one_registration_are_kept_apart() -> None:
    world = World()
    world.wire.answer_json("/r5/.well-known/smart-configuration", {**DOCUMENT, "token_endpoint": "/other"})
    await world.discover()

    other = await world.discovery.of(replace(EHR, iss=("https://ehr.example/r5",)))

    assert other.token_endpoint == "https://ehr.example/other"


async def test_overrides_win() -> None:
    registration = replace(
        EHR, token_endpoint="https://ehr.example/by-hand", issuer="https://elsewhere.example/oauth",
        discovery_url="https://ehr.example/root",
    )  # fmt: skip
    world = World(registration)
    world.wire.answer_json("/root", {**DOCUMENT, "issuer": None})

    found = await world.discover()

    assert found.token_endpoint == "https://ehr.example/by-hand"
    assert found.issuer == "https://elsewhere.example/oauth"
    assert found.authorization_endpoint == "https://login.example/authorize"


async def test_issuer_other_than_the_configured_one_is_refused() -> None:
    world = World(replace(EHR, issuer="https://login.example/other"))

    with pytest.raises(AnswerUnreadable):
        await world.discover()


async def test_server_whose_endpoints_are_set_by_hand_is_not_asked() -> None:
    world = World(
        replace(
            EHR, authorization_endpoint="https://login.example/a", token_endpoint="https://login.example/t"
        )
    )

    found = await world.discover()

    assert found == SmartConfiguration("https://login.example/a", "https://login.example/t")
    assert world.wire.seen == []
