"""The demo EHR with its start page, a browser for it, and things to write into Rosa's chart."""

from datetime import UTC, datetime
from typing import Any

import httpx2
from joserfc.jwk import RSAKey

from smartapp.sandbox.page import start_page_routes
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sandbox.stories import story_resources
from smartapp.sandbox.vendors import MANNERS

NOW = datetime(2026, 6, 9, 15, 36, tzinfo=UTC)
APP = "http://app.example.test/launch"
HOSTILE_NAME = "<img src=x onerror=alert(1)> \" ' & 張偉"
ROSA = {"reference": "Patient/delgado-rosa"}
KEY = RSAKey.generate_key(2048)

Json = dict[str, Any]


def others(count: int) -> list[Json]:
    hostile = {"resourceType": "Patient", "id": "loaded-0", "name": [{"text": HOSTILE_NAME}]}
    plain = [
        {"resourceType": "Patient", "id": f"loaded-{n}", "name": [{"family": f"Loaded{n}"}]}
        for n in range(1, count)
    ]
    return [hostile, *plain]


def note(doc_status: str) -> Json:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": doc_status,
        "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]},
        "description": "What matters",
        "subject": ROSA,
        "author": [{"reference": "Practitioner/osei-abena"}],
        "content": [{"attachment": {"contentType": "text/plain", "data": "SGVyIHdvcmRz"}}],
        "context": {"encounter": [{"reference": "Encounter/delgado-rosa-today"}]},
    }


def demo_ehr(*more: Json, manner: str = "full") -> DemoEhr:
    made: list[DemoEhr] = []
    routes = start_page_routes(lambda: made[0], clock=lambda: NOW)
    ehr = create_demo_ehr(
        base_url="http://ehr.example.test",
        app_launch_url=APP,
        resources=[*story_resources(NOW.date()), *more],
        clock=lambda: NOW,
        routes=routes,
        signing_key=KEY,
        manner=MANNERS[manner],
    )
    made.append(ehr)
    return ehr


def browser_of(ehr: DemoEhr) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=ehr.app), base_url="http://ehr.example.test")


async def write(browser: httpx2.AsyncClient, resource: Json) -> httpx2.Response:
    headers = {"Content-Type": "application/fhir+json"}
    return await browser.post(f"/open/fhir/{resource['resourceType']}", json=resource, headers=headers)


def goal(words: str, **more: object) -> Json:
    said = {"description": {"text": words}, "subject": ROSA, "expressedBy": ROSA}
    return {"resourceType": "Goal", "lifecycleStatus": "active", **said, **more}


def observation(code: str, words: str, performer: Json) -> Json:
    codings = [
        {"system": "http://loinc.org", "code": "95541-9"},
        {"system": "http://app.example.test/x", "code": code},
    ]
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": codings},
        "subject": ROSA,
        "performer": [performer],
        "valueString": words,
    }
