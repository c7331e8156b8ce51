"""A searchset, opened without looking into its resources, so that one bad resource spoils no other.

https://hl7.org/fhir/R4/http.html#search
"""

import re
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from smartapp.errors import AnswerTooLarge, AnswerUnreadable

_S = TypeVar("_S", bound=msgspec.Struct)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_MOST_COMMAS = 600_000
"""A real page of 5 MB has less than half of that."""
_TYPE_FIRST = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]+)"')


@dataclass(frozen=True, slots=True)
class Page:
    """The resources of the asked type as JSON, how many entries made no sense, and the `next` link or "".
    `total`: how many entries all pages together are said to have, which a server need not say.
    """

    resources: tuple[bytes, ...]
    entries: int
    left_out: int
    next_link: str
    total: int | None = None


class _Search(msgspec.Struct, gc=False, frozen=True):
    mode: str = ""


class _Entry(msgspec.Struct, gc=False):
    resource: msgspec.Raw = msgspec.Raw()
    search: _Search = _Search()  # one for all


class _Link(msgspec.Struct, gc=False):
    relation: str = ""
    url: str = ""


class _Bundle(msgspec.Struct, gc=False):
    resourceType: str  # noqa: N815 - FHIR's spelling
    entry: tuple[_Entry, ...] = ()
    link: tuple[_Link, ...] = ()
    total: object = None


class _LooseBundle(msgspec.Struct, gc=False):
    resourceType: str  # noqa: N815
    entry: tuple[msgspec.Raw, ...] = ()
    link: tuple[msgspec.Raw, ...] = ()
    total: object = None


class _Head(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815


def page_of(body: bytes, resource_type: str) -> Page:
    """Open one page of a search for `resource_type`. Raises AnswerUnreadable when it is no Bundle, and
    AnswerTooLarge for one of so many tiny pieces that they would take far more memory than the page.

    Included resources and OperationOutcomes are passed over: they were not asked for.
    """
    if body.count(b",") > _MOST_COMMAS:
        raise AnswerTooLarge("too many pieces")
    bundle, left_out = _opened(body)
    if bundle.resourceType != "Bundle":
        raise AnswerUnreadable("not a Bundle")
    entries = len(bundle.entry) + left_out
    kept: list[bytes] = []
    for entry in bundle.entry:
        if entry.search.mode in {"include", "outcome"}:
            continue
        found = _type_of(entry.resource)
        if found == resource_type:
            # A copy, so that the page it came in can go.
            kept.append(bytes(entry.resource))
        elif not found:
            left_out += 1
    following = next((link.url for link in bundle.link if link.relation == "next"), "")
    total = bundle.total if isinstance(bundle.total, int) and not isinstance(bundle.total, bool) else None
    return Page(tuple(kept), entries, left_out, following, total)


def _opened(body: bytes) -> tuple[_Bundle, int]:
    """The Bundle and how many of its entries are not even entries. The strict way first: it is one pass."""
    try:
        return msgspec.json.decode(body, type=_Bundle), 0
    except _UNREADABLE:
        pass
    try:
        loose = msgspec.json.decode(body, type=_LooseBundle)
    except _UNREADABLE as error:
        raise AnswerUnreadable("not a Bundle") from error
    entries = [entry for raw in loose.entry if (entry := _decoded(raw, _Entry)) is not None]
    links = [link for raw in loose.link if (link := _decoded(raw, _Link)) is not None]
    bundle = _Bundle(loose.resourceType, tuple(entries), tuple(links), loose.total)
    return bundle, len(loose.entry) - len(entries)


def _type_of(raw: bytes) -> str:
    match = _TYPE_FIRST.match(raw)
    if match is not None:
        return match[1].decode("ascii")
    head = _decoded(raw, _Head) if raw else None
    return head.resourceType if head is not None else ""


def _decoded(raw: bytes, kind: type[_S]) -> _S | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except _UNREADABLE:
        return None
