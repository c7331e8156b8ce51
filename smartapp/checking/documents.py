"""A public document of an EHR, fetched without a token; and when it cannot be had, why, in plain words."""

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from smartapp.errors import AnswerTooLarge, AnswerUnreadable, OutboundError, TemporaryOutboundError
from smartapp.http import Answer, Door, Limits
from smartapp.observability.watch import Purpose

LIMITS: Final = Limits(total_s=15.0)
_TITLE: Final = re.compile(rb"<title[^<>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_TITLE_LIMIT: Final = 80
_COMPARE: Final = "Compare the address with the one that your EHR team uses."


@dataclass(frozen=True, slots=True)
class Document:
    """`content` None: it could not be had, and `problem` and `advice` say why and what to do. `status`: of
    the answer, None without one.
    """

    url: str
    content: Mapping[str, object] | None = None
    problem: str = ""
    advice: str = ""
    status: int | None = None

    @property
    def wants_sign_in(self) -> bool:
        return self.status in {401, 403}


async def fetch(door: Door, url: str, *, accept: str, what: str) -> Document:
    """The JSON object at an address on one of the door's origins. Raises nothing for what the EHR does."""
    purpose = Purpose(interaction=what)
    try:
        answer = await door.fetch("GET", url, headers={"Accept": accept}, limits=LIMITS, purpose=purpose)
    except OutboundError as error:
        problem, advice = _unreached(error, url)
        return Document(url, problem=problem, advice=advice)
    return _read(url, answer)


def _read(url: str, answer: Answer) -> Document:
    if answer.status != 200:
        problem, advice = _status(url, answer)
        return Document(url, problem=problem, advice=advice, status=answer.status)
    if answer.body.lstrip()[:1] == b"<":
        problem, advice = _markup(answer)
        return Document(url, problem=problem, advice=advice, status=200)
    try:
        content = answer.json()
    except AnswerUnreadable:
        content = None
    if not isinstance(content, dict):
        return Document(url, problem="the answer is not a JSON object", advice=_COMPARE, status=200)
    return Document(url, content, status=200)


def _unreached(error: OutboundError, url: str) -> tuple[str, str]:
    if isinstance(error, AnswerTooLarge):
        return "the answer is larger than the app reads (5 MB)", "Tell us which server it is."
    if not isinstance(error, TemporaryOutboundError):
        return f"the answer cannot be read ({error.detail})", _COMPARE
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    known = (_of_cause(cause, host, port) for cause in _causes(error))
    return next((told for told in known if told is not None), None) or (
        f"{host}, port {port}, did not answer within {LIMITS.total_s:g} seconds or cut the connection",
        "Check that the firewall lets this computer out to it: the app uses no proxy settings.",
    )


def _of_cause(cause: BaseException, host: str, port: int) -> tuple[str, str] | None:
    match cause:
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of {host} is not trusted on this computer: {_said_of(cause)}",
                "Add the certificate authority that signed it to those that this computer trusts, or have "
                "the server send its whole chain.",
            )
        case ssl.SSLError():
            return (
                f"{host} does not speak TLS as the app does: {cause.strerror}",
                "See whether a proxy is between, and whether the port is one for https.",
            )
        case socket.gaierror():
            return f"the name {host} is not known here", "Check its spelling, and the DNS of this computer."
        case ConnectionRefusedError():
            return (
                f"nothing listens at {host}, port {port}",
                "Check the address, and whether the server runs.",
            )
        case _:
            return None


def _said_of(error: ssl.SSLCertVerificationError) -> str:
    """Its own words, which only an error of a handshake has."""
    return str(getattr(error, "verify_message", error.strerror))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What an error came from, and from what that came."""
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        yield current
        current = current.__cause__ or current.__context__


def _status(url: str, answer: Answer) -> tuple[str, str]:
    status = answer.status
    if 300 <= status < 400:
        target = answer.headers.get("location", "another address")
        return f"it answers {status} and sends on to {target}; the app never follows", (
            "If that is the right address, write it in the file in place of this one."
        )
    if status in {401, 403}:
        return f"it answers {status}: it wants a sign-in even for this", (
            "Ask the EHR's team. For smart-configuration, [endpoints] can be set by hand."
        )
    if status in {404, 410}:
        return f"it answers {status}: nothing is there", (
            f"{_COMPARE} It must be the FHIR base, without a resource behind it."
        )
    if status == 429 or status >= 500:
        return f"it answers {status}: it is busy or broken", "Try again later."
    return f"it answers {status}", f"{_COMPARE} Asked was {url}."


def _markup(answer: Answer) -> tuple[str, str]:
    if b"<html" not in answer.body[:2000].lower() and "html" not in answer.headers.get("content-type", ""):
        return "the answer is XML, not JSON", "Ask the EHR's team for its JSON endpoint."
    title = _TITLE.search(answer.body[:20_000])
    words = " ".join(title[1].decode("utf-8", "replace").split())[:_TITLE_LIMIT] if title else ""
    named = f' ("{words}")' if words else ""
    return f"the answer is a web page{named}, not JSON", (
        f"{_COMPARE} A sign-in page, a portal or a proxy's own error page may have answered."
    )
