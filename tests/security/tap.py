"""A tap on the way to an EHR: every request that gets there, and which page of the app it was made for.

The page is told by a context variable: it goes along into every task that the app begins for that page.
"""

import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Tapped:
    """One request as it arrived, with the whole answer. Header names are lower case. `page`: whatever ASKING
    held when the app set out to make it.
    """

    method: str
    url: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer: bytes
    page: object

    @property
    def form(self) -> dict[str, str]:
        """The body as a form; no parameter comes twice in those that the app sends."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def bearer(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme == "Bearer" else ""

    def json(self) -> Any:  # Any: JSON
        return json.loads(self.answer)


ASKING: ContextVar[object] = ContextVar("ASKING", default=None)


@dataclass(slots=True)
class Tap:
    """ASGI in front of an EHR's app. `heard` is told of each request before its answer goes back."""

    ehr: ASGIApp
    heard: Callable[[Tapped], None]
    count: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent: list[bytes] = []
        answered: list[Message] = []

        async def note() -> Message:
            message = await receive()
            sent.append(message.get("body", b""))
            return message

        async def hold(message: Message) -> None:
            answered.append(message)

        self.count += 1
        try:
            await self.ehr(scope, note, hold)
        finally:
            self.heard(_tapped(scope, b"".join(sent), answered))
        for message in answered:
            await send(message)


@dataclass(slots=True)
class Notes:
    """Keeps all that was heard."""

    all: list[Tapped] = field(default_factory=list)

    def __call__(self, request: Tapped) -> None:
        self.all.append(request)

    def to(self, path: str) -> list[Tapped]:
        """Those to this path or below it."""
        return [one for one in self.all if one.path == path or one.path.startswith(f"{path}/")]


def _tapped(scope: Scope, body: bytes, answered: list[Message]) -> Tapped:
    host, port = scope["server"]
    authority = host if port is None else f"{host}:{port}"
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    status = answered[0]["status"] if answered else 0
    answer = b"".join(message.get("body", b"") for message in answered[1:])
    url = f"{scope['scheme']}://{authority}{scope['path']}"
    return Tapped(
        scope["method"], url, scope["path"], query, headers, body, status, answer, page=ASKING.get()
    )
