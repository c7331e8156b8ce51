"""What machines ask: whether the process lives, whether it can work, and what it counted."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretBytes
from sqlalchemy import text

from smartapp.app import create_app
from smartapp.smart.keys import new_key
from smartapp.smart.registration import ClientAuth
from smartapp.smart.registrations import Registrations
from smartapp.web import system
from tests.visits import APP, Browser, Clinic, MovingClock, clinic, settings

ALL_WELL = {"database": "ok", "tables": "ok", "keys": "ok", "registrations": "ok"}


async def ready(at: Clinic) -> tuple[int, dict[str, Any]]:
    answer = await at.browser().get_once(f"{APP}/readyz")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


def change(at: Clinic, **services: object) -> None:
    at.app.state.services = dataclasses.replace(at.app.state.services, **services)


async def test_app_that_can_work_is_ready_and_says_which_parts_it_looked_at(running: Clinic) -> None:
    assert await ready(running) == (200, {"status": "ok", "parts": ALL_WELL})


async def test_process_lives_also_while_it_cannot_work(running: Clinic, browser: Browser) -> None:
    await running.app.state.services.database.close()
    change(running, registrations=Registrations(()))

    answer = await browser.get_once(f"{APP}/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@asynccontextmanager
async def on_file(folder: Path) -> AsyncIterator[tuple[Clinic, Path]]:
    file = folder / "app.sqlite3"
    async with clinic(database=f"sqlite+aiosqlite:///{file}?timeout=0.05") as at:
        yield at, file


async def test_database_that_is_no_database_any_more_is_unavailable(tmp_path: Path) -> None:
    async with on_file(tmp_path) as (at, file):
        for each in tmp_path.iterdir():
            each.write_bytes(b"This is no database." * 500)
        await at.app.state.services.database.close()

        status, told = await ready(at)

        assert status == 503
        assert told["status"] == "not ready"
        assert told["parts"]["database"] == "unavailable"
        assert told["parts"]["registrations"] == "ok"
        assert str(file) not in str(told)


async def test_database_that_hangs_is_too_slow_within_the_time_limit(
    running: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hanging:
        @asynccontextmanager
        async def transaction(self) -> AsyncIterator[None]:
            await asyncio.Event().wait()
            yield

        async def standing(self) -> None:
            await asyncio.Event().wait()

        reading = transaction

    monkeypatch.setattr(system, "READY_WITHIN_S", 0.05)
    change(running, database=Hanging())

    status, told = await asyncio.wait_for(ready(running), timeout=5)

    assert status == 503
    assert [told["parts"][part] for part in ("database", "tables", "keys")] == ["too slow"] * 3


async def test_tables_of_another_version_are_out_of_date(running: Clinic) -> None:
    async with running.app.state.services.database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'of-the-future'"))

    status, told = await ready(running)

    assert status == 503
    assert told["parts"] == ALL_WELL | {"tables": "out of date"}


async def test_keys_that_open_nothing_in_the_database_are_unusable(running: Clinic) -> None:
    changed = dataclasses.replace(running.app.state.services.settings, secret_keys=(SecretBytes(b"w" * 32),))
    change(running, settings=changed)

    status, told = await ready(running)

    assert status == 503
    assert told["parts"] == ALL_WELL | {"keys": "unusable"}


async def test_app_without_a_registration_is_not_ready(running: Clinic) -> None:
    change(running, registrations=Registrations(()))

    status, told = await ready(running)

    assert status == 503
    assert told["parts"] == ALL_WELL | {"registrations": "unusable"}


async def test_key_file_that_is_gone_makes_the_registrations_unusable(
    running: Clinic, tmp_path: Path
) -> None:
    import json

    file = tmp_path / "secret-name.json"
    file.write_text(json.dumps(new_key("ES384")))
    demo = running.app.state.services.registrations.get("demo")
    signing = dataclasses.replace(demo, client_auth=ClientAuth.PRIVATE_KEY_JWT, key_file=file, alg="ES384")
    change(running, registrations=Registrations((signing,)))
    before = await ready(running)
    file.unlink()

    status, told = await ready(running)

    assert before == (200, {"status": "ok", "parts": ALL_WELL})
    assert status == 503
    assert told["parts"] == ALL_WELL | {"registrations": "unusable"}
    assert "secret-name" not in str(told)


async def test_nothing_is_counted_or_shown_unless_the_site_wants_it(
    running: Clinic, browser: Browser
) -> None:
    answer = await browser.get_once(f"{APP}/metrics")

    assert answer.status_code == 404


async def test_app_of_a_site_that_wants_it_shows_what_it_counted() -> None:
    async with clinic(setting={"metrics": True}) as at:
        await at.browser().get_once(f"{APP}/about")

        answer = await at.browser().get_once(f"{APP}/metrics")

        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert (
            'smartapp_request_seconds_count{method="GET",route="about.show",status="2xx"} 1.0' in answer.text
        )


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_machines_may_only_ask(running: Clinic, browser: Browser, path: str) -> None:
    answer = await browser.post_once(APP + path, [])

    assert answer.status_code == 405


async def test_app_that_is_not_started_yet_is_not_ready() -> None:
    app = create_app(settings("sqlite+aiosqlite://"), Registrations(()), clock=MovingClock())
    wire = httpx2.ASGITransport(app=app, raise_app_exceptions=False)

    answer = await httpx2.AsyncClient(transport=wire, base_url=APP).get("/healthz")

    assert answer.status_code == 200
