"""Before you walk in: the first page of a visit, sent while its chart is still being read."""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from smartapp.fhir.patient_record import PatientRecord, Reason
from smartapp.fhir.statements import all_statements
from smartapp.i18n import gettext as _
from smartapp.i18n import language
from smartapp.sdm.selection import opening_question_now
from smartapp.web import words
from smartapp.web.desk import Desk, look, offer
from smartapp.web.draft_form import text
from smartapp.web.found import view_with
from smartapp.web.panels import PARTS, WHO, Panel, panel_of
from smartapp.web.presenters import before as presenters_before
from smartapp.web.presenters.also import also_view
from smartapp.web.presenters.apart import apart
from smartapp.web.presenters.before import Beside, Opening, RestView, Told, ToldView
from smartapp.web.presenters.frame import Frame, call_name, frame
from smartapp.web.presenters.offer import offer_view
from smartapp.web.presenters.room import OfferView, prompt_of
from smartapp.web.presenters.unread import parts_read
from smartapp.web.presenters.waiting import Waiting
from smartapp.web.presenters.who import Who, language_line, who
from smartapp.web.remembered import Chosen, painted, preference_of
from smartapp.web.soon import soon
from smartapp.web.streaming import Late, stream
from smartapp.web.telling import speech_of
from smartapp.web.visit import Visit, open_posted, open_visit, see

_PLACES = {
    Panel.SAID: "#told",
    Panel.TOLD: "#told",
    Panel.NOTES: "#notes",
    Panel.PEOPLE: "#who",
    Panel.RULES: "#gaps",
}
"""Where a panel stands on the page."""


@dataclass(frozen=True, slots=True)
class BeforePage:
    """What is sent before anything but the patient was read. `waiting`: lines for what is not there yet."""

    frame: Frame
    opening: Opening
    offer: OfferView | None
    language: str
    waiting: tuple[Waiting, ...]
    panels: "_Panels"


async def show(request: Request) -> Response:
    """An error before the first piece is a page of its own; one after it is told where the page stops."""
    visit = await open_visit(request)
    patient = await visit.patient()
    desk = await look(visit)
    # A chart that is nearly read is waited for, so that the best question opens the page.
    record = await soon(visit.record(), visit.first_paint_s)
    panels = _Panels(visit, desk, call_name(patient))
    now = opening_question_now(visit.services.catalogue)
    question = (await panels.chosen.prompts(record)).opening if record else now
    said = visit.services.translations.wording(question, language())
    page = BeforePage(
        frame=await frame(visit, patient, "before"),
        opening=presenters_before.opening(
            patient,
            said,
            name=call_name(patient),
            today=visit.services.today(),
            prompt=prompt_of(question, visit.services.catalogue),
        ),
        offer=offer_view(await offer(visit)),
        language=language_line(patient),
        waiting=() if record else presenters_before.waits(patient, call_name(patient)),
        panels=panels,
    )
    return await stream(
        visit.services,
        "before.html",
        page,
        late=panels.late,
        reference=request.state.reference,
        at_once=record is not None,
        at_end=panels.remember,
    )


async def reread(request: Request) -> Response:
    """Ask again for what a panel is made of, and for the whole chart where no panel is named."""
    visit, form = await open_posted(request)
    panel = panel_of(text(form, "panel"))
    if panel is None:
        visit.services.charts.begin(visit.session)
        return see(visit.path())
    await visit.services.charts.reread(visit.session, PARTS[panel])
    return see(visit.path(_PLACES.get(panel, "")))


class _Panels:
    """The panels of one page, each of which waits for its own parts of the chart."""

    def __init__(self, visit: Visit, desk: Desk, name: str) -> None:
        self._visit = visit
        self._desk = desk
        self._name = name
        self._said: asyncio.Task[PatientRecord] | None = None
        self.chosen = Chosen(visit, desk.draft)
        self.read_line = ""
        self.late = (
            Late("told", "before_told.html", self._told),
            Late("who", "before_who.html", self._who),
            Late("notes", "before_notes.html", self._notes),
            Late("rest", "before_rest.html", self._rest),
        )

    async def remember(self) -> None:
        """What the page showed, once it was sent to its end."""
        await painted(self._visit, self.chosen.shown)

    async def _told(self) -> ToldView:
        record = await self._what_was_said()
        return presenters_before.told_view(record, await self._beside(record))

    async def _notes(self) -> Told | None:
        """A panel of their own only where the notes came too late for the panel of what was said."""
        if not _is_without_notes(await self._what_was_said()):
            return None
        record = await self._visit.so_far(PARTS[Panel.TOLD])
        return also_view(record, await self._beside(record))

    async def _who(self) -> Who:
        record = await self._visit.so_far(WHO)
        return who(record, apart(all_statements(record)).on_file)

    async def _rest(self) -> RestView:
        record = await self._visit.record()
        prompts = await self.chosen.prompts(record)
        view = presenters_before.rest_view(record, prompts, await self._beside(record))
        self.read_line = read_line(self._visit, record)
        return view

    async def _what_was_said(self) -> PatientRecord:
        """The same for both panels: with the notes, if these come soon after the rest."""
        self._said = self._said or asyncio.create_task(self._read_what_was_said())
        return await self._said

    async def _read_what_was_said(self) -> PatientRecord:
        record = await self._visit.so_far(PARTS[Panel.SAID])
        if not _is_without_notes(record):
            return record
        with_notes = self._visit.so_far(PARTS[Panel.TOLD])
        return await soon(with_notes, self._visit.first_paint_s) or record

    async def _beside(self, record: PatientRecord) -> Beside:
        visit, services = self._visit, self._visit.services
        return Beside(
            today=services.today(),
            name=self._name,
            view=view_with(visit, record, self._desk),
            set_aside=len(await visit.set_aside(() if _is_without_notes(record) else PARTS[Panel.TOLD])),
            sources=services.catalogue.sources,
            knows_clinician=preference_of(visit) is not None,
            speech=speech_of(services.translations),
        )


def _is_without_notes(record: PatientRecord) -> bool:
    return record.notes.problem is Reason.STILL_READING


def read_line(visit: Visit, record: PatientRecord) -> str:
    """ "Chart read at 10:17" """
    return _(
        "%(what)s at %(time)s",
        what=parts_read(record),
        time=words.clock_time(visit.services.local(record.read_at)),
    )
