"""Before you walk in: the first page of a visit, sent while its chart is still being read."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from smartapp import logs
from smartapp.errors import AppError, SessionEnded
from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.i18n import gettext as _
from smartapp.i18n import language
from smartapp.sdm.selection import opening_question_now
from smartapp.web import presenters_before, words
from smartapp.web.desk import Desk, look, offer
from smartapp.web.found import view_with
from smartapp.web.presenters_before import Beside, ChartView, Opening
from smartapp.web.presenters_frame import Frame, call_name, frame
from smartapp.web.presenters_offer import offer_view
from smartapp.web.presenters_room import OfferView
from smartapp.web.presenters_unread import parts_read
from smartapp.web.remembered import Chosen, painted, preference_of
from smartapp.web.soon import soon
from smartapp.web.telling import speech_of
from smartapp.web.visit import Visit, open_posted, open_visit, see


@dataclass(frozen=True, slots=True)
class BeforePage:
    """`chart` is awaited where its first panel stands; everything above is sent before that."""

    frame: Frame
    opening: Opening
    offer: OfferView | None
    visit: Visit
    desk: Desk
    chosen: Chosen

    async def chart(self) -> ChartView:
        """What waits for the chart. A part that could not be read says so itself; SessionEnded passes."""
        record = await self.visit.record()
        return await _chart_view(self.visit, record, self.desk, self.chosen)

    async def read_line(self) -> str:
        """How much of the chart was read, and when."""
        record = await self.visit.record()
        return read_line(self.visit, record)


async def show(request: Request) -> Response:
    """An error before the first piece is a page of its own; one after it is told where the page stops."""
    visit = await open_visit(request)
    patient = await visit.patient()
    desk = await look(visit)
    # A chart that is nearly read is waited for, so that the best question opens the page.
    wait_s = visit.session.registration.first_paint_ms / 1000
    record = await soon(visit.record(), wait_s)
    chosen = Chosen(visit, desk.draft)
    now = opening_question_now(visit.services.catalogue)
    question = (await chosen.prompts(record)).opening if record else now
    said = visit.services.translations.wording(question, language())
    page = BeforePage(
        frame=await frame(visit, patient, "before"),
        opening=presenters_before.opening(
            patient, said, name=call_name(patient), today=visit.services.today()
        ),
        offer=offer_view(await offer(visit)),
        visit=visit,
        desk=desk,
        chosen=chosen,
    )
    pieces = visit.services.pages.pieces("before.html", page)
    first = await anext(pieces)
    body = _stream(first, pieces, page, reference=request.state.reference)
    return StreamingResponse(body, media_type="text/html")


async def reread(request: Request) -> Response:
    """Read the chart again, from the start."""
    visit, _ = await open_posted(request)
    visit.services.charts.begin(visit.session)
    return see(visit.path())


async def _chart_view(visit: Visit, record: PatientRecord, desk: Desk, chosen: Chosen) -> ChartView:
    beside = Beside(
        today=visit.services.today(),
        name=call_name(record.patient),
        read_line=read_line(visit, record),
        view=view_with(visit, record, desk),
        set_aside=len(await visit.set_aside()),
        sources=visit.services.catalogue.sources,
        knows_clinician=preference_of(visit) is not None,
        speech=speech_of(visit.services.translations),
    )
    prompts = await chosen.prompts(record)
    return presenters_before.chart_view(record, all_statements(record), prompts, beside)


def read_line(visit: Visit, record: PatientRecord) -> str:
    """ "Chart read at 10:17" """
    return _(
        "%(what)s at %(time)s",
        what=parts_read(record),
        time=words.clock_time(visit.services.local(record.read_at)),
    )


async def _stream(
    first: str, pieces: AsyncIterator[str], page: BeforePage, *, reference: str
) -> AsyncIterator[str]:
    visit = page.visit
    yield first
    try:
        async for piece in pieces:
            yield piece
        await painted(visit, page.chosen.shown)
    except AppError as error:
        logs.event("page-stopped", code=error.code, detail=error.detail, reference=reference)
        ended = isinstance(error, SessionEnded)
        heading = _(error.heading) if ended else _("The chart could not be read to the end.")
        stopped = _Stopped(heading, _(error.next_step), error.code, reference)
        yield await visit.services.pages.html("stopped.html", stopped)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # the status line is sent: the page itself must say that it is not whole
        logs.event("page-stopped", level=logging.ERROR, kind=type(error).__name__, reference=reference)
        heading = _("The chart could not be read to the end.")
        stopped = _Stopped(heading, _("Load this page again."), "unexpected", reference)
        yield await visit.services.pages.html("stopped.html", stopped)


@dataclass(frozen=True, slots=True)
class _Stopped:
    heading: str
    next_step: str
    code: str
    reference: str
