"""What stands in the chart, as sentences that somebody without FHIR can read."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.page_text import Speakers, concept_text, day_in_words
from smartapp.sandbox.resource import Resource, as_list, local_reference, values_at
from smartapp.sandbox.type_rules import decoded, objects_at

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
_SIGNED = {"preliminary": ", draft, to be signed", "final": ", signed", "amended": ", signed"}
"""What a note's docStatus means to a clinician."""


def sentence(resource: Resource, speakers: Speakers) -> str:
    """One sentence about a resource that a client wrote or that was in the chart before."""
    resource_type = str(resource.get("resourceType", ""))
    told = _SENTENCES.get(resource_type)
    if told is not None:
        return told(resource, speakers)
    title = resource.get("title") or concept_text(resource.get("code"))
    return f"{resource_type}: {title}" if title else resource_type


def is_statement(resource: Resource) -> bool:
    """Whether it holds something that was said: a goal, or an observation of a preference."""
    if resource.get("resourceType") == "Goal":
        return True
    return resource.get("resourceType") == "Observation" and bool(_kind_codes(resource))


def is_taken_back(resource: Resource) -> bool:
    return _status(resource) == _TAKEN_BACK


def note_text(resource: Resource, store: FhirStore) -> str:
    """The text of a note that is plain text, inside or in a Binary of the chart; "" for anything else."""
    for attachment in objects_at(resource, "content.attachment"):
        if str(attachment.get("contentType", "")).startswith("text/plain"):
            target = local_reference("/".join(str(attachment.get("url", "")).split("/")[-2:]))
            binary = (store.get(*target.split("/")) if target else None) or {}
            text = decoded(attachment.get("data") or binary.get("data", "")) or b""
            return text.decode("utf-8", "replace")
    return ""


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
    state = _SIGNED.get(str(document.get("docStatus", "")), "")
    taken_back = ", taken back" if is_taken_back(document) else state
    return f"A note{taken_back}: {title}{_written_by(as_list(document.get('author')), speakers)}"


def _answers(response: Resource, speakers: Speakers) -> str:
    questions = _questions(response, speakers.store)
    pairs = []
    for item in as_list(response.get("item")):
        if isinstance(item, dict):
            asked = item.get("text") or questions.get(str(item.get("linkId")), str(item.get("linkId", "")))
            given = " ".join(f"“{answer}”" for answer in values_at(item, "answer.valueString"))
            pairs.append(f"{asked} {given}".strip())
    said = _said_by([response.get("source") or response.get("author")], speakers)
    taken_back = ", taken back" if is_taken_back(response) else ""
    return f"Answers to a form{taken_back}{said}: {' '.join(pairs)}"


def _questions(response: Resource, store: FhirStore) -> dict[str, str]:
    """The text of each item of the form that was answered, by linkId; none when the form is not here."""
    url = str(response.get("questionnaire", "")).partition("|")[0]
    found = [form for form in store.of_type("Questionnaire") if url and form.get("url") == url]
    items = [item for form in found for item in as_list(form.get("item")) if isinstance(item, dict)]
    return {str(item.get("linkId")): str(item.get("text", "")) for item in items}


def _plan(plan: Resource, speakers: Speakers) -> str:
    state = "taken back" if is_taken_back(plan) else _status(plan)
    words = f": “{plan['description']}”" if plan.get("description") else ""
    written = _written_by([plan.get("author")], speakers)
    return f"{plan.get('title') or 'Plan'}, {state}{written}{words}"


def _order(listed: Resource, speakers: Speakers) -> str:
    """The entries of a List, numbered, each with its words."""
    named = [
        f"{place}. {_in_short(item, speakers)}"
        for place, item in enumerate(values_at(listed, "entry.item"), 1)
    ]
    taken_back = ", taken back" if is_taken_back(listed) else ""
    title = listed.get("title") or "What matters most, in order"
    said = _said_by([listed.get("source")], speakers)
    return f"{title}{taken_back}{said}: {' '.join(named) or 'nothing'}"


def _in_short(reference: object, speakers: Speakers) -> str:
    """The words of the goal or preference that a reference leads to; else how the reference is displayed."""
    target = local_reference(reference.get("reference")) if isinstance(reference, dict) else ""
    resource = speakers.store.get(*target.split("/")) if target else None
    if resource is None:
        display = str(reference.get("display", "")) if isinstance(reference, dict) else ""
        return f"“{display}”" if display else target or "an entry that is not here"
    if resource["resourceType"] == "Goal":
        return f"“{concept_text(resource.get('description'))}”"
    return _value(resource) or target


def _written_by(references: list[object], speakers: Speakers) -> str:
    names = [name for reference in references if (name := speakers.name_of(reference))]
    return f", written by {' and '.join(names)}" if names else ""


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


def _provenance(provenance: Resource, speakers: Speakers) -> str:  # noqa: ARG001 - the shape of a sentence
    targets = len(as_list(provenance.get("target")))
    return f"Who said it and who wrote it down, for {targets} {'entry' if targets == 1 else 'entries'}"


_SENTENCES: Mapping[str, Callable[[Resource, Speakers], str]] = MappingProxyType(
    {
        "Goal": _goal,
        "Observation": _observation,
        "DocumentReference": _document,
        "QuestionnaireResponse": _answers,
        "CarePlan": _plan,
        "List": _order,
        "Provenance": _provenance,
    }
)
