"""One patient's chart as the start page shows it: a summary, and what clients wrote."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from smartapp.sandbox.fhir_store import FhirStore, instant
from smartapp.sandbox.page_text import Speakers, concept_text, day_in_words, time_in_words
from smartapp.sandbox.page_words import is_statement, is_taken_back, note_text, sentence
from smartapp.sandbox.request_log import LoggedRequest
from smartapp.sandbox.resource import Resource, as_list, reference_to, values_at

_MOST_LINES = 8
_OPEN_ORDERS = ("draft", "on-hold")
_WRITES = ("POST", "PUT", "PATCH")
_REASONS = {
    400: "This EHR could not read it.",
    401: "The session is over.",
    409: "This EHR has a newer version.",
    412: "This EHR has a newer version, or several that fit.",
    422: "This EHR did not accept the content.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the summary: what, and a date or a dose beside it."""

    text: str
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A headed list; `more` lines were left out."""

    heading: str
    lines: tuple[Line, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of what is in the chart.

    `key` names it across refreshes. `instant`: when a client wrote it, "" for what was there before.
    `fhir`: its JSON. `note`: the text of a note. `is_struck`: it was entered in error.
    """

    key: str
    when: str
    label: str
    sentence: str
    instant: str = ""
    fhir: str = ""
    note: str = ""
    is_struck: bool = False

    @property
    def is_new(self) -> bool:
        return bool(self.instant)


@dataclass(frozen=True, slots=True)
class ChartNow:
    """What is in the chart now.

    `news`: in a few words. `entries`: what clients wrote, then what was there before, each newest first.
    """

    news: str
    entries: tuple[Entry, ...]


def chart_of(store: FhirStore, patient_id: str, *, requests: Iterable[LoggedRequest]) -> ChartNow:
    speakers = Speakers(store)
    written = [_written(resource, speakers) for resource in _written_for(store, patient_id)]
    refused = [
        _refused(request, request.body, speakers)
        for request in requests
        if _is_refused_write(request) and patient_id in _patients_of(request, store)
    ]
    newest_first = sorted([*written, *refused], key=lambda entry: entry.instant, reverse=True)
    return ChartNow(_news(written, len(refused)), (*newest_first, *_earlier(store, patient_id)))


def summary(store: FhirStore, patient_id: str, *, encounter_id: str, today: date) -> tuple[Block, ...]:
    """What a clinician sees of the chart at a glance. Empty parts say so."""

    def lines(resource_type: str) -> list[Resource]:
        return [resource for resource in store.of_patient(resource_type, patient_id) if _counts(resource)]

    conditions = [resource for resource in lines("Condition") if _is_active(resource)]
    medicines = [resource for resource in lines("MedicationRequest") if resource.get("status") == "active"]
    return (
        Block(f"Today, {day_in_words(today)}", (*_visit(store, encounter_id), *_drafts(lines))),
        _block("Problems", [(_code(item), _year(item.get("onsetDateTime"))) for item in conditions]),
        _block("Medicines", [(_code(item), _dose(item)) for item in medicines]),
        _block("Allergies", [(_code(item), "") for item in lines("AllergyIntolerance")]),
        _block("Notes", [_note(item) for item in _newest_first(lines("DocumentReference"))]),
    )


def _written_for(store: FhirStore, patient_id: str) -> list[Resource]:
    return [
        resource
        for resource_type in sorted(store.types())
        for resource in store.written(resource_type)
        if patient_id in store.patients_of(resource)
    ]


def _written(resource: Resource, speakers: Speakers) -> Entry:
    written_at = str(resource["meta"]["lastUpdated"])
    return Entry(
        key=reference_to(resource),
        when=_local_time(written_at),
        label=f"{reference_to(resource)}, {_state(resource)}",
        sentence=sentence(resource, speakers),
        instant=written_at,
        fhir=_json(resource),
        note=note_text(resource, speakers.store),
        is_struck=is_taken_back(resource),
    )


def _refused(request: LoggedRequest, body: object, speakers: Speakers) -> Entry:
    resource = body if isinstance(body, dict) else {}
    reason = _REASONS.get(request.status or 0, "This EHR does not take it.")
    said = f"{sentence(resource, speakers)} " if resource else ""
    return Entry(
        key=f"refused {request.at.isoformat()} {request.path}",
        when=_local_time(request.at.isoformat()),
        label=f"refused ({request.status})",
        sentence=f"{said}Nothing was stored. {reason}",
        instant=instant(request.at),
        fhir=_json(resource) if resource else "",
    )


def _is_refused_write(request: LoggedRequest) -> bool:
    """A create or update that was turned down. After a 5xx nobody knows, so those are not listed."""
    is_write = request.method in _WRITES and "/fhir" in request.path and not request.path.endswith("/_search")
    return is_write and 400 <= (request.status or 0) < 500


def _patients_of(request: LoggedRequest, store: FhirStore) -> frozenset[str]:
    """The patients whom the refused resource names; else the patient of the session that sent it."""
    named = store.patients_of(request.body) if isinstance(request.body, dict) else frozenset()
    return named or frozenset({request.patient or ""})


def _earlier(store: FhirStore, patient_id: str) -> tuple[Entry, ...]:
    """The statements that were in the chart before, newest first; those entered in error are left out."""
    speakers = Speakers(store)
    statements = [
        resource
        for resource_type in ("Goal", "Observation")
        for resource in store.of_patient(resource_type, patient_id)
        if is_statement(resource) and _counts(resource) and not store.was_written(resource)
    ]
    return tuple(
        Entry(
            key=reference_to(resource),
            when=day_in_words(_dated(resource)) or "No date",
            label=reference_to(resource),
            sentence=sentence(resource, speakers),
        )
        for resource in _newest_first(statements)
    )


def _news(written: list[Entry], refused: int) -> str:
    counts = {
        "changed": sum(entry.label.endswith("changed") for entry in written),
        "new": sum(entry.label.endswith("new") for entry in written),
        "entered in error": sum(entry.is_struck for entry in written),
        "refused": refused,
    }
    found = [f"{count} {what}" for what, count in counts.items() if count]
    return ", ".join(found) or "nothing new yet. Send something and it appears here"


def _state(resource: Resource) -> str:
    if is_taken_back(resource):
        return "entered in error"
    return "new" if resource["meta"].get("versionId") == "1" else "changed"


def _local_time(moment: str) -> str:
    """ "10:36" on this computer's clock; "" when it is no instant."""
    try:
        return f"{datetime.fromisoformat(moment).astimezone():%H:%M}"
    except ValueError:
        return ""


def _json(value: Resource) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _visit(store: FhirStore, encounter_id: str) -> Iterable[Line]:
    encounter = store.get("Encounter", encounter_id) if encounter_id else None
    if encounter is None:
        return (Line("No visit on file"),)
    reasons = [concept_text(reason) for reason in as_list(encounter.get("reasonCode"))]
    kinds = [concept_text(kind) for kind in as_list(encounter.get("type"))]
    start = next(iter(values_at(encounter, "period.start")), "")
    return (Line(next(iter([*reasons, *kinds]), "Visit"), time_in_words(start)),)


def _drafts(lines: Callable[[str], list[Resource]]) -> list[Line]:
    orders = [*lines("ServiceRequest"), *lines("MedicationRequest")]
    return [
        Line(f"Draft: {_code(order)}", time_in_words(order.get("authoredOn")))
        for order in orders
        if order.get("status") in _OPEN_ORDERS
    ]


def _block(heading: str, pairs: list[tuple[str, str]]) -> Block:
    shown = tuple(Line(text or "No name", aside) for text, aside in pairs[:_MOST_LINES])
    return Block(heading, shown or (Line("None on file"),), max(0, len(pairs) - _MOST_LINES))


def _note(document: Resource) -> tuple[str, str]:
    titles = [document.get("description"), *values_at(document, "content.attachment.title")]
    title = next((str(title) for title in titles if title), concept_text(document.get("type")))
    return title, day_in_words(document.get("date"))


def _newest_first(resources: Iterable[Resource]) -> list[Resource]:
    return sorted(resources, key=_dated, reverse=True)


def _dated(resource: Resource) -> str:
    elements = ("statusDate", "startDate", "effectiveDateTime", "date")
    return next((str(resource[element]) for element in elements if resource.get(element)), "")


def _counts(resource: Resource) -> bool:
    refuted = "entered-in-error" in values_at(resource, "verificationStatus.coding.code")
    return not is_taken_back(resource) and not refuted


def _is_active(condition: Resource) -> bool:
    codes = values_at(condition, "clinicalStatus.coding.code")
    return not codes or bool({"active", "recurrence", "relapse"} & {str(code) for code in codes})


def _code(resource: Resource) -> str:
    named = concept_text(resource.get("code") or resource.get("medicationCodeableConcept"))
    return named or next((str(text) for text in values_at(resource, "medicationReference.display")), "")


def _dose(medicine: Resource) -> str:
    return next((str(text) for text in values_at(medicine, "dosageInstruction.text")), "")


def _year(text: object) -> str:
    return str(text or "")[:4]
