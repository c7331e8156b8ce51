"""Which decision sheets belong to what is open in this chart. Pure and repeatable; a part of the chart that
was not read keeps a sheet away, and it can still be opened by hand.
"""

from dataclasses import dataclass

from smartapp.sdm.conditions import Evidence, evaluate
from smartapp.sdm.facts import ChartFacts
from smartapp.sdm.knowledge import Catalogue, Sheet


@dataclass(frozen=True, slots=True)
class OfferedSheet:
    """A sheet whose conditions hold, and because of what in the chart."""

    sheet: Sheet
    evidence: tuple[Evidence, ...]


def offered_sheets(catalogue: Catalogue, facts: ChartFacts) -> tuple[OfferedSheet, ...]:
    """In the order of the catalogue, which is A to Z."""
    found = (_offered(sheet, facts) for sheet in catalogue.sheets)
    return tuple(sheet for sheet in found if sheet is not None)


def _offered(sheet: Sheet, facts: ChartFacts) -> OfferedSheet | None:
    if not sheet.when:
        return None
    wanted = [evaluate(condition, facts) for condition in sheet.when]
    unwanted = [evaluate(condition, facts) for condition in sheet.unless]
    if not all(finding.holds for finding in wanted) or any(
        finding.holds is not False for finding in unwanted
    ):
        return None
    return OfferedSheet(sheet, tuple(evidence for finding in wanted for evidence in finding.because))
