"""Whether to resuscitate, and who speaks for the patient: facts that notes state in few words."""

from dataclasses import dataclass
from typing import Final

from smartapp.notes.context import word_set
from smartapp.notes.mentions import Tokens, Who, is_name, mention_ending

_APART: Final = frozenset({";", ".", "now", "then", "today", "but", "until"})
_NOT_STATED: Final = word_set(
    """
    discuss discussed discussing discussion discussions address addressed readdress revisit explain
    explained explaining meaning means mean form forms blank packet handout brochure information
    education educated question questions unknown unclear ask asked whether if pending consider options
    option needs need clarify offered review difference versus vs will unable booklet video brought
    outlined template policy copy copies introduced
    """
)
_SIGNED: Final = word_set(
    """
    signed completed file states confirmed reads indicates on chart says with present lists honors
    reflects updated dnr dni full comfort
    """
)
_TOLD: Final = word_set(
    """
    dnr dni dnar dnr/dni full comfort cpr limited selective no attempt intubation intubate states says
    lists honors reflects indicates reads confirmed updated completed signed
    """
)
_ORDERS: Final = frozenset({"molst", "polst", "post form"})
_BEHIND_STATUS: Final = frozenset({",", "(", "-", "–", "—", ".", ";", "/"})
_OF_TALK: Final = frozenset({"discussed", "addressed", "form", "forms", "with", "discussion", "confirmed"})
"""Words that take nothing from a status that the line begins with: "DNR, discussed today"."""

_CARRIED: Final = frozenset({"carries", "wears", "bracelet"})
_CASED: Final = frozenset({"and", "cmo", "post form"})
_WITH_PATIENT: Final = ("with patient", "with the patient", "with pt", "with him", "with her", "with them")
_TALK: Final = 14
"""Words before a colon that tell with whom the status behind it was talked about."""

_CONFIRMED: Final = word_set(
    """
    confirmed verified reviewed affirmed reaffirmed confirms per reiterated reconfirmed wishes requested
    stated states
    """
)
_LINKS: Final = word_set(
    """
    names naming lists is are : - = – — , ( as was named listed identified remains being /
    """
)
_NAMING: Final = word_set(
    """
    appointed appoints named names designated designates chose chosen identified identifies selected
    selects listed lists completed wants wishes confirmed confirms elected assigned
    """
)
_ROLE_WORDS: Final = word_set(
    """
    is are as his her the a an patient 's patient's patient’s primary legal designated also acting
    active serves serving act acts named legally their my to be first healthcare medical current pt
    remains was and will = holds has hold lasting durable enduring
    """
)
_ABSENT: Final = word_set(
    """
    no none not needs need without form forms paperwork packet discuss discussed discussing information
    brochure if unknown accompanied document documents complete designate name blank unable whether
    declined declines deferred
    """
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The tokens from `first` up to `end`, without it. `is_confirmed`: talked about with the patient."""

    first: int
    end: int
    is_confirmed: bool = False


def code_stated(tokens: Tokens, at: int, after: int) -> Stretch | None:
    """The clause that states the code status `tokens[at:after]`; None when it only talks about it."""
    word = tokens[at]
    if word.low in _CASED and (
        not word.text.isupper() or not _is_code_near(tokens, at) or _is_shouted_and(tokens, at)
    ):
        return None
    first, end = _stretch(tokens, at, after)
    if not _is_stated(tokens, first, at, after, end=end):
        return None
    inside = [token.low for token in tokens[first:end]]
    is_behind_colon = at > 1 and tokens[at - 1].low == ":"
    talk = " ".join(token.low for token in tokens[max(0, at - _TALK) if is_behind_colon else first : end])
    is_confirmed = any(low in _CONFIRMED for low in inside) or any(words in talk for words in _WITH_PATIENT)
    return Stretch(at if is_behind_colon else first, end, is_confirmed)


def _is_stated(tokens: Tokens, first: int, at: int, after: int, *, end: int) -> bool:
    """Whether the clause from `first` to `end` says that it is so."""
    word, inside = tokens[at], [token.low for token in tokens[first:end]]
    is_signed = {"signed", "completed"} & set(inside) and not {"not", "blank", "if", "until"} & set(inside)
    is_settled = _is_settled(inside) or bool(_CARRIED & set(inside)) or is_signed
    stands_first = at == 0 and (after >= len(tokens) or tokens[after].low in _BEHIND_STATUS)
    not_stated = {low for low in inside if low in _NOT_STATED} - (_OF_TALK if stands_first else set())
    is_order = word.low in _ORDERS and not (_SIGNED & set(inside) and _TOLD & set(inside))
    is_open = _is_to_come(inside) or [token.low for token in tokens[after : after + 2]] == [":", "no"]
    if (not_stated and not is_settled) or is_order or is_open:
        return False
    is_denied = any(
        token.is_in("negation") and token.low in {"not", "never"} for token in tokens[max(first, at - 3) : at]
    )
    if is_denied and word.low != "resuscitation status":
        return False
    return not (word.low in {"resuscitation status", "cpr status"} and after >= end - 1)


def _is_to_come(inside: list[str]) -> bool:
    """ "DNR form to be completed", "full per admit order set": nobody has chosen it yet."""
    words = " ".join(inside)
    return any(
        each in words
        for each in ("to be completed", "to be signed", "to complete", "to sign", "order set", "per admit")
    )


def _is_settled(inside: list[str]) -> bool:
    """Talked about and settled: "discussed with patient, remains DNR", "if it fails he would go DNR"."""
    if {"would", "'d", "would want"} & set(inside) and not {"whether", "ask", "discuss"} & set(inside):
        return True
    return any(
        low
        in {"remains", "confirmed", "wishes", "agrees", "elects", "is", "chooses", "stays", "now", "changed"}
        for low in inside
    ) and not any(
        low
        in {
            "if",
            "whether",
            "form",
            "forms",
            "meaning",
            "means",
            "handout",
            "blank",
            "packet",
            "explained",
            "unknown",
            "unclear",
            "pending",
            "vs",
            "versus",
            "ask",
            "will",
            "revisit",
            "needs",
            "need",
        }
        for low in inside
    )


def _is_code_near(tokens: Tokens, at: int) -> bool:
    near = {token.low for token in tokens[max(0, at - 6) : at + 7]}
    return bool(near & {"code", "dnr", "dni", "status", "code status", "natural", "allow"}) or any(
        "dnr" in low for low in near
    )


def _is_shouted_and(tokens: Tokens, at: int) -> bool:
    return tokens[at].low == "and" and all(
        token.text.isupper() for token in tokens[max(0, at - 2) : at + 3] if token.text.isalpha()
    )


def _stretch(tokens: Tokens, at: int, after: int) -> tuple[int, int]:
    first = at
    while first > 0 and tokens[first - 1].low not in _APART and not _splits(tokens, first - 1, at):
        first -= 1
    if first and tokens[first - 1].low in {"now", "today"} and first < at + 1:
        first -= 1
    end = after
    while end < len(tokens) and tokens[end].low not in _APART and not _starts_clause(tokens, end):
        end += 1
    return first, end


def _splits(tokens: Tokens, comma: int, at: int) -> bool:
    """Whether a comma or "and" before the code word ends another clause."""
    if tokens[comma].low not in {",", "and"}:
        return False
    between = tokens[comma + 1 : at]
    return (
        len(between) > 0
        or comma < at - 1
        or any(token.is_in("history") for token in tokens[max(0, comma - 4) : comma])
    )


def _starts_clause(tokens: Tokens, at: int) -> bool:
    """Whether a mark or "and" here begins a clause that has a verb or a code word of its own."""
    if tokens[at].low not in {",", "and", "–", "—"} or at + 1 >= len(tokens):
        return False
    following = tokens[at + 1]
    if following.low in {
        "reversed",
        "changed",
        "now",
        "wants",
        "does",
        "would",
        "is",
        "has",
        "was",
        "reverted",
        "but",
    } or following.is_in("she", "he", "they", "relative-she", "relative-he", "relative"):
        return True
    return tokens[at].low == "and" and following.is_in("patient", "other-subject", "agent")


def agent_stated(tokens: Tokens, at: int, after: int) -> Stretch | None:
    """The clause that names who speaks for the patient; None when nobody is named."""
    before, behind = _named_before(tokens, at), _named_behind(tokens, after)
    if before is None and behind is None:
        return None
    first = before if before is not None else _owner_first(tokens, at)
    end = behind if behind is not None else after
    inside = {token.low for token in tokens[first:end]}
    lead = {token.low for token in tokens[max(first, at - 3) : at]}
    if (inside - {"form", "not"}) & _ABSENT or lead & (_ABSENT - {"name", "designate"}):
        return None
    return Stretch(first, end)


def _owner_first(tokens: Tokens, at: int) -> int:
    first = at
    while (
        first > 0
        and at - first < 5
        and (tokens[first - 1].low in _ROLE_WORDS or tokens[first - 1].is_in("patient"))
    ):
        first -= 1
    return first


def _named_behind(tokens: Tokens, after: int) -> int | None:
    """Where the name ends: "proxy is his cousin Ilse", "HCPOA: nephew, Otis Brandt"."""
    at = after
    while (
        at < len(tokens)
        and at - after < 10
        and (
            tokens[at].low in _LINKS
            or tokens[at].low
            in {
                "her",
                "his",
                "the",
                "patient",
                "'s",
                "on",
                "chart",
                "file",
                "s",
                ")",
                "for",
                "healthcare",
                "health",
                "care",
                "currently",
                "form",
            }
            or tokens[at].low.isdigit()
        )
    ):
        at += 1
    if at == after and _stands_bare(tokens, after):
        return after + 2 if after + 1 < len(tokens) and is_name(tokens[after + 1]) else after + 1
    if at == after or at >= len(tokens):
        return None
    if not any(token.low in _LINKS for token in tokens[after:at]):
        return None
    token = tokens[at]
    if token.is_in("relative-she", "relative-he", "relative"):
        end = at + 1
    elif is_name(token) and tokens[at - 1].low in {
        "is",
        ":",
        "-",
        "–",
        "—",
        "=",
        ",",
        "(",
        "as",
        "her",
        "his",
    }:
        end = at
    else:
        return None
    while (
        end < len(tokens)
        and end - at < 10
        and (
            is_name(tokens[end])
            or tokens[end].low in {",", "(", ")"}
            or tokens[end].is_in("relative-she", "relative-he")
        )
    ):
        end += 1
    while tokens[end - 1].low == ",":
        end -= 1
    return end


def _stands_bare(tokens: Tokens, after: int) -> bool:
    """ "HCP dtr Miriam", "Agent mother": a role with a relative and nothing between, as in a list."""
    if after >= len(tokens) or not tokens[after].is_in("relative-she", "relative-he", "relative"):
        return False
    begins = after == 1 or tokens[after - 2].low in {".", ";", ",", "-", "–", "•", "*", "|"}
    return begins and tokens[after - 1].text[:1].isupper()


def _named_before(tokens: Tokens, at: int) -> int | None:
    """Where the clause begins that ends with the role: "Her niece Ana is the health care proxy"."""
    last = at - 1
    links = set()
    while (
        last >= 0 and at - last < 9 and tokens[last].low in _ROLE_WORDS and not tokens[last].is_in("patient")
    ):
        links.add(tokens[last].low)
        last -= 1
    if last < 0:
        return None
    if tokens[last].is_in("patient") and last > 0:
        last -= 1
    is_said = bool(
        links & {"is", "as", "serves", "acts", "acting", "named", "remains", "be", "was", "=", "holds", "has"}
    )
    if tokens[last].low in {",", "("} and last > 0:
        if not is_said:
            return None
        last -= 1
    is_named = any(token.low in _NAMING for token in tokens[max(0, last - 4) : last])
    is_said = is_said or ("to" in links and is_named)
    person = mention_ending(tokens, last)
    if person is not None and person.who is Who.PRONOUN and "is" in links and "not" not in links:
        return person.first
    if person is None or person.who not in {Who.RELATIVE, Who.OTHER} or not person.words or not is_said:
        return None
    if person.who is Who.OTHER and person.words.lower() in {"form", "document"}:
        return None
    first = person.first
    if first and tokens[first - 1].low in _NAMING:
        first -= 1
        while first > 0 and (
            tokens[first - 1].low
            in {
                "has",
                "have",
                "she",
                "he",
                "they",
                "patient",
                "the",
                "to",
                "wants",
                "wishes",
                "would",
                "like",
            }
            or tokens[first - 1].is_in("patient")
        ):
            first -= 1
    return first
