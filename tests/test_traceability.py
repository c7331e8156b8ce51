"""Every recommendation of the three texts has its row, and every test that a row names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "traceability.md"
ROW = re.compile(r"^\| (S\d-\d\d) \| (.+) \| (.+) \| (.+) \|$", re.M)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROWS = [
    *(f"S1-{number:02}" for number in range(1, 32)),
    *(f"S2-{number:02}" for number in range(1, 15)),
    *(f"S0-{number:02}" for number in range(1, 11)),
]


def rows() -> list[tuple[str, str, str, str]]:
    return [match.groups() for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))]  # type: ignore[misc]


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(
        one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_no_row_is_missing_and_none_is_there_twice() -> None:
    assert [row for row, *_ in rows()] == ROWS


@pytest.mark.parametrize("row", ROWS)
def test_every_test_of_a_row_exists(row: str) -> None:
    (held_by,) = [tests for name, _, _, tests in rows() if name == row]
    named = TEST.findall(held_by)

    missing = [f"{file}::{test}" for file, test in named if not _exists(file, test)]

    assert missing == []
    assert named or held_by == "none"


def test_a_row_without_a_test_says_that_it_is_not_built() -> None:
    silent = [
        row for row, _, feature, held_by in rows() if held_by == "none" and "**Not built**" not in feature
    ]

    assert silent == []


def test_the_page_for_those_who_deploy_it_is_there() -> None:
    text = (ROOT / "docs" / "governance.md").read_text(encoding="utf-8")

    assert "## What not to do" in text
    assert "Do not count, rank, pay or judge anybody by it" in text


def _exists(file: str, test: str) -> bool:
    return (ROOT / file).is_file() and test in names_in(file)
