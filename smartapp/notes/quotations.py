"""Where a text quotes somebody: what stands between quotation marks, and what introduces it.

Marks are paired within a paragraph. A mark that nothing closes quotes nothing, and a quotation is at most
some sentences long, so that one stray mark cannot hide the rest of a note.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from smartapp.notes.span import Span

_LONGEST: Final = 1200
_INTRODUCTION: Final = 140
_MOST_IN_A_ROW: Final = 6
_MARK: Final = re.compile(r"[\"“”„«»]|(?<![^\s(\[:,])['‘](?=\w)|(?<=[\w.,!?…])['’](?!\w)|\n[ \t]{0,20}\n")
_OPENING: Final = frozenset("“„«‘")
_CLOSING: Final = frozenset("”»’")
_SINGLE: Final = frozenset("'‘’")


@dataclass(frozen=True, slots=True)
class Quotations:
    """`spans` from behind the opening mark to the closing one, in order, none over another."""

    spans: tuple[Span, ...]
    starts: tuple[int, ...]

    def at(self, start: int, end: int = 0) -> Span | None:
        """The quotation that a part of the text touches: from `start` to `end`, or one character."""
        at = bisect_right(self.starts, max(start, end - 1)) - 1
        return self.spans[at] if at >= 0 and start < self.spans[at].end else None

    def introduction(self, text: str, quoted: Span) -> str:
        """What precedes the quotation, or the first of several that follow one another."""
        at = bisect_right(self.starts, quoted.start) - 1
        for _ in range(_MOST_IN_A_ROW):
            between = text[self.spans[at - 1].end + 1 : self.spans[at].start - 1] if at > 0 else "-"
            if between.strip():
                break
            at -= 1
        opening = self.spans[at].start - 1
        return text[max(0, opening - _INTRODUCTION) : opening]


def quotations_of(text: str) -> Quotations:
    """Never raises; linear in the length."""
    spans: list[Span] = []
    opened: tuple[int, bool] | None = None
    for match in _MARK.finditer(text):
        mark, at = match[0], match.start()
        if mark.startswith("\n"):
            opened = None
        elif opened is None or at - opened[0] > _LONGEST:
            opened = (at, mark in _SINGLE) if _opens(text, at) else None
        elif opened[1] == (mark in _SINGLE) and _closes(text, at):
            spans.append(Span(opened[0] + 1, at))
            opened = None
        elif opened[1] and mark not in _SINGLE:
            # An apostrophe looked like a mark; the double mark counts.
            opened = (at, False) if _opens(text, at) else None
    return Quotations(tuple(spans), tuple(span.start for span in spans))


def _opens(text: str, at: int) -> bool:
    mark = text[at]
    if mark in _CLOSING and mark != "”":
        return False
    before, behind = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    is_measure = mark == '"' and before.isdigit()  # 5'4" tall
    return (mark in _OPENING or not before.isalnum()) and bool(behind.strip()) and not is_measure


def _closes(text: str, at: int) -> bool:
    return text[at] not in _OPENING and not text[at + 1 : at + 2].isalnum()
