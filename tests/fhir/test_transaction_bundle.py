"""One transaction: what is asked, and what each entry was answered, whatever the server makes of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.transaction_bundle import EntryAnswer, answers_of, bundle_of

BASE = "https://ehr.example.org/fhir"
Json = dict[str, Any]  # Any: FHIR JSON


def answered(*entries: object) -> Json:
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": list(entries)}


def response(**parts: object) -> Json:
    return {"response": parts}


def test_each_entry_is_a_create_with_its_condition() -> None:
    goal, record = {"resourceType": "Goal"}, {"resourceType": "Provenance"}

    made = bundle_of([("urn:uuid:1", goal, "identifier=s|1"), ("urn:uuid:2", record, None)])

    assert made == {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:1",
                "resource": goal,
                "request": {"method": "POST", "url": "Goal", "ifNoneExist": "identifier=s|1"},
            },
            {"fullUrl": "urn:uuid:2", "resource": record, "request": {"method": "POST", "url": "Provenance"}},
        ],
    }


@pytest.mark.parametrize(
    "location",
    [
        "Goal/g.1/_history/1",
        "Goal/g.1",
        "Goal/g.1/",
        "/fhir/Goal/g.1/_history/abc",
        f"{BASE}/Goal/g.1/_history/1",
        f"{BASE}/Goal/g.1",
        "http://inside.example.org:8080/r4/Goal/g.1",
    ],
)
def test_location_is_understood_however_it_is_written(location: str) -> None:
    assert answers_of(answered(response(status="201 Created", location=location)), 1) == (
        EntryAnswer(201, "Goal/g.1"),
    )


@pytest.mark.parametrize(
    "location", ["", "g.1", "Goal/", "Goal/..", "Goal/a b", "goal/1", "urn:uuid:1", 7, None, {"a": 1}]
)
def test_location_that_names_nothing_is_no_reference(location: object) -> None:
    assert answers_of(answered(response(status="201", location=location)), 1) == (EntryAnswer(201),)


def test_without_a_location_the_resource_that_came_back_is_what_was_made() -> None:
    entry = response(status="200") | {"resource": {"resourceType": "Observation", "id": "o1"}}

    assert answers_of(answered(entry), 1) == (EntryAnswer(200, "Observation/o1"),)


def test_entries_that_were_refused_keep_their_own_reason() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "No goals <b>here</b>."}]}
    refused = response(status="422 Unprocessable", outcome=outcome)
    stored = response(status="201 Created", location="Observation/1/_history/1")

    assert answers_of(answered(refused, stored), 2) == (
        EntryAnswer(422, reason="No goals here ."),
        EntryAnswer(201, "Observation/1"),
    )


def test_refusal_that_is_sent_as_the_resource_made_nothing() -> None:
    entry = response(status="403") | {"resource": {"resourceType": "OperationOutcome", "id": "x"}}

    assert answers_of(answered(entry), 1) == (EntryAnswer(403),)


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        [],
        {},
        {"resourceType": "OperationOutcome"},
        {"resourceType": "Bundle"},
        answered(),
        answered(response(status="201", location="Goal/1")),
        answered(*[response(status="201", location="Goal/1")] * 3),
    ],
)
def test_nothing_is_known_when_the_answer_does_not_fit_what_was_sent(body: object) -> None:
    assert answers_of(body, 2) == (EntryAnswer(), EntryAnswer())


@pytest.mark.parametrize("status", ["", "Created", "9", "2010", "  ", None, [], "600"])
def test_status_that_is_none_is_not_known(status: object) -> None:
    assert answers_of(answered(response(status=status)), 1) == (EntryAnswer(),)


@pytest.mark.parametrize("status", ["201", 201, "201 Created", "201: Created", " 201 "])
def test_status_is_read_in_every_spelling(status: object) -> None:
    assert answers_of(answered(response(status=status)), 1) == (EntryAnswer(201),)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
entries = st.dictionaries(st.sampled_from(["response", "resource", "fullUrl"]), json_values) | json_values
bodies = json_values | st.fixed_dictionaries(
    {"resourceType": st.just("Bundle"), "entry": st.lists(entries, max_size=4)}
)


@given(bodies, st.integers(0, 4))
def test_any_answer_gives_one_answer_an_entry(body: object, count: int) -> None:
    assert len(answers_of(body, count)) == count
