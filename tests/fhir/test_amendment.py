"""A change leaves everything as it was read but for what it is about; anything else is found out."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.errors import GuardRefused
from smartapp.fhir.amendment import CannotChange, Obstacle, amended, check_amended, holds, obstacle_to
from smartapp.fhir.references import VisitReferences
from smartapp.fhir.this_patient import ThisPatient
from smartapp.sdm.model import Change, ChangeKind
from tests.fhir.mutants import Resource, changed, doubled, let_out, places, with_more, without
from tests.fhir.written import written

BASE = "https://ehr.example.org/fhir"
PATIENT = ThisPatient("p1", BASE)
VISIT = VisitReferences(
    patient_id="p1", patient_name="Rosa Delgado", practitioner="Practitioner/pr2", practitioner_name="Dr Lee"
)
AT = datetime(2027, 3, 1, 22, 15, tzinfo=timezone(timedelta(hours=-5)))
"""Already the next day in UTC."""

NOTE_BEFORE = {"time": "2026-01-02T00:00:00Z", "text": "Somebody else's note.", "id": "n1"}
FOREIGN_GOAL: Resource = {
    "resourceType": "Goal",
    "id": "7431",
    "meta": {"versionId": "3", "lastUpdated": "2026-11-22T22:05:00-05:00", "source": "#x"},
    "implicitRules": "https://example.org/rules",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">active</div>'},
    "contained": [{"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p1"}}],
    "extension": [{"url": "https://example.org/x", "valueDecimal": 1.5}, {"url": "https://example.org/y"}],
    "modifierExtension": [{"url": "https://example.org/m", "valueBoolean": False}],
    "identifier": [{"system": "urn:oid:1.2", "value": "G-1"}],
    "lifecycleStatus": "active",
    "_lifecycleStatus": {"id": "because"},
    "achievementStatus": {"coding": [{"code": "improving"}], "text": "Getting there"},
    "category": [{"text": "Behavioral"}],
    "description": {"text": "Walk to school.", "id": "d1", "_text": {"extension": [{"url": "t"}]}},
    "subject": {"reference": f"{BASE}/Patient/p1"},
    "startDate": "2026-11",
    "target": [{"detailQuantity": {"value": 6, "unit": "weeks"}}],
    "statusDate": "2026-11-22",
    "expressedBy": {"reference": "Patient/p1"},
    "note": [NOTE_BEFORE],
    "unknownToEverybody": {"kept": [1, 1.0, True, None, "x"]},
}


def change_of(kind: ChangeKind, resource: Resource = FOREIGN_GOAL, **others: str) -> Change:
    reference = f"{resource['resourceType']}/{resource['id']}"
    values = {"words": "Walk to school twice a week."} if kind is ChangeKind.REWORDED else {}
    return Change("c" * 32, kind, reference, "3", **(values | others))


def in_chart(name: str) -> Resource:
    """Something of ours as a server gives it back."""
    return written(name) | {"id": "9", "meta": {"versionId": "3", "tag": [{"code": "x"}]}}


def check(before: Resource, after: Resource, change: Change) -> None:
    check_amended(before, after, change, patient=PATIENT, visit=VISIT, at=AT)


def differing(before: Resource, after: Resource) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def annotation(text: str) -> Resource:
    author = {"reference": "Practitioner/pr2", "display": "Dr Lee"}
    return {"authorReference": author, "time": "2027-03-01T22:15:00-05:00", "text": text}


def test_achieved_goal_is_completed_and_achieved_with_a_note() -> None:
    after = amended(FOREIGN_GOAL, change_of(ChangeKind.ACHIEVED, note=" She did it. "), VISIT, at=AT)

    achieved = {
        "system": "http://terminology.hl7.org/CodeSystem/goal-achievement",
        "code": "achieved",
        "display": "Achieved",
    }
    gone = {"_lifecycleStatus", "text"}
    assert after == {name: value for name, value in FOREIGN_GOAL.items() if name not in gone} | {
        "lifecycleStatus": "completed",
        "achievementStatus": {"coding": [achieved]},
        "statusDate": "2027-03-01",
        "note": [NOTE_BEFORE, annotation("Marked as achieved on 1 Mar 2027. She did it.")],
    }


def test_goal_no_longer_wanted_is_cancelled_and_its_achievement_stays() -> None:
    after = amended(FOREIGN_GOAL, change_of(ChangeKind.NO_LONGER_WANTED), VISIT, at=AT)

    assert after["lifecycleStatus"] == "cancelled"
    assert after["achievementStatus"] == FOREIGN_GOAL["achievementStatus"]
    assert after["note"] == [NOTE_BEFORE, annotation("Marked as no longer wanted on 1 Mar 2027.")]
    assert differing(FOREIGN_GOAL, after) == {
        "lifecycleStatus", "_lifecycleStatus", "statusDate", "note", "text",
    }  # fmt: skip


def test_goal_in_other_words_keeps_the_words_before_in_a_note() -> None:
    after = amended(FOREIGN_GOAL, change_of(ChangeKind.REWORDED), VISIT, at=AT)

    assert after["description"] == {"id": "d1", "text": "Walk to school twice a week."}
    said = 'Put in other words on 1 Mar 2027. Before: "Walk to school."'
    assert after["note"] == [NOTE_BEFORE, annotation(said)]
    assert differing(FOREIGN_GOAL, after) == {"description", "statusDate", "note", "text"}


def test_goal_taken_back_is_entered_in_error() -> None:
    goal = in_chart("goal")
    after = amended(goal, change_of(ChangeKind.WITHDRAWN, goal), VISIT, at=AT)

    assert (after["lifecycleStatus"], after["statusDate"]) == ("entered-in-error", "2027-03-01")
    assert after["note"] == [*goal["note"], annotation("Taken back on 1 Mar 2027, entered in error.")]
    assert differing(goal, after) == {"lifecycleStatus", "statusDate", "note"}


@pytest.mark.parametrize(
    ("name", "elements"),
    [
        ("hope", {"status", "note"}),
        ("confidence_with_words", {"status", "note"}),
        ("decision", {"status"}),
        ("priorities", {"status"}),
        ("note", {"status"}),
        ("answers", {"status"}),
    ],
)
def test_anything_else_taken_back_differs_in_status_only(name: str, elements: set[str]) -> None:
    before = in_chart(name)
    change = change_of(ChangeKind.WITHDRAWN, before)
    after = amended(before, change, VISIT, at=AT)

    check(before, after, change)
    assert after["status"] == "entered-in-error"
    assert differing(before, after) == elements


def test_what_was_read_is_not_touched() -> None:
    before = copy.deepcopy(FOREIGN_GOAL)
    amended(before, change_of(ChangeKind.REWORDED), VISIT, at=AT)

    assert before == FOREIGN_GOAL


@pytest.mark.parametrize(
    ("visit", "author"),
    [
        (replace(VISIT, practitioner="PractitionerRole/r1"), {"authorString": "Dr Lee"}),
        (replace(VISIT, practitioner="", practitioner_name=""), {}),
        (
            replace(VISIT, practitioner_name=""),
            {"authorReference": {"reference": "Practitioner/pr2"}},
        ),
    ],
)
def test_note_names_the_clinician_as_far_as_they_are_known(visit: VisitReferences, author: Resource) -> None:
    change = change_of(ChangeKind.ACHIEVED)
    after: Any = amended(FOREIGN_GOAL, change, visit, at=AT)

    check_amended(FOREIGN_GOAL, after, change, patient=PATIENT, visit=visit, at=AT)
    assert {key: value for key, value in after["note"][-1].items() if key.startswith("author")} == author


@pytest.mark.parametrize("status", ["completed", "cancelled", "rejected", "entered-in-error"])
@pytest.mark.parametrize("kind", [ChangeKind.ACHIEVED, ChangeKind.NO_LONGER_WANTED, ChangeKind.REWORDED])
def test_goal_that_is_closed_cannot_be_changed(status: str, kind: ChangeKind) -> None:
    closed = FOREIGN_GOAL | {"lifecycleStatus": status}

    with pytest.raises(CannotChange) as stopped:
        amended(closed, change_of(kind), VISIT, at=AT)

    assert stopped.value.obstacle is Obstacle.ENDED
    with pytest.raises(CannotChange):
        check(closed, closed, change_of(kind))


@pytest.mark.parametrize(
    ("before", "kind", "obstacle"),
    [
        ({"description": {"text": "x", "coding": [{"code": "1"}]}}, ChangeKind.REWORDED, Obstacle.CODED),
        ({"text": {"status": "additional", "div": "x"}}, ChangeKind.REWORDED, Obstacle.TOLD_TWICE),
        ({"lifecycleStatus": "entered-in-error"}, ChangeKind.WITHDRAWN, Obstacle.WITHDRAWN),
        ({"resourceType": "Observation"}, ChangeKind.ACHIEVED, Obstacle.NOT_A_GOAL),
        ({"resourceType": "Patient"}, ChangeKind.WITHDRAWN, Obstacle.NOT_A_GOAL),
    ],
)
def test_what_cannot_be_changed_says_why(before: Resource, kind: ChangeKind, obstacle: Obstacle) -> None:
    resource = FOREIGN_GOAL | before

    assert obstacle_to(resource, change_of(kind, resource)) is obstacle


def test_another_entry_than_was_confirmed_is_not_changed() -> None:
    change = replace(change_of(ChangeKind.ACHIEVED), reference="Goal/8")

    assert obstacle_to(FOREIGN_GOAL, change) is Obstacle.NOT_THIS_ENTRY


@pytest.mark.parametrize("words", ["", "  \n"])
def test_goal_is_not_put_into_no_words(words: str) -> None:
    assert obstacle_to(FOREIGN_GOAL, change_of(ChangeKind.REWORDED, words=words)) is Obstacle.NO_WORDS


def test_coded_goal_can_be_achieved() -> None:
    coded = FOREIGN_GOAL | {"description": {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}}
    change = change_of(ChangeKind.ACHIEVED)

    check(coded, amended(coded, change, VISIT, at=AT), change)


def test_completed_goal_of_this_visit_can_be_taken_back() -> None:
    completed = in_chart("goal") | {"lifecycleStatus": "completed"}
    change = change_of(ChangeKind.WITHDRAWN, completed)

    check(completed, amended(completed, change, VISIT, at=AT), change)


def test_text_that_a_person_wrote_stays_when_a_decision_is_taken_back() -> None:
    before = in_chart("decision")

    assert amended(before, change_of(ChangeKind.WITHDRAWN, before), VISIT, at=AT)["text"] == before["text"]


def test_change_at_a_time_without_offset_is_an_error() -> None:
    with pytest.raises(ValueError, match="offset"):
        amended(FOREIGN_GOAL, change_of(ChangeKind.ACHIEVED), VISIT, at=AT.replace(tzinfo=None))


CASES = [
    *((kind, FOREIGN_GOAL) for kind in ChangeKind),
    *((ChangeKind.WITHDRAWN, in_chart(name)) for name in ("goal", "hope", "decision", "note", "answers")),
]
OTHERS: tuple[object, ...] = (
    "other",
    "",
    0,
    1,
    1.0,
    1.5,
    True,
    False,
    None,
    [],
    {},
    ["x"],
    {"x": "y"},
    "Patient/p2",
    "active",
)


def spoiled(after: Resource) -> Iterator[tuple[str, Resource]]:
    yield from changed(after, OTHERS, where=lambda place: True)
    yield from without(after)
    yield from doubled(after)
    yield from with_more(after, {"extra": 1})


@pytest.mark.parametrize(("kind", "before"), CASES)
def test_any_other_difference_is_refused(kind: ChangeKind, before: Resource) -> None:
    change = change_of(kind, before)
    after = amended(before, change, VISIT, at=AT)
    check(before, after, change)

    assert let_out(spoiled(after), lambda one: check(before, one, change)) == []


@pytest.mark.parametrize(("kind", "before"), CASES)
def test_entry_that_was_not_changed_at_all_is_refused(kind: ChangeKind, before: Resource) -> None:
    with pytest.raises(GuardRefused):
        check(before, before, change_of(kind, before))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, width=16)
    | st.text("ab", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)
PATHS = sorted(place.path for place in places(FOREIGN_GOAL) if "." in place.path)


@given(foreign=JSON, name=st.text("uvw", min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_whatever_an_entry_holds_besides_stays_equal(foreign: object, name: str) -> None:
    before = FOREIGN_GOAL | {name: foreign}
    change = change_of(ChangeKind.ACHIEVED)
    after = amended(before, change, VISIT, at=AT)

    check(before, after, change)
    assert repr(after[name]) == repr(foreign)


@given(value=JSON, path=st.sampled_from(PATHS), kind=st.sampled_from(list(ChangeKind)))
@settings(max_examples=200, deadline=None)
def test_any_value_anywhere_that_the_change_did_not_put_there_is_refused(
    value: object, path: str, kind: ChangeKind
) -> None:
    change = change_of(kind)
    after = amended(FOREIGN_GOAL, change, VISIT, at=AT)
    there = {place.path: place.value for place in places(after)}
    if path not in there or repr(there[path]) == repr(value):
        return

    mutants = changed(after, (value,), where=lambda place: place.path == path)
    assert let_out(mutants, lambda one: check(FOREIGN_GOAL, one, change)) == []


@pytest.mark.parametrize("subject", [{"reference": "Patient/p2"}, {"display": "Rosa"}, None, "Patient/p1"])
def test_entry_of_another_patient_is_refused(subject: object) -> None:
    before = FOREIGN_GOAL | {"subject": subject}
    change = change_of(ChangeKind.ACHIEVED)

    with pytest.raises(GuardRefused, match="subject: not the launched patient"):
        check(before, amended(before, change, VISIT, at=AT), change)


def test_other_version_than_was_confirmed_is_refused() -> None:
    before = FOREIGN_GOAL | {"meta": {"versionId": "4"}}
    change = change_of(ChangeKind.ACHIEVED)

    with pytest.raises(GuardRefused, match="versionId"):
        check(before, amended(before, change, VISIT, at=AT), change)


def test_refusal_names_no_value_and_no_foreign_element() -> None:
    change = change_of(ChangeKind.ACHIEVED)
    after = amended(FOREIGN_GOAL, change, VISIT, at=AT) | {"SecretName": "Secret words"}

    with pytest.raises(GuardRefused) as refused:
        check(FOREIGN_GOAL, after, change)

    assert refused.value.detail == "an element: not as it was read or confirmed"


def test_notes_that_are_no_list_are_not_lost() -> None:
    before = FOREIGN_GOAL | {"note": {"text": "Malformed, and there."}}
    change = change_of(ChangeKind.ACHIEVED)

    with pytest.raises(GuardRefused, match="note: not a list"):
        check(before, amended(before, change, VISIT, at=AT), change)


def sent_and_stored(kind: ChangeKind, name: str = "goal") -> tuple[Resource, Resource]:
    before = in_chart(name)
    sent = amended(before, change_of(kind, before), VISIT, at=AT)
    return sent, copy.deepcopy(sent) | {"meta": {"versionId": "4"}}


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_chart_holds_a_change_that_it_shows(kind: ChangeKind) -> None:
    sent, stored = sent_and_stored(kind)
    stored |= {"text": {"status": "generated", "div": "x"}, "subject": {"reference": f"{BASE}/Patient/p1"}}
    stored["note"] = [*stored["note"], {"text": "A later note."}]

    assert holds(sent, stored, patient=PATIENT)


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_chart_does_not_hold_a_change_before_it_was_made(kind: ChangeKind) -> None:
    sent, _ = sent_and_stored(kind)

    assert not holds(sent, in_chart("goal"), patient=PATIENT)


@pytest.mark.parametrize(
    "other",
    [
        {"subject": {"reference": "Patient/p2"}},
        {"lifecycleStatus": "active"},
        {"achievementStatus": {"coding": [{"code": "in-progress"}]}},
        {"achievementStatus": None},
        {"description": {"text": "Other words."}},
        {"note": []},
        {"note": [{"text": "Another note."}]},
        {"id": "10"},
        {"resourceType": "Observation"},
    ],
)
def test_chart_that_shows_it_otherwise_does_not_hold_it(other: Resource) -> None:
    sent, stored = sent_and_stored(ChangeKind.ACHIEVED)

    assert not holds(sent, stored | other, patient=PATIENT)


def test_note_that_came_back_without_its_content_is_held_by_its_status() -> None:
    sent, stored = sent_and_stored(ChangeKind.WITHDRAWN, "note")
    stored["content"] = [{"attachment": {"contentType": "text/html", "url": "Binary/1"}}]

    assert holds(sent, stored, patient=PATIENT)
    assert not holds(sent, stored | {"status": "current"}, patient=PATIENT)


def test_moment_in_utc_is_the_day_of_utc() -> None:
    after = amended(FOREIGN_GOAL, change_of(ChangeKind.ACHIEVED), VISIT, at=AT.astimezone(UTC))

    assert after["statusDate"] == "2027-03-02"
