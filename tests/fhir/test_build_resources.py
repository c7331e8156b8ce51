"""What is written to the chart, whole and word for word."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir import goal, observation
from smartapp.fhir.codes import LocalSystems, Profile
from smartapp.sdm.model import Kind, SaidBy
from tests.fhir.written import ALL_PROFILES, DRAFTS, NAMES, SAID_AT, SYSTEMS, VISIT, draft, golden, written

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@pytest.mark.parametrize("name", NAMES)
def test_each_kind_of_statement_becomes_exactly_its_golden_resource(name: str) -> None:
    assert written(name) == golden(name)


@given(WORDS)
def test_words_reach_the_chart_character_for_character(words: str) -> None:
    as_goal = goal.to_fhir(draft(Kind.GOAL, words), VISIT, said_at=SAID_AT, systems=SYSTEMS)
    as_worry = observation.to_fhir(draft(Kind.WORRY, words), VISIT, said_at=SAID_AT, systems=SYSTEMS)

    assert as_goal["description"] == {"text": words}
    assert as_worry["valueString"] == words


def test_goal_starts_on_the_local_day_of_the_visit() -> None:
    assert written("goal")["startDate"] == "2026-11-22"


def test_goal_names_no_encounter() -> None:
    assert "encounter" not in written("goal")


def test_observation_of_a_launch_without_encounter_names_none() -> None:
    without = replace(VISIT, encounter_id="")

    made = observation.to_fhir(DRAFTS["hope"], without, said_at=SAID_AT, systems=SYSTEMS)

    assert "encounter" not in made


def test_words_of_the_family_are_not_given_to_the_patient() -> None:
    assert "performer" not in written("people")
    assert "expressedBy" not in written("goal_of_family")


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
    statement = draft(Kind.HOPE, "Rest.", said_by=said_by, speaker=speaker)

    made = observation.to_fhir(statement, VISIT, said_at=SAID_AT, systems=SYSTEMS)

    author = {"reference": "Practitioner/pr1", "display": "Dr Ada Osei"}
    assert made["note"] == [{"authorReference": author, "time": "2026-11-22T22:05:00-05:00", "text": text}]


def test_note_names_a_clinician_whose_role_alone_is_known_without_pointing_there() -> None:
    role = replace(VISIT, practitioner="PractitionerRole/r1")

    made = goal.to_fhir(DRAFTS["goal"], role, said_at=SAID_AT, systems=SYSTEMS)

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


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("goal", Profile.GOAL),
        ("hope", Profile.CARE_EXPERIENCE),
        ("unacceptable", Profile.TREATMENT),
        ("provenance", Profile.PROVENANCE),
    ],
)
def test_profile_is_claimed_only_when_asked(name: str, profile: Profile) -> None:
    claimed = written(name, claimed=ALL_PROFILES)["meta"]
    unclaimed = written(name).get("meta", {})

    assert isinstance(claimed, dict)
    assert isinstance(unclaimed, dict)
    assert claimed["profile"] == [profile.value]
    assert "profile" not in unclaimed


def test_sites_own_base_stands_in_every_local_system() -> None:
    ours = LocalSystems("https://clinic.example.com/fhir")

    made = observation.to_fhir(DRAFTS["hope"], VISIT, said_at=SAID_AT, systems=ours)

    assert "commonground" not in str(made)
    assert made["identifier"] == [
        {"system": "https://clinic.example.com/fhir/ids", "value": DRAFTS["hope"].id}
    ]


def test_time_without_an_offset_is_not_written() -> None:
    naive = datetime(2026, 11, 22, 22, 5)

    with pytest.raises(ValueError, match="without an offset"):
        goal.to_fhir(DRAFTS["goal"], VISIT, said_at=naive, systems=SYSTEMS)
