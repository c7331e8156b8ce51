"""A clinic for many tabs: the app and two EHRs whose patients have the same ids, and marks of their own."""

import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette

from smartapp.app import create_app
from smartapp.demo import SCOPES
from smartapp.sandbox.clients import DEMO_SECRET, demo_clients
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.smart.registration import ClientAuth, Mode, Registration
from smartapp.smart.registrations import Registrations
from tests.security.tap import Tap, Tapped
from tests.visits import APP, START, MovingClock, Wire, settings, signing_key

SITES = ("north", "south")
PATIENTS = ("ada", "ben")
CLINICIANS = ("one", "two")
VISITS = ("am", "pm")
"""Every patient has two encounters at every site."""

Resource = dict[str, Any]  # FHIR JSON


def mark(site: str, patient: str) -> str:
    """What stands in every text of one patient's chart and in no other one's. In lower case."""
    return f"q{site}{patient}q"


def address(site: str) -> str:
    return f"https://{site}.test"


def chart(site: str, patient: str) -> list[Resource]:
    """A small chart in which every text has the patient's mark."""
    name, about = mark(site, patient).title(), {"reference": f"Patient/{patient}"}
    note = f'Plan of {name}.\nPatient states: "I want {name} left alone."\n'
    told = {"coding": [{"code": "44054006"}], "text": f"Diabetes {name}"}
    attachment = {
        "contentType": "text/plain",
        "data": base64.b64encode(note.encode()).decode(),
        "title": name,
    }
    return [
        {"resourceType": "Patient", "id": patient, "name": [{"family": name}], "birthDate": "1960-01-01",
         "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": name}]},
        *({"resourceType": "Encounter", "id": f"{patient}-{visit}", "status": "in-progress",
           "class": {"code": "AMB"}, "subject": about, "reasonCode": [{"text": f"Visit {name}"}]}
          for visit in VISITS),
        {"resourceType": "Goal", "id": f"{patient}-goal", "lifecycleStatus": "active",
         "description": {"text": f"Walk with {name}."}, "subject": about},
        {"resourceType": "Condition", "id": f"{patient}-condition", "subject": about, "code": told},
        {"resourceType": "RelatedPerson", "id": f"{patient}-kin", "patient": about, "active": True,
         "name": [{"text": f"Kin {name}"}], "relationship": [{"text": "sister"}]},
        {"resourceType": "DocumentReference", "id": f"{patient}-note", "status": "current", "subject": about,
         "category": [{"coding": [{"code": "clinical-note"}]}], "date": START.isoformat(),
         "type": {"text": f"Note {name}"}, "content": [{"attachment": attachment}]},
    ]  # fmt: skip


@dataclass
class Sites:
    """The app and its EHRs, all running. `taps`: in front of each EHR, by site."""

    app: Starlette
    ehrs: dict[str, DemoEhr]
    taps: dict[str, Tap]
    clock: MovingClock


@asynccontextmanager
async def two_sites(heard: Callable[[str, Tapped], None]) -> AsyncIterator[Sites]:
    """`heard` is told of every request that reaches an EHR, with its site."""
    clock = MovingClock()
    ehrs = {site: _ehr(site, clock) for site in SITES}
    taps = {site: Tap(ehr.app, _at(site, heard)) for site, ehr in ehrs.items()}
    app = create_app(
        settings("sqlite+aiosqlite://"), _registrations(ehrs), transport=_Roads(taps), clock=clock
    )
    async with app.router.lifespan_context(app):
        yield Sites(app, ehrs, taps, clock)


class _Roads(httpx2.AsyncBaseTransport):
    """Leads to each EHR at its own address, and nowhere else."""

    def __init__(self, taps: dict[str, Tap]) -> None:
        self._wires = {address(site): Wire(app=tap) for site, tap in taps.items()}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._wires[f"{request.url.scheme}://{request.url.host}"].handle_async_request(request)


def _at(site: str, heard: Callable[[str, Tapped], None]) -> Callable[[Tapped], None]:
    return lambda request: heard(site, request)


def _ehr(site: str, clock: MovingClock) -> DemoEhr:
    people = [
        {"resourceType": "Practitioner", "id": one, "name": [{"family": f"Doctor {one}"}]}
        for one in CLINICIANS
    ]
    return create_demo_ehr(
        base_url=address(site),
        app_launch_url=f"{APP}/launch",
        resources=[*people, *(each for patient in PATIENTS for each in chart(site, patient))],
        clients=demo_clients(f"{APP}/callback", registrations=(site,)),
        clock=clock,
        signing_key=signing_key(),
    )


def _registrations(ehrs: dict[str, DemoEhr]) -> Registrations:
    """A public client at one site, one with a secret at the other, and the first site's open server."""
    north, south = (
        Registration(
            id=site,
            label=site,
            iss=(ehr.fhir_base,),
            environment="sandbox",
            client_id="demo-public",
            redirect_uri=f"{APP}/callback/{site}",
            scopes=SCOPES,
        )
        for site, ehr in ehrs.items()
    )
    open_server = Registration(
        id="open", label="open", iss=(ehrs["north"].open_fhir_base,), mode=Mode.OPEN, environment="sandbox"
    )
    return Registrations((north, _with_secret(south), open_server))


def _with_secret(registration: Registration) -> Registration:
    return replace(
        registration,
        client_id="demo-basic",
        client_auth=ClientAuth.SECRET_BASIC,
        client_secret=SecretStr(DEMO_SECRET),
        transactions=False,
    )
