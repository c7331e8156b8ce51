"""One goal of the chart: as it stands now, and changing it: achieved, in other words, no longer wanted."""

import secrets
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.errors import NotFound, OutboundError
from smartapp.fhir.chart_entry import ChartEntry, read_entry
from smartapp.fhir.client import FhirRefused
from smartapp.fhir.this_patient import is_id
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.model import Change, ChangeKind
from smartapp.web.draft import MAX_WORDS, is_box_id
from smartapp.web.draft_form import text, typed
from smartapp.web.presenters import goal as presenters_goal
from smartapp.web.presenters.change import CHOICES, newest_changes
from smartapp.web.presenters.frame import frame
from smartapp.web.presenters.goal import Showing, Typed
from smartapp.web.speaking import keep_choice, speak_chosen
from smartapp.web.visit import Visit, open_even_ended, open_posted, open_visit, read_posted, see
from smartapp.web.write_context import owner_context, write_context
from smartapp.writing.changing import can_change
from smartapp.writing.model import ChangeReceipt, State

_OUTCOME = "#outcome"
"""Moves the focus to what became of the change, also without a script."""
_GONE = frozenset({404, 410})
_NOT_SENT = frozenset({State.PLANNED, State.REFUSED})
_TWO_CHANGES = marked(
    "You put the goal in other words too. One change is made at a time: choose the words, or empty their box."
)
_ANOTHER_DAY = marked(
    "It is another day by now, and the goal’s note will say so. Read it once more, then send."
)


async def show(request: Request) -> Response:
    """The goal, read afresh, and the form that changes it. Reload repeats nothing."""
    return await _page(await open_visit(request), _goal_id(request))


async def change(request: Request) -> Response:
    """Keep the change, also when the launch is over, then bring it into the chart. A second press of the same
    form is the same change.
    """
    goal_id = _goal_id(request)
    form = await read_posted(request)
    filled = _typed(form)
    request.state.typed = "\n\n".join(part for part in (filled.words, filled.note) if part)
    visit = await open_even_ended(request)
    visit.check(text(form, "token"), text(form, "patient"))
    message = _fault(visit, form, filled)
    if message or filled.kind is None:
        request.state.unkept = request.state.typed
        return await _page(await open_visit(request), goal_id, filled, message)
    services = visit.services
    wanted = _change(form, filled, filled.kind, f"Goal/{goal_id}")
    await services.changer.keep(owner_context(visit), wanted)
    visit = await open_visit(request)  # tells that the session ended, now that the words are safe
    client = services.charts.client(visit.session)
    capability = await services.capabilities.of(client)
    context = await write_context(visit)
    receipt = await services.changer.change(context, wanted, client=client, capability=capability)
    _forget_if_stored(visit, receipt)
    return see(visit.path(f"goals/{goal_id}{_OUTCOME}"))


async def choose_language(request: Request) -> Response:
    """The same page in another language, with what was typed and not sent yet. Nothing is kept or sent."""
    goal_id = _goal_id(request)
    form = await read_posted(request)
    filled = _typed(form)
    request.state.unkept = "\n\n".join(part for part in (filled.words, filled.note) if part)
    visit = await open_visit(request)
    visit.check(text(form, "token"), text(form, "patient"))
    tag = text(form, "language")
    speak_chosen(request, tag, path=visit.path(f"goals/{goal_id}"))
    response = await _page(visit, goal_id, filled)
    keep_choice(request, response, tag)
    return response


async def check(request: Request) -> Response:
    """Look in the chart for changes that got no clear answer."""
    goal_id = _goal_id(request)
    visit, _ = await open_posted(request)
    services = visit.services
    client = services.charts.client(visit.session)
    capability = await services.capabilities.of(client)
    await services.changer.check(await write_context(visit), client=client, capability=capability)
    services.charts.forget(visit.id)
    return see(visit.path(f"goals/{goal_id}{_OUTCOME}"))


async def changes_of(visit: Visit) -> tuple[ChangeReceipt, ...]:
    """What this launch changed, and what an earlier one of the same clinician left open; times local."""
    changer, local = visit.services.changer, visit.services.local
    receipts = await changer.left_over(owner_context(visit)) + await changer.receipts(visit.id)
    return tuple(replace(each, at=local(each.at)) if each.at else each for each in receipts)


async def _page(visit: Visit, goal_id: str, filled: Typed | None = None, message: str = "") -> Response:
    patient = await visit.patient()
    client = visit.services.charts.client(visit.session)
    last = newest_changes(await changes_of(visit)).get(f"Goal/{goal_id}")
    capability = await visit.services.capabilities.of(client)
    is_open = last is not None and last.state is not State.STORED
    showing = Showing(
        goal_id=goal_id,
        entry=await _entry(visit, goal_id),
        can_change=can_change("Goal", capability=capability, may=client.may),
        last=last,
        typed=filled or (_typed_before(last) if last and is_open else None),
        # The same press of a page that is shown again is the same change.
        new_id=last.change.id if last and last.state in _NOT_SENT else secrets.token_hex(16),
        now=visit.services.local(visit.services.clock()),
        message=message,
    )
    page = presenters_goal.goal_page(await frame(visit, patient, ""), showing)
    return HTMLResponse(await visit.services.pages.html("goal.html", page))


async def _entry(visit: Visit, goal_id: str) -> ChartEntry | None:
    """None when the EHR does not show it now: what was typed is shown all the same. Raises NotFound, and
    WrongPatient.
    """
    try:
        return await read_entry(visit.services.charts.client(visit.session), f"Goal/{goal_id}")
    except FhirRefused as error:
        if error.http_status in _GONE:
            raise NotFound("no such goal") from error
        return None
    except OutboundError:
        return None


def _goal_id(request: Request) -> str:
    goal_id: str = request.path_params["goal_id"]
    if not is_id(goal_id):
        raise NotFound("not a FHIR id")
    return goal_id


def _fault(visit: Visit, form: FormData, filled: Typed) -> str:
    """What keeps the change from being made, "" for nothing. Of a launch that is over the words are kept all
    the same, and a later one shows them with its own day.
    """
    message = presenters_goal.faults_of(filled, limit=MAX_WORDS)
    shown, day = text(form, "shown"), text(form, "day")
    is_other = bool(filled.words.strip()) and presenters_goal.mark_of(filled.words) != shown
    if not message and shown and is_other and filled.kind is not ChangeKind.REWORDED:
        return _(_TWO_CHANGES)
    is_later = day and day != visit.services.today().isoformat()
    return _(_ANOTHER_DAY) if not message and is_later and visit.session.ended is None else message


def _typed(form: FormData) -> Typed:
    kinds = {kind.value: kind for kind in CHOICES}
    return Typed(kinds.get(text(form, "kind")), typed(text(form, "words")), typed(text(form, "note")).strip())


def _typed_before(receipt: ChangeReceipt) -> Typed:
    return Typed(receipt.change.kind, receipt.change.words, receipt.change.note)


def _change(form: FormData, filled: Typed, kind: ChangeKind, reference: str) -> Change:
    """An id that we did not make is replaced, so that it cannot take another row's place."""
    given = text(form, "change")
    return Change(
        id=given if is_box_id(given) else secrets.token_hex(16),
        kind=kind,
        reference=reference,
        version=text(form, "version")[:64],
        words=filled.words if kind is ChangeKind.REWORDED else "",
        note=filled.note,
    )


def _forget_if_stored(visit: Visit, receipt: ChangeReceipt) -> None:
    """So that the next page reads the chart as it is now."""
    if receipt.state is State.STORED:
        visit.services.charts.forget(visit.id)
