"""Done: what became of each statement, looking again, trying again, and the text for the note."""

from dataclasses import replace
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.errors import AppError
from smartapp.web.desk import Desk, look
from smartapp.web.handout_filing import receipts_of
from smartapp.web.planning import offer_for
from smartapp.web.presenters import done as presenters_done
from smartapp.web.presenters.frame import frame
from smartapp.web.presenters.receipt import Told
from smartapp.web.visit import Visit, open_posted, open_visit, see
from smartapp.web.write_context import owner_context, write_context
from smartapp.writing.changing import can_change
from smartapp.writing.model import ChangeReceipt, Receipt, Rung
from smartapp.writing.note_text import note_text
from smartapp.writing.plan import Offer, next_rungs
from smartapp.writing.site import site_of

AnyReceipt = TypeVar("AnyReceipt", Receipt, ChangeReceipt)


async def show(request: Request) -> Response:
    """The receipts. Reload repeats nothing."""
    visit = await open_visit(request)
    desk = await look(visit)
    page_frame = await frame(visit, await visit.patient(), "done")
    page = presenters_done.done_page(page_frame, await _told(visit, desk, page_frame.call_name))
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
    await services.changer.check(context, client=client, capability=capability)
    await services.filer.check(context, client=client, capability=capability)
    return see(visit.path("done"))


async def retry(request: Request) -> Response:
    """Send one entry again, in the same place, that the chart does not hold."""
    visit, _ = await open_posted(request)
    services = visit.services
    client = services.charts.client(visit.session)
    capability = await services.capabilities.of(client)
    row: str = request.path_params["row"]
    await services.sender.retry(await write_context(visit), row, client=client, capability=capability)
    return see(visit.path("done"))


async def pasted(request: Request) -> Response:
    """Note that the clinician put these statements into their own note, as they say."""
    visit, form = await open_posted(request)
    ids = {value for value in form.getlist("item") if isinstance(value, str)}
    await visit.services.sender.mark_pasted(owner_context(visit), ids)
    return see(visit.path("done"))


async def _told(visit: Visit, desk: Desk, name: str) -> Told:
    handouts = await receipts_of(visit)
    offer = await _offer(visit) if desk.receipts or handouts else None
    scopes = visit.session.launch.scopes

    def may_change(resource_type: str) -> bool:
        return offer is not None and can_change(
            resource_type, capability=offer.capability, may=scopes.allows_some
        )

    return Told(
        receipts=tuple(_local(visit, receipt) for receipt in desk.receipts),
        left=desk.draft.written,
        site=site_of(visit.session.registration),
        note_text=_note_text(visit, desk, name),
        changes=tuple(_local(visit, one) for one in await visit.services.changer.receipts(visit.id)),
        lower=_lower(desk, offer),
        can_change=may_change,
        provenance=await visit.services.sender.provenance(visit.id),
        handouts=handouts,
    )


async def _offer(visit: Visit) -> Offer | None:
    """What the EHR would take. None when that cannot be told now: the receipts are shown all the same."""
    try:
        return await offer_for(visit, await write_context(visit))
    except AppError:
        return None


def _lower(desk: Desk, offer: Offer | None) -> frozenset[str]:
    """The refused statements that have another place left than the text to copy."""
    if offer is None:
        return frozenset()
    items = next_rungs(desk.receipts, offer)
    return frozenset(item.draft.id for item in items if item.rung is not Rung.COPY)


def _note_text(visit: Visit, desk: Desk, name: str) -> str:
    """What is not in the chart, or everything when all of it is."""
    statements = [receipt.draft for receipt in presenters_done.to_copy(desk.receipts)]
    today = visit.services.today()
    return note_text(statements, patient_name=name, on=today, read_back=desk.draft.read_back)


def _local(visit: Visit, receipt: AnyReceipt) -> AnyReceipt:
    return replace(receipt, at=visit.services.local(receipt.at)) if receipt.at else receipt
