"""Small charts for the tests of rules."""

from datetime import date
from importlib import resources

from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.facts import ChartFacts, Code, CodedFact, Known
from smartapp.sdm.knowledge import Catalogue
from smartapp.sdm.model import Kind, SaidBy, Source, Statement

TODAY = date(2026, 11, 22)
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ALL_PARTS = frozenset(Known)


def shipped() -> Catalogue:
    return load_catalogue(resources.files("smartapp.content"))


def snomed(code: str, since: date | None = date(2023, 5, 3), *, number: int = 1) -> CodedFact:
    return _fact(SNOMED, code, since, reference=f"Condition/{number}", status="active")


def icd10(code: str, since: date | None = date(2023, 5, 3), *, number: int = 1) -> CodedFact:
    return _fact(ICD10, code, since, reference=f"Condition/{number}", status="active")


def medicine(
    code: str, since: date | None = date(2025, 2, 1), *, name: str = "a medicine", status: str = "active"
) -> CodedFact:
    return _fact(RXNORM, code, since, reference="MedicationRequest/1", status=status, label=name)


def order(since: date | None = TODAY, *, status: str = "draft") -> CodedFact:
    return _fact(SNOMED, "183545006", since, reference="ServiceRequest/1", status=status)


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
    )


def _fact(
    system: str, code: str, since: date | None, *, reference: str, status: str, label: str = "Chart display"
) -> CodedFact:
    return CodedFact(
        reference=reference, codes=frozenset({Code(system, code)}), label=label, since=since, status=status
    )
