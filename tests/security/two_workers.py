"""Two processes of `smartapp serve` on one PostgreSQL behind one address, and the demo EHR that they reach
over the network.
"""

import asyncio
import base64
import os
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartapp.clock import now
from smartapp.sandbox.clients import demo_clients
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sandbox.stories import story_resources
from smartapp.serving import Listener, bind, serve
from tests.visits import APP, Browser, OpenVisit, signing_key

ROOT = Path(__file__).parent.parent.parent
_LOOPBACK = "127.0.0.1"


@dataclass
class HeldEhr:
    """The EHR's front: FHIR requests of the method that it `holds` are done, and never answered. `reached`:
    by the first of them.
    """

    app: ASGIApp
    holds: str = ""
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_fhir = scope["type"] == "http" and scope["path"].startswith("/fhir")
        if not (is_fhir and scope["method"] == self.holds):
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _nobody_hears)
        self.reached.set()
        while (await receive())["type"] != "http.disconnect":
            pass

    @asynccontextmanager
    async def holding(self, method: str) -> AsyncIterator[None]:
        """Hold such requests until the end of the block."""
        self.holds, self.reached = method, asyncio.Event()
        try:
            yield
        finally:
            self.holds = ""


async def _nobody_hears(_: Message) -> None:
    """In the place of the way back."""


@dataclass
class Worker:
    """One process. `port`: where it answers. `drained`: what it says, once it has ended."""

    process: asyncio.subprocess.Process
    port: int
    drained: "asyncio.Task[bytes]"

    async def kill(self) -> None:
        """SIGKILL, now."""
        self.process.kill()
        await self.process.wait()
        await self.drained


class OneAddress(httpx2.AsyncBaseTransport):
    """What stands behind the app's one address: hands each request to the worker whose turn it is."""

    def __init__(self) -> None:
        self.to: Worker | None = None
        self.handed: Counter[int] = Counter()
        self._network = httpx2.AsyncHTTPTransport(limits=httpx2.Limits(max_connections=60))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.to is not None and str(request.url).startswith(APP):
            # Another request with the same headers, Host too: the browser's own keeps its address, and so its
            # cookies.
            self.handed[self.to.port] += 1
            there = request.url.copy_with(scheme="http", host=_LOOPBACK, port=self.to.port)
            request = httpx2.Request(
                request.method,
                there,
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        return await self._network.handle_async_request(request)

    async def aclose(self) -> None:
        await self._network.aclose()


class Clinician(Browser):
    """A browser of its own, whose requests reach the worker that `address` says at the time."""

    def __init__(self, ehr: DemoEhr, address: OneAddress) -> None:
        self.ehr = ehr
        self._app = self._ehr = httpx2.AsyncClient(transport=address, base_url=APP, timeout=60)

    async def open(self, patient_id: str, **launch: str | bool | None) -> OpenVisit:
        answer = await self.get(self.ehr.new_launch(patient_id, **launch))  # type: ignore[arg-type]
        return OpenVisit(self, answer)


@dataclass
class Site:
    """Everything that runs."""

    ehr: DemoEhr
    front: HeldEhr
    workers: list[Worker]
    address: OneAddress
    environ: dict[str, str]

    async def both_alive(self) -> "Site":
        """Start again what an earlier test killed."""
        for place, worker in enumerate(self.workers):
            if worker.process.returncode is not None:
                self.workers[place] = await _started(self.environ)
        return self

    def through(self, number: int) -> None:
        """From now on the address leads to this worker: 1 or 2."""
        self.address.to = self.workers[number - 1]

    def asked(self, method: str, path: str) -> int:
        """How many such requests the EHR got."""
        return sum(one.method == method and one.path == path for one in self.ehr.requests)


@asynccontextmanager
async def running_site(database: str, folder: Path) -> AsyncIterator[Site]:
    """Two workers that start at the same moment on an empty database."""
    listening = bind(_LOOPBACK, 0)
    url = f"http://{_LOOPBACK}:{listening.getsockname()[1]}"
    ehr = create_demo_ehr(
        base_url=url,
        app_launch_url=f"{APP}/launch",
        resources=story_resources(now().date()),
        clients=demo_clients(f"{APP}/callback"),
        signing_key=signing_key(),
    )
    front, stop, ready = HeldEhr(ehr.app), asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve([Listener(front, listening)], ready=ready.set, stop=stop))
    await ready.wait()
    environ, address, workers = _environment(database, folder, url), OneAddress(), list[Worker]()
    try:
        workers += await asyncio.gather(*(_started(environ) for _ in range(2)))
        yield Site(ehr, front, workers, address, environ)
    finally:
        for worker in workers:
            if worker.process.returncode is None:
                await worker.kill()
        await address.aclose()
        stop.set()
        await serving


def _environment(database: str, folder: Path, ehr_url: str) -> dict[str, str]:
    launch_config = (ROOT / "launch_config" / "demo.toml").read_text(encoding="utf-8")
    (folder / "demo.toml").write_text(launch_config.replace("http://127.0.0.1:9000", ehr_url))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SMARTAPP_")}
    return {
        **inherited,
        "SMARTAPP_BASE_URL": APP,
        "SMARTAPP_DATABASE_URL": database,
        "SMARTAPP_LAUNCH_CONFIG": str(folder),
        "SMARTAPP_SECRET_KEYS": base64.b64encode(b"k" * 32).decode(),
    }


async def _started(environ: dict[str, str]) -> Worker:
    with socket.socket() as free:
        free.bind((_LOOPBACK, 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "smartapp", "serve", "--port", str(port)),
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=environ,
    )
    assert process.stderr is not None
    said = b""
    while b"Serving" not in said:
        said = await process.stderr.readline()
        assert said, "the worker stopped"
    # A full pipe would stop the worker.
    return Worker(process, port, drained=asyncio.create_task(process.stderr.read()))
