"""The panels of a visit's pages: which parts of the chart each waits for, and asks for again."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from smartapp.fhir.patient_record import PartName


class Panel(StrEnum):
    """What a button asks for again. TOLD is SAID with NOTES; AROUND is who and what an answer is about."""

    SAID = "said"
    NOTES = "notes"
    TOLD = "told"
    PEOPLE = "people"
    RULES = "rules"
    AROUND = "around"
    CHART = "chart"


_SAID: Final = frozenset(
    {
        PartName.GOALS, PartName.PREFERENCES, PartName.QUESTIONNAIRES, PartName.CARE_PLANS,
        PartName.PRIORITIES, PartName.CONSENTS, PartName.PLANNING_DOCUMENTS,
    }
)  # fmt: skip
PARTS: Final[Mapping[Panel, frozenset[PartName]]] = MappingProxyType(
    {
        Panel.SAID: _SAID,
        Panel.NOTES: frozenset({PartName.NOTES}),
        Panel.TOLD: _SAID | {PartName.NOTES},
        Panel.PEOPLE: frozenset({PartName.RELATED_PERSONS, PartName.CARE_TEAM}),
        Panel.RULES: frozenset(
            {
                PartName.VISIT, PartName.CONDITIONS, PartName.MEDICINES, PartName.ORDERS, PartName.VALUES,
            }
        ),
        Panel.AROUND: frozenset({PartName.RELATED_PERSONS, PartName.CONDITIONS}),
        Panel.CHART: frozenset(PartName) - {PartName.PATIENT},
    }
)  # fmt: skip
WHO: Final = PARTS[Panel.PEOPLE] | {PartName.CONSENTS, PartName.PLANNING_DOCUMENTS}
"""What the panel of people is made of; the papers among it are asked for again with what was said."""


def panel_of(value: str) -> Panel | None:
    """The panel that a button named, None for anything else."""
    return Panel(value) if value in set(Panel) else None
