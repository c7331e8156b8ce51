"""Lines of forms: blanks that nobody filled, and boxes that are ticked or not."""

import re
from typing import Final

_REACH: Final = 400
_BOX: Final = re.compile(
    r"(?P<ticked>\[ ?[xX✓✔*] ?\]|\([xX✓✔]\)|[☑☒✓✔■])|(?P<empty>\[[ _]{0,3}\]|\( {1,2}\)|[☐□])"
)
_BLANK: Final = re.compile(
    r"(?<![A-Za-z0-9])_{3,80}(?![A-Za-z0-9])|(?<![\w*])\*{3,12}(?![\w*])|\.{5,80}|@[A-Z][A-Z0-9_]{2,40}@|\{[^{}\n]{1,80}\}"
    r"|<(?:insert|enter|describe|specify|name|date|text|patient)[^<>\n]{0,60}>"
    r"|\[(?:insert|enter|describe|specify|name|date|text|patient|free text)[^\[\]\n]{0,60}\]",
    re.I,
)
_CHOICE: Final = re.compile(
    r"\byes ?/ ?no\b|\by ?/ ?n\b|\bs[ií] ?/ ?no\b|\((?:circle|check|select|choose|mark)\b[^()\n]{0,40}\)",
    re.I,
)

_END: Final = re.compile(r"(?<=[a-z0-9)\"”][a-z0-9)\"”])[.!?]\"? {1,3}(?=[A-Z\"“])")
"""The end of a sentence of prose, and not of an abbreviation's letter."""


def is_form_line(text: str, offset: int) -> bool:
    """Whether the line at `offset` has blanks, boxes or choices, and nothing was filled in or ticked. In a
    paragraph only the sentence at `offset` counts.
    """
    line, at = _line_at(text, offset)
    line = _sentence_in(line, at)
    boxes = {match.lastgroup for match in _BOX.finditer(line)}
    if "ticked" in boxes:
        return False
    return "empty" in boxes or bool(_BLANK.search(line) or _CHOICE.search(line))


def _sentence_in(line: str, at: int) -> str:
    """The part of a line around `at` that ends with a full stop before another sentence."""
    ends = [match.end() for match in _END.finditer(line)]
    return line[
        max((end for end in ends if end <= at), default=0) : min(
            (end for end in ends if end > at), default=len(line)
        )
    ]


def is_checked(text: str, offset: int) -> bool | None:
    """Whether the box that the words at `offset` belong to is ticked; None when they belong to no box.

    A box stands before its words, unless the line begins with words and ends with a box.
    """
    line, at = _line_at(text, offset)
    boxes = list(_BOX.finditer(line))
    if not boxes:
        return None
    before = [box for box in boxes if box.start() <= at]
    behind = [box for box in boxes if box.end() > at]
    stands_behind = not line[boxes[-1].end() :].strip(" \t.,;|") and bool(
        line[: boxes[0].start()].strip(" \t-*•")
    )
    chosen = behind[:1] if stands_behind else before[-1:]
    return chosen[0].lastgroup == "ticked" if chosen else None


def _line_at(text: str, offset: int) -> tuple[str, int]:
    """The line that holds `offset`, as far as it is near, and where in it the offset is."""
    begin = text.rfind("\n", max(0, offset - _REACH), offset)
    start = begin + 1 if begin >= 0 else max(0, offset - _REACH)
    end = text.find("\n", offset, offset + _REACH)
    return text[start : end if end >= 0 else offset + _REACH], offset - start
