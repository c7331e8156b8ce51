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

from smartapp.sandbox import looks
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


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Every address of one demo EHR. `fhir_base` is also the issuer, unless the sign-in server is."""

    base_url: str

    def issuer(self, faults: Faults) -> str:
        return f"{self.base_url}/auth" if faults.identity.issuer_elsewhere else self.fhir_base

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

    def style(self, look: str) -> str:
        """Of a name of looks.STYLES. The address is the version: a style that changes gets another name."""
        return f"{self.base_url}/auth/styles/{look}.json"


def discovery_routes(endpoints: Endpoints, faults: Faults, *, key: SigningKey, manner: Manner) -> list[Route]:
    async def smart_configuration(_: Request) -> Response:
        return _answer(_smart_configuration(endpoints, manner, faults), faults)

    async def openid_configuration(request: Request) -> Response:
        is_of_issuer = request.url.path.startswith("/auth/") == faults.identity.issuer_elsewhere
        if not is_of_issuer:
            return JSONResponse({"message": "not the issuer"}, status_code=404)
        return JSONResponse(_openid_configuration(endpoints, faults))

    async def jwks(_: Request) -> Response:
        return JSONResponse(key.public_keys(), headers={"Cache-Control": "max-age=300"})

    found: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "/fhir/.well-known/smart-configuration": smart_configuration,
        "/fhir/.well-known/openid-configuration": openid_configuration,
        "/auth/.well-known/openid-configuration": openid_configuration,
        "/auth/jwks": jwks,
        "/auth/styles/{look}.json": looks.style,
    }
    return [Route(path, endpoint) for path, endpoint in found.items()]


def _smart_configuration(
    endpoints: Endpoints, manner: Manner, faults: Faults
) -> dict[str, Any]:  # as the standard shapes it
    # What a server lists here says little: some list more than they do, and some nothing but the launch's.
    resource_scopes = () if manner.narrows_scopes else _EVERY_SCOPE
    return {
        "issuer": endpoints.issuer(faults),
        **({} if faults.identity.keys_by_issuer else {"jwks_uri": endpoints.jwks}),
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


def _openid_configuration(endpoints: Endpoints, faults: Faults) -> dict[str, Any]:
    return {
        "issuer": endpoints.issuer(faults),
        "authorization_endpoint": endpoints.authorize,
        "token_endpoint": endpoints.token,
        "jwks_uri": endpoints.jwks,
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256" if faults.identity.es256 else "RS256"],
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
