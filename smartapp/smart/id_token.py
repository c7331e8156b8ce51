"""The id_token: who is signed in, believed only when signature and claims hold.

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation. The algorithms are fixed here and not
taken from the server's metadata, and the audience is compared exactly: Authlib's own parser takes "none" when
the metadata lists it, and a foreign audience when `azp` is ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry, extract_compact
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from smartapp.errors import IdTokenInvalid
from smartapp.http import Door
from smartapp.smart.key_sets import KeySets

ALGORITHMS = ("RS256", "RS384", "ES256", "ES384")
LEEWAY_S = 60
_CURVES = {"ES256": "P-256", "ES384": "P-384"}

LIBRARY_ERRORS = (JoseError, ValueError, TypeError, KeyError, RecursionError)
"""What joserfc raises on a bad token: its own errors, and those of the conversions it does on the way."""

_USER_TYPES = ("Practitioner", "PractitionerRole", "RelatedPerson", "Patient")
_USER = re.compile(rf"(?:{'|'.join(_USER_TYPES)})/(?!\.\.?\Z)[A-Za-z0-9\-.]{{1,64}}")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the id_token of one launch must say. `nonce` None when the site had to switch that check off."""

    issuer: str
    client_id: str
    nonce: str | None
    jwks_uri: str | None
    fhir_base: str


@dataclass(frozen=True, slots=True)
class IdToken:
    """Verified. `fhir_user` as it came, "" when missing. `reference`: the same, relative to the FHIR base, ""
    when it is elsewhere.
    """

    subject: str
    fhir_user: str
    reference: str


async def verify(raw: str, expected: Expected, *, keys: KeySets, door: Door, now: datetime) -> IdToken:
    """Check an id_token. Raises IdTokenInvalid, and what Door.fetch raises when the keys cannot be had."""
    if expected.jwks_uri is None:
        raise IdTokenInvalid("no jwks_uri to check the signature with")
    try:
        try:
            claims = _decoded(raw, await keys.of(door, expected.jwks_uri))
        except (InvalidKeyIdError, BadSignatureError) as error:
            # The EHR may have another key by now: of a token that names none, only the signature tells it.
            if isinstance(error, BadSignatureError) and _header(raw).get("kid") is not None:
                raise
            claims = _decoded(raw, await keys.again(door, expected.jwks_uri))
        _validate(claims, expected, now)
    except LIBRARY_ERRORS as error:
        raise IdTokenInvalid(type(error).__name__) from error
    fhir_user = _fhir_user(claims)
    return IdToken(str(claims["sub"]), fhir_user, _reference(fhir_user, expected.fhir_base))


def _decoded(raw: str, keys: KeySet) -> Mapping[str, object]:
    # Header members that are unknown here, and "jku", are passed over, never followed (RFC 7515 section 4).
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    return jwt.decode(raw, _keys_for(_header(raw), keys), registry=registry).claims


def _header(raw: str) -> Mapping[str, object]:
    return extract_compact(raw.encode()).headers()


def _keys_for(header: Mapping[str, object], keys: KeySet) -> KeySet:
    """Of a token that names no key, the one key that its algorithm can be of. With several of those it has to
    name one: https://openid.net/specs/openid-connect-core-1_0.html#Signing.
    """
    alg = header.get("alg")
    if header.get("kid") is not None or alg not in ALGORITHMS:
        return keys
    kind, curve = ("EC", _CURVES[alg]) if alg in _CURVES else ("RSA", None)
    fitting = [
        key
        for key in keys.keys
        if key.key_type == kind and key.get("alg") in (None, alg) and key.get("crv") == curve
    ]
    return KeySet(fitting) if len(fitting) == 1 else keys


def _validate(claims: Mapping[str, object], expected: Expected, now: datetime) -> None:
    rules: dict[str, ClaimsOption] = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "sub": {"essential": True},
    }
    if expected.nonce is not None:
        rules["nonce"] = {"essential": True, "value": expected.nonce}
    JWTClaimsRegistry(now=int(now.timestamp()), leeway=LEEWAY_S, **rules).validate(dict(claims))
    audience = claims.get("aud")
    several = isinstance(audience, list) and set(audience) != {expected.client_id}
    # A token made for others as well is ours only if it was issued to us; and one issued to others never is.
    if claims.get("azp") not in ({expected.client_id} if several else {expected.client_id, None}):
        raise IdTokenInvalid("azp")


def _fhir_user(claims: Mapping[str, object]) -> str:
    """The user's resource. Some servers put it into `profile` only (client-js issue 105)."""
    for name in ("fhirUser", "profile"):
        value = claims.get(name)
        if isinstance(value, str) and 0 < len(value) <= 2000 and value.isprintable():
            return value
    return ""


def _reference(fhir_user: str, fhir_base: str) -> str:
    relative = fhir_user.removeprefix(f"{fhir_base}/")
    return relative if _USER.fullmatch(relative) else ""
