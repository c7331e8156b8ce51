"""A clinic: the demo EHR, our SMART layer in front of it, and a wire between them that a test can bend."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc.jwk import RSAKey
from pydantic import SecretBytes

from smartapp.sandbox.clients import DemoClient, demo_clients
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.smart.authorization import Authorization, Begun, Completed
from smartapp.smart.doors import Doors
from smartapp.smart.registration import Registration
from smartapp.smart.registrations import Registrations
from smartapp.smart.sessions import Sessions
from smartapp.store.audit import Audit
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.launches import Launches, PendingLaunches
from smartapp.store.vault import Vault

EHR = "http://127.0.0.1:9000"
FHIR = f"{EHR}/fhir"
REDIRECT = "http://127.0.0.1:8000/callback/demo"
BROWSER = "browser-that-began-the-launch"
SCOPES = ("launch", "openid", "fhirUser", "online_access", "patient/Patient.r", "patient/Goal.crs")
TOKEN = "/auth/token"

Json = dict[str, Any]  # token answers and FHIR resources, bent by the tests

DEMO = Registration(
    id="demo",
    label="Demo EHR",
    iss=(FHIR,),
    environment="sandbox",
    client_id="demo-public",
    redirect_uri=REDIRECT,
    scopes=SCOPES,
)


@dataclass
class Ticking:
    """A clock that moves only when told to."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 15, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Wire(httpx2.AsyncBaseTransport):
    """Carries requests to the EHR, remembers them, and answers itself where a test put an answer. While
    `gate` is clear, no answer comes.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport | None = None) -> None:
        self.inner = inner
        self.seen: list[httpx2.Request] = []
        self.arrived = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.answers: dict[str, Callable[[httpx2.Request], httpx2.Response]] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        self.arrived.set()
        await self.gate.wait()
        await request.aread()
        answer = self.answers.get(request.url.path)
        if answer is not None:
            return answer(request)
        assert self.inner is not None, f"nobody answers {request.url}"
        return await self.inner.handle_async_request(request)

    def requests_to(self, path: str) -> list[httpx2.Request]:
        return [request for request in self.seen if request.url.path == path]

    def answer_json(self, path: str, body: object, status: int = 200) -> None:
        self.answers[path] = lambda _: httpx2.Response(status, json=body)


@dataclass
class Clinic:
    ehr: DemoEhr
    wire: Wire
    clock: Ticking
    database: Database
    registrations: Registrations
    doors: Doors
    launches: Launches
    authorization: Authorization
    sessions: Sessions

    @property
    def demo(self) -> Registration:
        return self.registrations.get("demo")

    async def begin(self, patient: str = "p1", *, browser: str = BROWSER, **context: Any) -> Begun:
        """An EHR launch from the patient's chart, as far as the sign-in page's address."""
        launch = parse_qs(urlsplit(self.ehr.new_launch(patient, **context)).query)["launch"][0]
        return await self.authorization.begin(self.demo, launch=launch, browser=browser)

    async def sign_in(self, begun: Begun) -> dict[str, list[str]]:
        """The browser goes to the EHR and comes back: the callback's parameters."""
        transport = httpx2.ASGITransport(self.ehr.app)
        async with httpx2.AsyncClient(transport=transport) as browser:
            answer = await browser.get(begun.url)
        assert answer.status_code in {302, 303}, answer.text
        return parse_qs(urlsplit(answer.headers["location"]).query)

    async def complete(self, parameters: dict[str, list[str]]) -> Completed:
        return await self.authorization.complete("demo", parameters, browser=BROWSER)

    async def launch(self, patient: str = "p1", **context: Any) -> Completed:
        return await self.complete(await self.sign_in(await self.begin(patient, **context)))

    def bend_token_answers(self, **changes: object) -> None:
        """Every later token answer has these members instead; None takes one out."""
        inner = httpx2.ASGITransport(self.ehr.app)
        wire = self.wire

        class Bent(httpx2.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
                answer = await inner.handle_async_request(request)
                if request.url.path != TOKEN:
                    return answer
                body = {**httpx2.Response(200, content=await answer.aread()).json(), **changes}
                return httpx2.Response(200, json={k: v for k, v in body.items() if v is not None})

        wire.inner = Bent()


def chart() -> list[Json]:
    dr = {
        "resourceType": "Practitioner",
        "id": "dr",
        "name": [{"use": "official", "prefix": ["Dr"], "given": ["Ana"], "family": "Bone"}],
        "qualification": [{"code": {"text": "MD"}}],
    }
    role = {
        "resourceType": "PractitionerRole",
        "id": "role",
        "practitioner": {"reference": "Practitioner/dr"},
        "organization": {"reference": "Organization/ward"},
        "code": [{"coding": [{"display": "Physician"}]}],
    }
    visit = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "in-progress",
        "subject": {"reference": "Patient/p1"},
    }
    patients = [{"resourceType": "Patient", "id": p, "name": [{"family": "Shaw"}]} for p in ("p1", "p2")]
    return [*patients, dr, role, visit]


async def open_clinic(
    key: RSAKey,
    *,
    clients: tuple[DemoClient, ...] | None = None,
    others: tuple[Registration, ...] = (),
    **changes: Any,
) -> Clinic:
    """`changes`: of the registration. `others`: further registrations."""
    clock = Ticking()
    ehr = create_demo_ehr(
        base_url=EHR,
        app_launch_url="http://127.0.0.1:8000/launch",
        resources=chart(),
        clients=clients or demo_clients("http://127.0.0.1:8000/callback"),
        clock=clock,
        signing_key=key,
    )
    wire = Wire(httpx2.ASGITransport(ehr.app))
    database = await Database.open("sqlite+aiosqlite://")
    vault = Vault([SecretBytes(b"k" * 32)])
    registrations = Registrations([replace(DEMO, **changes), *others])
    doors = Doors(wire, registrations)
    launches = Launches(database, vault, clock)
    authorization = Authorization(
        registrations,
        doors,
        pending=PendingLaunches(database, vault, clock),
        launches=launches,
        drafts=Drafts(database, vault, clock),
        clock=clock,
    )
    audit = Audit(database, vault, clock)
    sessions = Sessions(registrations, doors, launches=launches, clock=clock, audit=audit)
    return Clinic(ehr, wire, clock, database, registrations, doors, launches, authorization, sessions)
