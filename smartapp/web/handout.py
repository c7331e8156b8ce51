"""The handout: choosing what goes on the page, the page as it prints, and the same as a PDF file."""

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from smartapp.web import handout_filing, handout_kept, words
from smartapp.web.draft_form import text
from smartapp.web.errors import wants_json
from smartapp.web.handout_kept import Choices
from smartapp.web.handout_made import first_choices, handout_of, held_of
from smartapp.web.presenters import handout as presenters_handout
from smartapp.web.presenters.frame import frame
from smartapp.web.speaking import LANGUAGE, keep_choice
from smartapp.web.visit import open_even_ended, open_posted, open_visit, read_posted, see

_FORM, _PRINTED, _FAILED = "handout", "handout/page", "handout/page?pdf=failed"
_PDF_NAME: Final = 'attachment; filename="handout.pdf"'


async def show(request: Request) -> Response:
    """What can go on the page, and what the clinician adds."""
    visit = await open_visit(request)
    patient = await visit.patient()
    held = await held_of(visit)
    shown = presenters_handout.Shown(
        record=held.record,
        lines=held.lines,
        ticked=frozenset(line.id for line in held.chosen),
        choices=held.choices,
        kept=held.kept,
        languages=held.languages,
        unsent=len(held.desk.draft.written),
        links=visit.services.handouts.site.education_links,
        today=visit.services.today(),
    )
    page = presenters_handout.form_page(await frame(visit, patient, ""), shown)
    return HTMLResponse(await visit.services.pages.html("handout.html", page))


async def keep(request: Request) -> Response:
    """Keep what was chosen and typed, also when the launch is over, and then go where the button said."""
    form = await read_posted(request)
    choices = handout_kept.read(form)
    request.state.typed = "\n\n".join(filter(None, _typed(choices)))
    visit = await open_even_ended(request)
    visit.check(text(form, "token"), text(form, "patient"))
    kept_at = await handout_kept.keep(visit, choices)
    await open_visit(request)  # tells that the session ended, now that the text is safe
    if wants_json(request):
        return JSONResponse({"kept_at": words.clock_time(kept_at)})
    to = text(form, "next")
    response = see(visit.path(_PRINTED if to == "page" else _FORM))
    if to.startswith(LANGUAGE):
        keep_choice(request, response, to.removeprefix(LANGUAGE))
    return response


async def start_again(request: Request) -> Response:
    """Forget what was chosen and typed, and begin with what the visit has."""
    visit, _form = await open_posted(request)
    await handout_kept.keep(visit, first_choices(visit, await visit.record()))
    return see(visit.path(_FORM))


async def printed(request: Request) -> Response:
    """The page as it prints, and what becomes of it in the chart."""
    visit = await open_visit(request)
    if (await visit.patient()).deceased:
        return see(visit.path(_FORM))
    return await handout_filing.page(visit, has_failed=request.query_params.get("pdf") == "failed")


async def as_pdf(request: Request) -> Response:
    """The page as a PDF file. Without a name in its own, for it lies on the clinic's computer."""
    visit = await open_visit(request)
    services, patient = visit.services, await visit.patient()
    if services.pdf is None or patient.deceased:
        return see(visit.path(_PRINTED))
    handout = handout_of(visit, await held_of(visit))
    page = presenters_handout.PaperPage(handout, visit.session.registration.is_sandbox)
    html = await services.pages.html("handout_pdf.html", page)
    pdf = await services.pdf.print(html, services.handouts.site.paper)
    if pdf is None:
        return see(visit.path(_FAILED))
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": _PDF_NAME})


def _typed(choices: Choices) -> tuple[str, ...]:
    return choices.why, choices.next_steps, choices.call, choices.costs
