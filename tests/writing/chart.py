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
DISLIKED: Resource = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "code not allowed"}]}
Fault = Callable[["Chart", httpx2.Request], httpx2.Response]
"""What happens to one POST or PUT instead of the usual."""


@dataclass
class Chart:
    """`faults`: for the next POSTs, one each, then all is well; `put_faults` the same for PUTs. `on_read`:
    what a GET shows. `dislikes`: what is refused with 422. `keeps_good_half`: a transaction stores the rest
    all the same, and answers 200. `says_less`: it answers fewer entries than it got.
    """

    faults: list[Fault] = field(default_factory=list)
    stored: list[Resource] = field(default_factory=list)
    posts: list[Resource] = field(default_factory=list)
    put_faults: list[Fault] = field(default_factory=list)
    puts: list[Resource] = field(default_factory=list)
    if_match: list[str | None] = field(default_factory=list)
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
    dislikes: Callable[[Resource], bool] = lambda resource: False
    keeps_good_half: bool = False
    says_less: bool = False

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        await anyio.lowlevel.checkpoint()
        is_over = self.session_over or (self.session_over_for_reading and request.method == "GET")
        if is_over:
            return httpx2.Response(401)
        if request.method == "POST":
            self.posts.append(json.loads(request.content))
            self.if_none_exist.append(request.headers.get("if-none-exist"))
            return self.faults.pop(0)(self, request) if self.faults else self.commit(request)
        if request.method == "PUT":
            self.puts.append(json.loads(request.content))
            self.if_match.append(request.headers.get("if-match"))
            return self.put_faults.pop(0)(self, request) if self.put_faults else self.update(request)
        if self.hangs_on_get:
            raise httpx2.ReadTimeout("no answer")
        parts = request.url.path.removeprefix("/fhir/").split("/")
        return self.read(*parts) if len(parts) == 2 else self.search(parts[0], request)

    def create(self, request: httpx2.Request) -> httpx2.Response:
        resource = json.loads(request.content)
        if self.dislikes(resource):
            return httpx2.Response(422, json=DISLIKED)
        return self.created(*self.create_once(resource, request.headers.get("if-none-exist")))

    def create_once(self, resource: Resource, condition: str | None) -> tuple[Resource, int]:
        """What is stored, and the status that says whether it is new."""
        if condition is not None and self.knows_if_none_exist:
            token = condition.removeprefix("identifier=")
            existing = [one for one in self.of_type(resource["resourceType"]) if token in tokens_of(one)]
            if existing:
                return existing[0], 200
        return self.keep(resource), 201

    def transact(self, request: httpx2.Request) -> httpx2.Response:
        """All or nothing, unless `keeps_good_half`."""
        entries = json.loads(request.content)["entry"]
        disliked = [entry["fullUrl"] for entry in entries if self.dislikes(entry["resource"])]
        if disliked and not self.keeps_good_half:
            return httpx2.Response(422, json=DISLIKED)
        names: dict[str, str] = {}
        answers = [self._one_of_several(entry, names, disliked) for entry in entries]
        answers = answers[:-1] if self.says_less else answers
        bundle = {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}
        return httpx2.Response(200, json=bundle)

    def _one_of_several(self, entry: Resource, names: dict[str, str], disliked: list[str]) -> Resource:
        """Entries come after what they refer to. One that refers to what was refused is refused too."""
        text = json.dumps(entry["resource"])
        for urn, reference in names.items():
            text = text.replace(urn, reference)
        if entry["fullUrl"] in disliked or "urn:uuid:" in text:
            return {"response": {"status": "422 Unprocessable Entity", "outcome": DISLIKED}}
        kept, status = self.create_once(json.loads(text), entry["request"].get("ifNoneExist"))
        names[entry["fullUrl"]] = f"{kept['resourceType']}/{kept['id']}"
        location = f"{names[entry['fullUrl']]}/_history/1"
        return {"response": {"status": f"{status} Done", "location": location}}

    def keep(self, resource: Resource) -> Resource:
        number = len(self.of_type(resource["resourceType"])) + 1
        kept = resource | {"id": str(number), "meta": resource.get("meta", {}) | {"versionId": "1"}}
        self.stored.append(kept)
        return kept

    def update(self, request: httpx2.Request) -> httpx2.Response:
        """As a server does that takes no PUT without the current version."""
        resource = json.loads(request.content)
        current = self.one(resource["resourceType"], resource["id"])
        if request.headers.get("if-match") != f'W/"{current["meta"]["versionId"]}"':
            return httpx2.Response(412)
        return httpx2.Response(200, json=self.change(resource))

    def change(self, resource: Resource) -> Resource:
        """Whoever does it: the next version of an entry."""
        current = self.one(resource["resourceType"], resource["id"])
        version = str(int(current["meta"]["versionId"]) + 1)
        self.stored[self.stored.index(current)] = changed = resource | {
            "meta": resource.get("meta", {}) | {"versionId": version}
        }
        return changed

    def one(self, resource_type: str, resource_id: str) -> Resource:
        return next(one for one in self.of_type(resource_type) if one["id"] == resource_id)

    def commit(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "PUT":
            return self.update(request)
        return self.transact(request) if request.url.path == "/fhir" else self.create(request)

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

    def copies_of(self, id_: str) -> list[Resource]:
        """The entries that carry an id of ours."""
        return [one for one in self.stored if any(id_ in token for token in tokens_of(one))]


def refuse(status: int, *, reason: str = "", headers: dict[str, str] | None = None) -> Fault:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": reason}]}
    return lambda chart, request: httpx2.Response(status, json=outcome, headers=headers)


def commit_then_answer(status: int) -> Fault:
    """Stores it, and answers an error all the same: a gateway in between."""

    def fault(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        chart.commit(request)
        return httpx2.Response(status)

    return fault


def commit_then(error: Exception) -> Fault:
    """Stores it, and the answer never comes."""

    def fault(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        chart.commit(request)
        raise error

    return fault


def lose(error: BaseException) -> Fault:
    """The request does not get through to the store."""

    def fault(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        raise error

    return fault


def commit_then_hang_up(chart: Chart, request: httpx2.Request) -> httpx2.Response:
    """Stores it, answers nothing, and from then on answers no GET either."""
    chart.commit(request)
    chart.hangs_on_get = True
    raise httpx2.ReadTimeout("no answer")


def end_session(chart: Chart, request: httpx2.Request) -> httpx2.Response:
    chart.session_over = True
    return httpx2.Response(401)


def tokens_of(resource: Resource) -> set[str]:
    found = resource.get("identifier", [])
    identifiers = cast("list[dict[str, str]]", found if isinstance(found, list) else [found])
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


def offering(*types: str, conditional: bool = True, transaction: bool = False) -> Capability:
    """A server with create for these types."""
    resources = [
        {"type": one, "interaction": [{"code": "create"}, {"code": "read"}], "conditionalCreate": conditional}
        for one in types
    ]
    rest = {"mode": "server", "resource": resources}
    rest |= {"interaction": [{"code": "transaction"}]} if transaction else {}
    return capability_of({"resourceType": "CapabilityStatement", "rest": [rest]})
