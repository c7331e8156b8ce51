"""A demo EHR with two patients, and a client that goes through the SMART launch as an app would."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc.jwk import RSAKey

from smartapp.sandbox.clients import DemoClient, demo_clients
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sandbox.vendors import MANNERS

BASE = "http://ehr.test"
FHIR = f"{BASE}/fhir"
REDIRECT = "http://app.test/callback/demo"
STATE = "state-with-at-least-122-bits"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Both from RFC 7636, appendix B."""
SCOPES = "launch openid fhirUser online_access patient/*.cruds"
LOINC = "http://loinc.org"

Json = dict[str, Any]  # FHIR and OAuth answers, looked into by the tests


@dataclass
class Ticking:
    """A clock that moves only when told to."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 15, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def patient(patient_id: str, family: str, **more: object) -> Json:
    return {
        "resourceType": "Patient",
        "id": patient_id,
        "name": [{"family": family, "given": ["Amy"]}],
        **more,
    }


def observation(text: str, *, of: str = "p1", **more: object) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "95541-9"}]},
        "subject": {"reference": f"Patient/{of}"},
        "valueString": text,
        **more,
    }


def goal(text: str, *, of: str = "p1", **more: object) -> Json:
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": text},
        "subject": {"reference": f"Patient/{of}"},
        **more,
    }


def chart() -> list[Json]:
    """Two patients with a goal each, a note with its text in a Binary, and a clinician."""
    note = {
        "resourceType": "DocumentReference",
        "id": "note-1",
        "status": "current",
        "subject": {"reference": "Patient/p1"},
        "content": [{"attachment": {"contentType": "text/plain", "url": "Binary/b1"}}],
    }
    return [
        patient("p1", "Shaw", birthDate="1958-03-01"),
        patient("p2", "Ortiz"),
        {"resourceType": "Practitioner", "id": "dr", "name": [{"family": "Bone"}]},
        {
            "resourceType": "Encounter",
            "id": "e1",
            "status": "in-progress",
            "subject": {"reference": "Patient/p1"},
        },
        {**goal("Walk to school"), "id": "g1"},
        {**goal("Dance", of="p2"), "id": "g2"},
        note,
        {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": "SGVsbG8="},
        {"resourceType": "Binary", "id": "b2", "contentType": "text/plain", "data": "SGVsbG8="},
    ]


@dataclass
class World:
    """`http` talks to the demo EHR in process and follows no redirect."""

    ehr: DemoEhr
    http: httpx2.AsyncClient
    clock: Ticking

    async def authorize(self, **changes: str | None) -> httpx2.Response:
        """An EHR launch of p1 as it should be asked for; None leaves a parameter out."""
        launch = parse_qs(urlsplit(self.ehr.new_launch("p1", encounter_id="e1")).query)["launch"][0]
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": "demo-public",
            "redirect_uri": REDIRECT,
            "scope": SCOPES,
            "state": STATE,
            "aud": FHIR,
            "launch": launch,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "nonce": "n-1",
        }
        present = {name: value for name, value in (asked | changes).items() if value is not None}
        return await self.http.get("/auth/authorize", params=present)

    async def code(self, **changes: str | None) -> str:
        return back(await self.authorize(**changes))["code"]

    async def exchange(
        self, code: str, *, auth: Mapping[str, str] | None = None, changes: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """`auth`: form fields that prove the client."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
            **(auth or {"client_id": "demo-public"}),
            **(changes or {}),
        }
        return await self.http.post("/auth/token", data=form)

    async def refresh(self, token: str, **changes: str) -> httpx2.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "demo-public", **changes}
        return await self.http.post("/auth/token", data=form)

    async def sign_in(self, scope: str = SCOPES) -> Json:
        """A whole EHR launch; the token answer."""
        answer: Json = (await self.exchange(await self.code(scope=scope))).json()
        return answer

    async def bearer(self, scope: str = SCOPES) -> dict[str, str]:
        return {"Authorization": f"Bearer {(await self.sign_in(scope))['access_token']}"}

    async def create(self, body: Json, **headers: str) -> httpx2.Response:
        """On the open endpoint; header names with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(f"/open/fhir/{body['resourceType']}", json=body, headers=named)

    async def find(self, query: str) -> list[str]:
        """Ids that a search on the open endpoint finds, in order."""
        answer = await self.http.get(f"/open/fhir/{query}")
        assert answer.status_code == 200, answer.text
        return [entry["resource"]["id"] for entry in answer.json().get("entry", [])]


def back(answer: httpx2.Response) -> dict[str, str]:
    """The parameters with which the browser is sent back to the app."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(f"{REDIRECT}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def new_world(
    *resources: Json,
    key: RSAKey | None = None,
    clients: tuple[DemoClient, ...] | None = None,
    manner: str = "full",
) -> World:
    clock = Ticking()
    ehr = create_demo_ehr(
        base_url=BASE,
        app_launch_url="http://app.test/launch",
        resources=[*chart(), *resources],
        clients=clients or demo_clients("http://app.test/callback"),
        clock=clock,
        signing_key=key,
        manner=MANNERS[manner],
    )
    return World(ehr, httpx2.AsyncClient(transport=httpx2.ASGITransport(ehr.app), base_url=BASE), clock)
