"""The public keys that EHRs check our assertions with, as a JWK set without any private part."""

from datetime import datetime

from smartapp.smart.keys import Jwk, published_keys
from smartapp.smart.registration import ClientAuth
from smartapp.smart.registrations import Registrations


def public_jwks(registrations: Registrations, now: datetime) -> dict[str, object]:
    """The JWK set for /.well-known/jwks.json: every key of every registration that signs, each `kid` once.

    Read anew each time, so that a key added to a file is published without a restart. Raises UnusableKey.
    """
    published: dict[str, Jwk] = {}
    for registration in registrations.all:
        if registration.client_auth is ClientAuth.PRIVATE_KEY_JWT and registration.key_file is not None:
            for public in published_keys(registration.key_file, registration.alg, now):
                published[str(public["kid"])] = public
    return {"keys": list(published.values())}
