"""What was said over time: the page of all statements, and the way back to where one came from."""

from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.fhir.statements import all_statements
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.web.desk import look
from smartapp.web.found import view_with
from smartapp.web.goal import changes_of
from smartapp.web.goal_past import past_of
from smartapp.web.presenters.change import change_views
from smartapp.web.presenters.frame import frame
from smartapp.web.presenters.statements import aside_view, statements_page
from smartapp.web.statement_places import REVIEW, ROOM
from smartapp.web.visit import Visit, open_visit

_FROM: Final = {ROOM: marked("Back to the room"), REVIEW: marked("Back to the review")}
"""Pages other than the first from which one comes to look something up."""


async def show(request: Request) -> Response:
    visit = await open_visit(request)
    patient = await visit.patient()
    record = await visit.record()
    past = await past_of(visit, all_statements(record))
    view = view_with(visit, record, await look(visit))
    page_frame, today = await frame(visit, patient, ""), visit.services.today()
    page = statements_page(record, page_frame, view, today=today, past=past)
    page = replace(
        page,
        aside=aside_view(await visit.set_aside(), view),
        changes=change_views(await changes_of(visit)),
        back=_back(visit, request.query_params.get("from", "")),
    )
    return HTMLResponse(await visit.services.pages.html("statements.html", page))


def _back(visit: Visit, page: str) -> tuple[str, str]:
    """The address and the name of the page from which one came; the first page's for any other word."""
    if page in _FROM:
        return visit.path(page), _(_FROM[page])
    return visit.path(), _("Back to this visit")
