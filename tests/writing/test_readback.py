"""Reading back tells every difference that matters, for everything that is written, and no other."""

from typing import Any

import pytest

from smartapp.fhir.this_patient import ThisPatient
from smartapp.writing.readback import (
    Difference,
    difference,
    identifier_token,
    is_ours,
    search_params,
    words_of,
)
from tests.fhir.written import written

BASE = "https://ehr.example.org/fhir"
PATIENT = ThisPatient("p1", BASE)
Resource = dict[str, Any]  # Any: FHIR JSON

KEPT = (
    "goal", "hope", "decision_role_chosen", "confidence_with_words", "decision", "priorities", "note",
    "answers",
)  # fmt: skip


def compared(name: str, **others: object) -> Difference | None:
    sent = written(name)
    return difference(sent, sent | others, patient=PATIENT)


@pytest.mark.parametrize("name", [*KEPT, "provenance", "provenance_of_update"])
def test_what_comes_back_as_it_was_sent_is_the_same(name: str) -> None:
    assert compared(name) is None
    assert is_ours(written(name), written(name), patient=PATIENT)


@pytest.mark.parametrize("name", KEPT)
def test_what_a_server_adds_or_spells_otherwise_does_not_matter(name: str) -> None:
    stored = {
        "id": "1",
        "meta": {"versionId": "7", "lastUpdated": "2026-11-22T22:05:00Z"},
        "subject": {"reference": f"{BASE}/Patient/p1/_history/4"},
        "extension": [{"url": "https://example.org/x"}],
    }

    assert compared(name, **stored) is None


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize(
    "subject",
    [{"reference": "Patient/p2"}, {"reference": "https://elsewhere.example.org/Patient/p1"}, {}, None],
)
def test_another_patient_is_the_gravest_difference(name: str, subject: object) -> None:
    assert compared(name, subject=subject, identifier=[], status="entered-in-error") is Difference.PATIENT


OTHER_WORDS: dict[str, list[Resource]] = {
    "goal": [{"description": {"text": "Other words."}}, {"description": None}],
    "hope": [{"valueString": "Other words."}, {"valueString": None}],
    "decision_role_chosen": [
        {"valueCodeableConcept": {"text": "You know the knee, I know my days."}},
        {"valueCodeableConcept": {"coding": [{"system": "x", "code": "shared"}], "text": "You know"}},
        {"valueCodeableConcept": None},
        {"valueCodeableConcept": "shared"},
    ],
    "confidence_with_words": [
        {"valueInteger": 8},
        {"valueInteger": "7"},
        {"valueInteger": None},
        {"note": []},
        {"note": [{"text": "Other words."}]},
    ],
    "decision": [
        {"description": "Other words."},
        {"description": None, "text": {"div": "<div>Other words.</div>"}},
        {"description": None, "text": None},
    ],
    "priorities": [{"note": []}, {"entry": []}, {"entry": None}],
    "note": [{"content": []}, {"content": [{"attachment": {"contentType": "text/plain", "data": "aGk="}}]}],
    "answers": [{"item": []}, {"item": [{"linkId": "1", "answer": [{"valueString": "Other words."}]}]}],
}


@pytest.mark.parametrize(
    ("name", "others"), [(name, others) for name, each in OTHER_WORDS.items() for others in each]
)
def test_other_words_value_or_answers_are_found_out(name: str, others: Resource) -> None:
    assert compared(name, **others) is Difference.WORDS


def test_words_in_a_narrative_count_where_the_description_is_gone() -> None:
    sent = written("decision")
    stored = {name: value for name, value in sent.items() if name != "description"}

    assert difference(sent, stored, patient=PATIENT) is None


def test_entries_in_another_order_are_found_out() -> None:
    entries: Any = written("priorities")["entry"]

    assert compared("priorities", entry=[entries[1], entries[0], *entries[2:]]) is Difference.WORDS
    assert compared("priorities", entry=entries[:-1]) is Difference.WORDS


def test_entries_may_come_back_absolute_and_without_names() -> None:
    entries: Any = written("priorities")["entry"]
    absolute = [{"item": {"reference": f"{BASE}/{one['item']['reference']}"}} for one in entries[:2]]

    assert compared("priorities", entry=[*absolute, entries[2]]) is None


def test_code_that_a_server_adds_to_a_choice_does_not_matter() -> None:
    value: Any = written("decision_role_chosen")["valueCodeableConcept"]
    more = value | {"coding": [{"system": "urn:oid:1.2", "code": "7"}, *value["coding"]]}

    assert compared("decision_role_chosen", valueCodeableConcept=more) is None


def test_answers_may_come_back_in_groups() -> None:
    items = written("answers")["item"]

    assert compared("answers", item=[{"linkId": "group", "item": items}]) is None


@pytest.mark.parametrize("name", KEPT)
def test_entry_without_our_identifier_may_be_another_one(name: str) -> None:
    others = [{"system": "urn:oid:1.2", "value": "1"}]

    # A document is known by its text.
    found = None if name == "note" else Difference.IDENTIFIER
    assert compared(name, identifier=others) is found


@pytest.mark.parametrize("name", [name for name in KEPT if name not in {"goal", "note"}])
def test_another_visit_is_found_out_and_none_is_not(name: str) -> None:
    assert compared(name, encounter={"reference": "Encounter/e2"}) is Difference.VISIT
    assert compared(name, encounter={"reference": f"{BASE}/Encounter/e1"}) is None
    assert compared(name, encounter=None) is None


def test_another_visit_of_a_note_is_found_out() -> None:
    assert compared("note", context={"encounter": [{"reference": "Encounter/e2"}]}) is Difference.VISIT
    assert compared("note", context={"encounter": [{"reference": "Encounter/e1"}]}) is None
    assert compared("note", context={}) is None


@pytest.mark.parametrize("name", KEPT)
def test_entry_entered_in_error_is_not_stored(name: str) -> None:
    element = "lifecycleStatus" if name == "goal" else "status"

    assert compared(name, **{element: "entered-in-error"}) is Difference.WITHDRAWN


def test_identifier_of_answers_is_one_object() -> None:
    sent = written("answers")

    assert identifier_token(sent) == "https://commonground.example.org/fhir/ids|answers-1"
    assert search_params(sent, patient=PATIENT) == (("patient", "p1"), ("identifier", identifier_token(sent)))


def test_record_of_another_action_is_found_out() -> None:
    activity = written("provenance_of_withdrawal")["activity"]

    assert compared("provenance_of_update", activity=activity) is Difference.ACTIVITY
    assert compared("provenance_of_update", target=[]) is Difference.TARGETS


def test_record_whose_action_the_ehr_dropped_is_the_same() -> None:
    assert compared("provenance_of_update", activity=None) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hope", "To be there for my family, and “not be a burden”."),
        ("decision_role_chosen", "You know the knee, I know my days."),
        ("confidence", "8"),
        ("people_known", "Ernesto, always. Not my brother."),
        ("answers_of_family", None),
        ("note", None),
        ("decision", None),
        ("priorities", None),
    ],
)
def test_words_of_everything_can_be_shown(name: str, words: str | None) -> None:
    shown = words_of(written(name))

    assert shown
    assert words is None or shown == words
