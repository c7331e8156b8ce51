"""A FHIR server that works by default; each test breaks one thing. It knows types, patients, categories."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from smartapp.fhir.client import FhirClient
from smartapp.http import Door, Origin

BASE = "https://ehr.example/fhir"
Json = dict[str, Any]  # FHIR JSON, nested as the standard has it
Answers = Callable[[httpx2.Request], httpx2.Response | None]


@dataclass
class FakeAccess:
    """Gives its tokens one after the other, a new one at each renewal; None when they are used up."""

    tokens: list[str | None] = field(default_factory=lambda: ["token-1", "token-2"])
    renewals: int = 0

    async def bearer(self) -> str | None:
        return self.tokens[min(self.renewals, len(self.tokens) - 1)]

    async def renew(self, refused: str) -> str | None:
        self.renewals += 1
        return self.tokens[self.renewals] if self.renewals < len(self.tokens) else None


@dataclass
class FakeServer:
    """Answers reads and searches from `resources`; `broken` may answer instead. `requests`: all that came."""

    resources: Sequence[Json] = ()
    broken: Answers = lambda request: None
    requests: list[httpx2.Request] = field(default_factory=list)

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return self.broken(request) or self._answer(request)

    def asked_for(self, resource_type: str) -> list[httpx2.Request]:
        return [
            one for one in self.requests if one.url.path.removeprefix("/fhir/").split("/")[0] == resource_type
        ]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        resource_type, _, resource_id = request.url.path.removeprefix("/fhir/").partition("/")
        of_type = [one for one in self.resources if one["resourceType"] == resource_type]
        if resource_id:
            found = next((one for one in of_type if one.get("id") == resource_id), None)
            return fhir(found) if found else outcome(404, "not found")
        query = request.url.params
        matching = [
            one
            for one in of_type
            if query.get("patient") in (json.dumps(one.get("subject") or one.get("patient")) or "")
            and ("category" not in query or _has(one.get("category"), query["category"]))
            and ("code" not in query or _has(one.get("code"), query["code"]))
        ]
        return fhir(bundle(matching))


def _has(concepts: Any, asked: str) -> bool:
    text = json.dumps(concepts)
    return any(f'"{one.rpartition("|")[2]}"' in text for one in asked.split(","))


def fhir(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.Response(
        status, content=content, headers={"content-type": "application/fhir+json", **(headers or {})}
    )


def outcome(status: int, words: str = "", headers: Mapping[str, str] | None = None) -> httpx2.Response:
    issue = {"severity": "error", "code": "processing", "details": {"text": words}}
    return fhir({"resourceType": "OperationOutcome", "issue": [issue]}, status, headers)


def bundle(resources: Sequence[Any], next_url: str = "") -> Json:
    found: Json = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": one, "search": {"mode": "match"}} for one in resources],
    }
    return found | ({"link": [{"relation": "next", "url": next_url}]} if next_url else {})


def client_of(
    server: Callable[[httpx2.Request], Any],
    *,
    patient_id: str = "p1",
    access: FakeAccess | None = None,
    may: Callable[[str, str], bool] = lambda resource_type, action: True,
    waits: list[float] | None = None,
    timeout_s: float = 5.0,
) -> FhirClient:
    """A client at BASE; what it waits is noted in `waits` and not waited."""
    noted = waits if waits is not None else []

    async def note(seconds: float) -> None:
        noted.append(seconds)

    door = Door(httpx2.MockTransport(server), frozenset({Origin.of(BASE)}))
    return FhirClient(
        door,
        fhir_base=BASE,
        patient_id=patient_id,
        access=access or FakeAccess(),
        may=may,
        timeout_s=timeout_s,
        sleep=note,
        jitter=lambda: 0.0,
    )


def patient(**more: Any) -> Json:
    return {"resourceType": "Patient", "id": "p1", "name": [{"family": "Reyes", "given": ["Ana"]}]} | more


def about_p1(resource_type: str, resource_id: str, **more: Any) -> Json:
    whose = "patient" if resource_type in {"AllergyIntolerance", "RelatedPerson", "Consent"} else "subject"
    return {"resourceType": resource_type, "id": resource_id, whose: {"reference": "Patient/p1"}} | more


def goal(resource_id: str = "g1", words: str = "Walk to church", **more: Any) -> Json:
    return about_p1("Goal", resource_id, lifecycleStatus="active", description={"text": words}) | more
