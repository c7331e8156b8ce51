"""Whether single keys do something: on, until somebody switches them off in this browser (WCAG 2.1.4).

The choice is a cookie and nothing else, as that of the language: it stays for later launches, and nobody
else's.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from smartapp.web import cookies

KEYS: Final = "keys-"
"""Before the choice, in a button that keeps first what was typed."""
NOW: Final = "keys-now"
"""Where the list of keys says what they do now: as a fragment it opens the list, also without a script."""
_ON: Final = "on"
_OFF: Final = "off"
_KEPT_S: Final = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class KeysHere:
    """`choice`: what the button would choose. `path`: the page that it comes back to, "" for one that cannot
    be loaded again as it is.
    """

    are_on: bool
    choice: str
    path: str


_UNASKED: Final = KeysHere(True, _OFF, "")
_here: ContextVar[KeysHere] = ContextVar("keys", default=_UNASKED)


def keys() -> KeysHere:
    """For templates: how it is in the browser that asked."""
    return _here.get()


class Keys:
    """Reads the choice for everything that answers a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        are_on = cookies.read(request, cookies.KEYS) != _OFF
        path = request.url.path if request.method == "GET" else ""
        token = _here.set(KeysHere(are_on, _OFF if are_on else _ON, path))
        try:
            await self._app(scope, receive, send)
        finally:
            _here.reset(token)


def keep_keys(response: Response, choice: str) -> None:
    """Put the choice into its cookie; anything but "on" and "off" changes nothing."""
    if choice in {_ON, _OFF}:
        cookies.put(response, cookies.KEYS, secret=choice, max_age=_KEPT_S)
