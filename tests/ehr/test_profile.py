"""Every deviation of a vendor has a name; a vendor without one is taken to be as US Core says."""

import pytest

from smartapp.ehr.profile import EhrProfile, NoteShape, profile_for


def test_a_vendor_without_known_deviations_is_read_as_us_core_says() -> None:
    profile = profile_for("somebody-new")

    assert profile == EhrProfile(vendor="somebody-new")
    assert profile.condition_categories == ()


def test_epic_is_asked_for_conditions_by_category_and_for_both_kinds_of_care_plans() -> None:
    profile = profile_for("epic")

    assert profile.condition_categories == ("problem-list-item", "health-concern", "encounter-diagnosis")
    assert [category.rpartition("|")[2] for category in profile.care_plan_categories] == [
        "assess-plan",
        "38717003",
    ]


def test_oracle_is_asked_for_pages_of_a_hundred() -> None:
    assert (profile_for("oracle").page_size, profile_for("cerner").page_size) == (100, 100)


def test_epic_takes_a_note_as_a_draft_and_observations_for_other_things() -> None:
    profile = profile_for("epic")

    assert profile.note_shape is NoteShape.EPIC
    assert profile.creates_of_other_kinds == {"Observation"}


@pytest.mark.parametrize("vendor", ["oracle", "cerner"])
def test_oracle_takes_a_signed_note_and_observations_and_their_provenance_for_other_things(
    vendor: str,
) -> None:
    profile = profile_for(vendor)

    assert profile.note_shape is NoteShape.ORACLE
    assert profile.creates_of_other_kinds == {"Observation", "Provenance"}


@pytest.mark.parametrize("vendor", ["athenahealth", "athena", "eclinicalworks", "ecw", "meditech"])
def test_vendors_that_take_only_questionnaires_are_told_so_by_their_statement_alone(vendor: str) -> None:
    profile = profile_for(vendor)

    assert profile.stated is not None
    assert profile.stated.creates == {"QuestionnaireResponse"}
    assert profile.creates_of_other_kinds == frozenset()
    assert profile.note_shape is NoteShape.US_CORE


@pytest.mark.parametrize("vendor", ["medplum", "hapi"])
def test_servers_that_take_everything_deviate_in_nothing(vendor: str) -> None:
    profile = profile_for(vendor)

    assert profile.stated is not None
    assert profile == EhrProfile(vendor=vendor, stated=profile.stated)
    assert {"Goal", "Observation", "CarePlan", "List"} <= profile.stated.creates


def test_stated_facts_of_every_vendor_say_where_they_are_from() -> None:
    vendors = ("epic", "oracle", "athenahealth", "eclinicalworks", "meditech", "medplum", "hapi")

    stated = [profile_for(vendor).stated for vendor in vendors]

    assert all(one is not None and "20" in one.source for one in stated)
