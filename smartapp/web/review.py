"""Review and send: show every statement as it will be stored, then send what the clinician saw and
ticked, once.
"""

from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from smartapp.errors import WrongPatient
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.i18n import marked
from smartapp.web import importance, reviewed
from smartapp.web.desk import Desk, change, clear_sent, look
from smartapp.web.draft import faults_of
from smartapp.web.planning import planned
from smartapp.web.presenters.review import Message
from smartapp.web.reviewed import Posted
from smartapp.web.room import ROOM_WITH_ERRORS
from smartapp.web.stated import only_about
from smartapp.web.visit import Visit, open_posted, open_visit, see
from smartapp.web.write_context import write_context

_ORDER_FIRST: Final = Message(
    marked("The order of importance stands on this page now. Read it, then send."), "ranks"
)


async def show(request: Request) -> Response:
    """The statements, or the room when something in them must be mended first."""
    visit = await open_visit(request)
    desk = await look(visit)
    if faults_of(desk.draft):
        return see(visit.path(ROOM_WITH_ERRORS))
    try:
        found = await planned(visit, desk)
    except WrongPatient:
        return await reviewed.page_of_another_visit(visit, desk)
    return await reviewed.page(visit, desk, found, ticks=reviewed.first_look(desk))


async def send(request: Request) -> Response:
    """Send what is ticked. A second press finds everything in the ledger and sends nothing again."""
    visit, form = await open_posted(request)
    posted = reviewed.read(form)
    desk = await look(visit)
    client = visit.services.charts.client(visit.session)
    if posted.chosen and set(posted.chosen) <= {receipt.draft.id for receipt in desk.receipts}:
        await _send(visit, client, await visit.services.capabilities.of(client))
        return see(visit.path("done"))
    desk = await _keep(visit, desk, posted)
    if faults_of(desk.draft):
        return see(visit.path(ROOM_WITH_ERRORS))
    if _is_another_order(desk, posted):
        return await _use_order(visit, desk, posted, _ORDER_FIRST)
    found = await planned(visit, desk)
    fault = reviewed.objection(posted, found, desk)
    if fault is not None:
        return await reviewed.page(visit, desk, found, ticks=posted.ticks, message=fault)
    items = [item for item in found.items if item.draft.id in posted.chosen]
    context = replace(found.context, read_back=posted.ticks.read_back)
    await visit.services.sender.commit(context, only_about(items, desk.receipts), at=found.at)
    # Only now may the words leave the draft: a crash between the two leaves them in both, and `look` sees
    # to that.
    await clear_sent(visit)
    await _send(visit, client, found.offer.capability)
    return see(visit.path("done"))


async def use_order(request: Request) -> Response:
    """Keep the order of importance, and show it as a statement of its own. Sends nothing."""
    visit, form = await open_posted(request)
    posted = reviewed.read(form)
    desk = await _keep(visit, await look(visit), posted)
    if faults_of(desk.draft):
        return see(visit.path(ROOM_WITH_ERRORS))
    return await _use_order(visit, desk, posted, Message())


async def _keep(visit: Visit, desk: Desk, posted: Posted) -> Desk:
    """Keep the answer to "I read this back", whatever comes of the rest."""
    read_back = posted.ticks.read_back
    await change(visit, lambda draft: replace(draft, read_back=read_back))
    return replace(desk, draft=replace(desk.draft, read_back=read_back))


def _is_another_order(desk: Desk, posted: Posted) -> bool:
    """Whether numbers were chosen that nobody has pressed "Use this order" for: the clinician would take
    them for sent.
    """
    numbers = posted.ticks.numbers
    ranking = importance.read(numbers)
    return bool(ranking.fault) or ranking.order != tuple(id_ for id_ in desk.draft.order if id_ in numbers)


async def _use_order(visit: Visit, desk: Desk, posted: Posted, message: Message) -> Response:
    ranking = importance.read(posted.ticks.numbers)
    if ranking.fault:
        message = Message(ranking.fault, "ranks")
    else:
        known = {box.id for box in desk.draft.boxes} | {receipt.draft.id for receipt in desk.receipts}
        order = tuple(id_ for id_ in ranking.order if id_ in known)
        await change(visit, lambda draft: replace(draft, order=order))
        desk = replace(desk, draft=replace(desk.draft, order=order))
    return await reviewed.page(visit, desk, await planned(visit, desk), ticks=posted.ticks, message=message)


async def _send(visit: Visit, client: FhirClient, capability: Capability) -> None:
    await visit.services.sender.send(await write_context(visit), client=client, capability=capability)
