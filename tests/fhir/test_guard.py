"""The guard lets pass what the app writes, and nothing that differs from it where it matters."""

import copy
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from smartapp.errors import GuardRefused
from smartapp.fhir import guard
from smartapp.fhir.walk import places
from tests.fhir.written import ALL_PROFILES, NAMES, REFERENCES, golden, written

Resource = dict[str, Any]  # Any: a resource that each test spoils in another place

OTHER_REFERENCES = (
    "Patient/p2",
    "Patient/p1/_history/2",
    "Encounter/other",
    "Condition/other",
    "Goal/other",
    "Practitioner/other",
    "Organization/other",
    "https://ehr.example.org/fhir/Patient/p1",
    "//ehr.example.org/Patient/p1",
    "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7",
    "#p1",
    "patient/p1",
    "Patient/",
    "Patient/..",
    "Patient/p 1",
    "p1",
    "",
)
OTHER_DATES = ("22/11/2026", "2026-02-30", "2026", "2026-11", "2026-11-22T10:00:00", "20261122", "", "soon")
OTHER_TIMES = (
    "2026-11-22",
    "2026-11-22T22:05:00",
    "2026-11-22T25:05:00-05:00",
    "2026-13-22T10:00:00Z",
    "now",
)


def check(resource: Resource, *, patient_id: str = "p1", encounter_id: str | None = "e1") -> None:
    guard.check(resource, patient_id=patient_id, encounter_id=encounter_id, references=REFERENCES)


def changed_everywhere(
    resource: Resource, keys: set[str], others: tuple[str, ...]
) -> Iterator[tuple[str, Resource]]:
    """The resource once for each place under one of `keys` and each other value that stands there."""
    spots = [place.path for place in places(resource) if place.key in keys and isinstance(place.value, str)]
    for path in spots:
        for other in others:
            spoiled = copy.deepcopy(resource)
            parent, key = _parent_of(spoiled, path)
            if parent[key] != other:
                parent[key] = other
                yield f"{path}={other}", spoiled


def _parent_of(resource: Resource, path: str) -> tuple[Any, Any]:  # Any: dicts with names, lists with numbers
    steps: list[str | int] = []
    for element in path.split(".")[1:]:
        name, *numbers = element.replace("]", "").split("[")
        steps.append(name)
        steps.extend(int(number) for number in numbers)
    parent: Any = resource
    for step in steps[:-1]:
        parent = parent[step]
    return parent, steps[-1]


def passed(spoiled: Iterator[tuple[str, Resource]]) -> list[str]:
    """Which of the spoiled resources the guard would have let out."""
    let_out = []
    tried = 0
    for name, resource in spoiled:
        tried += 1
        try:
            check(resource)
        except GuardRefused:
            continue
        let_out.append(name)
    assert tried > 0, "nothing was spoiled"
    return let_out


@pytest.mark.parametrize("name", NAMES)
def test_what_the_app_writes_passes(name: str) -> None:
    check(golden(name))
    check(written(name, claimed=ALL_PROFILES))


@pytest.mark.parametrize("name", NAMES)
def test_any_other_reference_anywhere_is_refused(name: str) -> None:
    assert passed(changed_everywhere(golden(name), {"reference"}, OTHER_REFERENCES)) == []


@pytest.mark.parametrize("name", NAMES)
def test_any_other_code_or_system_is_refused(name: str) -> None:
    keys = {"code", "system", "lifecycleStatus", "status", "resourceType"}

    assert (
        passed(changed_everywhere(golden(name), keys, ("bogus", "final ", "entered-in-error", "Patient")))
        == []
    )


@pytest.mark.parametrize("name", NAMES)
def test_any_spoiled_date_or_time_is_refused(name: str) -> None:
    resource = golden(name)
    dates = {"startDate", "statusDate", "dueDate"}
    times = {"effectiveDateTime", "time", "recorded"}
    keys = {place.key for place in places(resource)}

    if keys & dates:
        assert passed(changed_everywhere(resource, dates, OTHER_DATES)) == []
    if keys & times:
        assert passed(changed_everywhere(resource, times, OTHER_TIMES)) == []


@pytest.mark.parametrize("name", NAMES)
def test_any_blanked_or_oversized_text_is_refused(name: str) -> None:
    keys = {place.key for place in places(golden(name)) if isinstance(place.value, str)}

    assert (
        passed(changed_everywhere(golden(name), keys, ("", " \n", "x" * 10_001, "bell\x07", "\ud800"))) == []
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_missing_required_element_is_refused(name: str) -> None:
    resource = golden(name)
    optional = {"meta", "note", "expressedBy", "addresses", "performer", "encounter"}
    if resource["resourceType"] == "Goal":
        optional.add("target")

    def without() -> Iterator[tuple[str, Resource]]:
        for element in resource.keys() - optional:
            yield element, {key: value for key, value in resource.items() if key != element}

    assert passed(without()) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "extra",
    [
        {"extension": [{"url": "https://example.org/x", "valueReference": {"reference": "Patient/p1"}}]},
        {"contained": [{"resourceType": "Patient", "id": "p2"}]},
        {"text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>x</div>"}},
        {"id": "chosen"},
        {"implicitRules": "https://example.org"},
        {"": "x"},
        {"dataAbsentReason": {"text": "unknown"}},
    ],
)
def test_element_that_the_app_never_writes_is_refused(name: str, extra: Resource) -> None:
    with pytest.raises(GuardRefused):
        check(golden(name) | extra)


def test_goal_with_an_encounter_is_refused() -> None:
    with pytest.raises(GuardRefused):
        check(golden("goal") | {"encounter": {"reference": "Encounter/e1"}})


@pytest.mark.parametrize("name", NAMES)
def test_nothing_passes_for_another_patient(name: str) -> None:
    with pytest.raises(GuardRefused):
        check(golden(name), patient_id="p2")


def test_encounter_is_refused_where_the_launch_had_none() -> None:
    with pytest.raises(GuardRefused, match=r"Observation\.encounter\.reference: not of this launch"):
        check(golden("hope"), encounter_id=None)


def test_reference_that_nobody_named_is_refused() -> None:
    with pytest.raises(GuardRefused, match=r"Goal\.addresses\[0\]\.reference: not of this launch"):
        guard.check(
            golden("goal"), patient_id="p1", encounter_id="e1", references=frozenset({"Practitioner/pr1"})
        )


@pytest.mark.parametrize("resource_type", ["Patient", "Bundle", "DocumentReference", None, 5, ["Goal"]])
def test_other_resources_are_refused(resource_type: object) -> None:
    with pytest.raises(GuardRefused, match="not a resource that the app writes"):
        check({"resourceType": resource_type})


def test_profile_of_another_resource_is_refused() -> None:
    hope = written("hope", claimed=ALL_PROFILES)
    treatment = written("unacceptable", claimed=ALL_PROFILES)

    with pytest.raises(GuardRefused, match="meta"):
        check(hope | {"meta": treatment["meta"]})


def test_category_of_the_other_preference_is_refused() -> None:
    with pytest.raises(GuardRefused, match=r"Observation\.code"):
        check(golden("hope") | {"category": golden("unacceptable")["category"]})


def test_practitioner_without_organization_is_refused_in_provenance() -> None:
    resource = copy.deepcopy(golden("provenance"))
    agents: Any = resource["agent"]
    del agents[0]["onBehalfOf"]

    with pytest.raises(GuardRefused, match=r"agent\[0\]\.onBehalfOf: missing"):
        check(resource)


def test_second_identifier_is_refused() -> None:
    goal = golden("goal")
    identifiers: Any = goal["identifier"]

    with pytest.raises(GuardRefused, match=r"Goal\.identifier"):
        check(goal | {"identifier": identifiers * 2})


def test_refusal_names_the_path_and_never_a_value() -> None:
    spoiled = golden("goal") | {"subject": {"reference": "Patient/secret-1", "display": "Secret Name"}}

    with pytest.raises(GuardRefused) as refused:
        check(spoiled)

    assert refused.value.detail == "Goal.subject.reference: not of this launch"
    assert refused.value.__cause__ is None


def test_invalid_structure_is_refused_without_naming_a_value() -> None:
    with pytest.raises(GuardRefused) as refused:
        check(golden("goal") | {"note": {"text": "Secret words"}})

    assert "Secret" not in refused.value.detail
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_warming_loads_every_model() -> None:
    guard.warm()

    assert {
        f"fhir.resources.R4B.{name}" for name in ("goal", "observation", "provenance")
    } <= sys.modules.keys()
