"""Whose an attitude is: the subject before it, over auxiliaries, adverbs and verbs of saying."""

from dataclasses import dataclass
from typing import Final

from smartapp.notes.context import word_set
from smartapp.notes.mentions import Mention, Tokens, Who, has_credentials, mention_ending
from smartapp.notes.tellers import teller_before
from smartapp.notes.verb_groups import AUXILIARIES, is_boundary, is_head, mentions_between, verb_group

_PREPOSITIONS: Final = word_set(
    """
    with by to for of from about at in on into over near without after before between against regarding
    than like beside via
    """
)
_MODIFIERS: Final = word_set(
    """
    with who whom in on aged age from at status s/p of
    """
)
_CONDITIONS: Final = word_set(
    """
    if whether unless should once until what when case why how which where whatever that
    """
)
_KINDS: Final = frozenset({"someone", "somebody", "person", "kind", "type", "sort", "one", "individual"})
_LONGEST_NOUN: Final = 14


@dataclass(frozen=True, slots=True)
class Subject:
    """`mention` None: left out, as in "Afraid of falling." `first`: the token where the clause begins.
    `is_negated`: a "not" stands between. `is_asked`: the clause asks or supposes ("whether she wants").
    `is_shared`: taken over from the clause before. `reporter`: who tells it. `verb`: the token from which
    only auxiliaries, adverbs and the attitude follow.
    """

    mention: Mention | None
    first: int
    verb: int
    is_negated: bool = False
    is_asked: bool = False
    is_shared: bool = False
    is_bare: bool = False
    is_pluperfect: bool = False
    reporter: Mention | None = None


def subject_before(tokens: Tokens, at: int) -> Subject | None:
    """The subject of the attitude that begins with token `at`; None where somebody or something stands there
    that cannot be told.
    """
    verb, is_negated = verb_group(tokens, at)
    is_pluperfect = any(token.low in {"had", "he'd", "she'd"} for token in tokens[verb:at])
    is_bare = verb == at
    last, reported = _over_reporting(tokens, verb - 1)
    last, commas = _over_parenthetical(tokens, last)
    found: Subject | None
    if last < 0 or is_boundary(tokens, last):
        found = _from_earlier(tokens, last, verb)
    elif tokens[last].low == "who" or (tokens[last].low == "that" and not reported):
        found = _of_relative_clause(tokens, last, verb)
    else:
        found = _named_there(tokens, last, verb) or (_long_noun(tokens, last, verb) if not commas else None)
    if found is None or _is_of_nobody(found.mention):
        return None
    reporter = found.reporter or _reporter(tokens, found)
    first = min(found.first, reporter.first) if reporter else found.first
    return Subject(
        found.mention,
        _with_preposition(tokens, first),
        verb,
        is_negated=is_negated,
        is_asked=_is_asked(tokens, found),
        is_shared=found.is_shared,
        is_bare=is_bare,
        is_pluperfect=is_pluperfect,
        reporter=reporter,
    )


def _is_of_nobody(mention: Mention | None) -> bool:
    return mention is not None and mention.who is Who.OTHER and not mention.words


def _over_reporting(tokens: Tokens, last: int) -> tuple[int, bool]:
    """Over "states that" and the like, with no subject of its own behind it."""
    at = last
    if at > 0 and tokens[at].low in {"that", "to", "as"} and tokens[at - 1].is_in("reporting"):
        at -= 1
    if at < 0 or not tokens[at].is_in("reporting"):
        return last, False
    for _ in range(2):
        at, _ = verb_group(tokens, at)
        at -= 1
        if at >= 1 and tokens[at].low in {"and", ","} and tokens[at - 1].is_in("reporting"):
            at -= 1
        if at < 0 or not tokens[at].is_in("reporting"):
            break
    return at, True


def _over_parenthetical(tokens: Tokens, last: int) -> tuple[int, bool]:
    """Over a remark between commas: "She, her son says, wants"; "Ms. Lee, a retired cook, wants"."""
    if last < 1 or tokens[last].low != ",":
        return last, False
    for at in range(last - 1, max(-1, last - 12), -1):
        if tokens[at].low == ",":
            named = mention_ending(tokens, at - 1)
            is_new = any(token.is_in("she", "he", "they") for token in tokens[at + 1 : last])
            if named and named.who in {Who.PATIENT, Who.RELATIVE, Who.PRONOUN, Who.CLINICIAN} and not is_new:
                if named.who is Who.RELATIVE and last - at > 4:
                    continue
                if not _is_object(tokens, named) and not (
                    named.first and tokens[named.first - 1].is_in("according-to")
                ):
                    return at - 1, True
            return last, False
        if tokens[at].low in {";", "and", "but", ":"}:
            return last, False
    return last, False


def _named_there(tokens: Tokens, last: int, verb: int) -> Subject | None:
    mention = mention_ending(tokens, last)
    if mention is None or (mention.who is Who.OTHER and mention.words and has_credentials(tokens, last + 1)):
        return None
    joined = _joined(tokens, mention)
    return Subject(joined or mention, (joined or mention).first, verb)


def _joined(tokens: Tokens, mention: Mention) -> Mention | None:
    """ "The patient and his wife": what both say, the patient says."""
    at = mention.first - 1
    if (
        at < 1
        or tokens[at].low not in {"and", "&", "/", "or"}
        or mention.who not in {Who.RELATIVE, Who.PATIENT}
    ):
        return None
    other = mention_ending(tokens, at - 1)
    if (
        other is None
        or other.who not in {Who.PATIENT, Who.RELATIVE, Who.PRONOUN}
        or _is_object(tokens, other)
    ):
        return None
    if other.who is Who.RELATIVE and mention.who is Who.RELATIVE:
        return Mention(
            Who.RELATIVE, other.first, mention.last, "", f"{other.words} and {mention.words}", is_many=True
        )
    of_patient = mention if mention.who is Who.PATIENT else other
    return Mention(of_patient.who, other.first, mention.last, of_patient.gender, of_patient.words)


def _of_relative_clause(tokens: Tokens, who: int, verb: int) -> Subject | None:
    """ "..., who wants": somebody named before it."""
    at = who - 1
    while at >= 0 and tokens[at].low in {",", "("}:
        at -= 1
    mention = mention_ending(tokens, at) or _described(tokens, at)
    if mention is None:
        before = [
            found for found in mentions_between(tokens, max(0, at - 30), at) if found.who is not Who.OTHER
        ]
        mention = before[-1] if before else None
    if mention is None or mention.who in {Who.OTHER, Who.READER}:
        return None
    first = who if who - mention.first > _LONGEST_NOUN else mention.first
    return Subject(mention, first, verb)


def _described(tokens: Tokens, at: int) -> Mention | None:
    """Who is described: "calls her the kind who wants", "described him as someone who wants"."""
    if at < 2 or tokens[at].low not in _KINDS:
        return None
    for before in range(at - 1, max(-1, at - 6), -1):
        gender = {"her": "she", "him": "he"}.get(tokens[before].low)
        if gender:
            return Mention(Who.PRONOUN, before, at, gender)
    return None


def _from_earlier(tokens: Tokens, last: int, verb: int) -> Subject:
    """The subject that an earlier clause of the sentence has; left out where there is none."""
    begin = _begin_of_part(tokens, last)
    labelled = _labelled(tokens, last)
    if labelled:
        return Subject(labelled, labelled.first, verb)
    if last >= 0 and tokens[last].low == ":":
        return Subject(None, verb, verb)
    source = _source_before(tokens, last)
    if source:
        return Subject(None, source.first, verb, reporter=source)
    heads = [
        found
        for found in mentions_between(tokens, begin, last)
        if is_head(tokens, found, begin) and not _is_aside(tokens, found, last)
    ]
    if not heads:
        return Subject(None, verb, verb)
    head = heads[-1]
    if head.who is Who.OTHER and not head.words and len(heads) > 1:
        head = heads[-2]
    return Subject(head, verb, verb, is_shared=True)


def _is_aside(tokens: Tokens, mention: Mention, last: int) -> bool:
    """Whether parentheses that are closed again hold it: "Sister (he asked for her): wants ..."."""
    depth = 0
    for token in tokens[mention.last + 1 : last + 1]:
        depth += (token.low == ")") - (token.low == "(")
        if depth > 0:
            return True
    return False


def _begin_of_part(tokens: Tokens, last: int) -> int:
    for at in range(last, -1, -1):
        if tokens[at].low in {".", "!", "•"} and at != last and at > 0 and len(tokens[at - 1].low) > 3:
            return at + 1
    return 0


def _labelled(tokens: Tokens, last: int) -> Mention | None:
    """ "Daughter: wants ..."."""
    if last < 1 or tokens[last].low not in {":", "-", "–", "—"}:
        return None
    mention = mention_ending(tokens, last - 1)
    return (
        mention
        if mention and mention.who in {Who.PATIENT, Who.RELATIVE, Who.CLINICIAN} and mention.first <= 1
        else None
    )


def _source_before(tokens: Tokens, last: int) -> Mention | None:
    """ "Per wife, would never ...": who tells it, with the subject left out."""
    if last < 1 or tokens[last].low not in {",", ":"}:
        return None
    mention = mention_ending(tokens, last - 1)
    if (
        mention
        and mention.who is Who.RELATIVE
        and mention.first
        and tokens[mention.first - 1].is_in("according-to")
    ):
        return mention
    return None


def _is_object(tokens: Tokens, mention: Mention) -> bool:
    before = mention.first - 1
    return before >= 0 and tokens[before].low in _PREPOSITIONS


def _long_noun(tokens: Tokens, last: int, verb: int) -> Subject | None:
    """ "The patient with a broken hip wants": a subject with words behind its noun."""
    first = max(0, last - _LONGEST_NOUN)
    for mention in mentions_between(tokens, first, last):
        following = tokens[mention.last + 1].low if mention.last < last else ""
        if mention.who in {Who.PATIENT, Who.RELATIVE} and (
            not mention.first or is_boundary(tokens, mention.first - 1)
        ):
            between = tokens[mention.last + 1 : last + 1]
            is_plain = not any(
                token.low in AUXILIARIES
                or token.is_in("reporting", "she", "he", "clinician", "other-subject")
                for token in between
            )
            return (
                Subject(mention, mention.first, verb)
                if following in _MODIFIERS | {",", "("} and is_plain
                else None
            )
    return None


def _reporter(tokens: Tokens, subject: Subject) -> Mention | None:
    """Somebody close who tells it: "his daughter reports that he", "per wife, he"."""
    mention = subject.mention
    edge = (subject.first if mention is None else mention.first) - 1
    found = teller_before(tokens, edge)
    is_same = found is not None and mention is not None and found.first == mention.first
    return None if is_same else found


def _with_preposition(tokens: Tokens, first: int) -> int:
    """With "per" before a source."""
    return first - 1 if first and tokens[first - 1].is_in("according-to") else first


def _is_asked(tokens: Tokens, subject: Subject) -> bool:
    """Whether the clause asks or supposes it: "whether she wants", "if the patient wants"."""
    if subject.mention is None:
        return False
    before = subject.mention.first - 1
    if before >= 0 and tokens[before].low == "that":
        return before > 0 and tokens[before - 1].is_in("conditional")
    return (
        before >= 0
        and (tokens[before].low in _CONDITIONS or tokens[before].is_in("conditional"))
        and tokens[before].low != "once"
    )
