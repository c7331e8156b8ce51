"""Search answers as pages: how many, where the next page is, and the ways of naming it."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from smartapp.sandbox.faults import Faults
from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.resource import Resource, reference_to
from smartapp.sandbox.search import Pairs

DEFAULT_COUNT = 50
MAX_COUNT = 250
INTERNAL_HOST = "http://ehr-internal.invalid:8080"
"""The address behind the proxy, which nobody outside can reach."""
_KEPT_CURSORS = 200


class Pages:
    """Cuts what a search found into pages. With opaque paging it remembers what each cursor stands for."""

    def __init__(self, faults: Faults, *, fhir_base: str) -> None:
        self._faults = faults
        self._fhir_base = fhir_base
        self._cursors: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {}
        self._last_cursor = 0

    def page(self, resource_type: str, pairs: Pairs, found: list[Resource], *, used: Pairs) -> Resource:
        """A searchset Bundle. `used`: the parameters that the self link names. Raises FhirProblem for a
        _count, _offset or _page that is no number.
        """
        asked = dict(pairs)
        count = min(number_asked(asked, "_count", DEFAULT_COUNT), self._faults.read.page_size or MAX_COUNT)
        is_by_number = self._faults.read.page_numbers
        place = (max(number_asked(asked, "_page", 1), 1) - 1) * count
        offset = place if is_by_number else number_asked(asked, "_offset", 0)
        shown = found[offset : offset + count]
        shaping = [(name, asked[name]) for name in ("_sort", "_count") if name in asked]
        here = [*used, *shaping, *([_place(offset, count, by_number=is_by_number)] if offset else [])]
        links = [{"relation": "self", "url": self._url(resource_type, here)}]
        if count and offset + count < len(found):
            following = (*used, *shaping, _place(offset + count, count, by_number=is_by_number))
            links.append({"relation": "next", "url": self._next_url(resource_type, following)})
        entries = [self._entry(resource) for resource in shown]
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "link": links}
        if not self._faults.read.no_total:
            bundle["total"] = len(found)
        return bundle | {"entry": entries} if entries else bundle

    def remembered(self, cursor: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Type and parameters of the page that an opaque `next` link stands for. Raises FhirProblem 404."""
        if cursor not in self._cursors:
            raise FhirProblem(404, "not-found", "this page link is not known any more")
        return self._cursors[cursor]

    def _entry(self, resource: Resource) -> Resource:
        return {
            "fullUrl": f"{self._fhir_base}/{reference_to(resource)}",
            "resource": resource,
            "search": {"mode": "match"},
        }

    def _next_url(self, resource_type: str, pairs: tuple[tuple[str, str], ...]) -> str:
        if not self._faults.read.opaque_paging:
            return self._spelled(self._url(resource_type, pairs))
        self._last_cursor += 1
        cursor = f"page-{self._last_cursor}"
        self._cursors[cursor] = (resource_type, pairs)
        self._cursors.pop(f"page-{self._last_cursor - _KEPT_CURSORS}", None)
        return self._spelled(f"{self._fhir_base}?{urlencode({'_getpages': cursor})}")

    def _spelled(self, url: str) -> str:
        """The address of the next page as this server writes it."""
        here = urlsplit(url)
        match self._faults.read.next_link:
            case "relative":
                return f"{here.path}?{here.query}"
            case "internal":
                return f"{INTERNAL_HOST}{here.path}?{here.query}"
            case _:
                return url

    def _url(self, resource_type: str, pairs: Pairs) -> str:
        query = urlencode(pairs)
        return f"{self._fhir_base}/{resource_type}" + (f"?{query}" if query else "")


def _place(offset: int, count: int, *, by_number: bool) -> tuple[str, str]:
    """The parameter that names the page which begins after `offset` entries."""
    return ("_page", str(offset // count + 1)) if by_number else ("_offset", str(offset))


def number_asked(asked: Mapping[str, str], name: str, default: int) -> int:
    """The parameter as a number. Raises FhirProblem 400 for one that is none."""
    text = asked.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise FhirProblem(400, "invalid", f"{name} is not a number")
    return int(text)
