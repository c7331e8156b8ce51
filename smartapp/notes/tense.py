"""When a statement holds: now, before, in a case that may come, or in nobody's mouth but a form's."""

import re
from collections.abc import Sequence
from typing import Final

from smartapp.notes.context import Token, word_set
from smartapp.notes.finding import Status

_YEAR: Final = re.compile(r"(?:19|20)\d\d\Z")
_MONTHS: Final = word_set(
    """
    january february march april may june july august september october november december
    """
)
_WOULD: Final = frozenset({"would", "'d", "wouldn't", "could", "couldn't", "he'd", "she'd"})
_ITS: Final = frozenset({"it", "things", "her", "his", "the", "this", "that", "another"})
_GRAVE: Final = word_set(
    """
    quit quits quitting goes go went worsen worsens terminal die dies happens happened ruptures
    perforates bleeds crashes codes returns dementia vegetative paralyzed permanently worse fail fails
    cannot can't unable dying coma comatose unconscious incapacitated could
    """
)
_BARGAINS: Final = frozenset({"as long as", "unless", "provided that"})
_PAST: Final = re.compile(r".*(?:ed|ought|ose|elt|aid|as)\Z")


def status_of(tokens: Sequence[Token], at: int, until: int, *, clause: int, is_pluperfect: bool) -> Status:
    """The status of the statement whose attitude is the tokens from `at`; its clause begins with `clause` and
    ends before `until`. `tokens` are the whole sentence's.
    """
    before = tokens[_lead(tokens, clause) : at]
    after = tokens[at:until]
    is_pluperfect = is_pluperfect or _is_long_past(tokens, clause, at)
    is_present = any(token.is_in("present") for token in before) or any(
        token.is_in("present") for token in after[:4]
    )
    if not is_present and (
        is_pluperfect or any(token.is_in("history") for token in before) or _is_dated(before)
    ):
        return Status.HISTORICAL
    if (
        not is_present
        and _is_past(tokens, at)
        and (any(token.is_in("history") for token in after) or _is_dated(after))
    ):
        return Status.HISTORICAL
    if _is_supposed(before, after):
        return Status.HYPOTHETICAL
    return Status.CURRENT


def was_code(tokens: Sequence[Token], first: int, at: int, end: int) -> bool:
    """Whether the code status at token `at` is of before ("was full code"); clause: `first` to `end`."""
    before = [token.low for token in tokens[max(0, min(first, at - _NEAR)) : at]]
    after = [token.low for token in tokens[at:end]]
    behind = " ".join(after)
    if (
        _MADE & set(before)
        or _AFFIRMED & set(after)
        or any(token.is_in("present") for token in tokens[first:at])
    ):
        return False
    is_past = bool(_WAS & set(before[-_NEAR:])) and not {"confirmed", "who", "whether"} & set(before)
    return is_past or any(words in behind for words in _UNTIL_THEN)


_NEAR: Final = 6
_MADE: Final = word_set(
    """
    made changed change switched placed converted become became discussed reviewed verified reversed
    transitioned updated wants wishes chose chosen elected agreed
    """
)
_AFFIRMED: Final = word_set("confirmed reconfirmed affirmed reaffirmed verified")
"""Asked about in this stay: "full code, confirmed with the patient on admission" holds."""

_WAS: Final = frozenset(
    {"was", "were", "been", "came", "arrived", "admitted", "presented", "'d", "had", "listed"}
)
_UNTIL_THEN: Final = (
    "on arrival", "on admission", "on admit", "until then", "until now", "until this", "until the", "last yr",
    "last year", "up to the", "at that time", "prior to", "before surgery", "at the time",
    "rescinded", "voided", "revoked",
)  # fmt: skip


def _lead(tokens: Sequence[Token], clause: int) -> int:
    """Where the words before a clause begin that set its time: back to the last mark that ends another."""
    for at in range(clause - 1, max(-1, clause - 25), -1):
        is_and = tokens[at].low == "and" and at + 1 < clause and not _is_open_condition(tokens, at)
        if tokens[at].low in {";", ".", "but", "now", "today"} or is_and:
            return at + 1
    return max(0, clause - 25)


def _is_long_past(tokens: Sequence[Token], clause: int, at: int) -> bool:
    """ "She'd wanted", "had asked for": with the auxiliary in the words of the attitude or shortened."""
    low = tokens[at].low
    if low.startswith("had ") and low not in {"had enough", "had it with"}:
        return True
    near = [token.low for token in tokens[max(clause, at - 3) : at]]
    return "'d" in near and (low.split()[0].endswith("ed") or "been" in near)


def _is_open_condition(tokens: Sequence[Token], at: int) -> bool:
    """Whether "and" joins two parts of one condition: "if she had a stroke and could not talk, she would"."""
    for before in range(at - 1, max(-1, at - 16), -1):
        low = tokens[before].low
        if low in {";", ".", ",", "but", "would", "wants", "does"}:
            return False
        if tokens[before].is_in("hypothetical") and low != "should":
            return True
    return False


def _is_dated(tokens: Sequence[Token]) -> bool:
    """ "In 2019"."""
    return any(
        token.low in {"in", "since", "during", "from", "back"}
        and any(_YEAR.match(near.low) for near in tokens[at + 1 : at + 4])
        for at, token in enumerate(tokens)
        if token.low != "since"
    )


def _is_past(tokens: Sequence[Token], at: int) -> bool:
    near = tokens[max(0, at - 3) : at + 1]
    return any(
        token.low in {"was", "were", "had", "did", "didn't", "wasn't"} or _PAST.match(token.low)
        for token in near
    )


def _is_supposed(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Under a condition: "if her breathing got worse she would not", "would if she were dying"."""
    for at, token in enumerate(before):
        if _is_bargain(before, at):
            continue
        if token.is_in("hypothetical") and (token.low != "should" or at == 0):
            return True
    for at, token in enumerate(after):
        if not token.is_in("hypothetical") or _is_bargain(after, at):
            continue
        condition = after[at + 1 : at + 14]
        if token.low == "should":
            if at > 1 and condition and (condition[0].is_in("she", "he", "they") or condition[0].low in _ITS):
                return True
            continue
        is_sure = any(near.low in _GRAVE for near in condition)
        is_grave = is_sure or any(near.is_in("decline") for near in condition)
        is_would = any(
            near.low in _WOULD or near.low.startswith("would") for near in [*before[-6:], *after[:4]]
        )
        if is_sure or (is_would and (is_grave or token.low != "if")):
            return True
    return False


def _is_bargain(tokens: Sequence[Token], at: int) -> bool:
    """Terms that somebody sets now, and no case that may come: "only if", "if possible", "unless"."""
    is_only = at > 0 and tokens[at - 1].low == "only"
    is_polite = tokens[at].low == "if" and any(
        near.low in {"possible", "needed"} for near in tokens[at + 1 : at + 4]
    )
    is_mannerly = at > 0 and tokens[at - 1].low == "it"
    return tokens[at].low in _BARGAINS or is_only or is_polite or is_mannerly
