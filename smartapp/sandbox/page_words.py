"""What stands in the chart, as sentences that somebody without FHIR can read."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime

from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.resource import Resource, as_list, local_reference, values_at

_KINDS = {
    "hopes": "Hope",
    "worries": "Worry",
    "matters": "What matters",
    "what-matters": "What matters",
    "unacceptable-outcome": "Would not accept",
    "treatment-preference": "Treatment preference",
    "care-experience": "Care preference",
    "decision-role": "Role in deciding",
    "people-involved": "People to involve",
    "confidence": "Confidence",
    "importance": "Importance",
    "strength": "Strength",
    "decision": "Decision",
    "95541-9": "Care preference",
    "75773-2": "Treatment preference",
}
"""Kind by code: the local code says more than the LOINC code beside it, so it comes first here."""

_ORDER = {code: place for place, code in enumerate(_KINDS)}
_TAKEN_BACK = "entered-in-error"


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


def sentence(resource: Resource, speakers: Speakers) -> str:
    """One sentence about a resource that a client wrote or that was in the chart before."""
    match resource.get("resourceType"):
        case "Goal":
            return _goal(resource, speakers)
        case "Observation":
            return _observation(resource, speakers)
        case "DocumentReference":
            return _document(resource, speakers)
        case "QuestionnaireResponse":
            return _answers(resource, speakers)
        case "Provenance":
            targets = len(as_list(resource.get("target")))
            return (
                f"Who said it and who wrote it down, for {targets} {'entry' if targets == 1 else 'entries'}"
            )
        case other:
            title = resource.get("title") or concept_text(resource.get("code"))
            return f"{other}: {title}" if title else str(other)


def is_statement(resource: Resource) -> bool:
    """Whether it holds something that was said: a goal, or an observation of a preference."""
    if resource.get("resourceType") == "Goal":
        return True
    return resource.get("resourceType") == "Observation" and bool(_kind_codes(resource))


def is_taken_back(resource: Resource) -> bool:
    return _status(resource) == _TAKEN_BACK


def note_text(resource: Resource) -> str:
    """The text of a note that carries it inside as plain text; "" for anything else."""
    for attachment in values_at(resource, "content.attachment"):
        if isinstance(attachment, dict) and str(attachment.get("contentType", "")).startswith("text/plain"):
            try:
                return base64.b64decode(str(attachment.get("data", "")), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return ""
    return ""


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


def _goal(goal: Resource, speakers: Speakers) -> str:
    status = "taken back" if is_taken_back(goal) else _status(goal)
    words = concept_text(goal.get("description"))
    due = next((day_in_words(day) for day in values_at(goal, "target.dueDate")), "")
    return f"Goal, {status}{_said_by([goal.get('expressedBy')], speakers)}: “{words}”" + (
        f" By {due}." if due else ""
    )


def _observation(observation: Resource, speakers: Speakers) -> str:
    codes = _kind_codes(observation)
    kind = _KINDS[codes[0]] if codes else concept_text(observation.get("code")) or "Observation"
    taken_back = ", taken back" if is_taken_back(observation) else ""
    value = _value(observation)
    if not value:
        return f"{kind}{taken_back}: asked, and not answered"
    return f"{kind}{taken_back}{_said_by(as_list(observation.get('performer')), speakers)}: {value}"


def _value(observation: Resource) -> str:
    """The words in quotation marks, or the number; "" when there is none."""
    quantity = observation.get("valueQuantity")
    if isinstance(quantity, dict):
        return f"{quantity.get('value', '')} {quantity.get('unit', '')}".strip()
    words = observation.get("valueString") or concept_text(observation.get("valueCodeableConcept"))
    if not words and "valueInteger" in observation:
        return str(observation["valueInteger"])
    return f"“{words}”" if words else ""


def _document(document: Resource, speakers: Speakers) -> str:
    attachments = values_at(document, "content.attachment.title")
    title = document.get("description") or next(iter(attachments), "") or concept_text(document.get("type"))
    authors = [name for author in as_list(document.get("author")) if (name := speakers.name_of(author))]
    taken_back = ", taken back" if is_taken_back(document) else ""
    return f"A note{taken_back}: {title}" + (f", written by {' and '.join(authors)}" if authors else "")


def _answers(response: Resource, speakers: Speakers) -> str:
    pairs = []
    for item in as_list(response.get("item")):
        if isinstance(item, dict):
            answers = [str(value) for value in values_at(item, "answer.valueString")]
            pairs += [f"{item.get('text', '')} “{answer}”" for answer in answers]
    said = _said_by([response.get("source") or response.get("author")], speakers)
    return f"Answers to a form{said}: {' '.join(pairs)}"


def _said_by(references: list[object], speakers: Speakers) -> str:
    """ ", said by Rosa"; staff write things down and are named only when nobody else is."""
    lay = [reference for reference in references if not _is_staff(reference)]
    named = [name for reference in lay or references if (name := speakers.name_of(reference))]
    verb = "said by" if lay else "written by"
    return f", {verb} {' and '.join(named)}" if named else ""


def _is_staff(reference: object) -> bool:
    return isinstance(reference, dict) and str(reference.get("reference", "")).startswith("Practitioner")


def _kind_codes(observation: Resource) -> list[str]:
    codes = [str(code) for code in values_at(observation, "code.coding.code")]
    return sorted((code for code in codes if code in _KINDS), key=_ORDER.__getitem__)


def _status(resource: Resource) -> str:
    return str(resource.get("lifecycleStatus") or resource.get("status") or "")
