"""How we prove to a token endpoint who we are.

https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html: the assertion lives at most
five minutes, its `jti` is used once. Made here with joserfc, because Authlib's own lives an hour, repeats its
`jti` and has no `kid`.
"""

import secrets
from collections.abc import Callable
from datetime import datetime

from joserfc import jwt

from smartapp.smart.keys import UnusableKey, signing_key
from smartapp.smart.registration import ClientAuth, Registration

ASSERTION_LIFETIME_S = 240

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Signer = Callable[[object, str, str, object, object], tuple[str, object, object]]


def auth_method(registration: Registration) -> str | Signer:
    """What Authlib does to the request: its own way for secrets and public clients, nothing for a JWT."""
    if registration.client_auth is ClientAuth.PRIVATE_KEY_JWT:
        return _unchanged
    return registration.client_auth.value


def body_parameters(registration: Registration, token_endpoint: str, now: datetime) -> dict[str, str]:
    """What private_key_jwt puts into the request's body; nothing for the others. Raises UnusableKey."""
    if registration.client_auth is not ClientAuth.PRIVATE_KEY_JWT:
        return {}
    return {
        "client_assertion_type": _ASSERTION_TYPE,
        "client_assertion": assertion(registration, token_endpoint, now),
    }


def assertion(registration: Registration, token_endpoint: str, now: datetime) -> str:
    """A fresh signed JWT that says we are this client, for this token endpoint only."""
    if registration.key_file is None:
        raise UnusableKey("no key_file")
    key = signing_key(registration.key_file, registration.alg, now)
    issued_at = int(now.timestamp())
    claims = {
        "iss": registration.client_id,
        "sub": registration.client_id,
        "aud": token_endpoint,
        "iat": issued_at,
        "exp": issued_at + ASSERTION_LIFETIME_S,
        "jti": secrets.token_urlsafe(24),
    }
    header = {"alg": registration.alg, "kid": key.kid, "typ": "JWT"}
    return jwt.encode(header, claims, key, algorithms=[registration.alg])


def _unchanged(
    _client: object, _method: str, uri: str, headers: object, body: object
) -> tuple[str, object, object]:
    return uri, headers, body
