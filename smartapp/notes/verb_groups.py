"""What may stand between a subject and its attitude, and where clauses begin."""

from typing import Final

from smartapp.notes.context import word_set
from smartapp.notes.mentions import Mention, Tokens, Who, mention_ending

AUXILIARIES: Final = word_set(
    """
    lies lay is are was were be been being am 's 'm 're does do did has have had having will can could
    may might would 'd seems seem seemed appears appear appeared remains remain remained becomes became
    gets got feels felt feel feeling looks looked continues continued i'm he's she's they're it's i've
    he'd she'd they'd i'd we'd
    """
)
_ADVERBS: Final = word_set(
    """
    also still just always now then today very quite so too all again most more rather ever already much
    well both further awake only himself herself themselves tearful specifically a bit little lot longer
    yet however though of course at this time point often sometimes overall simply even truly times
    certainly tomorrow yesterday first best not
    """
)
_NOT_ADVERBS: Final = frozenset(
    {"family", "only", "early", "daily", "reply", "elderly", "july", "emily", "sally", "kelly"}
)
_CONJUNCTIONS: Final = word_set(
    """
    and but or yet so because although though while as since then & + w however nor
    """
)
_MARKS: Final = frozenset('.,;:-–—•*(/|!>"“”«»')


def verb_group(tokens: Tokens, at: int) -> tuple[int, bool]:
    """Where auxiliaries and adverbs before the attitude begin, and whether one of them denies it."""
    first, is_negated = at, False
    for before in range(at - 1, max(-1, at - 10), -1):
        token = tokens[before]
        if (
            token.is_in("negation") and token.low not in {"no", "without", "neither"}
        ) or token.low == "never":
            is_negated = True
        elif not (token.low in AUXILIARIES or token.low == "used to" or is_adverb(tokens, before)):
            break
        first = before
    return first, is_negated


def is_adverb(tokens: Tokens, at: int) -> bool:
    """Whether a word only colors the verb behind it."""
    low = tokens[at].low
    if low == "to":
        return at > 0 and tokens[at - 1].low in {
            "continues",
            "continued",
            "seems",
            "seemed",
            "appears",
            "appeared",
            "tends",
        }
    return (
        low in _ADVERBS
        or (low.endswith("ly") and low not in _NOT_ADVERBS and not tokens[at].is_in("relative", "patient"))
        or tokens[at].is_in("present")
    )


def is_boundary(tokens: Tokens, at: int) -> bool:
    """Whether a mark or a conjunction stands here."""
    return tokens[at].low in _MARKS or tokens[at].low in _CONJUNCTIONS


def mentions_between(tokens: Tokens, first: int, last: int) -> list[Mention]:
    """Everybody mentioned by the tokens, in order."""
    found: list[Mention] = []
    at = last
    while at >= first:
        mention = mention_ending(tokens, at) if tokens[at].low not in {")", "'s"} else None
        if mention is None or mention.first < first:
            at -= 1
            continue
        if not (at + 1 < len(tokens) and tokens[at + 1].low == "'s"):
            found.append(mention)
        at = mention.first - 1
    return found[::-1]


def is_head(tokens: Tokens, mention: Mention, begin: int) -> bool:
    """Whether a mention stands where a clause has its subject."""
    before = mention.first - 1
    if mention.who is Who.OTHER and mention.words:
        return False
    if before < begin:
        return True
    token = tokens[before]
    return (
        token.low in _MARKS
        or token.low in _CONJUNCTIONS
        or token.low in {"that", "who", "when", "if"}
        or token.is_in("reporting")
    )
