"""The `smartapp feedback export` command: what clinicians found not useful, for the people who look after the
content of a site. Only reads.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import click

from smartapp.clock import now
from smartapp.settings import Settings
from smartapp.store.feedback import Feedback, FeedbackBox
from smartapp.store.keyring import open_store

_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DAYS: Final = "mon|tues|wednes|thurs|fri|satur|sun"
_LOOKS_LIKE: Final = (
    ("an e-mail address", re.compile(r"\S@\S")),
    ("a number", re.compile(r"\d")),
    (
        "a date",
        re.compile(
            rf"\b\d{{1,4}}[-/.]\d{{1,2}}([-/.]\d{{1,4}})?\b|\b({_MONTHS})[a-z]*\.? ?\d|\d(st|nd|rd|th)?\.? "
            rf"({_MONTHS})|\b({_DAYS})day\b|\byesterday\b",
            re.IGNORECASE,
        ),
    ),
)


def run(settings: Settings, *, as_jsonl: bool) -> None:
    """Print everything that is kept. Raises StoreUnavailable."""
    found = asyncio.run(_read(settings))
    for line in _jsonl(found) if as_jsonl else _plain(found):
        click.echo(line)


def may_tell_of(text: str) -> tuple[str, ...]:
    """What in a text may point to a person, so that somebody reads it before it is passed on."""
    return tuple(name for name, pattern in _LOOKS_LIKE if pattern.search(text))


async def _read(settings: Settings) -> tuple[Feedback, ...]:
    database, vault = await open_store(settings.database_url, settings.secret_keys)
    try:
        return await FeedbackBox(database, vault, now).all()
    finally:
        await database.close()


def _jsonl(found: Sequence[Feedback]) -> Iterator[str]:
    for one in found:
        values: dict[str, object] = {
            "month": one.month,
            "reminder": one.reminder,
            "version": one.version,
            "text": one.text,
        }
        if warnings := may_tell_of(one.text):
            values["read_first"] = list(warnings)
        yield json.dumps(values, ensure_ascii=False)


def _plain(found: Sequence[Feedback]) -> Iterator[str]:
    """A line for each month and version of a reminder, and the words below it."""
    if not found:
        yield 'Nobody has pressed "Not useful" in what is kept.'
    presses = Counter((one.month, one.reminder, one.version) for one in found if not one.text)
    for key in sorted({(one.month, one.reminder, one.version) for one in found}):
        month, reminder, version = key
        yield f"{month}  {reminder} version {version}: not useful, {presses[key]} times"
        for one in found:
            if one.text and (one.month, one.reminder, one.version) == key:
                yield from _words(one.text)


def _words(text: str) -> Iterator[str]:
    if warnings := may_tell_of(text):
        yield f"    READ BEFORE YOU PASS IT ON, it may hold {' and '.join(warnings)}:"
    yield from (f"    {line}" for line in text.splitlines())
