"""Charts in which each named condition holds, and near misses in which it does not."""

from datetime import date

from smartapp.sdm.facts import ChartFacts, Code, CodedFact
from smartapp.sdm.model import Kind, SaidBy
from tests.sdm.charts import (
    ICD10,
    LOINC,
    SNOMED,
    TODAY,
    chart,
    icd10,
    line,
    medicine,
    order,
    oximetry,
    reason,
    said,
    snomed,
)

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
    "blood_thinner_today": [
        chart(medicines=(medicine("1364430", TODAY, status="draft"),)),
        chart(medicines=(medicine("1", TODAY, name="Eliquis 5 MG"),)),
    ],
    "stroke_prevention_open": [
        chart(),
        chart(medicines=(medicine("11289", TODAY, name="warfarin 5 MG"),)),
    ],
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
    "oxygen_near_threshold": [
        chart(values=(oximetry(88),)),
        chart(values=(oximetry(96, date(2026, 11, 21)),)),
        chart(values=(oximetry(99, date(2026, 11, 21)), oximetry(91))),
    ],
    "older_egfr_line": [
        chart(values=(line("48643-1", date(2025, 11, 22)),)),
        chart(values=(line("48642-3"),)),
        chart(values=(line("88294-4", value=None, unit=""),)),
    ],
    "body_mass_index_30": [chart(values=(line("39156-5", LONG_AGO, value=30.0, unit="kg/m2"),))],
    "obesity": [
        with_problem(icd10("E66.01")),
        with_problem(snomed("162864005")),
        with_problem(icd10("Z68.41")),
    ],
    "weight": [
        with_problem(icd10("E66.9")),
        chart(values=(line("39156-5", value=31.2, unit="kg/m2"),)),
    ],
    "airway_disease": [with_problem(icd10("J44.1")), with_problem(snomed("195967001"))],
    "breathing_test_ordered": [
        chart(orders=(order(date(2026, 9, 1), code="127783003", status="active"),)),
        chart(orders=(order(code="23426006"),)),
    ],
    "substance_use": [
        with_problem(icd10("F10.20")),
        with_problem(icd10("F19.10")),
        with_problem(snomed("7200002")),
    ],
    "mental_health": [
        with_problem(icd10("F20.9")),
        with_problem(icd10("F32.A")),
        with_problem(snomed("13746004")),
    ],
    "visit_for_a_symptom": [
        chart(visit_reasons=(reason(ICD10, "R10.9"),)),
        chart(visit_reasons=(reason(ICD10, "R55"), reason(SNOMED, "185349003"))),
        chart(visit_reasons=(reason(SNOMED, "29857009"),)),
    ],
    "new_symptom": [with_problem(icd10("R06.02", RECENT)), with_problem(icd10("R53.83", TODAY))],
    "physical_symptom": [
        with_problem(icd10("R51.9", RECENT)),
        chart(visit_reasons=(reason(ICD10, "R51.9"),)),
    ],
    "drug_test_ordered_today": [
        chart(orders=(order(code="19295-5", system=LOINC),)),
        chart(orders=(order(code="3426-4", system=LOINC, status="active"),)),
    ],
    "fibromyalgia": [with_problem(icd10("M79.7")), with_problem(snomed("203082005"))],
    "possible_contact_with_hiv": [
        with_problem(icd10("Z20.6", LONG_AGO)),
        with_problem(icd10("Z20.2", RECENT)),
    ],
    "hiv_infection": [with_problem(snomed("86406008"))],
    "judging_words": [chart(judging_words_on=date(2025, 2, 1))],
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
    "blood_thinner_today": [
        chart(medicines=(medicine("1364430"),)),
        chart(medicines=(medicine("1", TODAY, name="aspirin 81 MG"),)),
    ],
    "stroke_prevention_open": [chart(medicines=(medicine("11289", name="warfarin 5 MG"),))],
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
    "oxygen_near_threshold": [
        chart(values=(oximetry(87.9),)),
        chart(values=(oximetry(96.1),)),
        chart(values=(oximetry(91, date(2026, 11, 20)),)),
        chart(values=(oximetry(91, date(2026, 11, 23)),)),
        chart(values=(oximetry(91, None),)),
        chart(values=(line("59408-5", value=0.91, unit="1"),)),
        chart(values=(line("59408-5", value=91, unit="mm[Hg]"),)),
        chart(values=(line("59408-5", value=None, unit="%"),)),
        chart(values=(line("2708-6", value=91, unit="%"),)),
        chart(values=(oximetry(91, date(2026, 11, 21)), oximetry(99))),
        chart(values=(oximetry(91, date(2026, 11, 21)), line("59408-5", value=12, unit="kPa"))),
    ],
    "older_egfr_line": [
        chart(values=(line("48643-1", date(2025, 11, 21)),)),
        chart(values=(line("98979-8"),)),
        chart(values=(line("62238-1"),)),
        chart(values=(line("33914-3"),)),
    ],
    "body_mass_index_30": [
        chart(values=(line("39156-5", value=29.9, unit="kg/m2"),)),
        chart(values=(line("39156-5", date(2025, 11, 21), value=34, unit="kg/m2"),)),
        chart(values=(line("39156-5", value=34, unit="%"),)),
    ],
    "obesity": [with_problem(icd10("E66.3")), with_problem(icd10("Z68.29")), with_problem(icd10("Z68.54"))],
    "weight": [
        with_problem(both("414916001", "E66.3")),
        chart(
            values=(
                line("39156-5", LONG_AGO, value=34, unit="kg/m2"),
                line("39156-5", value=28, unit="kg/m2"),
            )
        ),
    ],
    "airway_disease": [with_problem(icd10("J39.8")), with_problem(icd10("J96.00"))],
    "breathing_test_ordered": [
        chart(orders=(order(date(2026, 8, 1), code="127783003"),)),
        chart(orders=(order(code="127783003", status="on-hold"),)),
        chart(orders=(order(code="183545006"),)),
    ],
    "substance_use": [
        with_problem(icd10("F17.210")),
        with_problem(icd10("Z72.0")),
        with_problem(icd10("T40.2X1A")),
    ],
    "mental_health": [
        with_problem(icd10("F34.1")),
        with_problem(icd10("F10.20")),
        with_problem(icd10("F51.01")),
    ],
    "visit_for_a_symptom": [
        chart(visit_reasons=(reason(ICD10, "R41.0"),)),
        chart(visit_reasons=(reason(ICD10, "R45.851"),)),
        chart(visit_reasons=(reason(ICD10, "R73.03"),)),
        chart(visit_reasons=(reason(ICD10, "Z00.00"),)),
    ],
    "new_symptom": [
        with_problem(icd10("R06.02", LONG_AGO)),
        with_problem(icd10("R06.02", None)),
        with_problem(icd10("R44.0", RECENT)),
    ],
    "physical_symptom": [chart(), with_problem(icd10("R42", LONG_AGO))],
    "drug_test_ordered_today": [
        chart(orders=(order(date(2026, 11, 21), code="19295-5", system=LOINC),)),
        chart(orders=(order(code="19295-5", system=SNOMED),)),
        chart(orders=(order(code="19295-5", system=LOINC, status="revoked"),)),
        chart(orders=(order(code="24356-8", system=LOINC),)),
    ],
    "fibromyalgia": [with_problem(icd10("M79.10")), with_problem(icd10("G43.909"))],
    "possible_contact_with_hiv": [
        with_problem(icd10("Z20.6", date(2025, 11, 21))),
        with_problem(icd10("Z20.828", RECENT)),
        with_problem(icd10("Z72.51", RECENT)),
        with_problem(icd10("A53.9", RECENT)),
    ],
    "hiv_infection": [with_problem(icd10("Z20.6"))],
    "judging_words": [chart()],
}
