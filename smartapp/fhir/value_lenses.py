"""What is looked at in an Observation that holds a laboratory or vital sign line.

Apart from the lens for what was said: a value of an odd type must not make somebody's words unreadable.
https://hl7.org/fhir/R4/observation.html
"""

from smartapp.fhir import elements, lenses


class Quantity(elements.Lens, frozen=True):
    """`comparator` "<" and the like: then `value` is a bound and not what was measured."""

    value: float | None = None
    comparator: str = ""
    unit: str = ""
    code: str = ""


class Observation(lenses.OfSubject, frozen=True):
    code: elements.Concept = elements.Concept()
    effective_date_time: str = ""
    effective_instant: str = ""
    effective_period: elements.Period = elements.Period()
    value_quantity: Quantity = Quantity()

    @property
    def is_final(self) -> bool:
        """Not registered, preliminary, cancelled, unknown or entered in error."""
        return self.status in {"final", "amended", "corrected"}
