"""A decision sheet inside a visit. What is typed on it is kept as the questions page keeps its own."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.errors import NotFound
from smartapp.fhir.facts import facts_of
from smartapp.fhir.patient_record import PatientRecord
from smartapp.i18n import gettext as _
from smartapp.i18n import language
from smartapp.sdm.because import Line, because
from smartapp.sdm.explain import reviewer
from smartapp.sdm.knowledge import Sheet
from smartapp.sdm.sheets import offered_sheets
from smartapp.sdm.translations import Speech
from smartapp.web import own_sheet, words
from smartapp.web.asking import OWN, asked, decision_of, option_of
from smartapp.web.desk import Desk, look
from smartapp.web.draft import Box, Draft, faults_of
from smartapp.web.draft_form import new_page_id
from smartapp.web.presenters.frame import Frame, frame
from smartapp.web.presenters.room import review_label
from smartapp.web.presenters.sheet import (
    SheetPage,
    decision_views,
    field,
    option_views,
    own_option_views,
    source_lines,
)
from smartapp.web.room import CHART_WAIT_S, answer_box, around_of
from smartapp.web.soon import soon
from smartapp.web.speaking import other_language
from smartapp.web.telling import mark, speech_of
from smartapp.web.visit import Visit, open_visit

_MORE: Final = "more"
"""Asks for one more option on the clinician's own sheet."""


@dataclass(frozen=True, slots=True)
class _Table:
    """What the page is made of."""

    visit: Visit
    record: PatientRecord | None
    desk: Desk
    frame: Frame

    @property
    def draft(self) -> Draft:
        return self.desk.draft

    @property
    def speech(self) -> Speech:
        return speech_of(self.visit.services.translations)


async def show(request: Request) -> Response:
    """The sheet in the path, OWN for the clinician's own. Raises NotFound for one that is not there."""
    visit = await open_visit(request)
    sheet_id: str = request.path_params["sheet_id"]
    sheet = visit.services.catalogue.sheet(sheet_id)
    if sheet is None and sheet_id != OWN:
        raise NotFound("no such sheet")
    patient = await visit.patient()
    record = await soon(visit.record(), CHART_WAIT_S)
    table = _Table(visit, record, await look(visit), await frame(visit, patient, "room", buttons=True))
    page = _own_page(table, _MORE in request.query_params) if sheet is None else _page(table, sheet)
    return HTMLResponse(await visit.services.pages.html("sheet.html", page))


def _page(table: _Table, sheet: Sheet) -> SheetPage:
    around = around_of(table.record, table.frame.call_name)
    faults = faults_of(table.draft)
    ids = (decision_of(sheet.id), *(option_of(sheet.id, option.id) for option in sheet.options))
    boxes, speech = _boxes(table, ids), table.speech
    told, reason = speech.told(sheet), _because(table, sheet)
    sources = tuple(speech.told(source) for source in sheet.sources)
    return SheetPage(
        id=new_page_id(),
        sheet_id=sheet.id,
        frame=table.frame,
        title=told.thing.question,
        question=None,
        because=reason.text,
        options=option_views(told.thing, boxes, around, faults),
        decision=decision_views(sheet.id, boxes, around, faults),
        why=told.thing.why,
        limits=told.thing.limits,
        reviewed=_reviewed(sheet),
        sources=source_lines(sources),
        kept_line=_kept_line(table.desk),
        review_label=review_label(len(table.draft.written)),
        waiting=table.record is None,
        lang=other_language(told.language),
        because_lang=other_language(reason.language),
        mark=mark((told, *sources)),
    )


def _own_page(table: _Table, more: bool) -> SheetPage:
    around = around_of(table.record, table.frame.call_name)
    faults, texts = faults_of(table.draft), table.draft.sheet
    numbers = _numbers(table.draft, more)
    boxes = _boxes(table, (decision_of(OWN), *(option_of(OWN, str(number)) for number in numbers)))
    return SheetPage(
        id=new_page_id(),
        sheet_id=OWN,
        frame=table.frame,
        title=_("A choice, and its options"),
        question=field(texts, own_sheet.QUESTION, _("What is the choice? Say it as a question.")),
        because="",
        options=own_option_views(texts, numbers, boxes, around=around, faults=faults),
        decision=decision_views(OWN, boxes, around, faults),
        why="",
        limits="",
        reviewed="",
        sources=(),
        kept_line=_kept_line(table.desk),
        review_label=review_label(len(table.draft.written)),
        waiting=table.record is None,
        can_add=len(numbers) <= own_sheet.MOST_OPTIONS,
    )


def _numbers(draft: Draft, more: bool) -> tuple[int, ...]:
    """Which options the clinician's own sheet shows: those with anything in them, and empty ones."""
    said = {box.question for box in draft.written}
    used = {
        *own_sheet.options_of(draft.sheet),
        *(n for n in range(1, own_sheet.MOST_OPTIONS + 1) if option_of(OWN, str(n)) in said),
    }
    wanted = max(own_sheet.FEWEST_OPTIONS, len(used) + 1 if more else len(used))
    free = (number for number in range(1, own_sheet.MOST_OPTIONS + 1) if number not in used)
    while len(used) < min(wanted, own_sheet.MOST_OPTIONS):
        used.add(next(free))
    return (own_sheet.WAITING, *sorted(used))


def _boxes(table: _Table, questions: tuple[str, ...]) -> list[Box]:
    """The draft's boxes for these, and an empty one for each that has none."""
    boxes = [box for box in table.draft.boxes if box.question in questions]
    present = {box.question for box in boxes}
    catalogue = table.visit.services.catalogue
    found = (asked(id_, catalogue, table.draft.sheet) for id_ in questions if id_ not in present)
    return boxes + [answer_box(question) for question in found if question is not None]


def _because(table: _Table, sheet: Sheet) -> Line:
    """Empty where the chart does not offer it."""
    nothing = Line("", language())
    if table.record is None:
        return nothing
    facts = facts_of(table.record, today=table.visit.services.today())
    offered = offered_sheets(table.visit.services.catalogue, facts)
    found = (because(each.evidence, table.speech.labels) for each in offered if each.sheet.id == sheet.id)
    return next(found, nothing)


def _reviewed(sheet: Sheet) -> str:
    return _(
        "Version %(version)s. Reviewed %(day)s by %(who)s.",
        version=sheet.version,
        day=words.day(sheet.reviewed),
        who=reviewer(sheet.reviewer),
    )


def _kept_line(desk: Desk) -> str:
    is_kept = desk.draft.written or own_sheet.is_filled(desk.draft.sheet)
    if not is_kept or desk.changed_at is None:
        return ""
    return _("Draft kept %(time)s", time=words.clock_time(desk.changed_at))
