"""The app, and the demo EHR where no other server is named, as processes of their own on loopback."""

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.interop.registration import write_launch_config
from tests.interop.target import Target

_STARTS_S = 180.0  # on a machine that does other things too
_ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def running_app(target: Target, folder: Path, port: int) -> Iterator[str]:
    """The app, started as a site starts it, with files in `folder`. Its address."""
    config = folder / "launch_config"
    config.mkdir()
    write_launch_config(target, config)
    root = f"http://127.0.0.1:{port}"
    environ = {
        "SMARTAPP_BASE_URL": root,
        "SMARTAPP_SECRET_KEYS": base64.b64encode(os.urandom(32)).decode(),
        "SMARTAPP_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'app.sqlite3'}",
        "SMARTAPP_LAUNCH_CONFIG": str(config),
    }
    serve = ["serve", "--port", str(port)]
    command = [sys.executable, "-c", "from smartapp.cli import main; main()", *serve]
    with _running(command, environ, answers=f"{root}/healthz", log=folder / "app.log"):
        yield root


@contextmanager
def running_demo_ehr(app_port: int, folder: Path, habits: str = "") -> Iterator[Target]:
    """The demo EHR by itself, of a patient who is there already."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.interop.ehr_alone", str(port), str(app_port), *habits.split()]
    with _running(command, {}, answers=f"{base}/fhir/metadata", log=folder / "ehr.log"):
        yield Target(
            smart_iss=f"{base}/fhir",
            fhir_base=f"{base}/open/fhir",
            launch_url=f"{base}/?patient={{patient}}&open=1",
            client_id="demo-public",
            app_port=app_port,
        )


@contextmanager
def _running(command: list[str], environ: Mapping[str, str], *, answers: str, log: Path) -> Iterator[None]:
    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=_ROOT, env={**os.environ, **environ}, stdout=file, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, answers, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + _STARTS_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            if httpx2.get(url, trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer: {log.read_text()[-2000:]}")
