"""The guard says which element is wrong and never what stood there, and believes no builder."""

import copy
import sys
from dataclasses import replace
from typing import Any

import pytest

from smartapp.ehr.profile import NoteShape
from smartapp.errors import GuardRefused
from smartapp.fhir import guard
from smartapp.fhir.guard import Expected
from smartapp.fhir.guard_terms import PREFERENCES
from smartapp.sdm.model import Kind
from smartapp.writing.building import Link, Making, build
from smartapp.writing.entry import PROVENANCE, Entry
from smartapp.writing.expected import expected_of
from tests.fhir.mutants import changed as changed_in
from tests.fhir.mutants import let_out
from tests.fhir.written import (
    CONTEXT,
    DRAFTS,
    EXAMPLES,
    FORMS,
    LINKS,
    PLAIN,
    SAID_AT,
    expected,
    golden,
    written,
)

Resource = dict[str, Any]  # Any: a resource that each test spoils in another place

GOAL_URN = "urn:uuid:c0222e7a-af12-4f55-8ea2-087117fdc779"
HOPE_URN = "urn:uuid:9ac4dede-814a-4fa7-b47d-a386c4bf6b74"


def refusal(resource: Resource, wanted: Expected) -> str:
    with pytest.raises(GuardRefused) as refused:
        guard.check(resource, wanted)
    assert refused.value.__cause__ is None
    return refused.value.detail


def changed(name: str, **changes: object) -> Expected:
    return replace(expected(name), **changes)  # type: ignore[arg-type]  # each test changes another field


def test_refusal_names_the_path_and_never_a_value() -> None:
    spoiled = golden("goal") | {"subject": {"reference": "Patient/secret-1", "display": "Secret Name"}}

    assert refusal(spoiled, expected("goal")) == "Goal.subject.reference: not of this launch"


def test_unknown_element_is_refused_without_naming_it() -> None:
    assert (
        refusal(golden("goal") | {"secretName": "x"}, expected("goal"))
        == "Goal: an element that the app does not write"
    )


@pytest.mark.parametrize(
    "resource_type", ["Patient", "Bundle", "Communication", "Consent", None, 5, ["Goal"]]
)
def test_other_resources_are_refused(resource_type: object) -> None:
    assert (
        refusal({"resourceType": resource_type}, expected("goal"))
        == "resourceType: not a resource that the app writes"
    )


@pytest.mark.parametrize("patient_id", ["", "..", "p 1", "p1/_history/1"])
def test_nothing_passes_without_a_launched_patient(patient_id: str) -> None:
    assert refusal(golden("goal"), changed("goal", patient_id=patient_id)) == "patient: no launched patient"


def test_encounter_is_refused_where_the_launch_had_none() -> None:
    assert (
        refusal(golden("hope"), changed("hope", encounter_id=""))
        == "Observation.encounter.reference: not of this launch"
    )


def test_encounter_must_be_there_where_the_launch_has_one() -> None:
    without = {name: value for name, value in golden("hope").items() if name != "encounter"}

    assert refusal(without, expected("hope")) == "Observation.encounter: missing, or nobody known"


@pytest.mark.parametrize(
    ("name", "element", "path"),
    [
        ("goal", "addresses", "Goal.addresses[0].reference"),
        ("goal", "authorReference", "Goal.note[0].authorReference.reference"),
        ("goal_of_known_family", "expressedBy", "Goal.expressedBy.reference"),
        ("people_known", "focus", "Observation.focus[0].reference"),
        ("decision", "goal", "CarePlan.goal[0].reference"),
        ("decision", "supportingInfo", "CarePlan.supportingInfo[0].reference"),
        ("priorities", "item", "List.entry[0].item.reference"),
        ("note", "related", "DocumentReference.context.related[0].reference"),
        ("provenance", "target", "Provenance.target[0].reference"),
    ],
)
def test_reference_that_nobody_named_is_refused(name: str, element: str, path: str) -> None:
    wanted = expected(name)
    nothing_there = replace(wanted, references={**wanted.references, element: frozenset()})

    assert refusal(golden(name), nothing_there) == f"{path}: not of this launch"


@pytest.mark.parametrize(
    ("name", "element"), [("hope", "performer"), ("goal", "expressedBy"), ("decision", "contributor")]
)
def test_words_are_the_patients_only_where_the_visit_says_so(name: str, element: str) -> None:
    wanted = expected(name)
    by_somebody_else = replace(
        wanted, references={**wanted.references, element: frozenset({"RelatedPerson/rp1"})}
    )

    assert refusal(golden(name), by_somebody_else).endswith("reference: not of this launch")


def test_another_patient_passes_nowhere_even_where_somebody_named_them() -> None:
    wanted = expected("hope")
    named = replace(wanted, references=dict.fromkeys(wanted.references, frozenset({"Patient/p2"})))
    spoiled = golden("hope") | {"performer": [{"reference": "Patient/p2"}]}

    assert refusal(spoiled, named) == "Observation.performer[0].reference: not of this launch"


@pytest.mark.parametrize(
    ("kind", "name"), [(Kind.HOPE, "worry"), (Kind.GOAL, "hope"), (Kind.HOPE, "goal"), (None, "decision")]
)
def test_statement_never_leaves_as_another_kind(kind: Kind | None, name: str) -> None:
    assert refusal(golden(name), changed(name, kind=kind))


@pytest.mark.parametrize("name", ["goal", "hope", "priorities", "note", "answers", "confidence_with_words"])
def test_words_that_were_not_said_are_refused(name: str) -> None:
    said = changed(name, words=("Something else.",), answers={"1": ("Something else.",)})

    assert refusal(golden(name), said)


def test_order_is_the_one_that_was_said() -> None:
    entries: Any = golden("priorities")["entry"]

    assert (
        refusal(golden("priorities") | {"entry": entries[::-1]}, expected("priorities"))
        == "List.entry: not in the order that was said"
    )


def test_note_is_signed_only_where_the_ehr_takes_no_draft() -> None:
    for name, shape in (("note_oracle", NoteShape.US_CORE), ("note", NoteShape.ORACLE)):
        assert refusal(golden(name), changed(name, note_shape=shape)).startswith(
            "DocumentReference.docStatus"
        )


@pytest.mark.parametrize("name", ["note_epic", "note_oracle"])
def test_note_without_the_visit_that_the_ehr_asks_for_is_refused(name: str) -> None:
    context: Any = {key: value for key, value in written(name).items() if key == "context"}["context"]
    del context["encounter"]
    rest = {"context": context} if context else {}
    spoiled = {key: value for key, value in golden(name).items() if key != "context"} | rest

    assert "context.encounter" in refusal(spoiled, changed(name, encounter_id=""))


def test_note_of_another_type_has_the_sites_code_and_no_name_for_it() -> None:
    of_site = {"type": {"coding": [{"system": "http://loinc.org", "code": "34117-2"}]}}

    guard.check(golden("note") | of_site, changed("note", note_type="34117-2"))


def test_answers_to_no_questionnaire_are_refused() -> None:
    assert refusal(golden("answers"), changed("answers", questionnaire="")).endswith("not the site's")


def test_profile_that_the_server_does_not_list_is_refused() -> None:
    claiming = written("goal", FORMS["9.0"])

    assert refusal(claiming, expected("goal")) == "Goal.meta.profile: not a profile of this resource"


def test_profile_of_another_resource_is_refused() -> None:
    hope, treatment = written("hope", FORMS["9.0"]), written("unacceptable", FORMS["9.0"])
    meta: Any = hope["meta"] | {"profile": treatment["meta"]["profile"]}  # type: ignore[index, operator]

    assert "meta.profile" in refusal(hope | {"meta": meta}, expected("hope", FORMS["9.0"]))


@pytest.mark.parametrize("number", [0, 3])
def test_practitioner_and_app_without_organization_are_refused_in_provenance(number: int) -> None:
    resource = copy.deepcopy(golden("provenance"))
    agents: Any = resource["agent"]
    number = number if number == 0 else len(agents) - 1
    del agents[number]["onBehalfOf"]

    assert f"agent[{number}].onBehalfOf" in refusal(resource, expected("provenance"))


@pytest.mark.parametrize("activity", ["CREATE", "NULLIFY", "DELETE", ""])
def test_provenance_of_another_activity_is_refused(activity: str) -> None:
    assert refusal(golden("provenance_of_update"), changed("provenance_of_update", activity=activity))


def confidence_about(reference: str) -> Resource:
    return golden("confidence") | {"focus": [{"reference": reference}]}


def expected_about(reference: str, **others: object) -> Expected:
    wanted = expected("confidence")
    references = {**wanted.references, "focus": frozenset({reference})}
    return replace(wanted, references=references, **others)  # type: ignore[arg-type]


def test_reference_within_a_transaction_passes_where_its_type_belongs() -> None:
    guard.check(confidence_about(GOAL_URN), expected_about(GOAL_URN, urn_types={GOAL_URN: "Goal"}))


@pytest.mark.parametrize(
    ("urn", "urn_types", "problem"),
    [
        (GOAL_URN, {}, "not in this transaction"),
        (GOAL_URN, {GOAL_URN: "Patient"}, "a type that does not belong here"),
        (GOAL_URN, {GOAL_URN: "Observation"}, "a type that does not belong here"),
        ("urn:uuid:goal", {"urn:uuid:goal": "Goal"}, "not in this transaction"),
        ("urn:oid:1.2.3", {"urn:oid:1.2.3": "Goal"}, "not in this transaction"),
    ],
)
def test_reference_within_a_transaction_is_refused_otherwise(
    urn: str, urn_types: dict[str, str], problem: str
) -> None:
    wanted = expected_about(urn, urn_types=urn_types)

    assert refusal(confidence_about(urn), wanted) == f"Observation.focus[0].reference: {problem}"


def test_urn_that_was_not_named_for_the_element_is_refused() -> None:
    wanted = expected_about("Goal/goal-1", urn_types={GOAL_URN: "Goal"})

    assert refusal(confidence_about(GOAL_URN), wanted).endswith("not of this launch")


@pytest.fixture
def inside() -> Making:
    """A transaction in which the goal and the hope have no reference of the server's yet."""
    making = EXAMPLES["goal"].making(PLAIN)
    urns = {DRAFTS["goal"].id: Link(GOAL_URN, "Goal"), DRAFTS["hope"].id: Link(HOPE_URN, "Observation")}
    return replace(making, links={**LINKS, **urns})


@pytest.mark.parametrize("name", ["confidence", "decision", "priorities"])
def test_everything_that_refers_within_a_transaction_passes_and_to_nothing_else(
    name: str, inside: Making
) -> None:
    example = EXAMPLES[name]
    arguments = (example.row_id, example.rung, example.entry)
    resource = build(*arguments, context=example.context, making=inside)
    wanted = expected_of(*arguments, context=example.context, making=inside)
    others = (HOPE_URN, GOAL_URN[:-1] + "8", "Goal/goal-1", "Patient/p2")
    mutants = changed_in(resource, others, where=lambda place: place.value == GOAL_URN)

    assert let_out(mutants, lambda one: guard.check(one, wanted)) == []


def test_record_of_a_transaction_is_about_all_that_is_in_it(inside: Making) -> None:
    targets = (GOAL_URN, HOPE_URN)
    entry = Entry((DRAFTS["goal"], DRAFTS["hope"]), SAID_AT, targets=targets)
    record: Resource = build("", PROVENANCE, entry, context=CONTEXT, making=inside)
    wanted = expected_of("", PROVENANCE, entry, context=CONTEXT, making=inside)

    assert (
        refusal(record | {"target": record["target"][:1]}, wanted)
        == "Provenance.target: not all that it is about"
    )


def test_invalid_structure_is_refused_without_naming_a_value() -> None:
    detail = refusal(golden("goal") | {"note": {"text": "Secret words"}}, expected("goal"))

    assert detail == "Goal.note: not a list"


def test_every_kind_of_preference_has_a_code_of_its_own() -> None:
    assert len({concept.code for concept in PREFERENCES.values()}) == len(PREFERENCES)


def test_warming_loads_every_model() -> None:
    guard.warm()

    names = ("goal", "observation", "careplan", "list", "documentreference", "questionnaireresponse")
    assert {f"fhir.resources.R4B.{name}" for name in (*names, "provenance")} <= sys.modules.keys()
