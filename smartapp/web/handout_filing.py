"""Filing the handout: what was on the page when the clinician confirmed it goes to the chart, or nothing."""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.errors import WrongPatient
from smartapp.sdm.handout import Handout
from smartapp.sdm.handout_text import plain_text
from smartapp.web.draft_form import text
from smartapp.web.handout_made import handout_of, held_of
from smartapp.web.planning import offer_for
from smartapp.web.presenters import filing as presenters_filing
from smartapp.web.presenters import handout as presenters_handout
from smartapp.web.presenters.filing import Objection, Standing
from smartapp.web.presenters.frame import frame
from smartapp.web.presenters.places import is_signed_at_once
from smartapp.web.visit import Visit, open_posted, see
from smartapp.web.write_context import write_context
from smartapp.writing.changing import can_change
from smartapp.writing.entry import FiledHandout
from smartapp.writing.filing import row_of
from smartapp.writing.model import HandoutReceipt, WriteContext
from smartapp.writing.plan import why_not_handout
from smartapp.writing.site import site_of

_OUTCOME = "handout/page#filed"
"""Moves the focus to what became of it, also without a script."""


@dataclass(frozen=True, slots=True)
class _Found:
    """How the handout stands. `context` None: nothing can be sent from this launch."""

    filed: FiledHandout
    standing: Standing
    context: WriteContext | None


async def file(request: Request) -> Response:
    """File what was shown. A second press of the same page is the same handout; where it is another one by
    now, it is shown first, and nothing is sent.
    """
    visit, form = await open_posted(request)
    if (await visit.patient()).deceased:
        return see(visit.path("handout"))
    found = await _find(visit, handout_of(visit, await held_of(visit)))
    objection = _objection(found.standing, shown=text(form, "shown"), is_signed=text(form, "signed") == "yes")
    if objection is not None or found.context is None:
        return await page(visit, objection=objection or Objection.NOT_POSSIBLE)
    services = visit.services
    client = services.charts.client(visit.session)
    capability = await services.capabilities.of(client)
    await services.filer.file(found.context, found.filed, client=client, capability=capability)
    return see(visit.path(_OUTCOME))


async def check(request: Request) -> Response:
    """Look in the chart for what got no clear answer."""
    visit, _ = await open_posted(request)
    services = visit.services
    client = services.charts.client(visit.session)
    capability = await services.capabilities.of(client)
    await services.filer.check(await write_context(visit), client=client, capability=capability)
    return see(visit.path(_OUTCOME))


async def page(visit: Visit, *, objection: Objection | None = None, has_failed: bool = False) -> HTMLResponse:
    """The page as it prints, with what can be done with it. `has_failed`: no PDF file could be made."""
    handout = handout_of(visit, await held_of(visit))
    found = await _find(visit, handout)
    page_frame = await frame(visit, await visit.patient(), "")
    printed = presenters_handout.printed_page(
        page_frame,
        handout,
        filing=presenters_filing.filing_view(found.filed, found.standing, objection),
        can_make_pdf=visit.services.pdf is not None,
        has_failed=has_failed,
    )
    return HTMLResponse(await visit.services.pages.html("handout_page.html", printed))


async def receipts_of(visit: Visit) -> tuple[HandoutReceipt, ...]:
    """What became of the handouts of this launch, and of earlier ones of the same clinician; times local."""
    receipts = await visit.services.filer.receipts(visit.id, owner=visit.session.owner)
    local = visit.services.local
    return tuple(replace(one, at=local(one.at)) if one.at else one for one in receipts)


async def _find(visit: Visit, handout: Handout) -> _Found:
    filed = FiledHandout(handout.title, plain_text(handout), handout.tag)
    receipts = await receipts_of(visit)
    row = row_of(filed, visit.session.owner, receipts)
    site = site_of(visit.session.registration)
    standing = Standing(site, receipts, row)
    if not site.files_handout:
        return _Found(filed, standing, None)
    try:
        context = await write_context(visit)
    except WrongPatient:
        return _Found(filed, replace(standing, is_other_visit=True), None)
    offer = await offer_for(visit, context)
    scopes = visit.session.launch.scopes
    return _Found(
        filed,
        replace(
            standing,
            why_not=why_not_handout(offer),
            shown=_fingerprint(visit, row, context),
            can_change=can_change("DocumentReference", capability=offer.capability, may=scopes.allows_some),
        ),
        context,
    )


def _fingerprint(visit: Visit, row: str, context: WriteContext) -> str:
    """Of the words, which give the row its id, and of what is filed beside them: the same in every worker."""
    site = context.site
    about = (context.patient_name, context.practitioner_name, context.encounter_id, site.handout_type)
    return visit.services.vault.fingerprint("handout-shown", visit.id, row, site.note_shape.value, *about)


def _objection(standing: Standing, *, shown: str, is_signed: bool) -> Objection | None:
    """What keeps the handout from being filed, None when nothing does."""
    if not standing.can_be_filed:
        return Objection.NOT_POSSIBLE
    if shown != standing.shown:
        return Objection.CHANGED
    return Objection.NOT_SIGNED if is_signed_at_once(standing.site) and not is_signed else None
