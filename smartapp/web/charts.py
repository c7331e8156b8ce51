"""Charts being read: one wave of reads for each launch, begun at the callback and shared by the launch's
pages.

Kept in this process for ten minutes. Another worker, or this one after a restart, reads again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from smartapp.clock import Clock
from smartapp.ehr.profile import profile_for
from smartapp.fhir.answers import NO_FORM, SiteForm, site_form
from smartapp.fhir.client import Access, FhirClient
from smartapp.fhir.note_reading import NoteChoice
from smartapp.fhir.patient_record import PartName, PatientIdentity, PatientRecord
from smartapp.fhir.reading import ChartReading, start_reading
from smartapp.sdm.measured import Asked
from smartapp.smart.doors import Doors
from smartapp.smart.registration import Registration
from smartapp.smart.sessions import Session
from smartapp.store.audit import Audit, Audited
from smartapp.web.chart_noted import note_read, reading_noted

MAX_CHARTS = 200
KEPT_FOR = timedelta(minutes=10)
_FINISH_S = 1.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kept:
    """`record`: the whole chart, put together once for all pages."""

    reading: ChartReading
    record: "asyncio.Task[PatientRecord]"
    patient_id: str


class Charts:
    """A reading that is dropped runs out by itself, within its time limit.

    Stopping it could cut a renewal of the launch's token in two. `values`: the lines that rules ask for.
    """

    def __init__(self, doors: Doors, clock: Clock, *, values: tuple[Asked, ...], audit: Audit) -> None:
        self._doors = doors
        self._clock = clock
        self._audit = audit
        self._values = values
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        # The event loop holds its tasks weakly: one that nobody refers to may vanish half done.
        self._running: set[asyncio.Task[object]] = set()

    @property
    def count(self) -> int:
        """How many charts are in memory."""
        return len(self._kept)

    def client(
        self, session: Session, *, access: Access | None = None, timeout_s: float | None = None
    ) -> FhirClient:
        """A client that is bound to this launch's patient, server and permissions. `access`: instead of the
        session's own. `timeout_s`: a shorter limit than the registration's.
        """
        return FhirClient(
            self._doors.for_registration(session.registration),
            fhir_base=session.launch.fhir_base,
            patient_id=session.launch.patient_id,
            access=access or session.access(),
            may=session.launch.scopes.allows_some,
            timeout_s=timeout_s or session.registration.request_timeout_s,
        )

    def directory(self, registration: Registration) -> FhirClient:
        """A client of a sandbox without tokens that is bound to no patient: to look one up by name."""
        return FhirClient(
            self._doors.for_registration(registration),
            fhir_base=registration.fhir_base,
            patient_id="",
            access=_NoAccess(),
            may=lambda _type, _action: True,
            timeout_s=registration.request_timeout_s,
        )

    def begin(self, session: Session) -> ChartReading:
        """Start reading now, in place of an earlier wave of the same launch. Nothing is asked for before the
        audit trail says so.
        """
        launch, registration = session.launch, session.registration
        self.forget(launch.id)
        noted = reading_noted(session.access(), self._audit, session.audited)
        reading = start_reading(
            self.client(session, access=noted),
            encounter_id=launch.encounter_id,
            fhir_user=launch.clinician.reference,
            profile=profile_for(registration.vendor),
            notes=NoteChoice(
                registration.max_notes,
                frozenset(name.removeprefix("LOINC:") for name in registration.note_types),
            ),
            wave_timeout_s=registration.wave_timeout_s,
            clock=self._clock,
            form=_form_of(registration),
            values=self._values,
        )
        self._keep(session, reading, None)
        return reading

    async def reread(self, session: Session, names: Collection[PartName]) -> None:
        """Ask again for those of these parts that failed, came in part or are late; the others stand. Raises
        StoreUnavailable, and asks for nothing, when the audit trail cannot say so.
        """
        if self.of(session).due(names):
            noted = reading_noted(session.access(), self._audit, session.audited)
            await noted.written()
            # Another press may have asked meanwhile.
            reading = self.of(session)
            due = reading.due(names)
            self._keep(session, reading.again(due, self.client(session, access=noted)), due)

    def of(self, session: Session) -> ChartReading:
        """The launch's reading, begun now when there is none or it is too old."""
        kept = self._kept.get(session.launch.id)
        if kept is None or kept.patient_id != session.launch.patient_id or self._is_old(kept.reading):
            return self.begin(session)
        self._kept.move_to_end(session.launch.id)
        return kept.reading

    async def so_far(self, session: Session, names: Collection[PartName]) -> PatientRecord:
        """The launch's chart once these parts are in. Raises what reading the patient raised."""
        return await self.of(session).so_far(names)

    def known_patient(self, session: Session) -> PatientIdentity | None:
        """Who the launch's patient is, as far as it was read by now; asks no EHR."""
        kept = self._kept.get(session.launch.id)
        is_ours = kept is not None and kept.patient_id == session.launch.patient_id
        return kept.reading.known_patient if kept and is_ours else None

    async def record(self, session: Session) -> PatientRecord:
        """The launch's whole chart, when every part is in. Raises what reading the patient raised."""
        self.of(session)
        return await asyncio.shield(self._kept[session.launch.id].record)

    def run(self, work: Coroutine[None, None, T]) -> asyncio.Task[T]:
        """Something that goes with a reading, to its end, also when nobody waits for it any more."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def forget(self, launch_id: str) -> None:
        """Drop a reading, so that the next page reads anew."""
        self._kept.pop(launch_id, None)

    async def finish(self) -> None:
        """Wait a moment for what is still being read, so that its end is noted while there is a database."""
        if self._running:
            await asyncio.wait(self._running, timeout=_FINISH_S)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def sweep(self) -> None:
        """Drop every reading that no page will use any more. A chart is in memory only while needed."""
        for launch_id in [key for key, kept in self._kept.items() if self._is_old(kept.reading)]:
            self.forget(launch_id)

    def _keep(self, session: Session, reading: ChartReading, anew: Collection[PartName] | None) -> None:
        """`anew`: the parts that are asked for again, None for a whole chart."""
        launch = session.launch
        record = asyncio.create_task(reading.record())
        self.run(_run_out(reading, record, self._audit, session.audited, anew))
        self._kept[launch.id] = _Kept(reading, record, launch.patient_id)
        while len(self._kept) > MAX_CHARTS:
            self._kept.popitem(last=False)

    def _is_old(self, reading: ChartReading) -> bool:
        return self._clock() - reading.started_at > KEPT_FOR


def _form_of(registration: Registration) -> SiteForm:
    form = registration.questionnaire
    return site_form(form.canonical, form.link_ids) if form else NO_FORM


class _NoAccess:
    """A server without tokens."""

    async def bearer(self) -> str | None:
        return None

    async def renew(self, refused: str) -> str | None:
        del refused
        return None


async def _run_out(
    reading: ChartReading,
    record: "asyncio.Task[PatientRecord]",
    audit: Audit,
    who: Audited,
    anew: Collection[PartName] | None,
) -> None:
    """Wait until nothing of the reading is left to do, and note how it went. Whoever asks for the record gets
    its error.
    """
    await asyncio.wait({record})
    is_patient_read = not record.cancelled() and record.exception() is None
    names = [name for name in PartName if name is not PartName.PATIENT and (anew is None or name in anew)]
    parts = [await reading.part(name) for name in names]
    await note_read(audit, who, parts, is_patient_read=is_patient_read if anew is None else None)
