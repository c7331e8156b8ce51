"""What this app's own notes say: their statements, word for word, with kind, speaker and day.

Such a note is recognised by its first line, and read line by line up to the last one, which names who wrote
it down. What somebody added before, between or behind is left for the reader of other notes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from smartapp.sdm.choices import CHOICES, option
from smartapp.sdm.model import Kind, SaidBy
from smartapp.sdm.wording import KIND_WORDS, MONTHS

_DAY: Final = r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})"
_HEADING: Final = re.compile(
    rf"What matters to (?P<name>.{{1,300}}) \({_DAY}(?:, read back to the patient)?\)\s*"
)
_FOOTING: Final = re.compile(r"Recorded by (?P<recorder>.{1,300})\.\s*")
_KINDS: Final = MappingProxyType({words: kind for kind, words in KIND_WORDS.items()})
_KIND: Final = "|".join(re.escape(words) for words in _KINDS)
_START: Final = re.compile(rf"(?P<kind>{_KIND})(?: \((?P<about>.{{1,300}}?)\))?:(?: |(?=\n)|$)")
_TARGET: Final = re.compile(rf" Target {_DAY}\.$")
_SUMMARY: Final = "clinician's summary"
_NOBODY_NAMED: Final = frozenset({"a person close to the patient", "somebody else"})


@dataclass(frozen=True, slots=True)
class NotedStatement:
    """One statement of a note, as it was typed; fields as in DraftStatement."""

    kind: Kind
    words: str
    said_by: SaidBy = SaidBy.PATIENT
    speaker: str = ""
    verbatim: bool = True
    due: date | None = None
    choice: str = ""


@dataclass(frozen=True, slots=True)
class OwnNote:
    """`patient_name` as the note has it; `on`: the day it was confirmed; `recorder` may be ""."""

    patient_name: str
    on: date
    recorder: str
    statements: tuple[NotedStatement, ...]


@dataclass(frozen=True, slots=True)
class _Head:
    """How a statement begins, up to its words."""

    kind: Kind
    said_by: SaidBy
    speaker: str
    verbatim: bool
    end: int

    @property
    def is_quoted(self) -> bool:
        return self.verbatim and self.kind is not Kind.PRIORITIES


def own_notes(text: str) -> tuple[tuple[OwnNote, ...], str]:
    """The app's own notes in a text, and the rest of it. Never raises."""
    lines = text.split("\n")
    headings = [(at, match) for at, line in enumerate(lines) if (match := _heading(line))]
    if not headings:
        return (), text
    notes: list[OwnNote] = []
    rest = lines[: headings[0][0]]
    ends = [*(at for at, _ in headings[1:]), len(lines)]
    for (at, heading), end in zip(headings, ends, strict=True):
        recorder, statements, others = _read(lines[at + 1 : end])
        # What stood apart stays apart, for the reader of the rest.
        rest += ["", *others]
        if statements and (on := _day(*heading.groups()[1:])):
            notes.append(OwnNote(heading["name"], on, recorder, tuple(statements)))
    return tuple(notes), "\n".join(rest)


def chosen_in(kind: Kind, text: str) -> tuple[str, str]:
    """The code of the option that a text names first, and what follows: ("", text) when it names none."""
    for code, label in CHOICES.get(kind, {}).items():
        if text == label:
            return code, ""
        if text.startswith(f"{label}. "):
            return code, text.removeprefix(f"{label}. ")
    return "", text


def _heading(line: str) -> re.Match[str] | None:
    match = _HEADING.fullmatch(line)
    return match if match and _day(*match.groups()[1:]) else None


def _read(lines: Sequence[str]) -> tuple[str, list[NotedStatement], list[str]]:
    """Who wrote it down, the statements, and the lines that are of neither."""
    until = next((at for at, line in enumerate(lines) if _FOOTING.fullmatch(line)), len(lines))
    footing = _FOOTING.fullmatch(lines[until]) if until < len(lines) else None
    starts = [(at, head) for at, line in enumerate(lines[:until]) if (head := _start(line))]
    ends = [*(at for at, _ in starts[1:]), until]
    statements: list[NotedStatement] = []
    others = [*lines[: starts[0][0] if starts else until], *lines[until + 1 :]]
    for (at, head), end in zip(starts, ends, strict=False):
        length = _length(head, lines[at:end])
        statement = _statement(head, "\n".join(lines[at : at + length])) if length else None
        statements += [statement] if statement else []
        others += lines[at + length if statement else at : end]
    return footing["recorder"] if footing else "", statements, others


def _start(line: str) -> _Head | None:
    """How the line begins a statement, if it is the first of one: words of somebody's may look much like
    it.
    """
    head = _head(line)
    if head is None:
        return None
    text = line[head.end :].rstrip()
    if head.kind is Kind.PRIORITIES:
        return None if text else head
    return head if not head.verbatim or text.startswith('"') or chosen_in(head.kind, text)[0] else None


def _length(head: _Head, lines: Sequence[str]) -> int:
    """How many of the lines are the statement; 0 when its quotation is not closed.

    Where somebody wrote on behind it, their words must not become the patient's. So it ends with the first
    line that closes the quotation and every other one within it, else with the last line that closes it.
    """
    if not head.is_quoted:
        return len(lines)
    closing, marks = 0, 0
    for at, line in enumerate(lines):
        said, _ = _without_target(head.kind, (line if at else line[head.end :]).rstrip())
        choice, said = ("", said) if at else chosen_in(head.kind, said)
        if choice and not said:
            return 1
        marks += said.count('"')
        if said.endswith('"') and (at or len(said) > 1):
            closing = at + 1
            if marks % 2 == 0:
                break
    return closing


def _head(text: str) -> _Head | None:
    match = _START.match(text)
    about = _about(match["about"] or "") if match else None
    if match is None or about is None:
        return None
    said_by, speaker, verbatim = about
    return _Head(_KINDS[match["kind"]], said_by, speaker, verbatim, match.end())


def _about(about: str) -> tuple[SaidBy, str, bool] | None:
    """Speaker, name and whether it is verbatim, out of what stands in parentheses."""
    who = about.removesuffix(_SUMMARY).removesuffix(", ")
    verbatim = who == about
    if not who:
        return SaidBy.PATIENT, "", verbatim
    for words, said_by in (("said by ", SaidBy.RELATED_PERSON), ("reported by ", SaidBy.REPORTED)):
        if who.startswith(words):
            name = who.removeprefix(words)
            return said_by, "" if name in _NOBODY_NAMED else name, verbatim
    others = {"written by the clinician": SaidBy.CLINICIAN, "speaker not known": SaidBy.UNKNOWN}
    return (others[who], "", verbatim) if who in others else None


def _statement(head: _Head, text: str) -> NotedStatement | None:
    """The statement that is this text from its first to its last character."""
    said, due = _without_target(head.kind, text[head.end :].rstrip())
    choice, said = chosen_in(head.kind, said)
    if not said and choice:
        words = option(head.kind, choice)
    elif not head.is_quoted:
        words = said.strip()
    elif len(said) > 1 and said[0] == said[-1] == '"':
        words = said[1:-1]
    else:
        return None
    if not words.strip():
        return None
    return NotedStatement(head.kind, words, head.said_by, head.speaker, head.verbatim, due, choice)


def _without_target(kind: Kind, said: str) -> tuple[str, date | None]:
    match = _TARGET.search(said) if kind is Kind.GOAL else None
    due = _day(*match.groups()) if match else None
    return (said[: match.start()], due) if match and due else (said, None)


def _day(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), MONTHS.index(month) + 1, int(day))
    except ValueError:
        return None
