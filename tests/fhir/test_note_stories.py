"""The notes of the demo EHR's patients, read from end to end: what a clinician will be shown of them."""

from datetime import timedelta

import pytest

from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.notes.note_text import Unreadable
from smartapp.sandbox.stories import STORIES, Story, story_resources
from smartapp.sdm.contrast import contrasts
from smartapp.sdm.model import Kind, Statement
from tests.fhir.read_server import FakeServer, client_of
from tests.fhir.test_read_parts import NOW, read

TODAY = NOW.date()


async def chart_of(patient_id: str) -> PatientRecord:
    server = FakeServer(story_resources(TODAY))
    return await read(client_of(server, patient_id=patient_id)).record()


def one_with(words: str, record: PatientRecord) -> Statement:
    (found,) = [one for one in all_statements(record) if words in one.words]
    return found


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.patient_id)
async def test_every_statement_of_a_note_stands_there_word_for_word_where_it_says(story: Story) -> None:
    record = await chart_of(story.patient_id)
    texts = {note.reference: note.text for note in record.notes.items}

    for one in record.note_statements:
        assert texts[one.source.reference][one.source.start : one.source.end] == one.words
        assert one.words in one.source.excerpt
        assert one.source.rule
        assert not one.confirmed


async def test_notes_of_every_format_and_type_are_read() -> None:
    harold, lina, marcus = [await chart_of(name) for name in ("pike-harold", "chen-lina", "bell-marcus")]

    for record in (harold, lina, marcus):
        assert [note.reference for note in record.notes.items if note.problem] == []
        assert record.notes.whole
    assert {note.reference.partition("/")[0] for note in lina.notes.items} == {
        "DocumentReference",
        "Composition",
        "DiagnosticReport",
        "ClinicalImpression",
    }
    roles = {note.author_role for record in (harold, lina, marcus) for note in record.notes.items}
    assert roles >= {"nursing", "social work", "palliative care", "physical therapy", "speech therapy"}


async def test_the_letters_of_an_older_system_are_read_right() -> None:
    record = await chart_of("herrera-jose")

    (note,) = [one for one in record.notes.items if one.author_role == "social work"]
    assert "«Prefiero que me llamen por la tarde, cuando Marisol está conmigo»" in note.text


async def test_a_scan_says_why_it_has_no_text() -> None:
    record = await chart_of("okonkwo-grace")

    (scan,) = [one for one in record.notes.items if one.problem]
    assert (scan.unreadable, scan.content_type) == (Unreadable.NO_TEXT_LAYER, "application/pdf")


async def test_a_sentence_that_was_copied_forward_has_its_first_day_and_the_later_one() -> None:
    bed = one_with("sleeping in his own bed", await chart_of("pike-harold"))

    assert (bed.said_on, bed.also_on) == (TODAY - timedelta(days=210), (TODAY - timedelta(days=12),))


@pytest.mark.parametrize(
    ("patient_id", "about", "earlier", "later"),
    [
        ("delgado-rosa", "surgery", "I don’t want surgery", "think about the operation"),
        ("chen-lina", "chemotherapy", "I want the chemotherapy", "does not want more chemotherapy"),
        ("pike-harold", "resuscitation", "Full code", "does not want CPR"),
    ],
)
async def test_what_does_not_agree_is_found(patient_id: str, about: str, earlier: str, later: str) -> None:
    found = {one.about: one for one in contrasts(all_statements(await chart_of(patient_id)))}

    assert earlier in found[about].earlier.words
    assert later in found[about].later.words


async def test_judging_words_of_the_last_two_years_are_found_in_one_chart_only() -> None:
    shown = {
        story.patient_id: [
            one.words for one in (await chart_of(story.patient_id)).note_wording if one.severity == 1
        ]
        for story in STORIES
    }

    assert {name for name, words in shown.items() if words} == {"bell-marcus"}
    assert any("noncompliant" in words for words in shown["bell-marcus"])


async def test_a_code_status_is_somebodys_words_only_where_the_note_says_that_it_was_talked_about() -> None:
    record = await chart_of("pike-harold")

    status = [one for one in all_statements(record) if one.kind is Kind.CODE_STATUS]
    assert {one.said_on for one in status} == {TODAY - timedelta(days=210), TODAY - timedelta(days=30)}
