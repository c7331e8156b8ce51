"""Log lines carry what is on the list and nothing else, whoever wrote them."""

import asyncio
import json
import logging
import re

import pytest
from authlib.integrations.base_client.sync_app import OAuth2Base
from authlib.integrations.httpx_client import AsyncOAuth2Client

from smartapp import logs
from tests.visits import APP, clinic


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    written: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Collect()
    handler.setFormatter(logs.JsonFormatter())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    monkeypatch.setattr(root, "level", logging.DEBUG)
    return written


def test_value_outside_the_list_is_dropped(lines: list[str]) -> None:
    logs.event("read", level=logging.WARNING, part="goals", patient="DELGADO", token="secret")

    assert json.loads(lines[0])["part"] == "goals"
    assert "DELGADO" not in lines[0]
    assert "secret" not in lines[0]


def test_message_of_a_library_is_never_printed(lines: list[str]) -> None:
    logging.getLogger("authlib").debug("code_verifier=%s", "CANARY")

    assert json.loads(lines[0])["logger"] == "authlib"
    assert "CANARY" not in lines[0]


def test_exception_is_named_and_its_words_are_not_printed(lines: list[str]) -> None:
    try:
        raise ValueError("CANARY")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("CANARY")

    assert json.loads(lines[0])["exception"] == "ValueError"
    assert "CANARY" not in lines[0]


def test_control_characters_cannot_forge_a_line(lines: list[str]) -> None:
    logs.event("refused", level=logging.WARNING, detail='x\n{"event": "forged"}' + "y" * 500)

    assert len(lines[0].splitlines()) == 1
    assert len(json.loads(lines[0])["detail"]) <= 200


def test_name_that_is_no_fixed_word_is_not_printed(lines: list[str]) -> None:
    logging.getLogger("smartapp").warning("Rosa Delgado said CANARY")

    assert json.loads(lines[0])["event"] == "unnamed"
    assert "CANARY" not in lines[0]


def test_every_event_of_a_request_has_its_reference_and_none_of_another(lines: list[str]) -> None:
    with logs.referring_to("7F3K-22"):
        logs.event("part-read", level=logging.WARNING, part="goals")
        with logs.referring_to("9QQQ-01"):
            logs.event("part-read", level=logging.WARNING, part="notes")
    logs.event("purge-failed", level=logging.WARNING)

    assert [json.loads(line).get("reference") for line in lines] == ["7F3K-22", "9QQQ-01", None]


async def test_method_of_somebodys_own_making_is_not_printed(lines: list[str]) -> None:
    async with clinic() as at:
        await at.browser()._app.request("CANARY", f"{APP}/about")

    assert [json.loads(line)["method"] for line in lines if '"request"' in line] == ["other"]
    assert not [each for each in lines if "CANARY" in each]


async def test_task_that_a_request_starts_keeps_its_reference(lines: list[str]) -> None:
    async def later() -> None:
        await asyncio.sleep(0)
        logs.event("part-read", level=logging.WARNING)

    with logs.referring_to("7F3K-22"):
        task = asyncio.create_task(later())
    await task

    assert json.loads(lines[-1])["reference"] == "7F3K-22"


async def test_line_of_a_request_has_these_fields_and_no_others(lines: list[str]) -> None:
    async with clinic() as at:
        await at.browser().get_once(f"{APP}/about?name=CANARY&code=CANARY#CANARY")

    found = [json.loads(line) for line in lines if json.loads(line)["event"] == "request"]
    (line,) = found
    assert set(line) == {
        "time", "level", "event", "method", "route", "status", "duration_ms", "reference",
    }  # fmt: skip
    assert (line["level"], line["method"], line["route"], line["status"]) == (
        "info",
        "GET",
        "about.show",
        200,
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    assert re.fullmatch(r"[2-9A-Z]{4}-\d\d", line["reference"])
    assert isinstance(line["duration_ms"], int)
    assert not [each for each in lines if "CANARY" in each]


def test_verifier_that_the_oauth_library_logs_does_not_come_out(
    lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Authlib's integration for web frameworks, which this app does not use, logs it at DEBUG."""
    caplog.handler.setLevel(logging.DEBUG)
    logging.root.addHandler(caplog.handler)
    client = AsyncOAuth2Client("demo", code_challenge_method="S256")
    verifier = f"{'v' * 42}-CANARY"

    answer = OAuth2Base._create_oauth2_authorization_url(
        client, "https://ehr.test/auth/authorize", code_verifier=verifier
    )

    assert answer["code_verifier"].endswith("CANARY")
    assert any("CANARY" in record.getMessage() for record in caplog.records), "the library does log it"
    assert json.loads(lines[-1])["logger"].startswith("authlib")
    assert not [line for line in lines if "CANARY" in line]


def test_exception_of_a_library_with_its_whole_traceback_is_one_line_with_its_class(lines: list[str]) -> None:
    try:
        raise RuntimeError("CANARY") from ValueError("CANARY")
    except RuntimeError:
        logging.getLogger("asyncio").exception("CANARY %s", "CANARY", stack_info=True)

    assert len(lines[0].splitlines()) == 1
    assert "CANARY" not in lines[0]
