"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket there, gone at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

_USER = "common_ground"
# Our end of its standard input is closed with us, and only then does `read` return.
_UNTIL_WE_END = """
"$0" start -w -D "$1" -l "$2" -o "$3" >&2 && echo started
read -r _
"$0" stop -m immediate -D "$1" >&2
"""
# Nothing here outlives the tests, so nothing has to reach the disk.
_OPTIONS = "-c fsync=off -c full_page_writes=off -c listen_addresses= -c max_connections=200"


class Postgres:
    """A running server. Each test has a database of its own in it."""

    def __init__(self, programs: Path, folder: Path, run_as: str | None) -> None:
        self._programs = programs
        self._folder = folder
        self._data = str(folder / "data")
        # Any: a user, its group, and no other groups.
        self._as: dict[str, Any] = (
            {}
            if run_as is None
            else {"user": run_as, "group": pwd.getpwnam(run_as).pw_gid, "extra_groups": []}
        )
        self._numbers = count(1)
        self._running: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        self._run("initdb", "-D", self._data, "-U", _USER, "--auth=trust", "--encoding=UTF8", "--no-sync")

    def start(self) -> None:
        """Start it. It stops by itself when this process ends, whatever ends it."""
        options = f"{_OPTIONS} -c unix_socket_directories={self._folder}"
        log = str(self._folder / "log")
        command = ["sh", "-c", _UNTIL_WE_END, str(self._programs / "pg_ctl"), self._data, log, options]
        with (self._folder / "said").open("wb") as said:
            self._running = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, cwd="/", **self._as
            )
        assert self._running.stdout is not None
        assert self._running.stdout.readline() == b"started\n", (self._folder / "said").read_text()

    def stop(self) -> None:
        """At once, as when the machine goes down."""
        assert self._running is not None
        self._running.communicate()
        self._running = None

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._run("createdb", "-h", str(self._folder), "-U", _USER, name)
        return f"postgresql://{_USER}@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        # To a file and not a pipe: the server would hold the pipe open for as long as it runs.
        with (self._folder / "said").open("wb") as said:
            command = [str(self._programs / program), *arguments]
            ended = subprocess.run(
                command, check=False, stdout=said, stderr=said, stdin=subprocess.DEVNULL, **self._as
            )
        assert ended.returncode == 0, (self._folder / "said").read_text(encoding="utf-8", errors="replace")


def find_programs() -> Path | None:
    """Where initdb is: on the path, or where Debian keeps it, the newest version first."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[4], reverse=True
    )
    on_path = shutil.which("initdb")
    found = [*debian, *([Path(on_path).resolve()] if on_path else [])]
    return found[0].parent if found else None


@contextmanager
def running_postgres(programs: Path) -> Iterator[Postgres]:
    """A server, started; as a user without rights where we are root, which PostgreSQL refuses to run as."""
    with tempfile.TemporaryDirectory(prefix="cg-pg-") as name:
        folder, run_as = Path(name), None
        if os.geteuid() == 0:
            run_as = next(user for user in ("postgres", "nobody") if _exists(user))
            shutil.chown(folder, run_as)
        server = Postgres(programs, folder, run_as)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _exists(user: str) -> bool:
    return user in {entry.pw_name for entry in pwd.getpwall()}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    programs = find_programs()
    if programs is None:
        pytest.skip("NO POSTGRESQL FOUND: nothing was tested on it")
    with running_postgres(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'database.sqlite3'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()
