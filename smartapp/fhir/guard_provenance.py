"""What a Provenance must be: all of its targets, one activity, and the people each in a role that they can
have.

US Core: provenance-1 (on whose behalf).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

from smartapp.fhir import guard_terms as terms
from smartapp.fhir.guard_expected import Expected, refuse
from smartapp.fhir.guard_rules import (
    Resource,
    check_each_once,
    check_fixed,
    check_once,
    check_profiles,
    check_tag,
    coded,
    reference_of,
)

_TYPES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "author": frozenset({"Practitioner", "PractitionerRole"}),
        "informant": frozenset({"Patient", "RelatedPerson"}),
        "assembler": frozenset(),
    }
)
"""Whom each role may refer to; the app itself is no resource, so it has a name only."""


def check(resource: Resource, expected: Expected) -> None:
    if expected.activity not in terms.ACTIVITIES:
        refuse("Provenance.activity", "not an activity of the app")
    check_fixed(resource, "activity", coded(terms.ACTIVITIES[expected.activity]))
    check_each_once(resource, "target")
    targets = {reference_of(target) for target in cast("list[object]", resource["target"])}
    if targets != expected.named("target"):
        refuse("Provenance.target", "not all that it is about")
    agents = cast("list[Resource]", resource["agent"])
    roles = [
        _role(agent, expected, path=f"Provenance.agent[{number}]") for number, agent in enumerate(agents)
    ]
    if roles.count("author") > 1 or roles.count("assembler") != 1:
        refuse("Provenance.agent", "not one author and the app")
    people = [reference_of(agent["who"]) for agent in agents]
    check_once("Provenance.agent", [who or str(number) for number, who in enumerate(people)])
    if not expected.named("who") <= set(people):
        refuse("Provenance.agent", "not everybody")
    check_tag(resource, expected)
    check_profiles(resource, expected, {terms.PROVENANCE_PROFILE})


def _role(agent: Resource, expected: Expected, *, path: str) -> str:
    roles = {role["code"]: coded(role) for role in (terms.AUTHOR, terms.INFORMANT, terms.ASSEMBLER)}
    role = next((code for code, concept in roles.items() if agent["type"] == concept), "")
    if not role:
        refuse(f"{path}.type", "not a role that the app names")
    resource_type = reference_of(agent["who"]).partition("/")[0]
    if resource_type and resource_type not in _TYPES[role]:
        refuse(f"{path}.who", "not somebody for this role")
    # provenance-1: the author is a practitioner and the assembler a device, also where only their names are
    # known.
    if ("onBehalfOf" in agent) != (role != "informant"):
        refuse(f"{path}.onBehalfOf", "missing, or not for this role")
    site = expected.named("onBehalfOf")
    if role != "informant" and site and reference_of(agent["onBehalfOf"]) not in site:
        refuse(f"{path}.onBehalfOf", "not the site")
    return role
