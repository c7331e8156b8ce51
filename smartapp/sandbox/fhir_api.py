"""FHIR over HTTP: URLs, headers and bodies in front of the interactions.

https://hl7.org/fhir/R4/http.html
"""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from smartapp.sandbox import transaction
from smartapp.sandbox.access import Access
from smartapp.sandbox.capability import capability_statement
from smartapp.sandbox.faults import Faults
from smartapp.sandbox.interactions import Interactions, Written
from smartapp.sandbox.outcome import FHIR_JSON, FhirProblem, fhir_answer, operation_outcome, problem_answer
from smartapp.sandbox.pages import Pages
from smartapp.sandbox.read_faults import spoiled_body, spoiled_page
from smartapp.sandbox.resource import Resource, reference_to
from smartapp.sandbox.search import Pairs

INTERNAL_HOST = "http://ehr-internal.invalid:8080"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_JSON_TYPES = frozenset({"application/fhir+json", "application/json"})
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
                return problem_answer(problem)
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
            bundle = await _json_body(request)
            return await self._write(
                lambda: _bundle_answer(
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
            return self._search(access, resource_type, request.query_params.multi_items())
        if request.method == "POST":
            body = await _json_body(request)
            condition = request.headers.get("if-none-exist", "")
            prefer = request.headers.get("prefer", "")
            return await self._write(
                lambda: self._created(
                    self.interactions.create(access, resource_type, body, if_none_exist=condition), prefer
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
                lambda: _written_answer(
                    self.interactions.update(
                        access, resource_type, resource_id, body=body, if_match=condition
                    ),
                    200,
                    prefer,
                    {},
                )
            )
        raise FhirProblem(405, "not-supported", f"{request.method} is not supported on a resource")

    async def _version(self, request: Request, access: Access) -> Response:
        """The current version can be read by its number, as a Location says it; older ones are not kept."""
        resource = self.interactions.read(access, request.path_params["type"], request.path_params["id"])
        if request.method != "GET" or resource["meta"]["versionId"] != request.path_params["version"]:
            raise FhirProblem(404, "not-found", "this version is not kept")
        return self._read(request, resource)

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
            spoiled_body(resource, self._faults.read),
            media_type=FHIR_JSON,
            headers=_version_headers(resource),
        )

    def _search(self, access: Access, resource_type: str, pairs: Pairs) -> Response:
        found, used = self.interactions.search(access, resource_type, pairs)
        page = self.pages.page(resource_type, pairs, found, used=used)
        spoiled = spoiled_page(page, resource_type, self._faults.read, store=self.interactions.store)
        return Response(spoiled_body(spoiled, self._faults.read), media_type=FHIR_JSON)

    def _created(self, written: Written, prefer: str) -> Response:
        write = self._faults.write
        meta = written.stored["meta"]
        base = f"{INTERNAL_HOST}{self.prefix}" if write.location_internal_host else self.fhir_base
        location = f"{base}/{reference_to(written.stored)}"
        if not write.location_without_version:
            location += f"/_history/{meta['versionId']}"
        answer = _written_answer(written, 201 if written.is_new else 200, prefer, {"Location": location})
        return (
            Response(status_code=answer.status_code, headers=_without_body(answer))
            if write.empty_create_body
            else answer
        )

    async def _write(self, do: Callable[[], Response]) -> Response:
        """Do the write, unless this one is told to come to grief on its way."""
        write = self._faults.write
        if not write.strikes():
            return do()
        if write.drop_before_commit:
            raise FhirProblem(502, "transient", "the connection to the chart was lost")
        answer = do()
        if write.commit_then_hang:
            await asyncio.sleep(write.hang_s)
        if write.commit_then_drop:
            raise FhirProblem(502, "transient", "the connection to the chart was lost")
        return answer


def _written_answer(written: Written, status: int, prefer: str, headers: dict[str, str]) -> Response:
    """The answer to a create or update, with the body that `Prefer` asks for: the resource when it says
    nothing.
    """
    headers = _version_headers(written.stored) | headers
    if "return=minimal" in prefer:
        return Response(status_code=status, headers=headers)
    if "return=OperationOutcome" in prefer:
        return fhir_answer(
            operation_outcome("information", "informational", "stored"), status=status, headers=headers
        )
    return fhir_answer(written.answered, status=status, headers=headers)


def _bundle_answer(bundle: Resource) -> Response:
    return fhir_answer(bundle)


def _version_headers(resource: Resource) -> dict[str, str]:
    changed = datetime.fromisoformat(resource["meta"]["lastUpdated"]).astimezone(UTC)
    return {
        "ETag": f'W/"{resource["meta"]["versionId"]}"',
        "Last-Modified": format_datetime(changed, usegmt=True),
    }


def _without_body(answer: Response) -> dict[str, str]:
    return {
        name: value
        for name, value in answer.headers.items()
        if name not in {"content-length", "content-type"}
    }


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
