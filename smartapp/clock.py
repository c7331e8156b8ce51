"""The time, as an argument: nothing in the app asks the machine for it except through a Clock."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current time, aware, in UTC."""


def now() -> datetime:
    return datetime.now(UTC)
