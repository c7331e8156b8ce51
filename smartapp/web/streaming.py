"""Pages that are sent before they are whole: first what can be read and typed in, then each panel when it is
there, in whatever order that is.

Where a panel stands is said by its slot, and not by when it arrives: docs/decisions/0020.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from starlette.responses import StreamingResponse

from smartapp import logs
from smartapp.errors import (
    AppError,
    AuditUnavailable,
    OutboundError,
    SessionEnded,
    WrongPatient,
)
from smartapp.i18n import gettext as _
from smartapp.web.charts import Charts
from smartapp.web.presenters.frame import Frame
from smartapp.web.rendering import Pages
from smartapp.web.services import Services

_OF_THE_PAGE = (SessionEnded, WrongPatient, OutboundError, AuditUnavailable)
"""Nothing more of the chart may be shown, or its patient could not be read, for any panel. Reads of the parts
raise nothing: each says itself why it is missing.
"""


@dataclass(frozen=True, slots=True)
class Late:
    """A panel that is sent when `view` is there; None: there is nothing to show. `slot`: where a line waits
    for it.
    """

    slot: str
    template: str
    view: Callable[[], Awaitable[object | None]]


@dataclass(frozen=True, slots=True)
class Streamed:
    """A page on its way. `first` is what is sent at once, `rest` what closes it. `at_once`: all panels are
    there, so that they are sent together with `first`. `at_end` is called when every panel was sent.
    """

    pages: Pages
    charts: Charts
    frame: Frame
    first: str
    rest: AsyncIterator[str]
    late: tuple[Late, ...]
    reference: str
    at_once: bool = False
    at_end: Callable[[], Awaitable[None]] | None = None

    async def pieces(self) -> AsyncIterator[str]:
        """The page as it is sent. Its errors are told where it stops: the status line is sent already.

        When the browser leaves, panels that are not there run out with the reading: to stop one could cut a
        look into the database in two.
        """
        tasks = {self.charts.run(self._panel(late)): late for late in self.late}
        for task in tasks:
            task.add_done_callback(_heard)
        before, waiting = self.first, dict(tasks)
        try:
            if self.at_once:
                await asyncio.wait(tasks)
            else:
                yield before
                before = ""
            async for there in _as_they_come(tasks):
                yield before + "".join(task.result().html for task in there)
                before = ""
                waiting = {task: late for task, late in waiting.items() if task not in there}
            yield "".join([piece async for piece in self.rest])
            if self.at_end and all(task.result().is_shown for task in tasks):
                await self.at_end()
        except AppError as error:
            logs.event("page-stopped", code=error.code, detail=error.detail, reference=self.reference)
            yield before + await self._stopped(waiting.values(), error)

    async def _panel(self, late: Late) -> "_Piece":
        """A panel that fails takes none of the others away, unless what failed is true of the whole page."""
        try:
            view = await late.view()
            if view is None:
                return _Piece(await self._nothing(late), is_shown=True)
            return _Piece(await self.pages.html(late.template, _Panel(self.frame, view)), is_shown=True)
        except _OF_THE_PAGE:
            raise
        except AppError as error:
            self._note_failed(late, kind=type(error).__name__, detail=error.detail)
            return await self._failed(late, error.code)
        except Exception as error:
            self._note_failed(late, kind=type(error).__name__)
            return await self._failed(late, "")

    def _note_failed(self, late: Late, *, kind: str, detail: str | None = None) -> None:
        logs.event(
            "panel-failed",
            level=logging.ERROR,
            kind=kind,
            part=late.slot,
            detail=detail,
            reference=self.reference,
        )

    async def _failed(self, late: Late, code: str) -> "_Piece":
        beside_draft = any(step.is_current and step.is_button for step in self.frame.steps)
        view = _Failed(late.slot, code, self.reference, beside_draft)
        return _Piece(await self.pages.html("panel_failed.html", view), is_shown=False)

    async def _nothing(self, late: Late) -> str:
        """Ends the waiting."""
        return await self.pages.html("panel_empty.html", late)

    async def _stopped(self, waiting: Iterable[Late], error: AppError) -> str:
        is_over = isinstance(error, (SessionEnded, WrongPatient))
        heading = _(error.heading) if is_over else _("The chart could not be read to the end.")
        view = _Stopped(heading, _(error.next_step), error.code, self.reference)
        ended = [await self._nothing(late) for late in waiting]
        told = await self.pages.html("stopped.html", view)
        return "".join([*ended, told, *[piece async for piece in self.rest]])


class Framed(Protocol):
    """A page of a visit."""

    @property
    def frame(self) -> Frame: ...


async def stream(
    services: Services,
    template: str,
    page: Framed,
    *,
    late: tuple[Late, ...],
    reference: str,
    at_once: bool,
    at_end: Callable[[], Awaitable[None]] | None = None,
) -> StreamingResponse:
    """The answer that sends a page so. A fault in what is sent first has a page of its own."""
    rest = services.pages.pieces(template, page)
    first = await anext(rest)
    sent = Streamed(
        services.pages,
        services.charts,
        page.frame,
        first,
        rest,
        late,
        reference,
        at_once=at_once,
        at_end=at_end,
    )
    return StreamingResponse(sent.pieces(), media_type="text/html")


@dataclass(frozen=True, slots=True)
class _Piece:
    html: str
    is_shown: bool


_Task = asyncio.Task[_Piece]


@dataclass(frozen=True, slots=True)
class _Panel:
    """What the template of a panel gets."""

    frame: Frame
    view: object


@dataclass(frozen=True, slots=True)
class _Failed:
    """`code`: "" for what nobody expected. `beside_draft`: to load the page again would lose what is typed
    since the last save, so a button keeps it first.
    """

    slot: str
    code: str
    reference: str
    beside_draft: bool


@dataclass(frozen=True, slots=True)
class _Stopped:
    heading: str
    next_step: str
    code: str
    reference: str


async def _as_they_come(tasks: Iterable[_Task]) -> AsyncIterator[list[_Task]]:
    """Those that are there at one time go together, in the order of the page. An error comes after what is
    whole.
    """
    pending = set(tasks)
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        sound = [task for task in tasks if task in done and _is_sound(task)]
        if sound:
            yield sound
        for task in done.difference(sound):
            task.result()


def _is_sound(task: _Task) -> bool:
    return not task.cancelled() and task.exception() is None


def _heard(task: _Task) -> None:
    # Of several that fail, one stops the page; asyncio would complain of the others.
    if not task.cancelled():
        task.exception()
