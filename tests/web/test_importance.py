"""The order of importance: read from numbers, and made a statement."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sdm.model import DraftStatement, Kind
from smartapp.web.importance import Ranking, priorities, read

DANCE = DraftStatement("a" * 32, Kind.GOAL, "Dance")
WALK = DraftStatement("b" * 32, Kind.MATTERS, "Walk to the market")
SLEEP = DraftStatement("c" * 32, Kind.HOPE, "Sleep through the night")


def test_numbers_put_statements_in_order() -> None:
    numbers = {DANCE.id: "2", WALK.id: "1", SLEEP.id: ""}

    assert read(numbers) == Ranking((WALK.id, DANCE.id))


def test_no_number_takes_the_order_back() -> None:
    assert read({DANCE.id: "", WALK.id: "first", SLEEP.id: "9" * 9_000}) == Ranking()


@pytest.mark.parametrize(
    ("numbers", "fault"),
    [
        ({"a": "1", "b": ""}, "An order needs at least two statements. Give one more a number, or none."),
        ({"a": "1", "b": "1"}, "Two statements have the same number. Give each its own."),
    ],
)
def test_numbers_that_give_no_order_are_told(numbers: dict[str, str], fault: str) -> None:
    assert read(numbers) == Ranking(fault=fault)


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=6), max_size=5))
@settings(max_examples=60)
def test_any_numbers_give_an_order_or_a_fault(numbers: dict[str, str]) -> None:
    found = read(numbers)

    assert set(found.order) <= set(numbers)
    assert len(found.order) != 1
    assert not (found.order and found.fault)


def test_order_becomes_a_numbered_statement_about_the_others() -> None:
    found = priorities((WALK.id, DANCE.id), [DANCE, WALK, SLEEP], {})

    assert found is not None
    assert (found.kind, found.words) == (Kind.PRIORITIES, "1. Walk to the market\n2. Dance")
    assert found.about == (WALK.id, DANCE.id)
    assert len(found.id) == 32


def test_everybody_who_makes_an_order_makes_the_same_statement() -> None:
    first, again, other = (
        priorities(order, [DANCE, WALK], {})
        for order in ((WALK.id, DANCE.id), (WALK.id, DANCE.id), (DANCE.id, WALK.id))
    )

    assert first == again
    assert first is not None
    assert other is not None
    assert first.id != other.id


def test_order_of_which_one_statement_is_left_is_none() -> None:
    assert priorities((WALK.id, DANCE.id), [DANCE], {}) is None


def test_order_that_was_sent_is_not_sent_again_until_its_words_change() -> None:
    sent = priorities((WALK.id, DANCE.id), [DANCE, WALK], {})
    assert sent is not None
    ledger = {sent.id: sent.words}

    assert priorities((WALK.id, DANCE.id), [DANCE, WALK], ledger) is None
    ledger = {sent.id: "1. Other words\n2. Dance"}
    changed = priorities((WALK.id, DANCE.id), [DANCE, WALK], ledger)
    assert changed is not None
    assert changed.id != sent.id
