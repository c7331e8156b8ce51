"""Watches every socket of the test process: a test fails when it reaches beyond this machine, or reaches a
server here that was there before the tests, but for those that somebody named.

Python itself tells of each connection and each look-up of a name (PEP 578), whichever library makes them; one
that strays is refused before anything leaves. Servers that tests start in other processes are not watched.
"""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

_HERE = frozenset({"localhost", "", None})
_CONNECTS = frozenset({"socket.connect", "socket.sendto"})
_LOOKS_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_LISTENS = "0A"
"""The state of a listening socket in /proc/net/tcp."""


class Sockets:
    """`strayed`: what set out for elsewhere, as "event address"."""

    def __init__(self) -> None:
        self.strayed: list[str] = []
        self._not_ours = _listening()
        self._named: set[tuple[str, int]] = set()

    def let(self, url: str) -> None:
        """From now on the tests may reach this server, since whoever runs them named it."""
        parts = urlsplit(url)
        if parts.hostname:
            self._named.add((parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)))

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """An audit hook. Raises ConnectionRefusedError for what strays."""
        if event in _CONNECTS:
            address = arguments[1]
            if isinstance(address, tuple) and not self._may_reach(address):
                self._refuse(event, address)
        elif event in _LOOKS_UP and not self._may_look_up(arguments[0]):
            self._refuse(event, arguments[0])

    def _may_reach(self, address: tuple[object, ...]) -> bool:
        is_here = _is_here(address[0])
        if is_here and address[1] not in self._not_ours:
            return True
        return any(address[1] == port and is_here == _is_here(host) for host, port in self._named)

    def _may_look_up(self, host: object) -> bool:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        return _is_here(host) or any(name == named for named, _ in self._named)

    def _refuse(self, event: str, address: object) -> None:
        self.strayed.append(f"{event} {address}")
        raise ConnectionRefusedError("a test may reach only what it started")


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in _HERE:
        return True
    try:
        address = ipaddress.ip_address(_written_out(str(host)))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _written_out(host: str) -> str:
    """An address as everybody writes it: 127.0.0.1 for 127.1, 0x7f000001 and 2130706433."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return host


def _listening() -> frozenset[int]:
    """Ports of this machine that somebody listens on; none where that cannot be asked."""
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if table.is_file():
            for line in table.read_text(encoding="ascii").splitlines()[1:]:
                _, local, _, state, *_ = line.split()
                if state == _LISTENS:
                    found.add(int(local.rpartition(":")[2], 16))
    return frozenset(found)


@pytest.fixture(scope="session")
def sockets() -> Sockets:
    """A hook cannot be taken out again: one for the whole run."""
    watching = Sockets()
    sys.addaudithook(watching)
    return watching


@pytest.fixture(autouse=True)
def only_what_the_test_started(sockets: Sockets) -> Iterator[None]:
    """Fails a test that set out for anything else, whatever became of it."""
    before = len(sockets.strayed)
    yield
    assert sockets.strayed[before:] == []
