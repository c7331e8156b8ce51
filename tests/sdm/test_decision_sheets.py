"""Decision sheets: each fact has a source, none ranks an option, and the chart only offers what it holds."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.facts import ChartFacts, CodedFact, Known
from smartapp.sdm.knowledge import Sheet
from smartapp.sdm.readability import grade
from smartapp.sdm.sheet_rules import faults_in_comparison, faults_in_fact
from smartapp.sdm.sheets import offered_sheets
from tests.sdm.charts import ALL_PARTS, TODAY, icd10, medicine, shipped, snomed
from tests.sdm.site import CONTENT, Site, faults_of, writer

SHEETS = shipped().sheets
SHEET = """
[[sheet]]
id = "rides"
label = "rides to the clinic"
question = "How do you want to get here?"
when = ["diabetes"]
why = "It was asked for."
limits = "Nobody studied it."
version = 1
released = 2026-11-01
reviewed = 2026-11-20
reviewer = "the clinic"

[[option]]
id = "bus"
sheet = "rides"
label = "Bus"
good = [
  { text = "It goes each hour.", sources = ["grob2019"] },
]
find_cost = "Ask the driver."

[[option]]
id = "stay"
sheet = "rides"
label = "As it is"
waiting = true
find_cost = "Ask at the desk."
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return writer(tmp_path)


def test_three_sheets_are_shipped_each_with_a_way_to_wait() -> None:
    assert [sheet.id for sheet in SHEETS] == ["kidney-failure", "af-stroke", "opioid-treatment"]
    for sheet in SHEETS:
        assert sum(option.is_waiting for option in sheet.options) == 1


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.id)
def test_options_stand_from_a_to_z(sheet: Sheet) -> None:
    labels = [option.label for option in sheet.options]

    assert labels == sorted(labels, key=str.casefold)
    assert len(labels) >= 4


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.id)
def test_every_fact_has_a_source_and_every_option_says_what_is_hard_and_how_sure(sheet: Sheet) -> None:
    for option in sheet.options:
        assert option.hard, option.id
        assert option.sure, option.id
        assert option.find_cost, option.id
        for fact in option.facts:
            assert fact.sources, fact.text
            assert all(source.link and source.supports for source in fact.sources)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.id)
def test_facts_are_plain_and_do_not_rank(sheet: Sheet) -> None:
    facts = [fact.text for option in sheet.options for fact in option.facts]

    assert all(faults_in_fact(text, grade_excused=True) == () for text in facts)
    assert grade(" ".join(facts)) <= 6
    assert grade(sheet.question) <= 6


@pytest.mark.parametrize(
    "text",
    [
        "This is the best way.",
        "Doctors recommend it.",
        "It is better than waiting.",
        "Most people choose it.",
        "It is the first choice.",
        "It works in 64 % of people.",
        "It helps 1 in 5.",
        "It helps 7 out of 10.",
    ],
)
def test_words_that_rank_and_numbers_without_a_hundred_are_faults(text: str) -> None:
    assert faults_in_comparison(text)


@pytest.mark.parametrize("text", ["It helped 64 out of 100.", "It came in 2019.", "A trial with 570 people."])
def test_a_number_out_of_a_hundred_is_fine(text: str) -> None:
    assert faults_in_comparison(text) == ()


def facts_with(
    *conditions: CodedFact, medicines: tuple[CodedFact, ...] = (), known: frozenset[Known] = ALL_PARTS
) -> ChartFacts:
    return ChartFacts(today=TODAY, known=known, conditions=conditions, medicines=medicines)


def offered(facts: ChartFacts) -> list[str]:
    return [each.sheet.id for each in offered_sheets(shipped(), facts)]


def test_a_chart_offers_the_sheet_of_its_open_decision_and_says_why() -> None:
    (sheet,) = offered_sheets(shipped(), facts_with(snomed("49436004")))

    assert sheet.sheet.id == "af-stroke"
    assert [(one.label, one.on) for one in sheet.evidence] == [
        ("atrial fibrillation or flutter", date(2023, 5, 3)),
        ("no blood thinner on the medicine list", None),
    ]


def test_a_decision_that_was_taken_offers_no_sheet_and_one_that_is_drafted_today_does() -> None:
    apixaban = medicine("1364430", name="apixaban 5 MG Oral Tablet")
    drafted = medicine("1364430", TODAY, name="apixaban 5 MG Oral Tablet", status="draft")

    assert offered(facts_with(snomed("49436004"), medicines=(apixaban,))) == []
    assert offered(facts_with(snomed("49436004"), medicines=(drafted,))) == ["af-stroke"]


def test_opioid_use_in_remission_offers_no_sheet() -> None:
    assert offered(facts_with(icd10("F11.20"))) == ["opioid-treatment"]
    assert offered(facts_with(icd10("F11.21"))) == []


def test_kidney_disease_that_is_not_advanced_offers_no_sheet() -> None:
    assert offered(facts_with(icd10("N18.4"))) == ["kidney-failure"]
    assert offered(facts_with(icd10("N18.3"))) == []


@given(st.sets(st.sampled_from(sorted(Known))))
def test_a_part_that_was_not_read_keeps_its_sheets_away(known: set[Known]) -> None:
    facts = facts_with(snomed("49436004"), icd10("N18.5", number=2), known=frozenset(known))

    for each in offered_sheets(shipped(), facts):
        assert each.sheet.reads <= known


def test_shipped_sheets_read_conditions_and_medicines_and_nothing_else() -> None:
    assert frozenset().union(*(sheet.reads for sheet in SHEETS)) == {Known.CONDITIONS, Known.MEDICINES}


def test_a_site_adds_a_sheet_and_switching_one_off_takes_its_options_along(site: Site) -> None:
    catalogue = load_catalogue(CONTENT, site(sheets=SHEET + '[[sheet]]\nid = "af-stroke"\noff = true\n'))

    sheet = catalogue.sheet("rides")
    assert sheet is not None
    assert [option.label for option in sheet.options] == ["As it is", "Bus"]
    assert catalogue.sheet("af-stroke") is None


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (', sources = ["grob2019"]', "", "17: option bus: good: fact 1: sources: name at least one source"),
        ('"grob2019"', '"grob"', '17: option bus: good: fact 1: unknown source "grob"'),
        ("It goes each hour.", "It is the best.", '17: option bus: good: fact 1: "best" ranks the options'),
        (
            "It goes each hour.",
            "It helps 90 %.",
            "17: option bus: good: fact 1: a percentage is",
        ),
        ("waiting = true", "waiting = false", "1: sheet rides: no option has waiting = true"),
        ('label = "As it is"', 'label = "bus"', "1: sheet rides: two options have the same label"),
        ("Ask the driver.", "It is $ 2.", "20: option bus: find_cost: a price is a fact"),
        (
            'sheet = "rides"',
            'sheet = "ride"',
            '15: option bus: sheet: unknown sheet "ride"',
        ),
        ("How do you want to get here?", "Which ride is best?", '4: sheet rides: question: "best" ranks'),
        (
            '["diabetes"]',
            '["diabets"]',
            '5: sheet rides: unknown condition "diabets"',
        ),
        ('why = "It was asked for."\n', "", "1: sheet rides: why: write a text here"),
        ("good =", "goods =", '17: option bus: unknown key "goods"; did you mean "good"?'),
    ],
)
def test_a_fault_in_a_sheet_is_told_by_line(site: Site, old: str, new: str, fault: str) -> None:
    faults = faults_of(site(sheets=SHEET.replace(old, new, 1)))

    assert any(one.startswith(f"sheets.toml:{fault}") for one in faults), faults


def test_one_option_is_no_choice(site: Site) -> None:
    one = SHEET[: SHEET.index('[[option]]\nid = "stay"')]

    assert "sheets.toml:1: sheet rides: has 1 options; a choice has at least 2" in faults_of(site(sheets=one))
