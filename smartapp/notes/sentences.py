"""A note cut into paragraphs and sentences, with offsets, without sections that hold nothing that was said.

Cuts are at line breaks only where a line is finished: notes are often wrapped by hand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SKIPPED = (
    r"family (?:medical )?h(?:istory|x)|fhx?|fam hx|review of systems|ros|disclaimers?|"
    r"(?:patient )?education|(?:patient |discharge |home |after.visit )?instructions?|"
    r"antecedentes (?:heredo)?familiares|"
    r"revisi[oó]n por (?:aparatos|sistemas)|instrucciones(?: al paciente)?"
)
_OTHER = (
    r"chief complaint|cc|hpi|history of present illness|subjective|objective|assessment(?: and plan)?|a/p|"
    r"plan|(?:past )?(?:medical|surgical|social) history|pmh|psh|social hx|medications?|allergies|"
    r"goals?(?: of care)?|preferences|what matters(?: most)?|physical exam|vitals?|labs?|impression|"
    r"interval history|advance care planning|motivo de consulta|enfermedad actual|subjetivo|objetivo|"
    r"plan de tratamiento|evaluaci[oó]n|preferencias|antecedentes (?:personales|sociales)"
)
_HEADING = re.compile(
    rf"[ \t]{{0,8}}#{{0,6}}[ \t]{{0,4}}\*{{0,3}}(?:(?P<skipped>{_SKIPPED})|(?P<other>{_OTHER}))\*{{0,3}}"
    r"[ \t]{0,4}(?P<end>:|$)",
    re.I,
)
_MARKED_HEADING = re.compile(r"[ \t]{0,8}#{1,6}[ \t]{1,4}\S")
_SENTENCE_END = re.compile(r"[.!?][\"”»'’)\]]{0,2}(?=\s)")
_ABBREVIATION = re.compile(r"(?:\b(?:mrs?|ms|dr|dra|pt|sr|sra|srta|st|vs|approx|e\.g|i\.e)|\b[A-Z])\.$", re.I)
_BULLET = re.compile(r"[ \t]*(?:[-*•·–]|\d{1,2}[.)])[ \t]+")
_WRAPPED_LINE = 60
"""Characters. A shorter line that does not end a sentence was ended on purpose."""


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int


def paragraphs(text: str) -> Iterator[Span]:
    """Runs of lines without a blank line or a heading between, outside skipped sections."""
    skipping = False
    begun: int | None = None
    at = 0
    for line in text.splitlines(keepends=True):
        heading = _HEADING.match(line.rstrip("\r\n"))
        is_marked = heading is None and _MARKED_HEADING.match(line) is not None
        if (heading or is_marked or not line.strip()) and begun is not None:
            yield Span(begun, at)
            begun = None
        if heading is not None:
            skipping = heading["skipped"] is not None
            rest = at + heading.end()
            begun = rest if not skipping and heading["end"] == ":" else None
        elif is_marked:
            skipping = False
        elif begun is None and line.strip() and not skipping:
            begun = at
        at += len(line)
    if begun is not None:
        yield Span(begun, at)


def sentences(text: str, paragraph: Span) -> Iterator[Span]:
    """The sentences of a paragraph, without the blanks and bullets around them."""
    begun = at = paragraph.start
    for line in text[paragraph.start : paragraph.end].splitlines(keepends=True):
        for match in _SENTENCE_END.finditer(line):
            if not _ABBREVIATION.search(line, max(0, match.start() - 8), match.start() + 1):
                yield from _trimmed(text, begun, at + match.end())
                begun = at + match.end()
        at += len(line)
        if at < paragraph.end and _is_finished(line, text[at : at + 40]):
            yield from _trimmed(text, begun, at)
            begun = at
    yield from _trimmed(text, begun, paragraph.end)


def _is_finished(line: str, following: str) -> bool:
    if _BULLET.match(following):
        return True
    continues = following.lstrip()[:1].islower()
    return not continues and (len(line) < _WRAPPED_LINE or line.rstrip()[-1:] in ".!?:;")


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    bullet = _BULLET.match(piece)
    start += bullet.end() if bullet else len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    if start < end:
        yield Span(start, end)
