"""Attitudes that are nouns: "her goal is to", "expressed fear of", "what matters most to him is"."""

from dataclasses import dataclass
from typing import Final

from smartapp.notes.context import word_set
from smartapp.notes.mentions import Mention, Tokens, Who, mention_ending, owner_before
from smartapp.notes.subjects import Subject, subject_before
from smartapp.notes.tellers import teller_before

_ADJECTIVES: Final = word_set(
    """
    main biggest primary only greatest stated personal own overall current first second top number one
    ultimate real deepest immediate big major principal short-term long-term short long term chief
    continued ongoing strong clear sincere lifelong new next key most important remaining other
    significant intense great persistent constant worst underlying life overarching shared treatment
    care last
    """
)
_DETERMINERS: Final = frozenset({"the", "a", "an", "any", "some", "one", "another", "this"})
_LIGHT: Final = word_set(
    """
    expresses expressed expressing voices voiced voicing verbalizes verbalized verbalizing verbalised
    has have had having shares shared sharing states stated reports reported endorses endorsed
    articulates articulated admits identifies identified identifying describes described names named set
    sets with raised raises mentions mentioned acknowledges acknowledged reiterated reiterates indicated
    communicated conveyed
    """
)
_BEFORE_A_NOUN: Final = word_set("; . , : • - * and that but / #")
_COPULA: Final = word_set(
    """
    is are was were remains remain include includes included : = – — being becomes 's means
    """
)
_NOT_OWN: Final = word_set(
    """
    treatment therapy nursing care rehab pt ot slp discharge weight visit session dosing fluid glycemic
    bp blood target physical clinical nutrition nutritional functional medical pain mobility plan team
    our no pressure immediate objective measurable program
    """
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A noun with whose it is and where its content begins. `at` to `content`: the tokens that state it.
    `is_owned`: somebody is named. `is_inverted`: the content stands before ("comfort is her goal").
    """

    subject: Subject
    at: int
    content: int
    is_owned: bool
    is_inverted: bool = False


def stated_by_noun(tokens: Tokens, at: int, after: int) -> Stated | None:
    """The statement that the noun `tokens[at:after]` makes; None when it makes none."""
    first, is_described = _over_adjectives(tokens, at)
    owner = owner_before(tokens, first - 1)
    if owner is not None and owner.who is Who.OTHER and not (owner.words and tokens[first - 1].low == "'s"):
        owner = None
    content, of_owner = _content_start(tokens, after)
    if owner and owner.who in {Who.CLINICIAN, Who.READER}:
        return None
    if content is None:
        return _inverted(tokens, first, at, after, owner)
    if tokens[content - 1].low in {"to", "of", "that", "about", "for", "regarding", "on", "over"}:
        return _open(tokens, first, at, content, owner=owner)
    owner = owner or of_owner
    if owner:
        begin = min(owner.first, first)
        return Stated(_told(tokens, owner, begin, at), at, content, is_owned=True)
    return _unowned(tokens, first, at, content, is_described=is_described)


def _unowned(tokens: Tokens, first: int, at: int, content: int, *, is_described: bool) -> Stated | None:
    """ "The goal is ...", "Pt states goal is ..."."""
    before = tokens[first - 1] if first else None
    if before is not None and before.low in _NOT_OWN:
        return None
    if before is not None and before.is_in("reporting") and (teller := subject_before(tokens, first)):
        return Stated(teller, at, content, is_owned=True)
    begin = first - 1 if before is not None and before.low in _DETERMINERS else first
    if before is None or before.low in _BEFORE_A_NOUN or begin < first or is_described:
        return Stated(Subject(None, begin, at), at, content, is_owned=False)
    return None


def _told(tokens: Tokens, owner: Mention, begin: int, at: int) -> Subject:
    """The owner as subject, with who tells it."""
    reporter = teller_before(tokens, begin - 1) if begin else None
    is_other = reporter is not None and reporter.first != owner.first
    first = min(begin, reporter.first) if reporter and is_other else begin
    if first and first < begin and tokens[first - 1].is_in("according-to"):
        first -= 1
    return Subject(owner, first, at, reporter=reporter if is_other else None)


def _over_adjectives(tokens: Tokens, at: int) -> tuple[int, bool]:
    first = at
    while (
        first > 0
        and tokens[first - 1].low in _ADJECTIVES
        and tokens[first - 1].low not in {"treatment", "care"}
    ):
        first -= 1
    return first, first < at


def _content_start(tokens: Tokens, after: int) -> tuple[int | None, Mention | None]:
    """Where the content begins behind the noun, and who is named between: "for her is ..."."""
    at, owner = after, None
    if at + 1 < len(tokens) and tokens[at].low in {"for", "to", "of"}:
        for last in range(min(at + 5, len(tokens) - 1), at, -1):
            named = _person_at(tokens, at + 1, last)
            if named:
                at, owner = last + 1, named
                break
    if at == after and at < len(tokens) and tokens[at].low == "for":
        at = next((near for near in range(at, min(at + 5, len(tokens))) if tokens[near].low in _COPULA), at)
    while at < len(tokens) and (
        tokens[at].is_in("present")
        or tokens[at].low
        in {"still", "also", "most", "right", "again", "in", "life", "would", "(", ")", "at", "discharge"}
    ):
        at += 1
    if owner is None:
        at = _over_occasion(tokens, at)
    if at >= len(tokens):
        return None, owner
    if tokens[at].low in _COPULA and at + 1 < len(tokens):
        at += 1
        if tokens[at].low == ":" and at + 1 < len(tokens):
            at += 1
        return at, owner
    if tokens[at].low == "be" and at + 1 < len(tokens):
        return at + 1, owner
    if at == after and tokens[at].low in {"to", "of", "that", "about", "for", "regarding", "over"}:
        return at + 1, owner
    return None, owner


def _over_occasion(tokens: Tokens, at: int) -> int:
    """Over when or where a goal holds: "her one aim this year is", "his worry after the fall is"."""
    if at >= len(tokens) or tokens[at].low not in _OCCASIONS:
        return at
    for behind in range(at + 1, min(at + 9, len(tokens))):
        low = tokens[behind].low
        if low in {"is", "was", "remains", "are"}:
            return behind
        if not low.isalpha() or tokens[behind].is_in("reporting", "she", "he", "clinician"):
            return at
    return at


_OCCASIONS: Final = word_set("this in for after since during with going coming over from now once these by")


def _person_at(tokens: Tokens, first: int, last: int) -> Mention | None:
    if first == last and tokens[first].low in {"her", "him", "them"}:
        gender = {"her": "she", "him": "he"}.get(tokens[first].low, "")
        return Mention(Who.PRONOUN, first, last, gender, is_many=tokens[first].low == "them")
    named = mention_ending(tokens, last)
    return named if named and named.first == first and named.who in {Who.PATIENT, Who.RELATIVE} else None


def _open(tokens: Tokens, first: int, at: int, content: int, *, owner: Mention | None) -> Stated | None:
    """ "expressed fear of", "has a goal to", "his wish to": with somebody named or a verb of saying."""
    before = first - 1
    if before >= 0 and tokens[before].low in _DETERMINERS:
        before -= 1
    if before >= 0 and tokens[before].low in _LIGHT:
        subject = subject_before(tokens, before)
        return Stated(subject, at, content, is_owned=True) if subject and not subject.is_negated else None
    word = tokens[content - 1].low
    if (
        owner
        and tokens[at].low in {"fear", "fears", "wish", "desire", "hope", "dream", "goal"}
        and word in {"to", "of", "that"}
    ):
        return Stated(Subject(owner, owner.first, at), at, content, is_owned=True)
    if before < 0 and tokens[at].low in {"fear", "fears", "dread", "terror", "desire", "desires", "wish"}:
        return Stated(Subject(None, 0, at), at, content, is_owned=True)
    return None


def _inverted(tokens: Tokens, first: int, at: int, after: int, owner: Mention | None) -> Stated | None:
    """ "Comfort is the goal.", "Getting home is her priority." """
    before = (owner.first if owner else first) - 1
    while before >= 0 and tokens[before].low in _DETERMINERS:
        before -= 1
    is_last = after >= len(tokens) or tokens[after].low in {".", ",", ";", ")", "now", "at", "!", "and"}
    if before < 1 or not is_last or tokens[before].low not in {"is", "are", "was", "remains"}:
        return None
    begin = before - 1
    while begin > 0 and not (
        tokens[begin - 1].low in {";", ",", ".", "that", ":", "but"} or tokens[begin - 1].is_in("reporting")
    ):
        begin -= 1
    teller = subject_before(tokens, begin) if begin and tokens[begin - 1].is_in("reporting") else None
    if tokens[begin].is_in("other-subject"):
        return None
    mention = owner or (teller.mention if teller else None)
    start = teller.first if teller and teller.mention else begin
    return Stated(Subject(mention, start, at), begin, begin, is_owned=mention is not None, is_inverted=True)
