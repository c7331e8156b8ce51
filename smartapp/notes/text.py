"""The text of a note, out of the bytes and the content type that the chart gives for it.

Plain text, HTML, RTF, C-CDA and PDF with a text layer are read. What comes out is plain text and never
becomes markup again.
"""

import re
from typing import Final

from smartapp.notes import charset, html_text
from smartapp.notes.cda import OtherBody, cda_text
from smartapp.notes.formats import Format, format_of
from smartapp.notes.note_text import MAX_BYTES, NoteText, Unreadable, clean, read, unreadable
from smartapp.notes.pdf import pdf_text
from smartapp.notes.rtf import rtf_text

__all__ = ["NoteText", "Unreadable", "text_in_place", "text_of", "text_of_markup"]

_CHARSET: Final = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([\w.:+-]{1,40})""", re.I)
_MOST_UNKNOWN: Final = 0.25
"""Share of letters beyond ASCII from which on a guessed charset is no reading."""
_MOST_CONTROL: Final = 0.1
_FEW: Final = 8
"""So many letters of either kind may stand in any text."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def text_of(body: bytes, content_type: str) -> NoteText:
    """Never raises, whatever the file holds; asks no network and opens no file."""
    return _text_of(body, content_type, is_inside=False)


def text_in_place(body: bytes, content_type: str) -> NoteText:
    """As `text_of`, of plain text and web pages only: the others may take too long where somebody waits."""
    if format_of(body, _media_type(content_type)) not in {Format.PLAIN, Format.HTML}:
        return unreadable(Unreadable.UNKNOWN_FORMAT)
    return text_of(body, content_type)


def text_of_markup(markup: str) -> str:
    """The text between the tags of HTML, with line breaks where blocks begin and end."""
    return html_text.html_text(markup).text


def _text_of(body: bytes, content_type: str, *, is_inside: bool) -> NoteText:
    """`is_inside`: the file is part of a C-CDA document."""
    if len(body) > MAX_BYTES:
        return unreadable(Unreadable.TOO_LONG)
    found = _CHARSET.search(content_type)
    declared = found[1] if found else ""
    match format_of(body, _media_type(content_type)):
        case Format.PLAIN:
            note = _plain(body, declared)
        case Format.HTML:
            note = html_text.html_text(_markup(body, declared))
        case Format.RTF:
            note = rtf_text(body)
        case Format.PDF:
            note = pdf_text(body)
        case Format.CDA if not is_inside:
            note = _cda(body, declared)
        case _:
            note = unreadable(Unreadable.UNKNOWN_FORMAT)
    return note


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _cda(body: bytes, declared: str) -> NoteText:
    found = cda_text(_markup(body, declared))
    return _text_of(found.body, found.content_type, is_inside=True) if isinstance(found, OtherBody) else found


def _markup(body: bytes, declared: str) -> str:
    return charset.decoded(body, declared, charset.declared_inside(body))


def _plain(body: bytes, declared: str) -> NoteText:
    text = charset.decoded(body, declared)
    if len(_CONTROL.findall(text)) > max(_FEW, _MOST_CONTROL * len(text)):
        return unreadable(Unreadable.UNKNOWN_FORMAT)
    if charset.is_guess(body, declared) and _beyond_ascii(text) > max(_FEW, _MOST_UNKNOWN * len(text)):
        return unreadable(Unreadable.UNKNOWN_CHARSET)
    return read(clean(text))


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))
