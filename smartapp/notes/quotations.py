"""Where somebody is quoted, and who."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

_MARK: Final = re.compile(r"[\"“”«»]")
_CLOSING: Final = {'"': '"', "“": "”", "«": "»"}
_LONGEST: Final = 600


@dataclass(frozen=True, slots=True)
class Quotation:
    """The words from `start` to `end`, without their marks."""

    start: int
    end: int


class Quotations:
    """All quotations of a text, in order."""

    def __init__(self, text: str) -> None:
        self._all = tuple(_quotations(text))
        self._starts = [one.start for one in self._all]

    def all(self) -> tuple[Quotation, ...]:
        """Every one, in order."""
        return self._all

    def at(self, offset: int) -> Quotation | None:
        """The quotation that holds the offset."""
        before = bisect_right(self._starts, offset) - 1
        found = self._all[before] if before >= 0 else None
        return found if found and offset < found.end else None


def _quotations(text: str) -> list[Quotation]:
    found: list[Quotation] = []
    opening, begun = "", 0
    for match in _MARK.finditer(text):
        mark, at = match[0], match.start()
        if opening and mark == _CLOSING[opening] and at - begun <= _LONGEST and "\n\n" not in text[begun:at]:
            if text[begun:at].strip():
                found.append(Quotation(begun, at))
            opening = ""
        elif mark in _CLOSING and _may_open(text, at):
            opening, begun = mark, at + 1
    return found


def _may_open(text: str, at: int) -> bool:
    """Whether a mark opens a quotation: not that of inches."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return not before.isalnum() and bool(after.strip())
