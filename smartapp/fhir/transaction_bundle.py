"""Several creates in one transaction, and what the server answered to each.

https://hl7.org/fhir/R4/http.html#transaction. Servers exist that keep the entries they like and answer 200
for the whole, so only what an entry's own answer says counts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from smartapp.fhir.operation_outcome import reason_in
from smartapp.fhir.this_patient import is_id, is_type

_LOCATION: Final = re.compile(r"(?:.*/)?([A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[^/]*)?/?")
_STATUS: Final = re.compile(r"([1-5]\d\d)(?:\D.*)?")


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """Of one entry. `status`: HTTP, 0 when the server did not say; `reference`: "Type/id" of what it made, ""
    when it did not say; `reason`: its own words, to be shown and not logged.
    """

    status: int = 0
    reference: str = ""
    reason: str = ""


def bundle_of(entries: Sequence[tuple[str, Mapping[str, object], str | None]]) -> dict[str, object]:
    """A transaction that creates each entry: its full URL ("urn:uuid:..."), the resource, and the query of
    If-None-Exist ("identifier=system|value"), None for none.
    """
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": full_url, "resource": resource, "request": _request(resource, if_none_exist)}
            for full_url, resource, if_none_exist in entries
        ],
    }


def _request(resource: Mapping[str, object], if_none_exist: str | None) -> dict[str, object]:
    request = {"method": "POST", "url": resource["resourceType"]}
    return request | ({"ifNoneExist": if_none_exist} if if_none_exist else {})


def answers_of(body: object, count: int) -> tuple[EntryAnswer, ...]:
    """One answer for each of the `count` entries sent, in their order; `body`: the decoded answer.

    A server that answers another number of entries does not say which is which, so nothing is known of any.
    The same holds for anything that is no Bundle.
    """
    entries = (
        body.get("entry") if isinstance(body, Mapping) and body.get("resourceType") == "Bundle" else None
    )
    if not isinstance(entries, list) or len(entries) != count:
        return (EntryAnswer(),) * count
    return tuple(_answer(entry) if isinstance(entry, Mapping) else EntryAnswer() for entry in entries)


def _answer(entry: Mapping[str, object]) -> EntryAnswer:
    response = entry.get("response")
    response = response if isinstance(response, Mapping) else {}
    found = _STATUS.fullmatch(str(response.get("status", "")).strip())
    return EntryAnswer(
        status=int(found[1]) if found else 0,
        reference=_located(response.get("location")) or _reference_of(entry.get("resource")),
        reason=reason_in(response.get("outcome")),
    )


def _located(location: object) -> str:
    """Absolute or relative, with or without version; the host does not matter, we read from our own base."""
    found = _LOCATION.fullmatch(location) if isinstance(location, str) else None
    return f"{found[1]}/{found[2]}" if found and is_type(found[1]) and is_id(found[2]) else ""


def _reference_of(resource: object) -> str:
    if not isinstance(resource, Mapping) or resource.get("resourceType") == "OperationOutcome":
        return ""
    resource_type, resource_id = str(resource.get("resourceType", "")), str(resource.get("id", ""))
    return f"{resource_type}/{resource_id}" if is_type(resource_type) and is_id(resource_id) else ""
