"""What a new Goal must be: active, in progress, a personal health goal in the words that were said."""

from collections.abc import Mapping
from typing import cast

from smartapp.fhir import guard_terms as terms
from smartapp.fhir.guard_expected import Expected
from smartapp.fhir.guard_rules import (
    Resource,
    check_each_once,
    check_fixed,
    check_identity,
    check_kind,
    check_notes,
    check_once,
    check_profiles,
    check_tag,
    check_words,
    coded,
)
from smartapp.sdm.model import Kind


def check(resource: Resource, expected: Expected) -> None:
    check_kind(resource, expected, {Kind.GOAL})
    check_identity(resource, expected)
    check_fixed(resource, "lifecycleStatus", "active")
    check_fixed(resource, "achievementStatus", coded(terms.IN_PROGRESS))
    pco = [coded(terms.PCO_WHAT_MATTERS)] if expected.form.pco else []
    check_fixed(resource, "category", [coded(terms.PERSONAL_HEALTH_GOAL), *pco])
    description = cast("Mapping[str, object]", resource["description"])
    check_words("Goal.description.text", description["text"], expected)
    check_once("Goal.target", [str(target) for target in cast("list[object]", resource.get("target", []))])
    check_each_once(resource, "addresses")
    check_tag(resource, expected)
    check_notes(resource, expected, own_words_are_noted=True)
    check_profiles(resource, expected, {terms.GOAL_PROFILE, terms.PCO_GOAL_PROFILE})
