"""The one outbound door: every request that leaves the app goes through here, to origins that a registration
names, and nowhere else.

The only module that imports httpx2 (the maintained continuation of httpx). No redirects, no proxy variables,
a total deadline, and a cap
on the size after decompression. `docs/security.md` has the threats (T4, T5, T12, T14, T15).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx2
import msgspec
from httpx2 import AsyncBaseTransport, AsyncClient

from smartapp.breaker import Breaker
from smartapp.errors import (
    AnswerTooLarge,
    AnswerUnreadable,
    ForeignOrigin,
    TemporaryOutboundError,
)
from smartapp.observability.watch import OTHER, WATCH, Purpose, Watch

__all__ = [
    "MB", "Answer", "AsyncBaseTransport", "Door", "Limits", "Origin", "inside", "open_transport",
]  # fmt: skip

MB = 1024 * 1024
AsgiApp = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: what a bearer token may be sent to."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Origin":
        """The origin of an absolute http or https URL without user info. Raises ForeignOrigin for anything
        else.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ForeignOrigin("malformed url") from error
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or "\\" in url:
            raise ForeignOrigin("not a plain http or https url")
        return cls(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80))


@dataclass(frozen=True, slots=True)
class Limits:
    """`total_s`: seconds from first byte out to last byte in. `max_bytes`: of the body, unpacked."""

    total_s: float = 15.0
    max_bytes: int = 5 * MB


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> object:
        """The body as JSON. Raises AnswerUnreadable, also for JSON nested deeper than any FHIR resource."""
        try:
            decoded: object = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise AnswerUnreadable(f"status {self.status}, not json") from error
        return decoded


class Door:
    """Sends requests to a fixed set of origins. One for each registration, whose id is `name`; they share a
    transport and its connections. A server that fails too often is left alone by this registration only.
    """

    def __init__(
        self,
        transport: AsyncBaseTransport,
        origins: frozenset[Origin],
        *,
        name: str = "",
        watch: Watch = WATCH,
    ) -> None:
        self.origins = origins
        self._watch = watch
        self._breakers = {origin: Breaker(watch.clock, partial(watch.left_alone, name)) for origin in origins}
        self.transport: AsyncBaseTransport = _Gated(transport, origins)
        # A cookie that an EHR sets for one clinician must not travel with the token of another one.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        self._client = AsyncClient(
            transport=self.transport, cookies=no_cookies, follow_redirects=False, trust_env=False
        )

    def leads_to(self, url: str) -> bool:
        """Whether a request to this URL may leave at all."""
        try:
            return Origin.of(url) in self.origins
        except ForeignOrigin:
            return False

    def is_answering(self, url: str) -> bool:
        """Whether requests to this URL's server leave as ever: it was not left alone, or is back."""
        return not self.leads_to(url) or self._breakers[Origin.of(url)].is_closed

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        limits: Limits | None = None,
        purpose: Purpose = OTHER,
    ) -> Answer:
        """Send one request and read its whole answer.

        Raises ForeignOrigin or EhrLeftAlone (nothing was sent), AnswerTooLarge, or TemporaryOutboundError
        when the server is slow, down or cuts off. An HTTP error status is an Answer, not an exception.
        """
        if not self.leads_to(url):
            raise ForeignOrigin("url outside the registration's origins")
        breaker = self._breakers[Origin.of(url)]
        with (
            self._watch.request(purpose) as seen,
            breaker.turn(purpose.resource_type, may_try=not purpose.stores, counts=purpose.counts) as turn,
        ):
            answer = await self._sent(method, url, headers=headers, content=content, limits=limits)
            turn.status = seen.status = answer.status
        return answer

    async def _sent(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        content: bytes | None,
        limits: Limits | None,
    ) -> Answer:
        limits = limits or Limits()
        async with outbound_errors(limits.total_s):
            request = self._client.build_request(
                method, url, headers=dict(headers or {}), content=content, timeout=limits.total_s
            )
            response = await self._client.send(request, stream=True)
            try:
                body = await _read_capped(response, limits.max_bytes)
            finally:
                await response.aclose()
        lower = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, lower, body)

    def bounded_transport(self, limits: Limits, purpose: Purpose = OTHER) -> AsyncBaseTransport:
        """A transport for a library's own client; each request has `fetch`'s deadline, cap and errors."""
        return _Bounded(self, limits, purpose)


@asynccontextmanager
async def outbound_errors(total_s: float) -> AsyncIterator[None]:
    """Bound the block to `total_s` seconds, and turn the HTTP library's errors into ours.

    A phase timeout of the library does not stop a server that drips a byte a second; the deadline around the
    whole does.
    """
    try:
        async with asyncio.timeout(total_s):
            yield
    except TimeoutError as error:
        raise TemporaryOutboundError("deadline") from error
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise TemporaryOutboundError(type(error).__name__, may_have_arrived=False) from error
    except httpx2.DecodingError as error:
        raise AnswerUnreadable("content encoding") from error
    except httpx2.TransportError as error:
        raise TemporaryOutboundError(type(error).__name__) from error
    except (httpx2.InvalidURL, httpx2.CookieConflict) as error:
        raise ForeignOrigin("invalid url") from error


def open_transport() -> AsyncBaseTransport:
    """A real transport over the network. Connections are kept for 90 s, longer than a clinician needs at the
    EHR's login page.
    """
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=60, keepalive_expiry=90)
    return httpx2.AsyncHTTPTransport(limits=limits, http2=True, trust_env=False, retries=0)


def inside(app: AsgiApp) -> AsyncBaseTransport:
    """A wire to an app in this process: nothing leaves it."""
    return httpx2.ASGITransport(app=app)


class _Gated(AsyncBaseTransport):
    """Refuses foreign origins below every client, also those that a library builds for itself. Never closes
    the shared transport.
    """

    def __init__(self, inner: AsyncBaseTransport, origins: frozenset[Origin]) -> None:
        self._inner = inner
        self._origins = origins

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if Origin.of(str(request.url)) not in self._origins:
            raise ForeignOrigin("url outside the registration's origins")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        return None


class _Bounded(AsyncBaseTransport):
    """Sends each request of a library's client through `Door.fetch`."""

    def __init__(self, door: Door, limits: Limits, purpose: Purpose) -> None:
        self._door = door
        self._limits = limits
        self._purpose = purpose

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._door.fetch(
            request.method,
            str(request.url),
            headers=dict(request.headers),
            content=await request.aread(),
            limits=self._limits,
            purpose=self._purpose,
        )
        # The body is unpacked already; the library must not unpack it again.
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name not in {"content-encoding", "content-length", "transfer-encoding"}
        }
        return httpx2.Response(answer.status, headers=headers, content=answer.body, request=request)


async def _read_capped(response: httpx2.Response, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > max_bytes:
            raise AnswerTooLarge(f"over {max_bytes} bytes")
        parts.append(chunk)
    return b"".join(parts)
