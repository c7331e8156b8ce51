"""The token endpoint: how we prove who we are, and what its answers must hold."""

import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import msgspec
import pytest
from authlib.common import errors as common_errors
from authlib.integrations.base_client import errors as client_errors
from authlib.oauth2.rfc6749 import errors as oauth_errors
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from smartapp import keys_command
from smartapp.errors import AnswerTooLarge, ForeignOrigin, TemporaryOutboundError, TokenRefused
from smartapp.http import Door, Origin
from smartapp.sandbox.clients import DEMO_SECRET, demo_clients
from smartapp.smart import token
from smartapp.smart.jwks import public_jwks
from smartapp.smart.keys import new_key
from smartapp.smart.keys import signing_key as signing_key_of
from smartapp.smart.registration import ClientAuth, Registration
from smartapp.smart.registrations import Registrations
from smartapp.smart.token import TokenEndpoint
from smartapp.smart.token_answer import TokenAnswer, checked, tokens_of
from tests.smart.support import DEMO, TOKEN, Clinic, Ticking, open_clinic

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
URL = "https://ehr.example/token"
EHR = Registration(
    id="ehr", label="EHR", iss=("https://ehr.example/r4",), client_id="client-1",
    redirect_uri="https://app.example/callback/ehr",
)  # fmt: skip
ANSWER = {
    "access_token": "at",
    "token_type": "Bearer",
    "expires_in": 3600,
    "scope": "launch",
    "patient": "p1",
}


class World:
    """A token endpoint that always answers the same."""

    def __init__(self, answer: httpx2.Response, registration: Registration = EHR, url: str = URL) -> None:
        self.seen: list[httpx2.Request] = []

        def reply(request: httpx2.Request) -> httpx2.Response:
            self.seen.append(request)
            return answer

        door = Door(httpx2.MockTransport(reply), frozenset({Origin.of("https://ehr.example")}))
        self.endpoint = TokenEndpoint(door, registration, url, "launch openid")

    async def exchange(self) -> TokenAnswer:
        return await self.endpoint.exchange("the-code", "v" * 64, now=NOW)

    @property
    def form(self) -> dict[str, str]:
        pairs = parse_qsl(self.seen[0].content.decode())
        assert len(pairs) == len(dict(pairs))
        return dict(pairs)


def says(**changes: object) -> httpx2.Response:
    body = {**ANSWER, **changes}
    return httpx2.Response(200, json={key: value for key, value in body.items() if value != "GONE"})


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key.jwk"
    path.write_bytes(msgspec.json.encode(new_key("ES384")))
    return path


@pytest.fixture
async def confidential(
    request: pytest.FixtureRequest, signing_key: RSAKey, key_file: Path
) -> AsyncIterator[Clinic]:
    kinds: dict[str, dict[str, Any]] = {
        "none": {"client_id": "demo-public"},
        "basic": {"client_id": "demo-basic", "client_auth": ClientAuth.SECRET_BASIC},
        "post": {"client_id": "demo-post", "client_auth": ClientAuth.SECRET_POST},
        "jwt": {"client_id": "demo-jwt", "client_auth": ClientAuth.PRIVATE_KEY_JWT, "key_file": key_file},
    }
    changes = kinds[request.param]
    if request.param in {"basic", "post"}:
        changes["client_secret"] = SecretStr(DEMO_SECRET)
    jwks = public_jwks(Registrations([replace(DEMO, **changes)]), datetime.now(UTC))
    clients = demo_clients("http://127.0.0.1:8000/callback", jwks=jwks)
    opened = await open_clinic(signing_key, clients=clients, **changes)
    yield opened
    await opened.database.close()


async def test_launches_go_on_while_the_signing_key_is_changed(signing_key: RSAKey, key_file: Path) -> None:
    changes: dict[str, Any] = {
        "client_id": "demo-jwt", "client_auth": ClientAuth.PRIVATE_KEY_JWT, "key_file": key_file,
    }  # fmt: skip
    registrations = Registrations([replace(DEMO, **changes)])
    began = Ticking().moment
    keys_command.rotate(key_file, now=began, wait=timedelta(hours=24), keep=timedelta(days=7))
    # What the EHR read in the hours after the change, and goes on with.
    jwks = public_jwks(registrations, began + timedelta(hours=1))
    opened = await open_clinic(
        signing_key, clients=demo_clients("http://127.0.0.1:8000/callback", jwks=jwks), **changes
    )

    signed_with = []
    for hours in (0, 23, 2, 24 * 8):
        opened.clock.pass_(hours=hours)
        await opened.launch()
        signed_with.append(signing_key_of(key_file, "ES384", opened.clock.moment).kid)
    await opened.database.close()

    assert signed_with[0] == signed_with[1] != signed_with[2] == signed_with[3]
    published = public_jwks(registrations, opened.clock.moment)["keys"]
    assert isinstance(published, list)
    assert [key["kid"] for key in published] == [signed_with[3]]


@pytest.mark.parametrize("confidential", ["none", "basic", "post", "jwt"], indirect=True)
async def test_each_kind_of_client_launches_and_renews(confidential: Clinic) -> None:
    completed = await confidential.launch()
    session = await confidential.sessions.find(completed.launch.id, browser=completed.browser)
    first = await session.access().bearer()
    assert first is not None

    assert await session.access().renew(first) != first

    assert len(confidential.wire.requests_to(TOKEN)) == 2


@pytest.mark.parametrize("confidential", ["none", "basic", "post", "jwt"], indirect=True)
async def test_each_kind_of_client_gives_its_tokens_back(confidential: Clinic) -> None:
    completed = await confidential.launch()
    session = await confidential.sessions.find(completed.launch.id, browser=completed.browser)
    token = await session.access().bearer()
    assert token is not None

    await session.end("visit-ended")

    assert confidential.ehr.vault.grant_of(token) is None
    assert len(confidential.wire.requests_to("/auth/revoke")) == 2


async def test_public_client_sends_its_id_in_the_body_and_no_secret() -> None:
    world = World(says())

    await world.exchange()

    assert world.form == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "code_verifier": "v" * 64,
        "redirect_uri": "https://app.example/callback/ehr",
        "client_id": "client-1",
    }
    headers = world.seen[0].headers
    assert "authorization" not in headers
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    assert headers["content-type"] == "application/x-www-form-urlencoded"


async def test_secret_goes_into_the_header_or_the_body_as_configured() -> None:
    secret = SecretStr("s3cret:/+")
    basic = World(says(), replace(EHR, client_auth=ClientAuth.SECRET_BASIC, client_secret=secret))
    post = World(says(), replace(EHR, client_auth=ClientAuth.SECRET_POST, client_secret=secret))

    await basic.exchange()
    await post.exchange()

    expected = base64.b64encode(b"client-1:s3cret:/+").decode()
    assert basic.seen[0].headers["authorization"] == f"Basic {expected}"
    assert not {"client_id", "client_secret"} & set(basic.form)
    assert (post.form["client_id"], post.form["client_secret"]) == ("client-1", "s3cret:/+")
    assert "authorization" not in post.seen[0].headers


async def test_signing_client_sends_an_assertion_and_no_client_id(key_file: Path) -> None:
    world = World(says(), replace(EHR, client_auth=ClientAuth.PRIVATE_KEY_JWT, key_file=key_file))

    await world.exchange()

    assert world.form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert world.form["client_assertion"].count(".") == 2
    assert not {"client_id", "client_secret"} & set(world.form)


async def test_refresh_sends_no_scope_and_keeps_the_old_refresh_token() -> None:
    world = World(says())

    answer = await world.endpoint.refresh("rt-1", now=NOW)

    assert world.form == {"grant_type": "refresh_token", "refresh_token": "rt-1", "client_id": "client-1"}
    assert answer.refresh_token == "rt-1"


async def test_rotated_refresh_token_replaces_the_old_one() -> None:
    answer = await World(says(refresh_token="rt-2")).endpoint.refresh("rt-1", now=NOW)

    assert answer.refresh_token == "rt-2"


@pytest.mark.parametrize(
    "response",
    [
        httpx2.Response(400, json={"error": "invalid_grant", "error_description": "Mrs Shaw é\n"}),
        httpx2.Response(400, json={"message": "no"}),
        httpx2.Response(401, json={"error": "invalid_client"}),
        httpx2.Response(400, json=ANSWER),
        httpx2.Response(201, json=ANSWER),
        httpx2.Response(302, headers={"location": "https://evil.example"}),
        httpx2.Response(200, text="<html>Sign in</html>"),
        httpx2.Response(200, content=b"\xff"),
        httpx2.Response(200, content=b'{"a":' * 20_000),
        httpx2.Response(200, json=["at"]),
        httpx2.Response(200, json=None),
        httpx2.Response(200, json={"error": "invalid_grant"}),
        httpx2.Response(200, json={"error": ["odd"]}),
        says(access_token="GONE"),
        says(access_token=""),
        says(access_token=7),
        says(access_token="a\nb"),
        says(access_token="a" * 70_000),
        says(token_type="GONE"),
        says(token_type="BearerToken"),
        says(token_type=None),
        says(token_type=["Bearer"]),
        says(expires_in="abc"),
        says(expires_in=0),
        says(expires_in=-1),
        says(expires_in=True),
        says(expires_in=[3600]),
        says(expires_in=10**20),
        says(expires_at={}),
        says(scope=["launch"]),
        says(patient="Patient/Patient/p1"),
        says(patient="https://ehr.example/r4/Patient/p1"),
        says(patient="p1?x=1"),
        says(patient="../p1"),
        says(patient=7),
        says(patient="a" * 65),
        says(encounter="Patient/e1"),
        says(id_token={"a": 1}),
        says(refresh_token=7),
    ],
)
async def test_answer_that_is_no_token_is_refused(response: httpx2.Response) -> None:
    world = World(response)

    with pytest.raises(TokenRefused) as caught:
        await world.exchange()

    assert "Shaw" not in str(caught.value)
    assert len(world.seen) == 1


async def test_refusal_tells_the_log_the_standard_word() -> None:
    with pytest.raises(TokenRefused, match="status 400, invalid_grant"):
        await World(httpx2.Response(400, json={"error": "invalid_grant"})).exchange()


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_endpoint_that_is_down_may_be_tried_again(status: int) -> None:
    with pytest.raises(TemporaryOutboundError):
        await World(httpx2.Response(status, json={"error": "server_error"})).exchange()


async def test_huge_answer_is_refused() -> None:
    with pytest.raises(AnswerTooLarge):
        await World(httpx2.Response(200, content=b" " * 300_000)).exchange()


async def test_code_is_never_sent_to_a_foreign_origin() -> None:
    world = World(says(), url="https://evil.example/token")

    with pytest.raises(ForeignOrigin):
        await world.exchange()

    assert world.seen == []


async def test_missing_key_file_is_refused_before_anything_is_sent() -> None:
    registration = replace(EHR, client_auth=ClientAuth.PRIVATE_KEY_JWT, key_file=Path("/nowhere/key"))
    world = World(says(), registration)

    with pytest.raises(TokenRefused):
        await world.exchange()

    assert world.seen == []


async def test_whole_answer_is_read() -> None:
    answer = await World(
        says(
            token_type="bEaReR",
            refresh_token="rt",
            id_token="a.b.c",
            expires_in="300",
            patient="Patient/p-1.x",
            encounter="Encounter/e1",
            need_patient_banner=False,
            intent="negotiate",
            smart_style_url="https://ehr.example/style.json",
            tenant="ward",
            fhirContext=[
                {"reference": "ServiceRequest/s1"},
                {"canonical": "https://x"},
                {"reference": "https://evil.example/Goal/1"},
                7,
            ],
        )
    ).exchange()

    assert answer == TokenAnswer(
        access_token="at",
        scope="launch",
        refresh_token="rt",
        id_token="a.b.c",
        expires_in=300,
        patient="p-1.x",
        encounter="e1",
        need_patient_banner=False,
        intent="negotiate",
        smart_style_url="https://ehr.example/style.json",
        fhir_context=("ServiceRequest/s1",),
        tenant="ward",
    )


async def test_bare_answer_has_safe_defaults() -> None:
    answer = await World(httpx2.Response(200, json={"access_token": "at", "token_type": "bearer"})).exchange()

    assert answer == TokenAnswer("at", "launch openid")
    assert answer.need_patient_banner
    assert tokens_of(answer, URL, asked_at=NOW).expires_at is None


def test_lifetime_counts_from_the_question() -> None:
    tokens = tokens_of(checked(ANSWER, asked=""), URL, asked_at=NOW)

    assert tokens.expires_at == NOW + timedelta(hours=1)
    assert "at" not in repr(tokens).replace("datetime", "").replace("expires_at", "")


@given(st.dictionaries(st.sampled_from([*ANSWER, "encounter", "id_token", "fhirContext"]), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)))  # fmt: skip
def test_any_json_is_a_whole_token_or_refused(answer: dict[str, Any]) -> None:
    try:
        read = checked({**ANSWER, **answer}, asked="")
    except TokenRefused:
        return
    assert read.access_token
    assert read.patient is None or 0 < len(read.patient) <= 64


@pytest.mark.parametrize("module", [common_errors, client_errors, oauth_errors])
def test_every_error_class_of_the_library_is_translated(module: Any) -> None:
    found = [
        value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Exception)
    ]

    assert found
    assert [error for error in found if not issubclass(error, token.LIBRARY_ERRORS)] == []


@pytest.mark.parametrize(
    "raised",
    [
        lambda: client_errors.OAuthError("x", "Mrs Shaw"),
        client_errors.MissingTokenError,
        lambda: ValueError("Mrs Shaw"),
        OverflowError,
        RecursionError,
    ],
)
async def test_library_error_becomes_a_refusal_without_its_words(raised: Callable[[], Exception]) -> None:
    def fails(_: httpx2.Request) -> httpx2.Response:
        raise raised()

    door = Door(httpx2.MockTransport(fails), frozenset({Origin.of("https://ehr.example")}))

    with pytest.raises(TokenRefused) as caught:
        await TokenEndpoint(door, EHR, URL).exchange("c", "v" * 64, now=NOW)

    assert "Shaw" not in str(caught.value)
