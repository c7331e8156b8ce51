"""Taking back what this visit sent: an entry of the chart, marked as entered in error."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.errors import OutboundError
from smartapp.fhir.capability import Capability
from smartapp.fhir.chart_entry import ChartEntry, read_entry
from smartapp.fhir.client import FhirClient
from smartapp.web.draft_form import text
from smartapp.web.presenters import undo as presenters_undo
from smartapp.web.presenters.frame import frame
from smartapp.web.visit import Visit, open_posted, open_visit, see
from smartapp.web.write_context import owner_context, write_context
from smartapp.writing.changing import Written, can_change
from smartapp.writing.model import State


async def show(request: Request) -> Response:
    """What was sent, how it stands in the chart now, and how to take it back."""
    visit = await open_visit(request)
    services = visit.services
    row: str = request.path_params["row"]
    written = await services.changer.written(owner_context(visit), row)
    client = services.charts.client(visit.session)
    page = presenters_undo.undo_page(
        await frame(visit, await visit.patient(), ""),
        row,
        _local(visit, written),
        entry=await _entry(client, written.reference),
        can_change=_can_change(written, client, await services.capabilities.of(client)),
    )
    return HTMLResponse(await services.pages.html("undo.html", page))


async def take_back(request: Request) -> Response:
    """Mark it as entered in error. Two presses are one. What did not work is told on the page of its own."""
    visit, form = await open_posted(request)
    services = visit.services
    row: str = request.path_params["row"]
    written = await services.changer.written(owner_context(visit), row)
    client = services.charts.client(visit.session)
    capability = await services.capabilities.of(client)
    if not _can_change(written, client, capability):
        return see(visit.path(f"undo/{row}"))
    receipt = await services.changer.take_back(
        await write_context(visit),
        row,
        client=client,
        capability=capability,
        over=text(form, "version")[:64],
    )
    if receipt.state is not State.STORED:
        return see(visit.path(f"undo/{row}#outcome"))
    services.charts.forget(visit.id)
    return see(visit.path("done"))


def _local(visit: Visit, written: Written) -> Written:
    wish = written.taken_back
    if wish is None or wish.at is None:
        return written
    return replace(written, taken_back=replace(wish, at=visit.services.local(wish.at)))


def _can_change(written: Written, client: FhirClient, capability: Capability) -> bool:
    resource_type = written.reference.partition("/")[0]
    return can_change(resource_type, capability=capability, may=client.may)


async def _entry(client: FhirClient, reference: str) -> ChartEntry | None:
    """None when the EHR does not show it now. Raises WrongPatient."""
    try:
        return await read_entry(client, reference)
    except OutboundError:
        return None
