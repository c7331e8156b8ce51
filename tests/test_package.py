"""What a site installs: the wheel holds everything that the app reads, and nothing else."""

import base64
import re
import subprocess
import urllib.request
import zipfile
from pathlib import Path

import pytest

from smartapp import __version__
from tests.installed import ROOT, Installed


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"))


def test_wheel_holds_every_file_of_the_app_that_is_kept_in_the_repository(installed: Installed) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "smartapp"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    kept = set(listed.stdout.split())
    if not kept:
        kept = {
            str(file.relative_to(ROOT))
            for file in (ROOT / "smartapp").rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }
    with zipfile.ZipFile(installed.wheel) as wheel:
        held = set(wheel.namelist())

    assert kept - held == set()
    assert {name for name in held if ".dist-info/" not in name and not name.startswith("smartapp/")} == set()


def test_wheel_says_its_licence_and_that_it_is_typed(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = wheel.namelist()
        metadata = next(name for name in names if name.endswith("/METADATA"))
        text = wheel.read(metadata).decode()

    assert "License-Expression: Apache-2.0" in text
    assert f"\nVersion: {__version__}\n" in text
    for file in ("LICENSE", "THIRD_PARTY.md"):
        assert any(name.endswith(f"/licenses/{file}") for name in names), file
    assert "smartapp/py.typed" in names


def test_installed_app_is_the_wheels_and_not_the_checkouts(installed: Installed) -> None:
    assert installed.place_of_the_app() == installed.packages / "smartapp"


def test_installed_app_finds_its_content_and_its_translations(installed: Installed) -> None:
    checked = installed.run("content", "check")

    assert checked.returncode == 0, checked.stderr
    assert "questions" in checked.stdout


def test_installed_app_reads_a_launch_file(installed: Installed) -> None:
    checked = installed.run("check", str(ROOT / "launch_config" / "demo.toml"))

    assert checked.returncode == 0, checked.stderr


def test_installed_app_makes_the_tables_of_its_version(installed: Installed, tmp_path: Path) -> None:
    settings = {
        "SMARTAPP_BASE_URL": "https://app.example",
        "SMARTAPP_DATA_DIR": str(tmp_path),
        "SMARTAPP_LAUNCH_CONFIG": str(ROOT / "launch_config"),
        "SMARTAPP_SECRET_KEYS": base64.b64encode(b"k" * 32).decode(),
    }

    migrated = installed.run("migrate", **settings)
    checked = installed.run("migrate", "--check", **settings)

    assert (migrated.returncode, checked.returncode) == (0, 0), migrated.stderr + checked.stderr
    assert (tmp_path / "smartapp.sqlite3").is_file()


def test_demo_runs_from_the_wheel_with_nothing_else(installed: Installed) -> None:
    with installed.started("demo", "--port", "0", "--ehr-port", "0") as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        with urllib.request.urlopen(line.split()[-1], timeout=20) as answer:
            page = answer.read().decode()

    assert re.fullmatch(r"Open http://127\.0\.0\.1:\d+/\n", line)
    assert "Rosa Delgado" in page
    assert running.returncode == 0


def test_nothing_of_tests_or_of_the_machine_is_in_the_wheel(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        python = [name for name in wheel.namelist() if name.endswith((".py", ".toml", ".html", ".js"))]
        holding = [name for name in python if str(Path.home()).encode() in wheel.read(name)]

    assert len(python) > 100
    assert not any(name.startswith("tests/") for name in python)
    assert holding == []
