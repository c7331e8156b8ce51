"""A second worker: another app over the same database file and the same EHR."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from smartapp.app import create_app
from tests.visits import Browser, Clinic, OpenVisit, registrations, settings


def database_in(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'clinic.sqlite3'}"


@asynccontextmanager
async def another_worker(
    at: Clinic, database: str, *, wire: httpx2.AsyncBaseTransport | None = None, **registration: object
) -> AsyncIterator[Clinic]:
    """A worker that shares nothing with the first one but the database file and the EHR."""
    used = wire or at.wire
    app = create_app(
        settings(database), registrations(at.ehr, **registration), transport=used, clock=at.clock
    )
    async with app.router.lifespan_context(app):
        yield Clinic(app, at.ehr, at.clock, used)


def same_visit(visit: OpenVisit, worker: Clinic) -> OpenVisit:
    """The same launch in the same browser, whose requests now reach another worker."""
    browser = Browser(worker)
    browser._app.cookies.update(visit.browser._app.cookies)
    return OpenVisit(browser, visit.first)


@dataclass
class Stop:
    """Where requests wait, or their answers. `reached` is set when the first one does."""

    picks: Callable[[httpx2.Request], bool]
    answers: bool
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        self.opened.set()


class PausedWire(httpx2.AsyncBaseTransport):
    """Holds what a stop picks, until it is released."""

    def __init__(self, wire: httpx2.AsyncBaseTransport) -> None:
        self._wire = wire
        self._stops: list[Stop] = []

    def hold(self, picks: Callable[[httpx2.Request], bool], *, answers: bool = False) -> Stop:
        """`answers`: the EHR gets the request at once, and only its answer waits."""
        stop = Stop(picks, answers)
        self._stops.append(stop)
        return stop

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await self._wait(request, answers=False)
        response = await self._wire.handle_async_request(request)
        await self._wait(request, answers=True)
        return response

    async def _wait(self, request: httpx2.Request, *, answers: bool) -> None:
        for stop in self._stops:
            if stop.answers is answers and stop.picks(request):
                stop.reached.set()
                await stop.opened.wait()
