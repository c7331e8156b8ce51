"""Every requirement for a SMART client has its row in docs/smart-conformance.md, with tests that exist."""

import re
from itertools import chain

import pytest

from tests.test_traceability import ROOT, TEST, names_in

_PAGE = (ROOT / "docs" / "smart-conformance.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| ((?:\d+(?:, )?)+) \| (.+) \| (.+) \|$", re.M)
_ROWS = _ROW.findall(_PAGE.partition("## The requirements")[2])
_NUMBERS = (
    (1, 13), (20, 23), (29, 29), (32, 37), (39, 47), (50, 52), (60, 72), (90, 90), (93, 93),
    (97, 98), (105, 108), (117, 117), (120, 122), (124, 125), (131, 133), (135, 135), (137, 137),
    (141, 141), (143, 143), (146, 148), (150, 153), (155, 158), (161, 162), (166, 166), (191, 191),
    (193, 193), (195, 196), (201, 202), (211, 211), (215, 216), (218, 220), (225, 227), (229, 230),
    (232, 239), (242, 242), (263, 264), (267, 268), (270, 270), (290, 295), (298, 304), (307, 309),
    (312, 315), (317, 325), (327, 334), (343, 343), (345, 345), (375, 375), (379, 379), (413, 416),
    (420, 420), (425, 426), (435, 435),
)  # fmt: skip
"""First and last of each run of numbers that the list has for clients."""


def test_every_requirement_for_a_client_has_one_row() -> None:
    wanted = [*chain.from_iterable(range(first, last + 1) for first, last in _NUMBERS)]
    there = [int(number) for numbers, _, _ in _ROWS for number in numbers.split(", ")]

    assert len(wanted) == 164
    assert sorted(there) == wanted


@pytest.mark.parametrize("numbers", [row[0] for row in _ROWS])
def test_row_names_tests_that_exist_or_says_why_it_does_not_apply(numbers: str) -> None:
    [held_by] = [tests for found, _, tests in _ROWS if found == numbers]

    named = TEST.findall(held_by)

    assert named or held_by.startswith("does not apply: ")
    assert [f"{file}::{test}" for file, test in named if test not in names_in(file)] == []


def test_every_test_of_a_slot_exists() -> None:
    slots = TEST.findall(_PAGE.partition("## The requirements")[0])

    assert slots
    assert [f"{file}::{test}" for file, test in slots if test not in names_in(file)] == []
