"""Is what the chart shows what was sent? Nothing is called stored before this says so."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from smartapp.fhir.chart_entry import version_of
from smartapp.fhir.codes import GoalStatus
from smartapp.fhir.dates import instant_of
from smartapp.fhir.this_patient import ThisPatient
from smartapp.fhir.words import objects, words_of
from smartapp.i18n import marked
from smartapp.writing.likeness import is_of_same_day, says_the_same

__all__ = [
    "Difference", "answers_search", "difference", "differences", "has_identifier_like", "has_identifier_of",
    "identifier_token", "is_ours", "may_be_ours", "search_params", "version_of", "wider_search_params",
    "words_of",
]  # fmt: skip

Resource = Mapping[str, object]

_A_DAY: Final = timedelta(days=1)


class Difference(StrEnum):
    """What is not as it was sent, in words for the clinician."""

    PATIENT = marked("The chart shows it with another patient.")
    WORDS = marked("The chart shows other words.")
    VISIT = marked("The chart shows it with another visit.")
    IDENTIFIER = marked("The chart shows an entry without our identifier, so it may be another one.")
    WITHDRAWN = marked("The chart shows it as entered in error.")
    TARGETS = marked("The chart shows it for other entries.")
    ACTIVITY = marked("The chart shows it for another action.")


def difference(sent: Resource, stored: Resource, *, patient: ThisPatient) -> Difference | None:
    """The gravest difference, or None. References may come back absolute or with a version."""
    return next(differences(sent, stored, patient=patient), None)


def differences(sent: Resource, stored: Resource, *, patient: ThisPatient) -> Iterator[Difference]:
    """Every difference, the gravest first."""
    if sent["resourceType"] == "Provenance":
        if _targets(sent, patient) != _targets(stored, patient):
            yield Difference.TARGETS
        if _activities(stored) and _activities(sent) != _activities(stored):
            yield Difference.ACTIVITY
        return
    if not patient.is_meant_by(_reference(stored, "subject")):
        yield Difference.PATIENT
    if not says_the_same(sent, stored, patient=patient):
        yield Difference.WORDS
    if not is_ours(sent, stored, patient=patient):
        yield Difference.IDENTIFIER
    # A server that leaves the encounter out keeps the words with the right patient; another one is wrong.
    visits = [patient.relative(visit) for visit in _encounters(stored)]
    if visits and visits != _encounters(sent):
        yield Difference.VISIT
    if stored.get("lifecycleStatus", stored.get("status")) == GoalStatus.ENTERED_IN_ERROR:
        yield Difference.WITHDRAWN


def is_ours(sent: Resource, stored: Resource, *, patient: ThisPatient) -> bool:
    """Whether `stored` was made from `sent`, whatever became of its words.

    Some EHRs drop the identifier of a document; then its text and its day tell.
    """
    if sent["resourceType"] == "Provenance":
        return _is_same_provenance(sent, stored, patient) and _is_same_moment(sent, stored)
    if has_identifier_of(sent, stored):
        return True
    if sent["resourceType"] != "DocumentReference":
        return False
    return may_be_ours(sent, stored, patient=patient) and says_the_same(sent, stored, patient=patient)


def answers_search(sent: Resource, stored: Resource, *, patient: ThisPatient) -> bool:
    """Whether `stored` may come back from our search without casting doubt on it: a server that understood
    the search would have returned it, and it is not one that we might have made.
    """
    if sent["resourceType"] != "Provenance":
        return has_identifier_of(sent, stored)
    if _targets(sent, patient)[0] not in _targets(stored, patient):
        return False
    # A server may put a moment of its own into "recorded". An earlier one is of something before.
    ours, theirs = (instant_of(str(one.get("recorded", ""))) for one in (sent, stored))
    is_earlier = ours is not None and theirs is not None and theirs < ours
    return is_earlier or not _is_same_provenance(sent, stored, patient)


def may_be_ours(sent: Resource, stored: Resource, *, patient: ThisPatient) -> bool:
    """Whether this may be the document that was sent, as far as anything but its text tells."""
    if has_identifier_of(sent, stored):
        return True
    is_patients = patient.is_meant_by(_reference(stored, "subject"))
    return is_patients and not has_identifier_like(sent, stored) and is_of_same_day(sent, stored)


def search_params(sent: Resource, *, patient: ThisPatient) -> tuple[tuple[str, str], ...]:
    """How to search for it. R4's Provenance has no identifier, but can be searched by what it is about."""
    if sent["resourceType"] == "Provenance":
        return (("target", _targets(sent, patient)[0]),)
    return (("patient", patient.id), ("identifier", identifier_token(sent)))


def search_name(sent: Resource) -> str:
    """The parameter of `search_params` without which it finds anything or nothing."""
    return "target" if sent["resourceType"] == "Provenance" else "identifier"


def widest_search_params(*, patient: ThisPatient) -> tuple[tuple[str, str], ...]:
    """How to search where the server does not list the narrower search: everything of this patient's, which
    every server can.
    """
    return (("patient", patient.id), ("_count", "100"))


def is_something_else(sent: Resource, stored: Resource, *, patient: ThisPatient) -> bool:
    """Whether `stored` is certainly not what was sent, though it is of the same type and patient. One without
    an identifier of ours that has our words may be: the EHR may have dropped the identifier.
    """
    if sent["resourceType"] == "Provenance":
        is_about_other = _targets(sent, patient)[0] not in _targets(stored, patient)
        return is_about_other or answers_search(sent, stored, patient=patient)
    if has_identifier_like(sent, stored):
        return True
    return Difference.WORDS in set(differences(sent, stored, patient=patient))


def wider_search_params(sent: Resource, *, patient: ThisPatient) -> tuple[tuple[str, str], ...]:
    """How to search for a document whose identifier the EHR may have dropped; () for anything else."""
    filed = instant_of(str(sent.get("date", "")))
    if sent["resourceType"] != "DocumentReference" or filed is None:
        return ()
    # With a time, which Oracle Health asks for: fhir.cerner.com, DocumentReference page, 2024-05-02.
    since = (filed - _A_DAY).isoformat(timespec="seconds")
    return (("patient", patient.id), ("date", f"ge{since}"))


def identifier_token(resource: Resource) -> str:
    """`system|value` of the first identifier."""
    first = _identifiers(resource)[0]
    return f"{first['system']}|{first['value']}"


def has_identifier_of(sent: Resource, stored: Resource) -> bool:
    ours = _identifiers(sent)[0]
    return any(
        (other.get("system"), other.get("value")) == (ours["system"], ours["value"])
        for other in _identifiers(stored)
    )


def has_identifier_like(sent: Resource, stored: Resource) -> bool:
    """One of the app's own, which then belongs to something else."""
    system = _identifiers(sent)[0]["system"]
    return any(other.get("system") == system for other in _identifiers(stored))


def _identifiers(resource: Resource) -> list[Mapping[str, object]]:
    """QuestionnaireResponse.identifier is one object, everywhere else it is a list."""
    value = resource.get("identifier")
    return [value] if isinstance(value, Mapping) else objects(resource, "identifier")


def _is_same_provenance(sent: Resource, stored: Resource, patient: ThisPatient) -> bool:
    """About the same entries, by this app, of the same activity where the chart has one."""
    is_same = _targets(sent, patient) == _targets(stored, patient)
    is_named = _agent_names(sent)[-1] in _agent_names(stored)
    return is_same and is_named and (not _activities(stored) or _activities(sent) == _activities(stored))


def _is_same_moment(sent: Resource, stored: Resource) -> bool:
    """To the second: two changes of one entry have the same targets, agents and activity."""
    ours, theirs = (instant_of(str(one.get("recorded", ""))) for one in (sent, stored))
    return ours is not None and theirs is not None and int(ours.timestamp()) == int(theirs.timestamp())


def _activities(provenance: Resource) -> set[object]:
    activity = provenance.get("activity")
    return (
        {str(one.get("code")) for one in objects(activity, "coding")}
        if isinstance(activity, Mapping)
        else set()
    )


def _targets(resource: Resource, patient: ThisPatient) -> list[str]:
    return sorted(
        patient.relative(reference)
        for target in objects(resource, "target")
        if isinstance(reference := target.get("reference"), str)
    )


def _agent_names(resource: Resource) -> list[object]:
    """As displayed; the last one that our builder names is the app itself."""
    people = [agent.get("who") for agent in objects(resource, "agent")]
    return [who.get("display") for who in people if isinstance(who, Mapping)]


def _encounters(resource: Resource) -> list[str]:
    """The visits that it names; a document has them in its context."""
    context = resource.get("context")
    holders = objects(context, "encounter") if isinstance(context, Mapping) else [resource.get("encounter")]
    references = [one.get("reference") for one in holders if isinstance(one, Mapping)]
    return [reference for reference in references if isinstance(reference, str)]


def _reference(resource: Resource, element: str) -> str:
    value = resource.get(element)
    reference = value.get("reference") if isinstance(value, Mapping) else None
    return reference if isinstance(reference, str) else ""
