"""Ending a visit by hand, and telling when it will end by itself."""

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from smartapp.smart.ending import BY_CLINICIAN
from smartapp.web import cookies, draft_form
from smartapp.web.kept import what_is_kept
from smartapp.web.presenters import ending as presenters_ending
from smartapp.web.visit import Visit, open_even_ended, open_posted, open_visit, read_posted, see

# Not "cookies" or "storage": other visits in other tabs of this browser are of the same origin, and must
# stay open. What the pages showed is never stored anyway; this also takes what a browser kept against that.
_CLEAR: Final = {"Clear-Site-Data": '"cache"'}


async def ask(request: Request) -> Response:
    """What is not in the chart, and the choice to end or to go back. Asks no EHR, which may be why somebody
    wants to leave.
    """
    visit = await open_visit(request)
    page = presenters_ending.ending_page(visit, await what_is_kept(visit))
    return HTMLResponse(await visit.services.pages.html("ending.html", page))


async def end(request: Request) -> Response:
    """End the visit: at once where nothing is left to be sent, else once that was seen."""
    form = await read_posted(request)
    visit = await open_even_ended(request)
    visit.check(draft_form.text(form, "token"), draft_form.text(form, "patient"))
    if visit.session.ended != BY_CLINICIAN:
        visit = await open_visit(request)
        if (await what_is_kept(visit)).texts and draft_form.text(form, "sure") != "yes":
            return see(visit.path("end"))
        visit.services.charts.forget(visit.id)
        await visit.session.end(BY_CLINICIAN)
    return await _ended(visit)


async def until(request: Request) -> Response:
    """When the visit will end by itself, for the page's script. Does not count as using it."""
    return JSONResponse(_standing(await open_even_ended(request)))


async def stay(request: Request) -> Response:
    """The clinician is still there."""
    visit, _ = await open_posted(request)
    return JSONResponse(_standing(visit))


async def _ended(visit: Visit) -> Response:
    page = presenters_ending.ended_page(await what_is_kept(visit))
    html = await visit.services.pages.html("ended.html", page)
    response = HTMLResponse(html, headers=_CLEAR)
    cookies.remove(response, cookies.launch_name(visit.id))
    return response


def _standing(visit: Visit) -> dict[str, object]:
    shown = presenters_ending.open_view(visit)
    left = 0 if visit.session.ended else shown.seconds_left
    return {"left": left, "time": shown.time, "longest": shown.is_longest}
