"""A place in which commands of the documents can be typed: files, settings, and what the pages speak of."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Final

from smartapp.sandbox.stories import rosa_delgado
from tests.notes.little_pdf import page, pdf

ROOT: Final = Path(__file__).parent.parent
PATIENCE_S: Final = 300
_COPIED: Final = (
    *("docs", "docker", "launch_config", "requirements", "tools"),
    *(
        "CHANGELOG.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "THIRD_PARTY.md",
        "dev.py",
        "mkdocs.yml",
        "pyproject.toml",
    ),
)
_SERVES: Final = re.compile(r"\bsmartapp serve\b|\buvicorn\.run\b")
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_WORDS: Final = (
    "export|umask|chmod|cp|make|docker(?:/prove)?|python3|uv|pg_dump|pg_restore|smartapp|printf|curl"
)
_COMMAND: Final = re.compile(rf"^(?:(?:{_WORDS})\s|[\w.-]+/bin/\w+\s|docker/prove$)", re.M)


def blocks(text: str) -> list[str]:
    """The blocks of commands on a page: those that say `sh`, and those that say nothing and hold one."""
    return [
        body for kind, body in _FENCE.findall(text) if kind == "sh" or (kind == "" and _COMMAND.search(body))
    ]


class Workplace:
    """A copy of the repository with `.venv` in it, an empty, migrated database, and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(
                    source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "screenshots")
                )
            else:
                shutil.copy(source, folder / name)
        (folder / "smartapp").symlink_to(ROOT / "smartapp")
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / "secrets").mkdir()
        self._ports = {"8000": _free_port(), "9000": _free_port()}
        self._environ = {
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SMARTAPP_BASE_URL": "https://app.example",
            "SMARTAPP_SECRET_KEYS": base64.b64encode(b"d" * 32).decode(),
        }
        self._lay_out()

    def _lay_out(self) -> None:
        """What the pages take for granted: notes, marks, charts, a site's content, a database."""
        notes = (self.folder / "docs" / "notes.md").read_text(encoding="utf-8")
        note, found = re.findall(r"^```text\n(.*?)^```$", notes, re.M | re.S)[:2]
        (self.folder / "notes").mkdir()
        for name in ("social-work.txt", "notes/social-work.txt"):
            (self.folder / name).write_text(note, encoding="utf-8")
        (self.folder / "notes" / "visit.rtf").write_text(r"{\rtf1\ansi Patient says: I want to go home.}")
        (self.folder / "marks.jsonl").write_text(found, encoding="utf-8")
        (self.folder / "consult.pdf").write_bytes(pdf(page("Patient says: I want to go home.")))
        entries = [{"resource": one} for one in rosa_delgado.resources(date.today())]  # noqa: DTZ011 # a story of today
        (self.folder / "bundles").mkdir()
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        (self.folder / "bundles" / "chart.json").write_text(json.dumps(bundle), encoding="utf-8")
        self._lay_out_content((self.folder / "docs" / "clinical.md").read_text(encoding="utf-8"))

    def with_new_database(self) -> "Workplace":
        """Itself, with a database that is migrated and was never opened with a key."""
        shutil.rmtree(self.folder / ".data", ignore_errors=True)
        self.run("smartapp migrate")
        return self

    def _lay_out_content(self, text: str) -> None:
        for file, body in re.findall(
            r"^`(our-content/[a-z]+\.toml)`\n\n```toml\n(.*?)^```$", text, re.M | re.S
        ):
            target = self.folder / file
            target.parent.mkdir(exist_ok=True)
            target.write_text(body, encoding="utf-8")

    def run(self, block: str, **also: str) -> str:
        """What the block printed. A server in its last line is stopped once it answers. Raises AssertionError
        for an exit status that is not 0.
        """
        script = block.replace("/run/secrets/", "secrets/")
        for port, free in self._ports.items():
            script = re.sub(rf"\b{port}\b", str(free), script)
        with (self.folder / "said").open("w+", encoding="utf-8") as said:
            running = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", script],
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
                cwd=self.folder, env={**self._environ, **also}, start_new_session=True,
            )  # fmt: skip
            try:
                self._wait(running, serves=_SERVES.search(block) is not None, script=script)
            finally:
                _kill(running)
            said.seek(0)
            text = said.read()
        assert running.returncode in ({0, -15, 143} if _SERVES.search(block) else {0}), f"{block}\n{text}"
        return text

    def _wait(self, running: subprocess.Popen[bytes], *, serves: bool, script: str) -> None:
        until = time.monotonic() + PATIENCE_S
        ports = [
            port for port in self._ports.values() if f"port {port}" in script or f"port={port}" in script
        ]
        assert ports or not serves, f"no port that could be asked: {script}"
        while serves and running.poll() is None and not all(_answers(port) for port in ports):
            assert time.monotonic() < until, f"nothing answered on {ports}"
            time.sleep(0.1)
        if not serves:
            running.wait(PATIENCE_S)


def _kill(running: subprocess.Popen[bytes]) -> None:
    if running.poll() is None:
        os.killpg(running.pid, 15)
    running.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
