"""Reading a chart: one parallel wave, each part present, empty, or missing with its reason.

Bounded three times: each request by the client's time limit, the requests at a time, and the whole wave.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
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
    Part,
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
    deadline = asyncio.get_running_loop().time() + wave_timeout_s
    reader = Reader(client, asyncio.Semaphore(MAX_REQUESTS_AT_A_TIME), deadline)
    # The patient goes first: a page without a name is no use.
    patient = asyncio.create_task(read_patient(reader))
    # Nobody may ask for it any more when it fails; asyncio would complain of that.
    patient.add_done_callback(lambda task: task.cancelled() or task.exception())
    parts = reads(
        reader,
        profile,
        encounter_id=encounter_id,
        notes=notes,
        form=form,
        values=Values(values, clock().date()),
    )
    return ChartReading(
        patient,
        asyncio.create_task(read_clinician(reader, fhir_user)),
        parts={name: asyncio.create_task(_timed(name, read)) for name, read in parts.items()},
        clock=clock,
    )


class ChartReading:
    """A chart that is being read. Each part can be awaited on its own, by several at once."""

    def __init__(
        self,
        patient: asyncio.Task[PatientIdentity],
        clinician: asyncio.Task[ClinicianDetails],
        *,
        parts: Mapping[PartName, asyncio.Task[AnyPart]],
        clock: Clock,
    ) -> None:
        self.started_at: datetime = clock()
        self._patient = patient
        self._clinician = clinician
        self._parts = parts
        self._clock = clock

    async def patient(self) -> PatientIdentity:
        """Who the patient is. Raises what the read of Patient raised: without it there is nothing to show."""
        return await _shared(self._patient)

    async def clinician(self) -> ClinicianDetails:
        """The signed-in clinician as the EHR has them; empty when it does not say."""
        try:
            return await _shared(self._clinician)
        except TemporaryOutboundError:
            return ClinicianDetails()

    async def part(self, name: PartName) -> AnyPart:
        """One part, as soon as it is read. Never raises for what the EHR did. PATIENT is no part."""
        try:
            return await _shared(self._parts[name])
        except TemporaryOutboundError:
            return failed_part(name, Problem(Reason.UNAVAILABLE))

    async def record(self) -> PatientRecord:
        """Everything together. Raises as `patient` does."""
        patient = await self.patient()
        part: dict[PartName, Any] = {
            name: await self.part(name) for name in self._parts
        }  # Any: each is of its own type
        notes: Part[Note] = part[PartName.NOTES]
        # Away from the loop: twenty long notes take a while.
        say = await asyncio.to_thread(_what_they_say, notes.items, patient, self._clock().date())
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
            notes=notes,
            values=part[PartName.VALUES],
            note_statements=say.statements,
            note_wording=say.wording,
            read_at=self._clock(),
        )

    def cancel(self) -> None:
        """Stop what is still being read. Who waits for a part gets it as unavailable."""
        for task in (self._patient, self._clinician, *self._parts.values()):
            task.cancel()


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


async def _timed(name: PartName, read: Callable[[], Awaitable[AnyPart]]) -> AnyPart:
    loop = asyncio.get_running_loop()
    began = loop.time()
    part = await read()
    duration_ms = round((loop.time() - began) * 1000)
    event("part-read", part=name, reason=part.problem, status=part.status, duration_ms=duration_ms)
    return part
