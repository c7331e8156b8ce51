"""The list of everything that reads input from outside, held against the modules and tests that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LIST = (ROOT / "docs" / "inputs.md").read_text(encoding="utf-8")
LINES = [line for line in LIST.splitlines() if line.startswith("| ") and not line.startswith("| input |")]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in LINES]
SPAN = re.compile(r"`([^`]+)`")
TEST = re.compile(r"^(?:async )?def (test_\w+)", re.M)
FOUND = {
    name: file
    for file in sorted((ROOT / "tests").rglob("test_*.py"))
    for name in TEST.findall(file.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_reader_of_input_has_a_property_test_and_both_exist(row: list[str]) -> None:
    _, modules, tests = row

    assert SPAN.findall(modules)
    assert SPAN.findall(tests)
    assert [module for module in SPAN.findall(modules) if not (ROOT / module).is_file()] == []
    assert [name for name in SPAN.findall(tests) if name not in FOUND] == []


def test_every_property_test_of_a_reader_is_in_the_list() -> None:
    ours = {name for name, file in FOUND.items() if re.match(r"test_parsers_(?!inventory)", file.name)}
    alike = {name for name in ours if "any_" in name}

    assert len(ROWS) > 30
    assert alike - set(SPAN.findall(LIST)) <= {"test_best_of_any_attachments_is_one_of_them"}
