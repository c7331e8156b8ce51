"""The text of a note as it was read, or why it could not be."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_BYTES: Final = 16_000_000
MAX_CHARACTERS: Final = 2_000_000
"""Of one note. A longer one is read up to here."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS: Final = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANKS: Final = re.compile(r"[^\S\n\t]+")
_AROUND_TABS: Final = re.compile(r" ?\t[ \t]*")
_BLANK_LINES: Final = re.compile(r"\n{3,}")


class Unreadable(StrEnum):
    """Why there is no text."""

    EMPTY = "empty"
    UNKNOWN_FORMAT = "unknown_format"
    UNKNOWN_CHARSET = "unknown_charset"  # letters, and which ones cannot be told
    NO_TEXT_LAYER = "no_text_layer"  # a scan or a fax: pictures of text
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LONG = "too_long"
    TOO_SLOW = "too_slow"  # or too large once unpacked


@dataclass(frozen=True, slots=True)
class NoteText:
    """`problem`: why there is no text, None when there is. `partly`: the note goes on, or a part of it could
    not be read.
    """

    text: str
    problem: Unreadable | None = None
    partly: bool = False

    @property
    def readable(self) -> bool:
        return self.problem is None


def unreadable(problem: Unreadable) -> NoteText:
    return NoteText("", problem)


def read(text: str, *, partly: bool = False) -> NoteText:
    """A text within the limit, or that there is none."""
    if not text.strip():
        return unreadable(Unreadable.DAMAGED if partly else Unreadable.EMPTY)
    return NoteText(text[:MAX_CHARACTERS], partly=partly or len(text) > MAX_CHARACTERS)


def clean(text: str) -> str:
    """Without control characters and halves of surrogate pairs; every line ends with a newline."""
    return _CONTROL.sub("", _LINE_ENDS.sub("\n", text))


def tidy(text: str) -> str:
    """Clean text that was laid out by marks: one blank between words, no more than one blank line."""
    flat = _AROUND_TABS.sub("\t", _BLANKS.sub(" ", clean(text)))
    return _BLANK_LINES.sub("\n\n", "\n".join(line.strip() for line in flat.split("\n"))).strip()
