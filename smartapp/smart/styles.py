"""The style sheets that EHRs' styles make: fetched once for each address, and kept in memory.

A style is fetched through the registration's own door, so from an origin that the registration names and from
nowhere else, without a token or a cookie. It says nothing of a patient. Its address is its version, as SMART
has it. Whatever goes wrong leaves the app's own looks, and a line in the log without the address.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from smartapp.clock import Clock
from smartapp.errors import OutboundError
from smartapp.http import Limits
from smartapp.logs import event
from smartapp.observability.watch import Purpose
from smartapp.smart.doors import Doors
from smartapp.smart.registration import Registration
from smartapp.smart.style import style_of

MAX_STYLES: Final = 100
AGAIN_AFTER: Final = timedelta(minutes=1)
"""A style that could not be had is asked for again after this, and not at every page."""

_LIMITS: Final = Limits(total_s=3.0, max_bytes=16 * 1024)
_LONGEST_URL: Final = 2_000
_PURPOSE: Final = Purpose(interaction="style", counts=False)
_HEADERS: Final = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class _Kept:
    """`sheet`: the result is None where the style could not be had."""

    sheet: "asyncio.Task[str | None]"
    begun_at: datetime


class Styles:
    def __init__(self, doors: Doors, clock: Clock) -> None:
        self._doors = doors
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        # The event loop holds its tasks weakly, and one may be dropped from `_kept` half done.
        self._running: set[asyncio.Task[str | None]] = set()

    @property
    def count(self) -> int:
        """How many styles are in memory, or on their way there."""
        return len(self._kept)

    def begin(self, registration: Registration, url: str | None) -> None:
        """Start fetching the style of a launch, unless it is here, or the site wants none."""
        if not url or registration.style == "off":
            return
        key = (registration.id, url)
        kept = self._kept.get(key)
        if kept is None or self._is_to_be_asked_again(kept):
            sheet = asyncio.create_task(self._read(registration, url))
            self._running.add(sheet)
            sheet.add_done_callback(self._ended)
            self._kept[key] = _Kept(sheet, self._clock())
        self._kept.move_to_end(key)
        while len(self._kept) > MAX_STYLES:
            self._kept.popitem(last=False)

    def known(self, registration: Registration, url: str | None) -> str | None:
        """The sheet as far as it is known now: "" for the app's own looks, None while it is on its way."""
        self.begin(registration, url)
        kept = self._kept.get((registration.id, url or ""))
        if kept is None:
            return ""
        return (_result(kept.sheet) or "") if kept.sheet.done() else None

    async def sheet(self, registration: Registration, url: str | None, *, wait_s: float) -> str:
        """The sheet; "" where there is none within `wait_s` seconds."""
        self.begin(registration, url)
        kept = self._kept.get((registration.id, url or ""))
        if kept is not None:
            await asyncio.wait({kept.sheet}, timeout=wait_s)
        return self.known(registration, url) or ""

    async def finish(self) -> None:
        """Stop what is still on its way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _is_to_be_asked_again(self, kept: _Kept) -> bool:
        if not kept.sheet.done() or _result(kept.sheet) is not None:
            return False
        return not timedelta(0) <= self._clock() - kept.begun_at < AGAIN_AFTER

    def _ended(self, sheet: "asyncio.Task[str | None]") -> None:
        self._running.discard(sheet)
        # Looks must never cost a visit: what nobody expected is told in the log, and by no page.
        error = None if sheet.cancelled() else sheet.exception()
        if error is not None:
            event("style-not-read", level=logging.ERROR, kind=type(error).__name__)

    async def _read(self, registration: Registration, url: str) -> str | None:
        """The sheet of a style, "" for one that nothing is taken of; None when it could not be had."""
        began = time.monotonic()
        reason = ""
        sheet: str | None = None
        try:
            document = await self._fetched(registration, url)
            sheet = style_of(document, with_typefaces=registration.style == "full").css
        except OutboundError as error:
            reason = error.code
        event(
            "style-read" if sheet is not None else "style-not-read",
            level=logging.INFO if sheet is not None else logging.WARNING,
            registration=registration.id,
            reason=reason or None,
            duration_ms=round((time.monotonic() - began) * 1000),
        )
        return sheet

    async def _fetched(self, registration: Registration, url: str) -> object:
        """The document. Raises OutboundError, ForeignOrigin before anything left."""
        if len(url) > _LONGEST_URL:
            raise OutboundError("address too long")
        door = self._doors.for_registration(registration)
        answer = await door.fetch("GET", url, headers=_HEADERS, limits=_LIMITS, purpose=_PURPOSE)
        if not answer.is_ok:
            raise OutboundError(f"status {answer.status}")
        return answer.json()


def _result(sheet: "asyncio.Task[str | None]") -> str | None:
    return None if sheet.cancelled() or sheet.exception() else sheet.result()
