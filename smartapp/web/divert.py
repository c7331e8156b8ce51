"""Another way for what the EHR refused: the next place down, shown word for word and taken only when the
clinician says so.
"""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.web import reviewed
from smartapp.web.desk import change, look
from smartapp.web.planning import planned_below
from smartapp.web.visit import Visit, open_posted, open_visit, see
from smartapp.web.write_context import write_context
from smartapp.writing.model import State


async def show(request: Request) -> Response:
    """The refused statements and their next places."""
    visit = await open_visit(request)
    desk = await look(visit)
    found = await planned_below(visit, desk)
    return await reviewed.page(visit, desk, found, ticks=reviewed.first_look(desk), is_again=True)


async def send(request: Request) -> Response:
    """Send what is ticked another way. What is not refused any more was sent by an earlier press."""
    visit, form = await open_posted(request)
    posted = reviewed.read(form)
    desk = await look(visit)
    refused = {receipt.draft.id for receipt in desk.receipts if receipt.state is State.REFUSED}
    if posted.chosen and refused.isdisjoint(posted.chosen):
        await _send(visit)
        return see(visit.path("done"))
    read_back = posted.ticks.read_back
    await change(visit, lambda draft: replace(draft, read_back=read_back))
    found = await planned_below(visit, desk)
    fault = reviewed.objection(posted, found, desk)
    if fault is not None:
        return await reviewed.page(visit, desk, found, ticks=posted.ticks, message=fault, is_again=True)
    items = [item for item in found.items if item.draft.id in posted.chosen]
    context = replace(found.context, read_back=read_back)
    client, capability = await _ehr(visit)
    sender = visit.services.sender
    await sender.look_for_refused(context, posted.chosen, client=client, capability=capability)
    await sender.divert(context, items, at=found.at)
    await _send(visit)
    return see(visit.path("done"))


async def _send(visit: Visit) -> None:
    client, capability = await _ehr(visit)
    await visit.services.sender.send(await write_context(visit), client=client, capability=capability)


async def _ehr(visit: Visit) -> tuple[FhirClient, Capability]:
    client = visit.services.charts.client(visit.session)
    return client, await visit.services.capabilities.of(client)
