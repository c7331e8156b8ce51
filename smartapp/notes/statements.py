"""What a note says that the patient, or somebody close, said: candidates, verbatim, with where they stand.

Quoted speech after "the patient says", and sentences such as "She is most worried about ...". Nothing is
paraphrased, nothing is inferred, and a clinician confirms before any of it is used. Time is linear in the
length: every pattern looks at a window of bounded size.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from smartapp.notes.phrases import (
    ENGLISH,
    ERRAND,
    KINDS,
    NEVER,
    OTHER_AS_SUBJECT,
    PATIENT_NAMED,
    SPANISH,
    Grammar,
)
from smartapp.notes.sentences import Span, paragraphs, sentences
from smartapp.sdm.model import Kind, SaidBy

_CLAUSE: Final = 90
_QUOTATION: Final = 600
_SENTENCE: Final = 400
_LOOK_BACK: Final = 300
_CLOSING: Final = {'"': '"', "“": "”", "«": "»"}
_OPENING: Final = re.compile(r'["“«]')
_CLAUSE_END: Final = re.compile(r"[^\W\d_][,:]?\s{0,3}$")
_GRAMMARS: Final = (ENGLISH, SPANISH)


@dataclass(frozen=True, slots=True)
class FoundStatement:
    """`words` is the note's text from `start` to `end`; `excerpt` the sentence around it, verbatim too.

    `said_by`: PATIENT for quoted speech, REPORTED for a sentence about the patient, RELATED_PERSON with
    `speaker` for somebody close. `language`: "en" or "es", by the phrase that matched.
    """

    kind: Kind
    words: str
    start: int
    end: int
    said_by: SaidBy
    excerpt: str
    language: str
    speaker: str = ""


def find_statements(text: str) -> tuple[FoundStatement, ...]:
    """Every candidate, in the order of the note. Never raises."""
    found: list[FoundStatement] = []
    for paragraph in paragraphs(text):
        quotations = list(_quotations(text, paragraph))
        found += quotations
        quoted_until = 0
        waiting = iter(quotations)
        following = next(waiting, None)
        for sentence in sentences(text, paragraph):
            while following is not None and following.start < sentence.end:
                quoted_until = following.end
                following = next(waiting, None)
            if sentence.start >= quoted_until:
                found += _claims(text, sentence, paragraph)
    return tuple(sorted(found, key=lambda one: one.start))


def _quotations(text: str, paragraph: Span) -> Iterator[FoundStatement]:
    at = paragraph.start
    while (opening := _OPENING.search(text, at, paragraph.end)) is not None:
        at = opening.end()
        clause_start = max(paragraph.start, opening.start() - _CLAUSE)
        clause = text[clause_start : opening.start()]
        if not _CLAUSE_END.search(clause, max(0, len(clause) - 5)):
            continue
        for grammar in _GRAMMARS:
            match = grammar.quoting.search(clause)
            if match is None:
                continue
            closing = text.find(_CLOSING[opening[0]], at, min(paragraph.end, at + _QUOTATION))
            if closing < 0:
                break
            begun = clause_start + match.start()
            quotation = _quotation(text, Span(begun, closing + 1), Span(at, closing), grammar=grammar)
            if quotation is not None:
                yield from _with_speaker(quotation, match, _before(text, begun, paragraph))
            at = closing + 1
            break


def _quotation(text: str, around: Span, words: Span, *, grammar: Grammar) -> FoundStatement | None:
    said = text[words.start : words.end]
    kind = next((kind for kind, pattern in grammar.quoted if pattern.search(said)), None)
    if kind is None or NEVER.search(said):
        return None
    return FoundStatement(
        kind=kind,
        words=said,
        start=words.start,
        end=words.end,
        said_by=SaidBy.PATIENT,
        excerpt=text[around.start : around.end],
        language=grammar.language,
    )


def _claims(text: str, sentence: Span, paragraph: Span) -> Iterator[FoundStatement]:
    if sentence.end - sentence.start > _SENTENCE:
        return
    words = text[sentence.start : sentence.end]
    if NEVER.search(words) or ERRAND.search(words):
        return
    for grammar in _GRAMMARS:
        for pattern in grammar.claims:
            match = pattern.match(words)
            if match is None:
                continue
            claim = FoundStatement(
                kind=_kind(match),
                words=words,
                start=sentence.start,
                end=sentence.end,
                said_by=SaidBy.REPORTED,
                excerpt=words,
                language=grammar.language,
            )
            yield from _with_speaker(claim, match, _before(text, sentence.start, paragraph))
            return


def _kind(match: re.Match[str]) -> Kind:
    groups = match.groupdict()
    return next(kind for name, kind in KINDS if groups.get(name))


def _with_speaker(statement: FoundStatement, match: re.Match[str], before: str) -> Iterator[FoundStatement]:
    """The statement with whose it is, or nothing where "she" or "he" may be somebody else."""
    groups = match.groupdict()
    if relative := groups.get("relative"):
        speaker = " ".join(relative.split())
        yield replace(statement, said_by=SaidBy.RELATED_PERSON, speaker=speaker[:1].lower() + speaker[1:])
    elif groups.get("patient") or _means_the_patient(before):
        yield statement


def _means_the_patient(before: str) -> bool:
    """Whether a pronoun after this text means the patient: nobody else was the subject since then."""
    others = [match.start() for match in OTHER_AS_SUBJECT.finditer(before)]
    named = [match.start() for match in PATIENT_NAMED.finditer(before)]
    return not others or bool(named and named[-1] > others[-1])


def _before(text: str, at: int, paragraph: Span) -> str:
    return text[max(paragraph.start, at - _LOOK_BACK) : at]
