"""How well the reader of notes does on notes of our own making: no change may make it worse.

The rules were made with the development notes in sight. Nobody who made rules saw the test notes: their
figures are the ones to believe. "ordinary": as notes are usually worded; "varied": hardly anything worded the
same way twice, on purpose. docs/notes.md has the figures, and what is aimed at.
"""

import dataclasses

import pytest

from smartapp.notes.evaluate import Mark, Report, evaluate
from smartapp.notes.finding import Task
from smartapp.notes.reader import note_reader
from tests.notes_corpus.annotated import CORPUS, read


@dataclasses.dataclass(frozen=True)
class Floor:
    """What is reached, rounded down. Raise it with the rules; never lower it."""

    notes: str
    statements: tuple[float, float]
    wording: tuple[float, float]
    experiencer: float


FLOORS = (
    Floor("development/ordinary", statements=(0.95, 0.87), wording=(0.96, 0.78), experiencer=0.98),
    Floor("development/varied", statements=(0.95, 0.64), wording=(0.96, 0.8), experiencer=0.96),
    Floor("test/ordinary", statements=(0.94, 0.88), wording=(0.95, 0.8), experiencer=0.95),
    Floor("test/varied", statements=(0.91, 0.57), wording=(0.84, 0.6), experiencer=0.94),
)


def findings(name: str, text: str) -> list[Mark]:
    fields = {field.name for field in dataclasses.fields(Mark)} - {"note"}
    return [
        Mark(note=name, **{field: getattr(one, field) for field in fields})
        for one in note_reader().read(text)
        if one.is_statement or one.task is Task.WORDING
    ]


@pytest.fixture(scope="module", params=FLOORS, ids=lambda floor: floor.notes)
def measured(request: pytest.FixtureRequest) -> tuple[Floor, Report]:
    notes = list(read(CORPUS / request.param.notes))
    found = [one for name, text, _ in notes for one in findings(name, text)]
    return request.param, evaluate(found, [one for _, _, marks in notes for one in marks])


def assert_reached(report: Report, name: str, floor: tuple[float, float]) -> None:
    score = report.scores[name]
    assert (score.precision >= floor[0], score.recall >= floor[1]) == (True, True), score


def test_statements_are_found_and_few_that_are_none(measured: tuple[Floor, Report]) -> None:
    floor, report = measured

    assert_reached(report, "preference", floor.statements)


def test_whose_statement_it_is_is_told_right(measured: tuple[Floor, Report]) -> None:
    floor, report = measured

    assert report.agreement["experiencer"] >= floor.experiencer


def test_clear_wording_is_found_and_little_that_is_none(measured: tuple[Floor, Report]) -> None:
    floor, report = measured

    assert_reached(report, "wording, level 1", floor.wording)


@pytest.mark.parametrize("half", ["development", "test"])
def test_corpus_is_large_enough_to_tell(half: str) -> None:
    folders = [CORPUS / floor.notes for floor in FLOORS if floor.notes.startswith(half)]
    marks = [mark for folder in folders for _, _, found in read(folder) for mark in found]

    assert sum(mark.task == "preference" for mark in marks) >= 300
    assert sum(mark.task == "wording" for mark in marks) >= 300
