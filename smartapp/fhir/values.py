"""Laboratory and vital sign lines, as the rules see them."""

from smartapp.fhir.chart_items import codes_of
from smartapp.fhir.dates import day_of, instant_of
from smartapp.fhir.this_patient import ThisPatient
from smartapp.fhir.value_lenses import Observation, Quantity
from smartapp.sdm.facts import Measured


def measured(observation: Observation, _: ThisPatient) -> list[Measured]:
    """The line; none while it is not final. Panels' components are not looked at."""
    if not observation.is_final:
        return []
    when = (
        observation.effective_date_time or observation.effective_instant or observation.effective_period.start
    )
    quantity = observation.value_quantity
    return [
        Measured(
            reference=observation.reference,
            codes=codes_of(observation.code),
            value=_number(quantity),
            unit=quantity.code or quantity.unit,
            on=day_of(when),
            at=instant_of(when),
        )
    ]


def _number(quantity: Quantity) -> float | None:
    return None if quantity.comparator else quantity.value
