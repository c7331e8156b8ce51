"""Tokens of a running launch: used while they last, renewed once for all who wait, never for another patient.

A refresh answer may only replace tokens. One for another patient ends the launch (threat T3). Of several
processes one renews, the others wait: an EHR may take a refresh token that comes twice for a stolen one, and
end the session (threat T18). The store's compare-and-swap decides who it is.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from smartapp.clock import Clock
from smartapp.errors import (
    OutboundError,
    PatientChanged,
    SessionEnded,
    TemporaryOutboundError,
    TokenRefused,
    VisitEnded,
)
from smartapp.observability.metrics import UNCOUNTED, Metrics
from smartapp.smart import sealed
from smartapp.smart.doors import Doors
from smartapp.smart.ending import BY_CLINICIAN, Ending
from smartapp.smart.launch import ActiveLaunch, Tokens
from smartapp.smart.registration import Registration
from smartapp.smart.single_flight import SingleFlight
from smartapp.smart.token import TokenEndpoint
from smartapp.smart.token_answer import tokens_of
from smartapp.store.launches import Launches

RENEW_BEFORE = timedelta(seconds=60)
PATIENT_CHANGED = "patient-changed"

_RENEWS_WITHIN = timedelta(seconds=15)
"""Longer than the token endpoint may take: a process that is still at it then has died."""
_LOOK_EVERY_S = 0.1
_MOST_LOOKS = 150


def over(reason: str) -> SessionEnded:
    """The error for a launch that ended for this reason."""
    kinds: dict[str, type[SessionEnded]] = {PATIENT_CHANGED: PatientChanged, BY_CLINICIAN: VisitEnded}
    return kinds.get(reason, SessionEnded)(reason)


class Renewal:
    """`sleep` is for waiting while another process renews."""

    def __init__(
        self,
        doors: Doors,
        launches: Launches,
        clock: Clock,
        *,
        ending: Ending,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        metrics: Metrics = UNCOUNTED,
    ) -> None:
        self._doors = doors
        self._launches = launches
        self._clock = clock
        self._ending = ending
        self._sleep = sleep
        self._metrics = metrics
        self._flights: SingleFlight[str | None] = SingleFlight()
        self._reads: SingleFlight[tuple[Tokens, int]] = SingleFlight()

    async def bearer(self, launch: ActiveLaunch, registration: Registration) -> str | None:
        """A token that is good for now. Asks the store each time, so that an ended launch sends nothing more;
        the requests of one wave, which ask at the same moment, share the answer.

        Raises SessionEnded.
        """
        tokens, _ = await self._reads.run(launch.id, lambda: self._current(launch.id))
        now = self._clock()
        if tokens.access_token is None or not _expires_by(tokens, now + RENEW_BEFORE):
            return tokens.access_token
        still_good = not _expires_by(tokens, now)
        if still_good and (tokens.refresh_token is None or _is_being_renewed(tokens, now)):
            return tokens.access_token
        try:
            return await self.renew(launch, registration, refused=tokens.access_token)
        except TemporaryOutboundError:
            if still_good:
                return tokens.access_token
            raise

    async def renew(self, launch: ActiveLaunch, registration: Registration, *, refused: str) -> str | None:
        """Another token than `refused`. All who ask for the same launch wait for one renewal.

        Raises SessionEnded when there is no other token, TemporaryOutboundError when the EHR cannot be asked
        right now.
        """
        return await self._flights.run(launch.id, lambda: self._renew(launch, registration, refused))

    async def _renew(self, launch: ActiveLaunch, registration: Registration, refused: str) -> str | None:
        tokens, version = await self._turn(launch, registration, refused)
        if tokens.access_token != refused or tokens.refresh_token is None:
            return tokens.access_token
        door = self._doors.for_registration(registration)
        endpoint = TokenEndpoint(door, registration, tokens.token_endpoint, launch.scopes.raw)
        asked_at = self._clock()
        try:
            answer = await endpoint.refresh(tokens.refresh_token, now=asked_at)
        except TemporaryOutboundError:
            self._metrics.renewal("no-answer")
            await self._keep(launch, replace(tokens, renewing_since=None), version)
            raise
        except (TokenRefused, OutboundError) as error:
            self._metrics.renewal("refused")
            return await self._after_refusal(launch, registration, refused, error)
        if answer.patient not in {None, launch.patient_id}:
            self._metrics.renewal(PATIENT_CHANGED)
            raise await self._ended(launch, registration, PATIENT_CHANGED)
        self._metrics.renewal("renewed")
        await self._keep(launch, tokens_of(answer, tokens.token_endpoint, asked_at=asked_at), version)
        # Where another process took over, its tokens count; where the launch ended meanwhile, none does.
        kept, _ = await self._current(launch.id)
        return kept.access_token

    async def _turn(
        self, launch: ActiveLaunch, registration: Registration, refused: str
    ) -> tuple[Tokens, int]:
        """Tokens that are newer than `refused`; or else those to renew, once it is this process's turn."""
        for _ in range(_MOST_LOOKS):
            tokens, version = await self._current(launch.id)
            if tokens.access_token != refused:
                return tokens, version
            if tokens.refresh_token is None:
                raise await self._ended(launch, registration, "no-refresh-token")
            now = self._clock()
            if _is_being_renewed(tokens, now):
                await self._sleep(_LOOK_EVERY_S)
            elif await self._keep(launch, replace(tokens, renewing_since=now), version):
                return tokens, version + 1
        raise TemporaryOutboundError("another process renews the tokens")

    async def _keep(self, launch: ActiveLaunch, tokens: Tokens, from_version: int) -> bool:
        return await self._launches.replace_tokens(
            launch.id, tokens=sealed.to_bytes(tokens), from_version=from_version
        )

    async def _after_refusal(
        self, launch: ActiveLaunch, registration: Registration, refused: str, error: Exception
    ) -> str:
        """The refresh token was refused: perhaps because another process has just used it."""
        tokens, _ = await self._current(launch.id)
        if tokens.access_token is not None and tokens.access_token != refused:
            return tokens.access_token
        raise await self._ended(launch, registration, "refresh-refused") from error

    async def _ended(self, launch: ActiveLaunch, registration: Registration, reason: str) -> SessionEnded:
        await self._ending.end(launch, registration, reason=reason)
        return over(reason)

    async def _current(self, launch_id: str) -> tuple[Tokens, int]:
        stored = await self._launches.get(launch_id)
        if stored is None or stored.ended is not None:
            raise over("gone" if stored is None else str(stored.ended))
        return sealed.tokens(stored.tokens), stored.tokens_version


def _expires_by(tokens: Tokens, moment: datetime) -> bool:
    return tokens.expires_at is not None and tokens.expires_at <= moment


def _is_being_renewed(tokens: Tokens, now: datetime) -> bool:
    since = tokens.renewing_since
    return since is not None and since <= now < since + _RENEWS_WITHIN
