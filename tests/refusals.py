"""A clinic that is watched: its log, its wire, its browsers, and what a page that refuses must show."""

import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx2
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartapp.logs import JsonFormatter
from smartapp.observability.chosen import Observed
from smartapp.sandbox.faults import Faults
from tests.pages import words
from tests.visits import EHR, Browser, Clinic, MovingClock, OpenVisit, clinic
from tests.web.test_headers import expected, security

ROSA = "delgado-rosa"
TYPED = "Quokka words that only Rosa said"
TRANSACTION = "POST /fhir"
PHI = ("delgado", "rosa", "4172283", "1958-03-12", "12-mar-1958", "ernesto", "quokka")
"""In lower case: the patient of these tests by name, number and birth date, her husband, and typed words."""

PAGES = {
    "unknown-issuer": (400, "This EHR is not set up for Common Ground yet."),
    "launch-parameters": (400, "The EHR opened Common Ground with an incomplete address."),
    "launch-refused": (400, "Common Ground could not be opened."),
    "launch-expired": (400, "This launch took too long or was used before."),
    "launch-other-browser": (403, "This page belongs to another browser window."),
    "cookies-blocked": (400, "This browser keeps no cookies for Common Ground."),
    "access-denied": (403, "The EHR did not allow Common Ground to open."),
    "authorization-denied": (403, "The EHR did not allow Common Ground to open."),
    "scope-refused": (403, "The EHR does not allow what Common Ground asks for."),
    "sign-in-unavailable": (503, "The EHR's sign-in is not working right now."),
    "token-refused": (502, "The EHR did not complete the sign-in."),
    "id-token-invalid": (502, "The EHR's sign-in answer could not be trusted."),
    "no-patient": (400, "The EHR did not say which patient this is."),
    "ehr-answer": (502, "The EHR could not be read."),
    "ehr-refused": (502, "The EHR could not be read."),
    "ehr-answer-too-large": (502, "The EHR could not be read."),
    "ehr-answer-unreadable": (502, "The EHR could not be read."),
    "foreign-origin": (502, "The EHR could not be read."),
    "ehr-unavailable": (503, "The EHR is not answering."),
    "ehr-left-alone": (503, "The EHR is not answering."),
    "too-many-launches": (429, "Common Ground was opened very often from your network just now."),
    "address-too-long": (414, "This address is too long."),
    "headers-too-large": (431, "The browser sent more along than Common Ground takes."),
    "session-ended": (401, "Your EHR session ended. Your text is safe."),
    "patient-changed": (409, "Another patient is open now. This page is closed."),
    "store-unavailable": (503, "Common Ground cannot keep your text right now."),
    "sending-unclear": (503, "Common Ground could not write down what the EHR answered."),
    "form-not-ours": (403, "This form was not sent from its own page. It was stopped."),
    "wrong-patient": (409, "This page belongs to another patient. It was stopped."),
    "too-large": (413, "This is more text than one page can send."),
    "bad-form": (400, "This form could not be read."),
    "not-found": (404, "There is no such page."),
    "method": (405, "This address cannot be used that way."),
}
"""Of each code for IT: the HTTP status, and what the clinician reads first."""

_REFERENCE = re.compile(r"reference (?:<code>)?([2-9A-Z]{4}-\d\d)\b")
_INSIDE = re.compile(r"Traceback|\.py\b|[a-z]+(?:Error|Exception)\b|sqlite|0x[0-9a-f]{6}")
_LEAD = re.compile(r'<p class="stop__lead">\s*\S[^<]*\.\s*</p>\s*<p><strong>\s*\S[^<]*\.\s*</strong></p>')


@dataclass(slots=True)
class Log:
    """`lines` as the product prints them; `raw` what was said to the loggers."""

    lines: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)

    def events(self, name: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = [json.loads(line) for line in self.lines]
        return [line for line in found if line["event"] == name]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that left the app, and what came back."""

    method: str
    url: str
    sent: bytes
    received: bytes


T = TypeVar("T")
Change = Callable[[MutableHeaders, bytes], bytes]


@dataclass(slots=True)
class Wire:
    """Between the app and the EHR: answers in its place, changes its answers, and notes everything."""

    ehr: ASGIApp
    asked: list[Asked] = field(default_factory=list)
    _instead: dict[str, Response | Exception] = field(default_factory=dict)
    _changes: dict[str, Change] = field(default_factory=dict)

    def answer(self, request: str, answer: Response | Exception) -> None:
        """Answer so what begins like "POST /fhir/Goal", or fail like a network. TRANSACTION: only that, and
        nothing below it.
        """
        self._instead[request] = answer

    def change(self, request: str, change: Change) -> None:
        """Let `change` have the headers and the body of the EHR's answers to such requests."""
        self._changes[request] = change

    def mend(self) -> None:
        self._instead.clear()
        self._changes.clear()

    def requests(self, request: str) -> int:
        """How many that begin so left the app."""
        return sum(f"{each.method} {urlsplit(each.url).path}".startswith(request) for each in self.asked)

    @property
    def transactions(self) -> int:
        """How many of them left the app."""
        return sum(f"{each.method} {urlsplit(each.url).path}" == TRANSACTION for each in self.asked)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = f"{scope['method']} {scope['path']}"
        sent: list[bytes] = []
        answered: list[Message] = []

        async def note() -> Message:
            message = await receive()
            sent.append(message.get("body", b""))
            return message

        async def hold(message: Message) -> None:
            answered.append(message)

        instead = _first(self._instead, request)
        if isinstance(instead, Exception):
            self._note(scope, b"", b"")
            raise instead
        await (instead or self.ehr)(scope, note, hold)
        start, body = answered[0], b"".join(message.get("body", b"") for message in answered[1:])
        change = _first(self._changes, request)
        if change is not None:
            headers = MutableHeaders(scope=start)
            body = change(headers, body)
            del headers["content-length"]
        self._note(scope, b"".join(sent), body)
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def _note(self, scope: Scope, sent: bytes, received: bytes) -> None:
        host, port = scope["server"]
        authority = host if port is None else f"{host}:{port}"
        url = f"{scope['scheme']}://{authority}{scope['path']}?{scope['query_string'].decode()}"
        self.asked.append(Asked(scope["method"], url, sent, received))


@dataclass(slots=True)
class Watched:
    """A clinic, its wire to the EHR, its log, and every answer that a browser of it got from the app."""

    clinic: Clinic
    wire: Wire
    log: Log
    answers: list[httpx2.Response] = field(default_factory=list)

    @property
    def faults(self) -> Faults:
        return self.clinic.ehr.faults

    @property
    def clock(self) -> MovingClock:
        return self.clinic.clock

    def browser(self) -> Browser:
        browser = self.clinic.browser()

        async def note(answer: httpx2.Response) -> None:
            self.answers.append(answer)

        browser._app.event_hooks = {"response": [note]}
        return browser

    async def open(self, **launch: str | None) -> OpenVisit:
        return await self.browser().open(ROSA, **launch)

    def stored(self) -> list[str]:
        """The words of everything that was written to the chart."""
        goals = [goal["description"]["text"] for goal in self.clinic.ehr.created("Goal")]
        return goals + [str(each["valueString"]) for each in self.clinic.ehr.created("Observation")]

    def secrets(self) -> dict[str, str]:
        """By value, what no page and no log may show: cookies, states, codes, verifiers and tokens."""
        found = {}
        for answer in self.answers:
            for line in answer.headers.get_list("set-cookie"):
                found[line.partition("=")[2].partition(";")[0]] = "cookie"
            for url in (str(answer.url), answer.headers.get("location", "")):
                query = dict(parse_qsl(urlsplit(url).query))
                found |= {query[name]: name for name in ("state", "code", "nonce") if name in query}
        for asked in self.wire.asked:
            if asked.url.startswith(f"{EHR}/auth/token"):
                form = dict(parse_qsl(asked.sent.decode()))
                names = ("code", "code_verifier", "refresh_token")
                found |= {form[name]: name for name in names if name in form}
                found |= _tokens(asked.received)
        return {value: name for value, name in found.items() if len(value) > 8}

    def assert_refused(
        self,
        answer: httpx2.Response,
        code: str,
        *,
        framed: bool = True,
        typed: str = "",
        own_headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """A whole page for this code and nothing else; one line of log for it; no word of anybody's.

        `framed`: the EHR is known, so its frame may show the page. `typed`: what the page gives back.
        `own_headers`: those of this answer alone.
        """
        status, heading = PAGES[code]
        page = words(answer.text)
        assert (answer.status_code, code) == (status, _code_on(page))
        assert page.startswith(f"Skip to content {heading}")
        assert _LEAD.search(answer.text), "what was kept, and what to do"
        assert security(dict(answer.headers)) == expected(EHR if framed else "'none'") | dict(own_headers)
        if typed:
            assert f"Your words are not kept yet. Copy them {typed}" in page
        self._assert_tells_nothing(answer.text.replace(typed, "") if typed else answer.text)
        self._assert_logged_once(answer, code)

    def assert_log_is_clean(self) -> None:
        """Of everything so far: no patient, no typed word, no secret."""
        everything = "\n".join(self.log.lines)
        assert [each for each in PHI if each in everything.lower()] == []
        assert [name for secret, name in self.secrets().items() if secret in everything] == []

    def _assert_tells_nothing(self, html: str) -> None:
        assert [each for each in PHI if each in html.lower()] == []
        assert [name for secret, name in self.secrets().items() if secret in html] == []
        assert _INSIDE.search(html) is None

    def _assert_logged_once(self, answer: httpx2.Response, code: str) -> None:
        found = _REFERENCE.search(answer.text)
        assert found, "a reference for IT"
        mine = [line for line in self.log.events("refused") if line["reference"] == found[1]]
        assert [(line["code"], line["status"]) for line in mine] == [(code, answer.status_code)]
        self.assert_log_is_clean()


@asynccontextmanager
async def watched_clinic(
    *,
    resources: Sequence[dict[str, object]] | None = None,
    database: str = "sqlite+aiosqlite://",
    registration: dict[str, object] | None = None,
    ehr: str = "full",
    every_logger: bool = False,
    watched: Observed | None = None,
    setting: dict[str, object] | None = None,
) -> AsyncIterator[Watched]:
    """A running clinic with its log at DEBUG. `every_logger`: those of all libraries too. `watched` as in
    `create_app`, `setting` as in `clinic`.
    """
    with captured_log(every_logger=every_logger) as log:
        async with clinic(
            resources=resources,
            database=database,
            registration=registration,
            ehr=ehr,
            watched=watched,
            setting=setting,
        ) as at:
            assert isinstance(at.wire, httpx2.ASGITransport)
            wire = Wire(at.ehr.app)
            at.wire.app = wire
            yield Watched(at, wire, log)


@contextmanager
def captured_log(*, every_logger: bool) -> Iterator[Log]:
    """What the process logs, printed by the product's formatter; levels are put back afterwards."""
    log = Log()

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.lines.append(self.format(record))
            log.raw.append(record.getMessage())

    handler = Collect()
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger("smartapp")]
    if every_logger:
        loggers = [logging.root, *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    levels = [logger.level for logger in loggers]
    logging.root.addHandler(handler)
    try:
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        yield log
    finally:
        logging.root.removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _first(of: dict[str, T], request: str) -> T | None:
    return next(
        (value for begins, value in of.items() if request.startswith(begins) and begins != TRANSACTION),
        of.get(request),
    )


def _code_on(page: str) -> str:
    """The code in the line for IT, or in the lines to be copied."""
    found = re.search(r"For IT.*?\b(?:code )?([a-z]+(?:-[a-z]+)*) ?, reference ", page)
    return found[1] if found else ""


def _tokens(body: bytes) -> dict[str, str]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(answer, dict):
        return {}
    names = ("access_token", "refresh_token", "id_token")
    return {answer[name]: name for name in names if isinstance(answer.get(name), str)}
