"""A server that speaks TLS on this machine, for tests of who is talked to."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trustme

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@dataclass
class TlsServer:
    """`read`: what came after the handshake."""

    url: str = ""
    read: bytes = b""


@asynccontextmanager
async def tls_server(
    authority: trustme.CA, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> AsyncIterator[TlsServer]:
    """`authority` signs its certificate. `newest`: the newest TLS that it speaks."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    if newest < ssl.TLSVersion.TLSv1_2:
        # Today's libraries do not even serve it unless told to, and warn.
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = newest
    else:
        context.maximum_version = newest
    serving = TlsServer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.read += await reader.read(4096)
        writer.write(_ANSWER)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "localhost", 0, ssl=context)
    serving.url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield serving
