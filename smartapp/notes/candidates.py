"""From words of an attitude to a candidate: what stands before and behind them decides whether they say
something.
"""

import re
from dataclasses import replace
from typing import Final

from smartapp.notes.answers import answer_by_name, answer_to_care
from smartapp.notes.attitudes import Attitude, Form
from smartapp.notes.clauses import Candidate, Tokens
from smartapp.notes.code_words import Stretch, agent_stated, code_stated
from smartapp.notes.contents import Stance
from smartapp.notes.context import word_set
from smartapp.notes.copulas import owns_relative, stated_by_copula
from smartapp.notes.mentions import Who, mention_ending
from smartapp.notes.nouns import stated_by_noun
from smartapp.notes.subjects import Subject, subject_before
from smartapp.notes.tellers import teller_of_fact
from smartapp.notes.verb_groups import is_adverb

_PLAIN: Final = re.compile(
    r"\A(?:want|hope|wish|prefer|fear|worry|decline|refuse|request|ask|choose|agree|accept|desire|consider|opt|elect|look|value|dream|long)\b",
    re.I,
)
_MARKS: Final = frozenset({'"', "”", ".", ",", ";", ")", "!", "?", "and", "but", "or", "/", "-"})
_OBJECTS: Final = word_set(
    """
    hospice surgery dialysis rehab blood treatment trial stopping starting operation procedure oral
    hospitals needles shots pills medications meds chemo chemotherapy radiation
    """
)
"""Words that some cues end with and that are what the attitude is about."""

_BEHIND_ALL: Final = frozenset({"out", "outright", "by"})
_NO_OBJECT: Final = frozenset({"in", "by", "for", "poster"})
_HER: Final = {"her": "she", "him": "he", "them": ""}


def candidate(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    """What the tokens from `at` to `after` state, with its subject; None when they state nothing."""
    builders = {
        Form.NOUN: _of_noun,
        Form.COPULA: _of_verb if owns_relative(tokens, after) else stated_by_copula,
        Form.AGENT: _of_agent,
        Form.CODE: _of_code,
        Form.WHOLE: _whole,
        Form.FRAGMENT: _of_fragment,
        Form.PASSIVE: answer_to_care,
        Form.COMPLETE: _of_complete,
        Form.VERB: _of_verb,
        Form.ADJECTIVE: _of_verb,
    }
    make = builders.get(attitude.form)
    if make is _of_verb and attitude.form is Form.COPULA:
        after = max(at + 1, after - 1)
    return make(attitude, tokens, at, after) if make else None


def _of_agent(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    found = agent_stated(tokens, at, after)
    return _stretch(attitude, tokens, found, at, after) if found else None


def _of_code(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    found = code_stated(tokens, at, after)
    return _stretch(attitude, tokens, found, at, after) if found else None


def _whole(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate:
    return _stretch(attitude, tokens, Stretch(at, after), at, after)


def _stretch(attitude: Attitude, tokens: Tokens, found: Stretch, at: int, after: int) -> Candidate:
    end, first = max(found.end, after), found.first
    teller = None if attitude.form is Form.AGENT else teller_of_fact(tokens, first, at)
    subject = Subject(None, first, at, reporter=teller)
    return Candidate(attitude, subject, first, at, after, after, end=end, is_confirmed=found.is_confirmed)


def _of_fragment(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    """ "Pt emphatic: no more hospital": nothing but a mark or a verb of saying before it."""
    before = tokens[at - 1] if at else None
    if after >= len(tokens) or not (
        before is None or before.low in {":", ",", "-", "–", "—"} or before.is_in("reporting")
    ):
        return None
    if any(
        token.low in {"is", "was", "are", "were", "than", "needed", "indicated"}
        for token in tokens[after : after + 8]
    ):
        return None
    subject = subject_before(tokens, at)
    return Candidate(attitude, subject, subject.first, at, after, at) if subject else None


def _of_complete(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    """ "She makes up her own mind": a verb with its subject, whatever follows."""
    is_infinitive = at > 0 and tokens[at - 1].low == "to" and not is_adverb(tokens, at - 1)
    subject = None if is_infinitive else subject_before(tokens, at)
    if subject is None or subject.is_asked or subject.is_negated:
        return None
    is_last = after >= len(tokens) or tokens[after].low in _MARKS
    return Candidate(attitude, subject, subject.first, at, after, after, end=after if is_last else -1)


def _of_verb(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    is_with = after + 1 < len(tokens) and tokens[after].low == "/" and tokens[after - 1].low == "w"
    is_last = after >= len(tokens) or tokens[after].low in _MARKS or tokens[after].low in _BEHIND_ALL
    is_out_of = tokens[after : after + 2] and [token.low for token in tokens[after : after + 2]] == [
        "out",
        "of",
    ]
    if is_last and not (is_with or is_out_of) and tokens[after - 1].low not in _OBJECTS:
        return _fronted(attitude, tokens, at, after) or _answered(attitude, tokens, at, after)
    if named := _what_is(attitude, tokens, at, after):
        return named
    subject = subject_before(tokens, at)
    if subject is None or subject.is_asked or _is_done_to(attitude, tokens, at):
        return None
    if _is_suggested(tokens, at, subject.verb):
        return None
    is_other = _is_label(attitude, tokens, at, after, subject=subject) or _is_of_another_verb(
        tokens, at, subject
    )
    content = after - 1 if after - at > 1 and tokens[after - 1].low in _OBJECTS else after
    return None if is_other else Candidate(attitude, subject, subject.first, at, after, content)


def _is_suggested(tokens: Tokens, at: int, verb: int) -> bool:
    """ "She could consider an MRI": what the writer thinks of."""
    softening = {"may", "might"}
    if tokens[at].low.startswith("consider"):
        softening |= {"could", "should", "can"}
    return any(token.low in softening for token in tokens[verb:at])


def _is_of_another_verb(tokens: Tokens, at: int, subject: Subject) -> bool:
    """Whether the words cannot be the verb of this subject: "she want", "her wish"."""
    is_told = at > 0 and tokens[at - 1].is_in("reporting")
    if subject.is_bare and _PLAIN.match(tokens[at].low) and not (is_told or _is_plural(subject)):
        return True
    mention = subject.mention
    is_object = mention is not None and mention.who is Who.PRONOUN and tokens[mention.last].low in _HER
    return is_object and not subject.is_shared


def _is_done_to(attitude: Attitude, tokens: Tokens, at: int) -> bool:
    """ "Will be asked to", "did fine with": what happened to somebody and nobody's attitude."""
    before = tokens[at - 1].low if at else ""
    if attitude.stance is Stance.ASK:
        is_passive = before in {"be", "been", "being", "was", "were", "is"}
        is_by = at + 1 < len(tokens) and tokens[at + 1].low == "by"
        return is_by or (is_passive and tokens[at].low in {"asked", "requested"})
    if attitude.stance is Stance.ACCEPT and tokens[at].low.startswith("consider"):
        return before in {"be", "been", "being", "was", "were"}
    if before == "too" and attitude.stance is Stance.VALUE:
        return True
    if tokens[at].low.startswith("done"):
        return before in {"was", "were", "been", "be", "being"}
    is_doing = before in {"did", "does", "do", "doing", "done", "resting", "appears", "appeared", "looks"}
    return is_doing and tokens[at].low.startswith(("fine", "ok", "good", "comfortable", "alright"))


def _is_plural(subject: Subject) -> bool:
    """Whether "want" fits the subject and is not a verb of another's clause."""
    mention = subject.mention
    return mention is not None and (
        mention.is_many or mention.who is Who.SELF or mention.last - mention.first > 1
    )


def _is_label(attitude: Attitude, tokens: Tokens, at: int, after: int, *, subject: Subject) -> bool:
    """Whether the words are a form's or a clinician's: "Preferred pharmacy:", "Concerned for sepsis"."""
    if after >= len(tokens):
        return False
    if _is_writers(attitude, tokens, at, after, subject=subject):
        return True
    if tokens[after].low in _NO_OBJECT and tokens[after - 1].low in {"wanted", "want", "wants"}:
        return True
    if tokens[at].low == "desired" and at and tokens[at - 1].low in {"the", "a", "to", "of", "this"}:
        return True
    if tokens[at].low == "preferred" and (subject.mention is None or tokens[after].low in _FIELDS):
        return True
    return (
        subject.mention is None
        and tokens[at].low == "concerned"
        and tokens[after - 1].low in {"for", "concerned", "re"}
        and tokens[after].low not in {"her", "his", "she", "he"}
    )


def _is_writers(attitude: Attitude, tokens: Tokens, at: int, after: int, *, subject: Subject) -> bool:
    """What the writer of the note thinks or sees: "Would worry about", "Considered sepsis"."""
    before = tokens[at - 1].low if at else ""
    is_alone = subject.mention is None
    if attitude.stance is Stance.FEAR:
        return tokens[after].low in _LOOKS or (is_alone and before == "would")
    if tokens[after].low == "up":
        return tokens[after - 1].low.endswith(("pick", "picked"))
    # "Seen by surgery, who felt he should": a clinician's more often than a relative's
    return (is_alone and tokens[at].low == "considered") or (attitude.id == "opinion" and before == "who")


_LOOKS: Final = frozenset(
    {"affect", "mood", "appearing", "looking", "expression", "well", "appearance", "facies"}
)
_FIELDS: Final = word_set(
    """
    language pharmacy name pronouns method provider contact learning agent phone
    """
)
_QUOTED_WORDS: Final = frozenset({"exact", "exactly", "knows", "whatever", "whenever", "whichever", "how"})
_FRONTED: Final = frozenset(
    {Stance.REFUSE, Stance.AVERSE, Stance.ACCEPT, Stance.WISH, Stance.CHOOSE, Stance.PREFER}
)


def _fronted(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    """ "A colostomy he rejects.", "Long-acting injections are what she wants." """
    subject = subject_before(tokens, at) if attitude.stance in _FRONTED else None
    if (
        subject is None
        or subject.mention is None
        or subject.is_shared
        or subject.mention.who not in {Who.PRONOUN, Who.PATIENT}
    ):
        return None
    last = subject.mention.first - 1
    before = tokens[max(0, last - 4) : last + 1]
    if any(token.low in _QUOTED_WORDS or token.is_in("history", "conditional") for token in before[-5:]):
        return None
    if last >= 0 and tokens[last].low in {"what", "all", "that"}:
        if last < 2 or tokens[last - 1].low not in {"is", "are", "was", "were"}:
            return None
        last -= 2
    elif subject.is_asked:
        return None
    first = last + 1
    while (
        first > 0
        and last - first < 9
        and not (
            tokens[first - 1].low in {".", ",", ";", ":", "but", "and", "which"}
            or tokens[first - 1].is_in("reporting")
        )
    ):
        first -= 1
    if (
        first > last
        or tokens[last].is_in("reporting")
        or tokens[first].is_in("other-subject", "she", "he", "they", "conditional")
        or tokens[last].low in {"as", "if", "than", "when", "because"}
    ):
        return None
    subject = Subject(
        subject.mention, first, subject.verb, is_negated=subject.is_negated, reporter=subject.reporter
    )
    return Candidate(attitude, subject, first, at, after, first, end=after)


def _answered(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    """ "Offered hospice, she declined." """
    subject = subject_before(tokens, at)
    if subject is None or subject.is_asked:
        return None
    return answer_by_name(attitude, tokens, at, after, subject=subject)


def _what_is(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    """ "What he wants is ...", "All she wants now is ..."."""
    behind = next(
        (
            number
            for number in range(after, min(after + 3, len(tokens)))
            if tokens[number].low in {"is", "was"}
        ),
        None,
    )
    subject = subject_before(tokens, at) if behind is not None else None
    if behind is None or subject is None or subject.mention is None or behind + 1 >= len(tokens):
        return None
    first = subject.mention.first - 1
    if first < 0 or tokens[first].low not in {"what", "all", "thing"}:
        return None
    subject = Subject(
        subject.mention, first, subject.verb, is_negated=subject.is_negated, reporter=subject.reporter
    )
    return Candidate(attitude, subject, first, at, after, behind + 1)


def _of_noun(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    stated = stated_by_noun(tokens, at, after)
    if stated is None or stated.content >= len(tokens):
        return None
    if tokens[at].text in {"FOCUS", "MISSION", "VISION"}:
        return None
    if tokens[at].low == "quality" and tokens[stated.content - 1].low not in {"means", ":"}:
        return None
    is_told = any(token.low in {"what", "thing"} for token in tokens[at : at + 2])
    needs_owner = attitude.stance is Stance.FEAR and not (stated.is_owned or is_told)
    if needs_owner and not (
        stated.at > 0
        and tokens[stated.at - 1].low
        in {"biggest", "main", "greatest", "primary", "chief", "worst", "stated"}
    ):
        return None
    if stated.is_inverted:
        return Candidate(
            attitude,
            _within(tokens, at, after, stated.subject),
            stated.subject.first,
            stated.content,
            after,
            stated.content,
            end=after,
            is_owned=stated.is_owned,
        )
    return Candidate(
        attitude, stated.subject, stated.subject.first, at, after, stated.content, is_owned=stated.is_owned
    )


def _within(tokens: Tokens, at: int, after: int, subject: Subject) -> Subject:
    """ "... is what she lives for": whose it is stands within the words; who is named before tells it."""
    inside = next((number for number in range(at, after) if tokens[number].is_in("she", "he")), None)
    named = mention_ending(tokens, inside) if inside is not None else None
    if named is None:
        return subject
    teller = subject.mention if subject.mention and subject.mention.first < at else None
    return replace(subject, mention=named, reporter=subject.reporter or teller)
