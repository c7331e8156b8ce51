"""Watches the whole suite for secrets: what crosses the tests' wires is remembered, and is looked for in
everything that was logged meanwhile, at DEBUG, by anybody.

How it works, for every test without its doing anything:

* Browsers, app and EHR of these tests talk over httpx2's in-process transports. Both are wrapped, once, so
  that every secret is seen when it crosses a wire: cookies, states, nonces, codes, verifiers, launch values,
  access, refresh and id tokens, client secrets and assertions, the tokens of forms. They are random, so each
  is a mark of its own.
* A handler on the root logger has every record of every logger, and prints it with the product's own
  formatter, as a server would. The root logger is at DEBUG.
* After each test its secrets are searched in its log lines, in what it printed, in every address that was
  asked and every Location that was answered, in every page of the app that tells an error, and in /metrics.
  So are the names and numbers of the story patients in the log. A find fails the test, and says what kind of
  secret it was and where, without the secret.

It costs one string search for each secret of a test. Tests over real sockets (a browser, a killed worker)
run the app in other processes and are not seen. Rows of a database are searched by tests of their own.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

import httpx2
import pytest

from smartapp.logs import JsonFormatter
from tests.figures import record

APP_HOST = "app.test"
SHORTEST = 20
"""In characters. What is shorter is a fixed word of a test ("code-1"), and no secret that was made."""

_IN_ADDRESSES = ("state", "nonce", "code", "launch")
_IN_FORMS = ("code", "code_verifier", "refresh_token", "client_secret", "client_assertion", "token")
_IN_ANSWERS = ("access_token", "refresh_token", "id_token")
_NAMES = (
    "Delgado", "DELGADO", "Okonkwo", "OKONKWO", "Herrera", "HERRERA", "Wójcik", "WÓJCIK",
    "4172283", "4711065", "4460918", "2954406", "1180342", "3905517", "5201147", "4837760",
)  # fmt: skip
"""Story patients, as charts print them. Ids of entries have small letters, and may be logged."""


@dataclass(slots=True)
class Canary:
    """What one test has shown so far. `secrets`: kind by value."""

    lines: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def forget(self) -> None:
        for kept in (self.lines, self.secrets, self.addresses, self.pages):
            kept.clear()

    def know(self, kind: str, value: object) -> None:
        if isinstance(value, str) and len(value) >= SHORTEST:
            self.secrets.setdefault(value, kind)

    def found_in_log(self, printed: str = "") -> list[str]:
        """What stands in the log, or was printed, and must not: kinds, and the line without its secret."""
        log = "\n".join(self.lines)
        found = [
            f"{kind} in: {line.replace(secret, '***')[:300]}"
            for text in (log, printed)
            for secret, kind in self.secrets.items()
            if secret in text
            for line in text.splitlines()
            if secret in line
        ]
        return found + [f"a story patient in the log: {name}" for name in _NAMES if name in log]

    def found_elsewhere(self) -> list[str]:
        """In addresses where OAuth does not put it, on error pages of the app, in its metrics."""
        found = []
        for address in self.addresses:
            path = _split(address).path
            found += [
                f"{kind} in an address of {path}"
                for secret, kind in self.secrets.items()
                if secret in address and not _may_stand_in(kind, path)
            ]
        for page in self.pages:
            found += [
                f"{kind} on a page that tells an error, or in metrics"
                for secret, kind in self.secrets.items()
                if kind != "launch" and secret in page  # a blocked cookie's page offers the same launch again
            ]
        return found

    def see(self, request: httpx2.Request, response: httpx2.Response) -> None:
        """Remember the secrets of one exchange."""
        for address in (str(request.url), response.headers.get("location", "")):
            if not address:
                continue
            self.addresses.append(address)
            parts = _split(address)
            for name, value in parse_qsl(parts.query):
                # A search for resources by their code is no sign-in.
                if name in _IN_ADDRESSES and not (name == "code" and "/fhir/" in parts.path):
                    self.know(name, value)
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme:
            self.know("access_token" if scheme.lower() == "bearer" else "client_secret", credentials)
        for line in response.headers.get_list("set-cookie"):
            self.know("cookie", line.partition("=")[2].partition(";")[0])
        if request.method == "POST":
            self._see_form(request)
        self._see_answer(request, response)

    def _see_form(self, request: httpx2.Request) -> None:
        if "urlencoded" in request.headers.get("content-type", ""):
            for name, value in parse_qsl(_sent(request)):
                if name in _IN_FORMS:
                    self.know(name if name != "token" else "token of a form", value)

    def _see_answer(self, request: httpx2.Request, response: httpx2.Response) -> None:
        kind = response.headers.get("content-type", "")
        is_ours = request.url.host == APP_HOST
        is_told = is_ours and (response.status_code >= 400 or request.url.path.endswith("/metrics"))
        if is_told:
            self.pages.append(_received(response))
        elif "json" in kind and request.method == "POST" and not is_ours:
            self._see_tokens(_received(response))

    def _see_tokens(self, body: str) -> None:
        try:
            answer = json.loads(body) if '"access_token"' in body else None
        except (ValueError, RecursionError):
            return
        if isinstance(answer, dict):
            for name in _IN_ANSWERS:
                self.know(name, answer.get(name))


def _split(address: str) -> SplitResult:
    """The parts of an address, none of them where it is no address."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


class Listening(logging.Handler):
    """Prints every record as the product does, into the canary's lines."""

    def __init__(self, canary: Canary) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self._canary = canary

    def emit(self, record: logging.LogRecord) -> None:
        self._canary.lines.append(self.format(record))


@dataclass(slots=True)
class Aviary:
    """The suite's canary, and its figures."""

    canary: Canary = field(default_factory=Canary)
    lines: int = 0
    secrets: int = 0
    found: int = 0

    def __post_init__(self) -> None:
        self.handler = Listening(self.canary)
        for transport in (httpx2.ASGITransport, httpx2.MockTransport):
            transport.handle_async_request = self._seen(  # type: ignore[method-assign]
                transport.handle_async_request
            )

    handler: Listening = field(init=False)

    def listen(self) -> None:
        """Anew before each test: some tests put handlers of their own in the place of all others."""
        self.canary.forget()
        if self.handler not in logging.root.handlers:
            logging.root.addHandler(self.handler)
        logging.root.setLevel(logging.DEBUG)

    def finds(self, printed: str) -> list[str]:
        """What this test has shown that it must not."""
        in_log = self.canary.found_in_log(printed)
        self.lines += len(self.canary.lines)
        self.secrets += len(self.canary.secrets)
        self.found += len(in_log)
        return in_log + self.canary.found_elsewhere()

    def _seen(self, handle: Callable[..., Awaitable[httpx2.Response]]) -> Callable[..., Any]:
        canary = self.canary

        async def handle_async_request(transport: Any, request: httpx2.Request) -> httpx2.Response:
            response = await handle(transport, request)
            canary.see(request, response)
            return response

        return handle_async_request


_KEY: pytest.StashKey[Aviary] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_KEY] = Aviary()


def pytest_sessionstart(session: pytest.Session) -> None:
    # pytest keeps what is logged for its reports; only what the root logger let through before.
    reports = session.config.pluginmanager.get_plugin("logging-plugin")
    for handler in filter(
        None, (getattr(reports, name, None) for name in ("caplog_handler", "report_handler"))
    ):
        handler.setLevel(logging.WARNING)


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[_KEY].listen()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    yield
    printed = "\n".join(text for _, kind, text in item._report_sections if kind in {"stdout", "stderr"})
    found = item.config.stash[_KEY].finds(printed)
    if found:
        pytest.fail("secrets where they must not be:\n" + "\n".join(found[:10]), pytrace=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    aviary = session.config.stash[_KEY]
    record("secrets in logs", aviary.found)
    record("secrets searched for in logs", aviary.secrets)
    record("log lines searched", aviary.lines)


def _may_stand_in(kind: str, path: str) -> bool:
    places = {
        "state": ("/authorize", "/callback"),
        "nonce": ("/authorize",),
        "code": ("/callback",),
        "launch": ("/launch", "/authorize"),
    }
    return any(place in path for place in places.get(kind, ()))


def _sent(request: httpx2.Request) -> str:
    try:
        return request.content.decode(errors="replace")
    except httpx2.RequestNotRead:
        return ""


def _received(response: httpx2.Response) -> str:
    """The body of an in-process answer, which is in memory whole, without using it up."""
    stream = response.stream
    parts = getattr(stream, "_body", None)
    if parts is None:
        parts = [response.content] if response.is_closed or hasattr(response, "_content") else []
    return b"".join(parts).decode(errors="replace")
