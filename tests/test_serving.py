"""Servers start together, stop together, and say which port is in the way."""

import asyncio
import socket
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from smartapp.errors import ConfigurationError
from smartapp.serving import Listener, bind, serve
from smartapp.web.rate_limit import network_of
from tests.refusals import captured_log


def telling_who_asks() -> Starlette:
    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse(network_of(request))

    return Starlette(routes=[Route("/", answer)])


def saying(word: str) -> Starlette:
    async def answer(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(word)

    return Starlette(routes=[Route("/", answer)])


def test_port_in_use_is_told_in_one_line() -> None:
    taken = bind("127.0.0.1", 0)
    taken.listen()
    port = taken.getsockname()[1]

    with pytest.raises(ConfigurationError) as caught:
        bind("127.0.0.1", port)

    taken.close()
    assert f"port {port} on 127.0.0.1 cannot be used" in str(caught.value.faults[0])


async def test_both_servers_answer_when_ready_is_called_and_end_on_stop() -> None:
    listeners = [Listener(saying("one"), bind("127.0.0.1", 0)), Listener(saying("two"), bind("127.0.0.1", 0))]
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(serve(listeners, ready=ready.set, stop=stop))
    await asyncio.wait_for(ready.wait(), timeout=5)

    words = [await asyncio.to_thread(get, listener.port) for listener in listeners]
    stop.set()
    await asyncio.wait_for(running, timeout=5)

    assert words == ["one", "two"]
    assert all(listener.socket.fileno() == -1 for listener in listeners)


def get(port: int, path: str = "/", **headers: str) -> str:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(asked, timeout=5) as answer:
        return str(answer.read().decode())


@asynccontextmanager
async def serving(app: Starlette, *, forwarded_allow_ips: str = "") -> AsyncIterator[int]:
    """The port of a running server."""
    listener = Listener(app, bind("127.0.0.1", 0))
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(
        serve([listener], ready=ready.set, stop=stop, forwarded_allow_ips=forwarded_allow_ips)
    )
    await asyncio.wait_for(ready.wait(), timeout=5)
    try:
        yield listener.port
    finally:
        stop.set()
        await asyncio.wait_for(running, timeout=5)


@pytest.mark.parametrize(("believed", "network"), [("", "127.0.0.1"), ("127.0.0.1", "203.0.113.9")])
async def test_network_that_a_header_names_counts_only_from_a_proxy_that_is_believed(
    believed: str, network: str
) -> None:
    async with serving(telling_who_asks(), forwarded_allow_ips=believed) as port:
        told = await asyncio.to_thread(get, port, **{"X-Forwarded-For": "203.0.113.9"})

    assert told == network


async def test_server_logs_no_address_and_no_query_of_a_request() -> None:
    with captured_log(every_logger=True) as log:
        async with serving(saying("one")) as port:
            await asyncio.to_thread(get, port, "/?code=CANARY&state=CANARY")

    assert log.lines
    assert "CANARY" not in "\n".join(log.lines)
    assert "CANARY" not in "\n".join(log.raw), "not even to the loggers: its access log is off"


def test_answers_do_not_wait_for_nagle() -> None:
    listening = bind("127.0.0.1", 0)

    assert listening.proto == socket.IPPROTO_TCP

    listening.close()
