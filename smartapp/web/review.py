"""Review and send: show every statement as it will be stored, then send what the clinician saw and
ticked, once.
"""

from dataclasses import dataclass, replace

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.fhir.patient_record import PatientRecord
from smartapp.sdm.model import DraftStatement
from smartapp.web import draft_form, presenters_review
from smartapp.web.desk import Desk, change, clear_sent, look
from smartapp.web.draft import Box, faults_of
from smartapp.web.presenters_frame import frame
from smartapp.web.presenters_room import PROMPTS
from smartapp.web.room import ROOM_WITH_ERRORS
from smartapp.web.soon import soon
from smartapp.web.visit import Visit, open_posted, open_visit, see
from smartapp.web.write_context import write_context
from smartapp.writing.model import PlannedItem
from smartapp.writing.plan import plan

_CHART_WAIT_S = 3.0
_CHANGED = "The words changed since this page was shown. Read them once more, then send."
_NONE = "No statement is ticked. Tick what should go, or go back to the room."


@dataclass(frozen=True, slots=True)
class _Planned:
    """What the page shows. `shown`: its fingerprint, which a second look must give again."""

    items: tuple[PlannedItem, ...]
    shown: str
    condition_names: dict[str, str]
    capability: Capability


async def show(request: Request) -> Response:
    """The statements, or the room when something in them must be mended first."""
    visit = await open_visit(request)
    desk = await look(visit)
    if faults_of(desk.draft):
        return see(visit.path(ROOM_WITH_ERRORS))
    return await _page(visit, desk, await _planned(visit, desk), message="")


async def send(request: Request) -> Response:
    """Send what is ticked. A second press finds everything in the ledger and sends nothing again."""
    visit, form = await open_posted(request)
    chosen = [value for value in form.getlist("item") if isinstance(value, str)]
    desk = await look(visit)
    client = visit.services.charts.client(visit.session)
    if chosen and set(chosen) <= {receipt.draft.id for receipt in desk.receipts}:
        await _send(visit, client, await visit.services.capabilities.of(client))
        return see(visit.path("done"))
    read_back = draft_form.text(form, "read_back") == "yes"
    await change(visit, lambda draft: replace(draft, read_back=read_back))
    desk = replace(desk, draft=replace(desk.draft, read_back=read_back))
    if faults_of(desk.draft):
        return see(visit.path(ROOM_WITH_ERRORS))
    planned = await _planned(visit, desk)
    if draft_form.text(form, "shown") != planned.shown:
        return await _page(visit, desk, planned, message=_CHANGED)
    items = tuple(item for item in planned.items if item.draft.id in chosen)
    if not items:
        return await _page(visit, desk, planned, message=_NONE)
    await visit.services.sender.commit(await write_context(visit), items)
    # Only now may the words leave the draft: a crash between the two leaves them in both, and `look` sees
    # to that.
    await clear_sent(visit)
    await _send(visit, client, planned.capability)
    return see(visit.path("done"))


async def _send(visit: Visit, client: FhirClient, capability: Capability) -> None:
    await visit.services.sender.send(await write_context(visit), client=client, capability=capability)


async def _planned(visit: Visit, desk: Desk) -> _Planned:
    services, session = visit.services, visit.session
    record = await soon(services.charts.record(session), _CHART_WAIT_S)
    names = _condition_names(record)
    capability = await services.capabilities.of(services.charts.client(session))
    items = plan(
        [_statement(visit, box, names) for box in desk.draft.written],
        capability=capability,
        may=session.launch.scopes.allows,
        order=session.registration.write_order,
    )
    shown = services.vault.fingerprint("shown", visit.id, msgspec.json.encode(items).decode())
    return _Planned(items, shown, names, capability)


def _statement(visit: Visit, box: Box, condition_names: dict[str, str]) -> DraftStatement:
    """As it will be stored: a goal is only about conditions that this patient's chart holds."""
    question = visit.services.catalogue.question(box.question)
    prompts = {prompt.kind: prompt.ask for prompt in PROMPTS}
    asked = question.text if question else prompts.get(box.kind, "")
    statement = box.statement(asked)
    known = tuple(reference for reference in statement.addresses if reference in condition_names)
    return replace(statement, addresses=known)


def _condition_names(record: PatientRecord | None) -> dict[str, str]:
    return {item.reference: item.text for item in record.conditions.items} if record else {}


async def _page(visit: Visit, desk: Desk, planned: _Planned, *, message: str) -> Response:
    page = presenters_review.review_page(
        await frame(visit, await visit.patient(), "review"),
        planned.items,
        shown=planned.shown,
        condition_names=planned.condition_names,
        read_back=desk.draft.read_back,
        message=message,
    )
    return HTMLResponse(await visit.services.pages.html("review.html", page))
