"""What was found at an EHR, as lines for the person who joins the app to it."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """OK: as it should be. NOTE: good to know. WARNING: something will be missing. FAULT: no launch works."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Line:
    """`advice`: what to do about it, "" for nothing."""

    mark: Mark
    text: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """`text`: plain lines, before the marked ones."""

    title: str
    lines: tuple[Line, ...] = ()
    text: tuple[str, ...] = ()


def ok(text: str) -> Line:
    return Line(Mark.OK, text)


def note(text: str, advice: str = "") -> Line:
    return Line(Mark.NOTE, text, advice)


def warn(text: str, advice: str = "") -> Line:
    return Line(Mark.WARNING, text, advice)


def fault(text: str, advice: str = "") -> Line:
    return Line(Mark.FAULT, text, advice)
