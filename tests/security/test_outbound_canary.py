"""One outbound door: wherever a server plants an address, nothing connects to it.

The canary is a real listener on this machine, and whatever is not the EHR goes over the network for real.
"""

import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx2
import pytest
from joserfc import jwt
from joserfc.jws import JWSRegistry
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse

from smartapp.app import create_app
from smartapp.errors import TemporaryOutboundError
from smartapp.http import Door, Limits, Origin, open_transport
from tests.figures import record
from tests.refusals import TRANSACTION, Change, Wire
from tests.security.planted import PATIENT, chart, ways
from tests.sockets import Sockets
from tests.visits import APP, EHR, Clinic, OpenVisit, clinic, registrations, settings, signing_key

WAYS = tuple(ways(0))
PAGES = (
    "", "room", "review", "statements", "handout", "handout/page", "sources", "done", f"goals/{PATIENT}-goal",
)  # fmt: skip
HEADERS = ("location", "content-location", "link", "refresh", "www-authenticate")
IN_OTHER_ANSWERS = 10
"""Style, two contexts, user, profile and two headers of keys with the tokens; two in the metadata; `next`."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@dataclass
class Canary:
    """`left`: what set out for anywhere but the EHR, whether or not a connection came about."""

    listeners: list[socket.socket]
    left: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        port: int = self.listeners[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def heard(self) -> int:
        """How many connections came since the last time it was asked."""
        heard = 0
        for listener in self.listeners:
            while True:
                try:
                    listener.accept()[0].close()
                except BlockingIOError:
                    break
                heard += 1
        return heard

    def heard_nothing(self, *, planted: int) -> bool:
        """Whether nothing set out for it, and notes how much was tried. `planted`: in how many places."""
        requests = self.heard() + len(self.left)
        record("places planted", planted)
        record("canary requests", requests)
        return requests == 0


@pytest.fixture
def canary() -> Iterator[Canary]:
    four = socket.create_server(("127.0.0.1", 0), backlog=128)
    listeners = [four]
    if socket.has_ipv6:
        with suppress(OSError):  # a machine without IPv6 on its loopback hears nothing there
            six = ("::1", four.getsockname()[1])
            listeners.append(socket.create_server(six, family=socket.AF_INET6, backlog=128))
    for listener in listeners:
        listener.setblocking(False)
    yield Canary(listeners)
    for listener in listeners:
        listener.close()


class Roads(httpx2.AsyncBaseTransport):
    """The EHR inside this process; everything else over the network, as the product would go."""

    def __init__(self, ehr: httpx2.AsyncBaseTransport, canary: Canary) -> None:
        self._ehr = ehr
        self._canary = canary
        self._network = open_transport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if str(request.url).startswith(f"{EHR}/"):
            return await self._ehr.handle_async_request(request)
        self._canary.left.append(str(request.url))
        return await self._network.handle_async_request(request)

    async def aclose(self) -> None:
        await self._network.aclose()


@dataclass
class Planted:
    at: Clinic
    wire: Wire

    async def visit(self) -> OpenVisit:
        """Launch, and look at every page."""
        visit = await self.at.browser().open(PATIENT, encounter_id=f"{PATIENT}-encounter")
        for page in PAGES if visit.id else ():
            assert (await visit.page(page)).status_code in {200, 404, 502, 503}, page
        return visit


@asynccontextmanager
async def planted_clinic(canary: Canary, link: str, *, transactions: bool = True) -> AsyncIterator[Planted]:
    async with clinic(resources=chart(link)) as at:
        assert isinstance(at.wire, httpx2.ASGITransport)
        at.wire.app = wire = Wire(at.ehr.app)
        roads = Roads(at.wire, canary)
        registered = registrations(at.ehr, transactions=transactions)
        app = create_app(settings("sqlite+aiosqlite://"), registered, transport=roads, clock=at.clock)
        async with app.router.lifespan_context(app):
            yield Planted(replace(at, app=app), wire)
        await roads.aclose()


def merged(**members: object) -> Change:
    """A change that puts these members into a JSON answer."""

    def change(_: MutableHeaders, body: bytes) -> bytes:
        return json.dumps(json.loads(body) | members).encode()

    return change


@pytest.mark.parametrize("way", WAYS)
async def test_address_in_a_chart_or_an_answer_opens_no_connection(canary: Canary, way: str) -> None:
    link = ways(canary.port)[way]

    def plant_in_headers(into: MutableHeaders, body: bytes) -> bytes:
        for name in HEADERS:
            into[name] = link.replace("\t", "")
        return body

    def plant_in_token(_: MutableHeaders, body: bytes) -> bytes:
        answer = json.loads(body)
        return json.dumps(answer | token_members(answer, link, keys_at=canary.url)).encode()

    async with planted_clinic(canary, link) as planted:
        planted.at.ehr.faults.read.foreign_next_link = link
        planted.wire.change("POST /fhir", plant_in_headers)
        planted.wire.change("GET /fhir/metadata", plant_in_metadata(link))
        planted.wire.change("POST /auth/token", plant_in_token)
        visit = await planted.visit()
        statements = (await visit.page("statements")).text
        await visit.write(goal="Dance", worry="Falling")
        done = await visit.send()
        planted.at.ehr.expire_tokens()
        await visit.page(f"goals/{PATIENT}-goal")

        asked = {request.path for request in planted.at.ehr.requests}
    assert "Swim in the lake." in statements
    assert "in the chart" in done.text
    assert {"/fhir/DocumentReference", "/fhir/DiagnosticReport", "/auth/token"} <= asked
    places = json.dumps(chart("https://planted.example")).count("https://planted.example")
    assert canary.heard_nothing(planted=places + len(HEADERS) + IN_OTHER_ANSWERS)


def token_members(answer: dict[str, str], link: str, *, keys_at: str) -> dict[str, object]:
    """A style, a user, contexts and keys that are elsewhere; an id_token is signed anew."""
    members: dict[str, object] = {
        "smart_style_url": link,
        "fhirContext": [{"reference": link}, {"canonical": link}],
    }
    if "id_token" in answer:
        claims = jwt.decode(answer["id_token"], signing_key()).claims
        header = {"alg": "RS256", "kid": signing_key().kid, "jku": keys_at, "x5u": keys_at}
        moved = {**claims, "fhirUser": link, "profile": link}
        any_header = JWSRegistry(strict_check_header=False)
        members["id_token"] = jwt.encode(header, moved, signing_key(), registry=any_header)
    return members


def plant_in_metadata(link: str) -> Change:
    uris = {"url": "token", "valueUri": link}
    oauth = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
    security = {"extension": [{"url": oauth, "extension": [uris]}]}

    def change(_: MutableHeaders, body: bytes) -> bytes:
        statement = json.loads(body)
        statement["implementation"] = {"description": "x", "url": link}
        statement["rest"][0]["security"] = security
        return json.dumps(statement).encode()

    return change


@pytest.mark.parametrize(
    "where",
    [
        "GET /fhir/.well-known", "GET /auth/jwks", "POST /auth/token", "GET /fhir/metadata",
        "GET /fhir/Patient", "GET /fhir/Goal", "GET /fhir/DocumentReference",
        "GET /fhir/Practitioner", "GET /fhir/Observation", TRANSACTION, "POST /fhir/Goal",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [302, 307])
async def test_redirect_is_never_followed(canary: Canary, where: str, status: int) -> None:
    async with planted_clinic(canary, canary.url, transactions=where == TRANSACTION) as planted:
        planted.wire.answer(where, RedirectResponse(f"{canary.url}/elsewhere", status_code=status))

        visit = await planted.visit()
        if visit.id and "/draft" in (await visit.page("room")).text:
            await visit.write(goal="Dance", worry="Falling")
            await visit.send()

        assert planted.wire.requests(where) > 0
    assert canary.heard_nothing(planted=1)


@pytest.mark.parametrize(
    "name",
    [
        "authorization_endpoint", "token_endpoint", "jwks_uri", "issuer", "revocation_endpoint",
        "introspection_endpoint", "management_endpoint", "registration_endpoint", "user_access_brand_bundle",
    ],
)  # fmt: skip
async def test_address_in_the_servers_configuration_opens_no_connection(canary: Canary, name: str) -> None:
    tried = [link for way, link in ways(canary.port).items() if way != "tab"]
    async with planted_clinic(canary, canary.url) as planted:
        for link in tried:
            planted.wire.change("GET /fhir/.well-known/smart-configuration", merged(**{name: link}))

            visit = await planted.at.browser().open(PATIENT)

            assert visit.first.url.host in {"app.test", "ehr.test"}
            planted.at.clock.now += timedelta(hours=2)  # a configuration is kept for one
    assert canary.heard_nothing(planted=len(tried))


async def test_iss_of_a_stranger_opens_no_connection(canary: Canary) -> None:
    names = ("iss", "code", "state", "error", "error_uri", "redirect", "next")
    async with planted_clinic(canary, canary.url) as planted:
        browser = planted.at.browser()
        for link in ways(canary.port).values():
            launch = httpx2.QueryParams({"iss": link, "launch": "x"})
            assert (await browser.get_once(f"{APP}/launch?{launch}")).status_code == 400
            for name in names:
                back = httpx2.QueryParams({"code": "x", "state": "y" * 43} | {name: f"{link}/{name}"})
                assert (await browser.get_once(f"{APP}/callback/demo?{back}")).status_code == 400
    assert canary.heard_nothing(planted=len(WAYS) * (1 + len(names)))


async def test_proxy_of_the_environment_is_not_used(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, canary.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as ehr:
        ehr.setblocking(False)
        origin = f"http://127.0.0.1:{ehr.getsockname()[1]}"
        network = open_transport()
        door = Door(network, frozenset({Origin.of(origin)}))

        with pytest.raises(TemporaryOutboundError):
            await door.fetch("GET", f"{origin}/fhir/metadata", limits=Limits(total_s=0.2))
        await network.aclose()

        with ehr.accept()[0]:
            pass
    async with planted_clinic(canary, canary.url) as planted:
        assert "Swim in the lake." in (await (await planted.visit()).page("statements")).text
    assert canary.heard_nothing(planted=len(PROXIES))


async def test_canary_hears_what_follows_a_link_past_the_door(canary: Canary) -> None:
    async with httpx2.AsyncClient(trust_env=False, timeout=0.2) as careless:
        tried = 0
        for way in ("plain", "base in the query", "base as the user", "decimal", "short"):
            with pytest.raises(httpx2.TransportError):
                await careless.get(ways(canary.port)[way])
            tried += 1

    assert canary.heard() == tried


@pytest.mark.parametrize(
    ("event", "strays"),
    [
        (("socket.connect", (None, ("93.184.216.34", 443))), True),
        (("socket.connect", (None, ("fe80::1", 443, 0, 0))), True),
        (("socket.getaddrinfo", ("ehr.example.org", 443, 0, 0, 0)), True),
        (("socket.connect", (None, ("127.0.0.1", 1))), False),
        (("socket.connect", (None, "/run/postgresql/.s.PGSQL.5432")), False),
        (("socket.getaddrinfo", ("localhost", 443, 0, 0, 0)), False),
        (("socket.getaddrinfo", (None, 443, 0, 0, 0)), False),
    ],
)
def test_watch_over_the_suite_knows_what_strays(event: tuple[str, tuple[object, ...]], strays: bool) -> None:
    watch = Sockets()

    with pytest.raises(ConnectionRefusedError) if strays else nullcontext():
        watch(*event)

    assert len(watch.strayed) == strays
