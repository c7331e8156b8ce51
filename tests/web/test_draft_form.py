"""The posted questions page, read into boxes."""

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


def test_goal_is_about_conditions_only() -> None:
    box = read_form(form((f"{A}-about", "Patient/2"), (f"{A}-about", "https://evil.test/Condition/1"))).boxes[
        0
    ]

    assert box.addresses == ()
