"""Every deviation of a vendor has a name; a vendor without one is read as US Core says."""

from smartapp.ehr.profile import EhrProfile, profile_for


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
