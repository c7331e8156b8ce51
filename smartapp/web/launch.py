"""Opening the app: from an EHR's chart, from a sandbox's list, and back from the EHR's sign-in."""

from collections.abc import Sequence

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.errors import LaunchParameterError, StoreUnavailable
from smartapp.smart.authorization import Completed
from smartapp.smart.registration import Mode, Registration
from smartapp.store.audit import Action, Result
from smartapp.web import cookie_check, cookies
from smartapp.web.audited import opening
from smartapp.web.cookie_check import Asked
from smartapp.web.presenters.open import home_page
from smartapp.web.rate_limit import network_of
from smartapp.web.services import Services, services_of
from smartapp.web.speaking import speak_as_site
from smartapp.web.visit import see

_LIMIT = 2_000
PAGE_OF_INTENT = {
    "before": "", "prompts": "", "what-matters": "",
    "room": "room", "questions": "room",
    "review": "review", "done": "done",
    "statements": "statements", "summary": "statements", "over-time": "statements", "reconcile": "statements",
    "handout": "handout",
    "reminders": "sources",
}  # fmt: skip
"""What an EHR may give as `intent`, and the page that opens. Each page is only shown: an intent sends nothing
and changes nothing. Any other word opens the first page.
"""


async def home(request: Request) -> Response:
    """A page for whoever comes without a patient: how to open the app, and sandboxes where there are any."""
    services = services_of(request)
    page = home_page(services.registrations.all, services.root)
    return HTMLResponse(await services.pages.html("home.html", page))


async def launch(request: Request) -> Response:
    """The EHR, or a person with a sandbox, opens the app. Raises LaunchParameterError or UnknownIssuer;
    no socket opens before, nor before it is known that cookies come back.
    """
    asked, registration = _asked(request)
    if not cookie_check.come_back(request):
        return cookie_check.hop(services_of(request), asked)
    return await _go_on(request, asked, registration)


async def launch_checked(request: Request) -> Response:
    """The same launch after the hop. Raises CookiesBlocked too, with the launch value not yet used."""
    asked, registration = _asked(request)
    cookie_check.require(request, services_of(request), asked)
    return await _go_on(request, asked, registration)


def _asked(request: Request) -> tuple[Asked, Registration]:
    iss = _single(request.query_params, "iss")
    launch_value = _single(request.query_params, "launch")
    if iss is None:
        raise LaunchParameterError("no iss")
    registration = services_of(request).registrations.for_issuer(iss)
    request.state.frame_ancestors = registration.frame_ancestors
    speak_as_site(request, registration)
    services_of(request).launch_limit.take(registration.id, network_of(request), request.url.path)
    opening(request, registration)
    if launch_value is not None and not launch_value.isprintable():
        raise LaunchParameterError("launch is not plain text")
    return Asked(iss, launch_value), registration


async def _go_on(request: Request, asked: Asked, registration: Registration) -> Response:
    """To the EHR's sign-in, or to the picker of a sandbox without one."""
    services = services_of(request)
    await services.audit.record(request.state.audited, Action.LAUNCH, Result.BEGUN)
    if registration.mode is Mode.OPEN:
        return see(f"{services.root}/open/{registration.id}")
    browser = cookies.new_secret()
    begun = await services.authorization.begin(registration, launch=asked.launch, browser=browser)
    response = see(begun.url)
    cookies.put(response, cookies.pending_name(begun.state), secret=browser, max_age=cookies.PENDING_SECONDS)
    return response


async def callback(request: Request) -> Response:
    """The EHR's answer. On success the launch gets a cookie of its own, and its chart is being read at
    once.
    """
    services = services_of(request)
    registration_id: str = request.path_params["registration_id"]
    registration = services.registrations.get(registration_id)
    request.state.frame_ancestors = registration.frame_ancestors
    speak_as_site(request, registration)
    services.launch_limit.take(registration.id, network_of(request), "callback")
    opening(request, registration)
    parameters: dict[str, Sequence[str]] = {
        name: request.query_params.getlist(name) for name in request.query_params
    }
    states = parameters.get("state", ())
    pending = cookies.pending_name(states[0]) if len(states) == 1 else ""
    completed = await services.authorization.complete(
        registration_id, parameters, browser=cookies.read(request, pending) if pending else None
    )
    response = await enter(request, services, completed)
    if pending:
        cookies.remove(response, pending)
    return response


async def enter(request: Request, services: Services, completed: Completed) -> Response:
    """Begin reading the chart, give the browser the launch's cookie, and go to the first page, at a
    clean address. Raises StoreUnavailable, and then the launch is over.
    """
    active = completed.launch
    session = await services.sessions.find(
        active.id, browser=completed.browser, request=request.state.reference
    )
    try:
        await services.audit.record(session.audited, Action.LAUNCH, Result.COMPLETED)
    except StoreUnavailable:
        await session.end("not-audited")
        raise
    services.charts.begin(session)
    services.styles.begin(session.registration, active.style_url)
    page = PAGE_OF_INTENT.get(active.intent or "", "")
    response = see(f"{services.root}/visits/{active.id}/{page}")
    seconds = max(int((active.expires_at - services.clock()).total_seconds()), 0)
    cookies.put(response, cookies.launch_name(active.id), secret=completed.browser, max_age=seconds)
    return response


def _single(parameters: QueryParams, name: str) -> str | None:
    """One parameter, None when it is missing. Raises LaunchParameterError when it is repeated, empty or
    far too long.
    """
    values = parameters.getlist(name)
    if len(values) > 1 or any(not value or len(value) > _LIMIT for value in values):
        raise LaunchParameterError(f"{name} repeated, empty or too long")
    return values[0] if values else None
