"""The authorize endpoint: checks who asks for what, and sends the browser back with a code or an error.

https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#obtain-authorization-code
"""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from smartapp.sandbox import scopes
from smartapp.sandbox.client_auth import ClientAuthentication
from smartapp.sandbox.clients import DemoClient
from smartapp.sandbox.discovery import Endpoints
from smartapp.sandbox.faults import Faults
from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.launches import LaunchContext, Launches, NewSecret
from smartapp.sandbox.manner import Manner
from smartapp.sandbox.oauth import NO_STORE, OAuthProblem, single_values
from smartapp.sandbox.patient_picker import error_page, picker_page
from smartapp.sandbox.tokens import Grant, TokenVault

OTHER_ISSUER = "https://another-ehr.invalid/fhir"
_SHORTEST_STATE = 22  # characters of base64url: 128 bits, where SMART asks for 122 at least
_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")


class UntrustedRedirect(Exception):
    """The client or its redirect_uri is not registered, so the browser must not be sent there."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A checked request. Its context has no patient while one is still to be picked."""

    client_id: str
    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    code_challenge: str
    nonce: str | None
    context: LaunchContext


@dataclass(slots=True)
class Authorization:
    """`clinician`: reference of the user who is signed in, as far as a standalone launch is concerned."""

    authentication: ClientAuthentication
    launches: Launches
    vault: TokenVault
    store: FhirStore
    faults: Faults
    endpoints: Endpoints
    clinician: str
    new_secret: NewSecret
    manner: Manner
    _picking: dict[str, AuthorizationRequest] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        return [Route("/auth/authorize", self.authorize), Route("/auth/pick", self.pick, methods=["POST"])]

    async def authorize(self, request: Request) -> Response:
        pairs = request.query_params.multi_items()
        try:
            client, redirect_uri = self._trusted(pairs)
        except UntrustedRedirect as problem:
            return HTMLResponse(error_page(str(problem)), status_code=400, headers=NO_STORE)
        state = request.query_params.get("state", "")
        try:
            asked = self._checked(single_values(pairs), client, redirect_uri=redirect_uri)
        except OAuthProblem as problem:
            return self._back(redirect_uri, problem.as_parameters(), state=state)
        if asked.context.patient_id is None and "launch/patient" in asked.scopes:
            pending = self.new_secret()
            self._picking[pending] = asked
            return HTMLResponse(picker_page(pending, self.store.of_type("Patient")), headers=NO_STORE)
        return self._with_code(asked)

    async def pick(self, request: Request) -> Response:
        """The clinician picked a patient for a standalone launch, or cancelled."""
        form = await request.form()
        asked = self._picking.pop(str(form.get("pending", "")), None)
        if asked is None:
            return HTMLResponse(error_page("This page was used before."), status_code=400, headers=NO_STORE)
        patient_id = str(form.get("patient", ""))
        if self.store.get("Patient", patient_id) is None:
            problem = OAuthProblem("access_denied", "no patient was picked")
            return self._back(asked.redirect_uri, problem.as_parameters(), state=asked.state)
        return self._with_code(replace(asked, context=replace(asked.context, patient_id=patient_id)))

    def _trusted(self, pairs: list[tuple[str, str]]) -> tuple[DemoClient, str]:
        client_ids = [value for name, value in pairs if name == "client_id"]
        redirect_uris = [value for name, value in pairs if name == "redirect_uri"]
        client = self.authentication.client(client_ids[0]) if len(client_ids) == 1 else None
        if client is None:
            raise UntrustedRedirect("The app is not registered at this EHR (client_id).")
        if len(redirect_uris) != 1 or redirect_uris[0] not in client.redirect_uris:
            raise UntrustedRedirect(
                "The app asked to come back to an address that it has not registered (redirect_uri)."
            )
        return client, redirect_uris[0]

    def _checked(
        self, asked: dict[str, str], client: DemoClient, *, redirect_uri: str
    ) -> AuthorizationRequest:
        if len(asked.get("state", "")) < _SHORTEST_STATE:
            raise OAuthProblem("invalid_request", "state is missing or easy to guess")
        if self.faults.authorize_error is not None:
            raise OAuthProblem(self.faults.authorize_error, "the demo EHR was told to refuse")
        if asked.get("response_type") != "code":
            raise OAuthProblem("unsupported_response_type", "response_type has to be code")
        if asked.get("aud") != self.endpoints.fhir_base:
            raise OAuthProblem("invalid_request", "aud is not this FHIR server")
        if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(
            asked.get("code_challenge", "")
        ):
            raise OAuthProblem("invalid_request", "a code_challenge with method S256 is required")
        granted = _granted(asked.get("scope", ""), client, self.manner)
        return AuthorizationRequest(
            client.client_id,
            redirect_uri,
            state=asked["state"],
            scopes=granted,
            code_challenge=asked["code_challenge"],
            nonce=asked.get("nonce"),
            context=self._context(granted, asked.get("launch")),
        )

    def _context(self, granted: tuple[str, ...], launch: str | None) -> LaunchContext:
        if "launch" not in granted:
            return LaunchContext(patient_id=None, user=self.clinician)
        context = self.launches.take(launch) if launch is not None else None
        if context is None:
            raise OAuthProblem("invalid_request", "launch is missing, unknown or was used before")
        return context

    def _with_code(self, asked: AuthorizationRequest) -> Response:
        grant = Grant(self.new_secret(), asked.client_id, asked.scopes, asked.context, asked.nonce)
        code = self.vault.new_code(
            grant, redirect_uri=asked.redirect_uri, code_challenge=asked.code_challenge
        )
        return self._back(asked.redirect_uri, {"code": code}, state=asked.state)

    def _back(self, redirect_uri: str, parameters: dict[str, str], *, state: str) -> Response:
        """To the app, with its state and with our issuer (RFC 9207)."""
        if state:
            parameters = {**parameters, "state": state}
        if self.faults.callback_iss != "absent":
            issuer = (
                OTHER_ISSUER if self.faults.callback_iss == "wrong" else self.endpoints.issuer(self.faults)
            )
            parameters = {**parameters, "iss": issuer}
        joint = "&" if "?" in redirect_uri else "?"
        # 303: after the picker's POST the browser has to come with GET.
        return RedirectResponse(
            f"{redirect_uri}{joint}{urlencode(parameters)}", status_code=303, headers=NO_STORE
        )


def _granted(asked: str, client: DemoClient, manner: Manner) -> tuple[str, ...]:
    requested = tuple(dict.fromkeys(asked.split()))
    try:
        granted = scopes.grantable(requested)
    except ValueError as error:
        raise OAuthProblem("invalid_scope", "a scope is malformed") from error
    if client.allowed_scopes is not None:
        granted = tuple(scope for scope in granted if scope in client.allowed_scopes)
    if manner.narrows_scopes:
        granted = scopes.narrowed(granted, manner)
    if not granted:
        raise OAuthProblem("invalid_scope", "none of the scopes can be granted")
    return granted
