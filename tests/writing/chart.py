"""A small EHR for the writing tests: stores what is posted, and fails as it is told to."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl

import anyio
import httpx2

from smartapp.fhir.capability import Capability, capability_of
from smartapp.fhir.client import FhirClient
from smartapp.http import Door, Origin

BASE = "https://ehr.example.org/fhir"
TYPES = ("Goal", "Observation", "Provenance")

Resource = dict[str, Any]  # Any: FHIR JSON
Fault = Callable[["Chart", httpx2.Request], httpx2.Response]
"""What happens to one POST instead of the usual."""


@dataclass
class Chart:
    """`faults`: for the next POSTs, one each, then all is well. `on_read`: what a GET shows."""

    faults: list[Fault] = field(default_factory=list)
    stored: list[Resource] = field(default_factory=list)
    posts: list[Resource] = field(default_factory=list)
    if_none_exist: list[str | None] = field(default_factory=list)
    knows_if_none_exist: bool = True
    knows_identifier: bool = True
    is_index_behind: bool = False
    search_status: int = 200
    read_status: int = 200
    hangs_on_get: bool = False
    session_over: bool = False
    session_over_for_reading: bool = False
    location: str = BASE + "/{type}/{id}/_history/1"
    sends_body: bool = True
    on_read: Callable[[Resource], Resource] = lambda resource: resource

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        await anyio.lowlevel.checkpoint()
        is_over = self.session_over or (self.session_over_for_reading and request.method == "GET")
        if is_over:
            return httpx2.Response(401)
        if request.method == "POST":
            self.posts.append(json.loads(request.content))
            self.if_none_exist.append(request.headers.get("if-none-exist"))
            return self.faults.pop(0)(self, request) if self.faults else self.create(request)
        if self.hangs_on_get:
            raise httpx2.ReadTimeout("no answer")
        parts = request.url.path.removeprefix("/fhir/").split("/")
        return self.read(*parts) if len(parts) == 2 else self.search(parts[0], request)

    def create(self, request: httpx2.Request) -> httpx2.Response:
        resource = json.loads(request.content)
        condition = request.headers.get("if-none-exist")
        if condition is not None and self.knows_if_none_exist:
            token = condition.removeprefix("identifier=")
            existing = [one for one in self.of_type(resource["resourceType"]) if token in tokens_of(one)]
            if existing:
                return self.created(existing[0], 200)
        return self.created(self.keep(resource), 201)

    def keep(self, resource: Resource) -> Resource:
        number = len(self.of_type(resource["resourceType"])) + 1
        kept = resource | {"id": str(number), "meta": resource.get("meta", {}) | {"versionId": "1"}}
        self.stored.append(kept)
        return kept

    def created(self, resource: Resource, status: int) -> httpx2.Response:
        location = self.location.format(type=resource["resourceType"], id=resource["id"])
        headers = {"location": location} if location else {}
        return httpx2.Response(status, headers=headers, json=resource if self.sends_body else None)

    def read(self, resource_type: str, resource_id: str) -> httpx2.Response:
        found = [one for one in self.of_type(resource_type) if one["id"] == resource_id]
        if self.read_status != 200 or not found:
            return httpx2.Response(self.read_status if self.read_status != 200 else 404)
        return httpx2.Response(200, json=self.on_read(found[0]))

    def search(self, resource_type: str, request: httpx2.Request) -> httpx2.Response:
        if self.search_status != 200:
            return httpx2.Response(self.search_status)
        params = dict(parse_qsl(request.url.query.decode()))
        found = [] if self.is_index_behind else self.of_type(resource_type)
        if "identifier" in params and self.knows_identifier:
            found = [one for one in found if params["identifier"] in tokens_of(one)]
        if "target" in params:
            found = [one for one in found if {"reference": params["target"]} in one["target"]]
        entries = [{"resource": self.on_read(one), "search": {"mode": "match"}} for one in found]
        return httpx2.Response(200, json={"resourceType": "Bundle", "type": "searchset", "entry": entries})

    def of_type(self, resource_type: str) -> list[Resource]:
        return [one for one in self.stored if one["resourceType"] == resource_type]

    def posts_of(self, resource_type: str) -> list[Resource]:
        return [one for one in self.posts if one["resourceType"] == resource_type]


def refuse(status: int, *, reason: str = "", headers: dict[str, str] | None = None) -> Fault:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": reason}]}
    return lambda chart, request: httpx2.Response(status, json=outcome, headers=headers)


def commit_then_answer(status: int) -> Fault:
    """Stores it, and answers an error all the same: a gateway in between."""

    def fault(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        chart.create(request)
        return httpx2.Response(status)

    return fault


def commit_then(error: Exception) -> Fault:
    """Stores it, and the answer never comes."""

    def fault(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        chart.create(request)
        raise error

    return fault


def lose(error: BaseException) -> Fault:
    """The request does not get through to the store."""

    def fault(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        raise error

    return fault


def commit_then_hang_up(chart: Chart, request: httpx2.Request) -> httpx2.Response:
    """Stores it, answers nothing, and from then on answers no GET either."""
    chart.create(request)
    chart.hangs_on_get = True
    raise httpx2.ReadTimeout("no answer")


def end_session(chart: Chart, request: httpx2.Request) -> httpx2.Response:
    chart.session_over = True
    return httpx2.Response(401)


def tokens_of(resource: Resource) -> set[str]:
    identifiers = cast("list[dict[str, str]]", resource.get("identifier", []))
    return {f"{one['system']}|{one['value']}" for one in identifiers}


class Token:
    """An access token that cannot be renewed."""

    async def bearer(self) -> str | None:
        return "token"

    async def renew(self, refused: str) -> str | None:
        return None


def client_of(chart: Chart, *, patient_id: str = "p1", may: str = "crs") -> FhirClient:
    door = Door(httpx2.MockTransport(chart.answer), frozenset({Origin.of(BASE)}))
    return FhirClient(
        door,
        fhir_base=BASE,
        patient_id=patient_id,
        access=Token(),
        may=lambda resource_type, action: action in may,
        timeout_s=5,
    )


def offering(*types: str, conditional: bool = True) -> Capability:
    """A server with create for these types."""
    resources = [
        {"type": one, "interaction": [{"code": "create"}, {"code": "read"}], "conditionalCreate": conditional}
        for one in types
    ]
    statement = {"resourceType": "CapabilityStatement", "rest": [{"mode": "server", "resource": resources}]}
    return capability_of(statement)
