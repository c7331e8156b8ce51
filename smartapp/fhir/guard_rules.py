"""What the guard asks of every resource: one identifier, the subject, everybody named who has a part in it, a
meta that fits.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final, cast

from smartapp.fhir import guard_terms as terms
from smartapp.fhir.guard_expected import Expected, refuse
from smartapp.fhir.guard_terms import Coding
from smartapp.sdm.model import Kind

_IDENTIFIER_VALUE: Final = re.compile(r"[A-Za-z0-9\-.:]{1,64}")

_PEOPLE: Final = frozenset({"expressedBy", "performer", "contributor", "source", "author"})

Resource = Mapping[str, object]


def check_identity(resource: Resource, expected: Expected) -> None:
    """Exactly one identifier, of our system and this row, and the launched patient as subject."""
    name = resource["resourceType"]
    ours = {"system": expected.form.systems.identifiers, "value": expected.identifier}
    if resource.get("identifier") not in ([ours], ours):
        refuse(f"{name}.identifier", "not the one identifier of this item")
    if not _IDENTIFIER_VALUE.fullmatch(expected.identifier):
        refuse(f"{name}.identifier", "not an id of the app")
    if reference_of(resource.get("subject")) != expected.patient:
        refuse(f"{name}.subject", "not the launched patient")


def check_kind(resource: Resource, expected: Expected, kinds: Collection[Kind]) -> None:
    """A goal never becomes an Observation, nor anything else something that it is not."""
    if expected.kind not in kinds:
        refuse(str(resource["resourceType"]), "not the resource for this kind of statement")


def check_named(resource: Resource, expected: Expected, elements: Collection[str]) -> None:
    """The visit and those who spoke and wrote, where they are known, and only then. `elements`: those that
    this type of resource can have.
    """
    people = _PEOPLE & expected.references.keys()
    wanted = {element: bool(expected.references[element]) for element in people}
    for element, is_wanted in (wanted | {"encounter": bool(expected.encounter)}).items():
        if element in elements and (element in resource) != is_wanted:
            refuse(f"{resource['resourceType']}.{element}", "missing, or nobody known")


def check_tag(resource: Resource, expected: Expected) -> None:
    meta = cast("Resource", resource.get("meta", {}))
    system = f"{expected.form.systems.base}/tags"
    wanted = [{"system": system, "code": expected.tag}] if expected.tag else []
    if meta.get("tag", []) != wanted or (expected.tag and expected.tag not in terms.TAGS):
        refuse(f"{resource['resourceType']}.meta.tag", "not whose words these are")


def check_profiles(resource: Resource, expected: Expected, fitting: Collection[str]) -> None:
    """`fitting`: canonical URLs, without version, of the profiles that this very resource may claim."""
    meta = cast("Resource", resource.get("meta", {}))
    claimed = cast("list[str]", meta.get("profile", []))
    for profile in claimed:
        is_of_form = profile in expected.form.claims.values()
        if not is_of_form or profile.partition("|")[0] not in fitting:
            refuse(f"{resource['resourceType']}.meta.profile", "not a profile of this resource")
    check_once(f"{resource['resourceType']}.meta.profile", claimed)


def check_words(path: str, words: object, expected: Expected) -> None:
    """`words` are what was said, to the letter."""
    if [words] != list(expected.words):
        refuse(path, "not the words that were said")


def check_words_note(note: Resource, expected: Expected, *, path: str) -> None:
    """A note that holds what was said, by who said it where the chart knows them."""
    check_words(f"{path}.text", note.get("text"), expected)
    speakers = {one for one in expected.named("authorReference") if not one.startswith("Practitioner/")}
    author = reference_of(note.get("authorReference"))
    if author not in (speakers or {""}):
        refuse(f"{path}.authorReference", "not who said it")


def check_notes(resource: Resource, expected: Expected, *, own_words_are_noted: bool = False) -> None:
    """Each author wrote one note. The clinician's tells whose words they are, so it is there where they are
    not the patient's own; `own_words_are_noted`: and even then.
    """
    path = f"{resource['resourceType']}.note"
    notes = cast("list[Resource]", resource.get("note", []))
    authors = [reference_of(note.get("authorReference")) or note.get("authorString", "") for note in notes]
    check_once(path, authors)
    clinicians = [one for one in expected.named("authorReference") if one.startswith("Practitioner/")]
    is_told = expected.tag != terms.PATIENT_STATED or own_words_are_noted
    if clinicians and [one for one in authors if one in clinicians] != (clinicians if is_told else []):
        refuse(path, "not the clinician's note that belongs there")
    if any("authorReference" in note and "authorString" in note for note in notes):
        refuse(path, "two authors")


def check_fixed(resource: Resource, element: str, value: object) -> None:
    if resource.get(element) != value:
        refuse(f"{resource['resourceType']}.{element}", "not what a new one has")


def check_each_once(resource: Resource, *elements: str) -> None:
    """No reference twice in one list."""
    for element in elements:
        listed = cast("list[Resource]", resource.get(element, []))
        check_once(f"{resource['resourceType']}.{element}", [one.get("reference", "") for one in listed])


def check_once(path: str, values: Collection[object]) -> None:
    if len(set(values)) != len(values):
        refuse(path, "twice")


def reference_of(value: object) -> str:
    return str(value.get("reference", "")) if isinstance(value, Mapping) else ""


def coded(*codings: Coding) -> dict[str, object]:
    """A CodeableConcept of codings."""
    return {"coding": [dict(one) for one in codings]}
