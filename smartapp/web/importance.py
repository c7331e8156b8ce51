"""In which order of importance the patient put what they said: read from the page, and made a statement."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.writing.rewording import ids_for, later_id

RANKED: Final = frozenset(
    {
        Kind.GOAL,
        Kind.HOPE,
        Kind.WORRY,
        Kind.MATTERS,
        Kind.UNACCEPTABLE,
        Kind.TREATMENT_PREFERENCE,
        Kind.CARE_EXPERIENCE,
    }
)
"""Goals and preferences: what can be more or less important, and what a decision rests on."""

_FEWEST: Final = 2
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True)
class Ranking:
    """The numbers as chosen on the page. `fault`: why they give no order, "" when they do (or when none is
    chosen, which takes the order back).
    """

    order: tuple[str, ...] = ()
    fault: str = ""


def read(numbers: Mapping[str, str]) -> Ranking:
    """The order that the numbers give. `numbers`: as posted, by id of the statement; anything that is no
    number counts as none.
    """
    chosen = {id_: int(number) for id_, number in numbers.items() if _NUMBER.fullmatch(number)}
    if not chosen:
        return Ranking()
    if len(chosen) < _FEWEST:
        return Ranking(fault=_("An order needs at least two statements. Give one more a number, or none."))
    if len(set(chosen.values())) < len(chosen):
        return Ranking(fault=_("Two statements have the same number. Give each its own."))
    return Ranking(tuple(sorted(chosen, key=lambda id_: chosen[id_])))


def priorities(
    order: Sequence[str], statements: Iterable[DraftStatement], sent: Mapping[str, str]
) -> DraftStatement | None:
    """The order as a statement, or None when fewer than two of its statements are left, or when it was sent
    already. `sent`: words by id of what is in the ledger.

    Its id comes from the order, so that everybody who makes it makes the same.
    """
    by_id = {one.id: one for one in statements}
    ranked = [by_id[id_] for id_ in order if id_ in by_id]
    if len(ranked) < _FEWEST:
        return None
    about = tuple(one.id for one in ranked)
    text = "\n".join(f"{number}. {one.words}" for number, one in enumerate(ranked, start=1))
    id_ = ids_for(later_id("in order of importance " + " ".join(about)), text, sent)[-1]
    if id_ in sent:
        return None
    return DraftStatement(
        id_, Kind.PRIORITIES, text, SaidBy.PATIENT, verbatim=all(one.verbatim for one in ranked), about=about
    )
