"""Seals what is kept at rest: AES-256-GCM, a key id in front, and the row it belongs to as associated data.

A sealed value copied into another row does not open (threat T20). The first key seals, every key opens, so
keys can be changed without stopping. Look-up keys (whose draft is this?) are HMAC-SHA256 fingerprints, so
the database file names nobody. They are made with secrets that stay when keys change: see store/keyring.py.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretBytes

from smartapp.errors import StoreUnavailable

KEY_ID_BYTES = 4
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must stay the same while keys come and go, 32 bytes each. `fingerprint` is for look-up keys,
    `audit` for the chain of the audit log.
    """

    fingerprint: SecretBytes
    audit: SecretBytes


def secrets_before_keyring(keys: Sequence[SecretBytes]) -> Secrets:
    """The secrets of a database that was made before there was a keyring: they came from the last key."""
    return Secrets(SecretBytes(_derive(keys[-1], b"fingerprint")), SecretBytes(_derive(keys[-1], b"audit")))


class Vault:
    """`keys`: 32 bytes each; the first seals, all open. `secrets` None: as before there was a keyring."""

    def __init__(self, keys: Sequence[SecretBytes], secrets: Secrets | None = None) -> None:
        if not keys:
            raise ValueError("a vault needs a key")
        self._ciphers = {_key_id(key): AESGCM(_derive(key, b"seal")) for key in reversed(keys)}
        self._first = _key_id(keys[0])
        self._secrets = secrets or secrets_before_keyring(keys)

    @property
    def first_key_id(self) -> bytes:
        """What everything sealed from now on begins with, KEY_ID_BYTES long."""
        return self._first

    def has_key_of(self, sealed: bytes) -> bool:
        """Whether the key that sealed this is among the keys."""
        return sealed[:KEY_ID_BYTES] in self._ciphers

    def seal(self, plain: bytes, *, bound_to: str) -> bytes:
        """Encrypt `plain` for one row. `bound_to` must be given again to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._first + nonce + self._ciphers[self._first].encrypt(nonce, plain, bound_to.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> bytes:
        """Decrypt what `seal` made. Raises StoreUnavailable when the key is gone or the row is not the one it
        was sealed for.
        """
        body_at = KEY_ID_BYTES + _NONCE_BYTES
        cipher = self._ciphers.get(sealed[:KEY_ID_BYTES])
        if cipher is None:
            raise StoreUnavailable("sealed with a key that is not configured")
        try:
            return cipher.decrypt(sealed[KEY_ID_BYTES:body_at], sealed[body_at:], bound_to.encode())
        except (InvalidTag, ValueError) as error:  # ValueError: cut off
            raise StoreUnavailable("a sealed value does not belong to its row") from error

    def fingerprint(self, *parts: str) -> str:
        """A keyed hash of the parts, 64 hex digits: the same parts give the same fingerprint, and nothing can
        be read from it.
        """
        return _keyed_hash(self._secrets.fingerprint, parts)

    def chained(self, before: str, *parts: str) -> str:
        """A keyed hash of the parts and of the hash before them, 64 hex digits: a link of the audit log's
        chain, which nobody can make who has the database and no key.
        """
        return _keyed_hash(self._secrets.audit, (before, *parts))


def _keyed_hash(secret: SecretBytes, parts: Sequence[str]) -> str:
    message = b"\x00".join(part.encode() for part in parts)
    return hmac.new(secret.get_secret_value(), message, hashlib.sha256).hexdigest()


def _derive(key: SecretBytes, purpose: bytes) -> bytes:
    return hmac.new(key.get_secret_value(), b"common-ground/" + purpose, hashlib.sha256).digest()


def _key_id(key: SecretBytes) -> bytes:
    return hashlib.sha256(_derive(key, b"id")).digest()[:KEY_ID_BYTES]
