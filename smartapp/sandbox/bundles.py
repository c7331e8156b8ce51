"""Charts from files: FHIR R4 Bundles, single resources and NDJSON become one list of resources."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from smartapp.sandbox.resource import (
    ID_PATTERN,
    TYPE_PATTERN,
    Resource,
    as_list,
    reference_to,
    with_references,
)

_NDJSON = {".ndjson", ".jsonl"}


class BundleError(ValueError):
    """A file that cannot be loaded: which, and what is wrong with it."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


@dataclass(frozen=True, slots=True)
class _Found:
    """A resource with the name that others may refer to it by ("urn:uuid:..."), and where it stood."""

    resource: Resource
    full_url: str
    path: Path


def load_bundles(paths: Iterable[Path]) -> list[Resource]:
    """Every resource of the files, with ids, and with references between them made relative where their
    target is known.

    When two files hold the same type and id, the later one wins. Raises BundleError for the first file that
    cannot be used.
    """
    found = _with_ids([item for path in paths for item in _read(path)])
    places = {item.full_url: reference_to(item.resource) for item in found if item.full_url}
    identifiers = _by_identifier(found)

    def resolve(reference: str) -> str:
        return places.get(reference) or _conditional(reference, identifiers) or reference

    return list(
        {reference_to(item.resource): with_references(item.resource, resolve) for item in found}.values()
    )


def _read(path: Path) -> list[_Found]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BundleError(path, f"cannot be opened ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BundleError(path, "is not UTF-8 text") from error
    if text.lstrip().startswith("<"):
        raise BundleError(path, "is XML; only FHIR JSON can be loaded")
    return [item for line, value in _values(path, text) for item in _resources(path, value, line)]


def _values(path: Path, text: str) -> Iterator[tuple[str, object]]:
    """Each JSON value with where it stands ("line 3", or "" for the whole file)."""
    if path.suffix.lower() not in _NDJSON:
        yield "", _decoded(path, text, "")
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield f"line {number}", _decoded(path, line, f"line {number}")


def _decoded(path: Path, text: str, where: str) -> object:
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise BundleError(path, f"is not JSON ({where or f'line {error.lineno}'}: {error.msg})") from error
    except RecursionError as error:
        raise BundleError(path, "is nested too deep") from error
    return value


def _resources(path: Path, value: object, where: str) -> Iterator[_Found]:
    if isinstance(value, dict) and value.get("resourceType") == "Bundle":
        for position, entry in enumerate(as_list(value.get("entry"))):
            yield from _entry(path, entry, f"entry {position}")
    else:
        yield _Found(_checked(path, value, where or "the file"), "", path)


def _entry(path: Path, entry: object, where: str) -> Iterator[_Found]:
    if not isinstance(entry, dict):
        raise BundleError(path, f"{where} is not an object")
    # A searchset may carry a word about the search itself, and a transaction a deletion: neither is chart
    # data.
    if "resource" not in entry or _mode(entry) == "outcome":
        return
    resource = _checked(path, entry["resource"], where)
    request = entry.get("request")
    url = str(request.get("url", "")) if isinstance(request, dict) else ""
    named = url.partition("/")[2] if url.startswith(f"{resource['resourceType']}/") else ""
    full_url = entry.get("fullUrl")
    full_url = full_url if isinstance(full_url, str) else ""
    resource_id = resource.get("id") or named or full_url.removeprefix("urn:uuid:")
    with_id = {**resource, "id": resource_id} if ID_PATTERN.fullmatch(str(resource_id)) else resource
    yield _Found(with_id, full_url, path)


def _mode(entry: Resource) -> object:
    search = entry.get("search")
    return search.get("mode") if isinstance(search, dict) else None


def _checked(path: Path, value: object, where: str) -> Resource:
    if not isinstance(value, dict):
        raise BundleError(path, f"{where} is not a FHIR resource")
    resource_type = value.get("resourceType")
    if not isinstance(resource_type, str) or not TYPE_PATTERN.fullmatch(resource_type):
        raise BundleError(path, f"{where} has no resourceType")
    if "id" in value and not (isinstance(value["id"], str) and ID_PATTERN.fullmatch(value["id"])):
        raise BundleError(path, f"{where} has an id that FHIR does not allow")
    return value


def _with_ids(found: list[_Found]) -> list[_Found]:
    """Resources without an id get one; it is the same whenever the same files are loaded."""
    taken = {reference_to(item.resource) for item in found if "id" in item.resource}
    complete: list[_Found] = []
    for position, item in enumerate(found, start=1):
        resource = item.resource
        if "id" not in resource:
            resource_id = f"loaded-{position}"
            while f"{resource['resourceType']}/{resource_id}" in taken:
                resource_id += "x"
            resource = {**resource, "id": resource_id}
        complete.append(_Found(resource, item.full_url, item.path))
    return complete


def _by_identifier(found: list[_Found]) -> dict[tuple[str, str], str]:
    """(type, "system|value") to reference; also under the bare value."""
    places: dict[tuple[str, str], str] = {}
    for item in found:
        for identifier in as_list(item.resource.get("identifier")):
            if isinstance(identifier, dict) and "value" in identifier:
                resource_type, value = item.resource["resourceType"], identifier["value"]
                places.setdefault(
                    (resource_type, f"{identifier.get('system', '')}|{value}"), reference_to(item.resource)
                )
                places.setdefault((resource_type, str(value)), reference_to(item.resource))
    return places


def _conditional(reference: str, identifiers: dict[tuple[str, str], str]) -> str:
    """The target of "Practitioner?identifier=system|value", or "" when it is something else or unknown."""
    resource_type, mark, query = reference.partition("?")
    wanted = parse_qs(query).get("identifier", []) if mark else []
    return identifiers.get((resource_type, wanted[0]), "") if len(wanted) == 1 else ""
