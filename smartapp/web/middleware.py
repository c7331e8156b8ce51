"""Around every request: a reference, the security headers, limits, and a page for what nobody expected.

Pure ASGI, since Starlette's BaseHTTPMiddleware would hold back a streamed page.
"""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartapp import logs
from smartapp.i18n import Language
from smartapp.observability.metrics import UNCOUNTED, Metrics
from smartapp.observability.traces import UNTRACED, Traces
from smartapp.web.errors import app_error, unexpected
from smartapp.web.keys import Keys
from smartapp.web.limits import RequestLimits
from smartapp.web.speaking import Speaking
from smartapp.web.watching import Watching, method_of, route_of

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_STATIC = "/static/"
_OUR_KEYS = "/.well-known/jwks.json"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
_FIXED = (
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    (
        "Permissions-Policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
# No Cross-Origin-Opener-Policy: an EHR that opens the app in a window closes it when the chart changes, and
# the policy would take its handle away. No X-Frame-Options: it knows no list, and frame-ancestors is on all.


def content_security_policy(frame_ancestors: tuple[str, ...]) -> str:
    """The policy of a page that only these origins may frame."""
    return _POLICY.format(ancestors=" ".join(frame_ancestors) or "'none'")


def new_reference() -> str:
    """What a clinician can read to IT over the telephone: "7F3K-22"."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(4))
    return f"{letters}-{secrets.randbelow(100):02d}"


def middleware(
    languages: Mapping[str, Language], *, metrics: Metrics = UNCOUNTED, traces: Traces = UNTRACED
) -> list[Middleware]:
    """For Starlette, in this order: the headers are on every answer, and the language on every page, also on
    those that the others give. `languages` of the pages, by tag.
    """
    return [
        Middleware(SecurityHeaders),
        Middleware(Watching, metrics=metrics, traces=traces),
        Middleware(Speaking, languages=languages),
        Middleware(Keys),
        Middleware(UnexpectedErrors, page=unexpected),
        Middleware(RequestLimits, page=app_error),
    ]


class SecurityHeaders:
    """Puts the headers on every response. A view that knows the registration sets
    `request.state.frame_ancestors`; one whose answer is the same for ever, and tells nothing of a patient,
    sets `request.state.may_be_kept`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["frame_ancestors"] = ()
        state["may_be_kept"] = False
        state["reference"] = new_reference()
        began = time.monotonic()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = content_security_policy(state["frame_ancestors"])
                for name, value in _FIXED:
                    headers[name] = value
                headers["Cache-Control"] = _cache_control(scope, message["status"])
                _log(scope, message["status"], began)
            await send(message)

        with logs.referring_to(state["reference"]):
            await self._app(scope, receive, send_with_headers)


class UnexpectedErrors:
    """Answers what nobody expected with a page, and logs the name of its class and nothing else of it."""

    def __init__(self, app: ASGIApp, page: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:
            return  # the browser went away: nobody is there to be told, and nothing is wrong
        except Exception as error:
            reference = scope.get("state", {}).get("reference")
            logs.event("unexpected", level=logging.ERROR, kind=type(error).__name__, reference=reference)
            if started:
                raise
            response = await self._page(Request(scope), error)
            await response(scope, receive, send)


def _cache_control(scope: Scope, status: int) -> str:
    if scope["path"].startswith(_STATIC) and status in {200, 304}:
        # An address with ?v=<hash of the content> never changes its meaning.
        versioned = scope["query_string"].startswith(b"v=")
        return "public, max-age=31536000, immutable" if versioned else "no-cache"
    if scope["path"] == _OUR_KEYS and status == 200:
        return "public, max-age=300"  # a new key is published long before it signs
    if scope["state"]["may_be_kept"] and status == 200:
        return "private, max-age=86400, immutable"
    return "no-store"


def _log(scope: Scope, status: int, began: float) -> None:
    logs.event(
        "request",
        method=method_of(scope),
        route=route_of(scope),
        status=status,
        duration_ms=round((time.monotonic() - began) * 1000),
        reference=scope["state"]["reference"],
    )
