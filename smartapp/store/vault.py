"""Seals what is kept at rest: AES-256-GCM, a key id in front, and the row it belongs to as associated data.

A sealed value copied into another row does not open (threat T20). The first key seals, every key opens, so
keys can be changed without stopping. Look-up keys (whose draft is this?) are HMAC-SHA256 fingerprints, so
the database file names nobody.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretBytes

from smartapp.errors import StoreUnavailable

_KEY_ID_BYTES = 4
_NONCE_BYTES = 12


class Vault:
    """`keys`: 32 bytes each; the first seals, all open."""

    def __init__(self, keys: Sequence[SecretBytes]) -> None:
        if not keys:
            raise ValueError("a vault needs a key")
        self._ciphers = {_key_id(key): AESGCM(_derive(key, b"seal")) for key in reversed(keys)}
        self._first = _key_id(keys[0])
        self._fingerprint_key = _derive(keys[-1], b"fingerprint")

    def seal(self, plain: bytes, *, bound_to: str) -> bytes:
        """Encrypt `plain` for one row. `bound_to` must be given again to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._first + nonce + self._ciphers[self._first].encrypt(nonce, plain, bound_to.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> bytes:
        """Decrypt what `seal` made. Raises StoreUnavailable when the key is gone or the row is not the one it
        was sealed for.
        """
        key_id, nonce, body = (
            sealed[:_KEY_ID_BYTES],
            sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES],
            sealed[16:],
        )
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise StoreUnavailable("sealed with a key that is not configured")
        try:
            return cipher.decrypt(nonce, body, bound_to.encode())
        except InvalidTag as error:
            raise StoreUnavailable("a sealed value does not belong to its row") from error

    def fingerprint(self, *parts: str) -> str:
        """A keyed hash of the parts, 64 hex digits: the same parts give the same fingerprint, and nothing can
        be read from it.

        Made with the last key, so that it stays the same while a new first key is added.
        """
        message = b"\x00".join(part.encode() for part in parts)
        return hmac.new(self._fingerprint_key, message, hashlib.sha256).hexdigest()


def _derive(key: SecretBytes, purpose: bytes) -> bytes:
    return hmac.new(key.get_secret_value(), b"common-ground/" + purpose, hashlib.sha256).digest()


def _key_id(key: SecretBytes) -> bytes:
    return hashlib.sha256(_derive(key, b"id")).digest()[:_KEY_ID_BYTES]
