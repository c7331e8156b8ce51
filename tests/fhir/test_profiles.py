"""A profile is claimed only where the site wants it and the server lists it, spelled as the server does."""

import pytest

from smartapp.fhir.codes import PCO, Profile
from smartapp.fhir.profiles import claims_for
from tests.fhir.written import US_CORE, listed

GOAL = Profile.GOAL.value
EVERY_VERSION = frozenset().union(*(listed(version) for version in US_CORE.values()))


@pytest.mark.parametrize(("chosen", "version"), US_CORE.items())
def test_chosen_version_is_claimed_of_a_server_that_lists_them_all(chosen: str, version: str) -> None:
    claims = claims_for(chosen, pco=False, listed=EVERY_VERSION)

    assert set(claims.values()) == {url for url in listed(version) if not url.startswith(PCO)}


@pytest.mark.parametrize("chosen", US_CORE)
def test_version_that_the_server_does_not_list_is_not_claimed(chosen: str) -> None:
    others = frozenset().union(*(listed(version) for key, version in US_CORE.items() if key != chosen))

    assert claims_for(chosen, pco=False, listed=others) == {}


@pytest.mark.parametrize("chosen", [*US_CORE, "auto"])
def test_listing_without_a_version_is_claimed_as_it_is_spelled(chosen: str) -> None:
    assert claims_for(chosen, pco=False, listed=[GOAL]) == {Profile.GOAL: GOAL}


def test_auto_claims_the_newest_that_the_server_lists() -> None:
    claims = claims_for("auto", pco=False, listed=[f"{GOAL}|6.1.0", f"{GOAL}|9.0.0", GOAL, f"{GOAL}|7.0.0"])

    assert claims == {Profile.GOAL: f"{GOAL}|9.0.0"}


def test_none_claims_nothing_of_us_core() -> None:
    claims = claims_for("none", pco=True, listed=EVERY_VERSION)

    assert claims
    assert all(url.startswith(PCO) for url in claims.values())


@pytest.mark.parametrize("chosen", [*US_CORE, "auto", "none"])
def test_person_centered_outcomes_are_claimed_only_when_wanted(chosen: str) -> None:
    wanted, unwanted = (claims_for(chosen, pco=pco, listed=EVERY_VERSION) for pco in (True, False))

    assert {Profile.PCO_GOAL, Profile.PCO_WHAT_MATTERS, Profile.PCO_PRIORITIES} <= set(wanted)
    assert not any(url.startswith(PCO) for url in unwanted.values())


@pytest.mark.parametrize(
    "other",
    [
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-goal-2",
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|9.0.0",
        "HTTP://hl7.org/fhir/us/core/StructureDefinition/us-core-goal",
        f"{GOAL}/",
        "",
    ],
)
def test_listing_of_another_profile_is_no_reason_to_claim(other: str) -> None:
    assert claims_for("auto", pco=True, listed=[other]) == {}


def test_version_that_only_begins_alike_is_another_one() -> None:
    assert claims_for("6.1", pco=False, listed=[f"{GOAL}|6.10.0", f"{GOAL}|6.1-ballot"]) == {}
