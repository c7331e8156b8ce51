"""Each named condition holds where it is meant, and not one step beside it."""

from datetime import date

import pytest

from smartapp.sdm.codes import icd10_categories
from smartapp.sdm.conditions import Condition, Evidence, evaluate, reads
from smartapp.sdm.facts import ChartFacts, Code, CodedFact, Known
from smartapp.sdm.model import Kind, SaidBy
from tests.sdm.charts import ICD10, SNOMED, TODAY, chart, icd10, medicine, order, said, shipped, snomed

CONDITIONS = {condition.id: condition for condition in shipped().conditions}
RECENT = date(2026, 11, 1)
LONG_AGO = date(2026, 9, 1)


def both(first: str, second: str) -> CodedFact:
    return CodedFact(
        "Condition/1", frozenset({Code(SNOMED, first), Code(ICD10, second)}), "", date(2023, 1, 1)
    )


def with_problem(*facts: CodedFact) -> ChartFacts:
    return chart(conditions=facts)


MEANT = {
    "visit_in_progress": [chart(visit_in_progress=True)],
    "other_language": [
        chart(language="es"),
        chart(language="pt-BR"),
        chart(language="en", interpreter_needed=True),
    ],
    "nothing_on_file": [chart()],
    "no_goal_within_a_year": [
        chart(),
        chart(statements=(said(Kind.GOAL, date(2025, 11, 21)),)),
        chart(statements=(said(Kind.GOAL, None),)),
        chart(statements=(said(Kind.PEOPLE),)),
        chart(statements=(said(Kind.GOAL, said_by=SaidBy.CLINICIAN),)),
        chart(statements=(said(Kind.GOAL, status="entered-in-error"),)),
    ],
    "order_today": [chart(orders=(order(),)), chart(orders=(order(status="active"),))],
    "new_medicine_today": [chart(medicines=(medicine("197361", TODAY),))],
    "decision_open_today": [
        chart(orders=(order(),)),
        chart(medicines=(medicine("197361", TODAY, status="draft"),)),
    ],
    "opioid_ordered_today": [
        chart(medicines=(medicine("7804", TODAY),)),
        chart(medicines=(medicine("1049221", TODAY, status="draft"),)),
        chart(medicines=(medicine("9999999", TODAY, name="oxyCODONE 5 MG Oral Tablet"),)),
    ],
    "chronic_pain": [
        with_problem(snomed("82423001")),
        with_problem(icd10("G89.29")),
        with_problem(icd10("m797")),
    ],
    "sickle_cell_disease": [
        with_problem(icd10("D57.1")),
        with_problem(icd10("D57.419")),
        with_problem(snomed("127040003")),
    ],
    "acute_painful_condition": [
        with_problem(icd10("K35.80", RECENT)),
        with_problem(icd10("S72.001A", RECENT)),
        with_problem(icd10("S82001B", RECENT)),
    ],
    "recent_chest_pain": [with_problem(icd10("R07.89", RECENT)), with_problem(snomed("29857009", TODAY))],
    "coronary_disease": [with_problem(icd10("I25.10")), with_problem(snomed("53741008"))],
    "heart_failure": [with_problem(icd10("I50.22")), with_problem(snomed("84114007"))],
    "atrial_fibrillation": [with_problem(icd10("I48.91")), with_problem(snomed("49436004"))],
    "no_blood_thinner": [chart(), chart(medicines=(medicine("6809", name="metformin 500 MG"),))],
    "advanced_kidney_disease": [
        with_problem(icd10("N18.4")),
        with_problem(icd10("N186")),
        with_problem(snomed("433146000")),
    ],
    "opioid_use_disorder": [with_problem(icd10("F11.20")), with_problem(snomed("75544000"))],
    "no_medicine_for_opioid_use_disorder": [
        chart(),
        chart(medicines=(medicine("7242", name="naloxone 4 MG spray"),)),
    ],
    "developmental_disability": [
        with_problem(icd10("F71")),
        with_problem(icd10("F84.0")),
        with_problem(icd10("Q90.9")),
    ],
    "disability": [
        with_problem(icd10("H91.90")),
        with_problem(icd10("Z99.3")),
        with_problem(icd10("G81.91")),
    ],
    "pregnancy_or_year_after": [
        with_problem(snomed("72892002", date(2026, 6, 1))),
        with_problem(icd10("Z3A.20", RECENT)),
        with_problem(icd10("O24.410", RECENT)),
    ],
    "pregnancy_loss": [with_problem(icd10("O03.9")), with_problem(icd10("Z37.1"))],
    "asthma": [with_problem(icd10("J45.909")), with_problem(snomed("195967001"))],
    "dementia": [
        with_problem(icd10("F03.90")),
        with_problem(icd10("G30.9")),
        with_problem(snomed("52448006")),
    ],
    "serious_illness": [
        with_problem(icd10("C78.00")),
        with_problem(icd10("G12.21")),
        with_problem(icd10("J44.9")),
    ],
    "plan_hard_to_follow": [with_problem(icd10("Z91.14")), with_problem(icd10("Z91.148"))],
    "diabetes": [with_problem(icd10("E11.9")), with_problem(snomed("44054006"))],
    "cancer": [with_problem(icd10("C50.911")), with_problem(icd10("C7A.00")), with_problem(icd10("C7B.02"))],
}
NOT_MEANT = {
    "visit_in_progress": [chart(visit_in_progress=False)],
    "other_language": [
        chart(language="en-GB"),
        chart(language=""),
        chart(language="EN"),
        chart(language="und"),
    ],
    "nothing_on_file": [chart(statements=(said(Kind.PEOPLE, date(2019, 1, 1)),))],
    "no_goal_within_a_year": [
        chart(statements=(said(Kind.GOAL, date(2025, 11, 22)),)),
        chart(statements=(said(Kind.TREATMENT_PREFERENCE),)),
        chart(statements=(said(Kind.WORRY, said_by=SaidBy.RELATED_PERSON),)),
    ],
    "order_today": [
        chart(orders=(order(date(2026, 11, 21)),)),
        chart(orders=(order(status="completed"),)),
        chart(orders=(order(None),)),
    ],
    "new_medicine_today": [
        chart(medicines=(medicine("197361"),)),
        chart(medicines=(medicine("1", TODAY, status="stopped"),)),
    ],
    "decision_open_today": [chart(medicines=(medicine("197361"),), orders=(order(date(2026, 11, 21)),))],
    "opioid_ordered_today": [
        chart(medicines=(medicine("7804"),)),
        chart(medicines=(medicine("1819", TODAY, name="buprenorphine 8 MG"),)),
        chart(medicines=(medicine("1", TODAY, name="apomorphine 10 MG/ML"),)),
    ],
    "chronic_pain": [
        with_problem(snomed("279039007")),
        with_problem(icd10("M54.50")),
        with_problem(icd10("G89.11")),
    ],
    "sickle_cell_disease": [with_problem(icd10("D57.3")), with_problem(both("417357006", "D57.3"))],
    "acute_painful_condition": [
        with_problem(icd10("S72.001D", RECENT)),
        with_problem(icd10("S72.001S", RECENT)),
        with_problem(icd10("S72", RECENT)),
        with_problem(icd10("K35.80", LONG_AGO)),
        with_problem(icd10("K35.80", None)),
    ],
    "recent_chest_pain": [with_problem(icd10("R07.0", RECENT)), with_problem(icd10("R07.89", LONG_AGO))],
    "coronary_disease": [with_problem(icd10("I20.9")), with_problem(icd10("I22.0"))],
    "heart_failure": [with_problem(icd10("I51.9"))],
    "atrial_fibrillation": [with_problem(icd10("I49.9")), with_problem(snomed("84114007"))],
    "no_blood_thinner": [
        chart(medicines=(medicine("11289"),)),
        chart(medicines=(medicine("1599551"),)),
        chart(medicines=(medicine("1364445", name="apixaban 5 MG Oral Tablet"),)),
        chart(medicines=(medicine("1364447", name="Eliquis"),)),
    ],
    "advanced_kidney_disease": [with_problem(icd10("N18.32")), with_problem(icd10("N18.9"))],
    "opioid_use_disorder": [
        with_problem(icd10("F11.21")),
        with_problem(icd10("F11.10")),
        with_problem(both("75544000", "F11.21")),
    ],
    "no_medicine_for_opioid_use_disorder": [
        chart(medicines=(medicine("6813"),)),
        chart(medicines=(medicine("1010600", name="buprenorphine / naloxone film"),)),
    ],
    "developmental_disability": [with_problem(icd10("F80.1")), with_problem(icd10("Q91.0"))],
    "disability": [with_problem(icd10("H92.0")), with_problem(icd10("Z99.2")), with_problem(icd10("G89.29"))],
    "pregnancy_or_year_after": [
        with_problem(snomed("72892002", date(2022, 6, 1))),
        with_problem(icd10("O03.9", RECENT)),
        with_problem(both("77386006", "O00.90")),
    ],
    "pregnancy_loss": [with_problem(icd10("O24.410")), with_problem(icd10("Z37.0"))],
    "asthma": [with_problem(icd10("J44.9"))],
    "dementia": [with_problem(icd10("F05")), with_problem(icd10("G31.84"))],
    "serious_illness": [
        with_problem(icd10("C7A.00")),
        with_problem(icd10("C7B.02")),
        with_problem(icd10("N18.5")),
        with_problem(icd10("G12.20")),
        with_problem(snomed("94260004")),
    ],
    "plan_hard_to_follow": [
        with_problem(icd10("Z53.20")),
        with_problem(icd10("Z91.A1")),
        with_problem(icd10("Z91.01")),
    ],
    "diabetes": [with_problem(icd10("R73.03")), with_problem(icd10("E16.2"))],
    "cancer": [with_problem(icd10("D05.10")), with_problem(icd10("Z85.3")), with_problem(icd10("C97"))],
}


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
        Evidence("a care plan that was hard to follow in the chart", "Condition/7", date(2024, 2, 1)),
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
