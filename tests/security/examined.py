"""The app under examination as a SMART client of one of three kinds, with all that it asked for."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet
from pydantic import SecretStr

from smartapp.app import create_app
from smartapp.sandbox.clients import DEMO_SECRET, demo_clients
from smartapp.sandbox.server import create_demo_ehr
from smartapp.smart.keys import new_key
from smartapp.smart.registration import ClientAuth
from tests.hurried_clinicians import RESOURCES
from tests.security.tap import Notes, Tap, Tapped
from tests.visits import APP, EHR, Browser, Clinic, MovingClock, OpenVisit, Wire, registrations, settings
from tests.visits import signing_key as ehrs_key

KINDS = ("public", "symmetric", "asymmetric")
PATIENT, CLINICIAN = "ada", "Practitioner/one"
CLIENT_IDS = {"public": "demo-public", "symmetric": "demo-basic", "asymmetric": "demo-jwt"}
TOKEN_URL = f"{EHR}/auth/token"


@dataclass
class Examined:
    """`left_for`: every address of the EHR that the browser was sent to. `jwks`: the answer of the app's own
    key address, which is all that the EHR knows of its keys.
    """

    kind: str
    clinic: Clinic
    notes: Notes
    browser: Browser
    jwks: httpx2.Response
    left_for: list[str] = field(default_factory=list)

    @property
    def client_id(self) -> str:
        return CLIENT_IDS[self.kind]

    @property
    def authorization_requests(self) -> list[dict[str, str]]:
        """The parameters of each; one that came twice would show as a list of two."""
        found = [urlsplit(url) for url in self.left_for if url.startswith(f"{EHR}/auth/authorize?")]
        pairs = [parse_qsl(url.query, keep_blank_values=True) for url in found]
        assert all(len(dict(each)) == len(each) for each in pairs), "a parameter comes twice"
        return [dict(each) for each in pairs]

    @property
    def token_requests(self) -> list[Tapped]:
        return self.notes.to("/auth/token")

    def exchange(self) -> Tapped:
        return next(one for one in self.token_requests if one.form["grant_type"] == "authorization_code")

    def refresh(self) -> Tapped:
        return next(one for one in self.token_requests if one.form["grant_type"] == "refresh_token")

    def assertion(self, request: Tapped) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a request's assertion, verified with the published keys."""
        keys = KeySet.import_key_set(self.jwks.json())
        token = jwt.decode(request.form["client_assertion"], keys, algorithms=["ES384", "RS384"])
        return dict(token.header), dict(token.claims)

    async def launch(self, **launch: str | None) -> OpenVisit:
        visit = await self.browser.open(PATIENT, user=CLINICIAN, encounter_id=f"{PATIENT}-today", **launch)
        assert visit.id, visit.first.text
        return visit

    async def renew(self, visit: OpenVisit) -> None:
        """The tokens end, and the next page needs new ones."""
        self.clinic.ehr.expire_tokens()
        answer = await visit.page(f"goals/{PATIENT}-goal")
        assert answer.status_code == 200


@asynccontextmanager
async def examined(kind: str, folder: Path, *, alg: str = "ES384") -> AsyncIterator[Examined]:
    """A clinic whose app is a client of this kind. `folder`: where its key file may lie."""
    clock, notes, published = MovingClock(), Notes(), dict[str, Any]()
    ehr = create_demo_ehr(
        base_url=EHR,
        app_launch_url=f"{APP}/launch",
        resources=RESOURCES,
        clients=demo_clients(f"{APP}/callback", jwks=lambda: published),
        clock=clock,
        signing_key=ehrs_key(),
    )
    wire = Wire(app=Tap(ehr.app, notes))
    registered = registrations(ehr, **_proof(kind, folder, alg))
    app = create_app(settings("sqlite+aiosqlite://"), registered, transport=wire, clock=clock)
    async with app.router.lifespan_context(app):
        clinic = Clinic(app, ehr, clock, wire)
        browser = clinic.browser()
        jwks = await browser.get_once(f"{APP}/.well-known/jwks.json")
        published.update(jwks.json())
        one = Examined(kind, clinic, notes, browser, jwks)

        async def note(request: httpx2.Request) -> None:
            one.left_for.append(str(request.url))

        browser._ehr.event_hooks = {"request": [note]}
        yield one


def _proof(kind: str, folder: Path, alg: str) -> Mapping[str, Any]:
    """How the registration of this kind of client proves who it is."""
    proof: dict[str, Any] = {"client_id": CLIENT_IDS[kind]}
    if kind == "symmetric":
        proof |= {"client_auth": ClientAuth.SECRET_BASIC, "client_secret": SecretStr(DEMO_SECRET)}
    elif kind == "asymmetric":
        file = folder / "key.jwk"
        file.write_text(json.dumps(new_key(alg)), encoding="utf-8")
        proof |= {"client_auth": ClientAuth.PRIVATE_KEY_JWT, "key_file": file, "alg": alg}
    return proof
