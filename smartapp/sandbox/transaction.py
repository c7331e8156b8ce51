"""Bundles that do several things at once: a transaction does all or nothing, a batch each on its own.

https://hl7.org/fhir/R4/http.html#transaction
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl

from smartapp.sandbox.access import Access
from smartapp.sandbox.interactions import Interactions, Written
from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.resource import Resource, as_list, reference_to, references_in, with_references
from smartapp.sandbox.write_answers import location_of

_STATUS_TEXT = {200: "200 OK", 201: "201 Created"}


@dataclass(slots=True)
class _Entry:
    """One entry on its way. `reference`: where its resource is or will be; `existing`: what ifNoneExist
    found.
    """

    position: int
    method: str
    url: str
    full_url: str
    if_none_exist: str
    if_match: str
    resource: object
    reference: str = ""
    existing: Resource | None = None
    repeats: "_Entry | None" = None


def run(interactions: Interactions, access: Access, bundle: object, *, fhir_base: str) -> Resource:
    """Do what a transaction or batch Bundle asks; the answer has one entry for each of its entries, in
    their order.
    """
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise FhirProblem(400, "invalid", "the body is not a Bundle")
    entries = [_entry(position, raw) for position, raw in enumerate(as_list(bundle.get("entry")))]
    match bundle.get("type"):
        case "transaction" if interactions.faults.write.keeps_good_half:
            answers = _good_half(interactions, access, entries, fhir_base=fhir_base)
        case "transaction":
            answers = _transaction(interactions, access, entries, fhir_base=fhir_base)
        case "batch":
            answers = [_alone(interactions, access, entry, fhir_base=fhir_base) for entry in entries]
        case _:
            raise FhirProblem(400, "invalid", "the Bundle is neither a transaction nor a batch")
    return {"resourceType": "Bundle", "type": f"{bundle['type']}-response", "entry": answers}


def _entry(position: int, raw: object) -> _Entry:
    request = raw.get("request") if isinstance(raw, dict) else None
    if (
        not isinstance(raw, dict)
        or not isinstance(request, dict)
        or request.get("method") not in {"GET", "POST", "PUT"}
    ):
        raise FhirProblem(400, "structure", f"entry {position} has no request that this server can do")
    return _Entry(
        position=position,
        method=request["method"],
        url=str(request.get("url", "")),
        full_url=str(raw.get("fullUrl", "")),
        if_none_exist=str(request.get("ifNoneExist", "")),
        if_match=str(request.get("ifMatch", "")),
        resource=raw.get("resource"),
    )


def _transaction(
    interactions: Interactions, access: Access, entries: list[_Entry], *, fhir_base: str
) -> list[Resource]:
    answers: dict[int, Resource] = {}
    with interactions.store.atomically():
        _reserve(interactions, access, entries)
        for entry in entries:
            interactions.store.promise(entry.reference)
        resolve = _resolver({entry.full_url: entry.reference for entry in entries if entry.full_url})
        # The standard's order: what is created comes before what is updated, and reads see the result.
        for entry in sorted(entries, key=lambda entry: ("POST", "PUT", "GET").index(entry.method)):
            with _named(entry):
                entry.resource = with_references(entry.resource, resolve)
                answers[entry.position] = _do(interactions, access, entry, fhir_base=fhir_base)
    return [answers[position] for position in range(len(entries))]


def _reserve(interactions: Interactions, access: Access, entries: list[_Entry]) -> None:
    """Give every entry the reference that its resource will have, so that others can point to it."""
    conditional: dict[tuple[str, str], _Entry] = {}
    for entry in entries:
        if entry.method == "PUT":
            entry.reference = entry.url
        if entry.method != "POST":
            continue
        with _named(entry):
            interactions.require_create(access, entry.url)
            entry.existing = interactions.existing(access, entry.url, entry.if_none_exist)
        if entry.if_none_exist:
            entry.repeats = conditional.get((entry.url, entry.if_none_exist))
            conditional.setdefault((entry.url, entry.if_none_exist), entry)
        if entry.existing is not None:
            entry.reference = reference_to(entry.existing)
        elif entry.repeats is not None:
            entry.reference = entry.repeats.reference
        else:
            entry.reference = f"{entry.url}/{interactions.store.new_id(entry.url)}"


def _resolver(places: Mapping[str, str]) -> Callable[[str], str]:
    """`places`: fullUrl of an entry to where its resource is or will be."""

    def resolve(reference: str) -> str:
        if reference.startswith("urn:") and reference not in places:
            raise FhirProblem(400, "invalid", "a urn reference names no entry of the Bundle")
        return places.get(reference) or reference

    return resolve


def _good_half(
    interactions: Interactions, access: Access, entries: list[_Entry], *, fhir_base: str
) -> list[Resource]:
    """What a careless server makes of a transaction: each entry on its own, those first to which others
    refer. An entry that refers to one that failed, fails too.
    """
    answers: dict[int, Resource] = {}
    places: dict[str, str] = {}
    waiting = sorted(entries, key=lambda entry: ("POST", "PUT", "GET").index(entry.method))
    while waiting:
        pending = {entry.full_url for entry in waiting}
        entry = next((one for one in waiting if not pending & set(references_in(one.resource))), waiting[0])
        waiting.remove(entry)
        answer = _alone(interactions, access, entry, fhir_base=fhir_base, places=places)
        answers[entry.position] = answer
        if "outcome" not in answer["response"]:
            places[entry.full_url] = entry.reference
    return [answers[position] for position in range(len(entries))]


def _alone(
    interactions: Interactions,
    access: Access,
    entry: _Entry,
    *,
    fhir_base: str,
    places: Mapping[str, str] = MappingProxyType({}),
) -> Resource:
    try:
        if entry.method == "POST":
            _reserve(interactions, access, [entry])
        if entry.method == "PUT":
            entry.reference = entry.url
        entry.resource = with_references(entry.resource, _resolver(places))
        return _do(interactions, access, entry, fhir_base=fhir_base)
    except FhirProblem as problem:
        return {"response": {"status": str(problem.status), "outcome": problem.as_resource()}}


def _do(interactions: Interactions, access: Access, entry: _Entry, *, fhir_base: str) -> Resource:
    if entry.method == "GET":
        return _get(interactions, access, entry, fhir_base=fhir_base)
    resource_type, _, resource_id = entry.reference.partition("/")
    if entry.method == "PUT":
        written = interactions.update(
            access, resource_type, resource_id, body=entry.resource, if_match=entry.if_match
        )
    elif entry.existing is not None or entry.repeats is not None:
        found = entry.existing or interactions.store.get(resource_type, resource_id) or {}
        written = Written(found, found, is_new=False)
    else:
        written = interactions.store_new(access, resource_type, resource_id, body=entry.resource)
    return _answer(interactions, written, fhir_base)


def _get(interactions: Interactions, access: Access, entry: _Entry, *, fhir_base: str) -> Resource:
    path, _, query = entry.url.partition("?")
    resource_type, _, resource_id = path.partition("/")
    if resource_id:
        resource = interactions.read(access, resource_type, resource_id)
    else:
        found, _ = interactions.search(access, resource_type, parse_qsl(query, keep_blank_values=True))
        matches = [{"fullUrl": f"{fhir_base}/{reference_to(match)}", "resource": match} for match in found]
        resource = {"resourceType": "Bundle", "type": "searchset", "total": len(matches), "entry": matches}
    return {"resource": resource, "response": {"status": "200 OK"}}


def _answer(interactions: Interactions, written: Written, fhir_base: str) -> Resource:
    meta, write = written.stored["meta"], interactions.faults.write
    status = write.created_status if written.is_new else 200
    response = {"status": _STATUS_TEXT[status], "lastModified": meta["lastUpdated"]}
    if location := location_of(written.stored, interactions, fhir_base=fhir_base):
        response["location"] = location
    if interactions.has_versions:
        response["etag"] = f'W/"{meta["versionId"]}"'
    if written.is_new and write.empty_create_body:
        return {"response": response}
    full_url = f"{fhir_base}/{reference_to(written.stored)}"
    return {"fullUrl": full_url, "resource": interactions.shown(written.answered), "response": response}


@contextmanager
def _named(entry: _Entry) -> Iterator[None]:
    """Says in a problem which entry it was."""
    try:
        yield
    except FhirProblem as problem:
        raise FhirProblem(
            problem.status, problem.code, f"entry {entry.position}: {problem.diagnostics}"
        ) from problem
