"""How the demo EHR says no in FHIR: a problem with its HTTP status, answered as an OperationOutcome."""

import json
from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from smartapp.sandbox.resource import Resource

FHIR_JSON = "application/fhir+json"


class FhirProblem(Exception):
    """Ends a FHIR request. `code` is from the issue-type value set; `headers` go out with the answer.
    `has_outcome` False: its body stays empty.
    """

    def __init__(
        self,
        status: int,
        code: str,
        diagnostics: str,
        *,
        headers: Mapping[str, str] | None = None,
        has_outcome: bool = True,
    ) -> None:
        super().__init__(diagnostics)
        self.status = status
        self.code = code
        self.diagnostics = diagnostics
        self.headers = dict(headers or {})
        self.has_outcome = has_outcome

    def as_resource(self) -> Resource:
        return operation_outcome("error", self.code, self.diagnostics)


def operation_outcome(severity: str, code: str, diagnostics: str) -> Resource:
    issue = {"severity": severity, "code": code, "diagnostics": diagnostics}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def encoded(resource: Resource) -> bytes:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()


def fhir_answer(
    resource: Resource, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(encoded(resource), status_code=status, headers=dict(headers or {}), media_type=FHIR_JSON)


def problem_answer(problem: FhirProblem, *, as_text: bool = False, as_html: bool = False) -> Response:
    """`as_text`, `as_html`: told as plain text or as a web page, as a proxy in front of the server does."""
    if not problem.has_outcome:
        return Response(status_code=problem.status, headers=problem.headers)
    if as_text:
        return PlainTextResponse(problem.diagnostics, problem.status, problem.headers)
    if as_html:
        page = f"<html><body><h1>{problem.status}</h1><p>{escape(problem.diagnostics)}</p></body></html>"
        return HTMLResponse(page, problem.status, problem.headers)
    return fhir_answer(problem.as_resource(), status=problem.status, headers=problem.headers)
