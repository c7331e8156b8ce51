"""What was said is kept apart from what stands in the chart and was said by nobody known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.patient_record import PatientIdentity
from smartapp.sdm.model import Kind, SaidBy, Statement
from smartapp.web.presenters.apart import apart, in_chart_heading, in_chart_note, nothing_said, told_heading
from tests.web.charts import statement

SAM = PatientIdentity("p", call_name="Sam")
HAS_DIED = PatientIdentity("p", call_name="Sam", deceased=True)

HIS = statement(Kind.GOAL, "I want to dance.")
FAMILYS = statement(Kind.WORRY, "That he falls.", SaidBy.RELATED_PERSON)
TOLD = statement(Kind.HOPE, "Hopes to go home.", SaidBy.REPORTED, confirmed=False)
TARGET = statement(Kind.GOAL, "Hemoglobin A1c < 7.0", SaidBy.UNKNOWN)
DOCTORS = statement(Kind.GOAL, "Weight of 195 lbs", SaidBy.CLINICIAN)
PREFERENCE = statement(Kind.CARE_EXPERIENCE, "Prefers mornings", SaidBy.UNKNOWN)
PLAN = statement(Kind.DECISION, "Physiotherapy first.", SaidBy.CLINICIAN)
WILL = statement(Kind.PLANNING_DOCUMENT, "Living will", SaidBy.UNKNOWN)
SIGNED = statement(Kind.PLANNING_DOCUMENT, "Advance directive completed", SaidBy.PATIENT)
AGENT = statement(Kind.PEOPLE, "Ruth, health care agent", SaidBy.UNKNOWN, about_person="Ruth")
STATEMENTS = st.builds(
    statement,
    kind=st.sampled_from(Kind),
    words=st.text(min_size=1, max_size=9),
    said_by=st.sampled_from(SaidBy),
    about_person=st.sampled_from(["", "Ruth"]),
)


def test_own_words_the_familys_and_those_reported_were_said_and_targets_were_not() -> None:
    parts = apart((HIS, TARGET, FAMILYS, DOCTORS, WILL, TOLD, PLAN, AGENT, SIGNED))

    assert parts.said == (HIS, FAMILYS, TOLD)
    assert parts.in_chart == (TARGET, DOCTORS, PLAN)
    assert parts.on_file == (WILL, AGENT, SIGNED)


@given(st.lists(STATEMENTS, unique=True, max_size=12).map(tuple))
def test_every_statement_is_in_exactly_one_part_and_none_of_unknown_origin_was_said(
    statements: tuple[Statement, ...],
) -> None:
    parts = apart(statements)

    together = parts.said + parts.in_chart + parts.on_file + parts.code_status
    assert sorted(together, key=repr) == sorted(statements, key=repr)
    assert all(each.said_by not in {SaidBy.UNKNOWN, SaidBy.CLINICIAN} for each in parts.said)


@pytest.mark.parametrize(
    ("in_chart", "heading", "note"),
    [
        ((TARGET,), "Goals in the chart", "Who said them is not recorded."),
        ((DOCTORS, PLAN), "Goals and plans in the chart", "In a clinician’s words."),
        (
            (TARGET, PREFERENCE, PLAN),
            "Goals, preferences and plans in the chart",
            "In a clinician’s words, or who said them is not recorded.",
        ),
    ],
)
def test_group_says_what_it_holds_and_whose_words_they_are(
    in_chart: tuple[Statement, ...], heading: str, note: str
) -> None:
    assert in_chart_heading(in_chart) == heading
    assert in_chart_note(in_chart) == note


@pytest.mark.parametrize(
    ("patient", "all_was_read", "line"),
    [
        (SAM, True, "Nothing is on file yet. What Sam says today starts the list."),
        (SAM, False, "Nothing was found. What Sam says today starts the list."),
        (HAS_DIED, True, "Nothing is on file."),
        (HAS_DIED, False, "Nothing was found."),
    ],
)
def test_not_found_is_not_told_as_not_there(patient: PatientIdentity, all_was_read: bool, line: str) -> None:
    assert nothing_said(patient, "Sam", all_was_read=all_was_read) == line


def test_of_somebody_who_has_died_it_is_told_in_the_past() -> None:
    assert told_heading(SAM, "Sam") == "What Sam has told us"
    assert told_heading(HAS_DIED, "Sam") == "What Sam told us"
