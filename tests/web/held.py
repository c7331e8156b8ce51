"""A wire to the EHR that holds some answers back until a test lets them go."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from starlette.applications import Starlette

from smartapp.app import create_app
from tests.visits import APP, Browser, Clinic, MovingClock, clinic, registrations, settings


class HeldWire(httpx2.AsyncBaseTransport):
    """Requests whose address holds one of `parts` wait for `release()`; the others pass. `seen`: the
    addresses of all of them.
    """

    def __init__(self, wire: httpx2.AsyncBaseTransport, *parts: str) -> None:
        self._wire = wire
        self._open = {part: asyncio.Event() for part in parts}
        self.seen: list[str] = []

    def release(self, *parts: str) -> None:
        """These, or all."""
        for part in parts or self._open:
            self._open[part].set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(str(request.url))
        for part, opened in self._open.items():
            if part in str(request.url):
                await opened.wait()
        return await self._wire.handle_async_request(request)


@asynccontextmanager
async def held_clinic(*parts: str) -> AsyncIterator[tuple[Clinic, HeldWire]]:
    """A clinic whose EHR does not answer for these parts yet."""
    clock = MovingClock()
    async with clinic(clock=clock) as other:
        wire = HeldWire(other.wire, *parts)
        app = create_app(
            settings("sqlite+aiosqlite://"), registrations(other.ehr), transport=wire, clock=clock
        )
        async with app.router.lifespan_context(app):
            yield Clinic(app, other.ehr, clock, wire), wire


async def pieces(app: Starlette, path: str, browser: Browser) -> "asyncio.Queue[bytes | None]":
    """The body of a page as it is sent, piece by piece; None at its end."""
    cookie = "; ".join(f"{name}={value}" for name, value in browser._app.cookies.items())
    headers = [(b"host", APP.removeprefix("https://").encode()), (b"cookie", cookie.encode())]
    sent: asyncio.Queue[bytes | None] = asyncio.Queue()
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "https",
        "query_string": b"",
        "headers": headers,
        "asgi": {"version": "3.0"},
        "client": ("test", 1),
        "server": ("app.test", 443),
    }

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            if message.get("body"):
                await sent.put(message["body"])
            if not message.get("more_body", False):
                await sent.put(None)

    task = asyncio.create_task(app(scope, receive, send))
    task.add_done_callback(lambda done: done.exception())
    return sent
