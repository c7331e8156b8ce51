"""The text of an RTF document."""

import pytest

from smartapp.notes.rtf import MAX_TOKENS
from smartapp.notes.text import NoteText, text_of


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (rb"{\rtf1\ansi One\par Two\line three}", "One\nTwo\nthree"),
        (rb"{\rtf1 {\b Goals:}\tab home\cell May\row}", "Goals:\thome\tMay"),
        (rb"{\rtf1\ansi\ansicpg1252 Se\'f1ora \'93Mar\'edn\'94}", "Señora “Marín”"),
        (rb"{\rtf1\ansicpg1251 \'d5\'ee\'f7\'f3}", "Хочу"),
        (rb"{\rtf1{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}\f1 \'d5\'ee\f0  caf\'e9}", "Хо café"),
        (rb"{\rtf1{\fonttbl{\f1\fcharset128 MS;}}{\f1 \'83\'41\'83A}}", "アア"),
        (rb"{\rtf1\uc1 Mar\u237?n \u-10179?\u-8704? \u8220\'93x}", "Marín 😀 “x"),
        (rb"{\rtf1\uc2 \u237ab c{\uc0 \u237 d}}", "í cíd"),
        (rb"{\rtf1 \u55357 lone}", "\ufffdone"),
        (rb"{\rtf1 a\~b\_c \{x\} \\ \emdash\endash\bullet\lquote\rquote}", "a b\u2011c {x} \\ —–•‘’"),
        (rb"{\rtf1{\info{\author Nobody}}{\stylesheet Normal;}{\*\generator x}{\header top}text}", "text"),
        (rb'{\rtf1 see {\field{\*\fldinst HYPERLINK "http://x.example"}{\fldrslt here}}}', "see here"),
        (rb"{\rtf1 one {\v hidden}{\strike struck}{\deleted gone}\v also\v0 two}", "one two"),
        (rb"{\rtf1 one {\v {\b hidden}} \strike x\plain two}", "one two"),
        (b"{\\rtf1 one {\\pict\\bin5 }}}}}}two}", "one two"),
        (b"{\\rtf1 one\\bin5 }}}}}two}", "onetwo"),
        (rb"{\rtf1 {\listtext\'b7\tab}one\par{\pntext 2.\tab}two}", "·\tone\n2.\ttwo"),
        (b"{\\rtf1 bro\r\nken line}", "broken line"),
        (b"{\\rtf1 one\\\ntwo}", "one\ntwo"),
        (rb"{\rtf1 one} behind the end", "one"),
        (rb"{\rtf1 \u \uc \f \fcharset9 \ansicpg77 \'zz \bin-5 one}", "zz one"),
    ],
)  # fmt: skip
def test_rtf_becomes_the_text_that_a_reader_sees(source: bytes, text: str) -> None:
    assert text_of(source, "application/rtf") == NoteText(text)


def test_a_document_that_ends_too_early_is_read_in_part() -> None:
    assert text_of(rb"{\rtf1 {\b Goals} are", "text/rtf") == NoteText("Goals are", partly=True)


def test_a_group_deeper_than_any_is_passed_over() -> None:
    source = rb"{\rtf1 one " + b"{" * 5000 + b"deep" + b"}" * 5000 + b" two}"

    assert text_of(source, "text/rtf") == NoteText("one deep two")


def test_a_document_of_too_many_words_of_control_is_read_in_part() -> None:
    note = text_of(rb"{\rtf1 one " + rb"\b" * MAX_TOKENS + b"}", "text/rtf")

    assert note == NoteText("one", partly=True)
