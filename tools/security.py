"""Runs every test that docs/security.md names, and those in tests/security at their full size; prints each
promise and threat with what its tests came to, and the figures that they measured.

.venv/bin/python -m tools.security [arguments for pytest]    exit code 1 when anything failed or did not run
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "security.md"
FIGURES_VARIABLE: Final = "COMMON_GROUND_FIGURES"
FULL_SIZE: Final = {"COMMON_GROUND_OPERATIONS": "100000", "COMMON_GROUND_DEATHS": "24"}
"""Presses in many tabs; moments at which each worker dies. What the environment says instead, counts."""
_TEST: Final = re.compile(r"`(test_\w+)`")
_WIDTH: Final = 72


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the page: `name` as it stands in its first cells, and the tests that it names."""

    name: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many cases of each test passed, failed or did not run, by the name of the test's function."""

    passed: Mapping[str, int]
    failed: Mapping[str, int]
    skipped: Mapping[str, int]


def lines_of(page: str) -> list[Line]:
    """The rows of the page's tables that name a test, in order."""
    found: list[Line] = []
    for row in page.splitlines():
        cells = [cell.strip() for cell in row.split("|")[1:-1]] if row.startswith("|") else []
        tests = tuple(dict.fromkeys(_TEST.findall(row)))
        if cells and tests:
            is_threat = re.fullmatch(r"[A-Z]+\d+", cells[0]) is not None
            found.append(Line(f"{cells[0]} {cells[1]}: {cells[2]}" if is_threat else cells[0], tests))
    return found


def places_of(names: Iterable[str], tests: Path) -> Iterator[str]:
    """What pytest is asked to run: `file::name` for each function, without those that run anyway."""
    wanted = set(names)
    for file in sorted(tests.rglob("test_*.py")):
        if (tests / "security") in file.parents:
            continue
        defined = re.findall(r"^(?:async )?def (test_\w+)\(", file.read_text(encoding="utf-8"), re.M)
        yield from (f"{file}::{name}" for name in defined if name in wanted)


def outcomes_of(report: str) -> Outcomes:
    """From pytest's report in JUnit's format."""
    passed, failed, skipped = Counter[str](), Counter[str](), Counter[str]()
    for case in ElementTree.fromstring(report).iter("testcase"):
        name = (case.get("name") or "").partition("[")[0]
        kinds = {child.tag for child in case}
        into = failed if kinds & {"failure", "error"} else skipped if "skipped" in kinds else passed
        into[name] += 1
    return Outcomes(passed, failed, skipped)


def figures_of(lines: str) -> dict[str, int]:
    """Figures by name, those of one name added up, in the order in which they came."""
    totals: dict[str, int] = {}
    for line in lines.splitlines():
        figure = json.loads(line)
        totals[figure["name"]] = totals.get(figure["name"], 0) + figure["value"]
    return totals


def report(page: list[Line], outcomes: Outcomes, figures: Mapping[str, int]) -> str:
    """A line for each promise and threat, then the figures."""
    text = [_told(line, outcomes) for line in page]
    cases = [sum(each.values()) for each in (outcomes.passed, outcomes.failed, outcomes.skipped)]
    text += ["", "{} cases passed, {} failed, {} did not run".format(*cases), ""]
    text += [f"{name:<{_WIDTH}} {value:>12,}" for name, value in figures.items()]
    return "\n".join(text)


def missing(page: list[Line], outcomes: Outcomes) -> list[str]:
    """Tests that the page names and that no case of passed."""
    return sorted({test for line in page for test in line.tests if not outcomes.passed.get(test)})


def _told(line: Line, outcomes: Outcomes) -> str:
    name = line.name if len(line.name) <= _WIDTH else line.name[: _WIDTH - 1] + "…"
    bad = [test for test in line.tests if outcomes.failed.get(test)]
    absent = [test for test in line.tests if not outcomes.passed.get(test) and test not in bad]
    cases = sum(outcomes.passed.get(test, 0) for test in line.tests)
    told = f"tests {len(line.tests)}, cases passed {cases}"
    told += f", FAILED: {', '.join(bad)}" if bad else ""
    told += f", DID NOT RUN: {', '.join(absent)}" if absent else ""
    return f"{name:<{_WIDTH}} {told}"


def main(arguments: list[str]) -> int:
    page = lines_of(PAGE.read_text(encoding="utf-8"))
    tests = ROOT / "tests"
    places = [*places_of((test for line in page for test in line.tests), tests), str(tests / "security")]
    with tempfile.TemporaryDirectory() as folder:
        results, figures = Path(folder) / "results.xml", Path(folder) / "figures.jsonl"
        figures.touch()
        environment = {**FULL_SIZE, **os.environ, FIGURES_VARIABLE: str(figures)}
        pytest = [sys.executable, "-m", "pytest", "-q", f"--junitxml={results}", *arguments, *places]
        status = subprocess.call(pytest, cwd=ROOT, env=environment)
        if not results.exists():
            return status or 1
        outcomes = outcomes_of(results.read_text(encoding="utf-8"))
        print(report(page, outcomes, figures_of(figures.read_text(encoding="utf-8"))))
    return 1 if status or missing(page, outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
