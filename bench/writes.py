"""What becomes of writes when the line is bad and workers are killed, over real sockets and processes.

The judge reads the EHR's own store; see tests/killed.py.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.killed import Storm, Tally, weather
from tests.killed_judge import LOST, SHOWN_STORED, TWICE
from tests.killed_proxy import Mishap
from tests.postgres import find_programs, running_postgres

SEED = 20_261_122


async def measure(writes: int) -> tuple[tuple[str, Tally], ...]:
    """A storm over each kind of database that is here, with `writes` statements in all."""
    found = []
    programs = find_programs()
    kinds = ["SQLite", *(["PostgreSQL"] if programs else [])]
    for kind in kinds:
        with tempfile.TemporaryDirectory() as name, _databases(kind, Path(name)) as new_database:
            storm = Storm(-(-writes // len(kinds)), SEED, Path(name), new_database)
            found.append((kind, await weather(storm)))
    return tuple(found)


def report(kind: str, tally: Tally) -> str:
    """What was done, how it ended, and what must never be; each fault by itself."""
    kills, posts = tally.counts["kills"], tally.counts["POST"]
    mishaps = sum(tally.counts[mishap.value] for mishap in Mishap)
    other = tally.faults.total() - tally.faults[TWICE] - tally.faults[LOST]
    open_ones = ", ".join(
        f"{number} {name}" for name, number in sorted(tally.shown.items()) if name != SHOWN_STORED
    )
    summary = (
        f"{tally.statements} writes on {kind} in {tally.seconds:.0f} s: "
        f"{kills} workers killed, {mishaps} mishaps on the line, {posts} POSTs\n"
        f"  {tally.shown[SHOWN_STORED]} {SHOWN_STORED}; {open_ones or 'nothing left open'}\n"
        f"  duplicates: {tally.faults[TWICE]}, silent losses: {tally.faults[LOST]}, other faults: {other}"
    )
    return "\n".join([summary, *(f"  {fault}" for fault in tally.wrong)])


@contextmanager
def _databases(kind: str, folder: Path) -> Iterator[Callable[[], str]]:
    """Gives the URL of an empty database each time."""
    programs = find_programs()
    if kind == "SQLite" or programs is None:
        numbers = count()
        yield lambda: f"sqlite+aiosqlite:///{folder / f'ledger-{next(numbers)}.sqlite3'}"
        return
    with running_postgres(programs) as server:
        yield server.new_database
