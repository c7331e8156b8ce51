"""The wheel, installed where nothing of the checkout can be seen, with the packages that it asks for."""

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent


class Installed:
    """An environment of its own in `folder`: its packages first, then those of the environment that runs the
    tests, but for the checkout itself. No index is asked.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wheel = _wheel(folder / "dist")
        environment = folder / "env"
        venv.EnvBuilder(with_pip=False, symlinks=True).create(environment)
        scripts = "Scripts" if os.name == "nt" else "bin"
        self.python = environment / scripts / "python"
        # What names other places to import from would bring the checkout back in.
        self.environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self.packages = Path(self._asked("import sysconfig; print(sysconfig.get_path('purelib'))"))
        # No .pth file of the other folder is read when it is named in one, so the checkout stays unseen.
        (self.packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet"]
        offline = ["--no-index", "--no-deps", "--disable-pip-version-check", "--target", str(self.packages)]
        subprocess.run([*pip, *offline, str(self.wheel)], check=True, cwd=folder)

    @property
    def command(self) -> list[str]:
        return [str(self.python), "-m", "smartapp"]

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**self.environ, **settings},
        )

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A command that goes on until the end of the block, and is asked to stop then."""
        running = subprocess.Popen(
            [*self.command, *arguments], stdout=subprocess.PIPE, text=True, cwd=self.folder, env=self.environ
        )
        try:
            yield running
            running.terminate()
            running.communicate(timeout=20)
        finally:
            running.kill()
            running.wait()

    def _asked(self, code: str) -> str:
        done = subprocess.run(
            [str(self.python), "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=self.folder,
            env=self.environ,
        )
        return done.stdout.strip()

    def place_of_the_app(self) -> Path:
        return Path(self._asked("import smartapp; print(smartapp.__file__)")).parent


def _wheel(folder: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, check=True, cwd=ROOT, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel
