"""id_tokens of the demo EHR: sound ones, and every kind that a client has to refuse.

https://openid.net/specs/openid-connect-core-1_0.html#IDToken
"""

import base64
import hashlib
import hmac
import json
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from smartapp.clock import Clock
from smartapp.sandbox.faults import Faults, IdTokenFault
from smartapp.sandbox.tokens import Grant

_LIFETIME_S = 3600
_Claims = dict[str, Any]  # a JWT's claims


class SigningKey:
    """The EHR's keys: the RSA one made when it is first needed, or given; the others when they are needed."""

    def __init__(self, key: RSAKey | None = None) -> None:
        self._key = key
        self._curve: ECKey | None = None
        self._unpublished: RSAKey | None = None

    @property
    def key(self) -> RSAKey:
        if self._key is None:
            self._key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self._key.ensure_kid()
        return self._key

    @property
    def curve(self) -> ECKey:
        """For ES256; published from when it was first used."""
        if self._curve is None:
            self._curve = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        return self._curve

    @property
    def unpublished(self) -> RSAKey:
        """Another key, which the key set does not show."""
        if self._unpublished is None:
            self._unpublished = RSAKey.generate_key(2048)
        return self._unpublished

    def public_keys(self) -> dict[str, Any]:  # RFC 7517
        curve = [self._curve] if self._curve is not None else []
        return dict(KeySet([self.key, *curve]).as_dict(private=False))


def id_token(
    grant: Grant, *, issuer: str, fhir_base: str, key: SigningKey, clock: Clock, faults: Faults
) -> str | None:
    """The signed id_token of a grant with openid, or None when it is to be missing."""
    fault, identity = faults.id_token, faults.identity
    if fault == "missing" or "openid" not in grant.scopes:
        return None
    users = "" if identity.relative_user else f"{fhir_base}/"
    claims = _spoiled(_claims(grant, issuer, users=users, now=int(clock().timestamp())), fault)
    signing: RSAKey | ECKey = key.curve if identity.es256 else key.key
    header = {"alg": "ES256" if identity.es256 else "RS256", "kid": signing.kid, "typ": "JWT"}
    if fault == "no_kid":
        del header["kid"]
    if fault == "no_signature":
        return _by_hand({**header, "alg": "none"}, claims, secret=None)
    if fault == "hs256":
        return _by_hand({**header, "alg": "HS256"}, claims, secret=key.key.as_pem(private=False))
    if fault == "other_key":
        signing, header = key.unpublished, {**header, "alg": "RS256"}
    return jwt.encode(header, claims, signing, algorithms=["RS256", "ES256"])


def _claims(grant: Grant, issuer: str, *, users: str, now: int) -> _Claims:
    """`users`: what stands before the reference of fhirUser."""
    user = grant.context.user
    claims: _Claims = {
        "iss": issuer,
        "aud": grant.client_id,
        "sub": user.partition("/")[2],
        "iat": now,
        "exp": now + _LIFETIME_S,
    }
    if grant.nonce is not None:
        claims["nonce"] = grant.nonce
    if {"fhirUser", "profile"} & set(grant.scopes):
        claims["fhirUser"] = f"{users}{user}"
    return claims


def _spoiled(claims: _Claims, fault: IdTokenFault | None) -> _Claims:
    match fault:
        case "wrong_iss":
            return {**claims, "iss": "https://another-ehr.invalid/fhir"}
        case "wrong_aud":
            return {**claims, "aud": "another-client"}
        case "wrong_nonce":
            return {**claims, "nonce": "another-nonce"}
        case "expired":
            return {**claims, "iat": claims["iat"] - 2 * _LIFETIME_S, "exp": claims["exp"] - 2 * _LIFETIME_S}
        case _:
            return claims


def _by_hand(header: dict[str, Any], claims: _Claims, *, secret: bytes | None) -> str:
    """A JWT that the library refuses, rightly, to make: unsigned, or with a public key as its HMAC secret."""
    signed = f"{_part(header)}.{_part(claims)}"
    signature = hmac.digest(secret, signed.encode(), hashlib.sha256) if secret is not None else b""
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
