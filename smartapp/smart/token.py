"""The token endpoint: a code for a token once, a refresh token for the next one.

Authlib writes the request and adds the client's secret; everything else that it leaves open is closed here:
who may be asked, how long, how much, which status, and what the answer must hold (smart/token_answer.py). Its
errors do not leave this module.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from smartapp.errors import TemporaryOutboundError, TokenRefused
from smartapp.http import Door, Limits
from smartapp.observability.watch import Purpose
from smartapp.smart import client_auth, token_answer
from smartapp.smart.keys import UnusableKey
from smartapp.smart.registration import Registration
from smartapp.smart.token_answer import TokenAnswer

TOKEN_LIMITS = Limits(total_s=10.0, max_bytes=256 * 1024)
_TOKEN = Purpose(interaction="token")

LIBRARY_ERRORS = (AuthlibBaseError, ValueError, TypeError, OverflowError, RecursionError)
"""What Authlib raises on an odd answer: its own errors, and those of the conversions it does on the way."""

_KNOWN_ERRORS = frozenset(
    {
        "invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "unauthorized_client",
        "unsupported_grant_type",
    }
)  # fmt: skip

# A server may choose to compress for a client that does not say; a token answer is small.
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Content-Type": "application/x-www-form-urlencoded",
}


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """One server's token endpoint, and who we are there."""

    door: Door
    registration: Registration
    url: str
    asked: str = ""

    async def exchange(self, code: str, code_verifier: str, *, now: datetime) -> TokenAnswer:
        """Exchange a code for a token, once.

        Raises TokenRefused when the server says no or makes no sense, TemporaryOutboundError when it is slow
        or down, and what Door.fetch raises.
        """
        grant = _Grant("authorization_code", {"code": code, "code_verifier": code_verifier})
        return await self._ask(grant, now)

    async def refresh(self, refresh_token: str, *, now: datetime) -> TokenAnswer:
        """Get the next token. The scope is not sent, so that the server keeps the one it granted.

        The answer holds the old refresh token when the server gave no new one. Raises as `exchange`.
        """
        return await self._ask(_Grant("refresh_token", {"refresh_token": refresh_token}), now)

    async def _ask(self, grant: "_Grant", now: datetime) -> TokenAnswer:
        registration = self.registration
        try:
            proof = client_auth.body_parameters(registration, self.url, now)
        except UnusableKey as error:
            raise TokenRefused("our key_file cannot be used") from error
        secret = registration.client_secret
        try:
            async with AsyncOAuth2Client(
                registration.client_id,
                secret.get_secret_value() if secret else None,
                token_endpoint_auth_method=client_auth.auth_method(registration),
                redirect_uri=registration.redirect_uri,
                transport=self.door.bounded_transport(TOKEN_LIMITS, _TOKEN),
                trust_env=False,
                follow_redirects=False,
            ) as client:
                answer = await grant.send(client, self.url, proof)
        except LIBRARY_ERRORS as error:
            raise TokenRefused(_reason(error)) from error
        return token_answer.checked(answer, asked=self.asked)


@dataclass(frozen=True, slots=True)
class _Grant:
    grant_type: str
    parameters: dict[str, str] = field(repr=False)

    async def send(self, client: Any, url: str, proof: dict[str, str]) -> dict[str, object]:  # Any: untyped
        body = {**self.parameters, **proof}
        send: Callable[..., Awaitable[dict[str, object]]]
        if self.grant_type == "refresh_token":
            client.register_compliance_hook("refresh_token_response", _reviewed)
            send = client.refresh_token
        else:
            client.register_compliance_hook("access_token_response", _reviewed)
            body["grant_type"] = self.grant_type
            send = client.fetch_token
        return dict(await send(url, headers=dict(_HEADERS), **body))


def _reviewed(response: Any) -> Any:  # Any: the library's response, typed only in smartapp/http.py
    """Look at an answer before the library does, which takes a 400 without "error" for a token."""
    if response.status_code == 429 or response.status_code >= 500:
        raise TemporaryOutboundError(f"token endpoint: status {response.status_code}")
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    word = body.get("error") if isinstance(body, dict) else None
    if response.status_code != 200 or not isinstance(body, dict) or word is not None:
        raise TokenRefused(f"status {response.status_code}, {_known(word)}")
    return response


def _reason(error: Exception) -> str:
    """A word for the log. The library's messages may quote the server, so only known words are kept."""
    return _known(error.error) if isinstance(error, AuthlibBaseError) else type(error).__name__


def _known(word: object) -> str:
    return word if isinstance(word, str) and word in _KNOWN_ERRORS else "no known error"
