"""What becomes a prior statement: verbatim words, whose they are, when, and where they stand."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from smartapp.fhir import goal as goal_builder
from smartapp.fhir import lenses, observation
from smartapp.fhir.answers import questionnaire_statements
from smartapp.fhir.documents import (
    care_plan_statements,
    consent_statements,
    planning_document_statements,
)
from smartapp.fhir.people import related_person, team_members
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences
from smartapp.fhir.statements import goal_statements, newest_first, preference_statements
from smartapp.fhir.this_patient import ThisPatient
from smartapp.sdm.model import DraftStatement, Kind, Known, SaidBy, Source, Statement
from tests.fhir.read_server import BASE, about_p1, goal

PATIENT = ThisPatient("p1", BASE)
CONCEPTS = "https://prefs.hospital.example/fhir/CodeSystem/sdm-concepts"


def observed(**more: Any) -> lenses.Observation:
    code = {"coding": [{"system": "http://loinc.org", "code": "95541-9"}], "text": "What helps you?"}
    return msgspec.convert(
        about_p1("Observation", "o1", status="final", code=code) | more, lenses.Observation
    )


def test_a_goal_keeps_its_words_dates_status_and_who_said_it() -> None:
    resource = goal(
        words="Walk my daughter\ndown the aisle — in “June”",
        expressedBy={"reference": "Patient/p1"},
        startDate="2025-11",
        statusDate="2026-01-02",
        target=[{"dueDate": "2026-06-01"}],
        achievementStatus={"coding": [{"code": "in-progress"}]},
        note=[{"authorReference": {"display": "Dr Osei"}, "text": "In clinic."}],
        language="en",
    )

    assert goal_statements(msgspec.convert(resource, lenses.Goal), PATIENT) == [
        Statement(
            kind=Kind.GOAL,
            words="Walk my daughter\ndown the aisle — in “June”",
            said_by=SaidBy.PATIENT,
            source=Source("Goal/g1"),
            said_on=date(2025, 11, 1),
            recorder="Dr Osei",
            language="en",
            due=date(2026, 6, 1),
            status="active",
            achievement="in-progress",
            known_to=Known.MONTH,
            status_on=date(2026, 1, 2),
        )
    ]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ({"reference": "Patient/p1"}, (SaidBy.PATIENT, "")),
        ({"reference": f"{BASE}/Patient/p1"}, (SaidBy.PATIENT, "")),
        ({"reference": "Patient/p2"}, (SaidBy.UNKNOWN, "")),
        ({"reference": "RelatedPerson/r1", "display": "Ernesto"}, (SaidBy.RELATED_PERSON, "Ernesto")),
        ({"reference": "Practitioner/7", "display": "Dr Osei"}, (SaidBy.CLINICIAN, "")),
        ({"reference": "PractitionerRole/7"}, (SaidBy.CLINICIAN, "")),
        ({"display": "Patient"}, (SaidBy.UNKNOWN, "")),
        ({}, (SaidBy.UNKNOWN, "")),
    ],
)
def test_who_said_a_goal_comes_from_the_chart_and_is_not_assumed(
    reference: dict[str, str], expected: tuple[SaidBy, str]
) -> None:
    (statement,) = goal_statements(msgspec.convert(goal(expressedBy=reference), lenses.Goal), PATIENT)

    assert (statement.said_by, statement.speaker) == expected


def test_a_goal_without_text_has_its_code_in_words_and_one_without_either_is_none() -> None:
    coded = goal(description={"coding": [{"code": "1", "display": "In paid employment"}]})

    found = [
        goal_statements(msgspec.convert(one, lenses.Goal), PATIENT) for one in (coded, goal(description={}))
    ]

    assert [[one.words for one in statements] for statements in found] == [["In paid employment"], []]


@pytest.mark.parametrize(
    ("concept", "kind"),
    [
        ("hopes", Kind.HOPE),
        ("worries", Kind.WORRY),
        ("matters", Kind.MATTERS),
        ("what-matters", Kind.MATTERS),
        ("people-involved", Kind.PEOPLE),
        ("unacceptable-outcome", Kind.UNACCEPTABLE),
        ("decision-role", Kind.DECISION_ROLE),
        ("treatment-preference", Kind.TREATMENT_PREFERENCE),
        ("something-new", Kind.CARE_EXPERIENCE),
    ],
)
def test_the_apps_own_coding_tells_the_kind_whatever_its_host(concept: str, kind: Kind) -> None:
    coding = [{"system": "http://loinc.org", "code": "95541-9"}, {"system": CONCEPTS, "code": concept}]

    (statement,) = preference_statements(observed(code={"coding": coding}, valueString="Quiet"), PATIENT)

    assert statement.kind is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("95541-9", Kind.CARE_EXPERIENCE),
        ("75773-2", Kind.TREATMENT_PREFERENCE),
        ("81362-6", Kind.WORRY),
        ("81360-0", Kind.MATTERS),
    ],
)
def test_the_loinc_code_tells_the_kind_where_there_is_no_other(code: str, kind: Kind) -> None:
    coded = {"coding": [{"system": "http://loinc.org", "code": code}]}

    (statement,) = preference_statements(observed(code=coded, valueString="Quiet"), PATIENT)

    assert statement.kind is kind


def test_a_preference_keeps_words_question_speaker_and_day() -> None:
    (statement,) = preference_statements(
        observed(
            valueString="My daughter Maria. Not my brother.",
            performer=[{"reference": "RelatedPerson/r1", "display": "Maria"}],
            effectiveDateTime="2026-11-22T23:30:00-05:00",
        ),
        PATIENT,
    )

    assert statement == Statement(
        kind=Kind.CARE_EXPERIENCE,
        words="My daughter Maria. Not my brother.",
        said_by=SaidBy.RELATED_PERSON,
        source=Source("Observation/o1"),
        said_on=date(2026, 11, 22),
        speaker="Maria",
        status="final",
        question="What helps you?",
    )


def test_a_coded_value_is_read_by_its_text_and_the_codes_name_is_no_question() -> None:
    code = {
        "coding": [
            {"system": "http://loinc.org", "code": "95541-9", "display": "Care experience preference"}
        ],
        "text": "Care Experience Preference",
    }
    value = {"coding": [{"code": "shared", "display": "Shared"}], "text": "My doctor and I decide together"}

    (statement,) = preference_statements(observed(code=code, valueCodeableConcept=value), PATIENT)

    assert (statement.words, statement.question) == ("My doctor and I decide together", "")


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"valueString": " "},
        {"dataAbsentReason": {"text": "asked but declined"}},
        {"valueString": "120", "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}},
    ],
)
def test_a_question_without_an_answer_or_about_something_else_is_no_statement(value: Any) -> None:
    assert preference_statements(observed(**value), PATIENT) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"valueCodeableConcept": {"coding": [{"code": "373066001"}]}}, ["Advance healthcare directive"]),
        ({"valueBoolean": True}, ["Advance healthcare directive"]),
        ({"valueCodeableConcept": {"coding": [{"code": "373067005"}], "text": "No"}}, []),
        ({"valueBoolean": False}, []),
        ({}, []),
    ],
)
def test_an_advance_directive_is_only_told_of_where_the_chart_says_there_is_one(
    value: Any, words: list[str]
) -> None:
    display = "Advance healthcare directive"
    code = {"coding": [{"system": "http://loinc.org", "code": "45473-6", "display": display}]}

    found = preference_statements(observed(code=code, **value), PATIENT)

    assert [one.words for one in found] == words
    assert all(one.kind is Kind.PLANNING_DOCUMENT for one in found)


@pytest.mark.parametrize(
    "kind", [Kind.HOPE, Kind.WORRY, Kind.MATTERS, Kind.PEOPLE, Kind.UNACCEPTABLE, Kind.STRENGTH]
)
@pytest.mark.parametrize("said_by", [SaidBy.PATIENT, SaidBy.RELATED_PERSON])
def test_what_this_app_writes_reads_back_as_the_same_statement(kind: Kind, said_by: SaidBy) -> None:
    draft = DraftStatement(
        id="d1", kind=kind, words="Being home for the “wedding”.", said_by=said_by, speaker="Ernesto, husband"
    )
    at = datetime(2026, 11, 22, 15, tzinfo=UTC)
    written = observation.to_fhir(draft, VisitReferences(patient_id="p1"), said_at=at, form=ResourceForm())

    (read,) = preference_statements(msgspec.convert(written | {"id": "o1"}, lenses.Observation), PATIENT)

    assert (read.kind, read.words, read.said_by) == (kind, draft.words, said_by)
    assert read.speaker == ("Ernesto, husband" if said_by is SaidBy.RELATED_PERSON else "")
    assert read.said_on == date(2026, 11, 22)


def test_a_goal_that_this_app_writes_reads_back_as_the_same_goal() -> None:
    draft = DraftStatement(id="d1", kind=Kind.GOAL, words="Dance again", due=date(2027, 6, 1))
    at = datetime(2026, 11, 22, 15, tzinfo=UTC)
    written = goal_builder.to_fhir(draft, VisitReferences(patient_id="p1"), said_at=at, form=ResourceForm())

    (read,) = goal_statements(msgspec.convert(written | {"id": "g1"}, lenses.Goal), PATIENT)

    assert (read.words, read.due, read.said_by, read.said_on) == (
        "Dance again",
        date(2027, 6, 1),
        SaidBy.PATIENT,
        date(2026, 11, 22),
    )


def test_a_clinicians_summary_is_not_given_out_as_the_patients_words() -> None:
    draft = DraftStatement(id="d1", kind=Kind.HOPE, words="Wants less pain", verbatim=False)
    at = datetime(2026, 11, 22, 15, tzinfo=UTC)
    written = observation.to_fhir(draft, VisitReferences(patient_id="p1"), said_at=at, form=ResourceForm())

    (read,) = preference_statements(msgspec.convert(written | {"id": "o1"}, lenses.Observation), PATIENT)

    assert read.said_by in {SaidBy.REPORTED, SaidBy.UNKNOWN}


def test_free_answers_to_questions_about_wishes_are_statements_wherever_they_are_nested() -> None:
    response = about_p1(
        "QuestionnaireResponse",
        "q1",
        authored="2026-11-20T19:42:00-05:00",
        source={"reference": "Patient/p1"},
        status="completed",
        item=[
            {"text": "What worries you most?", "answer": [{"valueString": "Falling at night alone"}]},
            {"text": "What worries you most?", "answer": [{"valueString": "Nothing"}, {"valueInteger": 3}]},
            {"text": "List your surgeries", "answer": [{"valueString": "Appendix out in 2003"}]},
            {
                "text": "About you",
                "item": [
                    {"text": "¿Qué espera lograr?", "answer": [{"valueString": "Volver a caminar sola"}]},
                    {
                        "text": "Pain?",
                        "answer": [
                            {
                                "valueBoolean": True,
                                "item": [
                                    {
                                        "text": "What matters most to you?",
                                        "answer": [{"valueString": "Sleeping through the night"}],
                                    }
                                ],
                            }
                        ],
                    },
                ],
            },
        ],
    )

    found = questionnaire_statements(msgspec.convert(response, lenses.QuestionnaireResponse), PATIENT)

    assert [(one.kind, one.words, one.question) for one in found] == [
        (Kind.WORRY, "Falling at night alone", "What worries you most?"),
        (Kind.HOPE, "Volver a caminar sola", "¿Qué espera lograr?"),
        (Kind.MATTERS, "Sleeping through the night", "What matters most to you?"),
    ]
    assert {(one.said_by, one.said_on, one.confirmed) for one in found} == {
        (SaidBy.PATIENT, date(2026, 11, 20), True)
    }


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"description": "Physiotherapy first."}, ["Physiotherapy first."]),
        (
            {"activity": [{"detail": {"description": "Walk daily"}}, {"reference": {"reference": "X/1"}}]},
            ["Walk daily"],
        ),
        (
            {"text": {"status": "additional", "div": "<div><p>Walk &amp; rest.</p><p>Review.</p></div>"}},
            ["Walk & rest.\n\nReview."],
        ),
        (
            {"text": {"status": "generated", "div": f"<div>{'x ' * 800}</div>"}, "title": "Knee plan"},
            ["Knee plan"],
        ),
        ({"text": {"status": "empty", "div": "<div>none</div>"}}, []),
    ],
)
def test_a_care_plan_tells_what_was_decided(plan: Any, words: list[str]) -> None:
    resource = about_p1("CarePlan", "cp1", status="active", author={"reference": "Practitioner/7"}) | plan

    found = care_plan_statements(msgspec.convert(resource, lenses.CarePlan), PATIENT)

    assert [one.words for one in found] == words
    assert all((one.kind, one.said_by) == (Kind.DECISION, SaidBy.CLINICIAN) for one in found)


@pytest.mark.parametrize(
    ("concept", "words", "coded"),
    [
        ({"text": "In paid employment", "coding": [{"display": "In Paid Employment"}]}, True, True),
        ({"coding": [{"display": "In paid employment"}]}, True, True),
        ({"text": "  ", "coding": [{"display": "In paid employment"}]}, True, True),
        ({"text": "A job with a desk", "coding": [{"display": "In paid employment"}]}, True, False),
        ({"text": "A job with a desk"}, True, False),
        ({"text": "  "}, False, False),
        ({"coding": [{"code": "406156006"}]}, False, False),
    ],
)
def test_words_that_are_a_codes_name_are_known_as_such(concept: Any, words: bool, coded: bool) -> None:
    goals = goal_statements(msgspec.convert(goal(description=concept), lenses.Goal), PATIENT)
    answers = preference_statements(observed(valueCodeableConcept=concept), PATIENT)

    assert [one.coded for one in goals] == [one.coded for one in answers] == ([coded] if words else [])


def test_answer_picked_from_a_list_of_a_screening_form_is_no_statement() -> None:
    picked = {"valueCoding": {"code": "x", "display": "I choose not to answer this question"}}
    item = {"text": "What are you most worried about?", "answer": [picked]}
    response = about_p1("QuestionnaireResponse", "q1", source={"reference": "Patient/p1"}, item=[item])

    assert questionnaire_statements(msgspec.convert(response, lenses.QuestionnaireResponse), PATIENT) == []


def _consent(**more: Any) -> lenses.Consent:
    base = about_p1(
        "Consent",
        "c1",
        status="active",
        dateTime="2025-03-01T09:40:00-05:00",
        category=[{"coding": [{"code": "acd"}]}],
        policyRule={"text": "Durable power of attorney for health care"},
        provision={
            "type": "permit",
            "actor": [
                {
                    "role": {"coding": [{"code": "75783-1"}], "text": "Health care agent"},
                    "reference": {"reference": "RelatedPerson/r1", "display": "Carmen Delgado"},
                }
            ],
        },
    )
    return msgspec.convert(base | more, lenses.Consent)


def test_a_consent_names_the_health_care_agent_without_claiming_that_it_was_said() -> None:
    (statement,) = consent_statements(_consent(), PATIENT)

    assert (statement.kind, statement.words) == (Kind.PEOPLE, "Carmen Delgado, health care agent")
    assert (statement.said_by, statement.said_on) == (SaidBy.UNKNOWN, date(2025, 3, 1))
    assert statement.about_person == "Carmen Delgado"
    assert not statement.was_said


@pytest.mark.parametrize(
    ("consent", "expected"),
    [
        ({"provision": {}}, [Kind.PLANNING_DOCUMENT]),
        ({"status": "inactive"}, []),
        ({"category": [{"coding": [{"code": "59284-0"}]}]}, []),
    ],
)
def test_a_consent_without_an_agent_is_a_document_and_other_consents_are_nothing(
    consent: Any, expected: list[Kind]
) -> None:
    assert [one.kind for one in consent_statements(_consent(**consent), PATIENT)] == expected


def test_an_agent_who_is_denied_is_not_named_as_one() -> None:
    denied = _consent()
    provision = lenses.Provision(type="deny", actor=denied.provision.actor)

    (statement,) = consent_statements(msgspec.structs.replace(denied, provision=provision), PATIENT)

    assert statement.kind is Kind.PLANNING_DOCUMENT


def test_an_advance_directive_is_known_by_title_and_date_and_an_old_version_is_not() -> None:
    document = about_p1(
        "DocumentReference", "d1", status="current", type={"text": "Living will"}, date="2024-10-08T10:00:00Z"
    )

    found = [
        planning_document_statements(msgspec.convert(one, lenses.DocumentReference), PATIENT)
        for one in (document, document | {"status": "superseded"})
    ]

    assert [[(one.words, one.said_on) for one in statements] for statements in found] == [
        [("Living will", date(2024, 10, 8))],
        [],
    ]


def test_people_come_with_name_and_relationship() -> None:
    person = about_p1(
        "RelatedPerson",
        "r1",
        name=[{"given": ["Maria"], "family": "Shaw"}],
        relationship=[{"coding": [{"display": "daughter"}]}],
    )
    team = about_p1(
        "CareTeam",
        "t1",
        participant=[
            {"role": [{"text": "Nurse"}], "member": {"reference": "Practitioner/7", "display": "Ren Tanaka"}},
            {"member": {"reference": "Patient/p1", "display": "Ana Reyes"}},
            {"member": {"reference": "Practitioner/8"}},
        ],
    )

    relative = related_person(msgspec.convert(person, lenses.RelatedPerson))
    members = team_members(msgspec.convert(team, lenses.CareTeam), PATIENT)

    assert (relative.name, relative.relationship) == ("Maria Shaw", "daughter")
    assert [(one.reference, one.name, one.relationship) for one in members] == [
        ("Practitioner/7", "Ren Tanaka", "Nurse")
    ]


def test_words_that_were_said_do_not_give_way_to_the_same_words_of_unknown_origin() -> None:
    patients = Statement(Kind.GOAL, "Dance", SaidBy.PATIENT, Source("Goal/1"), said_on=date(2024, 1, 1))
    unknown = Statement(Kind.GOAL, "Dance", SaidBy.UNKNOWN, Source("Goal/2"), said_on=date(2026, 1, 1))

    assert newest_first([patients, unknown]) == (unknown, patients)


def test_statements_stand_newest_first_those_without_a_date_last_and_the_same_words_once() -> None:
    def said(words: str, on: date | None, kind: Kind = Kind.HOPE) -> Statement:
        return Statement(kind, words, SaidBy.PATIENT, Source(f"Observation/{on}"), said_on=on)

    found = newest_first(
        [
            said("To dance", date(2020, 1, 1)),
            said("No date", None),
            said("to  dance", date(2025, 1, 1)),
            said("To dance", date(2021, 1, 1), Kind.GOAL),
            said("To sing", date(2026, 1, 1)),
        ]
    )

    assert [(one.words, one.said_on) for one in found] == [
        ("To sing", date(2026, 1, 1)),
        ("to  dance", date(2025, 1, 1)),
        ("To dance", date(2021, 1, 1)),
        ("No date", None),
    ]
