"""Everything a page about one reminder says: the rule in plain words, the sources, the limits and the 13
source attributes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from smartapp.errors import NotFound
from smartapp.sdm.codes import CodeSet
from smartapp.sdm.conditions import (
    AnyOf,
    Condition,
    MedicineOnList,
    NoMedicine,
    NothingSaid,
    OrderToday,
    OtherLanguage,
    ProblemOnList,
    VisitInProgress,
)
from smartapp.sdm.facts import Known
from smartapp.sdm.knowledge import Attribute, Catalogue, Citation, Reminder, Tier
from smartapp.sdm.selection import PARTS_IN_WORDS

DEVELOPER = "Common Ground project"
FUNDING = "None from outside the project"
_CATEGORY_LENGTH = 3
_LABELS = {
    Attribute.RACE: "Use of race",
    Attribute.ETHNICITY: "Use of ethnicity",
    Attribute.LANGUAGE: "Use of language",
    Attribute.SEXUAL_ORIENTATION: "Use of sexual orientation",
    Attribute.GENDER_IDENTITY: "Use of gender identity",
    Attribute.SEX: "Use of sex",
    Attribute.DATE_OF_BIRTH: "Use of date of birth",
    Attribute.SDOH: "Use of social determinants of health data",
    Attribute.HEALTH_STATUS: "Use of health status assessments data",
}


@dataclass(frozen=True, slots=True)
class About:
    """One reminder, explained. `rule` and `unless` are whole sentences; `attributes` are the 13 (label,
    value) pairs in order.
    """

    reminder: Reminder
    rule: tuple[str, ...]
    unless: tuple[str, ...]
    reads: tuple[str, ...]
    when_missing: str
    shown_with: str
    sources: tuple[Citation, ...]
    attributes: tuple[tuple[str, str], ...]


def about(catalogue: Catalogue, id: str) -> About:  # noqa: A002
    """Explain the reminder with this id; NotFound when there is none."""
    reminder = catalogue.reminder(id)
    if reminder is None:
        raise NotFound("no such reminder")
    parts = tuple(PARTS_IN_WORDS[part] for part in Known if part in reminder.reads)
    return About(
        reminder=reminder,
        rule=tuple(in_words(condition) for condition in reminder.when),
        unless=tuple(in_words(condition) for condition in reminder.unless),
        reads=parts,
        when_missing=f"If any of these cannot be read, the reminder stays away: {', '.join(parts)}.",
        shown_with=_shown_with(reminder),
        sources=reminder.sources,
        attributes=_attributes(reminder),
    )


def in_words(condition: Condition) -> str:  # noqa: PLR0911 - one line a form
    """A condition as one plain sentence, with the codes it reads, so that a clinician can check it against
    the chart.
    """
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
        case VisitInProgress():
            return "The visit is in progress."
        case OtherLanguage():
            return "The preferred language on file is not English, or an interpreter is asked for."
        case NothingSaid(within_a_year=True):
            kinds = ", ".join(sorted(kind.value.replace("_", " ") for kind in condition.kinds))
            return f"Nothing the patient said is dated in the last 12 months among these: {kinds}."
        case NothingSaid():
            return "Nothing this patient has said is on file."
        case AnyOf():
            return "At least one of these. " + " ".join(in_words(each) for each in condition.of)
        case _:  # pragma: no cover
            assert_never(condition)


def _codes(codes: CodeSet) -> str:
    lists = (
        ("SNOMED CT", sorted(codes.snomed), ""),
        ("ICD-10-CM", _dotted(codes.icd10), " and below"),
        ("ICD-10-CM, initial encounter only", _dotted(codes.icd10_initial), " and below"),
        ("not ICD-10-CM", _dotted(codes.not_icd10), " and below"),
        ("RxNorm", sorted(codes.rxnorm), ""),
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


def _shown_with(reminder: Reminder) -> str:
    if reminder.tier is Tier.UNIVERSAL:
        return "At most one reminder about visits in general is shown at a time."
    return "At most one reminder about what is in the chart is shown at a time."


def _attributes(reminder: Reminder) -> tuple[tuple[str, str], ...]:
    """45 CFR 170.315(b)(11)(iv)(A)(1) to (13), in their order."""
    told = dict(reminder.uses)
    dates = f"Released {reminder.released}. Version {reminder.version}, {reminder.reviewed}"
    return (
        ("Bibliographic citation", " ".join(source.citation for source in reminder.sources)),
        ("Developer", DEVELOPER),
        ("Funding of the technical implementation", FUNDING),
        ("Release and revision dates", dates),
        *((_LABELS[attribute], told.get(attribute, "No")) for attribute in Attribute),
    )
