"""Conditions as a clinician writes them: each form is read, and each fault told with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sdm.codes import CodeSet
from smartapp.sdm.condition_entries import Form, read_conditions
from smartapp.sdm.conditions import Condition, OrderOnList, ReasonForVisit, WordingInNotes
from smartapp.sdm.content_text import Entry, read_entries
from smartapp.sdm.measured import LineOnFile, ValueOnFile

VALUE = """
[[condition]]
id = "c"
form = "value on file"
label = "potassium"
loinc = ["2823-3"]
unit = "mmol/L"
at_least = 5.5
within_days = 30
"""
LINE = (
    '[[condition]]\nid = "c"\nform = "line on file"\nlabel = "a line"\nloinc = ["2823-3"]\nwithin_days = 90\n'
)
ORDER = '[[condition]]\nid = "c"\nform = "order on list"\nlabel = "an order"\nsnomed = ["1"]\ntoday = true\n'
REASON = '[[condition]]\nid = "c"\nform = "reason for visit"\nlabel = "a fall"\nicd10 = ["W19"]\n'
WORDING = '[[condition]]\nid = "c"\nform = "wording in notes"\nlabel = "words"\n'


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], tuple[Condition | None, list[str]]]:
    def read(text: str) -> tuple[Condition | None, list[str]]:
        file = tmp_path / "conditions.toml"
        file.write_text(text.lstrip("\n"), encoding="utf-8")
        entries, faults = read_entries(file, "conditions.toml")
        conditions, more = read_conditions(entries)
        return conditions.get("c"), [str(fault) for fault in (*faults, *more)]

    return read


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (VALUE, ValueOnFile("c", "potassium", CodeSet(loinc=frozenset({"2823-3"})), "mmol/L", 30, 5.5)),
        (LINE, LineOnFile("c", "a line", CodeSet(loinc=frozenset({"2823-3"})), 90)),
        (ORDER, OrderOnList("c", "an order", CodeSet(snomed=frozenset({"1"})), today=True)),
        (REASON, ReasonForVisit("c", "a fall", CodeSet(icd10=("W19",)))),
        (WORDING, WordingInNotes("c", "words")),
    ],
)
def test_each_form_is_read(
    written: Callable[[str], tuple[Condition | None, list[str]]], text: str, condition: Condition
) -> None:
    assert written(text) == (condition, [])


@pytest.mark.parametrize(
    ("text", "old", "new", "fault"),
    [
        (VALUE, 'loinc = ["2823-3"]', "", "1: condition c: give at least one code in loinc"),
        (VALUE, '"2823-3"', '"potassium"', '5: condition c: loinc: "potassium" is no LOINC code'),
        (VALUE, 'unit = "mmol/L"', "", "1: condition c: unit: write a text here"),
        (VALUE, "at_least = 5.5", "", "1: condition c: give at_least, at_most or both"),
        (VALUE, "5.5", '"high"', "7: condition c: at_least: write a number, for example 30 or 4.5"),
        (VALUE, "5.5", "inf", "7: condition c: at_least: write a number, for example 30 or 4.5"),
        (VALUE, "5.5", "5.5\nat_most = 5", "7: condition c: at_least: more than at_most"),
        (VALUE, "within_days = 30", "", "1: condition c: within_days: write a whole number, 1 or more"),
        (VALUE, "30", "0", "8: condition c: within_days: write a whole number, 1 or more"),
        (VALUE, "unit", "units", '6: condition c: unknown key "units"; did you mean "unit"?'),
        (VALUE, "value on file", "value", '3: condition c: form: "value" is not one of'),
        (LINE, "loinc", "snomed", '5: condition c: unknown key "snomed"'),
        (ORDER, 'snomed = ["1"]', "", "1: condition c: give at least one code in snomed or loinc"),
        (ORDER, "today = true", "", "1: condition c: write either today = true or within_days"),
        (ORDER, "today = true", "today = true\nwithin_days = 3", "7: condition c: write either today"),
        (REASON, '"W19"', '"W1"', '5: condition c: icd10: "W1" is neither an ICD-10-CM code nor a range'),
        (REASON, 'icd10 = ["W19"]', 'not_icd10 = ["W19"]', "1: condition c: give at least one code"),
        (WORDING, '"words"', '"noncompliance"', '4: condition c: label: "noncompliance" blames or doubts'),
        (LINE, '"a line"', '"women"', '4: condition c: label: "women" names a group of people'),
        (WORDING, "label", 'loinc = ["2823-3"]\nlabel', '4: condition c: unknown key "loinc"'),
    ],
)  # fmt: skip
def test_fault_in_a_condition_is_told_on_its_line(
    written: Callable[[str], tuple[Condition | None, list[str]]], text: str, old: str, new: str, fault: str
) -> None:
    condition, faults = written(text.replace(old, new))

    assert condition is None
    assert any(found.startswith(f"conditions.toml:{fault}") for found in faults), faults


VALUES = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.lists(st.text(max_size=9), max_size=3),
    st.sampled_from([form.value for form in Form]),
    st.sampled_from([["59408-5"], ["K35-K37"], ["74400008"]]),
)
KEYS = st.sampled_from(
    ["label", "loinc", "snomed", "icd10", "not_icd10", "rxnorm", "names", "today", "within_days", "unit",
     "at_least", "at_most", "kinds", "within_a_year", "of", "extra"]
)  # fmt: skip


@given(
    form=st.sampled_from([form.value for form in Form]) | st.text(max_size=5),
    values=st.dictionaries(KEYS, VALUES, max_size=8),
)
@settings(max_examples=300)
def test_whatever_is_written_becomes_a_condition_or_a_fault_with_a_line(
    form: str, values: dict[str, object]
) -> None:
    entry = Entry("condition", {"id": "c", "form": form} | values, "conditions.toml", 7, {"form": 9})

    conditions, faults = read_conditions([entry])

    assert (conditions["c"] is None) == bool(faults)
    assert all(fault.line in {7, 9} for fault in faults)
