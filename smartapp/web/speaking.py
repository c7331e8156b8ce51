"""Which language a page is in: the clinician's choice, else the site's, else the browser's, else English.

The choice is a cookie and nothing else: it is not kept with the launch, and no rule reads it.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from smartapp import i18n
from smartapp.i18n import Language
from smartapp.smart.registration import Registration
from smartapp.web import cookies

LANGUAGE: Final = "language-"
"""Before the tag of a language, in a button that keeps first what was typed."""
_KEPT_S: Final = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Offered:
    """A language in the switch."""

    tag: str
    name: str
    direction: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class _Here:
    """What the switch of this request offers, and where it comes back to; "" for a page that cannot be
    loaded again as it is.
    """

    languages: tuple[Language, ...]
    path: str


_here: ContextVar[_Here | None] = ContextVar("here", default=None)


@dataclass(frozen=True, slots=True)
class Switch:
    """`path`: the page that the switch comes back to."""

    offered: tuple[Offered, ...]
    path: str


def switch() -> Switch | None:
    """For templates: None where there is nothing to choose, or no way back to the page."""
    here = _here.get()
    if here is None or not here.path or len(here.languages) < 2:
        return None
    now = i18n.language()
    offered = (Offered(one.tag, one.name, one.direction, one.tag == now) for one in here.languages)
    return Switch(tuple(offered), here.path)


def other_language(tag: str) -> str:
    """The tag for a lang attribute, "" for the language that the page is in anyway."""
    return tag if tag != i18n.language() else ""


def content_language() -> str:
    """For the lang attribute of what is only written in English, such as citations."""
    return other_language(i18n.SOURCE)


class Speaking:
    """Sets the language for everything that answers a request. `languages` by tag."""

    def __init__(self, app: ASGIApp, languages: Mapping[str, Language]) -> None:
        self._app = app
        self._languages = languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        scope.setdefault("state", {})["languages"] = self._languages
        path = request.url.path if request.method == "GET" else ""
        token = _here.set(_Here(tuple(self._languages.values()), path))
        try:
            with i18n.speaking(self._languages[self._tag(request)]):
                await self._app(scope, receive, send)
        finally:
            _here.reset(token)

    def _tag(self, request: Request) -> str:
        chosen = cookies.read(request, cookies.LANGUAGE)
        if chosen is not None and chosen in self._languages:
            return chosen
        wanted = i18n.accepted(request.headers.get("accept-language", ""))
        return i18n.nearest(wanted, self._languages) or i18n.SOURCE


def speak_as_site(request: Request, registration: Registration) -> None:
    """From here on as the site has it: only its languages, and its first one until somebody chooses."""
    known: Mapping[str, Language] = request.state.languages
    tags = dict.fromkeys(filter(None, (i18n.match([tag], known) for tag in registration.languages)))
    here = _here.get()
    if not tags or here is None:
        return
    _here.set(replace(here, languages=tuple(known[tag] for tag in tags)))
    chosen = cookies.read(request, cookies.LANGUAGE)
    i18n.speak(known[chosen if chosen is not None and chosen in tags else next(iter(tags))])


def speak_chosen(request: Request, tag: str, *, path: str) -> None:
    """From here on in the language that was just chosen, for a page that answers a press; its own switch
    comes back to `path`. A language that is not offered changes nothing.
    """
    known: Mapping[str, Language] = request.state.languages
    here = _here.get()
    if here is None:
        return
    _here.set(replace(here, path=path))
    if tag in {one.tag for one in here.languages}:
        i18n.speak(known[tag])


def keep_choice(request: Request, response: Response, tag: str) -> None:
    """Put the choice into its cookie; a language that the app does not speak changes nothing."""
    if tag in request.state.languages:
        cookies.put(response, cookies.LANGUAGE, secret=tag, max_age=_KEPT_S)
