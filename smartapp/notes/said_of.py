"""People whom a statement names elsewhere than before its verb: "is everything to her", "..., wife says"."""

from dataclasses import replace
from typing import Final

from smartapp.notes.attitudes import Form
from smartapp.notes.clauses import Candidate
from smartapp.notes.context import word_set
from smartapp.notes.mentions import Mention, Tokens, Who, mention_ending
from smartapp.notes.subjects import Subject

_OBJECTS: Final = {"her": "she", "him": "he", "them": ""}
_BEHIND_OBJECT: Final = word_set(
    """
    . , ; : ) is was are were and but most more than now still at in on to right up down out through alive
    going that when because anything everything - – —
    """
)
_PROPER: Final = frozenset({Form.COPULA, Form.VERB, Form.ADJECTIVE, Form.WHOLE, Form.COMPLETE, Form.NOUN})
_REACH: Final = {Form.COPULA: 2, Form.WHOLE: 2, Form.NOUN: 1}
"""Tokens behind the words of an attitude among which its object may stand."""

_LAST: Final = 4


def with_object(one: Candidate, tokens: Tokens) -> Subject:
    """The subject, or where it is left out whoever the words of the attitude name: "frightens him"."""
    subject = one.subject
    if subject.mention is not None or one.attitude.form not in _PROPER:
        return subject
    is_verb = one.attitude.form in {Form.VERB, Form.ADJECTIVE, Form.COMPLETE}
    for at in range(one.at, min(one.at + 1 if is_verb else one.after, len(tokens))):
        if tokens[at].is_in("she", "he", "they"):
            gender = "she" if tokens[at].is_in("she") else "he" if tokens[at].is_in("he") else ""
            mention = Mention(Who.PRONOUN, at, at, gender, is_many=tokens[at].is_in("they"))
            return replace(subject, mention=mention)
    if one.attitude.form not in _REACH:
        return subject
    for at in range(one.at, min(one.after + _REACH[one.attitude.form], len(tokens))):
        following = tokens[at + 1].low if at + 1 < len(tokens) else "."
        if tokens[at].low in _OBJECTS and following in _BEHIND_OBJECT:
            low = tokens[at].low
            mention = Mention(Who.PRONOUN, at, at, _OBJECTS[low], is_many=low == "them")
            return replace(subject, mention=mention)
    return subject


def with_teller_behind(subject: Subject, tokens: Tokens, end: int) -> Subject:
    """With who tells it at the end of the sentence: "..., wife says", "..., per family", "she says"."""
    if subject.reporter is not None:
        return subject
    last = next((at for at in range(end - 1, len(tokens)) if tokens[at].low == ";"), len(tokens))
    while last > 0 and tokens[last - 1].low in {".", ")", '"', "”"}:
        last -= 1
    teller = _teller_at_end(tokens, last) or _teller_at(tokens, end)
    if teller is None or teller.first < end - _LAST or teller.first <= subject.first:
        return subject
    is_same = subject.mention is not None and subject.mention.last >= teller.first
    return subject if is_same else replace(subject, reporter=teller)


def _teller_at(tokens: Tokens, end: int) -> Mention | None:
    """The teller named right behind a statement, before the sentence goes on: ", per family, and ..."."""
    close = next((at for at in range(end + 2, min(end + 6, len(tokens))) if tokens[at].low == ","), None)
    return _teller_at_end(tokens, close) if close and tokens[end].low == "," else None


def _teller_at_end(tokens: Tokens, last: int) -> Mention | None:
    for at in range(last - 1, max(0, last - _LAST), -1):
        named = mention_ending(tokens, at)
        if named is None or named.first < 1 or named.who not in {Who.RELATIVE, Who.PRONOUN, Who.OTHER}:
            continue
        before = tokens[named.first - 1]
        is_source = before.is_in("according-to") and at == last - 1
        is_apart = before.low in {",", "-", "–", "—", "("}
        is_said = at + 1 < last and tokens[at + 1].is_in("reporting") and is_apart
        if is_source or is_said:
            return named
    return None
