"""A bad line between the app and its EHR: loses, spoils and delays requests and answers, and kills the app
while it waits for them.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

_SOON_S = 0.1
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Mishap(StrEnum):
    """What becomes of one request and its answer."""

    NONE = "none"
    DROP = "dropped before it was sent on"
    LOSE = "stored, and the answer was lost"
    GATEWAY = "stored, and answered 502"
    CUT = "stored, and the answer was cut in the middle"
    DRIP = "stored, and the answer dripped past the time-out"
    LATE = "sent on after the time-out"


class Moment(StrEnum):
    """When the worker that made a request is killed."""

    RECEIVED = "request received"
    FORWARDED = "request sent on"
    HALF = "half of the answer sent"
    ANSWERED = "answer sent"
    SOON = "a moment after the request came"


@dataclass(frozen=True, slots=True)
class Weather:
    """Chances from 0 to 1: of a mishap with a POST or with a GET, and of a kill at a request.

    `late_s`: how long a late request is held, from and to, and never longer than `latest_s`: what the machine
    itself delayed further is dropped. `drip_s`: how long an answer drips.
    """

    mishap_of_post: float = 0.0
    mishap_of_get: float = 0.0
    kill: float = 0.0
    late_s: tuple[float, float] = (0.0, 0.0)
    latest_s: float = 0.0
    drip_s: float = 0.0


CALM = Weather()


@dataclass
class Line:
    """One way to one EHR. `kill` ends whoever is at work behind it, now, and says whether there was
    anybody.
    """

    ehr_port: int
    random: Random
    weather: Weather
    kill: Callable[[], bool]
    counts: Counter[str] = field(default_factory=Counter)
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    async def quiet(self) -> None:
        """Wait until every request that is under way has arrived or is lost."""
        if self._open:
            await asyncio.wait(self._open)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ehr = _Ehr(*await asyncio.open_connection("127.0.0.1", self.ehr_port))
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while await self._exchange(await _message(reader), ehr, writer):
                    pass
        finally:
            ehr.writer.close()
            writer.close()

    async def _exchange(self, request: bytes, ehr: "_Ehr", writer: asyncio.StreamWriter) -> bool:
        """One request and its answer. False: the connection is to be closed."""
        mishap, moment = self._drawn(request)
        self._kill_at(Moment.RECEIVED, moment)
        if moment is Moment.SOON:
            soon = self.random.uniform(0.0, _SOON_S)
            asyncio.get_running_loop().call_later(soon, self._kill_at, Moment.SOON, moment)
        if mishap is Mishap.DROP or not await self._in_time(mishap):
            return False
        await ehr.send(request)
        self._kill_at(Moment.FORWARDED, moment)
        answer = await ehr.answer()
        if mishap in {Mishap.LOSE, Mishap.LATE}:
            return False
        if mishap is Mishap.GATEWAY:
            answer = _BAD_GATEWAY
        half = len(answer) // 2
        if mishap is Mishap.DRIP:
            await self._drip(answer, writer)
            return False
        writer.write(answer[:half])
        await writer.drain()
        self._kill_at(Moment.HALF, moment)
        if mishap is Mishap.CUT:
            return False
        writer.write(answer[half:])
        await writer.drain()
        self._kill_at(Moment.ANSWERED, moment)
        return mishap is Mishap.NONE

    def _drawn(self, request: bytes) -> tuple[Mishap, Moment | None]:
        is_post = not request.startswith(b"GET ")
        chance = self.weather.mishap_of_post if is_post else self.weather.mishap_of_get
        mishap = Mishap.NONE
        if self.random.random() < chance:
            mishap = self.random.choice([one for one in Mishap if one is not Mishap.NONE])
        moment = self.random.choice(list(Moment)) if self.random.random() < self.weather.kill else None
        self.counts["POST" if is_post else "GET"] += 1
        self.counts[mishap.value] += mishap is not Mishap.NONE
        return mishap, moment

    def _kill_at(self, here: Moment, moment: Moment | None) -> None:
        if here is moment and self.kill():
            self.counts[f"killed: {moment.value}"] += 1

    async def _in_time(self, mishap: Mishap) -> bool:
        """Hold a late request. False when the machine made it later than any request may be."""
        if mishap is not Mishap.LATE:
            return True
        clock = asyncio.get_running_loop().time
        came = clock()
        await asyncio.sleep(self.random.uniform(*self.weather.late_s))
        return clock() - came <= self.weather.latest_s

    async def _drip(self, answer: bytes, writer: asyncio.StreamWriter) -> None:
        drops = 8
        for place in range(drops):
            writer.write(answer[place : place + 1])
            await writer.drain()
            await asyncio.sleep(self.weather.drip_s / drops)


@dataclass(frozen=True, slots=True)
class _Ehr:
    """A connection to the EHR."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, request: bytes) -> None:
        self.writer.write(request)
        await self.writer.drain()

    async def answer(self) -> bytes:
        return await _message(self.reader)


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP message whose length its head tells, as all do here. Raises IncompleteReadError at the end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head + await reader.readexactly(length)
