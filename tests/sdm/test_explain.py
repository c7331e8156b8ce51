"""The page about a reminder tells its rule, its sources, its limits and the 13 source attributes."""

import pytest

from smartapp.errors import NotFound
from smartapp.sdm.explain import about
from smartapp.sdm.knowledge import Reminder
from smartapp.sdm.rule_words import in_words
from tests.sdm.charts import shipped

CATALOGUE = shipped()
ATTRIBUTES = (
    "Bibliographic citation",
    "Developer",
    "Funding of the technical implementation",
    "Release and revision dates",
    "Use of race",
    "Use of ethnicity",
    "Use of language",
    "Use of sexual orientation",
    "Use of gender identity",
    "Use of sex",
    "Use of date of birth",
    "Use of social determinants of health data",
    "Use of health status assessments data",
)


@pytest.mark.parametrize("reminder", CATALOGUE.reminders, ids=lambda reminder: reminder.id)
def test_every_reminder_tells_all_13_attributes_in_order(reminder: Reminder) -> None:
    explained = about(CATALOGUE, reminder.id)

    assert tuple(label for label, _ in explained.attributes) == ATTRIBUTES
    assert all(value for _, value in explained.attributes)
    assert all(told.thing.citation in explained.attributes[0][1] for told in explained.sources)


@pytest.mark.parametrize("reminder", CATALOGUE.reminders, ids=lambda reminder: reminder.id)
def test_no_reminder_uses_race_ethnicity_orientation_gender_identity_sex_or_age(reminder: Reminder) -> None:
    told = dict(about(CATALOGUE, reminder.id).attributes)

    for label in (
        "Use of race",
        "Use of ethnicity",
        "Use of sexual orientation",
        "Use of gender identity",
        "Use of sex",
    ):
        assert told[label] == "No" or told[label].startswith("No: ")
    assert told["Use of date of birth"].startswith("No")


def test_only_the_interpreter_reminder_uses_language() -> None:
    using = [
        reminder.id
        for reminder in CATALOGUE.reminders
        if dict(about(CATALOGUE, reminder.id).attributes)["Use of language"] != "No"
    ]

    assert using == ["R24"]


def test_rule_is_told_in_plain_words_with_its_codes() -> None:
    explained = about(CATALOGUE, "R14")

    assert [line.text for line in explained.rule] == [
        "An active condition is in the chart: advanced kidney disease. "
        "Codes: SNOMED CT 431857002, 433146000, 46177005; ICD-10-CM N18.4, N18.5, N18.6 and below.",
    ]
    assert explained.reads == ("conditions",)
    assert explained.when_missing == "If any of these cannot be read, the reminder stays away: conditions."


def test_exceptions_of_a_rule_are_told() -> None:
    explained = about(CATALOGUE, "R26")

    assert explained.rule[0].text.startswith(
        "An active condition is in the chart, first noted in the last 365 days: pregnancy"
    )
    assert [line.text for line in explained.unless] == [
        "An active condition is in the chart: the loss of a pregnancy. "
        "Codes: ICD-10-CM O00-O08, Z37.1, Z37.3, Z37.4, Z37.6, Z37.7 and below.",
    ]


def test_neighbouring_categories_are_told_as_a_range() -> None:
    cancer = next(condition for condition in CATALOGUE.conditions if condition.id == "cancer")

    assert in_words(cancer).endswith("ICD-10-CM C00-C96, C7A, C7B and below.")


def test_every_condition_has_words() -> None:
    for condition in CATALOGUE.conditions:
        words = in_words(condition)
        assert words.endswith(".")
        assert ".." not in words


def test_funding_developer_and_dates_are_told() -> None:
    told = dict(about(CATALOGUE, "R01").attributes)

    assert told["Developer"] == "Common Ground project"
    assert told["Funding of the technical implementation"] == "None from outside the project"
    assert told["Release and revision dates"] == "Released 22 Nov 2026. Version 1, 22 Nov 2026"


def test_reminder_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        about(CATALOGUE, "R99")


def test_every_source_says_what_it_shows_and_how_strong_it_is() -> None:
    for source in CATALOGUE.sources:
        assert source.supports
        assert source.grade in {
            "expert opinion", "qualitative", "observational", "randomized trial", "systematic review",
            "guideline", "meta-analysis", "review", "consensus report", "government report",
            "patient information", "safety communication",
        }  # fmt: skip


def test_link_of_a_source_is_its_doi_or_page_or_nothing() -> None:
    links = {source.id: source.link for source in CATALOGUE.sources}

    assert links["grob2019"] == "https://doi.org/10.1001/jama.2019.1500"
    assert links["nhlbi2014"] == ""
    assert links["sullivan2018"] == "https://www.cfp.ca/content/64/4/254"
