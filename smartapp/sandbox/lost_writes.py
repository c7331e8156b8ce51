"""Writes that come to grief: the answer is lost, late, broken off, or says to come back later."""

import asyncio
from collections.abc import Callable
from datetime import UTC, timedelta
from email.utils import format_datetime

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from smartapp.clock import Clock
from smartapp.sandbox.faults import WriteFaults
from smartapp.sandbox.outcome import FhirProblem


class BrokenOff(ConnectionResetError):
    """Ends an answer in its middle, whereupon the server in front of the app closes the connection."""


async def write(do: Callable[[], Response], faults: WriteFaults, *, clock: Clock) -> Response:
    """Do the write, unless this one is told to come to grief. Raises FhirProblem 502, or 429 or 503."""
    if not faults.strikes():
        return do()
    if faults.drop_before_commit:
        raise _lost()
    if faults.busy == "before_commit":
        raise _busy(faults, clock)
    answer = do()
    if faults.commit_then_hang:
        await asyncio.sleep(faults.hang_s)
    if faults.commit_then_drop:
        raise _lost()
    if faults.busy == "after_commit":
        raise _busy(faults, clock)
    if faults.reset_mid_answer:
        return _Half(answer)
    return _Dripping(answer, faults.drip_s) if faults.drip_s is not None else answer


def _lost() -> FhirProblem:
    return FhirProblem(502, "transient", "the connection to the chart was lost")


def _busy(faults: WriteFaults, clock: Clock) -> FhirProblem:
    headers = {"Retry-After": faults.retry_after}
    if faults.retry_after_date_s is not None:
        now = clock().astimezone(UTC)
        until = now + timedelta(seconds=faults.retry_after_date_s)
        headers = {
            "Date": format_datetime(now, usegmt=True),
            "Retry-After": format_datetime(until, usegmt=True),
        }
    return FhirProblem(faults.busy_status, "throttled", "this server is busy", headers=headers)


class _Half(Response):
    """The headers of a whole answer, and half of its body."""

    def __init__(self, whole: Response) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's shape
        half = bytes(self.body[: len(self.body) // 2])
        await _start(self, send)
        await send({"type": "http.response.body", "body": half, "more_body": True})
        raise BrokenOff


class _Dripping(Response):
    """A whole answer, byte by byte."""

    def __init__(self, whole: Response, interval_s: float) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))
        self._interval_s = interval_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's shape
        await _start(self, send)
        for byte in bytes(self.body):
            await asyncio.sleep(self._interval_s)
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _start(answer: Response, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
