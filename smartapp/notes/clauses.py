"""Where a statement begins and ends in its sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from smartapp.notes.attitudes import Attitude, Form
from smartapp.notes.context import Token, word_set
from smartapp.notes.mentions import Who, mention_ending
from smartapp.notes.subjects import Subject

Tokens = Sequence[Token]

_AND: Final = frozenset(
    {"and", "but", "so", "or", "yet", "&", "then", "while", "though", "although", "whereas"}
)
_AFTER_AND: Final = word_set(
    """
    is are was were has had does did will would can lives denies denied reports states says feels
    doesn't declines refuses took takes remains continues
    """
)
_EDGES: Final = word_set(
    """
    , ; and but or so because - – — ( that : . then also while & * • / with though although whereas yet
    |
    """
)
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """An attitude in a sentence: its clause begins with token `first`, its words are `at` to `after`, its
    content begins with `content`, and it ends before `end` where that is known (-1: not yet).
    """

    attitude: Attitude
    subject: Subject
    first: int
    at: int
    after: int
    content: int
    end: int = -1
    is_confirmed: bool = False
    is_owned: bool = True


def independent(candidates: Sequence[Candidate], tokens: Tokens) -> list[Candidate]:
    """Those that are clauses of their own, in order: not what stands within another's content ("she hopes he
    wants").
    """
    kept: list[Candidate] = []
    for each in sorted(candidates, key=lambda each: (each.at, each.first)):
        one = _without_teller(each, kept[-1]) if kept else each
        if kept and (one.at < kept[-1].after or not _is_apart(one, kept[-1], tokens)):
            continue
        kept.append(one)
    return kept


def _without_teller(one: Candidate, before: Candidate) -> Candidate:
    """From its subject on, where the verb of saying before it has its own subject in the clause before."""
    mention = one.subject.mention
    if mention is None or one.first >= before.after or not before.after < mention.first < one.at:
        return one
    return replace(one, first=mention.first)


def _is_apart(one: Candidate, before: Candidate, tokens: Tokens) -> bool:
    if before.end >= 0:
        return one.first >= before.end or one.at >= before.end
    if one.attitude.form is Form.WHOLE:
        return one.at >= before.after
    edge = one.first - 1
    while edge > before.after and tokens[edge].is_in("present"):
        edge -= 1
    if edge < 0 or one.first <= before.at:
        return one.first > before.at or (one.at >= before.after and one.subject.is_shared)
    low = tokens[edge].low
    if low == "that" and edge > before.after and tokens[edge - 1].low in _AND:
        return True
    return (
        low in _EDGES - {"that", "with", "because", "so", "/", ":"}
        or (low in {":", "because", "so"} and one.subject.mention is not None)
        or tokens[edge].is_in("reporting")
    )


def end_of(one: Candidate, following: Candidate | None, tokens: Tokens) -> int:
    """The token before which the statement ends."""
    if one.end >= 0:
        return one.end
    stop = len(tokens)
    if following is not None and following.first > one.at:
        stop = following.first
    end = one.content
    while end < min(stop, one.content + _LONGEST) and not _ends(tokens, end, one.content):
        end += 1
    return trimmed(tokens, one.content, end)


def trimmed(tokens: Tokens, first: int, end: int) -> int:
    """`end` without the marks and conjunctions before it."""
    while end > first and (
        tokens[end - 1].low in _EDGES
        or (tokens[end - 1].low in {"!", '"', "”", "»", "“"} and not _is_closing(tokens, first, end - 1))
    ):
        end -= 1
    return end


def _is_closing(tokens: Tokens, first: int, mark: int) -> bool:
    return sum(token.low in {'"', "“", "”", "«", "»"} for token in tokens[first : mark + 1]) % 2 == 0


def _ends(tokens: Tokens, at: int, begin: int) -> bool:
    """Whether the content ends before this token."""
    low = tokens[at].low
    if low == ";" or (low == "." and at + 1 < len(tokens) and len(tokens[at - 1].low) > 3):
        return True
    if at + 1 >= len(tokens) or at == begin:
        return False
    if low in {"but", "however"}:
        return tokens[at + 1].low not in {"not", "only", "also", "never"}
    if low == ",":
        following = at + 2 if tokens[at + 1].low in _AND else at + 1
        return (
            _begins_clause(tokens, following)
            or tokens[at + 1].low in {"but", "however", "which", "per"}
            or (tokens[at + 1].low in _AND and _is_verb(tokens, following))
        )
    if low in {"and", "while", "whereas", "though", "although"}:
        return _begins_clause(tokens, at + 1) or (low == "and" and _is_verb(tokens, at + 1))
    return low in {"–", "—"} and _begins_clause(tokens, at + 1)


def _is_verb(tokens: Tokens, at: int) -> bool:
    if at >= len(tokens):
        return False
    return (
        tokens[at].low in _AFTER_AND
        or (tokens[at].is_in("reporting") and tokens[at].low.endswith(("s", "ed")))
        or tokens[at].is_in("denial")
    )


def _begins_clause(tokens: Tokens, at: int) -> bool:
    """Whether a subject with its verb stands here."""
    if at >= len(tokens):
        return False
    if tokens[at].is_in("she", "he", "they") or tokens[at].low in {"i", "we", "it"}:
        return True
    for last in range(at, min(at + 4, len(tokens) - 1)):
        mention = mention_ending(tokens, last)
        if mention and mention.first == at and mention.who in {Who.PATIENT, Who.RELATIVE, Who.CLINICIAN}:
            following = tokens[last + 1]
            if (
                following.low in _AFTER_AND
                or following.is_in("reporting")
                or following.low in {"wants", "agrees", "hopes", "asks", "disagrees"}
            ):
                return True
    return False
