"""What the picture says, in a few sentences: how many, since when, the newest, what differs, which goals
ended, and what was not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import ngettext
from smartapp.sdm.contrast import Contrast
from smartapp.sdm.model import Known
from smartapp.sdm.phrases import beside, in_parts, sentences
from smartapp.web import words

_MOST_NAMED: Final = 2
_ABOUT_LIMIT: Final = 40


@dataclass(frozen=True, slots=True)
class Ended:
    """`is_quoted`: the words are a person's own. `state`: what became of the goal."""

    words: str
    is_quoted: bool
    state: str


@dataclass(frozen=True, slots=True)
class Told:
    """`days`: of each statement that has one. `ended`: goals that are over. `missing`: of how many goals
    earlier changes were not read.
    """

    days: Sequence[tuple[date, Known]]
    contrasts: Sequence[Contrast]
    ended: Sequence[Ended]
    open_goals: int
    missing: int


def caption_of(told: Told, *, is_shortened: bool) -> str:
    return sentences(
        [
            _how_many(told.days),
            _differing(told.contrasts),
            _goals(told),
            _("Long times without a statement are drawn shorter.") if is_shortened else "",
            _("Earlier changes of goals were not read.") if told.missing else "",
        ]
    )


def _how_many(days: Sequence[tuple[date, Known]]) -> str:
    first, newest = (words.known_day(*pick(days)) for pick in (min, max))
    number = len(days)
    if first == newest:
        return ngettext("%(n)s statement, of %(day)s.", "%(n)s statements, of %(day)s.", number, day=newest)
    return _(
        "%(n)s statements since %(first)s, the newest of %(newest)s.", n=number, first=first, newest=newest
    )


def _differing(contrasts: Sequence[Contrast]) -> str:
    if not contrasts:
        return ""
    about = [_(words.one_line(one.about, _ABOUT_LIMIT)) for one in contrasts if one.about]
    if len(contrasts) == 1:
        return (
            _("Two statements about %(about)s differ.", about=about[0]) if about else _("Two of them differ.")
        )
    named = words.listed(dict.fromkeys(about[: _MOST_NAMED + 1]))
    number = ngettext("%(n)s pair of statements differ", "%(n)s pairs of statements differ", len(contrasts))
    return words.details([beside(number, named)])


def _goals(told: Told) -> str:
    """2 goals are open. Ended: “I want to walk” (Achieved, 16 Sep 2026)."""
    number = told.open_goals
    open_ = ngettext("%(n)s goal is open.", "%(n)s goals are open.", number) if number else ""
    named = [
        beside(_("“%(words)s”", words=one.words) if one.is_quoted else one.words, one.state)
        for one in told.ended[:_MOST_NAMED]
    ]
    left = len(told.ended) - len(named)
    if left > 0:
        named.append(ngettext("%(n)s more", "%(n)s more", left))
    ended = _("Ended: %(goals)s.", goals=in_parts(named)) if named else ""
    return sentences((open_, ended))
