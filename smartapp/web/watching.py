"""Counts and times what browsers ask for, by route and by what became of it, and never by who asked.

Pure ASGI, as smartapp/web/middleware.py.
"""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartapp.observability.metrics import Metrics
from smartapp.observability.traces import Traces

NO_ROUTE = "none"
STATIC = "static"
_STATIC_PATH = "/static/"
_UNTOLD = 500
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_WAYS_IN = frozenset({"launch.launch", "launch.launch_checked", "launch.callback", "picker.open_patient"})
_OPENED = frozenset({"launch.callback", "picker.open_patient"})
"""Of the steps of a launch, those after which it is open."""


def route_of(scope: Scope) -> str:
    """The name of the page as the code has it: "room.keep_draft"."""
    endpoint = scope.get("endpoint")
    name = getattr(endpoint, "__name__", None)
    if name is None:
        return STATIC if scope["path"].startswith(_STATIC_PATH) else NO_ROUTE
    return f"{endpoint.__module__.rpartition('.')[2]}.{name}"


def method_of(scope: Scope) -> str:
    """The method, or "other" for one of somebody's own making, which may hold any word."""
    method: str = scope["method"]
    return method if method in _METHODS else "other"


class Watching:
    def __init__(self, app: ASGIApp, metrics: Metrics, traces: Traces) -> None:
        self._app = app
        self._metrics = metrics
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), _UNTOLD

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._traces.span("request") as span:
            try:
                await self._app(scope, receive, note)
            finally:
                route = route_of(scope)
                span.rename(route)
                span.note(route=route, method=method_of(scope), status=status)
                self._count(scope, route, status=status, seconds=time.monotonic() - began)

    def _count(self, scope: Scope, route: str, *, status: int, seconds: float) -> None:
        self._metrics.request(route, method=method_of(scope), status=status, seconds=seconds)
        code: str = scope["state"].get("code", "")
        if route in _WAYS_IN and code:
            self._metrics.launch(code)
        elif route in _OPENED:
            self._metrics.launch("opened")
