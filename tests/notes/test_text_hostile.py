"""Whatever a file holds: reading it raises nothing, ends in time, asks no network and stays small."""

import base64
import operator
import socket
import time
import tracemalloc
import zlib
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.notes.charset import declared_inside, decoded, is_guess
from smartapp.notes.note_text import MAX_CHARACTERS, NoteText
from smartapp.notes.text import text_of, text_of_markup
from tests.notes.little_pdf import page, pdf

TYPES = [
    "", "text/plain", "text/plain; charset=utf-16", "text/plain; charset=shift_jis", "text/html", "text/xml",
    "application/xhtml+xml; charset=koi8-r", "application/hl7-cda+xml", "application/rtf",
    "application/octet-stream",
]  # fmt: skip
RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset128 B;}}\uc1 O \u237? \'93two\'94\par "
    rb"{\*\generator x}{\field{\*\fldinst HYPERLINK}{\fldrslt here}}\f1\'83\'41 {\pict\bin3 abc}{\v no}}"
)
HTML = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><style>p{}</style></head><body style='x'>"
    "<p hidden>no</p>"
    "<pre>a\n b</pre><table><tr><td>d &amp; é</td></tr></table><ul><li>e<!-- f --></ul></body></html>"
).encode()
CDA = (
    "<?xml version='1.0' encoding='utf-8'?><ClinicalDocument xmlns='urn:hl7-org:v3'><component><section>"
    "<title>A</title><text><list><item>b &#233;</item></list>"
    "<content revised='delete'>c</content></text></section>"
    "<nonXMLBody><text mediaType='text/rtf' representation='B64'>"
    + base64.b64encode(RTF).decode()
    + "</text>"
    "</nonXMLBody></component></ClinicalDocument>"
).encode()
PDF = pdf(zlib.compress(page("One", "two")), page("three"), stream=b"/Filter /FlateDecode")
VALID = [
    RTF,
    HTML,
    CDA,
    CDA.replace(b"nonXMLBody", b"nobody"),
    HTML.decode().encode("utf-16"),
    "é“x”".encode("cp1252"),
]
PIECES = [
    b"<", b">", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<!DOCTYPE[", b"<?xml", b"<p hidden>",
    b"<pre>",
    b"<script>", b"'", b'"', b"=", b"&", b"&#", b"&#x110000;", b";", b"<section>", b"<text>", b"<title>",
    b"<td>",
    b"<content revised='delete'>", b"<nonXMLBody>", b"{", b"}", b"\\", b"\\u", b"\\u-9", b"\\uc99 ",
    b"\\'", b"\\'9",
    b"\\bin9999999999 ", b"\\bin-1", b"\\f1", b"\\fcharset128", b"\\ansicpg65001", b"\\*", b"\\v",
    b"\x00", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3", b"\r", b"\n", b"\t", b"word ", b"0", b"{\\rtf1 ",
    b"ClinicalDocument",
]  # fmt: skip
HEADS = [
    b"",
    b"{\\rtf1 ",
    b"<html>",
    b"<?xml version='1.0'?><ClinicalDocument>",
    b"<ClinicalDocument><section><text>",
]


@st.composite
def changed(draw: st.DrawFn, whole: bytes) -> bytes:
    """A valid file with pieces taken out, put in or written over, and perhaps cut."""
    body = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(body)))
        end = min(len(body), at + draw(st.integers(0, 12)))
        body[at:end] = draw(st.binary(max_size=6) | st.sampled_from(PIECES))
    return bytes(body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body)


broken_files = (
    st.binary(max_size=300)
    | st.builds(
        operator.add,
        st.sampled_from(HEADS),
        st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join),
    )
    | st.sampled_from(VALID).flatmap(changed)
)  # fmt: skip


def is_sound(note: NoteText) -> bool:
    """The text can be stored and shown, and it is there or the reason why not."""
    note.text.encode("utf-8")
    return bool(note.text.strip()) is note.readable and not {"\x00", "\r", "\x1b"} & set(note.text)


@settings(max_examples=1500, deadline=None)
@given(broken_files, st.sampled_from(TYPES))
def test_no_file_makes_reading_raise(body: bytes, content_type: str) -> None:
    assert is_sound(text_of(body.replace(b"%PDF-", b""), content_type))


@settings(max_examples=40, deadline=None)
@given(changed(PDF))
def test_no_pdf_file_makes_reading_raise(body: bytes) -> None:
    assert is_sound(text_of(b"%PDF-1.6\n" + body, "application/pdf"))


@settings(max_examples=300, deadline=None)
@given(broken_files, st.text(max_size=20), st.text(max_size=60))
def test_no_content_type_and_no_charset_makes_reading_raise(
    body: bytes, name: str, content_type: str
) -> None:
    assert isinstance(decoded(body, name, declared_inside(body)), str)
    assert isinstance(is_guess(body, name), bool)
    assert is_sound(text_of(body.replace(b"%PDF-", b""), content_type))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>/!-?scriptdvp &#;'\"x\n[]", max_size=200))
def test_no_markup_makes_reading_raise(markup: str) -> None:
    assert "\r" not in text_of_markup(markup)


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)
)
def test_any_words_in_utf_8_come_out_as_they_were(words: str) -> None:
    note = text_of(f"x {words}".encode(), "text/plain; charset=utf-8")

    expected = "".join(letter for letter in words if letter not in "\ufeff\ufffe\uffff")
    assert note == NoteText(f"x {expected}")


LENGTH = 300_000
LONG = [
    *((b"<html>", piece) for piece in (
        b"<", b"<a", b"<a ", b"<a x='", b"<a '>", b"<p a='\">", b"<b a=", b"<!--", b"<![",
        b"<!DOCTYPE[>", b"<script>",
        b"<p hidden>", b"</", b"&#", b"&amp", b"&", b"<td></td>", b"<li>", b"\t \t", b" \n", b"\xff",
    )),
    *((b"<?xml version='1.0'?><ClinicalDocument><section><text>", piece) for piece in (
        b"<", b"<a>", b"</a>", b"<section><title>", b"<td>", b"<item>x", b"&x;", b"<!ENTITY a '&a;'>",
        b"<a></b>",
    )),
    *((b"{\\rtf1 ", piece) for piece in (
        b"{", b"}", b"{}", b"\\", b"\\'", b"\\'41", b"\\u8364?", b"\\bin5 ", b"\\bin9999999999",
        b"\\f1\\f2 x", b"\\v\\v0",
        b"{\\*\\x ", b"{\\field{\\*\\fldinst HYPERLINK \"", b"{\\pict\\bin", b"a\n",
    )),
    *((b"", piece) for piece in (b"x", b"\x00", b"\xff", b"\r", b"\xe9 ", b"\xed\xa0\x80")),
]  # fmt: skip


@pytest.mark.parametrize(("head", "piece"), LONG, ids=[repr(head[:6] + piece) for head, piece in LONG])
def test_a_file_built_to_take_long_takes_no_longer_than_others(head: bytes, piece: bytes) -> None:
    body = head + piece * (LENGTH // len(piece))

    began = time.process_time()
    note = text_of(body, "application/octet-stream")

    assert time.process_time() - began < 3
    assert len(note.text) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"<html>", b"<p>x"), (b"{\\rtf1 ", b"\\par x"), (b"<ClinicalDocument><section><text>", b"<a>x")],
)
def test_memory_stays_a_small_multiple_of_the_file(head: bytes, piece: bytes) -> None:
    body = head + piece * (LENGTH // len(piece))

    tracemalloc.start()
    text_of(body, "")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 40 * len(body)


def test_nothing_outside_the_file_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object, **_kwargs: object) -> NoReturn:
        raise AssertionError("asked for something outside")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr("builtins.open", refused)
    outside = b"<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/a.dtd' [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
    linked = b"<link href='http://127.0.0.1:9/a.css'><img src='http://127.0.0.1:9/a.png'><iframe src='file:///etc/passwd'>"

    assert text_of(outside + CDA.partition(b"?>")[2], "text/xml").readable
    assert text_of(b"<html>" + linked + b"</iframe>x &a;", "text/html").text == "x &a;"
    assert text_of(rb'{\rtf1 {\field{\*\fldinst INCLUDETEXT "/etc/passwd"}}x}', "text/rtf").text == "x"
