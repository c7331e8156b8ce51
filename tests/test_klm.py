"""The model that estimates seconds from clicks and keys."""

import pytest

from tests.klm import HOME_S, KEY_S, POINT_S, THINK_S, Act, Effort, Step, effort

CLICK, WORDS = Step(Act.CLICK), Step(Act.WORDS)
DIGIT, CHORD = Step(Act.KEYS, 1), Step(Act.KEYS, 2)


def test_values_are_those_of_the_paper() -> None:
    assert (KEY_S, POINT_S, HOME_S, THINK_S) == (0.28, 1.10, 0.40, 1.35)


def test_click_with_the_hand_on_the_mouse_is_thinking_pointing_and_pressing() -> None:
    assert effort([CLICK]) == Effort(1, 0, round(THINK_S + POINT_S + KEY_S, 2))


def test_hand_that_changes_place_is_counted_once_each_time() -> None:
    stays, goes = effort([CLICK, CLICK]), effort([CLICK, DIGIT, DIGIT, CLICK])

    assert stays.seconds == pytest.approx(2 * 2.73)
    assert goes.seconds == pytest.approx(2 * 2.73 + 2 * (1.35 + 0.28) + 2 * 0.40)


def test_chord_is_one_thought_and_two_keys() -> None:
    found = effort([CHORD], hand_on_mouse=False)

    assert found == Effort(0, 2, round(1.35 + 2 * 0.28, 2))


def test_words_cost_the_thought_of_them_and_no_key() -> None:
    assert effort([WORDS], hand_on_mouse=False) == Effort(0, 0, 1.35)


def test_nothing_takes_no_time() -> None:
    assert effort([]) == Effort(0, 0, 0.0)
