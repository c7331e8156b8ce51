"""Every command on the pages is typed, in a copy of the repository, or stands here with the reason."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.postgres import Postgres, find_programs
from tests.workplace import ROOT, Workplace, blocks

PAGES: Final = [ROOT / "README.md", ROOT / "docker" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
INDEX: Final = (
    "installs from a package index; tests/test_dev.py and tests/test_package.py hold what it promises"
)
ENGINE: Final = "needs a container engine; docker/prove does the same without one"
NOT_RUN: Final = {
    ("README.md", "make demo"): INDEX,
    ("README.md", "make test"): "would run this very suite",
    ("docker/README.md", "docker build -f docker/Dockerfile"): ENGINE,
    ("docker/README.md", "umask 077 && mkdir -p docker/secrets"): ENGINE,
    ("docker/README.md", "export SMARTAPP_BASE_URL=https://ground"): ENGINE,
    ("docker/README.md", "docker compose -f docker/compose.yaml stop app"): ENGINE,
    ("docker/README.md", "docker compose -f docker/compose.yaml --profile sandbox"): ENGINE,
    ("docker/README.md", "docker/prove"): "takes minutes and root; a lane of its own runs it",
    ("docs/audit.md", "smartapp audit verify --head"): "the head stands for one from a site's log",
    ("docs/connect.md", "make demo"): INDEX,
    ("docs/contributing.md", "make setup"): INDEX,
    ("docs/contributing.md", "uv pip compile"): "asks a package index",
    ("docs/deployment.md", "python3 -m venv ground"): INDEX,
    ("docs/deployment.md", "make bench"): "takes minutes, and its figures mean nothing beside other tests",
    ("docs/interop.md", "make interop"): "takes minutes; the tests of tests/interop are the same ones",
    ("docs/operations.md", "pg_dump"): "run below, where a PostgreSQL is",
    ("docs/quickstart.md", "make demo"): INDEX,
    ("docs/quickstart.md", "python3 -m venv try-it"): INDEX,
}
"""(page, how the block begins) and why it is not run."""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def reason(page: str, block: str) -> str | None:
    found = [why for (where, start), why in NOT_RUN.items() if where == page and block.startswith(start)]
    assert len(found) <= 1, f"several reasons for one block of {page}"
    return found[0] if found else None


def to_run(page: Path) -> list[str]:
    return [block for block in blocks(page.read_text(encoding="utf-8")) if reason(name(page), block) is None]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace(tmp_path_factory.mktemp("site"))


@pytest.mark.parametrize("page", [page for page in PAGES if to_run(page)], ids=name)
def test_every_command_of_the_page_does_what_it_says(page: Path, workplace: Workplace) -> None:
    site = workplace.with_new_database()

    for block in to_run(page):
        site.run(block)


def test_most_blocks_are_run() -> None:
    everything = [block for page in PAGES for block in blocks(page.read_text(encoding="utf-8"))]

    run = [block for page in PAGES for block in to_run(page)]
    assert len(run) >= 10
    assert len(everything) - len(run) == len(NOT_RUN)


def test_every_reason_is_about_a_block_that_is_there() -> None:
    stale = [
        (where, start)
        for where, start in NOT_RUN
        if not any(block.startswith(start) for block in blocks((ROOT / where).read_text(encoding="utf-8")))
    ]

    assert stale == []


def test_command_that_does_not_work_is_noticed(workplace: Workplace) -> None:
    for wrong in (
        "smartapp migrat",
        "smartapp content check no-such-folder",
        "false | true",
        "smartapp serve --port x",
    ):
        with pytest.raises(AssertionError):
            workplace.run(wrong)


def test_what_is_a_block_of_commands_and_what_is_not() -> None:
    page = "\n".join(
        [
            "```",
            "make demo",
            "```",
            "```",
            "Open http://127.0.0.1:9000/",
            "```",
            "```sh",
            "ls",
            "```",
            "```text",
            "make",
            "```",
        ]
    )

    assert blocks(page + "\n") == ["make demo\n", "ls\n"]


def test_every_make_verb_on_a_page_exists() -> None:
    rules = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    told = {
        verb
        for page in PAGES
        for verb in re.findall(r"(?:`|^)make (\w+)", page.read_text(encoding="utf-8"), re.M)
    }

    assert {"demo", "test", "check", "sbom", "site"} <= told
    assert told <= rules


def test_make_hands_each_verb_to_the_bootstrap() -> None:
    if shutil.which("make") is None:
        pytest.skip("no make")
    for verb in ("demo", "test", "check", "bench", "security", "sbom", "site", "setup"):
        said = subprocess.run(["make", "-n", verb], capture_output=True, text=True, check=True, cwd=ROOT)
        assert f"dev.py {verb}" in said.stdout


def test_backup_of_sqlite_holds_what_was_written_since_the_start(
    workplace: Workplace, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (backup,) = [block for block in blocks(page) if "VACUUM INTO" in block]
    (workplace.folder / "copy.sqlite3").unlink(missing_ok=True)

    workplace.with_new_database().run(backup)

    copy = workplace.folder / "copy.sqlite3"
    url = f"sqlite+aiosqlite:///{copy}"
    assert "up to date" in workplace.run("smartapp migrate --check", SMARTAPP_DATABASE_URL=url)
    assert "rows fit" in workplace.run("smartapp audit verify", SMARTAPP_DATABASE_URL=url)


def test_backup_of_postgresql_comes_back_in_an_empty_database(
    workplace: Workplace, postgres: Postgres
) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (backup,) = [block for block in blocks(page) if block.startswith("pg_dump")]
    (restore,) = re.findall(r"`(pg_restore [^`]+)`", page)
    old, new = postgres.new_database(), postgres.new_database()
    path = os.pathsep.join([str(find_programs()), str(Path(sys.executable).parent), os.environ["PATH"]])
    workplace.run("smartapp migrate", SMARTAPP_DATABASE_URL=old)

    workplace.run(backup, DATABASE=old, PATH=path)
    workplace.run(restore, DATABASE=new, PATH=path)

    assert "up to date" in workplace.run("smartapp migrate --check", SMARTAPP_DATABASE_URL=new)
