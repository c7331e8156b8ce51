"""Named conditions: what a reminder may ask of a chart, and the answer yes, no, or "that part was not
read".
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import assert_never

from smartapp.i18n import marked
from smartapp.sdm.codes import NO_CODES, CodeSet
from smartapp.sdm.facts import ChartFacts, CodedFact, Known
from smartapp.sdm.measured import LineOnFile, ValueOnFile, figure, lines_that_fit
from smartapp.sdm.model import Kind, Statement

_OPEN = frozenset({"draft", "active"})
_WITHDRAWN = frozenset({"cancelled", "rejected"})
_VOID = "entered-in-error"
_NO_LANGUAGE = frozenset({"", "und", "zxx", "mul"})
_ENGLISH = frozenset({"en", "eng"})


class Seen(StrEnum):
    """Where it was seen, as a message around what it is called."""

    SOMEWHERE = "%(what)s"
    IN_CHART = marked("%(what)s in the chart")
    AS_REASON = marked("%(what)s as a reason for this visit")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that made a rule hold. `label` is our wording, never the chart's; `reference` is "" for
    what has no resource; `value` is what was measured ("91 %"), "" where nothing was. `condition`: the id of
    the condition that is called by that label.
    """

    label: str
    reference: str = ""
    on: date | None = None
    value: str = ""
    seen: Seen = Seen.SOMEWHERE
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one condition. `holds` is None when a part in `missing` was not read."""

    holds: bool | None
    because: tuple[Evidence, ...] = ()
    missing: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class ProblemOnList:
    """An active condition with one of these codes, first noted at most `within_days` ago where that is
    given.
    """

    id: str
    label: str
    codes: CodeSet
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class MedicineOnList:
    """An active medicine with one of these codes or names; with `today`, one ordered on the day of the visit.

    Without codes and names every medicine is meant. Names are read because charts carry product codes that
    no short list holds.
    """

    id: str
    label: str
    codes: CodeSet = NO_CODES
    names: tuple[str, ...] = ()
    today: bool = False


@dataclass(frozen=True, slots=True)
class NoMedicine:
    """No active medicine with one of these codes or names, and every medicine on the list has a name to
    tell by.
    """

    id: str
    label: str
    codes: CodeSet
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrderToday:
    """An order or referral written on the day of the visit that is a draft or active."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class OrderOnList:
    """A draft or active order with one of these codes: written on the day of the visit with `today`, else at
    most `within_days` ago.
    """

    id: str
    label: str
    codes: CodeSet
    today: bool = False
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class ReasonForVisit:
    """One of these codes is given as a reason for this visit."""

    id: str
    label: str
    codes: CodeSet


@dataclass(frozen=True, slots=True)
class WordingInNotes:
    """Words that clearly color the picture stand in a note of the last two years, by anybody."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class VisitInProgress:
    """The visit of this launch is in progress."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """The preferred language on file is not English, or an interpreter is asked for."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class NothingSaid:
    """Nothing of these kinds that was said stands in the chart; with `within_a_year`, nothing that still
    holds and is dated in the last year.
    """

    id: str
    label: str
    kinds: frozenset[Kind]
    within_a_year: bool = False


SimpleCondition = (
    ProblemOnList
    | MedicineOnList
    | NoMedicine
    | OrderToday
    | OrderOnList
    | ReasonForVisit
    | ValueOnFile
    | LineOnFile
    | WordingInNotes
    | VisitInProgress
    | OtherLanguage
    | NothingSaid
)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of several conditions."""

    id: str
    label: str
    of: tuple[SimpleCondition, ...]


Condition = SimpleCondition | AnyOf


def reads(condition: Condition) -> frozenset[Known]:  # noqa: PLR0911 - one line a form
    """The parts of the chart the condition needs."""
    match condition:
        case ProblemOnList():
            return frozenset({Known.CONDITIONS})
        case MedicineOnList() | NoMedicine():
            return frozenset({Known.MEDICINES})
        case OrderToday() | OrderOnList():
            return frozenset({Known.ORDERS})
        case VisitInProgress() | ReasonForVisit():
            return frozenset({Known.VISIT})
        case ValueOnFile() | LineOnFile():
            return frozenset({Known.VALUES})
        case WordingInNotes():
            return frozenset({Known.NOTES})
        case OtherLanguage():
            return frozenset({Known.LANGUAGE})
        case NothingSaid(within_a_year=True):
            return frozenset({Known.STATEMENTS})
        case NothingSaid():
            return frozenset({Known.STATEMENTS, Known.NOTES})
        case AnyOf():
            return frozenset().union(*(reads(each) for each in condition.of))
        case _:  # pragma: no cover
            assert_never(condition)


def evaluate(condition: Condition, facts: ChartFacts) -> Finding:
    """Does `condition` hold for this chart, because of what, and what was not read?"""
    if isinstance(condition, AnyOf):
        return _any_of(condition, facts)
    missing = reads(condition) - facts.known
    if missing:
        return Finding(holds=None, missing=tuple(sorted(missing)))
    if isinstance(condition, NoMedicine):
        return _no_medicine(condition, facts)
    because = tuple(sorted(_evidence(condition, facts), key=_by_date_and_reference))
    return Finding(holds=bool(because), because=because)


def _evidence(condition: SimpleCondition, facts: ChartFacts) -> list[Evidence]:  # noqa: PLR0911, PLR0912
    match condition:
        case ProblemOnList():
            found = [fact for fact in facts.conditions if _is_problem(condition, fact, facts.today)]
            return _noted(condition, found, Seen.IN_CHART)
        case MedicineOnList():
            found = [fact for fact in facts.medicines if _is_medicine(condition, fact, facts.today)]
            return _noted(condition, found)
        case OrderToday():
            return _noted(condition, [fact for fact in facts.orders if _opened(fact, facts.today)])
        case OrderOnList():
            found = [fact for fact in facts.orders if _is_order(condition, fact, facts.today)]
            return _noted(condition, found)
        case ReasonForVisit(codes=codes):
            found = [reason for reason in facts.visit_reasons if codes.means(reason)]
            return _noted(condition, found, Seen.AS_REASON)
        case ValueOnFile():
            lines = lines_that_fit(condition, facts.values, facts.today)
            return [replace(_seen(condition, one.reference, one.on), value=figure(one)) for one in lines]
        case LineOnFile():
            lines = lines_that_fit(condition, facts.values, facts.today)
            return [_seen(condition, one.reference, one.on) for one in lines]
        case WordingInNotes():
            day = facts.judging_words_on
            return [] if day is None else [_seen(condition, on=day)]
        case VisitInProgress():
            return [_seen(condition)] if facts.visit_in_progress else []
        case OtherLanguage():
            return [_seen(condition)] if _needs_other_language(facts) else []
        case NothingSaid():
            said = any(_counts(condition, statement, facts.today) for statement in facts.statements)
            return [] if said else [_seen(condition)]
        case NoMedicine():  # pragma: no cover
            raise AssertionError("answered by _no_medicine")
        case _:  # pragma: no cover
            assert_never(condition)


def _any_of(condition: AnyOf, facts: ChartFacts) -> Finding:
    findings = [evaluate(each, facts) for each in condition.of]
    because = {evidence for finding in findings for evidence in finding.because}
    missing = {part for finding in findings for part in finding.missing}
    if because:
        return Finding(holds=True, because=tuple(sorted(because, key=_by_date_and_reference)))
    if missing:
        return Finding(holds=None, missing=tuple(sorted(missing)))
    return Finding(holds=False)


def _no_medicine(condition: NoMedicine, facts: ChartFacts) -> Finding:
    if any(_is_one_of(condition.codes, condition.names, fact) for fact in facts.medicines):
        return Finding(holds=False)
    if any(not fact.label.strip() for fact in facts.medicines):
        # A medicine with an unknown code and no name may be the very one: absence cannot be claimed.
        return Finding(holds=None, missing=(Known.MEDICINES,))
    return Finding(holds=True, because=(_seen(condition),))


def _is_problem(condition: ProblemOnList, fact: CodedFact, today: date) -> bool:
    if not condition.codes.means(fact):
        return False
    if condition.within_days is None:
        return True
    # Charts keep short illnesses active for years, so a window needs a date to be sure.
    return fact.since is not None and today - timedelta(days=condition.within_days) <= fact.since <= today


def _is_medicine(condition: MedicineOnList, fact: CodedFact, today: date) -> bool:
    anything = condition.codes == NO_CODES and not condition.names
    if not anything and not _is_one_of(condition.codes, condition.names, fact):
        return False
    return _opened(fact, today) if condition.today else True


def _is_one_of(codes: CodeSet, names: tuple[str, ...], fact: CodedFact) -> bool:
    return codes.means(fact) or any(
        re.search(rf"\b{re.escape(name)}\b", fact.label, re.IGNORECASE) for name in names
    )


def _opened(fact: CodedFact, today: date) -> bool:
    return fact.since == today and fact.status in _OPEN


def _is_order(condition: OrderOnList, fact: CodedFact, today: date) -> bool:
    if fact.status not in _OPEN or not condition.codes.means(fact) or fact.since is None:
        return False
    days = 0 if condition.today else condition.within_days
    # Orders stay active for years when nobody closes them.
    return days is not None and today - timedelta(days=days) <= fact.since <= today


def _needs_other_language(facts: ChartFacts) -> bool:
    primary = facts.language.strip().lower().replace("_", "-").split("-")[0]
    return facts.interpreter_needed is True or primary not in _ENGLISH | _NO_LANGUAGE


def _counts(condition: NothingSaid, statement: Statement, today: date) -> bool:
    if not statement.was_said or statement.kind not in condition.kinds or statement.status == _VOID:
        return False
    if not condition.within_a_year:
        return True
    return statement.status not in _WITHDRAWN and not statement.is_older_than_a_year(today)


def _noted(condition: SimpleCondition, facts: list[CodedFact], seen: Seen = Seen.SOMEWHERE) -> list[Evidence]:
    return [replace(_seen(condition, fact.reference, fact.since), seen=seen) for fact in facts]


def _seen(condition: SimpleCondition, reference: str = "", on: date | None = None) -> Evidence:
    return Evidence(condition.label, reference, on, condition=condition.id)


def _by_date_and_reference(evidence: Evidence) -> tuple[date, str, str, str, str]:
    return (evidence.on or date.min, evidence.label, evidence.seen, evidence.reference, evidence.value)
