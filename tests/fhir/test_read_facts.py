"""The facts for the rules: what is active, what was read whole, and nothing about who the patient is."""

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import httpx2
import pytest

from smartapp.fhir.facts import facts_of
from smartapp.fhir.patient_record import Note, PatientRecord, Reason
from smartapp.sdm.facts import Code, CodedFact, Known
from tests.fhir.read_server import FakeServer, about_p1, client_of, goal, outcome, patient
from tests.fhir.test_read_parts import read

TODAY = date(2026, 11, 22)
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"


async def record_of(*resources: Any, broken: Any = lambda request: None) -> PatientRecord:
    encounter = about_p1("Encounter", "e1", status="in-progress")
    server = FakeServer([*resources, encounter], broken=broken)
    return await read(client_of(server), encounter_id="e1").record()


def _coded(system: str, code: str, text: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], "text": text}


async def test_facts_hold_active_conditions_medicines_and_open_orders() -> None:
    knee = _coded("http://snomed.info/sct", "239873007", "Knee arthritis")
    active = {"coding": [{"code": "active"}]}
    resources = [
        patient(communication=[{"language": {"coding": [{"code": "es"}]}}]),
        about_p1("Condition", "c1", code=knee, clinicalStatus=active, onsetDateTime="2021-05"),
        about_p1("Condition", "c2", code={"text": "Flu"}, clinicalStatus={"coding": [{"code": "resolved"}]}),
        about_p1("Condition", "c3", code={"text": "Visit diagnosis without a status"}),
        about_p1("MedicationRequest", "m1", status="active", medicationCodeableConcept={"text": "Ibuprofen"}),
        about_p1("MedicationRequest", "m2", status="stopped", medicationCodeableConcept={"text": "Old"}),
        about_p1("ServiceRequest", "s1", status="draft", code={"text": "Knee replacement"}),
        about_p1("ServiceRequest", "s2", status="completed", code={"text": "X-ray"}),
        goal(),
    ]

    facts = facts_of(await record_of(*resources), today=TODAY)

    assert facts.conditions == (
        CodedFact(
            reference="Condition/c1",
            codes=frozenset({Code("http://snomed.info/sct", "239873007")}),
            label="Knee arthritis",
            since=date(2021, 5, 1),
            status="active",
        ),
    )
    assert [one.label for one in facts.medicines] == ["Ibuprofen"]
    assert [one.label for one in facts.orders] == ["Knee replacement"]
    assert [one.words for one in facts.statements] == ["Walk to church"]
    assert (facts.language, facts.visit_in_progress, facts.known) == ("es", True, frozenset(Known))


async def test_a_medicine_that_is_contained_or_only_referred_to_has_its_name() -> None:
    contained = {"resourceType": "Medication", "id": "m", "code": _coded("rx", "5640", "Ibuprofen 400 mg")}
    resources = [
        about_p1(
            "MedicationRequest",
            "m1",
            status="active",
            contained=[{"id": "x"}, contained],
            medicationReference={"reference": "#m"},
        ),
        about_p1(
            "MedicationRequest",
            "m2",
            status="active",
            medicationReference={"reference": "Medication/9", "display": "Metformin"},
        ),
    ]

    facts = facts_of(await record_of(patient(), *resources), today=TODAY)

    assert [(one.label, one.codes) for one in facts.medicines] == [
        ("Ibuprofen 400 mg", frozenset({Code("rx", "5640")})),
        ("Metformin", frozenset()),
    ]


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        ("Condition", Known.CONDITIONS),
        ("MedicationRequest", Known.MEDICINES),
        ("ServiceRequest", Known.ORDERS),
        ("Goal", Known.STATEMENTS),
        ("Observation", Known.STATEMENTS),
        ("DocumentReference", Known.NOTES),
        ("QuestionnaireResponse", Known.NOTES),
        ("Encounter/e1", Known.VISIT),
    ],
)
async def test_what_could_not_be_read_is_not_known(path: str, unknown: Known) -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response | None:
        return outcome(403) if request.url.path == f"/fhir/{path}" else None

    facts = facts_of(await record_of(patient(), broken=refuse), today=TODAY)

    assert frozenset(Known) - facts.known == {unknown, Known.LANGUAGE}


async def test_a_part_with_a_record_that_made_no_sense_is_not_known_whole() -> None:
    facts = facts_of(await record_of(patient(), about_p1("Condition", "c1", code="text")), today=TODAY)

    assert Known.CONDITIONS not in facts.known


async def test_a_note_whose_text_is_not_there_leaves_the_notes_unknown() -> None:
    record = await record_of(patient())
    scan = Note("DocumentReference/1", "Letter", problem=Reason.UNREADABLE)

    facts = facts_of(replace(record, notes=replace(record.notes, items=(scan,))), today=TODAY)

    assert Known.NOTES not in facts.known


async def test_own_note_whose_text_is_not_there_leaves_what_was_said_unknown() -> None:
    record = await record_of(patient())
    own = Note("DocumentReference/1", "Progress note", problem=Reason.TOO_SLOW, is_ours=True)

    facts = facts_of(replace(record, notes=replace(record.notes, items=(own,))), today=TODAY)

    assert facts.known.isdisjoint({Known.NOTES, Known.STATEMENTS})


async def test_race_ethnicity_sex_gender_identity_and_religion_change_no_fact() -> None:
    extensions: list[dict[str, Any]] = [
        {"url": f"{US_CORE}us-core-race", "extension": [{"url": "text", "valueString": "Black"}]},
        {"url": f"{US_CORE}us-core-race", "extension": [{"url": "text", "valueString": "White"}]},
        {"url": f"{US_CORE}us-core-ethnicity", "extension": [{"url": "text", "valueString": "Hispanic"}]},
        {"url": f"{US_CORE}us-core-birthsex", "valueCode": "F"},
        {"url": f"{US_CORE}us-core-sex", "valueCoding": {"code": "373066001"}},
        {"url": f"{US_CORE}us-core-genderIdentity", "valueCodeableConcept": {"text": "non-binary"}},
        {
            "url": "http://hl7.org/fhir/StructureDefinition/patient-religion",
            "valueCodeableConcept": {"text": "Jehovah's Witness"},
        },
    ]
    others: list[dict[str, Any]] = [
        {
            "gender": "female",
            "name": [{"family": "Okafor", "given": ["Ngozi"]}],
            "address": [{"city": "Lagos"}],
        },
        {"gender": "male", "maritalStatus": {"text": "Married"}},
        {"gender": "other"},
        {},
    ]
    chart = [
        about_p1("Condition", "c1", code={"text": "Asthma"}, clinicalStatus={"coding": [{"code": "active"}]}),
        goal(),
        about_p1("MedicationRequest", "m1", status="active", medicationCodeableConcept={"text": "Albuterol"}),
    ]
    chosen = [*itertools.combinations(extensions, 2), (), tuple(extensions)]

    facts = [
        facts_of(await record_of(patient(extension=list(pair), **more), *chart), today=TODAY)
        for pair, more in zip(chosen, itertools.cycle(others), strict=False)
    ]

    assert all(one == facts[0] for one in facts)
    assert len(facts) == 23


async def test_a_statement_in_a_note_is_a_fact_but_an_unconfirmed_one() -> None:
    record = await record_of(patient())
    (found,) = facts_of(await record_of(patient(), goal()), today=TODAY).statements

    facts = facts_of(replace(record, note_statements=(replace(found, confirmed=False),)), today=TODAY)

    assert [one.confirmed for one in facts.statements] == [False]
