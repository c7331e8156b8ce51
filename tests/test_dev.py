"""The bootstrap says in one plain line what is missing, and does nothing twice."""

import importlib.util
import subprocess
import sys
import types
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def dev() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_unknown_verb_is_answered_with_the_verbs() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "dev.py", "dmeo"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    verbs = "setup, demo, test, check, bench, security, interop, sbom, site"
    assert done.stderr == f"dev.py: say one of: {verbs}\n"


def test_old_python_is_told_in_one_line(
    dev: types.ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))

    with pytest.raises(SystemExit):
        dev.main(["demo"])

    assert capsys.readouterr().err == "dev.py: Python 3.11 or newer is needed; this is 3.9.\n"


def test_missing_venv_module_is_told_with_the_package_to_install(
    dev: types.ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def no_ensurepip(*_args: object) -> None:
        raise subprocess.CalledProcessError(1, "ensurepip")

    monkeypatch.setattr(dev, "VENV", str(tmp_path / "env"))
    monkeypatch.setattr(dev, "PYTHON", str(tmp_path / "env" / "bin" / "python"))
    monkeypatch.setattr(venv.EnvBuilder, "create", no_ensurepip)

    with pytest.raises(SystemExit):
        dev.set_up("app")

    assert "apt install python3" in capsys.readouterr().err


def test_environment_that_fits_its_lock_is_left_alone(
    dev: types.ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dev, "VENV", str(tmp_path))
    monkeypatch.setattr(dev, "PYTHON", sys.executable)
    files = [ROOT / "requirements" / name for name in dev.LOCKS["app"]] + [ROOT / "pyproject.toml"]
    (tmp_path / "common-ground-app").write_text(dev._fingerprint([str(file) for file in files]))

    dev.set_up("app")

    assert sorted(file.name for file in tmp_path.iterdir()) == ["common-ground-app"]


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.lock")), ids=lambda path: path.name)
def test_lock_file_pins_every_package_by_hash_and_names_no_host(lock: Path) -> None:
    text = lock.read_text()
    packages = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]

    assert packages
    assert all(line.endswith("\\") for line in packages)
    assert "://" not in text
