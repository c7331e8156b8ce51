"""The EHRs' public keys: fetched through the door, kept for a while, asked again for an unknown key.

That is done once a minute at most, so that nobody can make us hammer an EHR with invented key ids.
When the EHR cannot be asked, what is known is used for an hour at most (threat T21).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from smartapp.clock import Clock
from smartapp.errors import AnswerUnreadable, OutboundError
from smartapp.http import Door
from smartapp.smart.discovery import fetch_document
from smartapp.smart.single_flight import SingleFlight

FRESH_FOR = timedelta(minutes=15)
STALE_FOR = timedelta(hours=1)
REFETCH_AFTER = timedelta(seconds=60)

_MAX_KEYS = 100
_MAX_KEPT = 64


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: KeySet
    fetched_at: datetime
    asked_at: datetime


class KeySets:
    """One key set for each jwks_uri."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._flights: SingleFlight[KeySet] = SingleFlight()

    async def of(self, door: Door, jwks_uri: str) -> KeySet:
        """The keys at this address. Raises what Door.fetch raises, and AnswerUnreadable without a key."""
        kept = self._kept.get(jwks_uri)
        if kept is not None and self._clock() - kept.fetched_at < FRESH_FOR:
            return kept.keys
        return await self._flights.run(jwks_uri, lambda: self._fetch(door, jwks_uri))

    async def again(self, door: Door, jwks_uri: str) -> KeySet:
        """The keys at this address, asked again unless that was less than a minute ago."""
        kept = self._kept.get(jwks_uri)
        if kept is not None and self._clock() - kept.asked_at < REFETCH_AFTER:
            return kept.keys
        return await self._flights.run(jwks_uri, lambda: self._fetch(door, jwks_uri))

    async def _fetch(self, door: Door, jwks_uri: str) -> KeySet:
        now = self._clock()
        kept = self._kept.get(jwks_uri)
        try:
            keys = _usable(await fetch_document(door, jwks_uri, what="keys"))
        except OutboundError:
            if kept is None or now - kept.fetched_at >= STALE_FOR:
                raise
            self._kept[jwks_uri] = _Kept(kept.keys, kept.fetched_at, asked_at=now)
            return kept.keys
        self._kept.pop(jwks_uri, None)
        self._kept[jwks_uri] = _Kept(keys, fetched_at=now, asked_at=now)
        if len(self._kept) > _MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        return keys


def _usable(document: Mapping[str, object]) -> KeySet:
    """The keys that can verify a signature. One that we cannot read does not spoil the others."""
    members = document.get("keys")
    keys: list[Key] = []
    for member in members[:_MAX_KEYS] if isinstance(members, list) else []:
        if isinstance(member, dict) and member.get("kty") in ("RSA", "EC") and member.get("use") != "enc":
            try:
                keys.append(JWKRegistry.import_key(member))
            except (JoseError, ValueError, TypeError, KeyError):
                continue
    if not keys:
        raise AnswerUnreadable("no usable key in the key set")
    return KeySet(keys)
