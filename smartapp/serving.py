"""Runs ASGI apps on sockets that are bound first, so that a port in use is told before anything starts."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from smartapp.errors import ConfigurationError, Fault

_GRACE_S = 3


@dataclass(frozen=True, slots=True)
class Listener:
    """An app and the socket it answers on."""

    app: ASGIApp
    socket: socket.socket

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; `port` 0 takes any free one. Raises ConfigurationError when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio switches Nagle's algorithm off; without, every answer waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        problem = f"port {port} on {host} cannot be used ({error.strerror}). Is something else running there?"
        raise ConfigurationError((Fault("address", None, problem),)) from error
    return listening


async def serve(
    listeners: Sequence[Listener],
    *,
    ready: Callable[[], None],
    stop: asyncio.Event,
    forwarded_allow_ips: str = "",
) -> None:
    """Serve until `stop` is set; `ready` is called once, when all of them answer."""
    servers = [_Server(_config(one.app, forwarded_allow_ips)) for one in listeners]
    running = [
        asyncio.ensure_future(server.serve(sockets=[one.socket]))
        for server, one in zip(servers, listeners, strict=True)
    ]
    stopping = asyncio.ensure_future(stop.wait())
    while not any(task.done() for task in running) and not all(one.started for one in servers):
        await asyncio.sleep(0.01)  # uvicorn tells by a flag, not by an event
    if all(server.started for server in servers):
        ready()
    await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.should_exit = True
    stopping.cancel()
    await asyncio.gather(*running)


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set `stop` on SIGINT or SIGTERM. In the main thread only."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)


class _Server(uvicorn.Server):
    """Leaves the signals alone: one signal stops all servers, not only the one that was started last."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: ASGIApp, forwarded_allow_ips: str) -> uvicorn.Config:
    # uvicorn's own access log prints query strings, and with them codes and launch tokens.
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="on",
        server_header=False,
        proxy_headers=bool(forwarded_allow_ips),
        forwarded_allow_ips=forwarded_allow_ips or None,
        timeout_graceful_shutdown=_GRACE_S,
    )
