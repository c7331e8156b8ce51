"""The token endpoint: codes and refresh tokens in, tokens with the launch context out; and revocation.

https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#obtain-access-token
"""

import asyncio
import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from smartapp.clock import Clock
from smartapp.sandbox.client_auth import ClientAuthentication
from smartapp.sandbox.clients import DemoClient
from smartapp.sandbox.discovery import Endpoints
from smartapp.sandbox.faults import Faults
from smartapp.sandbox.id_token import SigningKey, id_token
from smartapp.sandbox.manner import Manner
from smartapp.sandbox.oauth import NO_STORE, OAuthProblem, problem_json, single_values
from smartapp.sandbox.scopes import in_v1, in_wildcards
from smartapp.sandbox.tokens import Grant, TokenVault

_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_Answer = dict[str, Any]  # the token answer, as the standard shapes it


@dataclass(slots=True)
class TokenEndpoint:
    vault: TokenVault
    authentication: ClientAuthentication
    endpoints: Endpoints
    faults: Faults
    key: SigningKey
    clock: Clock
    manner: Manner

    def routes(self) -> list[Route]:
        return [
            Route("/auth/token", self.token, methods=["POST"]),
            Route("/auth/revoke", self.revoke, methods=["POST"]),
        ]

    async def token(self, request: Request) -> Response:
        try:
            form = await _form(request)
            client = self.authentication.authenticate(request.headers.get("authorization", ""), form)
            if self.faults.token.status is not None:
                raise OAuthProblem(
                    "server_error", "the token endpoint is out of order", status=self.faults.token.status
                )
            answer = self._grant(client, form)
        except OAuthProblem as problem:
            return problem_json(problem)
        return await self._sent(answer)

    async def revoke(self, request: Request) -> Response:
        """RFC 7009."""
        try:
            form = await _form(request)
            client = self.authentication.authenticate(request.headers.get("authorization", ""), form)
            if "token" not in form:
                raise OAuthProblem("invalid_request", "token is missing")
        except OAuthProblem as problem:
            return problem_json(problem)
        self.vault.revoke(form["token"], client_id=client.client_id)
        return Response(headers=NO_STORE)

    def _grant(self, client: DemoClient, form: dict[str, str]) -> _Answer:
        match form.get("grant_type"):
            case "authorization_code":
                return self._from_code(client, form)
            case "refresh_token":
                return self._from_refresh(client, form)
            case None:
                raise OAuthProblem("invalid_request", "grant_type is missing")
            case _:
                raise OAuthProblem("unsupported_grant_type", "only authorization_code and refresh_token")

    def _from_code(self, client: DemoClient, form: dict[str, str]) -> _Answer:
        for name in ("code", "redirect_uri", "code_verifier"):
            if name not in form:
                raise OAuthProblem("invalid_request", f"{name} is missing")
        if not _VERIFIER.fullmatch(form["code_verifier"]):
            raise OAuthProblem("invalid_request", "code_verifier is malformed")
        grant = self.vault.redeem_code(
            form["code"],
            client_id=client.client_id,
            redirect_uri=form["redirect_uri"],
            code_verifier=form["code_verifier"],
        )
        grant = replace(
            grant, scopes=tuple(scope for scope in grant.scopes if scope not in self.faults.token.drop_scopes)
        )
        signed = id_token(
            grant,
            issuer=self.endpoints.issuer(self.faults),
            fhir_base=self.endpoints.fhir_base,
            key=self.key,
            clock=self.clock,
            faults=self.faults,
        )
        return self._answer(grant, grant) | ({"id_token": signed} if signed else {})

    def _from_refresh(self, client: DemoClient, form: dict[str, str]) -> _Answer:
        token = form.get("refresh_token")
        if token is None:
            raise OAuthProblem("invalid_request", "refresh_token is missing")
        if self.faults.token.refuse_refresh:
            raise OAuthProblem("invalid_grant", "the session has ended")
        grant = self.vault.redeem_refresh(token, client_id=client.client_id)
        asked = tuple(form["scope"].split()) if "scope" in form else grant.scopes
        if not set(asked) <= set(grant.scopes) | set(in_v1(grant.scopes)):
            self.vault.unspend(token)
            raise OAuthProblem("invalid_scope", "a refresh cannot widen the scopes")
        other = self.faults.token.refresh_switches_patient
        if other is not None:
            grant = replace(grant, context=replace(grant.context, patient_id=other))
        return self._answer(replace(grant, scopes=asked), grant)

    def _answer(self, narrowed: Grant, grant: Grant) -> _Answer:
        """`narrowed`: what the access token is good for; `grant`: what the refresh token keeps."""
        token = self.faults.token
        is_v1 = token.v1_scopes or self.manner.dialect == "v1"
        told = in_wildcards(narrowed.scopes) if token.wildcard_scopes else narrowed.scopes
        scopes = in_v1(told) if is_v1 else told
        answer: _Answer = {
            "access_token": self.vault.issue_access(narrowed, expires_in=token.expires_in),
            "token_type": "Bearer",
            "expires_in": token.expires_in,
            "scope": " ".join(scopes),
            **self._context(narrowed),
        }
        if {"online_access", "offline_access"} & set(grant.scopes) and not token.no_refresh:
            answer["refresh_token"] = self.vault.issue_refresh(grant)
        return answer

    def _context(self, grant: Grant) -> _Answer:
        context, patient = grant.context, grant.context.patient_id
        if patient is not None and self.faults.token.patient_as_reference:
            patient = f"Patient/{patient}"
        look = self.faults.around.look
        known: _Answer = {
            "patient": None if self.faults.token.no_patient else patient,
            "encounter": context.encounter_id,
            "intent": context.intent,
            "tenant": context.tenant,
            "fhirContext": list(context.fhir_context) or None,
            "need_patient_banner": context.need_patient_banner,
            "smart_style_url": self.endpoints.style(look) if look else None,
        }
        return {name: value for name, value in known.items() if value is not None}

    async def _sent(self, answer: _Answer) -> Response:
        token = self.faults.token
        if token.slow_s:
            await asyncio.sleep(token.slow_s)
        if token.non_json:
            return Response("<html><body>Welcome</body></html>", media_type="text/html", headers=NO_STORE)
        if token.no_access_token:
            del answer["access_token"]
        if token.wrong_token_type:
            answer |= {"token_type": "MAC"}
        return JSONResponse(answer, headers=NO_STORE)


async def _form(request: Request) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise OAuthProblem("invalid_request", "send application/x-www-form-urlencoded")
    body = (await request.body()).decode("utf-8", "replace")
    return single_values(parse_qsl(body, keep_blank_values=True))
