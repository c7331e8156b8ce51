"""Who tells what somebody else wants: "his daughter reports that he ...", "per wife, he ..."."""

from typing import Final

from smartapp.notes.mentions import Mention, Tokens, Who, mention_ending
from smartapp.notes.verb_groups import is_adverb, is_head, mentions_between, verb_group

_TELLING: Final = frozenset(
    {
        "insistent", "knows", "told", "aware", "clear", "certain", "sure", "adamant", "convinced", "say",
        "agree", "agrees", "agreed",
    }
)  # fmt: skip
_OVER: Final = frozenset({",", "that", "the", "her", "his", "how", "over", "and", "many", "several", "times"})
_PEOPLE: Final = frozenset({Who.RELATIVE, Who.PATIENT, Who.PRONOUN, Who.CLINICIAN})


def teller_before(tokens: Tokens, edge: int) -> Mention | None:
    """Who tells what begins behind token `edge`."""
    near = _adjacent_reporter(tokens, edge)
    if near is None or near.who is Who.PRONOUN:
        return _earlier_reporter(tokens, edge) or (near and _outer(tokens, near)) or near
    return near


def _outer(tokens: Tokens, near: Mention) -> Mention | None:
    """Who tells what somebody said: the first "he" of "He states that she has told them she never wants"."""
    found = _adjacent_reporter(tokens, near.first - 1)
    is_other = found is not None and found.who is Who.PRONOUN and found.gender != near.gender
    return found if is_other else None


def teller_of_fact(tokens: Tokens, first: int, at: int) -> Mention | None:
    """The relative who tells a fact at token `at`, its clause from `first`: "HCP confirms she is DNR"."""
    said = [number for number in range(first, at) if tokens[number].is_in("reporting")]
    edge = said[-1] if said else first - 1
    found = teller_before(tokens, edge) if edge >= 0 else None
    is_named = found is not None and (found.who is Who.RELATIVE or (found.who is Who.OTHER and found.words))
    return found if is_named else None


def _earlier_reporter(tokens: Tokens, edge: int) -> Mention | None:
    """Somebody close whom the sentence begins with: "According to his son, ...", "His wife recalls"."""
    for mention in mentions_between(tokens, 0, edge)[:2]:
        is_person = mention.who is Who.RELATIVE or (mention.who is Who.OTHER and mention.words)
        if not is_person or mention.first > 4:
            continue
        if mention.first and tokens[mention.first - 1].is_in("according-to"):
            return mention
        following = tokens[mention.last + 1 : mention.last + 4]
        if (
            (is_head(tokens, mention, 0) or (mention.words and mention.first == 0))
            and any(token.is_in("reporting") for token in following[:2])
            and not any(token.low == ";" for token in tokens[mention.last : edge + 1])
        ):
            return mention
    return None


def _adjacent_reporter(tokens: Tokens, edge: int) -> Mention | None:
    at = edge
    while at >= 0 and (tokens[at].low in _OVER or is_adverb(tokens, at)):
        at -= 1
    listener = mention_ending(tokens, at)
    if (
        listener
        and listener.who is Who.RELATIVE
        and listener.first
        and tokens[listener.first - 1].low == "told"
    ):
        at = listener.first - 1
    if at < 0:
        return None
    direct = mention_ending(tokens, at)
    if (
        direct
        and (direct.who is Who.RELATIVE or (direct.who is Who.OTHER and direct.words))
        and direct.first
        and tokens[direct.first - 1].is_in("according-to")
    ):
        return direct
    if not (tokens[at].is_in("reporting") or tokens[at].low in _TELLING):
        return None
    verb, _ = verb_group(tokens, at)
    before = verb - 1
    is_relative_clause = before >= 0 and tokens[before].low == "who"
    while before >= 0 and tokens[before].low in {",", "who"}:
        before -= 1
    told = mention_ending(tokens, before)
    if told is None and is_relative_clause:
        named = [found for found in mentions_between(tokens, 0, before) if found.words]
        told = named[-1] if named else None
    if told is None:
        heads = [found for found in mentions_between(tokens, 0, before) if is_head(tokens, found, 0)]
        told = heads[-1] if heads else None
    is_person = told is not None and (told.who in _PEOPLE or (told.who is Who.OTHER and told.words))
    return told if is_person else None
