"""What the demo EHR says about its authorization server, true by default.

https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from smartapp.sandbox.client_auth import ASSERTION_ALGORITHMS
from smartapp.sandbox.faults import Faults
from smartapp.sandbox.id_token import SigningKey
from smartapp.sandbox.manner import Manner
from smartapp.sandbox.scopes import LAUNCH_SCOPES

FOREIGN_TOKEN_ENDPOINT = "https://elsewhere.invalid/token"  # noqa: S105 - an address
_HUGE_BYTES = 2 * 1024 * 1024
_CAPABILITIES = (
    "launch-ehr",
    "launch-standalone",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner",
    "context-style",
    "context-ehr-patient",
    "context-ehr-encounter",
    "context-standalone-patient",
    "permission-offline",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
)
_EVERY_SCOPE = (
    "patient/*.cruds",
    "patient/*.read",
    "patient/*.write",
    "user/*.cruds",
    "user/*.read",
    "user/*.write",
)
_STYLE = {
    "color_background": "#fafaf7",
    "color_error": "#a4262c",
    "color_highlight": "#1f5f8b",
    "color_text": "#1f2328",
    "dim_border_radius": "6px",
    "dim_font_size": "16px",
    "dim_spacing_size": "16px",
    "font_family_body": "Georgia, 'Times New Roman', serif",
    "font_family_heading": "'Helvetica Neue', Helvetica, Arial, sans-serif",
}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Every address of one demo EHR. `fhir_base` is also the issuer."""

    base_url: str

    @property
    def fhir_base(self) -> str:
        return f"{self.base_url}/fhir"

    @property
    def open_fhir_base(self) -> str:
        return f"{self.base_url}/open/fhir"

    @property
    def authorize(self) -> str:
        return f"{self.base_url}/auth/authorize"

    @property
    def token(self) -> str:
        return f"{self.base_url}/auth/token"

    @property
    def revoke(self) -> str:
        return f"{self.base_url}/auth/revoke"

    @property
    def jwks(self) -> str:
        return f"{self.base_url}/auth/jwks"

    @property
    def style(self) -> str:
        return f"{self.base_url}/auth/smart-style.json"


def discovery_routes(endpoints: Endpoints, faults: Faults, *, key: SigningKey, manner: Manner) -> list[Route]:
    async def smart_configuration(_: Request) -> Response:
        return _answer(_smart_configuration(endpoints, manner), faults)

    async def openid_configuration(_: Request) -> Response:
        return JSONResponse(_openid_configuration(endpoints))

    async def jwks(_: Request) -> Response:
        return JSONResponse(key.public_keys(), headers={"Cache-Control": "max-age=300"})

    async def style(_: Request) -> Response:
        return JSONResponse(_STYLE)

    found: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "/fhir/.well-known/smart-configuration": smart_configuration,
        "/fhir/.well-known/openid-configuration": openid_configuration,
        "/auth/jwks": jwks,
        "/auth/smart-style.json": style,
    }
    return [Route(path, endpoint) for path, endpoint in found.items()]


def _smart_configuration(endpoints: Endpoints, manner: Manner) -> dict[str, Any]:  # as the standard shapes it
    # What a server lists here says little: some list more than they do, and some nothing but the launch's.
    resource_scopes = () if manner.narrows_scopes else _EVERY_SCOPE
    return {
        "issuer": endpoints.fhir_base,
        "jwks_uri": endpoints.jwks,
        "authorization_endpoint": endpoints.authorize,
        "token_endpoint": endpoints.token,
        "revocation_endpoint": endpoints.revoke,
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "scopes_supported": [*LAUNCH_SCOPES, *resource_scopes],
        "token_endpoint_auth_methods_supported": [
            "none",
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
        ],
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "capabilities": list(_CAPABILITIES),
    }


def _openid_configuration(endpoints: Endpoints) -> dict[str, Any]:
    return {
        "issuer": endpoints.fhir_base,
        "authorization_endpoint": endpoints.authorize,
        "token_endpoint": endpoints.token,
        "jwks_uri": endpoints.jwks,
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def _answer(configuration: dict[str, Any], faults: Faults) -> Response:
    match faults.discovery:
        case "non_json":
            return Response("<html><body>Sign in</body></html>", media_type="text/html")
        case "status_500":
            return JSONResponse({"message": "down"}, status_code=500)
        case "foreign_token_endpoint":
            return JSONResponse({**configuration, "token_endpoint": FOREIGN_TOKEN_ENDPOINT})
        case "no_s256":
            return JSONResponse(
                {
                    name: value
                    for name, value in configuration.items()
                    if name != "code_challenge_methods_supported"
                }
            )
        case "huge":
            return Response(json.dumps(configuration).ljust(_HUGE_BYTES), media_type="application/json")
        case None:
            return JSONResponse(configuration)
