"""The `smartapp reseal` command: everything sealed with the first of SMARTAPP_SECRET_KEYS, so that the
others can be taken away.
"""

import asyncio

import click

from smartapp.settings import Settings
from smartapp.store.keyring import open_store
from smartapp.store.rotation import Rotated, Rotation


def run(settings: Settings) -> bool:
    """Seal everything again and tell how much. Returns whether the other keys are of no more use.

    Raises ConfigurationError, StoreUnavailable.
    """
    rotated = asyncio.run(_resealed(settings))
    click.echo(f"Sealed again with the first key: {rotated.sealed_again}.")
    if rotated.left:
        click.echo(
            f"Sealed with another key just now: {rotated.left}. A worker still seals with it: start every "
            "worker with the new key first, then run this again."
        )
    if rotated.unopened:
        click.echo(f"Open with none of the keys, and left as they are: {rotated.unopened}.")
    if not rotated.left:
        click.echo("The other keys are not needed any more.")
    return not rotated.left


async def _resealed(settings: Settings) -> Rotated:
    database, vault = await open_store(settings.database_url, settings.secret_keys)
    try:
        return await Rotation(database, vault).run()
    finally:
        await database.close()
