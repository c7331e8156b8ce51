"""Reading a chart: one parallel wave, each part present, empty, or missing with its reason.

Bounded three times: each request by the client's time limit, the requests at a time, and the whole wave.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from smartapp.clock import Clock
from smartapp.ehr.profile import EhrProfile
from smartapp.errors import TemporaryOutboundError
from smartapp.fhir.answers import NO_FORM, SiteForm
from smartapp.fhir.client import FhirClient
from smartapp.fhir.clinician import read_clinician
from smartapp.fhir.note_reading import NoteChoice
from smartapp.fhir.note_statements import NotesSay, what_notes_say
from smartapp.fhir.parts import Problem, Reader, failed_part
from smartapp.fhir.patient_record import (
    AnyPart,
    ClinicianDetails,
    Note,
    PartName,
    PatientIdentity,
    PatientRecord,
    Reason,
)
from smartapp.fhir.wave import Values, read_patient, reads
from smartapp.logs import event
from smartapp.notes.reader import note_reader
from smartapp.sdm.measured import Asked

MAX_REQUESTS_AT_A_TIME = 24
"""What else an EHR's wave has are values, which are asked for last; nothing else waits for another part."""
ASKED_JUST_NOW_S = 2.0
"""A part that was asked for this short while ago and is not in yet is not asked for again."""

T = TypeVar("T")


def start_reading(
    client: FhirClient,
    *,
    encounter_id: str | None,
    fhir_user: str,
    profile: EhrProfile,
    notes: NoteChoice,
    wave_timeout_s: float,
    clock: Clock,
    form: SiteForm = NO_FORM,
    values: tuple[Asked, ...] = (),
) -> "ChartReading":
    """Begin the wave now, in the running event loop, and return at once.

    `fhir_user`: relative reference of the signed-in clinician, who is read too; "" when unknown.
    `form`: the site's own questionnaire. `values`: the lines that rules ask for.
    Parts that are not in after `wave_timeout_s` seconds become TOO_SLOW; the rest stands.
    """
    way = _Way(
        partial(
            reads,
            profile=profile,
            encounter_id=encounter_id,
            notes=notes,
            form=form,
            values=Values(values, clock().date()),
        ),
        asyncio.Semaphore(MAX_REQUESTS_AT_A_TIME),
        wave_timeout_s,
        clock,
    )
    reader = way.reader(client)
    # The patient goes first: a page without a name is no use.
    patient = _unheard(asyncio.create_task(read_patient(reader)))
    parts = {name: _asked(name, read) for name, read in way.reads(reader).items()}
    return ChartReading(patient, asyncio.create_task(read_clinician(reader, fhir_user)), parts=parts, way=way)


@dataclass(frozen=True, slots=True)
class _Way:
    """How the parts are read, the first time and again. `slots`: for all requests of this chart together."""

    reads: Callable[[Reader], Mapping[PartName, Callable[[], Awaitable[AnyPart]]]]
    slots: asyncio.Semaphore
    wave_timeout_s: float
    clock: Clock

    def reader(self, client: FhirClient) -> Reader:
        return Reader(client, self.slots, asyncio.get_running_loop().time() + self.wave_timeout_s)


@dataclass(frozen=True, slots=True)
class _Read:
    """A part that was asked for at `since` (loop time)."""

    task: asyncio.Task[AnyPart]
    since: float

    @property
    def is_due(self) -> bool:
        """Whether asking again can bring more."""
        if not self.task.done():
            return asyncio.get_running_loop().time() - self.since >= ASKED_JUST_NOW_S
        return not _is_good(self.task)


class ChartReading:
    """A chart that is being read. Each part can be awaited on its own, by several at once."""

    def __init__(
        self,
        patient: asyncio.Task[PatientIdentity],
        clinician: asyncio.Task[ClinicianDetails],
        *,
        parts: Mapping[PartName, _Read],
        way: _Way,
        before: "ChartReading | None" = None,
    ) -> None:
        """`before`: the reading of the same chart of which some parts are asked for again."""
        self.started_at: datetime = before.started_at if before else way.clock()
        self._patient = patient
        self._clinician = clinician
        self._parts = parts
        self._way = way
        is_same = before is not None and before._parts[PartName.NOTES] is parts[PartName.NOTES]
        # Read out as soon as the notes are in, whatever else is still on its way.
        self._say: asyncio.Task[NotesSay] = (
            before._say if before and is_same else _unheard(asyncio.create_task(self._read_out()))
        )

    async def patient(self) -> PatientIdentity:
        """Who the patient is. Raises what the read of Patient raised: without it there is nothing to show."""
        return await _shared(self._patient)

    @property
    def known_patient(self) -> PatientIdentity | None:
        """The same as far as it is known by now."""
        is_read = self._patient.done() and not self._patient.cancelled() and not self._patient.exception()
        return self._patient.result() if is_read else None

    async def clinician(self) -> ClinicianDetails:
        """The signed-in clinician as the EHR has them; empty when it does not say."""
        try:
            return await _shared(self._clinician)
        except TemporaryOutboundError:
            return ClinicianDetails()

    async def part(self, name: PartName) -> AnyPart:
        """One part, as soon as it is read. Never raises for what the EHR did. PATIENT is no part."""
        try:
            return await _shared(self._parts[name].task)
        except TemporaryOutboundError:
            return failed_part(name, Problem(Reason.UNAVAILABLE))

    async def record(self) -> PatientRecord:
        """Everything together. Raises as `patient` does."""
        return await self.so_far(self._parts)

    async def so_far(self, names: Collection[PartName]) -> PatientRecord:
        """What is in once these parts are. One that is not says so itself: STILL_READING, and never that
        there is nothing. Raises as `patient` does.
        """
        patient = await self.patient()
        for name in names:
            await self.part(name)
        if PartName.NOTES in names:
            await _shared(self._say)
        has_notes = self._say.done()
        say = self._say.result() if has_notes else NotesSay((), ())
        part: dict[PartName, Any] = {
            name: await self.part(name)
            if read.task.done() and (has_notes or name is not PartName.NOTES)
            else failed_part(name, Problem(Reason.STILL_READING))
            for name, read in self._parts.items()
        }  # Any: each is of its own type
        return PatientRecord(
            patient=patient,
            visit=part[PartName.VISIT],
            conditions=part[PartName.CONDITIONS],
            medicines=part[PartName.MEDICINES],
            allergies=part[PartName.ALLERGIES],
            orders=part[PartName.ORDERS],
            goals=part[PartName.GOALS],
            preferences=part[PartName.PREFERENCES],
            questionnaires=part[PartName.QUESTIONNAIRES],
            care_plans=part[PartName.CARE_PLANS],
            priorities=part[PartName.PRIORITIES],
            consents=part[PartName.CONSENTS],
            planning_documents=part[PartName.PLANNING_DOCUMENTS],
            related_persons=part[PartName.RELATED_PERSONS],
            care_team=part[PartName.CARE_TEAM],
            notes=part[PartName.NOTES],
            values=part[PartName.VALUES],
            note_statements=say.statements,
            note_wording=say.wording,
            read_at=self._way.clock(),
        )

    def due(self, names: Iterable[PartName]) -> frozenset[PartName]:
        """Those for which asking again can bring more: what failed, what came in part, what is late."""
        return frozenset(name for name in names if self._parts[name].is_due)

    def again(self, names: Collection[PartName], client: FhirClient) -> "ChartReading":
        """This chart with these parts asked for again, by `client`; the others stand as they are.

        An earlier request that is still under way may answer first, and then counts.
        """
        asks = self._way.reads(self._way.reader(client))
        anew = {name: _asked(name, asks[name], earlier=self._parts[name].task) for name in names}
        parts = {**self._parts, **anew}
        return ChartReading(self._patient, self._clinician, parts=parts, way=self._way, before=self)

    def cancel(self) -> None:
        """Stop what is still being read. Who waits for a part gets it as unavailable."""
        for task in (self._patient, self._clinician, *(read.task for read in self._parts.values())):
            task.cancel()

    async def _read_out(self) -> NotesSay:
        notes, patient = await self.part(PartName.NOTES), await self.patient()
        texts = [item for item in notes.items if isinstance(item, Note)]
        # Away from the loop: twenty long notes take a while.
        return await asyncio.to_thread(_what_they_say, texts, patient, self._way.clock().date())


def _what_they_say(notes: Sequence[Note], patient: PatientIdentity, today: date) -> NotesSay:
    return what_notes_say(notes, patient, read=note_reader().read, today=today)


async def _shared(task: asyncio.Task[T]) -> T:
    """The task's result. A waiter that is cancelled does not cancel it for the others.

    Raises TemporaryOutboundError when the task itself was cancelled.
    """
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.cancelled():
            raise TemporaryOutboundError("cancelled") from None
        raise


def _unheard(task: asyncio.Task[T]) -> asyncio.Task[T]:
    """Nobody may ask for it any more when it fails; asyncio would complain of that."""
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


def _asked(
    name: PartName, read: Callable[[], Awaitable[AnyPart]], *, earlier: asyncio.Task[AnyPart] | None = None
) -> _Read:
    """Ask for a part now."""
    task = asyncio.create_task(_timed(name, read))
    since = asyncio.get_running_loop().time()
    if earlier is None or earlier.done():
        return _Read(task, since)
    return _Read(asyncio.create_task(_first_good(earlier, task)), since)


async def _first_good(earlier: asyncio.Task[AnyPart], later: asyncio.Task[AnyPart]) -> AnyPart:
    """What the earlier request brings when it is in first and brings something; else what the later does."""
    await asyncio.wait({earlier, later}, return_when=asyncio.FIRST_COMPLETED)
    return earlier.result() if earlier.done() and _is_good(earlier) else await later


def _is_good(done: asyncio.Task[AnyPart]) -> bool:
    """Whether a part came, and whole."""
    if done.cancelled() or done.exception() is not None:
        return False
    part = done.result()
    return part.was_read and part.whole


async def _timed(name: PartName, read: Callable[[], Awaitable[AnyPart]]) -> AnyPart:
    loop = asyncio.get_running_loop()
    began = loop.time()
    part = await read()
    duration_ms = round((loop.time() - began) * 1000)
    event("part-read", part=name, reason=part.problem, status=part.status, duration_ms=duration_ms)
    return part
