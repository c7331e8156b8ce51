"""What Epic and Oracle Health demand of a clinical note, a DocumentReference, on create.

Epic: DocumentReference.Create (Clinical Notes) R4, an integrator's record of 2026-09-30. Oracle Health: the
DocumentReference page of fhir.cerner.com, 2024-05-02.
"""

from collections.abc import Iterator

from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.resource import Resource, as_list, local_reference, values_at

_LOINC = "http://loinc.org"
_ORACLE_CONTENT = frozenset(
    {
        "text/plain;charset=utf-8",
        "text/html;charset=utf-8",
        "text/rtf;charset=utf-8",
        "application/pdf",
        "application/xml;charset=utf-8",
        "application/xhtml+xml;charset=utf-8",
    }
)
_ORACLE_ELEMENTS = frozenset(
    {
        "resourceType",
        "id",
        "status",
        "docStatus",
        "type",
        "category",
        "subject",
        "date",
        "author",
        "content",
        "context",
    }
)
_ORACLE_ATTACHMENT = frozenset({"contentType", "data", "url", "title", "creation"})
_ORACLE_CONTEXT = frozenset({"encounter", "period"})


def check_epic_note(note: Resource, *, store: FhirStore) -> None:
    """Raises FhirProblem 400."""
    _require(note.get("status") == "current", 400, "status has to be current")
    _require(note.get("docStatus") in {"preliminary", "final"}, 400, "docStatus has to be given")
    _require(_LOINC in values_at(note, "type.coding.system"), 400, "type needs a LOINC code")
    encounters = values_at(note, "context.encounter.reference")
    _require(bool(encounters), 400, "context.encounter is required")
    _require_own_encounters(note, encounters, store=store, status=400)
    attachment = _first_attachment(note)
    _require(attachment.get("contentType") == "text/plain", 400, "only text/plain can be filed")
    _require("data" in attachment, 400, "the text has to be in attachment.data")


def check_oracle_note(note: Resource, *, store: FhirStore, user: str) -> None:
    """Raises FhirProblem 422. `user`: who is signed in; "" when nobody is."""
    _require(note.get("status") == "current", 422, "status has to be current")
    _require(note.get("docStatus") == "final", 422, "docStatus has to be final")
    _require("coding" in note.get("type", {}), 422, "type needs a code")
    authors = [local_reference(value) for value in values_at(note, "author.reference")]
    _require(
        len(as_list(note.get("author"))) == 1 and all(one.startswith("Practitioner/") for one in authors),
        422,
        "author has to be exactly one Practitioner",
    )
    _require(not user or authors == [user], 422, "author has to be the user who is signed in")
    encounters = values_at(note, "context.encounter.reference")
    _require(len(encounters) == 1, 422, "context.encounter has to be exactly one")
    _require_own_encounters(note, encounters, store=store, status=422)
    _require(bool(values_at(note, "context.period.end")), 422, "context.period.end is required")
    _require(all("T" in time for time in _times(note)), 422, "dates need a time")
    _require(len(as_list(note.get("content"))) == 1, 422, "content has to be exactly one")
    attachment = _first_attachment(note)
    _require(attachment.get("contentType") in _ORACLE_CONTENT, 422, "this contentType is not supported")
    _require("data" in attachment, 422, "the text has to be in attachment.data")


def listed_by_oracle(note: Resource) -> Resource:
    """The note without the elements that Oracle Health does not list, which it leaves out in silence: the
    identifier and the description among them.
    """
    kept = _only(note, _ORACLE_ELEMENTS)
    kept["content"] = [
        {"attachment": _only(attachment, _ORACLE_ATTACHMENT)}
        for attachment in values_at(note, "content.attachment")
        if isinstance(attachment, dict)
    ]
    if isinstance(kept.get("context"), dict):
        kept["context"] = _only(kept["context"], _ORACLE_CONTEXT)
    return kept


def _only(node: Resource, names: frozenset[str]) -> Resource:
    return {name: value for name, value in node.items() if name in names}


def _require(holds: bool, status: int, diagnostics: str) -> None:
    if not holds:
        raise FhirProblem(status, "business-rule", f"DocumentReference: {diagnostics}")


def _require_own_encounters(
    note: Resource, references: list[object], *, store: FhirStore, status: int
) -> None:
    """Every encounter is here and of the note's patient."""
    patients = store.patients_of(note)
    for reference in references:
        encounter = store.get(*local_reference(reference).split("/")) if local_reference(reference) else None
        is_own = encounter is not None and bool(patients) and store.patients_of(encounter) == patients
        _require(is_own, status, "context.encounter is not one of this patient")


def _first_attachment(note: Resource) -> Resource:
    return next((one for one in values_at(note, "content.attachment") if isinstance(one, dict)), {})


def _times(note: Resource) -> Iterator[str]:
    paths = ("date", "context.period.start", "context.period.end", "content.attachment.creation")
    for path in paths:
        for value in values_at(note, path):
            yield str(value)
