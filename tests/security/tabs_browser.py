"""A browser with several tabs: its cookies in the open, so that they can be lost and mixed up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

import httpx2

from tests.pages import Form, forms
from tests.security.tabs_clinic import Sites, address, mark
from tests.security.tabs_judge import Asker
from tests.security.tap import ASKING
from tests.visits import APP

_FROM_OUR_PAGE = {
    "Origin": APP,
    "Sec-Fetch-Site": "same-origin",
    "Content-Type": "application/x-www-form-urlencoded",
}
_MOST_HOPS = 6


@dataclass(eq=False)
class Tab:
    """One launch in one browser. `html`: by page, as it was last shown, however old."""

    browser: "TabsBrowser"
    asker: Asker
    encounter: str
    id: str
    html: dict[str, str] = field(default_factory=dict)
    _forms: dict[str, tuple[str, list[Form]]] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        return mark(self.asker.site, self.asker.patient)

    def path(self, page: str = "") -> str:
        return f"/visits/{self.id}/{page}"

    def form(self, page: str, ends: str) -> Form | None:
        """A form of a page as it was last shown; a copy, to be filled in."""
        html = self.html.get(page, "")
        if self._forms.get(page, ("", []))[0] != html:
            self._forms[page] = (html, forms(html))
        found = [each for each in self._forms.get(page, ("", []))[1] if each.action.endswith(ends)]
        return replace(found[0], fields=[*found[0].fields]) if found else None

    def __repr__(self) -> str:
        asker = self.asker
        return f"<{self.browser.name} {asker.site} {asker.patient} {self.encounter} {self.id[:5]}>"


@dataclass(eq=False)
class TabsBrowser:
    """`cookies`: those of the app, by name."""

    name: str
    sites: Sites
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._app = httpx2.ASGITransport(app=self.sites.app)
        self._ehrs = {
            address(site): httpx2.ASGITransport(app=ehr.app) for site, ehr in self.sites.ehrs.items()
        }

    async def get(
        self, path: str, asker: Asker, *, cookies: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """Ask the app for one page. `asker`: what the wire must look like meanwhile. `cookies` in place of
        the browser's own.
        """
        return await self._ask(httpx2.Request("GET", f"{APP}{path}"), asker, cookies)

    async def post(
        self,
        path: str,
        fields: Sequence[tuple[str, str]],
        asker: Asker,
        *,
        cookies: Mapping[str, str] | None = None,
        json: bool = False,
    ) -> httpx2.Response:
        """Press a button. `json`: as the page does by itself while somebody types."""
        headers = _FROM_OUR_PAGE | ({"Accept": "application/json"} if json else {})
        body = urlencode(list(fields)).encode()
        return await self._ask(
            httpx2.Request("POST", f"{APP}{path}", headers=headers, content=body), asker, cookies
        )

    async def to_sign_in(self, launch_url: str, answers: list[httpx2.Response]) -> str:
        """From the EHR's launch to its sign-in page; "" when the app refuses."""
        url = launch_url
        for _ in range(_MOST_HOPS):
            answers.append(await self.get(url.removeprefix(APP), Asker()))
            if not answers[-1].is_redirect:
                return ""
            url = str(httpx2.URL(url).join(answers[-1].headers["Location"]))
            if not url.startswith(APP):
                return url
        raise AssertionError("too many redirects")

    async def sign_in(self, url: str) -> str:
        """The EHR sends the browser back: the callback's address."""
        origin = "/".join(url.split("/")[:3])
        answer = await self._ehrs[origin].handle_async_request(httpx2.Request("GET", url))
        assert answer.is_redirect, await answer.aread()
        return answer.headers["Location"].removeprefix(APP)

    async def come_back(
        self, callback: str, asker: Asker, *, encounter: str, answers: list[httpx2.Response]
    ) -> Tab | None:
        """The callback; None when it is refused."""
        answers.append(await self.get(callback, asker))
        return self._opened(answers[-1], asker, encounter)

    async def open_sandbox(self, patient: str, answers: list[httpx2.Response]) -> Tab | None:
        """Choose a patient of the server without sign-in."""
        asker = Asker("north", patient, is_open=True)
        answers.append(await self.post("/open/open/launch", [("patient", patient)], asker))
        return self._opened(answers[-1], asker, "")

    def _opened(self, answer: httpx2.Response, asker: Asker, encounter: str) -> Tab | None:
        if not answer.is_redirect:
            return None
        return Tab(self, asker, encounter, answer.headers["Location"].split("/")[2])

    async def _ask(
        self, request: httpx2.Request, asker: Asker, cookies: Mapping[str, str] | None
    ) -> httpx2.Response:
        sent = self.cookies if cookies is None else cookies
        if sent:
            request.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in sent.items())
        told = ASKING.set(asker)
        try:
            answer = await self._app.handle_async_request(request)
        finally:
            ASKING.reset(told)
        answer.request = request
        await answer.aread()
        if cookies is None:
            self._keep(answer)
        return answer

    def _keep(self, answer: httpx2.Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            if value and "Max-Age=0" not in rest:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
