"""Answers to care that was offered: "Flu shot declined", "offered a PEG, he refused"."""

from typing import Final

from smartapp.notes.attitudes import Attitude, Form
from smartapp.notes.clauses import Candidate
from smartapp.notes.contents import Stance
from smartapp.notes.context import word_set
from smartapp.notes.mentions import Mention, Tokens, Who, mention_ending
from smartapp.notes.subjects import Subject

_STOPS: Final = frozenset({".", ",", ";", ")", "!", "-", "–", "—", "(", "but", "and", "/", '"'})
_TAILS: Final = word_set(
    """
    if unless again this for because as until due despite though although per by at after only x since
    even as when strongly repeatedly outright politely
    """
)
_LINKS: Final = word_set(
    """
    was were is are been be has have again today still and but , : - – — = 's offered recommended discussed
    suggested encouraged advised repeatedly politely also adamantly always
    """
)
_OFFERED: Final = word_set(
    """
    offered recommended suggested discussed advised encouraged raised reviewed proposed re-offered offer
    reoffered re offering counseled
    """
)
_NOT_CARE: Final = word_set(
    """
    pressure needs need requirement requirements flow use level levels dose output count counts function
    intake adherence status claim rate
    """
)
_SOFT: Final = frozenset({"ok", "okay", "fine", "acceptable", "never", "welcome"})
_TERMS: Final = frozenset({"if", "but", "only", "unless", "until"})
_LONGEST: Final = 8


def answer_to_care(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    """The care named before `tokens[at:after]` with what was said of it; None where something else stands
    there.
    """
    if not _may_end(tokens, after):
        return None
    by = _by_whom(tokens, after)
    if by is None and after < len(tokens) and tokens[after].low in {"by", "per"}:
        return None
    is_term = after < len(tokens) and tokens[after].low in _TERMS
    if tokens[after - 1].low in _SOFT and not is_term:
        return None
    last = at - 1
    while last >= 0 and tokens[last].low in _LINKS and at - last < 7:
        last -= 1
    first = _care_first(tokens, last)
    if first is None:
        return None
    return Candidate(attitude, Subject(by, first, at), first, at, after, first, end=after)


def answer_by_name(
    attitude: Attitude, tokens: Tokens, at: int, after: int, *, subject: Subject
) -> Candidate | None:
    """The care that was offered just before somebody answers: "Offered hospice, she declined"."""
    mention = subject.mention
    if attitude.form is Form.NOUN or attitude.stance not in {Stance.REFUSE, Stance.ACCEPT, Stance.AVERSE}:
        return None
    if mention is None or mention.who not in {Who.PATIENT, Who.PRONOUN, Who.RELATIVE}:
        return None
    last = at - 1 if subject.is_shared else mention.first - 1
    while last >= 0 and tokens[last].low in {",", ";", "but", "and", "-", "–", "—", ":", "which", "however"}:
        last -= 1
    offered = next(
        (
            number
            for number in range(last, max(-1, last - _LONGEST), -1)
            if tokens[number].low in _OFFERED and number < last
        ),
        None,
    )
    if offered is None:
        return None
    whole = Subject(mention, offered, subject.verb, is_negated=subject.is_negated, reporter=subject.reporter)
    return Candidate(attitude, whole, offered, at, after, offered + 1, end=after)


def _may_end(tokens: Tokens, after: int) -> bool:
    if after >= len(tokens):
        return True
    token = tokens[after]
    return token.low in _STOPS or token.low in _TAILS or token.is_in("present")


def _by_whom(tokens: Tokens, after: int) -> Mention | None:
    """Who answered: "declined by patient", "refused per daughter"."""
    if after >= len(tokens) or tokens[after].low not in {"by", "per"}:
        return None
    for last in range(after + 1, min(after + 4, len(tokens))):
        found = mention_ending(tokens, last)
        if found and found.first == after + 1 and found.who in {Who.PATIENT, Who.RELATIVE}:
            return found
    return None


def _care_first(tokens: Tokens, last: int) -> int | None:
    """Where the words begin that name the care, without a verb or a person among them."""
    if last < 0 or not tokens[last].low[-1:].isalnum() or tokens[last].low in _NOT_CARE:
        return None
    first = last
    while first >= 0 and tokens[first].low not in {".", ",", ";", ":", "(", "•", "*", "but"}:
        token = tokens[first]
        if token.low in _OFFERED:
            return first
        if token.is_in("reporting") and first < last:
            break
        is_said_of = token.is_in("patient", "she", "he", "they", "clinician", "conditional", "other-subject")
        if is_said_of or token.is_in("relative", "relative-she", "relative-he", "reporting", "denial"):
            return None
        first -= 1
    return first + 1 if last - first <= _LONGEST else None
