"""Log lines carry what is on the list and nothing else, whoever wrote them."""

import json
import logging

import pytest

from smartapp import logs


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
