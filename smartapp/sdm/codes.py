"""Which codes of a chart mean one of our named conditions: exact SNOMED CT, RxNorm and LOINC codes, ICD-10-CM
by category.
"""

import re
from dataclasses import dataclass

from smartapp.sdm.facts import Code, CodedFact, Measured

SNOMED = frozenset({"http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96"})
ICD10 = frozenset({"http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90"})
RXNORM = frozenset({"http://www.nlm.nih.gov/research/umls/rxnorm", "urn:oid:2.16.840.1.113883.6.88"})
LOINC = frozenset({"http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"})

_ICD10_ENTRY = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")
_ICD10_RANGE = re.compile(r"([A-Z])(\d\d)-([A-Z])(\d\d)")
_LENGTH_WITH_SEVENTH_CHARACTER = 7
_INITIAL_ENCOUNTER = frozenset("ABC")


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Codes that mean one thing. ICD-10-CM entries are undotted and match themselves and everything below
    them.

    `icd10_initial` matches only with a seventh character A, B or C: injuries under first treatment, not
    their healing or sequelae. A fact that carries any code of `not_icd10` is not meant, whatever its other
    codes say.
    """

    snomed: frozenset[str] = frozenset()
    icd10: tuple[str, ...] = ()
    icd10_initial: tuple[str, ...] = ()
    not_icd10: tuple[str, ...] = ()
    rxnorm: frozenset[str] = frozenset()
    loinc: frozenset[str] = frozenset()

    def means(self, fact: CodedFact | Measured) -> bool:
        """True when one of the fact's codes is meant and none is excluded."""
        if any(_under(code, self.not_icd10) for code in fact.codes):
            return False
        return any(self._has(code) for code in fact.codes)

    def _has(self, code: Code) -> bool:
        if code.system in SNOMED:
            return code.code in self.snomed
        if code.system in RXNORM:
            return code.code in self.rxnorm
        if code.system in LOINC:
            return code.code in self.loinc
        return _under(code, self.icd10) or (_under(code, self.icd10_initial) and _is_initial(code))


NO_CODES = CodeSet()


def icd10_categories(entry: str) -> tuple[str, ...]:
    """Undotted categories of one written entry: "N18.4" -> ("N184",), "C77-C79" -> ("C77", "C78", "C79").

    A range counts two-digit categories only, so C7A and C7B are never inside one: they are written out
    where they are meant. Raises ValueError for anything that is neither a code nor such a range.
    """
    if _ICD10_ENTRY.fullmatch(entry):
        return (entry.replace(".", ""),)
    span = _ICD10_RANGE.fullmatch(entry)
    if span is None or span[1] != span[3] or int(span[2]) >= int(span[4]):
        raise ValueError(entry)
    return tuple(f"{span[1]}{number:02d}" for number in range(int(span[2]), int(span[4]) + 1))


def _under(code: Code, categories: tuple[str, ...]) -> bool:
    return code.system in ICD10 and bool(categories) and _undotted(code.code).startswith(categories)


def _is_initial(code: Code) -> bool:
    plain = _undotted(code.code)
    return len(plain) == _LENGTH_WITH_SEVENTH_CHARACTER and plain[-1] in _INITIAL_ENCOUNTER


def _undotted(code: str) -> str:
    return code.strip().upper().replace(".", "")
