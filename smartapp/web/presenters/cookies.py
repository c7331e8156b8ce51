"""The page of a browser that blocks cookies: what happened, a tab of its own, and what IT can change."""

from dataclasses import dataclass, replace
from datetime import datetime

from smartapp.errors import CookiesBlocked
from smartapp.i18n import gettext as _
from smartapp.web import cookies, words
from smartapp.web.presenters.stop import StopPage, stop_page


@dataclass(frozen=True, slots=True)
class CookiesBlockedPage:
    """`own_tab_url`: the same launch, for a tab of its own; "" in a tab."""

    stop: StopPage
    own_tab_url: str


def cookies_blocked_page(
    error: CookiesBlocked, *, app_origin: str, own_tab_url: str, reference: str, at: datetime
) -> CookiesBlockedPage:
    """`app_origin`: what IT allows cookies of. `at` is local."""
    stop = stop_page(error, reference=reference)
    own_tab = _("Open it in a tab of its own. If it stops there too, send the lines below to your IT team.")
    lines = (
        _("Allow cookies of %(origin)s in this browser, also inside the EHR's frame.", origin=app_origin),
        f"Set-Cookie: {cookies.PREFIX}...; {cookies.ATTRIBUTES}",
        f"Chrome, Edge: CookiesAllowedForUrls {app_origin}",
        f"code {error.code}, reference {reference}",
        f"{words.day(at.date())} {words.clock_time(at)}",
    )
    return CookiesBlockedPage(
        replace(stop, next_step=own_tab if own_tab_url else stop.next_step, for_it="\n".join(lines)),
        own_tab_url,
    )
