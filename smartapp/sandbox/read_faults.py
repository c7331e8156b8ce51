"""Answers to reads and searches as a careless, broken or hostile server would give them."""

import copy

from smartapp.sandbox.faults import ReadFaults
from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.outcome import encoded
from smartapp.sandbox.resource import Resource

HUGE_BYTES = 16 * 1024 * 1024
_DEPTH = 20_000
_DEEP_MARK = "deep-json-goes-here"
_OTHER_PATIENT = "another-patient"


def spoiled_page(bundle: Resource, resource_type: str, faults: ReadFaults, *, store: FhirStore) -> Resource:
    """The searchset with what the switches add to it."""
    links, entries = list(bundle["link"]), list(bundle.get("entry", []))
    if faults.wrong_patient_in_results:
        entries.append(
            {"resource": _of_another_patient(resource_type, entries, store), "search": {"mode": "match"}}
        )
    if faults.malformed_resource:
        entries.append({"resource": _malformed(resource_type), "search": {"mode": "match"}})
    planted = faults.foreign_next_link or (links[0]["url"] if faults.next_loop else None)
    if planted:
        links = [link for link in links if link["relation"] != "next"] + [
            {"relation": "next", "url": planted}
        ]
    return {**bundle, "link": links, "entry": entries} if entries else {**bundle, "link": links}


def spoiled_body(resource: Resource, faults: ReadFaults) -> bytes:
    """The resource as bytes, too deep or too long if told so."""
    if faults.deep_json:
        # No encoder writes this depth, so the brackets are put into the encoded text.
        body = encoded({**resource, "extension": _DEEP_MARK})
        body = body.replace(f'"{_DEEP_MARK}"'.encode(), b"[" * _DEPTH + b"]" * _DEPTH)
    else:
        body = encoded(resource)
    return body.ljust(HUGE_BYTES) if faults.huge_body else body


def _of_another_patient(resource_type: str, entries: list[Resource], store: FhirStore) -> Resource:
    mine = frozenset(patient for entry in entries for patient in store.patients_of(entry["resource"]))
    for resource in store.of_type(resource_type):
        patients = store.patients_of(resource)
        if patients and not patients & mine:
            return resource
    if not entries:
        return {
            "resourceType": resource_type,
            "id": "stray",
            "subject": {"reference": f"Patient/{_OTHER_PATIENT}"},
        }
    stray = copy.deepcopy(entries[0]["resource"])
    for element in ("subject", "patient", "beneficiary"):
        if element in stray:
            stray[element] = {"reference": f"Patient/{_OTHER_PATIENT}"}
    return {**stray, "id": _OTHER_PATIENT if resource_type == "Patient" else "stray"}


def _malformed(resource_type: str) -> Resource:
    return {
        "resourceType": resource_type,
        "id": ["malformed"],
        "status": 7,
        "subject": "nobody",
        "code": [None, 1],
        "name": 3,
    }
