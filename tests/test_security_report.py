"""The security report names what failed and what did not run, and adds figures up."""

from pathlib import Path

import pytest

from tests import figures
from tools.security import (
    FIGURES_VARIABLE,
    PAGE,
    Line,
    Outcomes,
    figures_of,
    lines_of,
    missing,
    outcomes_of,
    places_of,
    report,
)

TABLE = """\
Words with `test_in_prose` are no row.

| promise | kept in | test |
|---|---|---|
| Nothing is lost | `smartapp/a.py` | `test_one`, `test_two`, `test_one` |

| id | threat | state | how |
|---|---|---|---|
| T7 | a stolen code | kept | always: `test_three` |
| T8 | nothing yet | not yet | no test |
"""
RESULTS = """\
<testsuites><testsuite>
<testcase name="test_one[a]"/><testcase name="test_one[b]"/>
<testcase name="test_two"><failure message="no"/></testcase>
<testcase name="test_three"><skipped message="no database"/></testcase>
</testsuite></testsuites>
"""


def test_rows_of_the_page_come_with_their_tests() -> None:
    assert lines_of(TABLE) == [
        Line("Nothing is lost", ("test_one", "test_two")),
        Line("T7 a stolen code: kept", ("test_three",)),
    ]


def test_the_shipped_page_names_tests_for_promises_and_threats() -> None:
    names = [line.name for line in lines_of(PAGE.read_text(encoding="utf-8"))]

    assert any(name.startswith("No chart but the launched patient's") for name in names)
    assert any(name.startswith("T12 ") for name in names)


def test_cases_are_counted_for_their_function() -> None:
    outcomes = outcomes_of(RESULTS)

    assert outcomes == Outcomes({"test_one": 2}, {"test_two": 1}, {"test_three": 1})


def test_what_failed_and_what_did_not_run_is_told_in_its_row() -> None:
    text = report(lines_of(TABLE), outcomes_of(RESULTS), {"operations": 100_000}).splitlines()

    assert text[0].endswith("tests 2, cases passed 2, FAILED: test_two")
    assert text[1].endswith("tests 1, cases passed 0, DID NOT RUN: test_three")
    assert "2 cases passed, 1 failed, 1 did not run" in text
    assert text[-1].split() == ["operations", "100,000"]


def test_row_without_a_case_that_passed_fails_the_command() -> None:
    assert missing(lines_of(TABLE), outcomes_of(RESULTS)) == ["test_three", "test_two"]


def test_tests_are_found_where_they_are_defined_and_run_once(tmp_path: Path) -> None:
    (tmp_path / "security").mkdir()
    (tmp_path / "test_a.py").write_text("async def test_one() -> None: ...\ndef test_other() -> None: ...\n")
    (tmp_path / "security" / "test_b.py").write_text("def test_two() -> None: ...\n")

    assert list(places_of(["test_one", "test_two"], tmp_path)) == [f"{tmp_path / 'test_a.py'}::test_one"]


def test_figures_of_one_name_are_added_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "figures.jsonl"
    monkeypatch.setenv(FIGURES_VARIABLE, str(file))

    figures.record("operations", 40)
    figures.record("wrong-patient requests", 0)
    figures.record("operations", 60)

    assert figures_of(file.read_text()) == {"operations": 100, "wrong-patient requests": 0}


def test_without_a_file_no_figure_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FIGURES_VARIABLE, raising=False)

    figures.record("operations", 1)
