"""Names, days and times of a chart, as a page says them."""

from dataclasses import dataclass
from datetime import date, datetime

from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.resource import Resource, as_list, local_reference, values_at


@dataclass(frozen=True, slots=True)
class Speakers:
    """Names the people of a chart: the patient as they are called, others as the chart has them."""

    store: FhirStore

    def name_of(self, reference: object) -> str:
        """The name behind a FHIR Reference; "" when the chart has none."""
        target = local_reference(reference.get("reference")) if isinstance(reference, dict) else ""
        resource = self.store.get(*target.split("/")) if target else None
        if resource is not None:
            called = call_name(resource) if resource["resourceType"] == "Patient" else full_name(resource)
            if called:
                return called
        return str(reference.get("display", "")) if isinstance(reference, dict) else ""


def day_in_words(text: object, *, year: bool = True) -> str:
    """ "17 Oct 2026" for a FHIR date or dateTime; what is partial or odd stays as it is."""
    try:
        day = date.fromisoformat(str(text or "")[:10])
    except ValueError:
        return str(text or "")
    return f"{day.day} {day:%b}" + (f" {day.year}" if year else "")


def time_in_words(text: object) -> str:
    """ "10:36" as the dateTime says it, in its own zone; "" when there is no time in it."""
    try:
        return f"{datetime.fromisoformat(str(text)):%H:%M}" if "T" in str(text) else ""
    except ValueError:
        return ""


def concept_text(concept: object) -> str:
    """The text of a CodeableConcept, else the first display."""
    if not isinstance(concept, dict):
        return ""
    displays = [str(display) for display in values_at(concept, "coding.display")]
    return str(concept.get("text") or "") or next(iter(displays), "")


def full_name(resource: Resource) -> str:
    """A person's official name, or the first one; an organization's name."""
    names = [name for name in as_list(resource.get("name")) if isinstance(name, dict)]
    if not names:
        return str(resource.get("name") or "")
    name = next((name for name in names if name.get("use") == "official"), names[0])
    parts = [*as_list(name.get("given")), name.get("family")]
    written = " ".join(str(part) for part in parts if part)
    title = ", ".join(str(part) for part in as_list(name.get("suffix")))
    return str(name.get("text") or "") or (f"{written}, {title}" if title else written)


def call_name(patient: Resource) -> str:
    """What the patient is called: the usual name, else the first given name."""
    names = [name for name in as_list(patient.get("name")) if isinstance(name, dict)]
    names.sort(key=lambda name: name.get("use") != "usual")
    given = [str(part) for name in names for part in as_list(name.get("given"))]
    return given[0] if given else full_name(patient)
