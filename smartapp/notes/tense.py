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
_BARGAINS: Final = frozenset({"as long as", "unless", "provided that"})
_PAST: Final = re.compile(r".*(?:ed|ought|ose|elt|aid|as)\Z")


def status_of(tokens: Sequence[Token], at: int, until: int, *, clause: int, is_pluperfect: bool) -> Status:
    """The status of the statement whose attitude is the tokens from `at`; its clause begins with `clause` and
    ends before `until`. `tokens` are the whole sentence's.
    """
    before = tokens[_lead(tokens, clause) : at]
    after = tokens[at:until]
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


def _lead(tokens: Sequence[Token], clause: int) -> int:
    """Where the words before a clause begin that set its time: back to the last mark that ends another."""
    for at in range(clause - 1, max(-1, clause - 25), -1):
        if tokens[at].low in {";", ".", "but", "now", "today"} or (
            tokens[at].low == "and" and at + 1 < clause
        ):
            return at + 1
    return max(0, clause - 25)


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
        if token.is_in("hypothetical") and token.low != "should" and not _is_bargain(after, at):
            condition = after[at + 1 : at + 14]
            is_grave = any(near.is_in("decline") for near in condition) or token.low not in {"if"}
            is_would = any(
                near.low in _WOULD or near.low.startswith("would") for near in [*before[-6:], *after[:4]]
            )
            if is_grave and is_would:
                return True
    return False


def _is_bargain(tokens: Sequence[Token], at: int) -> bool:
    """Terms that somebody sets now, and no case that may come: "only if", "if possible", "unless"."""
    is_only = at > 0 and tokens[at - 1].low == "only"
    is_polite = tokens[at].low == "if" and any(
        near.low in {"possible", "needed"} for near in tokens[at + 1 : at + 4]
    )
    return tokens[at].low in _BARGAINS or is_only or is_polite
