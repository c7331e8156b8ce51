"""The content commands: faults with their lines, how often reminders come up, how hard texts are to read."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from smartapp.cli import main
from smartapp.content_command import Read, files_in
from smartapp.sdm.reading_level import Level
from tests.test_reminders_on_charts import OXIMETRY, line, problem, reason, resources_of

Resource = dict[str, Any]  # FHIR JSON
POTASSIUM = """[[condition]]
id = "k"
form = "value on file"
label = "potassium"
loinc = ["2823-3"]
unit = "mmol/L"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two Bundles: a chart with a saturation of 91 %, and one that holds diabetes only."""
    charts = [[line(*OXIMETRY, value=91)], [problem("E11.9"), reason("Z00.00")]]
    for number, chart in enumerate(charts):
        entries = [{"resource": one} for one in resources_of(number, chart)]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        (tmp_path / f"patient-{number}.json").write_text(json.dumps(bundle), encoding="utf-8")
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["content", *map(str, arguments)])


def row(result: Result, reminder: str) -> list[int]:
    """Held, shown, not read."""
    (found,) = [text for text in result.output.splitlines() if text.startswith(f"{reminder} ")]
    return [int(figure) for figure in found.split()[1:]]


def test_fires_counts_how_often_each_reminder_comes_up_in_a_folder(folder: Path) -> None:
    result = run("fires", folder)

    assert result.exit_code == 0
    assert result.output.startswith("2 charts, each on the day of its last visit.")
    assert (row(result, "R17"), row(result, "R33")) == ([1, 1, 0], [1, 1, 0])
    assert (row(result, "R02"), row(result, "R01")) == ([2, 2, 0], [2, 0, 0])
    assert "Never: R03, " in result.output


def test_fires_reads_single_files_and_another_day(folder: Path) -> None:
    result = run("fires", folder / "patient-0.json", "--today", "2026-11-24")

    assert result.output.startswith("1 charts")
    assert row(result, "R17") == [0, 0, 0]


def test_fires_counts_a_sites_own_reminders(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "reminders.toml").write_text('[[reminder]]\nid = "R33"\noff = true\n', encoding="utf-8")

    result = run("fires", folder / "patient-1.json", "--content", own)

    assert "\nR33 " not in result.output


def test_fires_tells_which_file_is_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")

    result = run("fires", tmp_path)

    assert result.exit_code == 2
    assert "broken.json" in result.output
    assert "Traceback" not in result.output


def test_files_of_a_folder_are_those_of_fhir_by_name(folder: Path) -> None:
    (folder / "README.md").write_text("no chart", encoding="utf-8")

    assert [file.name for file in files_in([folder])] == ["patient-0.json", "patient-1.json"]


def test_reading_tells_every_text_and_the_hardest_of_each_kind() -> None:
    result = run("reading")

    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [one for one in lines if one.startswith("en       question  teach-back ")]
    assert [one for one in lines if one.startswith("en       reminder    37 texts, hardest 8 ")]
    assert [one for one in lines if one.startswith("es       handout ")]
    assert [one for one in lines if one.startswith("zh-Hans  question ")]


def test_text_is_plain_up_to_its_own_limit() -> None:
    grade = Level("Flesch-Kincaid grade", 7.0, 6.0)
    ease = Level("Fernández-Huerta", 71.0, 70.0, higher_is_plainer=True)

    assert not Read("en", "question", "q", grade, limit=6.0).is_plain
    assert Read("en", "reminder", "r", grade, limit=8.0).is_plain
    assert Read("es", "question", "q", ease, limit=70.0).is_plain


def test_check_explains_a_fault_in_a_new_form_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "conditions.toml").write_text(POTASSIUM, encoding="utf-8")

    result = run("check", tmp_path)

    assert result.exit_code == 2
    told = [one.partition("conditions.toml:")[2] for one in result.output.splitlines()]
    assert told == [
        "1: condition k: give at_least, at_most or both",
        "1: condition k: within_days: write a whole number, 1 or more",
    ]


def test_check_takes_a_sites_reminder_about_a_value(tmp_path: Path) -> None:
    (tmp_path / "conditions.toml").write_text(
        POTASSIUM + "at_least = 5.5\nwithin_days = 30\n", encoding="utf-8"
    )
    (tmp_path / "reminders.toml").write_text(
        '[[reminder]]\nid = "OURS-1"\nversion = 1\nreleased = 2026-11-01\nreviewed = 2026-11-20\n'
        'reviewer = "the clinic"\nmoment = "room"\ntier = "decision"\npriority = 5\n'
        'text = "Ask about salt."\n'
        'when = ["k"]\nwhy = "It was asked for."\nlimits = "It was not tested."\nsources = ["grob2019"]\n'
        'reads = ["values"]\n',
        encoding="utf-8",
    )

    result = run("check", tmp_path)

    assert result.exit_code == 0
    assert "38 reminders" in result.output
