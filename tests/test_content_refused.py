"""`smartapp content check` refuses what must not be shown, each fault with its file and line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smartapp.cli import main

REVIEWED = datetime.now(UTC).date()
OWN = f"""
[[reminder]]
id = "OWN-1"
version = 1
released = 2020-01-01
reviewed = {REVIEWED}
reviewer = "Dr A. Example"
moment = "closing"
tier = "decision"
priority = 900
text = "Ask how the week went."
when = ["diabetes"]
why = "People said that it helped them to tell."
limits = "Nobody studied it."
sources = ["grob2019"]
reads = ["conditions"]
"""
TOO_OLD = REVIEWED.replace(year=REVIEWED.year - 3, day=1)


def check(folder: Path, reminder: str) -> Result:
    (folder / "reminders.toml").write_text(reminder, encoding="utf-8")
    return CliRunner().invoke(main, ["content", "check", str(folder)])


def test_reminder_without_a_fault_passes(tmp_path: Path) -> None:
    assert check(tmp_path, OWN).exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("Ask how", "You must ask how", 11, '"must" presses; offer instead'),
        ("Ask how", "Ask why she refuses and how", 11, '"refuses" blames or doubts'),
        ("Ask how", "Ask women how", 11, '"women" names a group of people'),
        ("Ask how the week went.", "Ask. " * 26, 11, "26 words; at most 25"),
        ("Ask how the week went.", "Individualize anticoagulation considerations.", 11, "reading grade"),
        ("Nobody studied it.", "It reduces bias.", 14, "claims an effect on bias"),
        ('sources = ["grob2019"]', "", 2, "sources: name at least one source"),
        ('"grob2019"', '"nobody2019"', 15, 'unknown source "nobody2019"'),
        (f"reviewed = {REVIEWED}", f"reviewed = {TOO_OLD}", 2, "more than 2 years ago"),
        (
            "People said that it helped them to tell.",
            "He is a difficult patient.",
            2,
            '"difficult patient" may color the picture of a person',
        ),
    ],
    ids=[
        "directive", "shaming", "group", "length", "reading grade", "effect on bias", "no citation",
        "unknown citation", "review date", "our own detector",
    ],
)  # fmt: skip
def test_fault_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, fault: str) -> None:
    assert old in OWN

    told = check(tmp_path, OWN.replace(old, new))

    assert told.exit_code == 2
    assert f"{tmp_path / 'reminders.toml'}:{line}: reminder OWN-1: " in told.output
    assert fault in told.output


def test_group_may_be_named_in_the_drawer_of_reasons(tmp_path: Path) -> None:
    why = "In one study women were asked less often."

    assert check(tmp_path, OWN.replace("People said that it helped them to tell.", why)).exit_code == 0
