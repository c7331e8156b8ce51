"""A condition in plain words, with everything it reads, so that a clinician can check it in the chart."""

from collections.abc import Iterable
from typing import assert_never

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
from smartapp.sdm.wording import KIND_WORDS

_CATEGORY_LENGTH = 3


def in_words(condition: Condition) -> str:  # noqa: PLR0911, PLR0912 - one line a form
    """A condition as one plain sentence, and a second one with its codes."""
    match condition:
        case ProblemOnList():
            window = (
                f", first noted in the last {condition.within_days} days" if condition.within_days else ""
            )
            return (
                f"An active condition is in the chart{window}: {condition.label}. {_codes(condition.codes)}"
            )
        case MedicineOnList(codes=codes, names=names):
            open_today = ", as a draft or active" if condition.today else ""
            known_by = f" {_codes(codes)}{_names(names)}" if names else ""
            return f"The chart holds {condition.label}{open_today}.{known_by}"
        case NoMedicine(codes=codes, names=names):
            return f"The medicine list holds none of these. {_codes(codes)}{_names(names)}"
        case OrderToday():
            return f"The chart holds {condition.label}, as a draft or active."
        case OrderOnList(label=label, codes=codes):
            return f"The chart holds {label}, as a draft or active{_written(condition)}. {_codes(codes)}"
        case ReasonForVisit(label=label, codes=codes):
            return f"{label[:1].upper()}{label[1:]} is a reason for this visit, as coded. {_codes(codes)}"
        case ValueOnFile(label=label, codes=codes):
            return f"The newest {label} is {_span(condition)} and {_age(condition)}. {_codes(codes)}"
        case LineOnFile(label=label, codes=codes):
            return f"The chart holds {label}, {_age(condition)}, whatever its value. {_codes(codes)}"
        case WordingInNotes():
            return (
                "Clear words of judgment were found in an earlier note of the last two years. How many, and "
                "whose they are, has no part in it."
            )
        case VisitInProgress():
            return "The visit is in progress."
        case OtherLanguage():
            return "The preferred language on file is not English, or an interpreter is asked for."
        case NothingSaid(within_a_year=True):
            kinds = ", ".join(sorted(KIND_WORDS[kind].lower() for kind in condition.kinds))
            return f"Nothing the patient said is dated in the last 12 months among these: {kinds}."
        case NothingSaid():
            return "Nothing this patient has said is on file."
        case AnyOf():
            return "At least one of these. " + " ".join(in_words(each) for each in condition.of)
        case _:  # pragma: no cover
            assert_never(condition)


def _written(condition: OrderOnList) -> str:
    if condition.today:
        return ""  # The label says that it is of today.
    return f", written in the last {condition.within_days} days"


def _span(condition: ValueOnFile) -> str:
    least, most, unit = condition.at_least, condition.at_most, condition.unit
    if least is None:
        return f"{most:g} {unit} or less"
    return f"{least:g} {unit} or more" if most is None else f"{least:g} to {most:g} {unit}"


def _age(condition: ValueOnFile | LineOnFile) -> str:
    days = condition.within_days
    return "from today or yesterday" if days == 1 else f"at most {days} days old"


def _codes(codes: CodeSet) -> str:
    lists = (
        ("SNOMED CT", sorted(codes.snomed), ""),
        ("ICD-10-CM", _dotted(codes.icd10), " and below"),
        ("ICD-10-CM, initial encounter only", _dotted(codes.icd10_initial), " and below"),
        ("not ICD-10-CM", _dotted(codes.not_icd10), " and below"),
        ("RxNorm", sorted(codes.rxnorm), ""),
        ("LOINC", sorted(codes.loinc), ""),
    )
    named = [f"{system} {', '.join(found)}{below}" for system, found, below in lists if found]
    return f"Codes: {'; '.join(named)}."


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
    return f" Or by name: {', '.join(names)}." if names else ""
