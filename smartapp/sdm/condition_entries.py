"""Conditions as clinicians write them in conditions.toml, read into the conditions that rules evaluate."""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from smartapp.errors import Fault
from smartapp.sdm.codes import CodeSet, icd10_categories
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
    SimpleCondition,
    VisitInProgress,
    WordingInNotes,
)
from smartapp.sdm.content_text import Entry
from smartapp.sdm.entry_reader import EntryReader
from smartapp.sdm.linter import faults_in_label
from smartapp.sdm.measured import LineOnFile, ValueOnFile
from smartapp.sdm.model import Kind


class Form(StrEnum):
    """The forms a condition can take; `form = ...` in conditions.toml."""

    PROBLEM = "problem on list"
    MEDICINE = "medicine on list"
    NO_MEDICINE = "no medicine on list"
    ORDER_TODAY = "order today"
    ORDER = "order on list"
    REASON = "reason for visit"
    VALUE = "value on file"
    LINE = "line on file"
    WORDING = "wording in notes"
    VISIT = "visit in progress"
    LANGUAGE = "other language"
    NOTHING_SAID = "nothing said"
    ANY_OF = "any of"


_COMMON = frozenset({"id", "label", "form"})
_MEDICINE = frozenset({"rxnorm", "names"})
_KEYS: dict[Form, frozenset[str]] = {
    Form.PROBLEM: frozenset({"snomed", "icd10", "icd10_initial_encounter", "not_icd10", "within_days"}),
    Form.MEDICINE: _MEDICINE | {"today"},
    Form.NO_MEDICINE: _MEDICINE,
    Form.ORDER_TODAY: frozenset(),
    Form.ORDER: frozenset({"snomed", "loinc", "today", "within_days"}),
    Form.REASON: frozenset({"snomed", "icd10", "not_icd10"}),
    Form.VALUE: frozenset({"loinc", "unit", "at_least", "at_most", "within_days"}),
    Form.LINE: frozenset({"loinc", "within_days"}),
    Form.WORDING: frozenset(),
    Form.VISIT: frozenset(),
    Form.LANGUAGE: frozenset(),
    Form.NOTHING_SAID: frozenset({"kinds", "within_a_year"}),
    Form.ANY_OF: frozenset({"of"}),
}
_LOINC = re.compile(r"\d{1,7}-\d")
_ANY_KEY = _COMMON.union(*_KEYS.values())


def read_conditions(entries: Sequence[Entry]) -> tuple[dict[str, Condition | None], list[Fault]]:
    """All conditions by id, None for a faulty one, and every fault.

    An "any of" names conditions of the other forms, in whatever order they stand.
    """
    simple: dict[str, SimpleCondition | None] = {}
    faults: list[Fault] = []
    joined = [entry for entry in entries if entry.values.get("form") == Form.ANY_OF.value]
    for entry in entries:
        if entry not in joined:
            simple[entry.id], found = _simple(entry)
            faults += found
    conditions: dict[str, Condition | None] = dict(simple)
    for entry in joined:
        conditions[entry.id], found = _any_of(entry, simple)
        faults += found
    return conditions, faults


def _any_of(entry: Entry, simple: Mapping[str, SimpleCondition | None]) -> tuple[AnyOf | None, list[Fault]]:
    reader = EntryReader(entry, _COMMON | _KEYS[Form.ANY_OF])
    any_of = AnyOf(reader.text("id"), reader.text("label"), of=reader.known("of", simple, "condition"))
    _check_label(reader, any_of.label)
    if not entry.values.get("of"):
        reader.fault("of: name at least one condition", "of")
    return (None if reader.faults else any_of), reader.faults


def _simple(entry: Entry) -> tuple[SimpleCondition | None, list[Fault]]:
    reader = EntryReader(entry, _ANY_KEY)
    form = reader.choice("form", Form)
    if reader.faults:
        return None, reader.faults
    reader = EntryReader(entry, _COMMON | _KEYS[form])
    condition = _BUILDERS[form](reader)
    _check_label(reader, condition.label)
    return (None if reader.faults else condition), reader.faults


def _check_label(reader: EntryReader, label: str) -> None:
    for problem in faults_in_label(label):
        reader.fault(f"label: {problem}", "label")


def _problem(reader: EntryReader) -> ProblemOnList:
    codes = CodeSet(
        snomed=frozenset(reader.texts("snomed")),
        icd10=_icd10(reader, "icd10"),
        icd10_initial=_icd10(reader, "icd10_initial_encounter"),
        not_icd10=_icd10(reader, "not_icd10"),
    )
    if not (codes.snomed or codes.icd10 or codes.icd10_initial):
        reader.fault("give at least one code in snomed or icd10")
    within = reader.whole("within_days") if "within_days" in reader.entry.values else None
    return ProblemOnList(reader.text("id"), reader.text("label"), codes=codes, within_days=within)


def _medicine(reader: EntryReader) -> MedicineOnList:
    return MedicineOnList(
        id=reader.text("id"),
        label=reader.text("label"),
        codes=CodeSet(rxnorm=frozenset(reader.texts("rxnorm"))),
        names=reader.texts("names"),
        today=reader.yes("today"),
    )


def _no_medicine(reader: EntryReader) -> NoMedicine:
    rxnorm, names = frozenset(reader.texts("rxnorm")), reader.texts("names")
    if not (rxnorm and names):
        reader.fault("give both rxnorm codes and names: a product code alone would pass for absence")
    return NoMedicine(reader.text("id"), reader.text("label"), codes=CodeSet(rxnorm=rxnorm), names=names)


def _order(reader: EntryReader) -> OrderOnList:
    loinc = _loinc(reader).loinc if "loinc" in reader.entry.values else frozenset()
    codes = CodeSet(snomed=frozenset(reader.texts("snomed")), loinc=loinc)
    if not (codes.snomed or codes.loinc):
        reader.fault("give at least one code in snomed or loinc")
    today = reader.yes("today")
    within = reader.whole("within_days") if "within_days" in reader.entry.values else None
    if today == (within is not None):
        reader.fault("write either today = true or within_days: orders stay active for years", "within_days")
    return OrderOnList(reader.text("id"), reader.text("label"), codes=codes, today=today, within_days=within)


def _reason(reader: EntryReader) -> ReasonForVisit:
    codes = CodeSet(
        snomed=frozenset(reader.texts("snomed")),
        icd10=_icd10(reader, "icd10"),
        not_icd10=_icd10(reader, "not_icd10"),
    )
    if not (codes.snomed or codes.icd10):
        reader.fault("give at least one code in snomed or icd10")
    return ReasonForVisit(reader.text("id"), reader.text("label"), codes=codes)


def _value(reader: EntryReader) -> ValueOnFile:
    at_least, at_most = reader.number("at_least"), reader.number("at_most")
    if at_least is None and at_most is None:
        reader.fault("give at_least, at_most or both")
    elif at_least is not None and at_most is not None and at_least > at_most:
        reader.fault("at_least: more than at_most, so that no value fits", "at_least")
    return ValueOnFile(
        id=reader.text("id"),
        label=reader.text("label"),
        codes=_loinc(reader),
        unit=reader.text("unit"),
        within_days=reader.whole("within_days"),
        at_least=at_least,
        at_most=at_most,
    )


def _line(reader: EntryReader) -> LineOnFile:
    return LineOnFile(
        reader.text("id"), reader.text("label"), codes=_loinc(reader), within_days=reader.whole("within_days")
    )


def _loinc(reader: EntryReader) -> CodeSet:
    codes = reader.texts("loinc")
    if not codes:
        reader.fault("give at least one code in loinc")
    for code in codes:
        if not _LOINC.fullmatch(code):
            reader.fault(f'loinc: "{code}" is no LOINC code such as 59408-5', "loinc")
    return CodeSet(loinc=frozenset(codes))


def _nothing_said(reader: EntryReader) -> NothingSaid:
    kinds = reader.choices("kinds", Kind) or tuple(Kind)
    return NothingSaid(
        id=reader.text("id"),
        label=reader.text("label"),
        kinds=frozenset(kinds),
        within_a_year=reader.yes("within_a_year"),
    )


_BUILDERS: dict[Form, Callable[[EntryReader], SimpleCondition]] = {
    Form.PROBLEM: _problem,
    Form.MEDICINE: _medicine,
    Form.NO_MEDICINE: _no_medicine,
    Form.ORDER: _order,
    Form.REASON: _reason,
    Form.VALUE: _value,
    Form.LINE: _line,
    Form.WORDING: lambda reader: WordingInNotes(reader.text("id"), reader.text("label")),
    Form.ORDER_TODAY: lambda reader: OrderToday(reader.text("id"), reader.text("label")),
    Form.VISIT: lambda reader: VisitInProgress(reader.text("id"), reader.text("label")),
    Form.LANGUAGE: lambda reader: OtherLanguage(reader.text("id"), reader.text("label")),
    Form.NOTHING_SAID: _nothing_said,
}


def _icd10(reader: EntryReader, key: str) -> tuple[str, ...]:
    found: list[str] = []
    for written in reader.texts(key):
        try:
            found += icd10_categories(written)
        except ValueError:
            reader.fault(f'{key}: "{written}" is neither an ICD-10-CM code nor a range like C77-C79', key)
    return tuple(found)
