"""A clinician without a real browser: launches the app from the demo EHR and goes through its pages.

App and EHR run in this process and talk to one another over ASGI; nothing of either is replaced.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import httpx2
from joserfc.jwk import RSAKey
from pydantic import SecretBytes
from starlette.applications import Starlette

from smartapp.app import create_app
from smartapp.demo import SCOPES, as_registered
from smartapp.observability.chosen import Observed
from smartapp.sandbox.clients import demo_clients
from smartapp.sandbox.lost_writes import BrokenOff
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sandbox.stories import earlier_versions, story_resources
from smartapp.sandbox.vendors import MANNERS
from smartapp.settings import Settings
from smartapp.smart.registration import Mode, Registration
from smartapp.smart.registrations import Registrations
from tests.pages import Form, form

APP = "https://app.test"
EHR = "https://ehr.test"
START = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


class MovingClock:
    """A clock that tests move by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@cache
def signing_key() -> RSAKey:
    return RSAKey.generate_key(2048)


@dataclass
class Clinic:
    """The app and its EHR, both running. `wire` is what the app reaches the EHR through."""

    app: Starlette
    ehr: DemoEhr
    clock: MovingClock
    wire: httpx2.AsyncBaseTransport

    def browser(self) -> "Browser":
        return Browser(self)


class Browser:
    """One browser: keeps the app's cookies, follows redirects between app and EHR, posts forms."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self._app = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=clinic.app), base_url=APP)
        self._ehr = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=clinic.ehr.app), base_url=EHR)

    async def get(self, url: str) -> httpx2.Response:
        """GET and follow, from one to the other and back, as a frame does."""
        answer = await self._client(url).get(url)
        for _ in range(10):
            if not answer.is_redirect:
                return answer
            url = str(answer.url.join(answer.headers["Location"]))
            answer = await self._client(url).get(url)
        raise AssertionError("too many redirects")

    async def get_once(self, url: str) -> httpx2.Response:
        return await self._client(url).get(url)

    async def begin(self, launch_url: str) -> httpx2.Response:
        """The answer to a launch that sends the browser to the EHR, after the look for cookies."""
        answer = await self.get_once(launch_url)
        while answer.is_redirect and answer.headers["Location"].startswith("/launch/check?"):
            answer = await self.get_once(APP + answer.headers["Location"])
        return answer

    async def post(
        self, url: str, fields: Sequence[tuple[str, str]], *, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """POST a form of the app and follow the redirect, if there is one."""
        answer = await self.post_once(url, fields, headers=headers)
        if not answer.is_redirect:
            return answer
        return await self.get(str(answer.url.join(answer.headers["Location"])))

    async def post_once(
        self, url: str, fields: Sequence[tuple[str, str]], *, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        sent = {"Origin": APP, "Sec-Fetch-Site": "same-origin", **(headers or {})}
        return await self._app.post(url, data=data, headers=sent)

    async def open(self, patient_id: str, **launch: str | bool | None) -> "OpenVisit":
        """Open the app from a patient's chart in the demo EHR."""
        answer = await self.get(self.clinic.ehr.new_launch(patient_id, **launch))  # type: ignore[arg-type]
        return OpenVisit(self, answer)

    def _client(self, url: str) -> httpx2.AsyncClient:
        return self._ehr if url.startswith(EHR) else self._app


class OpenVisit:
    """A launch as its clinician sees it; `first` is the answer to the launch."""

    def __init__(self, browser: Browser, first: httpx2.Response) -> None:
        self.browser = browser
        self.first = first
        self.id = first.url.path.split("/")[2] if first.url.path.startswith("/visits/") else ""

    def path(self, page: str = "") -> str:
        return f"/visits/{self.id}/{page}"

    async def page(self, name: str = "") -> httpx2.Response:
        return await self.browser.get(APP + self.path(name))

    async def write(self, **said: str) -> Form:
        """Type words into the prompts ("goal", "worry") and keep them. Returns the form as posted."""
        found = form((await self.page("room")).text, "/draft")
        changes: dict[str, str] = {"next": "room"}
        for kind, words in said.items():
            changes[f"{box_of(found, kind)}-words"] = words
        found.fields = found.changed(changes)
        answer = await self.browser.post(found.action, found.fields)
        assert answer.status_code == 200, answer.text
        return found

    async def review(self) -> Form:
        return form((await self.page("review")).text, "/send")

    async def send(self, review: Form | None = None) -> httpx2.Response:
        found = review or await self.review()
        return await self.browser.post(found.action, found.fields)


def box_of(found: Form, kind: str) -> str:
    """The id of the first box of a kind that is still empty."""
    kinds = dict(found.fields)
    return next(
        box for box in found.values("box") if kinds[f"{box}-kind"] == kind and not kinds[f"{box}-words"]
    )


@asynccontextmanager
async def clinic(
    *,
    resources: Sequence[dict[str, object]] | None = None,
    database: str = "sqlite+aiosqlite://",
    clock: MovingClock | None = None,
    registration: dict[str, object] | None = None,
    ehr: str = "full",
    setting: dict[str, object] | None = None,
    watched: Observed | None = None,
) -> AsyncIterator[Clinic]:
    """An app that is registered at a demo EHR, both started. `resources` None: the story patients. `ehr`:
    whose server it behaves like, a name of MANNERS; the registration fits, unless `registration` says else.
    `setting`: what differs from `settings`. `watched` as in `create_app`.
    """
    clock = clock or MovingClock()
    found = story_resources(clock().date()) if resources is None else resources
    known = {one["id"] for one in found}
    pretend = create_demo_ehr(
        base_url=EHR,
        app_launch_url=f"{APP}/launch",
        resources=found,
        earlier=[one for one in earlier_versions(clock().date()) if one["id"] in known],
        clients=demo_clients(f"{APP}/callback"),
        clock=clock,
        signing_key=signing_key(),
        manner=MANNERS[ehr],
    )
    wire = Wire(app=pretend.app)
    app = create_app(
        replace(settings(database), **(setting or {})),  # type: ignore[arg-type]
        registrations(pretend, **(registration or {})),
        transport=wire,
        clock=clock,
        watched=watched,
    )
    async with app.router.lifespan_context(app):
        yield Clinic(app, pretend, clock, wire)


class Wire(httpx2.ASGITransport):
    """The way to the EHR, on which a connection can be lost as on a real one."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await super().handle_async_request(request)
        except BrokenOff as error:
            raise httpx2.RemoteProtocolError("the peer closed the connection", request=request) from error


def settings(database: str) -> Settings:
    return Settings(
        base_url=APP, database_url=database, launch_config=Path(), secret_keys=(SecretBytes(b"k" * 32),)
    )


def registrations(ehr: DemoEhr, **changes: object) -> Registrations:
    values: dict[str, object] = {
        "id": "demo",
        "label": "Demo EHR",
        "iss": (ehr.fhir_base,),
        "environment": "sandbox",
        "frame_ancestors": (EHR,),
        "client_id": "demo-public",
        "redirect_uri": f"{APP}/callback/demo",
        "scopes": SCOPES,
    }
    fitting = as_registered(Registration(**values), ehr.manner)  # type: ignore[arg-type]
    smart = replace(fitting, **changes)  # type: ignore[arg-type]
    without_oauth = Registration(
        id="demo-open", label="Open", iss=(ehr.open_fhir_base,), mode=Mode.OPEN, environment="sandbox"
    )
    return Registrations((smart, without_oauth))
