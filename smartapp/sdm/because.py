"""Why something is shown, as one sentence in the language of the page: what was found, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from smartapp.i18n import ENGLISH, language, speaking
from smartapp.i18n import gettext as _
from smartapp.sdm.conditions import Evidence
from smartapp.sdm.phrases import beside, day, in_a_row, in_parts
from smartapp.sdm.translations import Labels

_MOST_DATES: Final = 2


@dataclass(frozen=True, slots=True)
class Line:
    """`language`: BCP 47 of `text`."""

    text: str
    language: str


def because(evidence: Iterable[Evidence], labels: Labels) -> Line:
    """For example: Shown because: diabetes in the chart (3 May 2021); an order written today.

    Where one name is not known in the language of the page, the sentence is English from end to end.
    """
    found = tuple(evidence)
    if any(labels(one.condition, one.label) is None for one in found):
        with speaking(ENGLISH):
            return Line(_because(found, in_english), language())
    return Line(_because(found, labels), language())


def in_words(evidence: Evidence, labels: Labels) -> str:
    """What it was, with the value: "oxygen saturation by pulse oximetry 91 %". English where the name is not
    known.
    """
    what = labels(evidence.condition, evidence.label) or evidence.label
    seen = _(evidence.seen, what=what)
    return _("%(what)s %(value)s", what=seen, value=evidence.value) if evidence.value else seen


def in_english(_: str, label: str) -> str:
    """The names of conditions as they are written in English."""
    return label


def _because(evidence: Iterable[Evidence], labels: Labels) -> str:
    dates: dict[str, set[date]] = {}
    for each in evidence:
        days = dates.setdefault(in_words(each, labels), set())
        if each.on is not None:
            days.add(each.on)
    reasons = in_parts(_with_dates(words, days) for words, days in dates.items())
    return _("Shown because: %(reasons)s.", reasons=reasons)


def _with_dates(words: str, days: set[date]) -> str:
    return beside(words, in_a_row(day(each) for each in sorted(days)[-_MOST_DATES:]))
