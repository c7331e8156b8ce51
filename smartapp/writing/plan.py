"""Which rung of the ladder each statement goes to: what the EHR offers, what it granted, what the site wants.

A goal is never turned into an observation: it would be found in the wrong place, and no longer be a goal.
"""

from collections.abc import Callable, Sequence

from smartapp.fhir.capability import Capability
from smartapp.fhir.observation import PREFERENCES
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.writing.model import PlannedItem, Rung, WhyNot

_RESOURCE_TYPES = {Rung.GOAL: "Goal", Rung.OBSERVATION: "Observation"}


def plan(
    drafts: Sequence[DraftStatement],
    *,
    capability: Capability,
    may: Callable[[str, str], bool],
    order: tuple[str, ...],
) -> tuple[PlannedItem, ...]:
    """Plan every draft, in its place. `may(resource_type, action)`: whether the scope was granted. `order`:
    the site's write.order.
    """

    def planned(draft: DraftStatement) -> PlannedItem:
        rung = _best_rung(draft.kind)
        if rung is None:
            return PlannedItem(draft, Rung.COPY, WhyNot.NO_RESOURCE)
        why_not = _why_not(_RESOURCE_TYPES[rung], capability=capability, may=may, order=order)
        return PlannedItem(draft, rung) if why_not is None else PlannedItem(draft, Rung.COPY, why_not)

    return tuple(planned(draft) for draft in drafts)


def _best_rung(kind: Kind) -> Rung | None:
    if kind is Kind.GOAL:
        return Rung.GOAL
    return Rung.OBSERVATION if kind in PREFERENCES else None


def _why_not(
    resource_type: str, *, capability: Capability, may: Callable[[str, str], bool], order: tuple[str, ...]
) -> WhyNot | None:
    if resource_type not in order:
        return WhyNot.NOT_CONFIGURED
    if not capability.known:
        return WhyNot.CAPABILITY_UNKNOWN
    if not capability.offers(resource_type, "create"):
        return WhyNot.NOT_OFFERED
    return None if may(resource_type, "c") else WhyNot.NOT_PERMITTED
