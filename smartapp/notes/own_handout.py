"""Knows this app's handout in a note's text, so that what a patient took home is not read as something new.

Everything that a handout says was said before, and stands in the chart as it was said, or was not to.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class _Marks:
    """A whole line with which a handout begins, and one near its end."""

    title: str
    end: re.Pattern[str]


_MARKS: Final = (
    _Marks("What matters to you", re.compile(r"Common Ground handout, version \d{1,4}\.")),
    _Marks("Lo que le importa a usted", re.compile(r"Hoja de Common Ground, versión \d{1,4}\.")),
    _Marks("对您重要的事", re.compile(r"Common Ground 单页，第 \d{1,4} 版。")),
)
"""As the shipped texts have it, `title` and `end_version`; a site's own language is known by other marks."""


def without_handouts(text: str) -> str:
    """The text without the handouts in it, each from its title to the line with its version. What somebody
    wrote before or behind one stays, and stays apart.
    """
    for marks in _MARKS:
        lines = text.split("\n")
        while (found := _span(lines, marks)) is not None:
            start, end = found
            lines[start:end] = [""]
        text = "\n".join(lines)
    return text


def _span(lines: Sequence[str], marks: _Marks) -> tuple[int, int] | None:
    """From where to where the first one goes; one that does not end is none."""
    ends = (at for at, line in enumerate(lines) if marks.end.fullmatch(line.strip()))
    end = next(ends, len(lines))
    starts = [at for at, line in enumerate(lines[:end]) if line.strip() == marks.title]
    return (starts[0], end + 1) if starts and end < len(lines) else None
