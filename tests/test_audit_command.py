"""`smartapp audit`: tells whether the trail is whole, and gives it to other programs."""

import asyncio
import base64
import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from click.testing import Result as Ran
from fhir.resources.R4B.auditevent import AuditEvent
from pydantic import SecretBytes

from smartapp.cli import main
from smartapp.fhir.audit_event import audit_event
from smartapp.store.audit import Action, Audit, Audited, AuditRow, Result
from smartapp.store.keyring import open_store

KEY = b"k" * 32
START = datetime(2026, 11, 22, 10, 17, tzinfo=UTC)
ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden" / "audit_events.json"
ROSA = Audited("demo", "https://ehr.test/fhir", "launch-1", "Practitioner/7", "subject-7", "p1", "7F3K-22")


def file_in(folder: Path) -> Path:
    return folder / "x.sqlite3"


def run(folder: Path, *arguments: str, key: bytes = KEY) -> Ran:
    environ = {
        "SMARTAPP_BASE_URL": "https://app.test",
        "SMARTAPP_DATABASE_URL": f"sqlite+aiosqlite:///{file_in(folder)}",
        "SMARTAPP_LAUNCH_CONFIG": str(ROOT / "launch_config"),
        "SMARTAPP_SECRET_KEYS": base64.b64encode(key).decode(),
    }
    cleared = {name: None for name in os.environ if name.startswith("SMARTAPP_")}
    return CliRunner().invoke(main, ["audit", *arguments], env={**cleared, **environ})


def keep(folder: Path, rows: int = 3) -> str:
    """Rows an hour apart. Returns the head."""

    async def write() -> str:
        hours = iter(range(rows))
        database, vault = await open_store(f"sqlite+aiosqlite:///{file_in(folder)}", [SecretBytes(KEY)])
        audit = Audit(database, vault, lambda: START + timedelta(hours=next(hours)))
        for number in range(rows):
            await audit.record(ROSA, Action.WRITE, Result.STORED, objects=[f"Goal/{number}"])
        head = str(await audit.head())
        await database.close()
        return head

    return asyncio.run(write())


def change(folder: Path, statement: str) -> None:
    with sqlite3.connect(file_in(folder)) as connection:
        connection.execute(statement)
    connection.close()


def lines(told: Ran) -> list[dict[str, Any]]:  # Any: JSON
    return [json.loads(line) for line in told.output.splitlines()]


def test_whole_trail_is_said_to_fit_with_its_head(tmp_path: Path) -> None:
    head = keep(tmp_path)

    told = run(tmp_path, "verify")
    noted = run(tmp_path, "verify", "--head", head)

    assert (told.exit_code, noted.exit_code) == (0, 0)
    assert "3 rows fit." in told.output
    assert f"Head: {head}" in told.output
    assert "only with --head" in told.output
    assert "only with --head" not in noted.output


def test_first_row_that_does_not_fit_is_named(tmp_path: Path) -> None:
    keep(tmp_path)
    change(tmp_path, "UPDATE audit SET actor = 'Practitioner/8' WHERE sequence = 2")

    told = run(tmp_path, "verify")

    assert told.exit_code == 1
    assert "1 rows fit." in told.output
    assert "Row 2: this row or its digest was changed." in told.output


def test_rows_cut_off_are_missed_by_the_head_of_the_log(tmp_path: Path) -> None:
    head = keep(tmp_path)
    change(tmp_path, "DELETE FROM audit WHERE sequence = 3")

    assert run(tmp_path, "verify").exit_code == 0
    told = run(tmp_path, "verify", "--head", head)
    assert told.exit_code == 1
    assert "Row 3: rows were cut off at the end." in told.output


@pytest.mark.parametrize("head", ["", "3", "3:short", "x:" + "0" * 64, "-1:" + "0" * 64])
def test_head_that_is_none_is_refused(tmp_path: Path, head: str) -> None:
    keep(tmp_path)

    told = run(tmp_path, "verify", "--head", head)

    assert told.exit_code == 2
    assert "SEQUENCE:DIGEST" in told.output


def test_database_of_other_keys_is_not_judged(tmp_path: Path) -> None:
    keep(tmp_path)

    told = run(tmp_path, "verify", key=b"x" * 32)

    assert told.exit_code == 2
    assert "rows fit" not in told.output


def test_rows_come_out_as_lines_of_the_asked_time(tmp_path: Path) -> None:
    keep(tmp_path, rows=4)

    everything = lines(run(tmp_path, "export"))
    some = lines(run(tmp_path, "export", "--from", "2026-11-22T11:17:00", "--to", "2026-11-22T13:17:00"))

    assert [row["sequence"] for row in everything] == [1, 2, 3, 4]
    assert some == everything[1:3]
    assert some[0]["at"] == "2026-11-22T11:17:00Z"
    assert some[0]["objects"] == ["Goal/1"]
    assert some[0]["patient"].startswith("pseudonym:")


def test_rows_come_out_as_audit_events(tmp_path: Path) -> None:
    keep(tmp_path, rows=2)

    events = lines(run(tmp_path, "export", "--as", "fhir"))

    assert [event["id"] for event in events] == ["common-ground-1", "common-ground-2"]
    assert all(AuditEvent.model_validate(event) for event in events)


def row(sequence: int, action: Action, result: Result, objects: str, **known: str) -> AuditRow:
    values = {
        "registration": "demo", "launch": "a" * 64, "actor": "Practitioner/7",
        "patient": "pseudonym:" + "b" * 64, "request": "7F3K-22", "digest": f"{sequence:064x}", **known,
    }  # fmt: skip
    return AuditRow(
        sequence, int(START.timestamp()), action=action, outcome=result, objects=objects, **values
    )


ROWS = (
    row(1, Action.LAUNCH, Result.BEGUN, "", actor="", patient="", launch=""),
    row(2, Action.LAUNCH, Result.COMPLETED, "", actor="user:" + "c" * 64),
    row(3, Action.CHART_READ, Result.COMPLETED, "patient=read goals=read notes=too_slow"),
    row(4, Action.WRITE, Result.SENT, "Goal item:0123456789ab"),
    row(5, Action.WRITE, Result.STORED, "Goal/g1 item:0123456789ab state:stored status:201", patient="p1"),
    row(6, Action.TAKE_BACK, Result.UNKNOWN, "Goal/g1 item:0123456789ab state:unknown"),
    row(7, Action.PAGE, Result.REFUSED, "code:launch-other-browser", actor="", patient=""),
    row(8, Action.VISIT, Result.ENDED, "reason:visit-ended"),
)


def test_audit_events_are_exactly_their_golden_resources() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))

    assert [audit_event(each) for each in ROWS] == [entry["resource"] for entry in golden["entry"]]


@pytest.mark.parametrize("result", Result)
@pytest.mark.parametrize("action", Action)
def test_every_row_becomes_an_audit_event_that_says_all_of_it(action: Action, result: Result) -> None:
    one = row(1, action, result, "Goal/g1 code:x")

    event = audit_event(one)

    AuditEvent.model_validate(event)
    text = json.dumps(event)
    for value in (one.registration, one.launch, one.actor, one.patient, one.request, one.digest, one.objects):
        assert value in text
    assert event["outcomeDesc"] == result
    assert None not in event.values()
