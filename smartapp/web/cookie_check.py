"""Do cookies come back in this window? Asked by one hop to an own address, before the browser goes to the
EHR's sign-in: there it would be too late, since the EHR's launch value is good once.

A browser that blocks cookies stops at a page that says so. From a frame it offers the same launch in a tab of
its own, where the browser may allow them (docs/decisions/0018).
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from smartapp.errors import CookiesBlocked
from smartapp.web import cookies
from smartapp.web.presenters.cookies import CookiesBlockedPage, cookies_blocked_page
from smartapp.web.services import Services
from smartapp.web.visit import see


@dataclass(frozen=True, slots=True)
class Asked:
    """What a launch address says. `launch` None: standalone."""

    iss: str
    launch: str | None

    def address(self, path: str) -> str:
        """The path with these parameters, as they came, and no others."""
        named = {"iss": self.iss} if self.launch is None else {"iss": self.iss, "launch": self.launch}
        return f"{path}?{urlencode(named)}"


def come_back(request: Request) -> bool:
    """Whether this window sends cookies of ours, from whatever launch."""
    return any(name.startswith(cookies.PREFIX) for name in request.cookies)


def hop(services: Services, asked: Asked) -> Response:
    """Give the browser a cookie, and look at the next address whether it came back. That address sends nobody
    on to look again, so a browser without cookies stops there.
    """
    response = see(asked.address(f"{services.root}/launch/check"))
    cookies.put(response, cookies.PROBE, secret="1", max_age=cookies.PROBE_SECONDS)  # noqa: S106 - no secret
    return response


def require(request: Request, services: Services, asked: Asked) -> None:
    """Raises CookiesBlocked."""
    if not come_back(request):
        request.state.again_url = asked.address(f"{services.root}/launch")
        raise CookiesBlocked()


def blocked_page(
    request: Request, error: CookiesBlocked, services: Services, *, reference: str
) -> CookiesBlockedPage:
    """A tab that blocks cookies is not offered another tab. What an older browser does not tell counts as a
    frame.
    """
    is_tab = request.headers.get("sec-fetch-dest") == "document"
    return cookies_blocked_page(
        error,
        app_origin=services.settings.app_origin,
        own_tab_url="" if is_tab else request.state.again_url,
        reference=reference,
        at=services.local(services.clock()),
    )
