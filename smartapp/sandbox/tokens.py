"""Codes and tokens that the demo EHR gave: what each stands for, how long, and whether it was used.

RFC 6749, RFC 7636, and RFC 9700 on reuse: who shows a used code or refresh token ends the whole grant.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from smartapp.clock import Clock
from smartapp.sandbox.launches import LaunchContext, NewSecret
from smartapp.sandbox.oauth import OAuthProblem

CODE_LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Grant:
    """One authorization and all that follows from it. `id` is shared by its code and all its tokens."""

    id: str
    client_id: str
    scopes: tuple[str, ...]
    context: LaunchContext
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class _Code:
    grant: Grant
    redirect_uri: str
    code_challenge: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _AccessToken:
    grant: Grant
    expires_at: datetime


class TokenVault:
    """All codes and tokens of one demo EHR."""

    def __init__(self, *, clock: Clock, new_secret: NewSecret) -> None:
        self._clock = clock
        self._new_secret = new_secret
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _AccessToken] = {}
        self._refresh: dict[str, Grant] = {}
        self._spent: set[str] = set()
        self._ended: set[str] = set()

    def new_code(self, grant: Grant, *, redirect_uri: str, code_challenge: str) -> str:
        code = self._new_secret()
        self._codes[code] = _Code(grant, redirect_uri, code_challenge, self._clock() + CODE_LIFETIME)
        return code

    def redeem_code(self, code: str, *, client_id: str, redirect_uri: str, code_verifier: str) -> Grant:
        """The grant behind a code, once. Raises OAuthProblem invalid_grant; a second use also ends what the
        first one gave.
        """
        known = self._codes.get(code)
        if known is None or known.grant.client_id != client_id:
            raise OAuthProblem("invalid_grant", "the code is unknown")
        if code in self._spent:
            self._ended.add(known.grant.id)
            raise OAuthProblem("invalid_grant", "the code was used before; its tokens are revoked")
        self._spent.add(code)
        if self._clock() >= known.expires_at:
            raise OAuthProblem("invalid_grant", "the code has expired")
        if redirect_uri != known.redirect_uri:
            raise OAuthProblem("invalid_grant", "redirect_uri is not the one of the authorization request")
        if not hmac.compare_digest(s256(code_verifier), known.code_challenge):
            raise OAuthProblem("invalid_grant", "code_verifier does not fit the code_challenge")
        return known.grant

    def issue_access(self, grant: Grant, *, expires_in: int) -> str:
        token = self._new_secret()
        self._access[token] = _AccessToken(grant, self._clock() + timedelta(seconds=expires_in))
        return token

    def issue_refresh(self, grant: Grant) -> str:
        token = self._new_secret()
        self._refresh[token] = grant
        return token

    def redeem_refresh(self, token: str, *, client_id: str) -> Grant:
        """The grant behind a refresh token, once: each use is answered with a new one. Raises OAuthProblem
        invalid_grant.
        """
        grant = self._refresh.get(token)
        if grant is None or grant.client_id != client_id or grant.id in self._ended:
            raise OAuthProblem("invalid_grant", "the refresh token is unknown or revoked")
        if token in self._spent:
            self._ended.add(grant.id)
            raise OAuthProblem("invalid_grant", "the refresh token was used before; its grant is revoked")
        self._spent.add(token)
        return grant

    def unspend(self, token: str) -> None:
        """Take back the use of a refresh token whose request turned out to be wrong."""
        self._spent.discard(token)

    def grant_of(self, access_token: str) -> Grant | None:
        """What a living access token stands for."""
        known = self._access.get(access_token)
        if known is None or known.grant.id in self._ended or self._clock() >= known.expires_at:
            return None
        return known.grant

    def revoke(self, token: str, *, client_id: str) -> None:
        """RFC 7009: a refresh token ends its grant, an access token itself; an unknown one is no error."""
        refresh, access = self._refresh.get(token), self._access.get(token)
        if refresh is not None and refresh.client_id == client_id:
            self._ended.add(refresh.id)
        if access is not None and access.grant.client_id == client_id:
            del self._access[token]

    def expire_all(self) -> None:
        """Every access token given so far is over now; refresh tokens live."""
        now = self._clock()
        self._access = {
            token: replace(known, expires_at=min(known.expires_at, now))
            for token, known in self._access.items()
        }


def s256(code_verifier: str) -> str:
    """RFC 7636, 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
