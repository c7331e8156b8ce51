"""Statements of one chart that do not agree: shown side by side, and never resolved by the app.

Precise rather than complete: the same thing wanted and not wanted, in words that say so plainly.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from smartapp.sdm.contrast_topics import CHOICES, EITHER, LONGEST, MENTIONS, Mention
from smartapp.sdm.model import Kind, SaidBy, Statement, Time
from smartapp.sdm.word_forms import NEGATIONS, SILENT, clauses, stem

_KINDS: Final = frozenset(
    {
        Kind.GOAL, Kind.HOPE, Kind.MATTERS, Kind.UNACCEPTABLE, Kind.TREATMENT_PREFERENCE,
        Kind.CARE_EXPERIENCE, Kind.DECISION_ROLE, Kind.CODE_STATUS,
    }
)  # fmt: skip
_PATIENTS: Final = frozenset({SaidBy.PATIENT, SaidBy.REPORTED, SaidBy.UNKNOWN})
"""What a relative wants may differ from what the patient wants: that is no contradiction in the chart."""

_OVER: Final = frozenset({"cancelled", "rejected", "completed", "entered-in-error"})
_CODES: Final = frozenset({"dnr", "dni", "dnar"})
_AGAINST: Final = frozenset(
    {
        "refuse", "refuses", "refused", "refusing", "decline", "declines", "declined", "declining",
        "avoid", "avoids", "against", "rechaza", "evitar",
    }
)  # fmt: skip
_NOT: Final = (NEGATIONS - _CODES) | _AGAINST
_WANTING: Final = frozenset(
    {
        "want", "wants", "wanted", "wish", "wishes", "hope", "hopes", "hoping", "prefer", "prefers",
        "like", "agree", "agrees", "agreed", "agreeable", "accept", "accepts", "accepted", "choose",
        "chooses", "chose", "elect", "elects", "elected", "opt", "opts", "opted", "consider",
        "considers", "think", "willing", "open", "ready", "okay", "ok", "interested", "goal", "quiere",
        "quiero", "prefiere", "acepta", "desea",
    }
)  # fmt: skip
_BREAKS: Final = frozenset(
    {
        "before", "after", "until", "since", "during", "when", "while", "than", "because", "from",
        "wait", "waiting", "delay", "postpone", "miss", "lose", "losing", "talk", "talked", "ask",
        "asked", "hear", "learn", "read", "afraid", "worried", "needing", "antes", "después", "desde",
        "hasta", "cuando", "sobre",
    }
)  # fmt: skip
"""After one of these the clause speaks of something else than what is wanted."""

_LIMITS: Final = frozenset({"before", "after", "until", "yet", "today", "now", "hasta", "antes"})
"""What is not wanted within a limit may be wanted beyond it."""

_OPEN: Final = frozenset(
    {
        "unsure", "undecided", "torn", "whether", "uncertain", "sure", "maybe", "discuss", "discussed",
        "longer", "rescinded", "revoked", "reversed", "previously", "formerly", "quizás", "duda",
    }
)  # fmt: skip
_CONDITIONS: Final = frozenset({"if", "unless", "until", "when", "should", "si", "cuando", "hasta"})
_BARE: Final = frozenset({Kind.TREATMENT_PREFERENCE, Kind.CODE_STATUS})
"""Of these a bare name says that it is wanted ("Hospice at home")."""

_NEAR: Final = 9
"""How many words before the thing are looked at."""

_MOST_CARRYING: Final = 6


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two statements about one thing that say different things. `earlier` and `later` by day; of one day,
    what was said in a note is the earlier. `about`: what both are about, in plain words ("surgery").
    """

    earlier: Statement
    later: Statement
    about: str


@dataclass(frozen=True, slots=True)
class _View:
    """That something is wanted, or not. `key`: the same for all that is said about it."""

    key: str
    about: str
    is_wanted: bool


def contrasts(statements: Sequence[Statement]) -> tuple[Contrast, ...]:
    """For each thing, each change from wanted to not wanted or back, the one with the newest `later` first;
    of two statements once.
    """
    oldest_first = sorted(
        (one for one in statements if _counts(one)),
        key=lambda one: (one.said_on or date.min, one.confirmed, one.kind is not Kind.CODE_STATUS),
    )
    by_thing: dict[str, list[tuple[int, _View]]] = {}
    for at, statement in enumerate(oldest_first):
        for view in _views(statement):
            by_thing.setdefault(view.key, []).append((at, view))
    pairs: dict[tuple[int, int], str] = {}
    for views in by_thing.values():
        for earlier, later in _changes(views):
            pairs.setdefault((earlier, later), views[0][1].about)
    newest_first = sorted(pairs, key=lambda pair: (pair[1], pair[0]), reverse=True)
    return tuple(
        Contrast(oldest_first[earlier], oldest_first[later], pairs[earlier, later])
        for earlier, later in newest_first
    )


def _counts(statement: Statement) -> bool:
    is_standing = statement.status not in _OVER and statement.time is not Time.HISTORICAL
    return statement.kind in _KINDS and statement.said_by in _PATIENTS and is_standing


def _changes(views: Iterable[tuple[int, _View]]) -> Iterator[tuple[int, int]]:
    """What is said, with the last that it does not agree with, where the same was not said in between."""
    last: dict[bool, int] = {}
    for at, view in views:
        other = last.get(not view.is_wanted, -1)
        if other > last.get(view.is_wanted, -1):
            yield other, at
        last[view.is_wanted] = at


def _views(statement: Statement) -> list[_View]:
    """What the statement says about each thing; nothing about one of which it says both.

    Not wanting something in a case that may come agrees with wanting it now, so it is left out.
    """
    if statement.choice in CHOICES and statement.kind is Kind.DECISION_ROLE:
        return [_View("who decides", "who decides", CHOICES[statement.choice])]
    parts = list(clauses(statement.words))
    found = [view for words in parts for view in _named(statement, words)]
    if not found and len(parts) == 1:
        found = list(_unnamed(statement, parts[0]))
    found += [_either(view) for view in found if view.key in EITHER and view.is_wanted]
    both = {view.key for view in found if view.is_wanted} & {view.key for view in found if not view.is_wanted}
    is_conditional = statement.time is Time.HYPOTHETICAL or any(_CONDITIONS & set(words) for words in parts)
    return [
        view
        for view in dict.fromkeys(found)
        if view.key not in both and (view.is_wanted or not is_conditional)
    ]


def _either(view: _View) -> _View:
    about, is_wanted = EITHER[view.key]
    return _View(about, about, is_wanted)


def _named(statement: Statement, words: Sequence[str]) -> Iterator[_View]:
    """About things that the app has words for."""
    if _OPEN & set(words):
        return
    at = 0
    while at < len(words):
        length = next((n for n in range(LONGEST, 0, -1) if tuple(words[at : at + n]) in MENTIONS), 0)
        for mention in MENTIONS.get(tuple(words[at : at + length]), ()):
            is_wanted = _is_wanted(statement, words, at, length=length, mention=mention)
            if is_wanted is not None:
                yield _View(mention.about, mention.about, is_wanted)
        at += length or 1


def _is_wanted(
    statement: Statement, words: Sequence[str], at: int, *, length: int, mention: Mention
) -> bool | None:
    """None where the words do not say it plainly."""
    before = words[max(0, at - _NEAR) : at]
    turns = sum(word in _NOT for word in before)
    if turns > 1 or _BREAKS & set(before):
        return None
    if mention.is_wanted is not None:
        return mention.is_wanted is (turns == 0)
    if statement.kind is Kind.UNACCEPTABLE:
        return False if turns == 0 or _WANTING & set(before) else None
    after = words[at + length : at + length + 4]
    if turns or (statement.negated and not _NOT & set(words)):
        return None if _LIMITS & set(after) else False
    if _WANTING & set(before):
        return None if _NOT & set(after) else True
    return (not _NOT & set(after)) if at <= 1 and statement.kind in _BARE else None


def _unnamed(statement: Statement, words: Sequence[str]) -> Iterator[_View]:
    """About anything else, where two statements differ in nothing but that the one says "not"."""
    used = set(words)
    turns = sum(word in _NOT for word in words)
    is_plain = not used & (_OPEN | _BREAKS | _CONDITIONS) and turns <= 1 and not MENTIONS.get(tuple(words))
    if not is_plain or statement.kind is Kind.UNACCEPTABLE or not (turns or used & _WANTING):
        return
    carrying = [word for word in words if word not in SILENT | _NOT | _WANTING]
    if carrying and len(carrying) <= _MOST_CARRYING:
        key = " ".join(sorted({stem(word) for word in carrying}))
        yield _View(f"words {key}", " ".join(carrying), turns == 0 and not statement.negated)
