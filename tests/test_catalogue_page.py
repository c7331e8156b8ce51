"""The page about the catalogue tells what the content says, and figures that the commands print."""

import asyncio
import os
from pathlib import Path

import pytest

from smartapp.sdm.rule_words import in_words
from tests.sdm.charts import shipped

CATALOGUE = shipped()
PAGE = Path(__file__).parent.parent / "docs" / "catalogue.md"
FOLDER = os.environ.get("COMMON_GROUND_CHARTS")


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def reminder_rows() -> list[str]:
    rows = []
    for reminder in sorted(CATALOGUE.reminders, key=lambda each: each.id):
        when = "; ".join(condition.label for condition in reminder.when)
        unless = "; ".join(condition.label for condition in reminder.unless)
        comes_up = f"{when}. Not with: {unless}" if unless else when
        question = reminder.question.text if reminder.question else "none"
        sources = ", ".join(source.id for source in reminder.sources)
        rows.append(f"| {reminder.id} | {reminder.text} | {comes_up} | {question} | {sources} |")
    return rows


def condition_rows() -> list[str]:
    ordered = sorted(CATALOGUE.conditions, key=lambda each: each.id)
    return [f"| `{condition.id}` | {in_words(condition)} |" for condition in ordered]


def test_every_reminder_is_told_as_it_stands() -> None:
    assert [row for row in reminder_rows() if row not in page()] == []


def test_every_condition_is_told_with_its_codes_as_it_stands() -> None:
    assert [row for row in condition_rows() if row not in page()] == []


def test_no_reminder_or_condition_is_told_that_is_not_there() -> None:
    lines = page().splitlines()
    reminders = [line for line in lines if line.startswith("| R") and line.count("|") == 6]
    conditions = [line for line in lines if line.startswith("| `")]

    assert len(reminders) == len(CATALOGUE.reminders)
    assert len(conditions) == len(CATALOGUE.conditions)


def test_reading_levels_are_those_that_the_command_prints() -> None:
    from smartapp.content_command import hardest_of, readings

    assert [line for line in hardest_of(readings()) if line not in page()] == []


@pytest.mark.skipif(
    not FOLDER, reason="COMMON_GROUND_CHARTS IS NOT SET: how often reminders come up was not held"
)
def test_how_often_reminders_come_up_is_what_the_command_prints() -> None:
    from smartapp.content_command import counts

    charts, counted = asyncio.run(counts([Path(FOLDER or "")]))

    rows = [f"| {id_} | {count.held} | {count.shown} |" for id_, count in counted.items() if count.held]
    assert f"{charts} charts" in page()
    assert [row for row in rows if row not in page()] == []
