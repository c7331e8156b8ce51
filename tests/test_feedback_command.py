"""`smartapp feedback export`: what was not useful, with a warning where words may tell of somebody."""

import asyncio
import base64
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretBytes

from smartapp.cli import main
from smartapp.feedback_command import may_tell_of
from smartapp.store.database import Database
from smartapp.store.feedback import FeedbackBox
from smartapp.store.vault import Vault

KEY = b"k" * 32
START = datetime(2026, 11, 22, 10, 17, tzinfo=UTC)
LAUNCH_CONFIG = Path(__file__).parent.parent / "launch_config"


def export(folder: Path, *arguments: str, key: bytes = KEY) -> Result:
    environ = {
        "SMARTAPP_BASE_URL": "https://app.test",
        "SMARTAPP_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'x.sqlite3'}",
        "SMARTAPP_LAUNCH_CONFIG": str(LAUNCH_CONFIG),
        "SMARTAPP_SECRET_KEYS": base64.b64encode(key).decode(),
    }
    cleared = {name: None for name in os.environ if name.startswith("SMARTAPP_")}
    return CliRunner().invoke(main, ["feedback", "export", *arguments], env={**cleared, **environ})


def keep(folder: Path, *texts: str) -> None:
    async def run() -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{folder / 'x.sqlite3'}")
        box = FeedbackBox(database, Vault([SecretBytes(KEY)]), lambda: START)
        for text in texts:
            await box.add("R13", 2, text=text)
        await database.close()

    asyncio.run(run())


def test_presses_are_told_together_and_words_below_them(tmp_path: Path) -> None:
    keep(tmp_path, "", "", "Too long for a full clinic.\nIt comes too late.")

    told = export(tmp_path)

    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "2026-11  R13 version 2: not useful, 2 times",
        "    Too long for a full clinic.",
        "    It comes too late.",
    ]


def test_words_that_may_tell_of_somebody_are_marked(tmp_path: Path) -> None:
    keep(tmp_path, "Mrs D, born 3/5/1958, call 555-0100 or d@example.org")

    (_, warning, _) = export(tmp_path).output.splitlines()

    assert warning == (
        "    READ BEFORE YOU PASS IT ON, it may hold an e-mail address and a number and a date:"
    )


def test_each_is_a_json_object_with_nothing_but_these_keys(tmp_path: Path) -> None:
    keep(tmp_path, "", "Not here.", "Room 12.")

    lines = [json.loads(line) for line in export(tmp_path, "--jsonl").output.splitlines()]

    assert lines == [
        {"month": "2026-11", "reminder": "R13", "version": 2, "text": ""},
        {"month": "2026-11", "reminder": "R13", "version": 2, "text": "Not here."},
        {
            "month": "2026-11",
            "reminder": "R13",
            "version": 2,
            "text": "Room 12.",
            "read_first": ["a number"],
        },
    ]


def test_nothing_kept_is_said_in_words_and_is_no_line_of_json(tmp_path: Path) -> None:
    assert export(tmp_path).output == 'Nobody has pressed "Not useful" in what is kept.\n'
    assert export(tmp_path, "--jsonl").output == ""


def test_other_key_than_the_one_it_was_sealed_with_is_told_in_one_line(tmp_path: Path) -> None:
    keep(tmp_path, "Words")

    told = export(tmp_path, key=b"z" * 32)

    assert told.exit_code == 2
    assert told.output.startswith("smartapp: environment: SMARTAPP_SECRET_KEYS: none of these keys opens ")
    assert len(told.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Too long for a full clinic.", ()),
        ("May I say it is late?", ()),
        ("Seen on Monday", ("a date",)),
        ("yesterday", ("a date",)),
        ("on May 3", ("a number", "a date")),
        ("3rd of May", ("a number",)),
        ("3 May", ("a number", "a date")),
        ("MRN 4172283", ("a number",)),
        ("write to d@example.org", ("an e-mail address",)),
    ],
)
def test_numbers_dates_and_addresses_are_seen(text: str, found: tuple[str, ...]) -> None:
    assert may_tell_of(text) == found
