"""Sends one resource once, and finds out what became of it.

Only a clear "not processed" (429) is followed by a second POST.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from smartapp.errors import (
    AnswerUnreadable,
    EhrLeftAlone,
    ForeignOrigin,
    OutboundError,
    SessionEnded,
    TemporaryOutboundError,
)
from smartapp.fhir.client import FhirClient
from smartapp.fhir.operation_outcome import reason_of
from smartapp.fhir.retry_after import retry_after_s
from smartapp.http import Answer
from smartapp.i18n import marked
from smartapp.writing.entry import Outcome
from smartapp.writing.look import Seen, Sight, look
from smartapp.writing.model import State
from smartapp.writing.waiting import Sleep, Waiting

__all__ = [
    "BUSY", "GIVEN_BACK", "LOOK_FIRST", "UNCLEAR", "Posted", "Said", "Sleep", "Tried", "busy_wait_s",
    "is_refusal", "judge", "post", "posted", "try_once",
]  # fmt: skip

BUSY: Final = marked("The EHR is too busy. Nothing was stored.")
LOOK_FIRST: Final = frozenset({409, 412})
"""Conflict, precondition failed: also said by servers that have just stored the same identifier."""
UNCLEAR: Final = frozenset({408, 425})
_NOT_ANSWERING: Final = marked("The EHR is not answering. Nothing was stored.")
_LEFT_ALONE: Final = marked(
    "The EHR did not answer several times in a row, so nothing was sent. Try again in a minute."
)
_NOT_ALLOWED: Final = marked("The EHR's address is not allowed in the launch settings. Nothing was stored.")


@dataclass(frozen=True, slots=True)
class Posted:
    """`ended`: the session ended, to be raised once the outcome is written down. `is_answering` False: the
    EHR is down or too slow.
    """

    outcome: Outcome
    ended: SessionEnded | None = None
    is_answering: bool = True


GIVEN_BACK: Final = Posted(Outcome(State.PLANNED))
"""Of a request that never left."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What one request led to: an answer; or, with certainty, nothing (`unprocessed`); or doubt (neither)."""

    answer: Answer | None = None
    unprocessed: Posted | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What the EHR said about one resource. `status`: HTTP, 0 when it did not say; `reference`: "Type/id" of
    what it made, or "".
    """

    status: int
    reference: str = ""
    reason: str = ""


async def post(
    client: FhirClient,
    resource: Mapping[str, object],
    *,
    if_none_exist: str | None,
    listed: frozenset[str] = frozenset(),
    waiting: Waiting,
) -> Posted:
    """Create `resource` and read it back. `listed` as in `look`."""
    tried = await try_once(lambda: client.create(resource, if_none_exist=if_none_exist), waiting=waiting)
    if tried.unprocessed is not None:
        return tried.unprocessed
    if tried.answer is None:
        return posted(await look(client, resource, listed=listed))
    answer = tried.answer
    reference = _reference_in(answer, str(resource["resourceType"])) if answer.is_ok else ""
    return await judge(
        Said(answer.status, reference, "" if answer.is_ok else reason_of(answer)),
        lambda candidate: look(client, resource, candidate=candidate, listed=listed),
    )


async def try_once(request: Callable[[], Awaitable[Answer]], *, waiting: Waiting) -> Tried:
    """Send a request that stores something, again only after a 429, once.

    After a 503 that says when to come back (it may have been processed) the wait is over when this returns.
    """
    try:
        answer = await request()
        if answer.status == 429 and await waiting.wait(busy_wait_s(answer)):
            answer = await request()
        until = retry_after_s(answer)
        if answer.status == 503 and until is not None:
            await waiting.wait(until)
    except SessionEnded as ended:
        # 401 says that nothing was processed.
        return Tried(unprocessed=Posted(Outcome(State.PLANNED), ended))
    except ForeignOrigin:
        return Tried(unprocessed=Posted(Outcome(State.REFUSED, reason=_NOT_ALLOWED)))
    except TemporaryOutboundError as error:
        if not error.may_have_arrived:
            reason = _LEFT_ALONE if isinstance(error, EhrLeftAlone) else _NOT_ANSWERING
            return Tried(unprocessed=Posted(Outcome(State.REFUSED, reason=reason)))
        return Tried()
    except OutboundError:
        return Tried()
    return Tried(answer)


def busy_wait_s(answer: Answer) -> float:
    """Seconds that a busy server asks for; one where it does not say."""
    asked = retry_after_s(answer)
    return 1.0 if asked is None else asked


async def judge(said: Said, look_for: Callable[[str], Awaitable[Sight]]) -> Posted:
    """What an answer means. `look_for`: looks into the chart, given the reference that the EHR named."""
    status, refused = said.status, Outcome(State.REFUSED, status=said.status, reason=said.reason)
    if 200 <= status < 300:
        return posted(await look_for(said.reference), status=status, candidate=said.reference)
    if status == 429:
        return Posted(replace(refused, reason=BUSY))
    if is_refusal(status):
        return Posted(refused)
    sight = await look_for("")
    found = posted(sight, status=status or None)
    if status not in LOOK_FIRST or sight.seen is not Seen.ABSENT:
        return found
    # An index may be behind what the EHR has just stored: see Delivery.look_again.
    return replace(found, outcome=replace(found.outcome, reason=said.reason))


def is_refusal(status: int) -> bool:
    """Whether the EHR says clearly that it stored nothing."""
    return 400 <= status < 500 and status not in LOOK_FIRST | UNCLEAR


def posted(sight: Sight, *, status: int | None = None, candidate: str = "") -> Posted:
    return Posted(sight.outcome(status=status, candidate=candidate), sight.ended, sight.is_answering)


def _reference_in(answer: Answer, resource_type: str) -> str:
    """The reference of the new entry as the EHR names it, or "". Location's host does not matter: we read
    from our own FHIR base. https://hl7.org/fhir/R4/http.html#create
    """
    pattern = rf"(?:.*/)?({resource_type}/[A-Za-z0-9\-.]{{1,64}})(?:/_history/[^/]*)?/?"
    try:
        location = re.fullmatch(pattern, urlsplit(answer.headers.get("location", "")).path)
    except ValueError:
        location = None
    if location is not None:
        return location[1]
    try:
        body = answer.json()
    except AnswerUnreadable:
        return ""
    if not isinstance(body, dict) or body.get("resourceType") != resource_type:
        return ""
    return f"{resource_type}/{body['id']}" if isinstance(body.get("id"), str) else ""
