"""Gives tokens back to the EHR when a launch is over, so that they open nothing until they expire.

https://www.rfc-editor.org/rfc/rfc7009. It is tried once and for a short time: an EHR that is slow or refuses
keeps no visit open, and the tokens are forgotten here whatever it says.
"""

import asyncio
import logging
from typing import Any
from urllib.parse import urlencode

from authlib.integrations.httpx_client import AsyncOAuth2Client

from smartapp import logs
from smartapp.clock import Clock
from smartapp.errors import AppError
from smartapp.http import Limits
from smartapp.observability.watch import Purpose
from smartapp.smart import client_auth
from smartapp.smart.doors import Doors
from smartapp.smart.keys import UnusableKey
from smartapp.smart.launch import ActiveLaunch, Tokens
from smartapp.smart.registration import Registration
from smartapp.smart.token import LIBRARY_ERRORS

_LIMITS = Limits(total_s=3.0, max_bytes=64 * 1024)
_PURPOSE = Purpose(interaction="revoke")
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Content-Type": "application/x-www-form-urlencoded",
}


class Revocation:
    def __init__(self, doors: Doors, clock: Clock) -> None:
        self._doors = doors
        self._clock = clock

    async def give_back(self, launch: ActiveLaunch, registration: Registration, *, tokens: Tokens) -> None:
        """Revoke the refresh token and the access token, both at once. Raises nothing: what went wrong is
        logged, without a token.
        """
        found = {"refresh_token": tokens.refresh_token, "access_token": tokens.access_token}
        given = {hint: token for hint, token in found.items() if token}
        if launch.revocation_endpoint and given:
            tries = (self._revoke(launch, registration, hint, token) for hint, token in given.items())
            await asyncio.gather(*tries)

    async def _revoke(self, launch: ActiveLaunch, registration: Registration, hint: str, token: str) -> None:
        try:
            status = await self._ask(launch, registration, hint, token)
        except (AppError, UnusableKey, *LIBRARY_ERRORS) as error:
            reason = error.code if isinstance(error, AppError) else type(error).__name__
            logs.event(
                "not-revoked", level=logging.WARNING, kind=hint, reason=reason, registration=registration.id
            )
        else:
            # 200 also for a token that the EHR does not know any more: RFC 7009, section 2.2.
            name = "revoked" if status == 200 else "not-revoked"
            logs.event(name, kind=hint, status=status, registration=registration.id)

    async def _ask(self, launch: ActiveLaunch, registration: Registration, hint: str, token: str) -> int:
        door = self._doors.for_registration(registration)
        url, secret = launch.revocation_endpoint, registration.client_secret
        # The audience stays the token endpoint, by which servers know themselves (RFC 7523, section 3).
        proof = client_auth.body_parameters(registration, launch.token_endpoint or url, self._clock())
        client: Any = AsyncOAuth2Client(  # Any: the library ships no types
            registration.client_id,
            secret.get_secret_value() if secret else None,
            revocation_endpoint_auth_method=client_auth.auth_method(registration),
            transport=door.bounded_transport(_LIMITS, _PURPOSE),
            trust_env=False,
            follow_redirects=False,
        )
        async with client:
            # Authlib 1.9.9 puts other parameters of this method nowhere, so the proof goes in as a body.
            answer = await client.revoke_token(
                url, token=token, token_type_hint=hint, headers=dict(_HEADERS), body=urlencode(proof)
            )
        return int(answer.status_code)
