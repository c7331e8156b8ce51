"""Conditions, medicines, allergies, orders and the visit, as the chart words them."""

import msgspec

from smartapp.fhir import elements, lenses
from smartapp.fhir.dates import day_of, instant_of
from smartapp.fhir.patient_record import ChartItem, Visit
from smartapp.fhir.this_patient import ThisPatient
from smartapp.sdm.facts import Code


def condition(resource: lenses.Condition) -> ChartItem:
    return ChartItem(
        reference=resource.reference,
        text=resource.code.words,
        codes=codes_of(resource.code),
        since=day_of(resource.onset_date_time or resource.recorded_date),
        status=_first_code(resource.clinical_status),
        categories=_categories(resource.category),
        has_ended=resource.has_ended,
    )


def allergy(resource: lenses.AllergyIntolerance) -> ChartItem:
    return ChartItem(
        reference=resource.reference,
        text=resource.code.words,
        codes=codes_of(resource.code),
        since=day_of(resource.onset_date_time or resource.recorded_date),
        status=_first_code(resource.clinical_status),
        categories=frozenset(resource.category),
    )


def medicine(resource: lenses.MedicationRequest) -> ChartItem:
    concept = resource.medication_codeable_concept
    if not concept.words and not concept.coding:
        concept = _contained_medication(resource)
    return ChartItem(
        reference=resource.reference,
        text=concept.words or resource.medication_reference.display,
        codes=codes_of(concept),
        since=day_of(resource.authored_on),
        status=resource.status,
        intent=resource.intent,
        categories=_categories(resource.category),
    )


def order(resource: lenses.ServiceRequest) -> ChartItem:
    return ChartItem(
        reference=resource.reference,
        text=resource.code.words,
        codes=codes_of(resource.code),
        since=day_of(resource.authored_on),
        status=resource.status,
        intent=resource.intent,
        categories=_categories(resource.category),
    )


def visit(resource: lenses.Encounter, patient: ThisPatient) -> Visit:
    return Visit(
        id=resource.id,
        status=resource.status,
        start=instant_of(resource.period.start),
        reason=next((words for reason in resource.reason_code if (words := reason.words)), ""),
        type=next((words for kind in resource.type if (words := kind.words)), resource.service_type.words),
        organization=patient.relative(resource.service_provider.reference),
        reasons=tuple(codes for reason in resource.reason_code if (codes := codes_of(reason))),
        place=_place(resource) or resource.service_provider.display,
    )


def _place(resource: lenses.Encounter) -> str:
    """Where the patient is or will be; not where they were before."""
    here = (one.location.display for one in resource.location if one.status != "completed")
    return next(filter(None, here), "")


def codes_of(concept: elements.Concept) -> frozenset[Code]:
    """Every coding that has both a system and a code."""
    return frozenset(Code(one.system, one.code) for one in concept.coding if one.system and one.code)


def _contained_medication(resource: lenses.MedicationRequest) -> elements.Concept:
    if not resource.medication_reference.reference.startswith("#"):
        return elements.Concept()
    wanted = resource.medication_reference.reference.removeprefix("#")
    for raw in resource.contained:
        try:
            medication = msgspec.json.decode(raw, type=lenses.ContainedMedication)
        except msgspec.DecodeError:
            continue
        if medication.id == wanted:
            return medication.code
    return elements.Concept()


def _categories(concepts: tuple[elements.Concept, ...]) -> frozenset[str]:
    return frozenset(code for concept in concepts for code in concept.code_set if code)


def _first_code(concept: elements.Concept) -> str:
    return next((coding.code for coding in concept.coding if coding.code), "")
