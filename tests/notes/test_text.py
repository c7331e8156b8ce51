"""The text of a note: in the formats and charsets that notes come in, whatever the chart calls them."""

import pytest

from smartapp.notes.note_text import MAX_BYTES, MAX_CHARACTERS
from smartapp.notes.text import NoteText, Unreadable, text_in_place, text_of
from tests.notes.little_pdf import page, pdf

RTF = rb"{\rtf1 Hopes to go home.}"
HTML = b"<!DOCTYPE html><html><body><p>Hopes to go home.</p></body></html>"
CDA = (
    b"<?xml version='1.0'?><ClinicalDocument xmlns='urn:hl7-org:v3'><component><section>"
    b"<text>Hopes to go home.</text></section></component></ClinicalDocument>"
)


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"Hopes to go home.", "text/plain", "Hopes to go home."),
        ("Señora Marín".encode(), "text/plain; charset=utf-8", "Señora Marín"),
        ("Señora Marín".encode("latin-1"), "text/plain; charset=ISO-8859-1", "Señora Marín"),
        ("“Marín”".encode("cp1252"), "text/plain; charset=ISO-8859-1", "“Marín”"),
        ("Señora Marín".encode("utf-16"), 'text/plain; charset="UTF-16"', "Señora Marín"),
        ("Señora Marín".encode("utf-16-le"), "text/plain", "Señora Marín"),
        ("Señora Marín".encode("utf-16-be"), "text/plain; charset=utf-16", "Señora Marín"),
        ("Señora Marín".encode("utf-32"), "text/plain", "Señora Marín"),
        ("“Marín”".encode("cp1252"), "text/plain", "“Marín”"),
        ("Señora Marín".encode("cp1252"), "text/plain; charset=utf-8", "Señora Marín"),
        ("Señora Marín".encode(), "text/plain; charset=windows-1252", "Señora Marín"),
        (b"Hopes to go home.", "text/plain; charset=utf-16", "Hopes to go home."),
        ("Хочу домой".encode("cp1251"), "text/plain; charset=windows-1251", "Хочу домой"),
        ("家に帰りたい".encode("shift_jis"), "text/plain; charset=Shift_JIS", "家に帰りたい"),
        ("想回家".encode("gbk"), "text/plain; charset=gb2312", "想回家"),
        ("想回家，种花".encode("utf-16-be"), "text/plain; charset=utf-16be", "想回家，种花"),
        ("Marín".encode(), "text/plain; charset=nonsense", "Marín"),
        (b"Marin", "text/plain; charset=punycode", "Marin"),
        (b"Marin", "text/plain; charset=", "Marin"),
        ("\ufeffMarín".encode(), "TEXT/PLAIN;format=flowed;charset=UTF-8", "Marín"),
        ("Señora Marín, ñ".encode() + b" \x93quoted\x94", "text/plain", "Señora Marín, ñ \ufffdquoted\ufffd"),
        ("Marín wants tea ☕".encode()[:-1], "text/plain", "Marín wants tea \ufffd"),
        (b"one\r\ntwo\rthree\x00\x07", "text/plain", "one\ntwo\nthree"),
        (b"page one\x0cpage two", "text/plain", "page one\npage two"),
        (b"Code status:\tDNR  \n", "text/plain", "Code status:\tDNR  \n"),
    ],
)
def test_plain_text_is_read_in_the_letters_it_was_written_in(
    body: bytes, content_type: str, text: str
) -> None:
    assert text_of(body, content_type) == NoteText(text)


@pytest.mark.parametrize(
    "content_type",
    ["", "application/octet-stream", "text/plain", "text", "image/png", "application/pdf", ";;;=", "\x00"],
)
@pytest.mark.parametrize(
    "body", [RTF, HTML, CDA, pdf(page("Hopes to go home."))], ids=["rtf", "html", "cda", "pdf"]
)
def test_first_bytes_tell_the_format_whatever_the_chart_calls_it(body: bytes, content_type: str) -> None:
    assert text_of(body, content_type) == NoteText("Hopes to go home.")


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\n  ", b"\xef\xbb\xbf\r\n"])
@pytest.mark.parametrize("body", [RTF, HTML, CDA], ids=["rtf", "html", "cda"])
def test_blanks_and_marks_before_the_first_bytes_do_not_matter(body: bytes, start: bytes) -> None:
    assert text_of(start + body, "application/octet-stream") == NoteText("Hopes to go home.")


@pytest.mark.parametrize("body", [HTML, CDA], ids=["html", "cda"])
def test_markup_in_utf_16_is_read(body: bytes) -> None:
    assert text_of(body.decode().encode("utf-16"), "text/xml") == NoteText("Hopes to go home.")


@pytest.mark.parametrize("content_type", ["", "text/x-note", "text/rtf", "application/rtf", "text/markdown"])
def test_words_of_a_general_type_are_plain_text(content_type: str) -> None:
    assert text_of(b"Pain < 4 is what he hopes for.", content_type) == NoteText(
        "Pain < 4 is what he hopes for."
    )


@pytest.mark.parametrize("content_type", ["", "text/x-note", "application/octet-stream"])
def test_a_piece_of_a_page_of_a_general_type_is_markup(content_type: str) -> None:
    assert text_of(b"<div><b>Hopes</b> to go home.</div>", content_type) == NoteText("Hopes to go home.")


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<?xml version="1.0" encoding="windows-1251"?><html><body>', "cp1251"),
        ('<html><head><meta charset="windows-1251"></head><body>', "cp1251"),
        ('<html><meta http-equiv=Content-Type content="text/html; charset=KOI8-R"><body>', "koi8-r"),
    ],
)
def test_charset_that_a_page_declares_inside_is_used(declaration: str, encoding: str) -> None:
    body = f"{declaration}<p>Хочу домой</p></body></html>".encode(encoding)

    assert text_of(body, "text/html") == NoteText("Хочу домой")


@pytest.mark.parametrize(
    ("body", "content_type", "problem"),
    [
        (b"", "text/plain", Unreadable.EMPTY),
        (b" \r\n", "text/plain", Unreadable.EMPTY),
        (b"<p><img src='scan.png'></p>", "text/html", Unreadable.EMPTY),
        (b"PK\x03\x04words", "text/plain", Unreadable.UNKNOWN_FORMAT),
        (b"\x89PNG\r\n", "", Unreadable.UNKNOWN_FORMAT),
        (b"words", "image/jpeg", Unreadable.UNKNOWN_FORMAT),
        (b"words", "application/msword", Unreadable.UNKNOWN_FORMAT),
        (b"<?xml version='1.0'?><data>7</data>", "application/xml", Unreadable.UNKNOWN_FORMAT),
        (b"<?xml version='1.0'?><data>7</data>", "text/xml", Unreadable.UNKNOWN_FORMAT),
        (b"words", "application/hl7-cda+xml", Unreadable.UNKNOWN_FORMAT),
        (bytes(range(32)) * 40, "text/plain", Unreadable.UNKNOWN_FORMAT),
        ("Хочу домой, к жене".encode("cp1251"), "text/plain", Unreadable.UNKNOWN_CHARSET),
        (b"no header", "application/pdf", Unreadable.DAMAGED),
        (b"x" * (MAX_BYTES + 1), "text/plain", Unreadable.TOO_LONG),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, content_type: str, problem: Unreadable) -> None:
    note = text_of(body, content_type)

    assert note == NoteText("", problem)
    assert not note.readable


def test_a_note_that_is_too_long_is_read_up_to_the_limit() -> None:
    note = text_of(b"word " * (MAX_CHARACTERS // 4), "text/plain")

    assert (len(note.text), note.problem, note.partly) == (MAX_CHARACTERS, None, True)


@pytest.mark.parametrize("body", [RTF, CDA, pdf(page("Hopes to go home."))], ids=["rtf", "cda", "pdf"])
def test_in_place_no_format_is_read_that_may_take_long(body: bytes) -> None:
    assert text_in_place(body, "text/plain") == NoteText("", Unreadable.UNKNOWN_FORMAT)
    assert text_in_place(HTML, "text/plain") == text_of(HTML, "text/plain")
