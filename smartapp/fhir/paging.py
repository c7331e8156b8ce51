"""Where a `next` link or an attachment may lead: only under the configured FHIR base, whatever host it names.

Servers put internal hosts, growing ports and plain http into `next`; a hostile one puts its own. So the path
and query are applied to our base, and the rest is ignored. https://hl7.org/fhir/R4/http.html#paging
"""

from urllib.parse import unquote, urljoin, urlsplit

from smartapp.errors import ForeignOrigin
from smartapp.fhir.this_patient import is_type
from smartapp.http import Origin


def next_url(link: str, *, current: str, fhir_base: str) -> str:
    """The URL of the next page, on the configured base. Raises ForeignOrigin for a path outside the base.

    `current` is the URL of the page that carried the link. The bare base is allowed with a query
    (`base?_getpages=...`).
    """
    try:
        parts = urlsplit(urljoin(current, link.strip()))
    except ValueError as error:
        raise ForeignOrigin("malformed next link") from error
    if parts.scheme not in {"http", "https"}:
        raise ForeignOrigin("next link of another scheme")
    base = urlsplit(fhir_base.rstrip("/"))
    is_bare = parts.path.rstrip("/") == base.path
    if not _is_within(parts.path, base.path) or (is_bare and not parts.query):
        raise ForeignOrigin("next link outside the FHIR base")
    query = f"?{parts.query}" if parts.query else ""
    return f"{base.scheme}://{base.netloc}{parts.path}{query}"


_HOLDS_CONTENT = frozenset({"Binary", "DocumentReference", "Media"})


def attachment_url(url: str, *, fhir_base: str) -> str:
    """The absolute URL of an attachment on this server; ForeignOrigin for any other, nothing is rebased.

    Nor does it lead to a resource that is no attachment, which may be another patient's: who writes a note
    must not choose what we read with the clinician's token. A relative URL is relative to the FHIR base:
    https://hl7.org/fhir/R4/datatypes.html#Attachment.
    """
    base = fhir_base.rstrip("/")
    try:
        absolute = urljoin(base + "/", url.strip())
        parts = urlsplit(absolute)
    except ValueError as error:
        raise ForeignOrigin("malformed attachment url") from error
    base_path = urlsplit(base).path
    is_bare = parts.path.rstrip("/") == base_path
    if (
        Origin.of(absolute) != Origin.of(base)
        or is_bare
        or not _is_within(_raw_path(url, parts.path), base_path)
    ):
        raise ForeignOrigin("attachment outside the FHIR base")
    resource_type, _, rest = parts.path.removeprefix(f"{base_path}/").partition("/")
    if is_type(unquote(resource_type)) and (resource_type not in _HOLDS_CONTENT or not rest):
        raise ForeignOrigin("attachment is another resource")
    return absolute


def _raw_path(url: str, joined: str) -> str:
    """The joined path, unless the URL as written climbs: joining would have hidden that."""
    return url if _climbs(urlsplit(url.strip()).path) else joined


def _is_within(path: str, base_path: str) -> bool:
    is_under = path == base_path or path.startswith(base_path + "/")
    return is_under and not _climbs(path)


def _climbs(path: str) -> bool:
    decoded = unquote(path)
    return "\\" in decoded or any(segment in {".", ".."} for segment in decoded.split("/"))
