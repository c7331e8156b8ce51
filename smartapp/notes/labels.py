"""Labels that name a speaker: "Wife by phone:", "Kid (15), at bedside:", "TC to Lorna:", "For himself:"."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from smartapp.notes.context import Token, word_set
from smartapp.notes.mentions import Mention, Tokens, Who
from smartapp.notes.verb_groups import mentions_between

_LONGEST: Final = 48
_MOST_WORDS: Final = 12
_BEFORE: Final = word_set(
    """
    per spoke call called calling phone phoned tc t/c telephoned contacted talked collateral interviewed
    conversation telephone w w/ / with from to the of by and met meeting reached updated via patient's pt's
    's his her their our , - – — ( note interview
    """
)
_ABOUT: Final = word_set("for of re about regarding to on if when")
_FIELDS: Final = word_set(
    """
    family families friends friend children kids siblings parents spouse partner caregiver caregivers carer
    carers sponsor guardian relatives relative
    """
)
"""What a form asks for: "Caregiver: daughter" tells who it is, and lets nobody speak."""

_MEETING: Final = word_set("phone telephone call bedside speaker meeting says said reports states video room")
_OWN: Final = frozenset({"himself", "herself", "themselves", "own"})
_OWN_PART: Final = _OWN | word_set("for as and but on to his her their part side she he they")
_TOLD: Final = ("told her", "told him", "tells her", "tells him")
_CHILDREN: Final = frozenset({"youngest", "oldest", "eldest", "kid"})


@dataclass(frozen=True, slots=True)
class Label:
    """`mention` None: it names nobody. `end`: the token behind its colon. `is_own`: it turns to the speaker's
    own part ("For himself:").
    """

    mention: Mention | None
    end: int
    is_own: bool = False


def label_of(clause: Tokens, known: Callable[[Mention], Mention]) -> Label | None:
    """The label that a clause begins with; None where it has none."""
    colon = _colon(clause)
    if colon is None:
        return None
    words = _outside_parentheses(clause[:colon])
    if len(words) > _MOST_WORDS:
        return None
    is_own = any(token.low in _OWN for token in words) and all(token.low in _OWN_PART for token in words)
    told = next((token.low for token in words if token.low.endswith(_TOLD)), "")
    if told:
        gender = "she" if told.endswith("her") else "he"
        return Label(Mention(Who.PRONOUN, 0, 0, gender), colon + 1, is_own=is_own)
    return Label(_speaker(words, clause[:colon], known), colon + 1, is_own=is_own)


def _colon(clause: Tokens) -> int | None:
    depth = 0
    for at, token in enumerate(clause[:_LONGEST]):
        depth += (token.low == "(") - (token.low == ")")
        is_time = (
            at and at + 1 < len(clause) and clause[at - 1].low.isdigit() and clause[at + 1].low.isdigit()
        )
        if token.low == ":" and depth <= 0 and at and not is_time:
            return at
    return None


def _outside_parentheses(tokens: Tokens) -> tuple[Token, ...]:
    depth = 0
    kept: list[Token] = []
    for token in tokens:
        depth += token.low == "("
        if not depth:
            kept.append(token)
        depth -= token.low == ")" and depth > 0
    return tuple(kept)


def _speaker(words: Sequence[Token], whole: Tokens, known: Callable[[Mention], Mention]) -> Mention | None:
    if words and words[0].low in _CHILDREN:
        return Mention(Who.RELATIVE, 0, 0, "", words[0].text)
    if not any(token.is_in("relative-she", "relative-he", "relative", "patient") for token in words) and any(
        token.low in _BEFORE for token in words
    ):
        words = [token for token in whole if token.low not in {"(", ")"}]
    mentions = [known(one) for one in mentions_between(words, 0, len(words) - 1)] or _owner(words)
    people = [one for one in mentions if one.who in {Who.PATIENT, Who.RELATIVE}]
    if {one.who for one in people} == {Who.PATIENT, Who.RELATIVE}:
        return None
    mention = next((one for one in mentions if one.who is not Who.OTHER), None)
    if mention is None or not _may_precede(words[: mention.first]):
        return None
    is_field = any(token.is_in("agent") for token in words) or mention.words.lower() in _FIELDS
    is_met = any(token.low in _MEETING or token.low == "'s" or token.is_in("reporting") for token in whole)
    return None if is_field and not is_met and not _has_kin(words) else mention


def _owner(words: Sequence[Token]) -> list[Mention]:
    """ "Wife's view"."""
    at = next((number for number, token in enumerate(words) if token.low == "'s"), 0)
    return mentions_between(words[:at], 0, at - 1) if at else []


def _may_precede(before: Sequence[Token]) -> bool:
    if any(token.low in _ABOUT for token in before) and not any(
        token.low in _BEFORE - _ABOUT for token in before
    ):
        return False
    others = [token for token in before if token.low not in _BEFORE and not token.low[:1].isdigit()]
    return len(others) <= 1 and not any(token.is_in("agent", "clinician") for token in others)


def _has_kin(words: Sequence[Token]) -> bool:
    """Whether it names a relation besides the role: "Sister Pam (surrogate)" but not "HCP"."""
    return any(
        token.is_in("relative-she", "relative-he") or (token.is_in("relative") and token.low not in _FIELDS)
        for token in words
        if not token.is_in("agent")
    )
