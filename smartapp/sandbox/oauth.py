"""How the demo EHR says no in OAuth, and how it reads parameters that must not be repeated.

RFC 6749, sections 4.1.2.1 and 5.2.
"""

from collections.abc import Iterable, Mapping

from starlette.responses import JSONResponse, Response

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthProblem(Exception):
    """Ends an authorization or token request. `error`: the standard's code."""

    def __init__(
        self, error: str, description: str, *, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
        self.headers = dict(headers or {})

    def as_parameters(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


def problem_json(problem: OAuthProblem) -> Response:
    return JSONResponse(
        problem.as_parameters(), status_code=problem.status, headers=NO_STORE | problem.headers
    )


def single_values(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Parameters by name; an empty one counts as absent. Raises OAuthProblem for a repeated one."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise OAuthProblem("invalid_request", f"{name} is repeated")
        if value:
            found[name] = value
    return found
