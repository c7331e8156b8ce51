"""FHIR over HTTP: URLs, headers and bodies in front of the interactions.

https://hl7.org/fhir/R4/http.html
"""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from smartapp.sandbox import lost_writes, transaction
from smartapp.sandbox.access import Access
from smartapp.sandbox.capability import capability_statement
from smartapp.sandbox.faults import Faults
from smartapp.sandbox.history import history_bundle, keeps_versions, versions_of
from smartapp.sandbox.interactions import Interactions
from smartapp.sandbox.outcome import FHIR_JSON, FhirProblem, fhir_answer, problem_answer
from smartapp.sandbox.pages import Pages
from smartapp.sandbox.read_faults import spoiled_body, spoiled_page
from smartapp.sandbox.resource import Resource
from smartapp.sandbox.search import Pairs
from smartapp.sandbox.write_answers import WriteAnswers

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_JSON_TYPES = frozenset({"application/fhir+json", "application/json"})
_Asked = tuple[str | None, str, tuple[tuple[str, str], ...]]
_Handler = Callable[[Request, Access], Awaitable[Response]]


@dataclass(slots=True)
class FhirApi:
    """One FHIR endpoint under `prefix` ("/fhir"). `access_of` reads the bearer token, or raises FhirProblem
    401.
    """

    interactions: Interactions
    pages: Pages
    fhir_base: str
    prefix: str
    access_of: Callable[[Request], Access]
    oauth_uris: dict[str, str] | None
    _found: dict[_Asked, tuple[datetime, tuple[list[Resource], tuple[tuple[str, str], ...]]]] = field(
        default_factory=dict
    )

    def routes(self) -> list[Route]:
        return [
            Route(f"{self.prefix}/metadata", self._metadata),
            *(
                Route(f"{self.prefix}{end}", self._endpoint(self._base), methods=_METHODS)
                for end in ("", "/")
            ),
            Route(f"{self.prefix}/{{type}}", self._endpoint(self._type), methods=_METHODS),
            Route(f"{self.prefix}/{{type}}/_search", self._endpoint(self._search_by_post), methods=_METHODS),
            Route(f"{self.prefix}/{{type}}/{{id}}", self._endpoint(self._instance), methods=_METHODS),
            Route(f"{self.prefix}/{{type}}/{{id}}/_history", self._endpoint(self._history), methods=_METHODS),
            Route(
                f"{self.prefix}/{{type}}/{{id}}/_history/{{version}}",
                self._endpoint(self._version),
                methods=_METHODS,
            ),
            Route(f"{self.prefix}/{{rest:path}}", self._endpoint(self._nothing), methods=_METHODS),
        ]

    @property
    def _faults(self) -> Faults:
        return self.interactions.faults

    @property
    def _answers(self) -> WriteAnswers:
        return WriteAnswers(self.interactions, self.fhir_base, self.prefix)

    def _endpoint(self, handler: _Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                delay = self._faults.delay_s + self._faults.delays.get(
                    request.path_params.get("type", ""), 0.0
                )
                if delay:
                    await asyncio.sleep(delay)
                return await handler(request, self.access_of(request))
            except FhirProblem as problem:
                return problem_answer(
                    problem, as_text=self._faults.text_errors, as_html=self._faults.html_errors
                )
            except RecursionError:
                return problem_answer(FhirProblem(400, "structure", "the body is nested too deep"))

        return endpoint

    async def _metadata(self, request: Request) -> Response:  # noqa: ARG002 - the shape of an endpoint
        return fhir_answer(
            capability_statement(self.interactions, fhir_base=self.fhir_base, oauth_uris=self.oauth_uris)
        )

    async def _base(self, request: Request, access: Access) -> Response:
        if request.method == "POST":
            if self._faults.refuse_all_writes:
                raise FhirProblem(self._faults.refusal_status, "forbidden", "this server takes no writes")
            if not self.interactions.manner.transaction:
                raise FhirProblem(405, "not-supported", "this server takes no Bundle")
            bundle = await _json_body(request)
            return await self._write(
                lambda: fhir_answer(
                    transaction.run(self.interactions, access, bundle, fhir_base=self.fhir_base)
                )
            )
        if request.method == "GET" and "_getpages" in request.query_params:
            resource_type, pairs = self.pages.remembered(request.query_params["_getpages"])
            return self._search(access, resource_type, pairs)
        raise FhirProblem(405, "not-supported", f"{request.method} is not supported on the base URL")

    async def _type(self, request: Request, access: Access) -> Response:
        resource_type = request.path_params["type"]
        if request.method == "GET":
            may_be_old = "no-cache" not in request.headers.get("cache-control", "")
            return self._search(
                access, resource_type, request.query_params.multi_items(), may_be_old=may_be_old
            )
        if request.method == "POST":
            body = await _json_body(request)
            condition = request.headers.get("if-none-exist", "")
            prefer = request.headers.get("prefer", "")
            return await self._write(
                lambda: self._answers.created(
                    self.interactions.create(access, resource_type, body, if_none_exist=condition),
                    prefer=prefer,
                )
            )
        raise FhirProblem(405, "not-supported", f"{request.method} is not supported on a type")

    async def _search_by_post(self, request: Request, access: Access) -> Response:
        if request.method != "POST":
            raise FhirProblem(405, "not-supported", "_search is for POST")
        form = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        return self._search(access, request.path_params["type"], [*request.query_params.multi_items(), *form])

    async def _instance(self, request: Request, access: Access) -> Response:
        resource_type, resource_id = request.path_params["type"], request.path_params["id"]
        if request.method == "GET":
            return self._read(request, self.interactions.read(access, resource_type, resource_id))
        if request.method == "PUT":
            body = await _json_body(request)
            condition = request.headers.get("if-match", "")
            prefer = request.headers.get("prefer", "")
            return await self._write(
                lambda: self._answers.updated(
                    self.interactions.update(
                        access, resource_type, resource_id, body=body, if_match=condition
                    ),
                    prefer=prefer,
                )
            )
        raise FhirProblem(405, "not-supported", f"{request.method} is not supported on a resource")

    async def _version(self, request: Request, access: Access) -> Response:
        """A version by its number, as a Location says it; where older ones are not kept, the current one."""
        current = self.interactions.read(access, request.path_params["type"], request.path_params["id"])
        wanted = request.path_params["version"]
        kept = versions_of(self.interactions, access, current) if self.interactions.has_versions else []
        version = next((one for one in kept if one["meta"]["versionId"] == wanted), None)
        if request.method != "GET" or version is None:
            raise FhirProblem(404, "not-found", "this version is not kept")
        return self._read(request, version)

    async def _history(self, request: Request, access: Access) -> Response:
        if request.method != "GET" or not keeps_versions(self.interactions):
            raise FhirProblem(405, "not-supported", "no history can be read here")
        current = self.interactions.read(access, request.path_params["type"], request.path_params["id"])
        _require_json_is_welcome(request)
        bundle = history_bundle(
            self.interactions,
            versions_of(self.interactions, access, current),
            asked=request.query_params,
            url_of=lambda path: f"{self.fhir_base}/{path}",
        )
        spoiled = spoiled_page(
            bundle, current["resourceType"], self._faults.read, store=self.interactions.store
        )
        return Response(spoiled_body(spoiled, self._faults.read), media_type=FHIR_JSON)

    async def _nothing(self, request: Request, access: Access) -> Response:  # noqa: ARG002 - the shape of a handler
        raise FhirProblem(404, "not-found", "there is nothing at this URL")

    def _read(self, request: Request, resource: Resource) -> Response:
        if resource["resourceType"] == "Binary" and not _wants_fhir(request):
            return Response(
                base64.b64decode(resource.get("data", "")),
                media_type=resource.get("contentType", "application/octet-stream"),
            )
        _require_json_is_welcome(request)
        return Response(
            spoiled_body(self.interactions.shown(resource), self._faults.read),
            media_type=FHIR_JSON,
            headers=self._answers.version_headers(resource),
        )

    def _search(
        self, access: Access, resource_type: str, pairs: Pairs, *, may_be_old: bool = False
    ) -> Response:
        """`may_be_old`: what the same search found shortly before will do."""
        key, now = (access.patient, resource_type, tuple(pairs)), self.interactions.clock()
        age = timedelta(seconds=self._faults.read.caches_s)
        kept_at, (found, used) = self._found.get(key) or (now - age, ([], ()))
        if not may_be_old or now - kept_at >= age:
            found, used = self.interactions.search(access, resource_type, pairs)
            self._found[key] = (now, (found, used))
        shown = [self.interactions.shown(resource) for resource in found]
        page = self.pages.page(resource_type, pairs, shown, used=used)
        spoiled = spoiled_page(page, resource_type, self._faults.read, store=self.interactions.store)
        return Response(spoiled_body(spoiled, self._faults.read), media_type=FHIR_JSON)

    async def _write(self, do: Callable[[], Response]) -> Response:
        return await lost_writes.write(do, self._faults.write, clock=self.interactions.clock)


def _wants_fhir(request: Request) -> bool:
    return "fhir+json" in request.headers.get("accept", "") or request.query_params.get("_format") in {
        "json",
        FHIR_JSON,
    }


def _require_json_is_welcome(request: Request) -> None:
    accept = request.headers.get("accept", "*/*")
    if not any(name in accept for name in ("json", "*/*", "application/*")):
        raise FhirProblem(406, "not-supported", "this server speaks application/fhir+json only")


async def _json_body(request: Request) -> object:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _JSON_TYPES:
        raise FhirProblem(415, "not-supported", "send application/fhir+json")
    try:
        decoded: object = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise FhirProblem(400, "structure", "the body is not JSON") from error
    return decoded
