"""Log lines as JSON with an allow-list of keys, so that no PHI and no token can slip in.

Only the keys of `SAFE_KEYS` are printed; anything else passed along is dropped. Values are cut to 200
characters and stripped of control characters. There is no free-text field: `event` is a fixed word that the
code wrote. Every line that a request leads to has the request's `reference`.
"""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

SAFE_KEYS = frozenset(
    {
        "code", "detail", "duration_ms", "kind", "launch", "method", "operation", "part", "reason",
        "reference", "registration",
        "request_id", "resource", "resource_type", "route", "rung", "status",
    }
)  # fmt: skip

_logger = logging.getLogger("smartapp")
_reference: ContextVar[str] = ContextVar("reference", default="")
_EVENT = re.compile(r"[a-z]+(?:-[a-z]+)*")


@contextmanager
def referring_to(reference: str) -> Iterator[None]:
    """Put `reference` on every event of the block, and of the tasks that it starts."""
    token = _reference.set(reference)
    try:
        yield
    finally:
        _reference.reset(token)


def event(name: str, *, level: int = logging.INFO, **values: str | int | float | None) -> None:
    """Log one event. `name` is a fixed word; keys outside SAFE_KEYS are dropped."""
    if _logger.isEnabledFor(level):
        values.setdefault("reference", _reference.get() or None)
        safe = {key: _clean(value) for key, value in values.items() if key in SAFE_KEYS and value is not None}
        _logger.log(level, name, extra={"safe": safe})


class JsonFormatter(logging.Formatter):
    """Formats our own events whole, and of everybody else's records only the logger's name and level.

    Libraries log URLs, codes and verifiers at DEBUG; their messages are not printed at all.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name == "smartapp":
            name = record.getMessage()
            line["event"] = name if _EVENT.fullmatch(name) else "unnamed"
            line.update(getattr(record, "safe", {}))
        else:
            line["event"] = "library"
            line["logger"] = record.name
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=True)


def configure(level: str) -> None:
    """Send every record of the process through the formatter, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _clean(value: str | int | float) -> str | int | float:
    if isinstance(value, str):
        return "".join(c for c in value if c.isprintable())[:200]
    return value
