"""Earlier versions of a resource, as a server hands them out that keeps them.

https://hl7.org/fhir/R4/http.html#history
"""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from smartapp.sandbox import access as permission
from smartapp.sandbox.access import Access
from smartapp.sandbox.interactions import Interactions
from smartapp.sandbox.pages import number_asked
from smartapp.sandbox.resource import Resource, reference_to

MOST = 50


def keeps_versions(interactions: Interactions) -> bool:
    """Whether the server keeps versions now: with them switched off it has none to keep."""
    return interactions.manner.keeps_versions and interactions.has_versions


def versions_of(interactions: Interactions, access: Access, current: Resource) -> list[Resource]:
    """The versions that the access may see, the newest first; `current` is one that it may read."""
    if not keeps_versions(interactions):
        return [current]
    store = interactions.store
    earlier = store.earlier(current["resourceType"], current["id"])
    visible = [one for one in earlier if permission.may(access, "r", one, store=store)]
    return [current, *reversed(visible)]


def history_bundle(
    interactions: Interactions,
    versions: list[Resource],
    *,
    asked: Mapping[str, str],
    url_of: Callable[[str], str],
) -> Resource:
    """One page of a Bundle of type history. `asked`: the request's parameters, of which _count and _offset
    are heeded; `url_of`: the full URL of a relative one. Raises FhirProblem for one that is no number.
    """
    count, offset = min(number_asked(asked, "_count", MOST), MOST), number_asked(asked, "_offset", 0)
    here = f"{reference_to(versions[0])}/_history"
    links = [{"relation": "self", "url": url_of(here)}]
    if count and offset + count < len(versions):
        further = urlencode({"_count": count, "_offset": offset + count})
        links.append({"relation": "next", "url": url_of(f"{here}?{further}")})
    shown = versions[offset : offset + count]
    return {
        "resourceType": "Bundle",
        "type": "history",
        "total": len(versions),
        "link": links,
        "entry": [_entry(interactions, one, url_of, is_first=one is versions[-1]) for one in shown],
    }


def _entry(
    interactions: Interactions, version: Resource, url_of: Callable[[str], str], *, is_first: bool
) -> Resource:
    reference, meta = reference_to(version), version["meta"]
    return {
        "fullUrl": url_of(reference),
        "resource": interactions.shown(version),
        "request": {
            "method": "POST" if is_first else "PUT",
            "url": version["resourceType"] if is_first else reference,
        },
        "response": {
            "status": "201" if is_first else "200",
            "etag": f'W/"{meta["versionId"]}"',
            "lastModified": meta["lastUpdated"],
        },
    }
