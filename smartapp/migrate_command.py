"""The `smartapp migrate` command: brings the tables of the database to the version that this code knows."""

import asyncio
from typing import Final

import click

from smartapp.settings import Settings
from smartapp.store.database import Database
from smartapp.store.migrations import Standing

_PATIENCE_S: Final = 600.0
"""Another process may be migrating, and a large table takes its time."""


def run(settings: Settings) -> None:
    """Migrate and tell. Raises ConfigurationError for a newer database, StoreUnavailable."""
    before = asyncio.run(_migrated(settings))
    if before is Standing.CURRENT:
        click.echo("The database is up to date already.")
    else:
        click.echo("The database is up to date now.")


def check(settings: Settings) -> bool:
    """Tell how the database stands, and return whether it is up to date. Raises StoreUnavailable."""
    standing = asyncio.run(_standing(settings))
    click.echo(f"The database {standing}.")
    return standing is Standing.CURRENT


async def _migrated(settings: Settings) -> Standing:
    database = Database.at(settings.database_url, busy_timeout_s=_PATIENCE_S)
    try:
        return await database.migrate()
    finally:
        await database.close()


async def _standing(settings: Settings) -> Standing:
    database = Database.at(settings.database_url)
    try:
        return await database.standing()
    finally:
        await database.close()
