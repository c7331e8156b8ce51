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
from smartapp.web.merging import Page, apart_from_ledger, joined, mark

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
    choice=st.sampled_from(["", "0", "7", "10", "shared"]),
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
        (b.id, b.said) for b in {b.id: b for b in first}.values() if b.id not in replaced and b.is_written
    }
    expected |= {(b.id, b.said) for b in {b.id: b for b in second}.values()}
    assert {(b.id, b.said) for b in merged.boxes} == expected


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


def test_only_a_goal_has_a_date() -> None:
    typed = replace(box(), due="2026-10-17")

    assert typed.statement().due is None
    assert replace(typed, kind=Kind.GOAL).statement().due == date(2026, 10, 17)


def test_statement_is_about_what_its_kind_can_be_about() -> None:
    both = ("Condition/1", "RelatedPerson/2", "Patient/3")
    found = {kind: replace(box(kind=kind), addresses=both).statement().addresses for kind in Kind}

    conditions = {Kind.GOAL, Kind.DECISION, Kind.UNACCEPTABLE, Kind.TREATMENT_PREFERENCE}
    assert {kind for kind, about in found.items() if about == ("Condition/1",)} == conditions
    assert {kind for kind, about in found.items() if about == ("RelatedPerson/2",)} == {Kind.PEOPLE}
    assert {kind for kind, about in found.items() if about == ()} == set(Kind) - conditions - {Kind.PEOPLE}


@pytest.mark.parametrize(
    "typed",
    [
        replace(box(kind=Kind.GOAL), due="2026-10-17"),
        replace(box(words="Because I did it before.", kind=Kind.CONFIDENCE), choice="7", goal="b" * 32),
        replace(box(words="", kind=Kind.CONFIDENCE), choice="0"),
        replace(box(words="", kind=Kind.DECISION_ROLE), choice="shared"),
        replace(box(kind=Kind.DECISION), verbatim=False, addresses=("Condition/1",)),
        replace(box(kind=Kind.PEOPLE), addresses=("RelatedPerson/1",)),
    ],
    ids=lambda each: str(each.kind),
)
def test_statement_from_the_ledger_becomes_the_box_that_it_was(typed: Box) -> None:
    statement = typed.statement("Where to?")

    assert draft.box_of(statement) == typed
    assert draft.box_of(statement).statement("Where to?") == statement


def test_choice_without_words_is_written_and_speaks_for_itself() -> None:
    chosen = Box("a" * 32, Kind.DECISION_ROLE, choice="clinician", words=" ")

    assert chosen.is_written
    assert (chosen.statement().words, chosen.statement().choice) == ("You decide", "clinician")


def test_words_beside_a_choice_stay_as_they_were_said() -> None:
    statement = Box("a" * 32, Kind.CONFIDENCE, "I did it before.", choice="7").statement()

    assert (statement.words, statement.choice) == ("I did it before.", "7")


@pytest.mark.parametrize("kind", [Kind.CONFIDENCE, Kind.DECISION_ROLE])
def test_neither_choice_nor_words_is_nothing_written(kind: Kind) -> None:
    assert not Box("a" * 32, kind).is_written
    assert draft.faults_of(Draft((Box("a" * 32, kind),))) == ()


def test_choice_that_a_kind_does_not_have_is_none() -> None:
    odd = Box("a" * 32, Kind.HOPE, "Rest", choice="7")

    assert (odd.said, odd.statement().choice) == ("Rest", "")
    assert not Box("a" * 32, Kind.CONFIDENCE, choice="11").is_written


def test_confidence_in_words_alone_asks_for_a_number_and_keeps_the_words() -> None:
    worded = Box("a" * 32, Kind.CONFIDENCE, "Quite sure.")

    (fault,) = draft.faults_of(Draft((worded,)))

    assert (fault.box, fault.field) == (worded, "choice")
    assert draft.faults_of(Draft((replace(worded, choice="0"),))) == ()
    assert draft.faults_of(Draft((replace(worded, kind=Kind.DECISION_ROLE),))) == ()


def confident(choice: str, words: str = "I did it before.") -> Box:
    return Box("a" * 32, Kind.CONFIDENCE, words, choice=choice)


def test_choices_of_two_pages_in_one_box_stand_side_by_side() -> None:
    kept = joined(Draft(), [confident("7")], Page("one"), now=NOW)

    both = joined(kept, [confident("3")], Page("two"), now=LATER)

    assert sorted(each.choice for each in both.boxes) == ["3", "7"]
    assert len({each.id for each in both.boxes}) == 2


def test_old_page_that_only_shows_a_choice_changes_nothing() -> None:
    old = Page("old", {"a" * 32: mark(Box("a" * 32, Kind.CONFIDENCE).said)})
    kept = joined(Draft(), [confident("7", "")], Page("new"), now=NOW)

    assert joined(kept, [confident("", "")], old, now=LATER) == kept


def test_page_takes_its_own_choice_back() -> None:
    kept = joined(Draft(), [confident("7", "")], Page("one"), now=NOW)

    assert not joined(kept, [confident("", "")], Page("one"), now=LATER).written


def test_time_of_a_statement_is_that_of_its_choice() -> None:
    kept = joined(Draft(), [confident("7")], Page(), now=NOW)

    assert joined(kept, [confident("7")], Page(), now=LATER).boxes[0].said_at == NOW
    assert joined(kept, [confident("8")], Page(), now=LATER).boxes[0].said_at == LATER


def test_other_choice_on_an_old_page_is_one_new_statement_and_the_same_choice_none() -> None:
    sent = {"a" * 32: confident("7").said}

    assert apart_from_ledger([confident("7")], sent) == ()
    (first,) = apart_from_ledger([confident("3")], sent)
    (second,) = apart_from_ledger([confident("3", "I have doubts.")], sent)
    assert first.choice == "3"
    assert first.id == second.id != "a" * 32
