"""What the guide demands of a SMART client beyond its requests: state, tokens, TLS, the user, and scopes."""

import json
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from starlette.datastructures import MutableHeaders

from smartapp.errors import TemporaryOutboundError
from smartapp.http import Door, Limits, Origin, open_transport
from tests.pages import words
from tests.refusals import Watched, watched_clinic
from tests.security.examined import CLINICIAN, PATIENT, Examined, examined
from tests.security.tls import tls_server
from tests.visits import APP, EHR

_SCOPE = re.compile(
    r"(patient|user|system)/(\*|[A-Z][A-Za-z]+)\.c?r?u?d?s?(\?[^\s&=]+=[^\s&]+(&[^\s&=]+=[^\s&]+)*)?"
)
_WORDS = {"launch", "openid", "fhirUser", "online_access"}
_LETTERS = {"GET one": "r", "GET many": "s", "POST": "c", "PUT": "u"}


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Examined]:
    async with examined("public", tmp_path) as running:
        yield running


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    async with watched_clinic() as at:
        yield at


async def test_req_001_server_that_cannot_prove_who_it_is_is_told_nothing() -> None:
    async with tls_server(trustme.CA()) as server:
        door = Door(open_transport(), frozenset({Origin.of(server.url)}))

        with pytest.raises(TemporaryOutboundError):
            await door.fetch("POST", f"{server.url}/token", content=b"code=secret", limits=Limits(total_s=3))

    assert server.read == b""


async def test_req_318_server_that_speaks_only_an_old_tls_does_not_even_show_its_certificate() -> None:
    why = {}
    for newest in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        async with tls_server(trustme.CA(), newest=newest) as server:
            door = Door(open_transport(), frozenset({Origin.of(server.url)}))
            with pytest.raises(TemporaryOutboundError) as refused:
                await door.fetch("POST", f"{server.url}/token", content=b"x", limits=Limits(total_s=10))
            why[newest] = "CERTIFICATE_VERIFY_FAILED" in str(refused.value.__cause__)

    assert why == {
        ssl.TLSVersion.TLSv1_1: False,
        ssl.TLSVersion.TLSv1_2: True,
        ssl.TLSVersion.TLSv1_3: True,
    }


async def test_req_002_040_no_two_states_are_alike_and_each_has_256_bits(one: Examined) -> None:
    for _ in range(20):
        await one.browser.get(one.clinic.ehr.new_launch(PATIENT, user=CLINICIAN))

    states = [asked["state"] for asked in one.authorization_requests]
    assert len(states) == len(set(states)) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", state) for state in states)
    assert len({state[:4] for state in states}) > 15


@pytest.mark.parametrize(
    "name", ["redirect", "redirect_uri", "next", "url", "error_uri", "iss", "target_link_uri"]
)
async def test_req_006_nothing_that_came_back_leads_the_browser_elsewhere(
    watched: Watched, name: str
) -> None:
    browser = watched.browser()
    evil = "https://evil.test/x"
    for path in ("/", "/launch", "/callback/demo", "/about", "/sources", "/open/demo-open", "/visits/x/"):
        asked = f"{APP}{path}?{name}={evil}&code=c&state=s&error=e&launch=l"
        await browser.get_once(asked)
    await browser.get(f"{watched.clinic.ehr.new_launch('delgado-rosa')}&{name}x={evil}")

    led = [answer.headers["location"] for answer in watched.answers if answer.is_redirect]
    assert led
    assert all(to.startswith(("/", f"{APP}/", f"{EHR}/auth/authorize?")) and "//evil" not in to for to in led)
    assert not any("evil.test" in to for to in led if name != "iss")


async def test_req_007_cookies_hold_no_token_code_or_state(watched: Watched) -> None:
    visit = await watched.open()
    watched.clinic.ehr.expire_tokens()
    await visit.page("goals/none")

    lines = [line for answer in watched.answers for line in answer.headers.get_list("set-cookie")]
    others = {value for value, kind in watched.secrets().items() if kind != "cookie"}
    assert lines
    assert all("; Secure; HttpOnly;" in line for line in lines)
    assert not any(secret in line for secret in others for line in lines)


async def test_req_120_to_125_each_interaction_was_asked_for_by_its_letter(one: Examined) -> None:
    visit = await one.launch()
    for page in ("room", "statements", f"goals/{PATIENT}-goal"):
        await visit.page(page)
    await visit.write(goal="Dance", worry="Falling")
    await visit.send()

    [asked] = one.authorization_requests
    scopes = dict(scope.partition("/")[2].rsplit(".", 1) for scope in asked["scope"].split() if "." in scope)
    done = [_interaction(request.method, request.path) for request in one.notes.to("/fhir")]
    used = {each for each in done if each}
    assert {("Goal", "r"), ("Goal", "s"), ("Observation", "s")} <= used
    assert [(kind, letter) for kind, letter in used if letter not in scopes.get(kind, "")] == []


def _interaction(method: str, path: str) -> tuple[str, str] | None:
    """Type and letter of a request below the FHIR base; None for what needs no scope, and for bundles."""
    kind, _, resource_id = path.removeprefix("/fhir").strip("/").partition("/")
    if not kind or kind == "metadata" or kind.startswith("."):
        return None
    how = f"GET {'one' if resource_id else 'many'}" if method == "GET" else method
    return kind, _LETTERS[how]


async def test_req_135_137_141_every_scope_has_the_form_of_the_guide(one: Examined) -> None:
    await one.launch()

    scopes = one.authorization_requests[0]["scope"].split()
    resource_scopes = [scope for scope in scopes if scope not in _WORDS]
    assert [scope for scope in resource_scopes if not _SCOPE.fullmatch(scope)] == []
    assert {scope.partition("/")[0] for scope in resource_scopes} == {"patient", "user"}
    assert len(scopes) == len(set(scopes))


async def test_req_148_no_scope_is_a_wildcard(one: Examined) -> None:
    await one.launch()

    assert "*" not in one.authorization_requests[0]["scope"]


async def test_req_202_user_is_read_as_the_resource_that_the_id_token_names(one: Examined) -> None:
    visit = await one.launch()
    await visit.page("room")

    reads = [request for request in one.notes.to("/fhir/Practitioner") if request.status == 200]
    assert [f"{request.method} {request.path}" for request in reads] == [f"GET /fhir/{CLINICIAN}"]
    assert reads[0].bearer == one.exchange().json()["access_token"]


def _without_keys(_: MutableHeaders, body: bytes) -> bytes:
    return json.dumps(
        {name: value for name, value in json.loads(body).items() if name != "jwks_uri"}
    ).encode()


async def test_req_218_keys_are_found_through_the_issuer_where_the_configuration_has_none(
    watched: Watched,
) -> None:
    watched.wire.change("GET /fhir/.well-known/smart-configuration", _without_keys)

    visit = await watched.open()

    asked = [each.url.partition("?")[0] for each in watched.wire.asked]
    assert f"{EHR}/fhir/.well-known/openid-configuration" in asked
    assert visit.first.status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://another.test/fhir"},
        {"issuer": None},
        {"jwks_uri": "https://another.test/keys"},
        {"jwks_uri": 7},
        {"jwks_uri": None},
    ],
)
async def test_req_218_issuer_that_names_another_or_foreign_keys_signs_nobody_in(
    watched: Watched, said: dict[str, object]
) -> None:
    def lie(_: MutableHeaders, body: bytes) -> bytes:
        return json.dumps(json.loads(body) | said).encode()

    watched.wire.change("GET /fhir/.well-known/smart-configuration", _without_keys)
    watched.wire.change("GET /fhir/.well-known/openid-configuration", lie)

    visit = await watched.open()

    assert visit.id == ""
    assert visit.first.status_code == 502
    assert "could not be trusted" in words(visit.first.text)
    assert {each.url.split("/")[2] for each in watched.wire.asked} == {"ehr.test"}


async def test_req_193_unknown_intent_opens_the_first_page(one: Examined) -> None:
    visit = await one.launch(intent="reconcile-medications")

    assert visit.first.url.path == f"/visits/{visit.id}/"
