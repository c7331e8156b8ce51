"""`smartapp notes`: findings of files, one JSON object each, and their score against marks."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from smartapp.cli import main
from tests.notes_corpus.annotated import write_plain

NOTE = (
    "SOCIAL WORK NOTE\n\nMr. Lee states, “I want to walk in my garden again.” 🌿 He is afraid of falling at "
    "home.\n\nAssessment: He is noncompliant with his medications. The team wants to rule out pneumonia.\n"
)


def notes(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["notes", *map(str, arguments)])


def objects(result: Result) -> list[dict[str, Any]]:  # Any: JSON
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "sw-1.txt"
    path.write_bytes(NOTE.encode())
    return path


def test_each_finding_is_one_object_with_the_words_as_they_stand_in_the_file(note: Path) -> None:
    found = objects(notes("--jsonl", note))

    assert all([*one] == KEYS for one in found)
    assert all(NOTE[one["start"] : one["end"]] == one["text"] for one in found)
    assert [(one["note"], one["task"], one["label"], one["experiencer"], one["status"]) for one in found] == [
        ("sw-1.txt", "preference", "goal", "patient", "current"),
        ("sw-1.txt", "preference", "worry", "patient", "current"),
        ("sw-1.txt", "wording", "blame", "patient", "current"),
    ]
    assert all(one["rule"] for one in found)
    assert [one["severity"] for one in found] == [1, 1, 1]


def test_offsets_are_those_of_the_file_also_with_other_line_ends_and_characters(tmp_path: Path) -> None:
    text = NOTE.replace("\n", "\r\n").replace("garden", "gar\u00adden\x07")
    path = tmp_path / "n.txt"
    path.write_bytes(text.encode())

    found = objects(notes("--jsonl", path))

    assert len(found) == 3
    assert all(text[one["start"] : one["end"]] == one["text"] for one in found)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("n.html", b"<html><body><p>She is hoping to <b>walk</b> again.</p></body></html>"),
        ("n.rtf", rb"{\rtf1\ansi\deff0 {\fonttbl {\f0 Arial;}}\f0 She is hoping to walk again.\par}"),
        (
            "n.xml",
            b'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component><section>'
            b"<title>Goals</title><text><paragraph>She is hoping to walk again.</paragraph></text>"
            b"</section></component></structuredBody></component></ClinicalDocument>",
        ),
        ("n", b"She is hoping to walk again."),
    ],
)
def test_every_format_is_read(tmp_path: Path, name: str, body: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(body)

    [found] = objects(notes("--jsonl", path))

    assert (found["label"], found["text"]) == ("goal", "She is hoping to walk again")


def test_file_that_cannot_be_read_is_named_and_the_others_are_read(note: Path, tmp_path: Path) -> None:
    broken = tmp_path / "scan.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing more")

    result = notes("--jsonl", broken, note)

    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 3
    assert "scan.pdf: not read: damaged" in result.stderr


def test_people_read_what_where_which_rule_and_a_neutral_wording(note: Path) -> None:
    lines = notes(note).stdout.splitlines()

    assert lines[0].endswith("sw-1.txt: 3 findings")
    assert any("blame, level 1: " in line and "noncompliant" in line for line in lines)
    assert any(line.strip().startswith("instead: ") for line in lines)


def test_wording_above_the_level_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "n.txt"
    path.write_text("Poor historian. He is noncompliant with insulin.", encoding="utf-8")

    assert [one["severity"] for one in objects(notes("--jsonl", path))] == [2, 1]
    assert [one["severity"] for one in objects(notes("--jsonl", "--level", "1", path))] == [1]


def test_marks_are_scored_with_the_notes_beside_them(tmp_path: Path) -> None:
    marked = tmp_path / "marked"
    marked.mkdir()
    (marked / "a.txt").write_text(
        "<<goal|She wants to go home>>. <<worry|Afraid of falling>>. <<blame|She is noncompliant>>. "
        "<<goal|Zebras are nice>>.",
        encoding="utf-8",
    )
    gold = write_plain(marked, tmp_path)

    result = notes("--evaluate", gold, "--differences")

    rows = {line.split("  ")[0]: line.split()[-4:] for line in result.stdout.splitlines() if line.strip()}
    assert rows["preference"] == ["1.000", "0.667", "2", "3"]
    assert rows["wording"] == ["1.000", "1.000", "1", "1"]
    assert "Zebras are nice" in result.stdout


@pytest.mark.parametrize(
    ("line", "told"),
    [("{", "line 1"), ('{"note": "a.txt"}', "line 1"), ('{"note": "no.txt", "start": 0}', "line 1")],
)
def test_marks_that_cannot_be_read_are_told_with_their_line(tmp_path: Path, line: str, told: str) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(line, encoding="utf-8")

    result = notes("--evaluate", gold)

    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_marks_of_a_note_that_is_not_there_are_told(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        '{"note": "gone.txt", "start": 0, "end": 1, "task": "wording", "label": "blame"}', encoding="utf-8"
    )

    result = notes("--evaluate", gold)

    assert result.exit_code == 2
    assert "gone.txt" in result.stderr


def test_nothing_to_read_is_a_question_of_usage() -> None:
    assert notes().exit_code == 2


KEYS = ["note", "start", "end", "text", "task", "label", "experiencer", "status", "severity", "rule"]
