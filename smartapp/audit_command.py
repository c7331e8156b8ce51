"""The `smartapp audit` commands: whether the trail is whole, and the trail itself for other programs. Only
read.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

import click

from smartapp.clock import now
from smartapp.fhir.audit_event import audit_event
from smartapp.settings import Settings
from smartapp.store.audit import Audit, AuditRow, Head
from smartapp.store.keyring import open_store

_DIGEST_LENGTH: Final = 64


class BadHead(ValueError):
    """A head that is none: "SEQUENCE:DIGEST", as the log has it."""

    def __init__(self) -> None:
        super().__init__("--head takes SEQUENCE:DIGEST, as the log's audit-head lines have it")


def verify(settings: Settings, *, head: str | None) -> bool:
    """Go through the trail and say whether it is whole. Raises BadHead and StoreUnavailable."""
    return asyncio.run(_verify(settings, None if head is None else _head(head)))


def export(settings: Settings, *, since: datetime | None, until: datetime | None, as_fhir: bool) -> None:
    """Print the rows, one JSON object a line, from `since` on and before `until`. Raises StoreUnavailable."""
    asyncio.run(_export(settings, _utc(since), _utc(until), _fhir if as_fhir else _plain))


async def _verify(settings: Settings, noted: Head | None) -> bool:
    async with _opened(settings) as audit:
        verdict = await audit.verify(noted=noted)
    click.echo(f"{verdict.rows} rows fit.")
    if verdict.fault:
        click.echo(f"Row {verdict.at}: {verdict.fault}.", err=True)
        return False
    click.echo(f"Head: {verdict.head}")
    if noted is None:
        click.echo("Rows cut off at the end are missed only with --head, from a log that is kept elsewhere.")
    return True


async def _export(
    settings: Settings, since: datetime | None, until: datetime | None, line: Callable[[AuditRow], object]
) -> None:
    async with _opened(settings) as audit, aclosing(audit.rows(since=since, until=until)) as rows:
        async for row in rows:
            click.echo(json.dumps(line(row), separators=(",", ":")))


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Audit]:
    database, vault = await open_store(settings.database_url, settings.secret_keys)
    try:
        yield Audit(database, vault, now)
    finally:
        await database.close()


def _head(text: str) -> Head:
    sequence, _, digest = text.partition(":")
    is_empty = (sequence, digest) == ("0", "")
    if not sequence.isdecimal() or not (is_empty or len(digest) == _DIGEST_LENGTH):
        raise BadHead
    return Head(int(sequence), digest)


def _plain(row: AuditRow) -> object:
    at = datetime.fromtimestamp(row.at, UTC).isoformat().replace("+00:00", "Z")
    return {**asdict(row), "at": at, "objects": row.objects.split()}


def _fhir(row: AuditRow) -> object:
    return audit_event(row)


def _utc(moment: datetime | None) -> datetime | None:
    """A time on the command line without a zone is UTC, as the rows are."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
