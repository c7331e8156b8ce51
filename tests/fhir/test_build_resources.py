"""What is written to the chart, whole and word for word."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir import care_plan, confidence, goal, observation, priorities, questionnaire_response
from smartapp.fhir.codes import LocalSystems, Profile
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences
from smartapp.sdm.choices import CONFIDENCE, DECISION_ROLES
from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from tests.fhir.written import (
    DRAFTS,
    FORMS,
    GOLDEN,
    NAMES,
    PLAIN,
    SAID_AT,
    VISIT,
    draft,
    golden,
    transaction,
    written,
)

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
PCO = FORMS["9.0 pco"]
OF_PCO = ("goal", "hope", "confidence", "decision", "priorities")


def observed(statement: DraftStatement, visit: VisitReferences = VISIT) -> dict[str, object]:
    return observation.to_fhir(statement, visit, said_at=SAID_AT, form=PLAIN)


@pytest.mark.parametrize("name", NAMES)
def test_each_kind_of_statement_becomes_exactly_its_golden_resource(name: str) -> None:
    assert written(name) == golden(name)


@pytest.mark.parametrize("name", OF_PCO)
def test_with_person_centered_outcomes_it_becomes_exactly_its_other_golden_resource(name: str) -> None:
    assert written(name, PCO) == golden(f"{name}_pco")


def test_several_statements_become_exactly_the_golden_transaction() -> None:
    assert transaction() == golden("transaction")


def test_every_golden_resource_is_written_by_the_app() -> None:
    # The audit trail's are for the site's own store, and go to no EHR.
    known = {*NAMES, *(f"{name}_pco" for name in OF_PCO), "transaction", "audit_events"}

    assert {path.stem for path in GOLDEN.glob("*.json")} == known


@given(WORDS)
def test_words_reach_the_chart_character_for_character(words: str) -> None:
    as_goal = goal.to_fhir(draft(Kind.GOAL, words), VISIT, said_at=SAID_AT, form=PLAIN)
    as_worry = observed(draft(Kind.WORRY, words))
    as_decision = care_plan.to_fhir(draft(Kind.DECISION, words), VISIT, said_at=SAID_AT, form=PLAIN)
    answer = questionnaire_response.answer(draft(Kind.HOPE, words))

    assert as_goal["description"] == {"text": words}
    assert as_worry["valueString"] == words
    assert as_decision["description"] == words
    assert answer == words


@given(WORDS)
def test_narrative_of_a_decision_is_xhtml_that_shows_the_words(words: str) -> None:
    div = ET.fromstring(care_plan.narrative(words))

    shown = "".join(div.itertext()).replace("\ufffd", "")
    assert {element.tag.rpartition("}")[2] for element in div.iter()} <= {"div", "p", "br"}
    assert len(shown) <= len(words)
    if words.isprintable():
        assert shown == words


def test_narrative_holds_no_markup_of_the_words() -> None:
    div = care_plan.narrative('<script>alert("1")</script> & more')

    assert div == (
        '<div xmlns="http://www.w3.org/1999/xhtml">'
        '<p>&lt;script&gt;alert("1")&lt;/script&gt; &amp; more</p></div>'
    )


def test_goal_starts_on_the_local_day_of_the_visit() -> None:
    assert written("goal")["startDate"] == "2026-11-22"


def test_goal_names_no_encounter() -> None:
    assert "encounter" not in written("goal")


@pytest.mark.parametrize("name", ["hope", "confidence", "decision", "priorities"])
def test_resource_of_a_launch_without_encounter_names_none(name: str) -> None:
    without, statement = replace(VISIT, encounter_id=""), DRAFTS[name]
    ranked = [priorities.Ranked("Goal/1")]
    match statement.kind:
        case Kind.CONFIDENCE:
            made = confidence.to_fhir(statement, without, said_at=SAID_AT, form=PLAIN)
        case Kind.DECISION:
            made = care_plan.to_fhir(statement, without, said_at=SAID_AT, form=PLAIN)
        case Kind.PRIORITIES:
            made = priorities.to_fhir(statement, without, said_at=SAID_AT, form=PLAIN, ranked=ranked)
        case _:
            made = observed(statement, without)

    assert "encounter" in written(name)
    assert "encounter" not in made


def test_words_of_the_family_are_not_given_to_the_patient() -> None:
    assert "performer" not in written("people")
    assert "expressedBy" not in written("goal_of_family")
    assert "source" not in written("answers_of_family")


def test_words_of_family_whom_the_chart_knows_are_given_to_them() -> None:
    known = replace(DRAFTS["people"], speaker_reference="RelatedPerson/rp1")
    husband = {"reference": "RelatedPerson/rp1", "display": "Ernesto, husband"}

    assert written("goal_of_known_family")["expressedBy"] == husband
    assert observed(known)["performer"] == [husband]


def test_reported_words_are_given_to_nobody() -> None:
    reported = replace(DRAFTS["people"], said_by=SaidBy.REPORTED, speaker_reference="RelatedPerson/rp1")

    assert "performer" not in observed(reported)


def test_summary_is_marked_as_one_and_has_no_performer() -> None:
    made = written("matters")

    assert "performer" not in made
    assert "Clinician's summary, not a quote." in str(made["note"])


@pytest.mark.parametrize(
    ("said_by", "speaker", "text"),
    [
        (SaidBy.RELATED_PERSON, "", "Said by a person close to the patient."),
        (SaidBy.CLINICIAN, "", "Written by the clinician."),
        (SaidBy.REPORTED, "the ward", "Reported by the ward."),
        (SaidBy.UNKNOWN, "", "It is not known who said this."),
    ],
)
def test_note_says_who_spoke(said_by: SaidBy, speaker: str, text: str) -> None:
    made = observed(draft(Kind.HOPE, "Rest.", said_by=said_by, speaker=speaker))

    author = {"reference": "Practitioner/pr1", "display": "Dr Ada Osei"}
    assert made["note"] == [{"authorReference": author, "time": "2026-11-22T22:05:00-05:00", "text": text}]


def test_note_names_a_clinician_whose_role_alone_is_known_without_pointing_there() -> None:
    role = replace(VISIT, practitioner="PractitionerRole/r1")

    made = goal.to_fhir(DRAFTS["goal"], role, said_at=SAID_AT, form=PLAIN)

    assert made["note"] == [
        {
            "authorString": "Dr Ada Osei",
            "time": "2026-11-22T22:05:00-05:00",
            "text": "The patient's own words.",
        }
    ]


def test_no_question_is_recorded_that_was_not_asked() -> None:
    made = written("worry")

    assert made["code"] == golden("worry")["code"]
    assert "What the patient is most worried about" in str(made["code"])
    assert "?" not in str(made["code"])


@pytest.mark.parametrize("code", DECISION_ROLES)
def test_chosen_role_is_coded_and_keeps_the_words(code: str) -> None:
    made = observed(draft(Kind.DECISION_ROLE, "As we always did.", choice=code))

    assert "valueString" not in made
    assert made["valueCodeableConcept"] == {
        "coding": [
            {
                "system": "https://commonground.example.org/fhir/CodeSystem/decision-role",
                "code": code,
                "display": DECISION_ROLES[code],
            }
        ],
        "text": "As we always did.",
    }


@pytest.mark.parametrize("code", CONFIDENCE)
def test_confidence_is_the_number_that_was_chosen(code: str) -> None:
    statement = draft(Kind.CONFIDENCE, CONFIDENCE[code], choice=code)

    made = confidence.to_fhir(statement, VISIT, said_at=SAID_AT, form=PLAIN)

    assert made["valueInteger"] == int(code)
    assert "note" not in made


@pytest.mark.parametrize("choice", ["", "11", "-1", "8.5", "shared"])
def test_confidence_without_a_number_from_0_to_10_is_not_written(choice: str) -> None:
    statement = draft(Kind.CONFIDENCE, "Quite sure.", choice=choice)

    with pytest.raises(KeyError):
        confidence.to_fhir(statement, VISIT, said_at=SAID_AT, form=PLAIN)


def test_order_of_nothing_is_not_written() -> None:
    with pytest.raises(ValueError, match="nothing to order"):
        priorities.to_fhir(DRAFTS["priorities"], VISIT, said_at=SAID_AT, form=PLAIN, ranked=[])


def test_order_with_a_preference_of_another_kind_does_not_claim_to_be_person_centered() -> None:
    goal_first = [
        priorities.Ranked("Goal/1", "Dance.", Kind.GOAL),
        priorities.Ranked("", "My garden.", Kind.STRENGTH),
    ]
    with_treatment = [
        *goal_first,
        priorities.Ranked("Observation/1", "No injection.", Kind.TREATMENT_PREFERENCE),
    ]

    claims, without = (
        priorities.to_fhir(DRAFTS["priorities"], VISIT, said_at=SAID_AT, form=PCO, ranked=ranked)["meta"]
        for ranked in (goal_first, with_treatment)
    )

    assert "pco-personal-priorities-organizer" in str(claims)
    assert "profile" not in str(without)


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("goal", Profile.GOAL),
        ("hope", Profile.CARE_EXPERIENCE),
        ("unacceptable", Profile.TREATMENT),
        ("confidence", Profile.SCREENING),
        ("decision", Profile.CARE_PLAN),
        ("note", Profile.DOCUMENT),
        ("answers", Profile.QUESTIONNAIRE_RESPONSE),
        ("provenance", Profile.PROVENANCE),
    ],
)
def test_profile_is_claimed_only_when_asked(name: str, profile: Profile) -> None:
    claimed = written(name, FORMS["9.0"])["meta"]
    unclaimed = written(name).get("meta", {})

    assert isinstance(claimed, dict)
    assert isinstance(unclaimed, dict)
    assert claimed["profile"] == [f"{profile.value}|9.0.0"]
    assert "profile" not in unclaimed


def test_preference_claims_the_simple_profile_where_the_server_knows_no_better() -> None:
    claimed = written("hope", FORMS["6.1"])["meta"]

    assert isinstance(claimed, dict)
    assert claimed["profile"] == [f"{Profile.SIMPLE_OBSERVATION.value}|6.1.0"]


def test_sites_own_base_stands_in_every_local_system() -> None:
    ours = ResourceForm(LocalSystems("https://clinic.example.com/fhir"))

    made = observation.to_fhir(DRAFTS["decision_role_chosen"], VISIT, said_at=SAID_AT, form=ours)

    assert "commonground" not in str(made)
    assert made["identifier"] == [
        {"system": "https://clinic.example.com/fhir/ids", "value": DRAFTS["decision_role_chosen"].id}
    ]


def test_time_without_an_offset_is_not_written() -> None:
    naive = datetime(2026, 11, 22, 22, 5)

    with pytest.raises(ValueError, match="without an offset"):
        goal.to_fhir(DRAFTS["goal"], VISIT, said_at=naive, form=PLAIN)
