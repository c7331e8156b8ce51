"""Small charts for the tests of rules."""

from datetime import date
from importlib import resources

from smartapp.sdm.because import because, in_english
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.facts import ChartFacts, Code, CodedFact, Known, Measured
from smartapp.sdm.knowledge import Catalogue
from smartapp.sdm.model import Kind, SaidBy, Source, Statement
from smartapp.sdm.selection import ShownReminder

TODAY = date(2026, 11, 22)
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
ALL_PARTS = frozenset(Known)


def shipped() -> Catalogue:
    return load_catalogue(resources.files("smartapp.content"))


def because_of(shown: ShownReminder) -> str:
    """Why a reminder is shown, in English."""
    return because(shown.evidence, in_english).text


def snomed(code: str, since: date | None = date(2023, 5, 3), *, number: int = 1) -> CodedFact:
    return _fact(SNOMED, code, since, reference=f"Condition/{number}", status="active")


def icd10(code: str, since: date | None = date(2023, 5, 3), *, number: int = 1) -> CodedFact:
    return _fact(ICD10, code, since, reference=f"Condition/{number}", status="active")


def medicine(
    code: str, since: date | None = date(2025, 2, 1), *, name: str = "a medicine", status: str = "active"
) -> CodedFact:
    return _fact(RXNORM, code, since, reference="MedicationRequest/1", status=status, label=name)


def order(
    since: date | None = TODAY, *, status: str = "draft", code: str = "183545006", system: str = SNOMED
) -> CodedFact:
    return _fact(system, code, since, reference="ServiceRequest/1", status=status)


def reason(system: str, code: str) -> CodedFact:
    return _fact(system, code, TODAY, reference="Encounter/1", status="in-progress")


def line(
    code: str, on: date | None = TODAY, *, value: float | None = 50.0, unit: str = "mL/min/{1.73_m2}"
) -> Measured:
    return Measured("Observation/1", frozenset({Code(LOINC, code)}), value=value, unit=unit, on=on)


def oximetry(value: float, on: date | None = TODAY) -> Measured:
    """As US Core has it: the code for the oximeter beside the one for any method."""
    codes = frozenset({Code(LOINC, "59408-5"), Code(LOINC, "2708-6")})
    return Measured("Observation/2", codes, value=value, unit="%", on=on)


def said(
    kind: Kind,
    said_on: date | None = date(2026, 1, 8),
    *,
    said_by: SaidBy = SaidBy.PATIENT,
    status: str = "active",
) -> Statement:
    return Statement(
        kind=kind,
        words="I want to dance.",
        said_by=said_by,
        source=Source("Goal/1"),
        said_on=said_on,
        status=status,
    )


def chart(
    *,
    conditions: tuple[CodedFact, ...] = (),
    medicines: tuple[CodedFact, ...] = (),
    orders: tuple[CodedFact, ...] = (),
    statements: tuple[Statement, ...] = (),
    language: str = "en-US",
    interpreter_needed: bool | None = None,
    visit_in_progress: bool = False,
    visit_reasons: tuple[CodedFact, ...] = (),
    values: tuple[Measured, ...] = (),
    judging_words_on: date | None = None,
    known: frozenset[Known] = ALL_PARTS,
) -> ChartFacts:
    return ChartFacts(
        today=TODAY,
        known=known,
        visit_in_progress=visit_in_progress,
        conditions=conditions,
        medicines=medicines,
        orders=orders,
        language=language,
        interpreter_needed=interpreter_needed,
        statements=statements,
        visit_reasons=visit_reasons,
        values=values,
        judging_words_on=judging_words_on,
    )


def _fact(
    system: str, code: str, since: date | None, *, reference: str, status: str, label: str = "Chart display"
) -> CodedFact:
    return CodedFact(
        reference=reference, codes=frozenset({Code(system, code)}), label=label, since=since, status=status
    )
