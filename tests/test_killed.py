"""Real processes, a bad line and SIGKILL: every statement is in the chart once, or shown as not there."""

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from tests.killed import Storm, weather
from tests.killed_judge import SHOWN_STORED
from tests.postgres import Postgres

_WRITES = int(os.environ.get("COMMON_GROUND_WRITES", "300"))
_SEED = int(os.environ.get("COMMON_GROUND_SEED", "1"))

pytestmark = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="NO PIDFD: nobody was killed, this needs Linux"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Gives the URL of an empty database each time."""
    if request.param == "sqlite":
        numbers = count()
        return lambda: f"sqlite+aiosqlite:///{tmp_path / f'ledger-{next(numbers)}.sqlite3'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database


async def test_killed_workers_and_a_bad_line_double_nothing_and_lose_nothing_in_silence(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    tally = await weather(Storm(_WRITES // 2, _SEED, tmp_path, new_database))

    print(*tally.lines(), sep="\n")  # noqa: T201 - the counts that a reader of the run wants
    assert tally.wrong == []
    assert tally.statements >= _WRITES // 2
    assert tally.counts["kills"] >= 10
    assert tally.shown[SHOWN_STORED] > 0.7 * tally.statements
