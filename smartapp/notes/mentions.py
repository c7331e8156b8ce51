"""Who is mentioned in a sentence: the patient, somebody close, a clinician, or nobody who can be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from smartapp.notes.context import Token, word_set

Tokens = Sequence[Token]

_PATIENT: Final = frozenset({"patient", "patient-she", "patient-he", "patient-other"})
_RELATIVE: Final = frozenset({"relative-she", "relative-he", "relative", "agent"})
_PRONOUN: Final = frozenset({"she", "he", "they"})
_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "mx", "sr", "sra", "srta", "don", "doña"})
_ABBREVIATED: Final = _TITLES | {"dr", "dtr"}
_NO_NAMES: Final = word_set(
    """
    his her their my our its the a an this that these those what who how when where why if no yes not she he
    they it we i and but or so then also for as at in on of to with from by per after before
    """
)
_DETERMINERS: Final = word_set(
    """
    the this that a an his her their my our your pt patient patient's elderly young adult pleasant older
    oldest youngest eldest younger both only late close longtime old dear best good estranged adult middle
    twin tearful elder foster adoptive biological
    """
)
_OWNERS: Final = frozenset({"his", "her", "their", "my"})
_CREDENTIALS: Final = frozenset(
    {"rn", "md", "do", "np", "pa", "lcsw", "msw", "pt", "ot", "lpn", "phd", "cna", "slp", "dpt"}
)


class Who(StrEnum):
    PATIENT = "patient"
    RELATIVE = "relative"
    CLINICIAN = "clinician"
    PRONOUN = "pronoun"
    SELF = "self"
    READER = "reader"
    OTHER = "other"


_BY_GROUPS: Final = ((Who.PATIENT, _PATIENT), (Who.RELATIVE, _RELATIVE), (Who.PRONOUN, _PRONOUN))


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named by the tokens `first` to `last`. `gender`: "she", "he" or "" for either. `words`: as the
    note has it, without "his" or "the". `is_many`: more than one person.
    """

    who: Who
    first: int
    last: int
    gender: str = ""
    words: str = ""
    is_many: bool = False


def mention_ending(tokens: Tokens, last: int) -> Mention | None:
    """The person whose mention ends with this token, or None. "the patient's" is none: it owns something."""
    if last < 0:
        return None
    if tokens[last].low == ")":
        opening = next((at for at in range(last, max(-1, last - 9), -1) if tokens[at].low == "("), None)
        return mention_ending(tokens, opening - 1) if opening else None
    return _named(tokens, last) or _by_word(tokens, last)


def _by_word(tokens: Tokens, last: int) -> Mention | None:
    token = tokens[last]
    who = _who(token, tokens)
    if who is None or (token.low == "so" and token.text != "SO"):
        return None
    first = _with_determiners(tokens, last) if who in {Who.PATIENT, Who.RELATIVE, Who.CLINICIAN} else last
    return Mention(who, first, last, gender_of(token), token.text, is_many=_is_many(token))


def _who(token: Token, tokens: Tokens) -> Who | None:
    if token.text == "PT" and not _is_shouted(tokens):
        return Who.CLINICIAN
    if who := next((one for one, groups in _BY_GROUPS if not token.groups.isdisjoint(groups)), None):
        return who
    if token.is_in("clinician"):
        return Who.CLINICIAN if len(token.low) > 3 or token.text.isupper() or token.low == "dr" else None
    if token.low in {"i", "we"}:
        return Who.SELF
    if token.is_in("second-person") and token.low == "you":
        return Who.READER
    return Who.OTHER if token.is_in("other-subject") and token.low != "that" else None


def _is_shouted(tokens: Tokens) -> bool:
    words = [token.text for token in tokens if token.text.isalpha() and len(token.text) > 2]
    return len(words) > 1 and all(word.isupper() for word in words)


def gender_of(token: Token) -> str:
    """ "she", "he" or "" for the person that a word names."""
    if token.is_in("she", "patient-she", "relative-she"):
        return "she"
    return "he" if token.is_in("he", "patient-he", "relative-he") else ""


def _is_many(token: Token) -> bool:
    return token.low == "they" or (
        token.is_in("relative") and (token.low.endswith("s") or token.low in {"family", "children"})
    )


def _with_determiners(tokens: Tokens, last: int) -> int:
    """Where the words before a noun begin that belong to it: "the patient's eldest ..."."""
    first = last
    for at in range(last - 1, max(-1, last - 8), -1):
        token = tokens[at]
        if (
            token.low in _DETERMINERS
            or token.low == "'s"
            or token.low[:1].isdigit()
            or token.low
            in {
                "y",
                "o",
                "yo",
                "/",
                "-",
                "year",
                "old",
                "yr",
                "year-old",
                "y/o",
                "yr-old",
                "years",
            }
            or (not token.groups.isdisjoint(_PATIENT) and tokens[at + 1].low == "'s")
        ):
            first = at
        else:
            break
    return first


def is_name(token: Token) -> bool:
    """Whether a word looks like somebody's name."""
    text = token.text
    if token.low in _NO_NAMES:
        return False
    return text[:1].isupper() and text.isalpha() and len(text) > 1 and not text.isupper() and not token.groups


def _named(tokens: Tokens, last: int) -> Mention | None:
    """A mention that ends with a name: "Mr. Lee", "Dr. Osei", "daughter Ana", "Ana"."""
    first = last
    while first >= 0 and is_name(tokens[first]) and last - first < 3 and tokens[first].low not in _TITLES:
        first -= 1
    if first == last:
        return None
    before = first
    while before >= 0 and tokens[before].low in {".", ",", "("} and first - before < 2:
        if tokens[before].low == "." and not (before and tokens[before - 1].low in _ABBREVIATED):
            break
        before -= 1
    words = " ".join(token.text for token in tokens[first + 1 : last + 1])
    if before >= 0 and tokens[before].low in _TITLES:
        return _titled(tokens, before, last)
    if (
        before >= 0
        and (near := _by_word(tokens, before))
        and near.who in {Who.RELATIVE, Who.CLINICIAN, Who.PATIENT}
    ):
        is_apart = near.who is Who.PATIENT and before != first
        return None if is_apart else Mention(near.who, near.first, last, near.gender, f"{near.words} {words}")
    return Mention(Who.OTHER, first + 1, last, "", words)


def _titled(tokens: Tokens, title: int, last: int) -> Mention:
    gender = {"mr": "he", "mrs": "she", "ms": "she", "miss": "she", "sra": "she", "sr": "he"}.get(
        tokens[title].low, ""
    )
    return Mention(Who.PATIENT, title, last, gender, "")


def owner_before(tokens: Tokens, last: int) -> Mention | None:
    """Whose something is, told by the words that end here: "her", "the patient's", "Mr. Lee's", "Patient"."""
    if last < 0:
        return None
    token = tokens[last]
    if token.low in _OWNERS:
        gender = {"her": "she", "his": "he"}.get(token.low, "")
        who = Who.SELF if token.low == "my" else Who.PRONOUN
        return Mention(who, last, last, gender, token.text, is_many=token.low == "their")
    if token.low == "our":
        return Mention(Who.CLINICIAN, last, last)
    if token.low == "your":
        return Mention(Who.READER, last, last)
    return mention_ending(tokens, last - 1 if token.low in {"'s", "'"} else last)


def has_credentials(tokens: Tokens, after: int) -> bool:
    """Whether a name before this token is a clinician's: "Will Power, RN"."""
    following = [token.low for token in tokens[after : after + 2]]
    return any(word in _CREDENTIALS for word in following)
