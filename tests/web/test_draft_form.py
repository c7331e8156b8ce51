"""The posted questions page, read into boxes."""

import pytest
from starlette.datastructures import FormData

from smartapp.sdm.model import Kind, SaidBy
from smartapp.web.draft_form import read_form

A = "a" * 32


def form(*fields: tuple[str, str]) -> FormData:
    return FormData([("box", A), *fields])


def test_box_is_read_with_all_its_fields() -> None:
    fields = {
        "kind": "goal",
        "words": "Dance\r\nTwice",
        "by": "person:Ernesto, husband",
        "form": "summary",
        "due": "2026-10-17",
        "question": "Q1",
    }
    about = [(f"{A}-about", "Condition/1"), (f"{A}-about", "Condition/2")]

    posted = read_form(
        form(
            ("token", "t"),
            ("patient", "p"),
            ("next", "review"),
            *((f"{A}-{name}", value) for name, value in fields.items()),
            *about,
        )
    )

    box = posted.boxes[0]
    assert (posted.token, posted.patient_id, posted.next) == ("t", "p", "review")
    assert (box.id, box.kind, box.words, box.question) == (A, Kind.GOAL, "Dance\nTwice", "Q1")
    assert (box.said_by, box.speaker, box.verbatim) == (SaidBy.RELATED_PERSON, "Ernesto, husband", False)
    assert (box.due, box.addresses) == ("2026-10-17", ("Condition/1", "Condition/2"))


def test_name_of_someone_else_is_typed() -> None:
    box = read_form(form((f"{A}-by", "other"), (f"{A}-name", "Neighbor"))).boxes[0]

    assert (box.said_by, box.speaker) == (SaidBy.RELATED_PERSON, "Neighbor")


def test_words_survive_whatever_else_is_wrong_in_the_form() -> None:
    box = read_form(form((f"{A}-kind", "nonsense"), (f"{A}-by", "nobody"), (f"{A}-words", "Keep me"))).boxes[
        0
    ]

    assert (box.words, box.kind, box.said_by) == ("Keep me", Kind.MATTERS, SaidBy.PATIENT)


def test_id_that_the_app_did_not_make_never_becomes_an_identifier() -> None:
    posted = read_form(FormData([("box", "Patient/1"), ("Patient/1-words", "Keep me")]), lambda: "b" * 32)

    assert [(box.id, box.words) for box in posted.boxes] == [("b" * 32, "Keep me")]


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("goal", ("Condition/1",)),
        ("decision", ("Condition/1",)),
        ("unacceptable", ("Condition/1",)),
        ("treatment_preference", ("Condition/1",)),
        ("people", ("RelatedPerson/2",)),
        ("hope", ()),
    ],
)
def test_box_is_about_what_its_kind_can_be_about(kind: str, about: tuple[str, ...]) -> None:
    posted = [
        "Condition/1",
        "RelatedPerson/2",
        "Patient/3",
        "https://evil.test/Condition/1",
        "Condition/../Patient/2",
        "RelatedPerson/",
    ]

    box = read_form(form((f"{A}-kind", kind), *((f"{A}-about", each) for each in posted))).boxes[0]

    assert box.addresses == about


@pytest.mark.parametrize(
    ("kind", "choice", "expected"),
    [
        ("confidence", "0", "0"),
        ("confidence", "10", "10"),
        ("confidence", "11", ""),
        ("confidence", "shared", ""),
        ("confidence", "", ""),
        ("decision_role", "shared", "shared"),
        ("decision_role", "7", ""),
        ("hope", "7", ""),
    ],
)
def test_choice_is_one_that_the_kind_has(kind: str, choice: str, expected: str) -> None:
    box = read_form(form((f"{A}-kind", kind), (f"{A}-choice", choice), (f"{A}-words", "Keep me"))).boxes[0]

    assert (box.choice, box.words) == (expected, "Keep me")


@pytest.mark.parametrize(("goal", "expected"), [("b" * 32, "b" * 32), ("Goal/1", ""), ("", "")])
def test_goal_of_a_confidence_is_a_box(goal: str, expected: str) -> None:
    box = read_form(form((f"{A}-kind", "confidence"), (f"{A}-goal", goal))).boxes[0]

    assert box.goal == expected
