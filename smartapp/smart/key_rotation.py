"""From one signing key to the next, without a moment in which an EHR knows none of them.

The new key is published at once and signs only after a while, when every EHR has read the set anew. The old
one stays published for some days after that, for an EHR that still checks with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from smartapp.smart.keys import StoredKey, UnusableKey, new_key, public_part

Member = dict[str, str | list[str] | int]
"""A JWK with its times."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """`keys`: the members of the new JWK set, newest first. `old_until`: None where no old key is left."""

    keys: tuple[Member, ...]
    new_kid: str
    old_kid: str
    signs_from: datetime
    old_until: datetime | None


def rotated(keys: Sequence[StoredKey], *, now: datetime, wait: timedelta, keep: timedelta) -> Rotated:
    """The set with a fresh key in front, of the kind that signs today.

    It signs after `wait`; the key of today is published until `keep` after that, and then ended. Keys that
    were replaced before lose their private part, those that ended are left out. Raises UnusableKey when
    there is no key to follow, or one waits already.
    """
    begins = now + wait
    private = [one for one in keys if one.key.is_private and one.alg and one.is_published(now)]
    waiting = [one for one in private if not one.may_sign(now)]
    if waiting and wait:
        raise UnusableKey(
            f"a new key waits in it already: {waiting[0].kid}, which signs from {said(waiting[0].signs_from)}"
        )
    today = next((one for one in private if one.may_sign(now)), None)
    if today is None:
        raise UnusableKey("it holds no key that signs today, so there is none to follow")
    fresh: Member = {**new_key(today.alg)}
    if wait:
        fresh["nbf"] = _seconds(begins)
    ends = begins + keep
    kept = [
        _kept(one, ends, today=today, waits=bool(wait))
        for one in keys
        if _stays(one, ends, today=today, now=now)
    ]
    is_kept = any(one["kid"] == today.kid for one in kept)
    return Rotated((fresh, *kept), str(fresh["kid"]), today.kid, begins, ends if is_kept else None)


def said(moment: datetime | None) -> str:
    """A moment for a person at a terminal, to the minute, UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment is not None else ""


def _stays(stored: StoredKey, ends: datetime, *, today: StoredKey, now: datetime) -> bool:
    """A key of another kind signs for another registration, and is none of this."""
    return stored.is_published(now) and (ends > now or stored.alg != today.alg)


def _kept(stored: StoredKey, ends: datetime, *, today: StoredKey, waits: bool) -> Member:
    if stored.alg != today.alg:
        return _whole(stored)
    signs_until_then = stored is today and waits
    until = min(stored.published_until or ends, ends)
    member: Member = _whole(stored) if signs_until_then else {**public_part(stored)}
    return member | {"exp": _seconds(until)}


def _whole(stored: StoredKey) -> Member:
    return {**stored.key.as_dict(private=stored.key.is_private), "kid": stored.kid}


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
