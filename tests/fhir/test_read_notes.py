"""Notes: newest first, from inside the document or from the same server, and what stands in them."""

import asyncio
import base64
from datetime import date
from typing import Any

import httpx2

from smartapp.ehr.profile import EhrProfile
from smartapp.fhir.note_reading import NoteChoice
from smartapp.fhir.patient_record import Note, PartName, PatientIdentity, Reason
from smartapp.fhir.reading import start_reading
from smartapp.sdm.model import Kind, SaidBy
from tests.fhir.notes_said import note_statements
from tests.fhir.read_server import FakeServer, about_p1, client_of, fhir, outcome, patient
from tests.fhir.test_read_parts import NOW, read

WORDS = 'Patient says "I want to dance at the wedding."'


def note(resource_id: str, on: str = "2026-10-01T11:04:00-04:00", **attachment: Any) -> dict[str, Any]:
    given = attachment or {"contentType": "text/plain", "data": base64.b64encode(WORDS.encode()).decode()}
    return about_p1(
        "DocumentReference",
        resource_id,
        status="current",
        type={"text": "Progress note"},
        category=[{"coding": [{"code": "clinical-note"}]}],
        date=on,
        author=[{"reference": "Practitioner/7", "display": "Abena Osei, MD"}],
        content=[{"attachment": given}],
    )


async def test_only_notes_of_the_chosen_types_are_read() -> None:
    progress = note("n1") | {"type": {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]}}
    other = note("n2") | {"type": {"coding": [{"system": "http://loinc.org", "code": "18842-5"}]}}
    client = client_of(FakeServer([patient(), progress, other, note("n3")]))

    record = await read(client, notes=NoteChoice(20, frozenset({"11506-3"}))).record()

    assert [each.reference for each in record.notes.items] == ["DocumentReference/n1"]


async def test_a_note_comes_with_its_text_title_author_and_day() -> None:
    record = await read(client_of(FakeServer([patient(), note("n1")]))).record()

    assert record.notes.items == (
        Note(
            reference="DocumentReference/n1",
            title="Progress note",
            written_on=date(2026, 10, 1),
            author="Abena Osei, MD",
            text=WORDS,
        ),
    )
    (statement,) = record.note_statements
    assert (statement.kind, statement.words, statement.said_by) == (
        Kind.GOAL,
        "I want to dance at the wedding.",
        SaidBy.PATIENT,
    )
    assert (statement.confirmed, statement.said_on, statement.recorder, statement.language) == (
        False,
        date(2026, 10, 1),
        "Abena Osei, MD",
        "en",
    )
    source = statement.source
    assert (source.reference, source.title) == ("DocumentReference/n1", "Progress note")
    assert WORDS[source.start : source.end] == statement.words
    assert statement.words in source.excerpt
    assert source.rule


async def test_only_the_newest_notes_are_read_and_the_part_says_that_there_are_more() -> None:
    notes = [
        note(f"n{day}", f"2026-10-{day:02}", contentType="text/plain", url=f"Binary/b{day}")
        for day in range(1, 31)
    ]
    text = httpx2.Response(200, text="x", headers={"content-type": "text/plain"})
    server = FakeServer(
        [patient(), *notes], broken=lambda request: text if "/Binary/" in request.url.path else None
    )

    record = await read(client_of(server)).record()

    assert [one.reference for one in record.notes.items] == [
        f"DocumentReference/n{day}" for day in range(30, 10, -1)
    ]
    assert not record.notes.whole
    assert len(server.asked_for("Binary")) == 20


async def test_notes_that_come_with_the_search_are_all_read() -> None:
    notes = [note(f"n{number}") for number in range(60)]

    record = await read(client_of(FakeServer([patient(), *notes]))).record()

    assert len(record.notes.items) == 60
    assert record.notes.whole


async def test_each_note_that_cannot_be_read_says_why_and_the_others_stand() -> None:
    large = base64.b64encode(b"x" * (2 * 1024 * 1024 + 1)).decode()
    notes = [
        note("n01", contentType="text/plain", url="Binary/gone"),
        note("n02", contentType="text/plain", url="https://evil.example/Binary/1"),
        note("n03", contentType="application/pdf", data="JVBERg=="),
        note("n04", contentType="text/plain", data="not base64!"),
        note("n05", contentType="text/plain", data=large),
        note("n06", contentType="text/plain"),
        note("n07", contentType="text/plain", url="Binary/forbidden"),
        note("n08"),
    ]

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        return outcome(403) if request.url.path.endswith("forbidden") else None

    server = FakeServer([patient(), *notes], broken=answer)

    record = await read(client_of(server)).record()

    assert {one.reference[-2:]: one.problem for one in record.notes.items} == {
        "01": Reason.NOT_OFFERED,
        "02": Reason.UNREADABLE,
        "03": Reason.UNREADABLE,
        "04": Reason.UNREADABLE,
        "05": Reason.TOO_LARGE,
        "06": Reason.UNREADABLE,
        "07": Reason.NOT_PERMITTED,
        "08": None,
    }
    assert {request.url.host for request in server.requests} == {"ehr.example"}


async def test_a_note_that_hangs_is_too_slow_and_the_others_stand() -> None:
    server = FakeServer([patient(), note("n1"), note("n2", contentType="text/plain", url="Binary/b2")])

    async def hang(request: httpx2.Request) -> httpx2.Response:
        if "/Binary/" in request.url.path:
            await asyncio.Event().wait()
        return await server(request)

    part = await read(client_of(hang), wave_timeout_s=0.2).part(PartName.NOTES)

    assert {one.reference: one.problem for one in part.items if isinstance(one, Note)} == {
        "DocumentReference/n1": None,
        "DocumentReference/n2": Reason.TOO_SLOW,
    }


async def test_the_plain_form_of_a_note_is_preferred() -> None:
    document = note("n1")
    document["content"] = [
        {"attachment": {"contentType": "application/pdf", "data": "JVBERg=="}},
        {"attachment": {"contentType": "text/html", "data": base64.b64encode(b"<p>html</p>").decode()}},
        {"attachment": {"contentType": "text/plain", "data": base64.b64encode(b"plain").decode()}},
    ]

    record = await read(client_of(FakeServer([patient(), document]))).record()

    assert [one.text for one in record.notes.items] == ["plain"]


async def test_a_note_entered_in_error_is_not_read() -> None:
    notes = [note("n1") | {"status": "entered-in-error"}, note("n2") | {"docStatus": "entered-in-error"}]

    record = await read(client_of(FakeServer([patient(), *notes]))).record()

    assert (record.notes.items, record.notes.left_out) == ((), 0)


async def test_no_notes_are_wanted_where_the_site_says_none() -> None:
    reading = start_reading(
        client_of(FakeServer([patient(), note("n1")])),
        encounter_id=None,
        fhir_user="",
        profile=EhrProfile(),
        notes=NoteChoice(0),
        wave_timeout_s=10,
        clock=lambda: NOW,
    )

    part = await reading.part(PartName.NOTES)

    assert (part.items, part.whole) == ((), False)


async def test_a_refused_search_for_notes_is_a_part_that_could_not_be_read() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response | None:
        return outcome(403) if request.url.params.get("category") == "clinical-note" else None

    record = await read(client_of(FakeServer([patient()], broken=refuse))).record()

    assert (record.notes.problem, record.planning_documents.problem) == (Reason.NOT_PERMITTED, None)


def test_a_sentence_that_was_copied_forward_counts_where_it_stood_first() -> None:
    notes = [
        Note(f"DocumentReference/{year}", "Note", written_on=date(year, 1, 1), text=f"Seen.\n{WORDS}\n")
        for year in (2026, 2019, 2022)
    ]

    (statement,) = note_statements(notes, PatientIdentity("p1"))

    assert (statement.said_on, statement.source.reference) == (date(2019, 1, 1), "DocumentReference/2019")
    assert statement.also_on == (date(2026, 1, 1), date(2022, 1, 1))


async def test_a_binary_resource_with_html_becomes_text() -> None:
    html = b"<p>She hopes to go home.</p><script>alert(1)</script>"
    binary = {"resourceType": "Binary", "id": "b1", "data": base64.b64encode(html).decode()}
    server = FakeServer(
        [patient(), note("n1", contentType="text/html", url="Binary/b1")],
        broken=lambda request: fhir(binary) if "/Binary/" in request.url.path else None,
    )

    record = await read(client_of(server)).record()

    assert [one.text for one in record.notes.items] == ["She hopes to go home."]
    assert [one.said_by for one in record.note_statements] == [SaidBy.REPORTED]
