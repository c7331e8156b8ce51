"""Our own signing keys: read from a key file, made anew, and shown to EHRs without their private part.

A key file is a JWK, a JWK set or a PEM. Of a set, the first key signs and all are published, so that a new
key can be known everywhere before it is used (threat T22). The `kid` is the RFC 7638 thumbprint where the
file gives none.
"""

from pathlib import Path

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey

ALGORITHMS = ("ES384", "RS384")

Jwk = dict[str, str | list[str]]
"""A JSON Web Key, RFC 7517."""

_MIN_RSA_BITS = 2048


class UnusableKey(Exception):
    """The key file cannot be used. The message says why and holds nothing of the key."""


def load_keys(path: Path, alg: str) -> tuple[Key, ...]:
    """The keys of a file, each with its `kid`. Raises UnusableKey when it cannot be read, or the first key
    cannot sign with `alg`.
    """
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UnusableKey("the file cannot be read") from error
    try:
        keys = _parsed(raw, alg)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnusableKey("it is neither a JWK, a JWK set nor a PEM") from error
    if not keys or not all(key.is_private for key in keys):
        raise UnusableKey("it holds no private key")
    if not _signs_with(keys[0], alg):
        raise UnusableKey(f"its first key cannot sign with {alg}")
    for key in keys:
        key.ensure_kid()
    return keys


def new_key(alg: str) -> Jwk:
    """A fresh private JWK for one of ALGORITHMS, with `kid`, `use` and `alg`."""
    if alg not in ALGORITHMS:
        raise ValueError(f"alg is not one of {', '.join(ALGORITHMS)}")
    key: Key = ECKey.generate_key("P-384") if alg == "ES384" else RSAKey.generate_key(3072)
    return {**key.as_dict(private=True), "kid": key.thumbprint(), "use": "sig", "alg": alg}


def public_part(key: Key, alg: str) -> Jwk:
    """The JWK to publish: no private member, and what it is for."""
    return {**key.as_dict(private=False), "use": "sig", "alg": key.alg or alg}


def _parsed(raw: bytes, alg: str) -> tuple[Key, ...]:
    if not raw.lstrip().startswith(b"{"):
        key_class = ECKey if alg == "ES384" else RSAKey
        return (key_class.import_key(raw),)
    document = msgspec.json.decode(raw, type=dict[str, object])
    members = document.get("keys", [document])
    if not isinstance(members, list):
        raise TypeError("keys is not a list")
    return tuple(JWKRegistry.import_key(member) for member in members)


def _signs_with(key: Key, alg: str) -> bool:
    if isinstance(key, ECKey):
        return alg == "ES384" and key.curve_name == "P-384"
    return (
        alg == "RS384"
        and isinstance(key, RSAKey)
        and key.private_key is not None
        and (key.private_key.key_size >= _MIN_RSA_BITS)
    )
