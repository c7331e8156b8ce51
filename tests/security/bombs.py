"""Answers of a FHIR server made to take all memory or time, and a program that reads one and measures.

It prints, as JSON by name: megabytes that the process grew by, seconds, requests, and what came of them.
"""

import asyncio
import json
import resource
import sys
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator

import httpx2

from smartapp.errors import AppError
from smartapp.fhir.client import FhirClient
from smartapp.http import Door, Origin

BASE = "https://ehr.test/fhir"
CHUNK = 64 * 1024
TIMEOUT_S = 6.0
Bomb = Callable[[int], Iterator[bytes]]


def packed(_: int) -> Iterator[bytes]:
    """200 MB of blanks as 200 kB of gzip."""
    packer = zlib.compressobj(wbits=31)
    for _number in range(200):
        yield packer.compress(b" " * 1024 * 1024)
    yield packer.flush()


def entries(_: int) -> Iterator[bytes]:
    """A Bundle with a million entries that hold nothing, within the size of a page."""
    yield b'{"resourceType":"Bundle","entry":[{}' + b",{}" * 1_000_000 + b"]}"


def odd_entries(_: int) -> Iterator[bytes]:
    """A million entries that are none."""
    yield b'{"resourceType":"Bundle","entry":[0' + b",0" * 1_000_000 + b"]}"


def fewer_entries(_: int) -> Iterator[bytes]:
    """As many as pass."""
    yield b'{"resourceType":"Bundle","entry":[0' + b",0" * 599_000 + b"]}"


def links(_: int) -> Iterator[bytes]:
    yield b'{"resourceType":"Bundle","link":[{}' + b",{}" * 1_000_000 + b"]}"


def deep(_: int) -> Iterator[bytes]:
    yield b'{"resourceType":"Bundle","entry":' + b"[" * 4_000_000


def deep_objects(_: int) -> Iterator[bytes]:
    yield b'{"resourceType":"Bundle","entry":' + b'[{"resource":' * 300_000


def note(_: int) -> Iterator[bytes]:
    """A note of 50 MB in base64."""
    yield b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Goal","data":"'
    for _number in range(50):
        yield b"QUJD" * (256 * 1024)
    yield b'"}}]}'


def names(_: int) -> Iterator[bytes]:
    """Four resources with a name of a megabyte each."""
    each = b'{"resource":{"resourceType":"Goal","id":"g","description":{"text":"' + b"W" * 1_000_000 + b'"}}}'
    yield b'{"resourceType":"Bundle","entry":[' + b",".join([each] * 4) + b"]}"


def endless(_: int) -> Iterator[bytes]:
    while True:
        yield b" " * CHUNK


def loop(_: int) -> Iterator[bytes]:
    yield b'{"resourceType":"Bundle","link":[{"relation":"next","url":"https://ehr.test/fhir/Goal?page=1"}]}'


def ten_thousand_pages(number: int) -> Iterator[bytes]:
    after = f'"link":[{{"relation":"next","url":"?page={number + 1}"}}]' if number < 10_000 else '"link":[]'
    yield f'{{"resourceType":"Bundle",{after},"entry":[{{"resource":{{"resourceType":"Goal"}}}}]}}'.encode()


def large_pages(number: int) -> Iterator[bytes]:
    """Pages of 4 MB without an end."""
    link = f'{{"relation":"next","url":"?page={number + 1}"}}'
    yield f'{{"resourceType":"Bundle","link":[{link}],"x":"'.encode()
    for _number in range(4):
        yield b"x" * 1_000_000
    yield b'"}'


BOMBS: dict[str, Bomb] = {
    bomb.__name__: bomb
    for bomb in (
        packed, entries, odd_entries, fewer_entries, links, deep, deep_objects, note, names, endless, loop,
        ten_thousand_pages, large_pages,
    )
}  # fmt: skip


class Exploding(httpx2.AsyncBaseTransport):
    """Answers every request with the bomb; `asked` counts them."""

    def __init__(self, bomb: Bomb) -> None:
        self.bomb = bomb
        self.asked = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        headers = {"Content-Encoding": "gzip"} if self.bomb is packed else {}
        return httpx2.Response(200, headers=headers, stream=Stream(self.bomb(self.asked)))


class Stream(httpx2.AsyncByteStream):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
            await asyncio.sleep(0)


class Signed:
    async def bearer(self) -> str | None:
        return "t"

    async def renew(self, refused: str) -> str | None:
        return None


async def read(bomb: Bomb) -> dict[str, object]:
    wire = Exploding(bomb)
    client = FhirClient(
        Door(wire, frozenset({Origin.of(BASE)})),
        fhir_base=BASE,
        patient_id="p",
        access=Signed(),
        may=lambda *_: True,
        timeout_s=TIMEOUT_S,
    )
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    try:
        found = await client.search("Goal", [("patient", "p")])
        came = f"{len(found.resources)} whole" if found.whole else f"{len(found.resources)} in part"
    except AppError as error:
        came = error.code
    grew = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {"mb": round(grew), "s": round(time.monotonic() - began, 1), "asked": wire.asked, "came": came}


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: asyncio.run(read(BOMBS[name])) for name in sys.argv[1:]}))
