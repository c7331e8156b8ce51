"""In the room, the page: the questions with their boxes at once; beside them what comes from the chart."""

import asyncio
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.i18n import gettext as _
from smartapp.sdm.model import Kind
from smartapp.sdm.selection import Prompts
from smartapp.sdm.standing import is_over
from smartapp.web import words
from smartapp.web.asking import is_of_sheet
from smartapp.web.desk import Desk, look, offer
from smartapp.web.draft import Box, Draft, faults_of
from smartapp.web.draft_form import new_page_id
from smartapp.web.panels import PARTS, Panel
from smartapp.web.presenters import room as presenters_room
from smartapp.web.presenters.beside import Arrived, MoreView, SaidBeforeView, arrived, waits
from smartapp.web.presenters.confirm import confirm_views, not_confirmed
from smartapp.web.presenters.frame import frame
from smartapp.web.presenters.offer import offer_view
from smartapp.web.presenters.room import PROMPTS, RoomPage, prompt_of
from smartapp.web.presenters.said import Said, said
from smartapp.web.presenters.talks import Talks
from smartapp.web.presenters.unread import unread_said
from smartapp.web.remembered import prompts_of
from smartapp.web.room import CHART_WAIT_S, around_of, empty_box
from smartapp.web.soon import soon
from smartapp.web.streaming import Late, stream
from smartapp.web.telling import speech_of
from smartapp.web.topics import talks_of
from smartapp.web.visit import Visit, open_visit


async def show(request: Request) -> Response:
    """The questions, with what was typed so far. Faults are told here, with the words as they were typed."""
    visit = await open_visit(request)
    patient = await visit.patient()
    around_page, record, around, desk = await asyncio.gather(
        frame(visit, patient, "room", buttons=True),
        soon(visit.record(), visit.first_paint_s),
        soon(visit.so_far(PARTS[Panel.AROUND]), visit.first_paint_s),
        look(visit),
    )
    panels = _Panels(visit, desk, around_page.call_name, has_around=(record or around) is not None)
    faults = faults_of(desk.draft)
    speech = speech_of(visit.services.translations)
    catalogue = visit.services.catalogue
    prompts = await panels.prompts(record) if record else None
    written = len(desk.draft.written)
    page = RoomPage(
        id=new_page_id(),
        frame=around_page,
        errors=presenters_room.error_lines(faults),
        is_quiet=not written,
        prompts=presenters_room.prompt_views(
            _with_empty_boxes(desk.draft),
            faults,
            around_of(record or around, around_page.call_name),
            catalogue=catalogue,
            speech=speech,
            earlier=panels.earlier(record),
            opened=request.query_params.get("open", ""),
            own=desk.draft.sheet,
        ),
        kept_line=_("Draft kept %(time)s", time=words.clock_time(desk.changed_at))
        if written and desk.changed_at
        else "",
        review_label=presenters_room.review_label(written),
        offer=offer_view(await offer(visit)),
        waiting=() if record else waits(has_around=around is not None),
        mark=presenters_room.mark_of(
            prompts.questions if prompts else catalogue.questions, catalogue, speech
        ),
    )
    return await stream(
        visit.services,
        "room.html",
        page,
        late=panels.late,
        reference=request.state.reference,
        at_once=record is not None,
    )


class _Panels:
    """What stands beside the questions. Of what the chart only adds to, it is waited for a moment; nothing
    that was sent is changed when it comes later.
    """

    def __init__(self, visit: Visit, desk: Desk, name: str, *, has_around: bool) -> None:
        self._visit = visit
        self._desk = desk
        self._name = name
        self._has_around = has_around
        self.late = (
            Late("here", "room_here.html", self._here),
            Late("said", "room_said.html", self._said),
            Late("more", "room_more.html", self._more),
            Late("talks", "room_talks.html", self._talks),
        )

    async def prompts(self, record: PatientRecord) -> Prompts:
        return await prompts_of(self._visit, record, self._desk.draft)

    def earlier(self, record: PatientRecord | None) -> tuple[tuple[Kind, Said], ...]:
        """What was said before and is not over."""
        today = self._visit.services.today()
        statements = all_statements(record) if record else ()
        return tuple((one.kind, said(one, today)) for one in statements if one.was_said and not is_over(one))

    async def _here(self) -> Arrived | None:
        """People and conditions belong into the boxes, which stand already: they are offered."""
        record = await self._visit.so_far(PARTS[Panel.AROUND])
        return arrived(record, are_in_boxes=self._has_around)

    async def _said(self) -> SaidBeforeView:
        visit, record = self._visit, await self._visit.record()
        services = visit.services
        earlier = self.earlier(record)
        confirm = confirm_views(
            (await self.prompts(record)).confirm,
            partial(prompt_of, catalogue=services.catalogue),
            services.today(),
            speech_of(services.translations),
        )
        unread = unread_said(record, self._name)
        return SaidBeforeView(
            confirm=confirm,
            before=not_confirmed(earlier, confirm)[: presenters_room.MOST_BEFORE],
            offered=talks_of(visit, record, self._desk.draft).offered,
            unread=unread,
            retry=Panel.TOLD if unread else None,
        )

    async def _more(self) -> MoreView:
        services = self._visit.services
        record = await soon(self._visit.record(), CHART_WAIT_S)
        questions = (await self.prompts(record)).questions if record else services.catalogue.questions
        speech = speech_of(services.translations)
        return MoreView(
            topics=presenters_room.topic_views(questions, services.catalogue, speech),
            places=presenters_room.place_views(questions),
        )

    async def _talks(self) -> Talks:
        record = await soon(self._visit.record(), CHART_WAIT_S)
        return talks_of(self._visit, record, self._desk.draft)


def _with_empty_boxes(draft: Draft) -> tuple[Box, ...]:
    """The draft's boxes, and an empty one for each prompt that has none. Empty places of a decision sheet
    stand on the sheet only.
    """
    open_here = {box.question for box in draft.written}
    here = tuple(box for box in draft.boxes if box.question in open_here or not is_of_sheet(box.question))
    present = {box.kind for box in here if not box.question}
    missing = (prompt.kind for prompt in PROMPTS if prompt.kind not in present)
    return here + tuple(empty_box(kind) for kind in missing)
