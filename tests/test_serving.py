"""Servers start together, stop together, and say which port is in the way."""

import asyncio
import socket
import urllib.request

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from smartapp.errors import ConfigurationError
from smartapp.serving import Listener, bind, serve


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


def get(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
        return str(answer.read().decode())


def test_answers_do_not_wait_for_nagle() -> None:
    listening = bind("127.0.0.1", 0)

    assert listening.proto == socket.IPPROTO_TCP

    listening.close()
