"""What a new Observation must be: final, of a code and category that belong together, with the value that was
said or chosen.

US Core: us-core-1 (a day at least), us-core-2 (a value).
"""

from typing import cast

from smartapp.fhir import guard_terms as terms
from smartapp.fhir.guard_expected import Expected, refuse
from smartapp.fhir.guard_rules import (
    Resource,
    check_each_once,
    check_fixed,
    check_identity,
    check_kind,
    check_notes,
    check_profiles,
    check_tag,
    check_words,
    check_words_note,
    coded,
)
from smartapp.fhir.guard_terms import Coding, Concept
from smartapp.sdm.choices import CONFIDENCE, DECISION_ROLES
from smartapp.sdm.model import Kind


def check(resource: Resource, expected: Expected) -> None:
    check_kind(resource, expected, {*terms.PREFERENCES, Kind.CONFIDENCE})
    check_identity(resource, expected)
    check_fixed(resource, "status", "final")
    check_each_once(resource, "performer", "focus")
    check_tag(resource, expected)
    check_notes(resource, expected)
    if expected.kind is Kind.CONFIDENCE:
        _check_confidence(resource, expected)
    else:
        _check_preference(resource, expected, terms.PREFERENCES[cast("Kind", expected.kind)])


def _check_preference(resource: Resource, expected: Expected, concept: Concept) -> None:
    is_pco = expected.form.pco and concept.is_what_matters
    categories = [concept.category, *([terms.SURVEY, terms.PCO_WHAT_MATTERS] if is_pco else [])]
    check_fixed(resource, "category", [coded(category) for category in categories])
    _check_code(resource, concept.us_core, _own(concept, expected))
    if expected.kind is Kind.DECISION_ROLE and expected.choice:
        _check_role(resource, expected)
    else:
        _check_value(resource, "valueString")
        check_words("Observation.valueString", resource["valueString"], expected)
    # Of the two only the nearer one, where the server knows it.
    preference = {profile for profile in expected.form.claims if profile.value == concept.profile}
    us_core = concept.profile if preference else terms.SIMPLE_PROFILE
    pco = {terms.PCO_WHAT_MATTERS_PROFILE} if is_pco else set[str]()
    check_profiles(resource, expected, {us_core, *pco})


def _check_role(resource: Resource, expected: Expected) -> None:
    _check_value(resource, "valueCodeableConcept")
    value = cast("Resource", resource["valueCodeableConcept"])
    system = f"{expected.form.systems.base}/CodeSystem/decision-role"
    label = DECISION_ROLES.get(expected.choice, "")
    if value["coding"] != [dict(terms.coding(system, expected.choice, label))] or not label:
        refuse("Observation.valueCodeableConcept", "not what was chosen")
    check_words("Observation.valueCodeableConcept.text", value["text"], expected)


def _check_confidence(resource: Resource, expected: Expected) -> None:
    check_fixed(resource, "category", [coded(terms.SURVEY)])
    pco = [terms.PCO_CONFIDENCE] if expected.form.pco else []
    _check_code(resource, *pco, _own(terms.CONFIDENCE, expected))
    _check_value(resource, "valueInteger")
    label = CONFIDENCE.get(expected.choice)
    if label is None or str(resource["valueInteger"]) != expected.choice:
        refuse("Observation.valueInteger", "not what was chosen")
    notes = cast("list[Resource]", resource.get("note", []))
    if [words.strip() for words in expected.words] != [label]:
        check_words_note(notes[0] if notes else {}, expected, path="Observation.note[0]")
    check_profiles(resource, expected, {terms.SCREENING_PROFILE})


def _check_code(resource: Resource, *codings: Coding) -> None:
    code = cast("Resource", resource["code"])
    if code["coding"] != coded(*codings)["coding"]:
        refuse("Observation.code", "not the codes of this kind of statement")


def _check_value(resource: Resource, element: str) -> None:
    if [name for name in resource if name.startswith("value")] != [element]:
        refuse(f"Observation.{element}", "not the one value of this kind of statement")


def _own(concept: Concept, expected: Expected) -> Coding:
    system = f"{expected.form.systems.base}/CodeSystem/sdm-concepts"
    return terms.coding(system, concept.code, concept.display)
