"""Launch files to check, the command run on them, and EHRs that answer as a test says."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import httpx2
from joserfc.jwk import RSAKey

from smartapp import check_command
from smartapp.http import inside
from smartapp.sandbox.clients import demo_clients
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sandbox.vendors import MANNERS

ROOT = Path(__file__).parents[2]
APP, EHR = "http://127.0.0.1:8000", "http://127.0.0.1:9000"
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DEMO = (ROOT / "launch_config" / "demo.toml").read_text(encoding="utf-8")
Json = dict[str, object]


def launch_file(folder: Path, text: str = DEMO, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def vendor_file(folder: Path, vendor: str, *scopes: str) -> Path:
    """The demo's file as a site of that vendor writes it; `scopes` in place of what it asks for."""
    text = DEMO.replace(
        'label = "Demo EHR" ', f'vendor = "{vendor}"  # known behaviours\nlabel = "Demo EHR" '
    )
    if scopes:
        asked = ", ".join(f'"{scope}"' for scope in scopes)
        text = re.sub(r"request = \[.*?\n\]", f"request = [{asked}]", text, flags=re.DOTALL)
    return launch_file(folder, text, f"{vendor}.toml")


@cache
def _key() -> RSAKey:
    return RSAKey.generate_key(2048)


def demo_ehr(manner: str) -> DemoEhr:
    return create_demo_ehr(
        base_url=EHR,
        app_launch_url=f"{APP}/launch",
        resources=(),
        clients=demo_clients(f"{APP}/callback"),
        clock=lambda: NOW,
        signing_key=_key(),
        manner=MANNERS[manner],
    )


def wire_to(ehr: DemoEhr) -> httpx2.AsyncBaseTransport:
    return inside(ehr.app)


class Answering(httpx2.AsyncBaseTransport):
    """Answers by the end of the address; whatever is not named goes to the demo EHR. Keeps what was asked."""

    def __init__(self, **answers: Callable[[httpx2.Request], httpx2.Response]) -> None:
        self._answers = {"metadata": answers.get("metadata"), "smart-configuration": answers.get("smart")}
        self._ehr = wire_to(demo_ehr("full"))
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self._answers.get(str(request.url).rpartition("/")[2])
        return answer(request) if answer else await self._ehr.handle_async_request(request)


def check(
    path: Path, wire: httpx2.AsyncBaseTransport | None = None, *, base_url: str = APP, **wanted: object
) -> int:
    """The command on one path; with a wire, online. Returns its exit status."""
    asked = check_command.Wanted((path,), base_url=base_url, is_online=wire is not None, **wanted)  # type: ignore[arg-type]
    return asyncio.run(check_command.run(asked, {}, wire))
