"""Whatever a server sends, reading it raises nothing and brings in nothing of another patient."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.errors import AnswerUnreadable
from smartapp.fhir import (
    answers,
    chart_items,
    documents,
    lenses,
    note_lenses,
    note_sources,
    people,
    statements,
)
from smartapp.fhir.bundles import page_of
from smartapp.fhir.capability import capability_of
from smartapp.fhir.dates import day_of, instant_of
from smartapp.fhir.keeping import kept, looked_at
from smartapp.fhir.this_patient import ThisPatient, is_id
from tests.fhir.read_server import BASE

PATIENT = ThisPatient("p1", BASE)
MAKERS: list[tuple[Any, Any]] = [
    (lenses.Goal, statements.goal_statements),
    (lenses.Observation, statements.preference_statements),
    (lenses.QuestionnaireResponse, answers.questionnaire_statements),
    (lenses.CarePlan, documents.care_plan_statements),
    (lenses.List, documents.priority_statements),
    (lenses.Consent, documents.consent_statements),
    (lenses.DocumentReference, documents.planning_document_statements),
    (lenses.DocumentReference, note_sources.of_document),
    (note_lenses.DiagnosticReport, note_sources.of_report),
    (note_lenses.Composition, note_sources.of_composition),
    (note_lenses.ClinicalImpression, note_sources.of_impression),
    (lenses.CareTeam, people.team_members),
    (lenses.Encounter, chart_items.visit),
    (lenses.Condition, lambda one, _: chart_items.condition(one)),
    (lenses.MedicationRequest, lambda one, _: chart_items.medicine(one)),
    (lenses.AllergyIntolerance, lambda one, _: chart_items.allergy(one)),
    (lenses.ServiceRequest, lambda one, _: chart_items.order(one)),
    (lenses.RelatedPerson, lambda one, _: people.related_person(one)),
]
_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def _fields(lens: type[msgspec.Struct]) -> list[str]:
    return [one.encode_name for one in msgspec.structs.fields(lens)]


@st.composite
def _resources(draw: st.DrawFn) -> tuple[Any, Any, dict[str, Any]]:
    """A lens, its maker, and a resource that has the lens's fields filled with anything."""
    lens, make = draw(st.sampled_from(MAKERS))
    reference = draw(st.sampled_from(["Patient/p1", "Patient/p2", "#p1", "Patient/p1/_history/1", ""]))
    about = {"reference": reference}
    filled = draw(st.dictionaries(st.sampled_from(_fields(lens)), _typical | _json, max_size=5))
    fixed = {"resourceType": lens.__name__, "id": "x1", "subject": about, "patient": about}
    return lens, make, filled | fixed


_concept = st.fixed_dictionaries(
    {}, optional={"text": st.text(max_size=20), "coding": st.lists(st.just({"code": "acd", "system": "s"}))}
)
_typical = (
    _concept
    | st.lists(_concept, max_size=2)
    | st.sampled_from(["active", "2026-02-30", "2026-13", "0000-01-01", "2026-11-22T10:00:00Z", "10000"])
)


@settings(max_examples=300, deadline=None)
@given(_resources())
def test_no_resource_makes_reading_raise(case: tuple[Any, Any, dict[str, Any]]) -> None:
    lens, make, resource = case
    reference = resource["subject"]["reference"]

    found = kept([json.dumps(resource).encode()], lens, patient=PATIENT)
    for one in found.resources:
        make(one, PATIENT)

    assert found.left_out + len(found.resources) <= 1
    if reference not in {"Patient/p1", "Patient/p1/_history/1"}:
        assert found.resources == ()


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(_fields(lenses.Patient)), _typical | _json, max_size=6))
def test_no_patient_makes_reading_raise(resource: dict[str, Any]) -> None:
    patient = looked_at(resource, lenses.Patient)

    identity = people.identity_of(patient) if patient is not None else None

    assert (identity is None) == (patient is None)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | _json.map(lambda one: json.dumps(one).encode()))
def test_an_answer_is_a_bundle_or_unreadable(body: bytes) -> None:
    try:
        page = page_of(body, "Goal")
    except AnswerUnreadable:
        return

    assert page.left_out <= page.entries


@settings(max_examples=100, deadline=None)
@given(st.lists(_json, max_size=4))
def test_entries_of_a_bundle_are_each_kept_passed_over_or_counted(entries: list[Any]) -> None:
    good = {"resource": {"resourceType": "Goal", "id": "g1"}}
    body = json.dumps({"resourceType": "Bundle", "entry": [*entries, good]}).encode()

    page = page_of(body, "Goal")

    assert (len(page.resources), page.entries) == (1, len(entries) + 1)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"entry":' * 100_000, b'{"resourceType":"Bundle","entry":{}}']
)
def test_a_bundle_that_is_too_deep_or_misshapen_is_unreadable(body: bytes) -> None:
    with pytest.raises(AnswerUnreadable):
        page_of(body, "Goal")


def test_one_resource_that_is_too_deep_spoils_no_other() -> None:
    deep = b'{"resourceType":"Goal","id":"g2","note":' + b"[" * 300 + b"]" * 300 + b"}"
    good = b'{"resourceType":"Goal","id":"g1","subject":{"reference":"Patient/p1"}}'

    found = kept([deep, good, b'{"resourceType":"Goal","id":"\xff"}'], lenses.Goal, patient=PATIENT)

    assert ([one.id for one in found.resources], found.left_out) == (["g1"], 2)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["resourceType", "rest"]), _json))
def test_no_capability_statement_makes_reading_raise(statement: dict[str, Any]) -> None:
    assert not capability_of(statement).offers("Goal", "create")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_no_date_makes_reading_raise(value: str) -> None:
    day_of(value)
    moment = instant_of(value)

    assert moment is None or moment.utcoffset() is not None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2023", "2023-01-01"),
        ("2023-05", "2023-05-01"),
        ("2023-05-31", "2023-05-31"),
        ("2023-05-31T23:59:00-05:00", "2023-05-31"),
        ("2023-02-30", "None"),
        ("2023-05-31 10:00", "None"),
        ("", "None"),
    ],
)
def test_a_partial_date_is_its_first_day_and_a_time_the_day_where_it_was_written(
    value: str, expected: str
) -> None:
    assert str(day_of(value)) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="Patient/p12_hisory#:.%", max_size=30))
def test_a_reference_means_the_patient_only_when_it_says_so(reference: str) -> None:
    if PATIENT.is_meant_by(reference):
        assert reference == "Patient/p1" or (
            reference.startswith("Patient/p1/_history/")
            and is_id(reference.removeprefix("Patient/p1/_history/"))
        )
