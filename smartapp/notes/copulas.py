"""Attitudes that stand behind what they are about: "Church is very important to her"."""

from typing import Final

from smartapp.notes.attitudes import Attitude
from smartapp.notes.clauses import Candidate, Tokens
from smartapp.notes.contents import Stance
from smartapp.notes.context import word_set
from smartapp.notes.mentions import Mention, Who, mention_ending
from smartapp.notes.subjects import Subject, subject_before

_HER: Final = {"her": "she", "him": "he", "them": ""}


def stated_by_copula(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    """ "Church is very important to her": what matters stands before, whose it is at the end of the words."""
    first = at
    while (
        first > 0
        and tokens[first - 1].low not in {";", ":", "but", "that", '"'}
        and not _ends_clause(tokens, first - 1)
    ):
        first -= 1
    source = _source_before(tokens, first, at)
    first = source[1] if source else first
    is_symptom = attitude.stance is Stance.FEAR and any(
        token.low in _SYMPTOMS for token in tokens[max(first, at - 4) : at]
    )
    is_nothing = (first == at and not _goes_on(tokens, after)) or _owns_something(tokens, after)
    is_open = tokens[first].low == "it" and not (
        after < len(tokens) and tokens[after].low in {"that", "to", "not"}
    )
    if is_nothing or is_symptom or is_open or tokens[first].is_in("conditional", "second-person"):
        return None
    mention = _object_of(tokens, at, after)
    is_told = first > 0 and (tokens[first - 1].low == "that" or tokens[first - 1].is_in("reporting"))
    teller = subject_before(tokens, first) if is_told else None
    is_of_patient = any(token.is_in("patient") for token in tokens[at:after])
    if not (teller or mention or is_of_patient or _is_said_by(tokens, first, after)):
        return None
    if first == at:
        return Candidate(attitude, Subject(mention, at, at), at, at, after, after + 1)
    whose = mention or (teller.mention if teller else None)
    reporter = source[0] if source else teller.reporter if teller else None
    subject = Subject(whose, first, at, reporter=reporter)
    if teller and teller.mention and mention is None:
        first = teller.first
    end = -1 if tokens[first].low == "it" else _end_of_predicate(tokens, after)
    return Candidate(attitude, subject, first, at, after, first, end=end)


def _source_before(tokens: Tokens, first: int, at: int) -> tuple[Mention, int] | None:
    """Whose report a clause begins with, and where what they tell begins: "Per his son, fishing ..."."""
    if not tokens[first].is_in("according-to"):
        return None
    comma = next((place for place in range(first + 2, min(first + 7, at)) if tokens[place].low == ","), None)
    named = mention_ending(tokens, comma - 1) if comma else None
    return (named, comma + 1) if named and comma and named.who is Who.RELATIVE else None


def _object_of(tokens: Tokens, at: int, after: int) -> Mention | None:
    """Whom the words name by a pronoun: "... is important to her"."""
    words = [word for token in tokens[at:after] for word in token.low.split()]
    pronoun = next((word for word in reversed(words) if word in {*_HER, "his", "she", "he"}), "")
    gender = {"his": "he", "he": "he", "she": "she"}.get(pronoun) or _HER.get(pronoun, "")
    return Mention(Who.PRONOUN, after - 1, after - 1, gender, is_many=pronoun == "them") if pronoun else None


def _end_of_predicate(tokens: Tokens, after: int) -> int:
    """Behind what belongs to the words still: "... is what gets" / "him through the day"."""
    if after >= len(tokens) or tokens[after].low not in _GOES_WITH:
        return after
    stop = min(len(tokens), after + _MOST_BEHIND)
    return next((at for at in range(after, stop) if tokens[at].low in _STOPS), stop)


_MOST_BEHIND: Final = 8
_GOES_WITH: Final = frozenset({"her", "him", "them", "me", "through", "up", "going", "out"})
_STOPS: Final = frozenset({".", ",", ";", ":", "(", ")", '"', "”", "and", "but", "because", "or", "so"})


def _owns_something(tokens: Tokens, after: int) -> bool:
    """Whether the "her" of the words belongs to the noun behind them: "worries her sister"."""
    if after >= len(tokens) or tokens[after - 1].low.split()[-1] != "her":
        return False
    following = tokens[after]
    return following.low.isalpha() and not (
        following.low in _BEHIND_HER
        or following.low.endswith("ly")
        or following.is_in("present", "conditional")
    )


_SYMPTOMS: Final = word_set(
    """
    pain pains itching itch cough nausea reflux heartburn headache headaches back knee knees hip shoulder
    neck foot feet ankle allergies hernia rash dizziness tinnitus constipation diarrhea bloating cramps
    symptoms swelling numbness tingling congestion heat wound incision stitches cramping throat ear eye
    """
)
_BEHIND_HER: Final = word_set(
    """
    most more a at when because and that the about all so than as but too in on for every whenever while
    since to deeply lot if much greatly even by with is are was or after before especially enough again
    terribly each just constantly day night of from during very
    """
)


def owns_relative(tokens: Tokens, after: int) -> bool:
    """ "She worries her daughter ...": what follows is hers."""
    return (
        tokens[after - 1].low == "her"
        and after < len(tokens)
        and tokens[after].is_in("relative", "relative-she", "relative-he")
    )


def _goes_on(tokens: Tokens, after: int) -> bool:
    """ "Most important to her: ..."."""
    return after + 1 < len(tokens) and tokens[after].low in {":", "is", "are", "was"}


def _ends_clause(tokens: Tokens, at: int) -> bool:
    return (tokens[at].low == "." and len(tokens[at - 1].low) > 3) or tokens[at].is_in("reporting")


def _is_said_by(tokens: Tokens, first: int, after: int) -> bool:
    near = (*tokens[max(0, first - 4) : first + 3], *tokens[after : after + 6])
    return any(token.is_in("patient", "she", "he") or token.low in {"her", "him"} for token in near)
