"""Where notes come from: documents, reports, compositions and impressions, in any format that can be read."""

import base64
from datetime import date
from typing import Any

import httpx2
import pytest

from smartapp.fhir.note_reading import NoteChoice
from smartapp.fhir.note_statements import MAX_CHARACTERS
from smartapp.fhir.patient_record import Note, Part, Reason
from smartapp.notes.note_text import Unreadable
from tests.fhir.read_server import FakeServer, about_p1, client_of, outcome, patient
from tests.fhir.test_read_notes import note
from tests.fhir.test_read_parts import read

CDA = b"""<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component>
<section><title>Goals</title><text>She wants to go home.</text></section></component></structuredBody>
</component></ClinicalDocument>"""
RTF = rb"{\rtf1\ansi She wants to go home.\par}"


def encoded(body: bytes) -> str:
    return base64.b64encode(body).decode()


def titled(resource_id: str, title: str, on: str = "2026-10-01", **attachment: Any) -> dict[str, Any]:
    return note(resource_id, on, **attachment) | {"type": {"text": title}}


async def notes_of(*resources: dict[str, Any], choice: NoteChoice | None = None) -> Part[Note]:
    return (await read(client_of(FakeServer([patient(), *resources])), notes=choice).record()).notes


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", b"She wants to go home."),
        ("text/plain; charset=windows-1252", b"She wants to go home."),
        ("text/html", b"<p>She wants to go home.</p>"),
        ("application/xhtml+xml", b"<p>She wants to go home.</p>"),
        ("text/xml", CDA),
        ("application/xml", CDA),
        ("application/rtf", RTF),
        ("text/rtf", RTF),
        ("", b"She wants to go home."),
        ("application/octet-stream", RTF),
        ("TEXT/PLAIN", b"She wants to go home."),
    ],
)
async def test_every_format_that_holds_text_is_read(content_type: str, body: bytes) -> None:
    part = await notes_of(note("n1", contentType=content_type, data=encoded(body)))

    (found,) = part.items
    assert "She wants to go home." in found.text
    assert (found.problem, found.unreadable, found.content_type) == (None, None, "")


@pytest.mark.parametrize(("length", "partly"), [(MAX_CHARACTERS, False), (MAX_CHARACTERS + 1, True)])
async def test_a_note_that_is_not_looked_through_to_its_end_says_so(length: int, partly: bool) -> None:
    part = await notes_of(note("n1", contentType="text/plain", data=encoded(b"x" * length)))

    assert [found.partly for found in part.items] == [partly]


async def test_the_format_that_reads_best_is_taken_and_one_without_content_never() -> None:
    document = note("n1")
    kinds = ["application/pdf", "application/rtf", "text/xml", "text/html", "image/png"]
    bodies = {"application/rtf": RTF, "text/xml": CDA, "text/html": b"<p>html</p>"}
    document["content"] = [
        {"attachment": {"contentType": "text/plain", "title": "nothing in it"}},
        *({"attachment": {"contentType": one, "data": encoded(bodies.get(one, b"x"))}} for one in kinds),
    ]

    (found,) = (await notes_of(document)).items

    assert found.text == "html"


@pytest.mark.parametrize(
    ("attachment", "problem", "why"),
    [
        ({"contentType": "image/tiff", "data": "AAAA"}, Reason.UNREADABLE, Unreadable.UNKNOWN_FORMAT),
        ({"contentType": "text/plain"}, Reason.UNREADABLE, Unreadable.EMPTY),
        ({"contentType": "text/plain", "data": "not base64!"}, Reason.UNREADABLE, Unreadable.DAMAGED),
        ({"contentType": "application/pdf", "data": encoded(b"%PDF-1.4")}, Reason.UNREADABLE, None),
        ({"contentType": "text/plain", "url": "Binary/b1", "size": 3_000_000}, Reason.TOO_LARGE, None),
        ({"contentType": "image/tiff", "url": "Binary/b1"}, Reason.UNREADABLE, Unreadable.UNKNOWN_FORMAT),
    ],
)
async def test_a_note_without_text_says_why_and_keeps_what_it_takes_to_find_it(
    attachment: dict[str, Any], problem: Reason, why: Unreadable | None
) -> None:
    server = FakeServer([patient(), titled("n1", "Letter", **attachment)])

    (found,) = (await read(client_of(server)).record()).notes.items

    assert (found.problem, found.text, found.title, found.written_on) == (
        problem,
        "",
        "Letter",
        date(2026, 10, 1),
    )
    assert found.content_type == attachment["contentType"]
    assert why is None or found.unreadable is why
    assert server.asked_for("Binary") == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/Binary/1",
        "https://ehr.example.evil.example/fhir/Binary/1",
        "https://ehr.example@evil.example/fhir/Binary/1",
        "//evil.example/fhir/Binary/1",
        "http://ehr.example/fhir/Binary/1",
        "https://ehr.example/other/Binary/1",
        "../secrets/1",
        "Patient/p2",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ],
)
async def test_an_address_elsewhere_is_never_asked_for_in_a_document_nor_in_a_report(url: str) -> None:
    attachment = {"contentType": "text/plain", "url": url}
    report = about_p1(
        "DiagnosticReport",
        "r1",
        status="final",
        code={"text": "Palliative care consult"},
        presentedForm=[attachment],
    )
    server = FakeServer([patient(), note("n1", **attachment), report])

    part = (await read(client_of(server)).record()).notes

    assert [one.problem for one in part.items] == [Reason.UNREADABLE, Reason.UNREADABLE]
    asked = [request.url for request in server.requests]
    assert {one.host for one in asked} == {"ehr.example"}
    assert not [one for one in asked if "Binary" in one.path or "p2" in one.path or "etc" in one.path]


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://ehr.example/viewer/doc/7", "https://ehr.example/viewer/doc/7"),
        ("https://ehr.example/fhir/Binary/7", ""),
        ("https://ehr.example/viewer/doc/7?Access_Token=secret", ""),
        ("https://evil.example/viewer/doc/7", ""),
        ("javascript:alert(1)", ""),
        ("Binary/7", ""),
    ],
)
async def test_only_a_page_on_the_ehrs_own_server_is_given_as_a_link(url: str, link: str) -> None:
    data = base64.b64encode(b"Seen today.").decode()
    unread = note("n1", contentType="image/tiff", url=url)
    read = note("n2", contentType="text/plain", data=data, url=url)

    found = (await notes_of(unread, read)).items

    assert {one.problem for one in found} == {Reason.UNREADABLE, None}
    assert [one.link for one in found] == [link, link]


async def test_what_was_superseded_or_replaced_is_left_out() -> None:
    newer = note("n3") | {
        "relatesTo": [
            {"code": "replaces", "target": {"reference": "https://ehr.example/fhir/DocumentReference/n2"}},
            {"code": "appends", "target": {"reference": "DocumentReference/n4"}},
        ]
    }

    part = await notes_of(note("n1") | {"status": "superseded"}, note("n2"), newer, note("n4"))

    assert {one.reference for one in part.items} == {"DocumentReference/n3", "DocumentReference/n4"}
    assert (part.whole, part.left_out) == (True, 0)


async def test_the_field_of_care_is_told_by_setting_type_or_title() -> None:
    setting = note("n1", "2026-10-03") | {"context": {"practiceSetting": {"text": "Geriatric clinic"}}}

    part = await notes_of(setting, titled("n2", "Social Work Note"), titled("n3", "Note", "2026-09-01"))

    assert [one.author_role for one in part.items] == ["Geriatric clinic", "social work", ""]


async def test_an_old_palliative_note_is_fetched_before_a_row_of_newer_nursing_notes() -> None:
    def linked(name: str, title: str, on: str) -> dict[str, Any]:
        return titled(name, title, on, contentType="text/plain", url=f"Binary/{name}")

    nursing = [linked(f"n{day}", "Nurse visit", f"2026-10-{day:02}") for day in range(10, 30)]
    text = httpx2.Response(200, text="x", headers={"content-type": "text/plain"})
    server = FakeServer(
        [patient(), *nursing, linked("old", "Palliative care", "2024-01-01")],
        broken=lambda request: text if "/Binary/" in request.url.path else None,
    )

    part = (await read(client_of(server), notes=NoteChoice(3)).record()).notes

    assert [one.reference for one in part.items] == [
        "DocumentReference/n29",
        "DocumentReference/n28",
        "DocumentReference/old",
    ]
    assert (len(server.asked_for("Binary")), part.whole) == (3, False)


async def test_a_composition_is_read_section_by_section_each_under_its_heading() -> None:
    def div(words: str) -> dict[str, str]:
        return {"status": "generated", "div": f"<div><p>{words}</p></div>"}

    composition = about_p1(
        "Composition",
        "c1",
        status="final",
        title="Advance care planning",
        date="2026-05-04T10:00:00-04:00",
        author=[{"reference": "Practitioner/7", "display": "Jo Ray, LCSW"}],
        section=[
            {
                "title": "Goals",
                "text": div("She wants to go home.<br>Soon."),
                "section": [{"title": "Worries", "text": div("Afraid of falling.")}],
            },
            {"title": "Group", "section": [{"text": div("Inside.")}]},
            {"title": "Empty"},
        ],
    )

    (found,) = (await notes_of(composition)).items

    assert found.text == (
        "GOALS:\nShe wants to go home.\nSoon.\n\nWORRIES:\nAfraid of falling.\n\nGROUP:\n\nInside."
    )
    assert (found.reference, found.title, found.author, found.author_role, found.written_on) == (
        "Composition/c1",
        "Advance care planning",
        "Jo Ray, LCSW",
        "advance care planning",
        date(2026, 5, 4),
    )


async def test_a_report_is_its_conclusion_and_one_without_words_is_no_note() -> None:
    said = about_p1(
        "DiagnosticReport",
        "r1",
        status="final",
        code={"text": "Swallow study"},
        issued="2026-05-04",
        conclusion="She wants to eat.",
    )
    numbers = about_p1("DiagnosticReport", "r2", status="final", code={"text": "Sodium"})
    pictures = about_p1(
        "DiagnosticReport",
        "r3",
        status="final",
        code={"text": "CT chest"},
        presentedForm=[{"contentType": "application/pdf", "url": "Binary/b1"}],
    )
    taken_back = said | {"id": "r4", "status": "entered-in-error"}
    server = FakeServer([patient(), said, numbers, pictures, taken_back])

    part = (await read(client_of(server)).record()).notes

    assert [(one.reference, one.text) for one in part.items] == [("DiagnosticReport/r1", "She wants to eat.")]
    assert server.asked_for("Binary") == []


async def test_the_form_of_a_report_of_a_kind_that_holds_goals_is_read() -> None:
    form = {"contentType": "application/rtf", "data": encoded(RTF)}
    report = about_p1(
        "DiagnosticReport",
        "r1",
        status="final",
        code={"text": "Physical therapy evaluation"},
        presentedForm=[form],
    )

    (found,) = (await notes_of(report)).items

    assert "wants to go home" in found.text


async def test_an_impression_is_its_description_summary_and_notes() -> None:
    impression = about_p1(
        "ClinicalImpression",
        "i1",
        status="completed",
        description="Home visit.",
        summary="She wants to stay at home.",
        effectiveDateTime="2026-03-02",
        assessor={"reference": "Practitioner/7", "display": "Jo Ray, LCSW"},
        note=[{"text": "Seen with her son."}, {"text": " "}],
    )

    (found,) = (
        await notes_of(impression, impression | {"id": "i2", "description": "", "summary": "", "note": []})
    ).items

    assert found.text == "Home visit.\n\nShe wants to stay at home.\n\nSeen with her son."
    assert (found.title, found.author, found.written_on) == (
        "Clinical impression",
        "Jo Ray, LCSW",
        date(2026, 3, 2),
    )


@pytest.mark.parametrize("resource_type", ["DiagnosticReport", "Composition", "ClinicalImpression"])
async def test_a_type_that_the_ehr_does_not_have_is_not_missed(resource_type: str) -> None:
    server = FakeServer(
        [patient(), note("n1")],
        broken=lambda request: outcome(404) if request.url.path.endswith(resource_type) else None,
    )

    part = (await read(client_of(server)).record()).notes

    assert (len(part.items), part.whole, part.problem) == (1, True, None)


@pytest.mark.parametrize("resource_type", ["DiagnosticReport", "Composition", "ClinicalImpression"])
async def test_a_type_that_was_asked_for_and_failed_leaves_the_notes_read_in_part(resource_type: str) -> None:
    server = FakeServer(
        [patient(), note("n1")],
        broken=lambda request: outcome(500) if request.url.path.endswith(resource_type) else None,
    )

    part = (await read(client_of(server)).record()).notes

    assert (len(part.items), part.whole, part.problem) == (1, False, None)


async def test_what_other_types_hold_is_shown_where_documents_could_not_be_listed() -> None:
    impression = about_p1(
        "ClinicalImpression", "i1", status="completed", summary="She wants to stay at home."
    )
    server = FakeServer(
        [patient(), impression],
        broken=lambda request: outcome(500) if request.url.path.endswith("DocumentReference") else None,
    )

    part = (await read(client_of(server)).record()).notes

    assert (len(part.items), part.whole, part.problem) == (1, False, None)


async def test_a_note_of_another_patient_is_left_out_whatever_its_type() -> None:
    other = {"reference": "Patient/p2 Patient/p1"}
    impression = about_p1("ClinicalImpression", "i1", status="completed", summary="Mine.") | {
        "subject": other
    }
    report = about_p1("DiagnosticReport", "r1", status="final", conclusion="Mine.") | {"subject": other}

    part = await notes_of(impression, report)

    assert (part.items, part.left_out) == ((), 2)


async def test_no_note_of_any_type_is_wanted_where_the_site_says_none() -> None:
    impression = about_p1(
        "ClinicalImpression", "i1", status="completed", summary="She wants to stay at home."
    )

    assert (await notes_of(impression, note("n1"), choice=NoteChoice(0))).items == ()
