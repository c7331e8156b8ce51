"""One part of the chart out of one or several searches: what came, what is missing, and why."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from smartapp.errors import (
    AnswerTooLarge,
    AnswerUnreadable,
    AppError,
    ForeignOrigin,
    SessionEnded,
    TemporaryOutboundError,
)
from smartapp.fhir.client import FhirClient, FhirRefused, SearchResult
from smartapp.fhir.keeping import R, kept
from smartapp.fhir.patient_record import Part, PartName, Reason
from smartapp.fhir.searches import Search
from smartapp.fhir.this_patient import ThisPatient

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something could not be read; `status` is the HTTP status where one was answered."""

    reason: Reason
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A client that asks for at most some things at a time, and for nothing after `deadline` (loop time)."""

    client: FhirClient
    slots: asyncio.Semaphore
    deadline: float

    @property
    def patient(self) -> ThisPatient:
        return self.client.patient

    async def read(self, resource_type: str, resource_id: str) -> dict[str, object]:
        """As FhirClient.read. Raises TemporaryOutboundError at the deadline."""
        try:
            async with asyncio.timeout_at(self.deadline), self.slots:
                return await self.client.read(resource_type, resource_id)
        except TimeoutError as error:
            raise TemporaryOutboundError("deadline") from error

    async def read_user(self, fhir_user: str) -> dict[str, object]:
        """As FhirClient.read_user. Raises TemporaryOutboundError at the deadline."""
        try:
            async with asyncio.timeout_at(self.deadline), self.slots:
                return await self.client.read_user(fhir_user)
        except TimeoutError as error:
            raise TemporaryOutboundError("deadline") from error

    async def attachment(self, url: str, content_type: str) -> bytes:
        """As FhirClient.attachment. Raises TemporaryOutboundError at the deadline."""
        try:
            async with asyncio.timeout_at(self.deadline), self.slots:
                return await self.client.attachment(url, content_type)
        except TimeoutError as error:
            raise TemporaryOutboundError("deadline") from error

    async def search(self, search: Search) -> SearchResult | Problem:
        try:
            async with asyncio.timeout_at(self.deadline), self.slots:
                return await self.client.search(search.resource_type, search.params)
        except TimeoutError:
            return Problem(Reason.TOO_SLOW)
        except AppError as error:
            return problem_of(error)


@dataclass(frozen=True, slots=True)
class Found:
    """What several searches brought together: the same answer once, in the order of the searches."""

    resources: tuple[bytes, ...]
    left_out: int
    problems: tuple[Problem, ...]
    whole: bool
    all_failed: bool


async def search_all(reader: Reader, searches: Sequence[Search]) -> Found:
    """All of them at a time, but for optional ones without permission."""
    searches = [one for one in searches if not one.is_optional or reader.client.may(one.resource_type, "s")]
    answered = await asyncio.gather(*(reader.search(search) for search in searches))
    answers = [
        answer for search, answer in zip(searches, answered, strict=True) if not _is_missing(search, answer)
    ]
    results = [answer for answer in answers if isinstance(answer, SearchResult)]
    problems = tuple(answer for answer in answers if isinstance(answer, Problem))
    return Found(
        resources=tuple(dict.fromkeys(raw for result in results for raw in result.resources)),
        left_out=sum(result.left_out for result in results),
        problems=problems,
        whole=not problems and all(result.whole for result in results),
        all_failed=bool(problems) and not results,
    )


def _is_missing(search: Search, answer: SearchResult | Problem) -> bool:
    """Whether the EHR does not have what an extra search is for."""
    return search.is_extra and isinstance(answer, Problem) and answer.reason is Reason.NOT_OFFERED


async def read_part(
    reader: Reader,
    name: PartName,
    *,
    searches: Sequence[Search],
    lens: type[R],
    make: Callable[[R], Iterable[T]],
) -> Part[T]:
    """Search, keep what is this patient's, and make items of it.

    When some of the searches fail, the part keeps what came and is not whole; a problem it has when all fail.
    """
    found = await search_all(reader, searches)
    if found.all_failed:
        return failed_part(name, most_telling(found.problems))
    those_kept = kept(found.resources, lens, patient=reader.patient)
    once = {resource.reference: resource for resource in those_kept.resources}
    return Part(
        name,
        items=tuple(item for resource in once.values() for item in make(resource)),
        left_out=found.left_out + those_kept.left_out,
        whole=found.whole,
    )


def failed_part(name: PartName, problem: Problem) -> Part[T]:
    return Part(name, problem=problem.reason, status=problem.status, whole=False)


def problem_of(error: AppError) -> Problem:
    """What a failed read means for the reader of the chart: never that there is nothing."""
    match error:
        case SessionEnded():
            return Problem(Reason.SESSION_ENDED, 401)
        case FhirRefused():
            return Problem(_reason_of(error.http_status), error.http_status)
        case AnswerTooLarge():
            return Problem(Reason.TOO_LARGE)
        case AnswerUnreadable() | ForeignOrigin():
            return Problem(Reason.UNREADABLE)
        case TemporaryOutboundError() if error.detail == "deadline" or error.detail.endswith("Timeout"):
            return Problem(Reason.TOO_SLOW)
        case _:
            return Problem(Reason.UNAVAILABLE)


def _reason_of(status: int) -> Reason:
    if status == 403:
        return Reason.NOT_PERMITTED
    if status in {400, 404, 405, 410, 422, 501}:
        return Reason.NOT_OFFERED
    return Reason.UNAVAILABLE


def most_telling(problems: Sequence[Problem]) -> Problem:
    """An ended session before all else, since it is the one that the clinician can end."""
    ended = (problem for problem in problems if problem.reason is Reason.SESSION_ENDED)
    return next(ended, problems[0])
