"""A condition in plain words, with everything it reads, so that a clinician can check it in the chart."""

from collections.abc import Iterable
from typing import assert_never

from smartapp.i18n import ENGLISH, language, marked, speaking
from smartapp.i18n import gettext as _
from smartapp.sdm.because import Line, in_english
from smartapp.sdm.codes import CodeSet
from smartapp.sdm.conditions import (
    AnyOf,
    Condition,
    MedicineOnList,
    NoMedicine,
    NothingSaid,
    OrderOnList,
    OrderToday,
    OtherLanguage,
    ProblemOnList,
    ReasonForVisit,
    VisitInProgress,
    WordingInNotes,
)
from smartapp.sdm.measured import LineOnFile, ValueOnFile
from smartapp.sdm.phrases import in_a_row, in_parts, sentences
from smartapp.sdm.translations import Labels
from smartapp.sdm.wording import KIND_WORDS

_CATEGORY_LENGTH = 3
_SYSTEMS = (
    ("snomed", marked("SNOMED CT %(codes)s")),
    ("icd10", marked("ICD-10-CM %(codes)s and below")),
    ("icd10_initial", marked("ICD-10-CM, initial encounter only %(codes)s and below")),
    ("not_icd10", marked("not ICD-10-CM %(codes)s and below")),
    ("rxnorm", marked("RxNorm %(codes)s")),
    ("loinc", marked("LOINC %(codes)s")),
)


def told(conditions: Iterable[Condition], labels: Labels) -> tuple[Line, ...]:
    """Each condition in the language of the page; all of them in English where one has no name in it."""
    asked = tuple(conditions)
    if any(labels(one.id, one.label) is None for each in asked for one in _named(each)):
        with speaking(ENGLISH):
            return tuple(Line(in_words(each), language()) for each in asked)
    return tuple(Line(in_words(each, labels), language()) for each in asked)


def in_words(condition: Condition, labels: Labels = in_english) -> str:  # noqa: PLR0911, PLR0912
    """A condition as one plain sentence, and a second one with its codes. `labels` knows its name."""
    what = labels(condition.id, condition.label) or condition.label
    match condition:
        case ProblemOnList(codes=codes):
            return sentences((_problem(condition, what), _codes(codes)))
        case MedicineOnList(codes=codes, names=names):
            known_by = (_codes(codes), _names(names)) if names else ()
            return sentences((_open(what) if condition.today else _held(what), *known_by))
        case NoMedicine(codes=codes, names=names):
            return sentences((_("The medicine list holds none of these."), _codes(codes), _names(names)))
        case OrderToday():
            return _open(what)
        case OrderOnList(codes=codes):
            return sentences((_order(condition, what), _codes(codes)))
        case ReasonForVisit(codes=codes):
            return sentences((_("A reason for this visit, as coded: %(what)s.", what=what), _codes(codes)))
        case ValueOnFile(codes=codes):
            value = _(
                "The newest %(what)s is %(span)s and %(age)s.",
                what=what,
                span=_span(condition),
                age=_age(condition),
            )
            return sentences((value, _codes(codes)))
        case LineOnFile(codes=codes):
            line = _("The chart holds %(what)s, %(age)s, whatever its value.", what=what, age=_age(condition))
            return sentences((line, _codes(codes)))
        case WordingInNotes():
            return _(
                "Clear words of judgment were found in an earlier note of the last two years. How many, and "
                "whose they are, has no part in it."
            )
        case VisitInProgress():
            return _("The visit is in progress.")
        case OtherLanguage():
            return _("The preferred language on file is not English, or an interpreter is asked for.")
        case NothingSaid(within_a_year=True):
            kinds = in_a_row(sorted(_(KIND_WORDS[kind]).lower() for kind in condition.kinds))
            return _(
                "Nothing the patient said is dated in the last 12 months among these: %(kinds)s.", kinds=kinds
            )
        case NothingSaid():
            return _("Nothing this patient has said is on file.")
        case AnyOf():
            return sentences(
                (_("At least one of these."), *(in_words(each, labels) for each in condition.of))
            )
        case _unknown:  # pragma: no cover
            assert_never(_unknown)


def _named(condition: Condition) -> tuple[Condition, ...]:
    """The conditions whose names are in its sentence."""
    return condition.of if isinstance(condition, AnyOf) else (condition,)


def _problem(condition: ProblemOnList, what: str) -> str:
    if condition.within_days is None:
        return _("An active condition is in the chart: %(what)s.", what=what)
    return _(
        "An active condition is in the chart, first noted in the last %(days)s days: %(what)s.",
        days=condition.within_days,
        what=what,
    )


def _held(what: str) -> str:
    return _("The chart holds %(what)s.", what=what)


def _open(what: str) -> str:
    return _("The chart holds %(what)s, as a draft or active.", what=what)


def _order(condition: OrderOnList, what: str) -> str:
    if condition.today:
        return _open(what)  # The name says that it is of today.
    return _(
        "The chart holds %(what)s, as a draft or active, written in the last %(days)s days.",
        what=what,
        days=condition.within_days,
    )


def _span(condition: ValueOnFile) -> str:
    least, most, unit = condition.at_least, condition.at_most, condition.unit
    if least is None:
        return _("%(most)s %(unit)s or less", most=f"{most:g}", unit=unit)
    if most is None:
        return _("%(least)s %(unit)s or more", least=f"{least:g}", unit=unit)
    return _("%(least)s to %(most)s %(unit)s", least=f"{least:g}", most=f"{most:g}", unit=unit)


def _age(condition: ValueOnFile | LineOnFile) -> str:
    days = condition.within_days
    return _("from today or yesterday") if days == 1 else _("at most %(days)s days old", days=days)


def _codes(codes: CodeSet) -> str:
    found = {
        "snomed": sorted(codes.snomed),
        "icd10": _dotted(codes.icd10),
        "icd10_initial": _dotted(codes.icd10_initial),
        "not_icd10": _dotted(codes.not_icd10),
        "rxnorm": sorted(codes.rxnorm),
        "loinc": sorted(codes.loinc),
    }
    named = (_(told, codes=in_a_row(found[system])) for system, told in _SYSTEMS if found[system])
    return _("Codes: %(codes)s.", codes=in_parts(named))


def _dotted(categories: Iterable[str]) -> list[str]:
    """Codes as clinicians write them, neighbouring categories as a range: C77, C78, C79 -> C77-C79."""
    spans: list[tuple[str, str]] = []
    for code in categories:
        if spans and _is_next(spans[-1][1], code):
            spans[-1] = (spans[-1][0], code)
        else:
            spans.append((code, code))
    return [_dot(first) if first == last else f"{first}-{last}" for first, last in spans]


def _is_next(code: str, other: str) -> bool:
    numbers = code[1:], other[1:]
    return (
        len(code) == len(other) == _CATEGORY_LENGTH
        and code[0] == other[0]
        and all(number.isdecimal() for number in numbers)
        and int(numbers[0]) + 1 == int(numbers[1])
    )


def _dot(code: str) -> str:
    return f"{code[:_CATEGORY_LENGTH]}.{code[_CATEGORY_LENGTH:]}" if len(code) > _CATEGORY_LENGTH else code


def _names(names: tuple[str, ...]) -> str:
    """Names of medicines are looked for as they are written in charts."""
    return _("Or by name: %(names)s.", names=in_a_row(names)) if names else ""
