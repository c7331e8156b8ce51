"""What is typed: kept, merged, judged, and never dropped."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.errors import StoreUnavailable
from smartapp.sdm.model import Kind, SaidBy
from smartapp.web import draft
from smartapp.web.draft import Box, Draft
from smartapp.web.merging import Page, apart_from_ledger, joined

NOW = datetime(2026, 6, 9, 10, 31, tzinfo=UTC)
LATER = datetime(2026, 6, 9, 10, 40, tzinfo=UTC)

ids = st.text("0123456789abcdef", min_size=32, max_size=32)
boxes = st.builds(
    Box,
    id=ids,
    kind=st.sampled_from(Kind),
    words=st.text(max_size=40),
    said_by=st.sampled_from([SaidBy.PATIENT, SaidBy.RELATED_PERSON]),
    speaker=st.text(max_size=20),
    verbatim=st.booleans(),
    due=st.text(max_size=12),
)


def box(id_: str = "a" * 32, words: str = "Walk to the market", kind: Kind = Kind.HOPE) -> Box:
    return Box(id_, kind, words)


@given(st.lists(boxes, max_size=4))
@settings(max_examples=40)
def test_kept_draft_comes_back_as_it_was_typed(typed: list[Box]) -> None:
    kept = Draft(tuple(typed), hidden=("R01",), read_back=True)

    assert draft.decode(draft.encode(kept)) == kept


@given(st.lists(boxes, max_size=4), st.lists(boxes, max_size=4))
@settings(max_examples=40)
def test_merging_two_pages_loses_no_words(first: list[Box], second: list[Box]) -> None:
    merged = joined(joined(Draft(), first, Page(), now=NOW), second, Page(), now=LATER)

    replaced = {each.id for each in second}
    expected = {
        (b.id, b.words) for b in {b.id: b for b in first}.values() if b.id not in replaced and b.is_written
    }
    expected |= {(b.id, b.words) for b in {b.id: b for b in second}.values()}
    assert {(b.id, b.words) for b in merged.boxes} == expected


def test_time_of_the_words_stays_while_they_stay() -> None:
    kept = joined(Draft(), [box()], Page(), now=NOW)

    same = joined(kept, [replace(box(), verbatim=False)], Page(), now=LATER)
    changed = joined(kept, [box(words="Run")], Page(), now=LATER)

    assert same.boxes[0].said_at == NOW
    assert changed.boxes[0].said_at == LATER


def test_unreadable_draft_is_told_and_not_taken_for_an_empty_one() -> None:
    with pytest.raises(StoreUnavailable):
        draft.decode(b"{}x")


def test_everything_wrong_is_told_with_its_field() -> None:
    too_long = box("b" * 32, words="x" * 4001)
    nameless = replace(box("c" * 32), said_by=SaidBy.RELATED_PERSON)
    odd_date = replace(box("d" * 32, kind=Kind.GOAL), due="2026-13-45")

    faults = draft.faults_of(Draft((too_long, nameless, odd_date)))

    assert [(fault.box.id[0], fault.field) for fault in faults] == [
        ("b", "words"),
        ("c", "name"),
        ("d", "due"),
    ]
    assert "1 character over" in faults[0].message


def test_forty_boxes_are_fine_and_forty_one_are_told() -> None:
    many = tuple(box(f"{number:032x}") for number in range(41))

    assert draft.faults_of(Draft(many[:40])) == ()
    assert len(draft.faults_of(Draft(many))) == 1


def test_empty_box_has_no_faults() -> None:
    assert draft.faults_of(Draft((Box("a" * 32, Kind.HOPE, said_by=SaidBy.RELATED_PERSON),))) == ()


def test_old_page_does_not_bring_back_what_was_sent() -> None:
    assert apart_from_ledger([box()], {"a" * 32: "Walk to the market"}) == ()


def test_words_changed_on_an_old_page_become_one_new_statement_however_often_it_is_kept() -> None:
    sent = {"a" * 32: "Walk to the market"}

    first = apart_from_ledger([box(words="Run")], sent)
    second = apart_from_ledger([box(words="Run further")], sent)

    assert first[0].words == "Run"
    assert first[0].id == second[0].id != "a" * 32
    assert draft.is_box_id(first[0].id)


def test_only_a_goal_has_a_date_and_conditions() -> None:
    typed = replace(box(), due="2026-10-17", addresses=("Condition/1",))

    hope = typed.statement()
    goal = replace(typed, kind=Kind.GOAL).statement()

    assert (hope.due, hope.addresses) == (None, ())
    assert (goal.due, goal.addresses) == (date(2026, 10, 17), ("Condition/1",))


def test_statement_from_the_ledger_becomes_a_box_with_the_same_identifier() -> None:
    statement = replace(box(kind=Kind.GOAL), due="2026-10-17").statement("Where to?")

    assert draft.box_of(statement).statement("Where to?") == statement
