"""What notes say, for tests: with the packaged rules, or with findings that the test lays down."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from smartapp.fhir.note_statements import NotesSay, what_notes_say
from smartapp.fhir.patient_record import Note, PatientIdentity
from smartapp.notes.finding import Experiencer, Finding, Label, Status, Task
from smartapp.notes.reader import note_reader
from smartapp.sdm.model import Statement

TODAY = date(2026, 11, 22)
ANA = PatientIdentity("p1", family="Reyes", given="Ana")


def note_statements(notes: Iterable[Note], patient: PatientIdentity = ANA) -> tuple[Statement, ...]:
    return what_notes_say(notes, patient, read=note_reader().read, today=TODAY).statements


def said_by_rule(notes: Iterable[Note], *findings: Finding) -> NotesSay:
    """What comes of these findings, wherever their text stands in a note."""

    def read(text: str) -> tuple[Finding, ...]:
        return tuple(_placed(one, text) for one in findings if one.text in text)

    return what_notes_say(notes, ANA, read=read, today=TODAY)


def finding(text: str, **more: Any) -> Finding:
    """A goal of the patient's own, unless told otherwise; where it stands is found in the note."""
    values: dict[str, Any] = {
        "task": Task.PREFERENCE,
        "label": Label.GOAL,
        "experiencer": Experiencer.PATIENT,
        "status": Status.CURRENT,
        "rule": "rule-1",
    }
    return Finding(start=0, end=0, text=text, around_start=0, around_end=0, **(values | more))


def _placed(found: Finding, text: str) -> Finding:
    start = text.index(found.text)
    end = start + len(found.text)
    line_start = text.rfind("\n", 0, start) + 1
    line_end = end + len(text[end:].partition("\n")[0])
    return replace(found, start=start, end=end, around_start=line_start, around_end=line_end)
