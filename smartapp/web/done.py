"""Done: what became of each statement, looking again, trying again, and the text for the note."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.web import presenters_done
from smartapp.web.desk import Desk, look
from smartapp.web.presenters_frame import frame
from smartapp.web.visit import Visit, open_posted, open_visit, see
from smartapp.web.write_context import write_context
from smartapp.writing.model import Receipt
from smartapp.writing.note_text import note_text


async def show(request: Request) -> Response:
    """The receipts. Reload repeats nothing."""
    visit = await open_visit(request)
    desk = await look(visit)
    page_frame = await frame(visit, await visit.patient(), "done")
    page = presenters_done.done_page(
        page_frame,
        tuple(_local(visit, receipt) for receipt in desk.receipts),
        desk.draft.written,
        note_text=_note_text(visit, desk, page_frame.call_name),
    )
    return HTMLResponse(await visit.services.pages.html("done.html", page))


async def check(request: Request) -> Response:
    """Send what was committed and not sent, then look in the chart for what got no clear answer."""
    visit, _ = await open_posted(request)
    services = visit.services
    client = services.charts.client(visit.session)
    capability = await services.capabilities.of(client)
    context = await write_context(visit)
    await services.sender.send(context, client=client, capability=capability)
    await services.sender.check(context, client=client, capability=capability)
    return see(visit.path("done"))


async def retry(request: Request) -> Response:
    """Send one statement again that the chart does not hold."""
    visit, _ = await open_posted(request)
    services = visit.services
    client = services.charts.client(visit.session)
    capability = await services.capabilities.of(client)
    item_id: str = request.path_params["item_id"]
    await services.sender.retry(await write_context(visit), item_id, client=client, capability=capability)
    return see(visit.path("done"))


def _note_text(visit: Visit, desk: Desk, name: str) -> str:
    if not desk.receipts:
        return ""
    statements = [receipt.draft for receipt in desk.receipts]
    today = visit.services.today()
    return note_text(statements, patient_name=name, on=today, read_back=desk.draft.read_back)


def _local(visit: Visit, receipt: Receipt) -> Receipt:
    return replace(receipt, at=visit.services.local(receipt.at)) if receipt.at else receipt
