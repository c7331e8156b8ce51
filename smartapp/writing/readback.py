"""Is what the chart shows what was sent? Nothing is called stored before this says so."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from smartapp.fhir.codes import GoalStatus
from smartapp.fhir.this_patient import ThisPatient


class Difference(StrEnum):
    """What is not as it was sent, in words for the clinician."""

    PATIENT = "The chart shows it with another patient."
    WORDS = "The chart shows other words."
    VISIT = "The chart shows it with another visit."
    IDENTIFIER = "The chart shows an entry without our identifier, so it may be another one."
    WITHDRAWN = "The chart shows it as entered in error."
    TARGETS = "The chart shows it for other entries."


def difference(
    sent: Mapping[str, object], stored: Mapping[str, object], *, patient: ThisPatient
) -> Difference | None:
    """The gravest difference, or None. References may come back absolute or with a version."""
    if sent["resourceType"] == "Provenance":
        return None if _targets(sent, patient) == _targets(stored, patient) else Difference.TARGETS
    if not patient.is_meant_by(_reference(stored, "subject")):
        return Difference.PATIENT
    if words_of(sent) != words_of(stored):
        return Difference.WORDS
    if not has_identifier_of(sent, stored):
        return Difference.IDENTIFIER
    # A server that leaves the encounter out keeps the words with the right patient; another one is wrong.
    visit = _reference(stored, "encounter")
    if visit and patient.relative(visit) != _reference(sent, "encounter"):
        return Difference.VISIT
    status = stored.get("lifecycleStatus", stored.get("status"))
    return Difference.WITHDRAWN if status == GoalStatus.ENTERED_IN_ERROR else None


def is_ours(sent: Mapping[str, object], stored: Mapping[str, object], *, patient: ThisPatient) -> bool:
    """Whether `stored` was made from `sent`, whatever became of its words."""
    if sent["resourceType"] == "Provenance":
        is_same = _targets(sent, patient) == _targets(stored, patient)
        return is_same and _agent_names(sent)[-1] in _agent_names(stored)
    return has_identifier_of(sent, stored)


def answers_search(sent: Mapping[str, object], stored: Mapping[str, object], *, patient: ThisPatient) -> bool:
    """Whether a server that understood our search would have returned `stored`."""
    if sent["resourceType"] == "Provenance":
        return _targets(sent, patient)[0] in _targets(stored, patient)
    return has_identifier_of(sent, stored)


def search_params(sent: Mapping[str, object], *, patient: ThisPatient) -> tuple[tuple[str, str], ...]:
    """How to search for it. R4's Provenance has no identifier, but can be searched by what it is about."""
    if sent["resourceType"] == "Provenance":
        return (("target", _targets(sent, patient)[0]),)
    return (("patient", patient.id), ("identifier", identifier_token(sent)))


def identifier_token(resource: Mapping[str, object]) -> str:
    """`system|value` of the first identifier."""
    first = next(_objects(resource, "identifier"))
    return f"{first['system']}|{first['value']}"


def has_identifier_of(sent: Mapping[str, object], stored: Mapping[str, object]) -> bool:
    ours = next(_objects(sent, "identifier"))
    return any(
        (other.get("system"), other.get("value")) == (ours["system"], ours["value"])
        for other in _objects(stored, "identifier")
    )


def words_of(resource: Mapping[str, object]) -> object:
    """The patient's words: Goal.description.text or Observation.valueString."""
    if resource["resourceType"] != "Goal":
        return resource.get("valueString")
    description = resource.get("description")
    return description.get("text") if isinstance(description, Mapping) else None


def version_of(resource: Mapping[str, object]) -> str:
    meta = resource.get("meta")
    version = meta.get("versionId") if isinstance(meta, Mapping) else None
    return version if isinstance(version, str) else ""


def _targets(resource: Mapping[str, object], patient: ThisPatient) -> list[str]:
    return sorted(
        patient.relative(reference)
        for target in _objects(resource, "target")
        if isinstance(reference := target.get("reference"), str)
    )


def _agent_names(resource: Mapping[str, object]) -> list[object]:
    """As displayed; the last one that our builder names is the app itself."""
    people = [agent.get("who") for agent in _objects(resource, "agent")]
    return [who.get("display") for who in people if isinstance(who, Mapping)]


def _reference(resource: Mapping[str, object], element: str) -> str:
    value = resource.get(element)
    reference = value.get("reference") if isinstance(value, Mapping) else None
    return reference if isinstance(reference, str) else ""


def _objects(resource: Mapping[str, object], element: str) -> Iterator[Mapping[str, object]]:
    value = resource.get(element)
    return (item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else iter(())
