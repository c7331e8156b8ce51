"""The plan of a visit: what would be written, where, and a fingerprint of all that the clinician is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from smartapp.web.desk import Desk
from smartapp.web.soon import soon
from smartapp.web.stated import Known, known_of, statements
from smartapp.web.visit import Visit
from smartapp.web.write_context import write_context
from smartapp.writing.model import PlannedItem, WriteContext
from smartapp.writing.plan import Offer, next_rungs, plan

_CHART_WAIT_S = 3.0


@dataclass(frozen=True, slots=True)
class Planned:
    """`shown`: a fingerprint, which a second look must give again. `names`: the chart's words for what
    statements are about. `at`: when it was made; its day stands in a note.
    """

    items: tuple[PlannedItem, ...]
    shown: str
    names: Mapping[str, str]
    context: WriteContext
    offer: Offer
    at: datetime


async def offer_for(visit: Visit, context: WriteContext) -> Offer:
    """What decides where this visit's statements go."""
    services = visit.services
    return Offer(
        capability=await services.capabilities.of(services.charts.client(visit.session)),
        covers=visit.session.launch.scopes.covers,
        site=context.site,
        has_encounter=bool(context.encounter_id),
        has_author=context.practitioner.startswith("Practitioner/"),
    )


async def planned(visit: Visit, desk: Desk) -> Planned:
    """The plan for everything that is written and not in the ledger."""
    return await _planned(
        visit, lambda known, offer: plan(statements(desk, known, visit.services.catalogue), offer)
    )


async def planned_below(visit: Visit, desk: Desk) -> Planned:
    """The plan for what the EHR refused: for each the next way down."""
    return await _planned(visit, lambda _, offer: next_rungs(desk.receipts, offer))


async def _planned(visit: Visit, how: Callable[[Known, Offer], tuple[PlannedItem, ...]]) -> Planned:
    known = known_of(await soon(visit.record(), _CHART_WAIT_S))
    context = await write_context(visit)
    offer = await offer_for(visit, context)
    items, at = how(known, offer), visit.services.clock()
    shown = _fingerprint(visit, items, known, context, at=at)
    return Planned(items, shown, known.texts, context, offer, at)


def _fingerprint(
    visit: Visit, items: tuple[PlannedItem, ...], known: Known, context: WriteContext, *, at: datetime
) -> str:
    """Of the words, their places, the names beside them, and the day that stands in a note: the same in
    every worker.
    """
    about = [known.texts.get(reference, "") for item in items for reference in item.draft.addresses]
    site = context.site
    places = (site.note_shape, site.note_type, site.questionnaire)
    seen = (items, places, about, context.patient_name, context.practitioner_name)
    day = visit.services.local(at).date().isoformat()
    return visit.services.vault.fingerprint("shown", visit.id, day, msgspec.json.encode(seen).decode())
