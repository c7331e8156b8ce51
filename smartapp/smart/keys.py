"""Our own signing keys: read from a key file, made anew, and shown to EHRs without their private part.

A key file is a JWK, a JWK set or a PEM. A JWK may say from when it signs (`nbf`) and until when it is
published (`exp`), both in seconds since 1970, so that a new key is known everywhere before it is used
(threat T22). Of those that may sign, the first does. The `kid` is the RFC 7638 thumbprint where the file
gives none.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey

ALGORITHMS = ("ES384", "RS384")

Jwk = dict[str, str | list[str]]
"""A JSON Web Key, RFC 7517."""

_MIN_RSA_BITS = 2048
_LAST_SECOND = 253402300799  # of the year 9999, the last one that a datetime can hold
_PUBLISHED = ("kty", "crv", "x", "y", "n", "e", "kid")


class UnusableKey(Exception):
    """The key file cannot be used. The message says why and holds nothing of the key."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One key of a file. `signs_from` and `published_until` are None where the file sets no bound."""

    key: Key
    signs_from: datetime | None = None
    published_until: datetime | None = None

    @property
    def kid(self) -> str:
        return str(self.key.kid)

    @property
    def alg(self) -> str:
        """The one of ALGORITHMS that this kind of key signs with; "" for none."""
        return next((alg for alg in ALGORITHMS if _fits(self.key, alg)), "")

    def signs_with(self, alg: str) -> bool:
        return self.key.is_private and _fits(self.key, alg)

    def is_published(self, now: datetime) -> bool:
        return self.published_until is None or now < self.published_until

    def may_sign(self, now: datetime) -> bool:
        return self.signs_from is None or self.signs_from <= now


def read_keys(path: Path) -> tuple[StoredKey, ...]:
    """The keys of a file in its order, public ones too. Raises UnusableKey."""
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UnusableKey("the file cannot be read") from error
    try:
        keys = _parsed(raw)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnusableKey("it is neither a JWK, a JWK set nor a PEM") from error
    for one in keys:
        one.key.ensure_kid()
    return keys


def load_keys(path: Path, alg: str) -> tuple[Key, ...]:
    """The keys of a file, each with its `kid`. Raises UnusableKey when it cannot be read, or none of them
    can ever sign with `alg`.
    """
    return tuple(one.key for one in _usable(path, alg))


def signing_key(path: Path, alg: str, now: datetime) -> Key:
    """The key that signs now: the first that may; where all of them are to sign later only, the first of
    those. Raises UnusableKey as `load_keys`, and when every one has ended.
    """
    fitting = [one for one in _usable(path, alg) if one.signs_with(alg) and one.is_published(now)]
    if not fitting:
        raise UnusableKey(f"every key of it that can sign with {alg} has ended")
    return next((one for one in fitting if one.may_sign(now)), fitting[0]).key


def published_keys(path: Path, alg: str, now: datetime) -> tuple[Jwk, ...]:
    """The public parts of all keys of ours that EHRs should know now. Raises UnusableKey as `load_keys`."""
    return tuple(public_part(one) for one in _usable(path, alg) if one.alg and one.is_published(now))


def new_key(alg: str) -> Jwk:
    """A fresh private JWK for one of ALGORITHMS, with `kid`, `use` and `alg`."""
    if alg not in ALGORITHMS:
        raise ValueError(f"alg is not one of {', '.join(ALGORITHMS)}")
    key: Key = ECKey.generate_key("P-384") if alg == "ES384" else RSAKey.generate_key(3072)
    return {**key.as_dict(private=True), "kid": key.thumbprint(), "use": "sig", "alg": alg}


def public_part(stored: StoredKey) -> Jwk:
    """The JWK to publish: only members that are named here, so that no private one can be among them."""
    whole = stored.key.as_dict(private=False)
    part: Jwk = {name: whole[name] for name in _PUBLISHED if name in whole}
    return part | {"use": "sig", "alg": stored.alg}


def _usable(path: Path, alg: str) -> tuple[StoredKey, ...]:
    keys = read_keys(path)
    if not any(one.key.is_private for one in keys):
        raise UnusableKey("it holds no private key")
    if not any(one.signs_with(alg) for one in keys):
        raise UnusableKey(f"its keys cannot sign with {alg}")
    return keys


def _parsed(raw: bytes) -> tuple[StoredKey, ...]:
    if not raw.lstrip().startswith(b"{"):
        return (StoredKey(_of_pem(raw)),)
    document = msgspec.json.decode(raw, type=dict[str, object])
    members = document.get("keys", [document])
    if not isinstance(members, list):
        raise TypeError("keys is not a list")
    return tuple(
        StoredKey(JWKRegistry.import_key(member), _moment(member.get("nbf")), _moment(member.get("exp")))
        for member in members
    )


def _of_pem(raw: bytes) -> Key:
    try:
        return ECKey.import_key(raw)
    except (JoseError, ValueError, TypeError):
        return RSAKey.import_key(raw)


def _moment(seconds: object) -> datetime | None:
    """Of a NumericDate (RFC 7519 section 2), whole seconds only. Raises ValueError for anything else."""
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds <= _LAST_SECOND:
        raise ValueError("not a time in seconds")
    return datetime.fromtimestamp(seconds, UTC)


def _fits(key: Key, alg: str) -> bool:
    if isinstance(key, ECKey):
        return alg == "ES384" and key.curve_name == "P-384"
    if not isinstance(key, RSAKey) or alg != "RS384":
        return False
    return (key.private_key or key.public_key).key_size >= _MIN_RSA_BITS
