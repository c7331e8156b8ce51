"""Each named condition holds where it is meant, and not one step beside it."""

from datetime import date

import pytest

from smartapp.sdm.codes import icd10_categories
from smartapp.sdm.conditions import Condition, Evidence, Seen, evaluate, reads
from smartapp.sdm.facts import ChartFacts, Code, CodedFact, Known
from tests.sdm.charts import ICD10, TODAY, chart, medicine, order, shipped
from tests.sdm.meant import MEANT, NOT_MEANT, with_problem

CONDITIONS = {condition.id: condition for condition in shipped().conditions}


def cases(charts: dict[str, list[ChartFacts]]) -> list[tuple[str, ChartFacts]]:
    return [(name, facts) for name, several in charts.items() for facts in several]


def test_every_condition_is_tested_both_ways() -> None:
    assert set(MEANT) == set(CONDITIONS) == set(NOT_MEANT)


@pytest.mark.parametrize(("name", "facts"), cases(MEANT))
def test_condition_holds_and_says_because_of_what(name: str, facts: ChartFacts) -> None:
    finding = evaluate(CONDITIONS[name], facts)

    assert finding.holds is True
    assert all(evidence.label for evidence in finding.because)
    assert finding.because
    assert not finding.missing


@pytest.mark.parametrize(("name", "facts"), cases(NOT_MEANT))
def test_near_miss_does_not_hold(name: str, facts: ChartFacts) -> None:
    finding = evaluate(CONDITIONS[name], facts)

    assert finding.holds is False
    assert finding.because == ()


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=lambda condition: condition.id)
def test_condition_on_a_part_that_was_not_read_stays_open(condition: Condition) -> None:
    finding = evaluate(condition, chart(known=frozenset()))

    assert finding.holds is None
    assert set(finding.missing) == reads(condition)


def test_one_read_half_is_enough_for_any_of() -> None:
    facts = chart(orders=(order(),), known=frozenset({Known.ORDERS}))

    assert evaluate(CONDITIONS["decision_open_today"], facts).holds is True


def test_any_of_stays_open_when_the_unread_half_could_hold() -> None:
    finding = evaluate(CONDITIONS["decision_open_today"], chart(known=frozenset({Known.ORDERS})))

    assert finding.holds is None
    assert finding.missing == (Known.MEDICINES,)


def test_absence_of_a_medicine_is_not_claimed_when_one_has_no_name() -> None:
    finding = evaluate(CONDITIONS["no_blood_thinner"], chart(medicines=(medicine("1364445", name=" "),)))

    assert finding.holds is None
    assert finding.missing == (Known.MEDICINES,)


def test_evidence_uses_our_label_and_never_the_display_in_the_chart() -> None:
    facts = chart(
        conditions=(
            CodedFact("Condition/7", frozenset({Code(ICD10, "Z91.14")}), "Noncompliance", date(2024, 2, 1)),
        )
    )

    finding = evaluate(CONDITIONS["plan_hard_to_follow"], facts)

    assert finding.because == (
        Evidence(
            "a care plan that was hard to follow",
            "Condition/7",
            date(2024, 2, 1),
            seen=Seen.IN_CHART,
            condition="plan_hard_to_follow",
        ),
    )


def test_code_in_another_system_does_not_match() -> None:
    fact = CodedFact("Condition/1", frozenset({Code("http://example.org/codes", "E11.9")}), "", TODAY)

    assert evaluate(CONDITIONS["diabetes"], with_problem(fact)).holds is False


def test_codes_match_when_the_system_is_written_as_an_oid() -> None:
    fact = CodedFact("Condition/1", frozenset({Code("urn:oid:2.16.840.1.113883.6.90", "E11.9")}), "", TODAY)

    assert evaluate(CONDITIONS["diabetes"], with_problem(fact)).holds is True


@pytest.mark.parametrize(
    ("written", "categories"),
    [("N18.4", ("N184",)), ("C77-C79", ("C77", "C78", "C79")), ("Z3A", ("Z3A",)), ("F10", ("F10",))],
)
def test_written_code_becomes_undotted_categories(written: str, categories: tuple[str, ...]) -> None:
    assert icd10_categories(written) == categories


@pytest.mark.parametrize("written", ["", "F1", "C79-C77", "C77-D79", "C7A-C7B", "O*", "N18.4-N18.6", "e11"])
def test_anything_else_is_refused_as_a_code(written: str) -> None:
    with pytest.raises(ValueError):
        icd10_categories(written)
