"""What each part of the chart is made of: which searches, which lens, which items."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from smartapp.ehr.profile import EhrProfile
from smartapp.errors import AnswerUnreadable, AppError
from smartapp.fhir import chart_items, documents, lenses, people, statements, value_lenses
from smartapp.fhir.answers import SiteForm, questionnaire_statements
from smartapp.fhir.keeping import R, looked_at
from smartapp.fhir.note_reading import NoteChoice, read_notes
from smartapp.fhir.parts import Problem, Reader, failed_part, problem_of, read_part
from smartapp.fhir.patient_record import (
    AnyPart,
    Part,
    PartName,
    PatientIdentity,
    Reason,
    RelatedPerson,
    Visit,
)
from smartapp.fhir.searches import searches_for, value_searches
from smartapp.fhir.this_patient import ThisPatient
from smartapp.fhir.values import measured
from smartapp.logs import event
from smartapp.sdm.measured import Asked
from smartapp.sdm.model import Statement

T = TypeVar("T")
Make = Callable[[R, ThisPatient], Iterable[T]]


@dataclass(frozen=True, slots=True)
class Values:
    """Which laboratory and vital sign lines are read, counted back from `today`."""

    asked: tuple[Asked, ...]
    today: date


def reads(
    reader: Reader,
    profile: EhrProfile,
    *,
    encounter_id: str | None,
    notes: NoteChoice,
    form: SiteForm,
    values: Values,
) -> dict[PartName, Callable[[], Awaitable[AnyPart]]]:
    """How to read each part; PATIENT is none of them. What is asked for last may have to wait for a slot."""
    patient_id = reader.client.patient_id
    searches = {
        **searches_for(patient_id, profile),
        PartName.VALUES: value_searches(patient_id, profile, asked=values.asked, today=values.today),
    }

    def part(
        name: PartName, lens: type[R], make: Make[R, T]
    ) -> tuple[PartName, Callable[[], Awaitable[Part[T]]]]:
        return name, lambda: read_part(
            reader,
            name,
            searches=searches[name],
            lens=lens,
            make=lambda resource: make(resource, reader.patient),
        )

    def answered(response: lenses.QuestionnaireResponse, patient: ThisPatient) -> list[Statement]:
        return questionnaire_statements(response, patient, form)

    found: list[tuple[PartName, Callable[[], Awaitable[AnyPart]]]] = [
        part(PartName.GOALS, lenses.Goal, statements.goal_statements),
        part(PartName.PREFERENCES, lenses.Observation, statements.preference_statements),
        (PartName.NOTES, lambda: read_notes(reader, searches[PartName.NOTES], notes)),
        part(PartName.QUESTIONNAIRES, lenses.QuestionnaireResponse, answered),
        part(PartName.CARE_PLANS, lenses.CarePlan, documents.care_plan_statements),
        part(PartName.PRIORITIES, lenses.List, documents.priority_statements),
        part(PartName.CONSENTS, lenses.Consent, documents.consent_statements),
        part(
            PartName.PLANNING_DOCUMENTS,
            lenses.DocumentReference,
            documents.planning_document_statements,
        ),
        part(PartName.RELATED_PERSONS, lenses.RelatedPerson, _active_person),
        part(PartName.CARE_TEAM, lenses.CareTeam, people.team_members),
        (PartName.VISIT, lambda: _read_visit(reader, encounter_id)),
        part(PartName.CONDITIONS, lenses.Condition, _one(chart_items.condition)),
        part(PartName.MEDICINES, lenses.MedicationRequest, _one(chart_items.medicine)),
        part(PartName.ALLERGIES, lenses.AllergyIntolerance, _one(chart_items.allergy)),
        part(PartName.ORDERS, lenses.ServiceRequest, _one(chart_items.order)),
        part(PartName.VALUES, value_lenses.Observation, measured),
    ]
    return dict(found)


async def read_patient(reader: Reader) -> PatientIdentity:
    """The launch's patient. Raises what FhirClient.read raises."""
    resource = await reader.read("Patient", reader.client.patient_id)
    patient = looked_at(resource, lenses.Patient)
    if patient is None:
        raise AnswerUnreadable("Patient")
    return people.identity_of(patient)


async def _read_visit(reader: Reader, encounter_id: str | None) -> Part[Visit]:
    """The encounter of the launch; no other is guessed when the launch has none."""
    if not encounter_id:
        return Part(PartName.VISIT)
    try:
        encounter = looked_at(await reader.read("Encounter", encounter_id), lenses.Encounter)
        if encounter is None:
            raise AnswerUnreadable("Encounter")
        if not reader.patient.relative(encounter.patient_reference):
            raise AnswerUnreadable("Encounter of nobody")
    except AppError as error:
        return failed_part(PartName.VISIT, problem_of(error))
    if not reader.patient.is_meant_by(encounter.patient_reference):
        event("wrong-patient-resource", resource_type="Encounter")
        return failed_part(PartName.VISIT, Problem(Reason.OTHER_PATIENT))
    items = () if encounter.is_void else (chart_items.visit(encounter, reader.patient),)
    return Part(PartName.VISIT, items=items)


def _one(make: Callable[[R], T]) -> Make[R, T]:
    return lambda resource, _: [make(resource)]


def _active_person(person: lenses.RelatedPerson, _: ThisPatient) -> list[RelatedPerson]:
    return [people.related_person(person)] if person.active else []
