"""What the rules may know of a chart, and nothing else.

Race, ethnicity, religion, sexual orientation, gender identity, sex, name and address are not here, so no rule
can read them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from smartapp.sdm.model import Statement


@dataclass(frozen=True, slots=True)
class Code:
    """A coding: `system` is the FHIR system URI ("http://snomed.info/sct")."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class CodedFact:
    """A condition, medicine or order in the chart, active and not refuted or entered in error (others are
    left out before).

    `label` is our own neutral wording or the chart's text; only ever shown to the clinician in a "why".
    `since`: onset, authoredOn or recorded date. `status`: the FHIR status (clinicalStatus code for
    conditions, status for orders).
    """

    reference: str
    codes: frozenset[Code]
    label: str
    since: date | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A laboratory or vital sign line in the chart that is final (others are left out before).

    `value` is None where the line holds no plain number ("<5", a text); `unit` its UCUM code ("%", "kg/m2").
    `on`: the day it was measured, as the chart has it; `at`: the moment, None without a time and an offset.
    """

    reference: str
    codes: frozenset[Code]
    value: float | None = None
    unit: str = ""
    on: date | None = None
    at: datetime | None = None


class Known(StrEnum):
    """Parts of the chart that were read whole. A rule that needs a part not in this set stays silent."""

    VISIT = "visit"
    CONDITIONS = "conditions"
    MEDICINES = "medicines"
    ORDERS = "orders"
    LANGUAGE = "language"
    STATEMENTS = "statements"
    NOTES = "notes"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class ChartFacts:
    """One patient's chart as the rules see it. `today` is the visit's date; `language` a BCP 47 tag or ""
    when not recorded. `visit_reasons`: why this visit takes place, as coded. `values`: lines with the
    codes that rules ask for. `judging_words_on`: the day of the newest note of others with words that clearly
    color the picture, None without one; neither whose note nor how many.
    """

    today: date
    known: frozenset[Known] = frozenset()
    visit_in_progress: bool = False
    conditions: tuple[CodedFact, ...] = ()
    medicines: tuple[CodedFact, ...] = ()
    orders: tuple[CodedFact, ...] = ()
    language: str = ""
    interpreter_needed: bool | None = None
    statements: tuple[Statement, ...] = ()
    visit_reasons: tuple[CodedFact, ...] = ()
    values: tuple[Measured, ...] = ()
    judging_words_on: date | None = None
