"""Every statement in the chart, newest first, each with its source."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.fhir.statements import all_statements
from smartapp.web.presenters_frame import Frame, frame
from smartapp.web.presenters_said import Said, said
from smartapp.web.presenters_unread import Unread, unread_said
from smartapp.web.visit import open_visit


@dataclass(frozen=True, slots=True)
class Day:
    """Statements of one day; `label` "9 Jun 2026" or "No date"."""

    label: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class StatementsPage:
    frame: Frame
    days: tuple[Day, ...]
    unread: tuple[Unread, ...]


async def show(request: Request) -> Response:
    visit = await open_visit(request)
    patient = await visit.patient()
    record = await visit.services.charts.record(visit.session)
    page_frame = await frame(visit, patient, "")
    views = [said(statement, visit.services.today()) for statement in all_statements(record)]
    page = StatementsPage(page_frame, _by_day(views), unread_said(record, page_frame.call_name))
    return HTMLResponse(await visit.services.pages.html("statements.html", page))


def _by_day(views: list[Said]) -> tuple[Day, ...]:
    """In the order they come in, which is newest first."""
    labels = dict.fromkeys(view.day for view in views)
    return tuple(Day(label, tuple(view for view in views if view.day == label)) for label in labels)
