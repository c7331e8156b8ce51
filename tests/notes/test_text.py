"""The text of a note: plain and HTML, in the charsets that notes come in; nothing else, and never markup."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.notes.text import NoteText, text_of, text_of_markup


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"Hopes to go home.", "text/plain", "Hopes to go home."),
        ("Señora Marín".encode(), "text/plain; charset=utf-8", "Señora Marín"),
        ("Señora Marín".encode("latin-1"), "text/plain; charset=ISO-8859-1", "Señora Marín"),
        ("Señora Marín".encode("utf-16"), 'text/plain; charset="UTF-16"', "Señora Marín"),
        ("“Marín”".encode("cp1252"), "text/plain", "“Marín”"),
        ("Marín".encode(), "text/plain; charset=nonsense", "Marín"),
        (b"Marin", "text/plain; charset=punycode", "Marin"),
        ("\ufeffMarín".encode(), "TEXT/PLAIN;format=flowed;charset=UTF-8", "Marín"),
        (b"one\r\ntwo\rthree\x00\x07", "text/plain", "one\ntwo\nthree"),
        (b"<p>One</p><p>Two &amp; three</p>", "text/html", "One\n\nTwo & three"),
        (b"One<br/>Two", "application/xhtml+xml", "One\nTwo"),
    ],
)
def test_notes_are_read_in_the_formats_that_they_come_in(body: bytes, content_type: str, text: str) -> None:
    assert text_of(body, content_type) == NoteText(text)


@pytest.mark.parametrize(
    "content_type", ["text/rtf", "application/pdf", "application/xml", "", "text", "text/plainx"]
)
def test_other_formats_are_not_read(content_type: str) -> None:
    assert text_of(b"{\\rtf1 Hopes}", content_type) == NoteText("", readable=False)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<script>alert('x')</script>after", "after"),
        ("<STYLE>p{}</STYLE >after", "after"),
        ("<script>unclosed", ""),
        ("<script/>after", "after"),
        ("before<!-- <p>hidden</p> -->after", "before after"),
        ("before<!-- unclosed", "before"),
        ("<!DOCTYPE html><?xml version='1'?>text", "text"),
        ("BP 120 < 140 and 5 <6", "BP 120 < 140 and 5 <6"),
        ("<td>a</td><td>b</td>", "a b"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("a  \n\n  b<p>c", "a b\nc"),
        ("&lt;script&gt;x&lt;/script&gt;", "<script>x</script>"),
        ("a&nbsp;b &#8220;c&#8221; &unknown;", "a b “c” &unknown;"),
        (f"&#{'9' * 5000};", f"&#{'9' * 5000};"),
        ("<p", ""),
    ],
)
def test_markup_becomes_the_text_that_a_reader_sees(markup: str, text: str) -> None:
    assert text_of_markup(markup) == text


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200) | st.text(alphabet="<>/!-?scriptdvp &#;'\"x\n", max_size=120).map(str.encode),
    st.sampled_from(["text/html", "text/plain; charset=utf-16", "text/plain", "application/xhtml+xml"]),
)
def test_no_note_makes_reading_raise(body: bytes, content_type: str) -> None:
    text = text_of(body, content_type).text

    assert "\x00" not in text
    assert "\r" not in text


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<a x='", "<script>", "&#", "<", "</", "<![", "&amp"])
def test_a_megabyte_of_broken_markup_takes_no_longer_than_a_good_one(piece: str) -> None:
    markup = piece * (1_000_000 // len(piece))

    began = time.process_time()
    text_of_markup(markup)

    assert time.process_time() - began < 5
