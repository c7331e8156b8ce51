"""Charts in files, read as the app reads any chart: FHIR Bundles behind the pretend EHR, in this process."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from smartapp.clock import now
from smartapp.ehr.profile import profile_for
from smartapp.fhir.client import FhirClient
from smartapp.fhir.dates import day_of
from smartapp.fhir.facts import facts_of
from smartapp.fhir.note_reading import NoteChoice
from smartapp.fhir.reading import start_reading
from smartapp.http import Door, Origin, inside
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sdm.facts import ChartFacts
from smartapp.sdm.measured import Asked

Resource = dict[str, Any]  # FHIR JSON, nested as the standard has it

_BASE: Final = "https://files.invalid"
_MAX_NOTES: Final = 20
_LIMIT_S: Final = 300


@dataclass(frozen=True, slots=True)
class FileChart:
    """One patient of the files, as the rules see them on `facts.today`."""

    patient_id: str
    facts: ChartFacts


async def read_charts(
    resources: Sequence[Resource], *, values: tuple[Asked, ...], today: date | None = None
) -> AsyncIterator[FileChart]:
    """Every patient's chart on the day of the last visit in it, or on `today`.

    That visit is taken to be in progress, as it was when its chart was written. A patient without a visit is
    read on today's date. `values`: the lines that rules ask for. Raises what reading a patient raises.
    """
    visits = _last_visits(resources)
    going_on = {visit["id"] for visit in visits.values()}
    ehr = create_demo_ehr(
        base_url=_BASE,
        app_launch_url=_BASE,
        resources=[_as_it_was(one, going_on) for one in resources],
    )
    for patient in (one for one in resources if one.get("resourceType") == "Patient"):
        patient_id = str(patient["id"])
        visit = visits.get(f"Patient/{patient_id}", {})
        day = today or _day_of_visit(visit) or now().date()
        facts = await _facts(ehr, patient_id, encounter_id=visit.get("id"), day=day, values=values)
        yield FileChart(patient_id, facts)


async def _facts(
    ehr: DemoEhr, patient_id: str, *, encounter_id: str | None, day: date, values: tuple[Asked, ...]
) -> ChartFacts:
    client = FhirClient(
        Door(inside(ehr.app), frozenset({Origin.of(ehr.open_fhir_base)})),
        fhir_base=ehr.open_fhir_base,
        patient_id=patient_id,
        access=_NoAccess(),
        may=lambda _type, _action: True,
        timeout_s=_LIMIT_S,
    )
    reading = start_reading(
        client,
        encounter_id=encounter_id,
        fhir_user="",
        profile=profile_for("generic"),
        notes=NoteChoice(_MAX_NOTES),
        wave_timeout_s=_LIMIT_S,
        clock=lambda: datetime.combine(day, time(12), tzinfo=UTC),
        values=values,
    )
    return facts_of(await reading.record(), today=day)


def _last_visits(resources: Sequence[Resource]) -> dict[str, Resource]:
    """Each patient's latest visit, by reference of the patient; none that is still to come."""
    last: dict[str, Resource] = {}
    for one in resources:
        day = _day_of_visit(one) if one.get("resourceType") == "Encounter" else None
        if day is None or day > now().date():
            continue
        patient = _reference(one.get("subject"))
        if patient not in last or _start(last[patient]) < _start(one):
            last[patient] = one
    return last


def _as_it_was(resource: Resource, going_on: set[str]) -> Resource:
    is_last = resource.get("resourceType") == "Encounter" and resource.get("id") in going_on
    return resource | {"status": "in-progress"} if is_last else resource


def _day_of_visit(visit: Mapping[str, object]) -> date | None:
    return day_of(_start(visit))


def _start(visit: Mapping[str, object]) -> str:
    period = visit.get("period")
    return str(period.get("start", "")) if isinstance(period, dict) else ""


def _reference(value: object) -> str:
    return str(value.get("reference", "")) if isinstance(value, dict) else ""


class _NoAccess:
    """A server without tokens."""

    async def bearer(self) -> str | None:
        return None

    async def renew(self, refused: str) -> str | None:
        del refused
        return None
