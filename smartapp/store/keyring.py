"""Opens the vault: the configured keys, and the secrets that the database keeps for itself, sealed with them.

The secrets are made once, by whoever opens an empty database first, and stay as they are when keys come and
go. Fingerprints so outlive every key (threat T20). Keys that open none of this are refused before anything is
served or changed.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Final

from pydantic import SecretBytes
from sqlalchemy import LargeBinary, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from smartapp.errors import ConfigurationError, Fault, StoreUnavailable
from smartapp.store.database import Database
from smartapp.store.schema import audit, keyring, metadata, sealed_columns
from smartapp.store.vault import KEY_ID_BYTES, Secrets, Vault, secrets_before_keyring

_NAMES: Final = tuple(field.name for field in fields(Secrets))
_SECRET_BYTES: Final = 32
_WRONG_KEYS: Final = (
    "SMARTAPP_SECRET_KEYS: none of these keys opens the database. Put the key that it was sealed with back; "
    "it may stand behind a new one. Nothing was changed"
)


async def open_store(url: str, keys: Sequence[SecretBytes]) -> tuple[Database, Vault]:
    """The database at `url` and its vault; the caller closes the database.

    Raises ConfigurationError for a database of another version or of other keys, StoreUnavailable.
    """
    database = await Database.open(url)
    try:
        return database, await open_vault(database, keys)
    except BaseException:
        await database.close()
        raise


async def try_store(url: str, keys: Sequence[SecretBytes]) -> None:
    """Open both and close them again. Raises ConfigurationError with what is in the way."""
    try:
        database, _ = await open_store(url, keys)
    except StoreUnavailable as error:
        fault = Fault("database", None, f"it cannot be opened ({error.detail})")
        raise ConfigurationError((fault,)) from error
    await database.close()


async def open_vault(database: Database, keys: Sequence[SecretBytes]) -> Vault:
    """The vault of this database. Several workers that start at once get the same.

    Raises ConfigurationError when the keys are not those of the database, StoreUnavailable.
    """
    opener = Vault(keys)
    async with database.reading() as connection:
        secrets = _opened(opener, await _kept(connection))
    if len(secrets) < len(_NAMES):
        async with database.transaction() as connection:
            await database.lock_in(connection, "keyring")
            secrets = _opened(opener, await _kept(connection))
            if len(secrets) < len(_NAMES):
                secrets |= await _made(connection, opener, keys, known=secrets)
    return Vault(keys, Secrets(**secrets))


async def _kept(connection: AsyncConnection) -> Mapping[str, bytes]:
    """What the keyring holds, by name."""
    rows = (await connection.execute(select(keyring).where(keyring.c.name.in_(_NAMES)))).all()
    return {row.name: row.sealed for row in rows}


def _opened(opener: Vault, kept: Mapping[str, bytes]) -> dict[str, SecretBytes]:
    try:
        return {
            name: SecretBytes(opener.open(sealed, bound_to=_bound_to(name))) for name, sealed in kept.items()
        }
    except StoreUnavailable as error:
        raise _refusal() from error


async def _made(
    connection: AsyncConnection,
    opener: Vault,
    keys: Sequence[SecretBytes],
    *,
    known: Mapping[str, SecretBytes],
) -> dict[str, SecretBytes]:
    """The secrets that were missing, kept from now on."""
    made = {name: SecretBytes(os.urandom(_SECRET_BYTES)) for name in _NAMES if name not in known}
    if not known and await _has_fingerprints(connection, opener):
        made["fingerprint"] = secrets_before_keyring(keys).fingerprint
    rows = [
        {"name": name, "sealed": opener.seal(secret.get_secret_value(), bound_to=_bound_to(name))}
        for name, secret in made.items()
    ]
    await connection.execute(insert(keyring), rows)
    return made


async def _has_fingerprints(connection: AsyncConnection, opener: Vault) -> bool:
    """Whether the database was in use before it had a keyring. Raises ConfigurationError when it was, with
    other keys than these.
    """
    key_ids = await _key_ids(connection)
    if key_ids and not any(map(opener.has_key_of, key_ids)):
        raise _refusal()
    used = [table for table in metadata.sorted_tables if table not in {keyring, audit}]
    return any([await connection.scalar(select(exists(select(table)))) for table in used])


async def _key_ids(connection: AsyncConnection) -> list[bytes]:
    """The ids of all keys that sealed something."""
    found: list[bytes] = []
    for column in sealed_columns():
        key_id = func.substr(column, 1, KEY_ID_BYTES, type_=LargeBinary())
        found += (await connection.execute(select(key_id).distinct())).scalars()
    return found


def _bound_to(name: str) -> str:
    return f"keyring/{name}"


def _refusal() -> ConfigurationError:
    return ConfigurationError((Fault("environment", None, _WRONG_KEYS),))
