"""The text of a C-CDA document: titles and narrative in reading order, no codes, nothing from elsewhere."""

import base64

import pytest

from smartapp.notes.cda import MAX_DEPTH
from smartapp.notes.text import NoteText, Unreadable, text_of
from tests.notes.little_pdf import page, pdf


def cda(body: str, *, before: str = "", prefix: str = "") -> bytes:
    root = f"{prefix}ClinicalDocument"
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>{before}<{root} xmlns='urn:hl7-org:v3'>"
        f"<title>Progress note</title><recordTarget><name>Ana Lima</name></recordTarget>{body}</{root}>"
    ).encode()


def sections(*bodies: str) -> str:
    return "<component><structuredBody>" + "".join(
        f"<component><section>{body}</section></component>" for body in bodies
    ) + "</structuredBody></component>"  # fmt: skip


def test_titles_and_narrative_stand_in_reading_order_without_the_codes() -> None:
    body = sections(
        "<code code='61146-7' displayName='Goals'/><title>Goals</title><text><paragraph>"
        "Walk to the &amp; lake.</paragraph><list><item>Sleep</item><item>"
        "<content ID='a'>See <br/>Rosa</content>"
        "</item></list></text>"
        "<entry><observation><value>not narrative</value><text>reference</text></observation></entry>",
        "<title>Plan:</title><text>Two<br/>lines</text>",
    )

    assert text_of(cda(body), "application/hl7-cda+xml") == NoteText(
        "Goals:\n\nWalk to the & lake.\n\n- Sleep\n\n- See\nRosa\n\nPlan:\n\nTwo\nlines"
    )


def test_sections_inside_sections_keep_their_titles() -> None:
    body = sections(
        "<title>History</title><text>Outer</text>"
        "<component><section><title>Social</title><text>Inner</text></section></component>"
    )

    assert text_of(cda(body), "text/xml").text == "History:\n\nOuter\n\nSocial:\n\nInner"


def test_cells_of_a_table_stand_apart_and_rows_on_lines() -> None:
    head = "<thead><tr><th>Goal</th><th>Since</th></tr></thead>"
    table = f"<table>{head}<tbody><tr><td>Walk</td><td>May</td></tr></tbody></table>"

    assert text_of(cda(sections(f"<text>{table}</text>")), "").text == "Goal\tSince\n\nWalk\tMay"


def test_prefixed_names_are_read_as_others() -> None:
    body = "<n1:section><n1:title>Goals</n1:title><n1:text>Walk</n1:text></n1:section>"

    assert text_of(cda(body, prefix="n1:"), "application/xml").text == "Goals:\n\nWalk"


def test_words_marked_as_deleted_are_left_out() -> None:
    body = sections("<text>Wants <content revised='delete'>no </content>tea</text>")

    assert text_of(cda(body), "").text == "Wants tea"


def test_a_document_that_breaks_off_is_read_to_there() -> None:
    whole = cda(sections("<title>Goals</title><text>Walk to the lake & back", "<title>Plan</title>"))

    assert text_of(whole[: whole.index(b"back") + 4], "").text == "Goals:\n\nWalk to the lake & back"


@pytest.mark.parametrize(
    ("content_type", "inner"),
    [
        ("application/pdf", pdf(page("Hopes to go home."))),
        ("text/rtf", rb"{\rtf1 Hopes to go home.}"),
        ("text/html", b"<p>Hopes to go home.</p>"),
        ("text/plain", b"Hopes to go home."),
    ],
)
def test_a_file_inside_the_document_is_read(content_type: str, inner: bytes) -> None:
    encoded = base64.encodebytes(inner).decode()
    text = f"<text mediaType='{content_type}' representation='B64'>{encoded}</text>"
    body = f"<component><nonXMLBody>{text}</nonXMLBody></component>"

    assert text_of(cda(body), "text/xml") == NoteText("Hopes to go home.")


def test_words_inside_the_document_are_read() -> None:
    body = (
        "<component><nonXMLBody><text mediaType='text/plain'>Espera al niño.</text></nonXMLBody></component>"
    )

    assert text_of(cda(body), "text/xml") == NoteText("Espera al niño.")


def test_a_document_inside_the_document_is_not_opened() -> None:
    encoded = base64.b64encode(cda(sections("<text>inner</text>"))).decode()
    body = f"<nonXMLBody><text mediaType='text/xml' representation='B64'>{encoded}</text></nonXMLBody>"

    assert text_of(cda(body), "text/xml").problem is Unreadable.UNKNOWN_FORMAT


def test_no_entity_is_fetched_or_grown() -> None:
    types = (
        "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c SYSTEM 'file:///etc/passwd'>"
        "<!ENTITY % d SYSTEM 'http://127.0.0.1:9/x.dtd'> %d;]>"
    )

    note = text_of(cda(sections("<text>One &b; &c;</text>"), before=types), "text/xml")

    assert note == NoteText("One &b; &c;")


def test_elements_too_deep_are_left_out_and_said() -> None:
    note = text_of(cda(sections("<text>Walk" + "<content>" * (MAX_DEPTH + 50))), "text/xml")

    assert (note.text, note.partly) == ("Walk", True)


def test_a_document_without_narrative_has_no_text() -> None:
    assert text_of(cda("<component/>"), "text/xml") == NoteText("", Unreadable.EMPTY)
