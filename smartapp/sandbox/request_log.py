"""The last requests that the demo EHR got, for its live panel and for tests."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartapp.clock import Clock

_KEPT = 1000
_WATCHED = ("/fhir", "/open/fhir", "/auth/")


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """`query` as it stood in the URL, "" below /auth (codes and launches are secrets). `patient`: id in the
    token's context.

    `status` None: the client went away before an answer. `body`: the JSON that was sent, None when there
    was none.
    """

    at: datetime
    method: str
    path: str
    query: str
    patient: str | None
    status: int | None
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


class RequestLog:
    """ASGI middleware that notes FHIR and authorization requests, oldest first. Headers are kept without
    Authorization.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        requests: "deque[LoggedRequest]",
        clock: Clock,
        patient_of: Callable[[str], str | None],
    ) -> None:
        self._app = app
        self._requests = requests
        self._clock = clock
        self._patient_of = patient_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_WATCHED):
            await self._app(scope, receive, send)
            return
        began = self._clock()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        # Asked now: the token may have ended by the time of the answer.
        patient = self._patient_of(headers.pop("authorization", ""))
        chunks: list[bytes] = []
        statuses: list[int] = []

        async def noting_receive() -> Message:
            message = await receive()
            chunks.append(message.get("body", b""))
            return message

        async def noting_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        try:
            await self._app(scope, noting_receive, noting_send)
        finally:
            is_auth = scope["path"].startswith("/auth/")
            self._requests.append(
                LoggedRequest(
                    at=began,
                    method=scope["method"],
                    path=scope["path"],
                    query="" if is_auth else scope["query_string"].decode("latin-1"),
                    patient=patient,
                    status=statuses[0] if statuses else None,
                    body=None if is_auth else _json(b"".join(chunks)),
                    headers=headers,
                )
            )


def new_requests() -> "deque[LoggedRequest]":
    return deque(maxlen=_KEPT)


def _json(body: bytes) -> object:
    try:
        decoded: object = json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None
    return decoded
