"""Sends one resource once, and finds out what became of it.

Only a clear "not processed" (429) is followed by a second POST.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from smartapp.errors import (
    AnswerUnreadable,
    ForeignOrigin,
    OutboundError,
    SessionEnded,
    TemporaryOutboundError,
)
from smartapp.fhir.client import FhirClient
from smartapp.fhir.operation_outcome import reason_of
from smartapp.http import Answer
from smartapp.writing.entry import Outcome
from smartapp.writing.look import Seen, Sight, look
from smartapp.writing.model import State

Sleep = Callable[[float], Awaitable[None]]

_NOT_ANSWERING: Final = "The EHR is not answering. Nothing was stored."
_NOT_ALLOWED: Final = "The EHR's address is not allowed in the launch settings. Nothing was stored."
_BUSY: Final = "The EHR is too busy. Nothing was stored."
_LOOK_FIRST: Final = frozenset({409, 412})
"""Conflict, precondition failed: also said by servers that have just stored the same identifier."""
_UNCLEAR: Final = frozenset({408, 425})


@dataclass(frozen=True, slots=True)
class Posted:
    """`ended`: the session ended, to be raised once the outcome is written down. `is_answering` False: the
    EHR is down or too slow.
    """

    outcome: Outcome
    ended: SessionEnded | None = None
    is_answering: bool = True


async def post(
    client: FhirClient,
    resource: Mapping[str, object],
    *,
    if_none_exist: str | None,
    sleep: Sleep,
    busy_budget_s: float,
) -> Posted:
    """Create `resource` and read it back. `busy_budget_s`: how long a 429 may make us wait, once."""
    try:
        answer = await client.create(resource, if_none_exist=if_none_exist)
        wait_s = _busy_wait_s(answer)
        if answer.status == 429 and wait_s <= busy_budget_s:
            await sleep(wait_s)
            answer = await client.create(resource, if_none_exist=if_none_exist)
    except SessionEnded as ended:
        # 401 says that nothing was processed.
        return Posted(Outcome(State.PLANNED), ended)
    except ForeignOrigin:
        return Posted(Outcome(State.REFUSED, reason=_NOT_ALLOWED))
    except TemporaryOutboundError as error:
        if not error.may_have_arrived:
            return Posted(Outcome(State.REFUSED, reason=_NOT_ANSWERING))
        return _posted(await look(client, resource))
    except OutboundError:
        return _posted(await look(client, resource))
    return await _judge(client, resource, answer)


async def _judge(client: FhirClient, resource: Mapping[str, object], answer: Answer) -> Posted:
    status = answer.status
    if answer.is_ok:
        candidate = _reference_in(answer, str(resource["resourceType"]))
        sight = await look(client, resource, candidate=candidate)
        return _posted(sight, status=status, candidate=candidate)
    if status == 429:
        return Posted(Outcome(State.REFUSED, status=status, reason=_BUSY))
    if 400 <= status < 500 and status not in _LOOK_FIRST | _UNCLEAR:
        return Posted(Outcome(State.REFUSED, status=status, reason=reason_of(answer)))
    sight = await look(client, resource)
    if status in _LOOK_FIRST and sight.seen is Seen.ABSENT:
        return Posted(Outcome(State.REFUSED, status=status, reason=reason_of(answer)))
    return _posted(sight, status=status)


def _posted(sight: Sight, *, status: int | None = None, candidate: str = "") -> Posted:
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


def _busy_wait_s(answer: Answer) -> float:
    """Seconds that a busy server asks for; one where it does not say."""
    asked = answer.headers.get("retry-after", "").strip()
    return float(asked[:9]) if asked.isdecimal() else 1.0
