"""The same thing said twice is shown once, with the other days on which it stands in the chart.

Told apart are: who said it, what is wanted and what is not, now and in a case that may come, numbers,
conditions. Nothing that says more gives way to what says less.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from smartapp.sdm.choices import said
from smartapp.sdm.model import Kind, SaidBy, Statement, Time
from smartapp.sdm.word_forms import NEGATIONS, SILENT, same_words, stem, without_lead_in, words_of

_LIKENESS: Final = 0.85
"""Shared content words over all content words: one other word in fourteen."""

_CONTAINED: Final = 0.6
"""How much of the longer one the shorter one has to be, to be its shorter form."""

_LEAST_CONTAINED: Final = 3
_MOST_LOOKED_AT: Final = 40
"""Of statements that share a rare word, so that the time stays linear."""

_WEIGHTY: Final = frozenset(
    {
        "if", "unless", "until", "before", "after", "instead", "rather", "than", "or", "except", "only",
        "more", "less", "longer", "alone", "refuse", "refuses", "refused", "decline", "declines", "declined",
        "avoid", "avoids", "against", "stop", "stops", "quit", "left", "right", "home", "hospital",
        "si", "hasta", "antes", "después", "o", "más", "menos", "solo", "sólo",
    }
)  # fmt: skip
"""Words that turn what is said: two statements that are the same have the same of them."""

_PLAIN: Final = frozenset(
    {
        Kind.GOAL, Kind.HOPE, Kind.WORRY, Kind.MATTERS, Kind.UNACCEPTABLE, Kind.TREATMENT_PREFERENCE,
        Kind.CARE_EXPERIENCE, Kind.DECISION_ROLE, Kind.PEOPLE, Kind.STRENGTH, Kind.CODE_STATUS,
    }
)  # fmt: skip
_ALIKE: Final = {Kind.HOPE: Kind.GOAL, Kind.MATTERS: Kind.GOAL}
"""Which of these a sentence of a note is, is a guess."""


@dataclass(frozen=True, slots=True)
class _Gist:
    """What a statement says, to be compared. `apart`: two that are the same have the same of it."""

    apart: tuple[str, ...]
    content: frozenset[str]


def said_once(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """`statements` in the order of who stays: each that says the same as an earlier one is left out, and its
    days go to that one's `also_on`. Confirmed ones are left out only for the same words about the same thing.
    """
    shelf = _Shelf(statements)
    for statement in statements:
        shelf.put(statement)
    return tuple(shelf.dated())


class _Shelf:
    """Those that stay, and where to look for one that says the same."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._gists = {id(one): _gist(one) for one in statements if one.kind in _PLAIN}
        self._often = Counter(word for gist in self._gists.values() for word in gist.content)
        self._kept: list[Statement] = []
        self._days: list[set[date]] = []
        self._exact: dict[tuple[str, ...], int] = {}
        self._told: dict[tuple[str, ...], int] = {}
        self._with_word: dict[str, list[int]] = {}

    def put(self, statement: Statement) -> None:
        at = self._found(statement)
        if at is not None:
            self._days[at] |= _days(statement)
            return
        at = len(self._kept)
        self._kept.append(statement)
        self._days.append(_days(statement))
        self._exact.setdefault(_key(statement), at)
        if statement.was_said and statement.confirmed:
            self._told.setdefault(_words_key(statement), at)
        for word in self._gists[id(statement)].content if id(statement) in self._gists else ():
            self._with_word.setdefault(word, []).append(at)

    def dated(self) -> list[Statement]:
        return [_also_on(one, days) for one, days in zip(self._kept, self._days, strict=True)]

    def _found(self, statement: Statement) -> int | None:
        at = self._exact.get(_key(statement))
        if at is not None or statement.confirmed:
            return at
        at = self._told.get(_words_key(statement))
        gist = self._gists.get(id(statement))
        return self._much_the_same(gist) if at is None and gist is not None else at

    def _much_the_same(self, gist: _Gist) -> int | None:
        """Two that are alike enough share one of these rarest words."""
        rarest = sorted(gist.content, key=lambda word: (self._often[word], word))
        for word in rarest[: int(len(rarest) * (1 - _LIKENESS)) + 1]:
            for at in self._with_word.get(word, [])[:_MOST_LOOKED_AT]:
                other = self._gists[id(self._kept[at])]
                if other.apart == gist.apart and _is_said_by(gist.content, other.content):
                    return at
        return None


def _is_said_by(content: frozenset[str], other: frozenset[str]) -> bool:
    """Whether `other` says all of it."""
    if content <= other:
        is_short_form = len(content) >= _LEAST_CONTAINED and len(content) >= _CONTAINED * len(other)
        return content == other or is_short_form
    return len(content & other) >= _LIKENESS * len(content | other)


def _gist(statement: Statement) -> _Gist:
    words = words_of(without_lead_in(statement.words))
    turning = sorted({word for word in words if word in _WEIGHTY or any(map(str.isdigit, word))})
    silent = SILENT | NEGATIONS
    content = frozenset(stem(word) for word in words if word not in silent)
    apart = (
        _ALIKE.get(statement.kind, statement.kind),
        statement.time,
        str(_is_negated(statement, words)),
        _side(statement),
        *turning,
    )
    if not content:
        return _Gist((*apart, same_words(statement.words)), frozenset({same_words(statement.words)}))
    return _Gist(apart, content)


def _key(statement: Statement) -> tuple[str, ...]:
    words = said(statement.kind, statement.words, statement.choice)
    negated = str(_is_negated(statement, words_of(words)))
    return statement.kind, str(statement.was_said), _time(statement), negated, same_words(words)


def _words_key(statement: Statement) -> tuple[str, ...]:
    negated = str(_is_negated(statement, words_of(statement.words)))
    return _time(statement), negated, same_words(statement.words)


def _time(statement: Statement) -> str:
    """What stands as data does not tell a case that may come from what holds; its words do."""
    return Time.HISTORICAL if statement.time is Time.HISTORICAL else Time.CURRENT


def _is_negated(statement: Statement, words: Sequence[str]) -> bool:
    return statement.negated or not NEGATIONS.isdisjoint(words)


def _side(statement: Statement) -> str:
    if statement.said_by in {SaidBy.PATIENT, SaidBy.REPORTED} or statement.kind is Kind.CODE_STATUS:
        return f"patient {statement.speaker.casefold()}"
    return f"{statement.said_by} {statement.speaker.casefold()}"


def _also_on(statement: Statement, days: set[date]) -> Statement:
    other = tuple(sorted(days - {statement.said_on}, reverse=True))
    return statement if other == statement.also_on else replace(statement, also_on=other)


def _days(statement: Statement) -> set[date]:
    return {day for day in (statement.said_on, *statement.also_on) if day is not None}
