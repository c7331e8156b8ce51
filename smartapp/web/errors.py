"""Every error to its page, or to JSON where a script asked: the words are the error's own."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from smartapp import logs
from smartapp.errors import (
    AppError,
    BadRequest,
    CookiesBlocked,
    NotFound,
    SessionEnded,
    StoreUnavailable,
    TooLarge,
    Unfinished,
    UnknownIssuer,
)
from smartapp.i18n import marked
from smartapp.web.audited import note_refusal
from smartapp.web.cookie_check import blocked_page
from smartapp.web.kept import note_what_is_kept
from smartapp.web.presenters import stop as presenters_stop
from smartapp.web.presenters.stop import StopPage
from smartapp.web.services import services_of
from smartapp.web.visit import open_even_ended

_SERVER_ERROR = 500


class WrongMethod(BadRequest):
    status = 405
    code = "method"
    heading = marked("This address cannot be used that way.")
    message = marked("Nothing was changed.")


class UnreadableForm(BadRequest):
    code = "bad-form"
    heading = marked("This form could not be read.")
    message = marked("Nothing was changed. Your text is still on the page before this one.")
    next_step = marked("Go back, copy what you typed, load the page again, and press the button once more.")


_BY_STATUS: Mapping[int, type[AppError]] = {
    400: UnreadableForm,
    404: NotFound,
    405: WrongMethod,
    413: TooLarge,
}
Handler = Callable[[Request, Exception], Awaitable[Response]]


def exception_handlers() -> dict[type[Exception], Handler]:
    """For Starlette. What nobody expected is the middleware's, which answers inside the security headers."""
    return {AppError: app_error, HTTPException: http_error}


def wants_json(request: Request) -> bool:
    """Whether a script asked, not a person."""
    return "application/json" in request.headers.get("accept", "")


async def app_error(request: Request, error: Exception) -> Response:
    """Answer an AppError."""
    assert isinstance(error, AppError)
    reference = request.state.reference
    level = logging.ERROR if error.status >= _SERVER_ERROR else logging.INFO
    request.state.code = error.code
    logs.event(
        "refused",
        level=level,
        code=error.code,
        detail=error.detail,
        status=error.status,
        reference=reference,
        registration=error.registration or None,
    )
    await note_refusal(request, error)
    await _let_the_visits_ehr_frame(request, error)
    if wants_json(request):
        problem = presenters_stop.problem(error, reference=reference)
        return JSONResponse(dict(problem), status_code=error.status, headers=_retry_after(error))
    if isinstance(error, SessionEnded) and "launch_id" in request.path_params:
        await _note_what_is_kept(request)
    html = await _html(request, error)
    return HTMLResponse(html, status_code=error.status, headers=_retry_after(error))


async def http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: no such address, another method."""
    assert isinstance(error, HTTPException)
    response = await app_error(request, _BY_STATUS.get(error.status_code, BadRequest)())
    response.headers.update(error.headers or {})
    return response


async def unexpected(request: Request, error: Exception) -> Response:
    """Answer what nobody expected, with a page that tells nothing of it, and promises nothing of a form."""
    del error
    return await app_error(request, Unfinished() if request.method == "POST" else AppError())


async def _let_the_visits_ehr_frame(request: Request, error: AppError) -> None:
    """What went wrong before the visit was looked up is told in its EHR's frame too, where the clinician is.
    A store that failed once is not waited for again.
    """
    is_known = bool(request.state.frame_ancestors)
    if not is_known and "launch_id" in request.path_params and not isinstance(error, StoreUnavailable):
        with suppress(AppError):
            await open_even_ended(request)


async def _note_what_is_kept(request: Request) -> None:
    """What is kept, whenever the session ended. A page that cannot tell says what always holds."""
    try:
        await note_what_is_kept(request, await open_even_ended(request))
    except AppError as error:
        logs.event("kept-not-told", code=error.code, reference=request.state.reference)


def _retry_after(error: AppError) -> dict[str, str]:
    """https://www.rfc-editor.org/rfc/rfc9110#field.retry-after"""
    return {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}


async def _html(request: Request, error: AppError) -> str:
    services, reference = services_of(request), request.state.reference
    if isinstance(error, CookiesBlocked):
        blocked = blocked_page(request, error, services, reference=reference)
        return await services.pages.html("cookies_blocked.html", blocked)
    return await services.pages.html("stop.html", _page(request, error))


def _page(request: Request, error: AppError) -> StopPage:
    services, reference = services_of(request), request.state.reference
    if isinstance(error, UnknownIssuer):
        return presenters_stop.unknown_issuer_page(
            error,
            iss=request.query_params.get("iss", ""),
            known=len(services.registrations.all),
            reference=reference,
            at=services.local(services.clock()),
        )
    if isinstance(error, SessionEnded):
        return presenters_stop.session_ended_page(
            error,
            reference=reference,
            statements=getattr(request.state, "kept_statements", 0),
            kept_at=getattr(request.state, "kept_at", None),
            only_here=getattr(request.state, "only_here", ""),
            unkept=getattr(request.state, "unkept", ""),
        )
    typed = getattr(request.state, "typed", "")
    return presenters_stop.stop_page(error, reference=reference, typed=typed)
