"""Joins what one open page holds into the draft: words of two pages stand side by side, none over the other.

A page keeps itself again and again, long after it was shown. So it says which page it is and which words it
was shown with: what nobody typed on it changes nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from smartapp.web.draft import Box, Draft
from smartapp.writing.rewording import ids_for, later_id

_MARK_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Page:
    """One showing of the questions. `id`: new each time. `shown`: marks of the words in it, by box id."""

    id: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)


def mark(words: str) -> str:
    """What stands for words in a page, to see whether they were changed on it."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK_LENGTH]


def joined(draft: Draft, posted: Iterable[Box], page: Page, *, now: datetime) -> Draft:
    """The draft after one page's boxes came in. What another page wrote stays as it is; where both wrote into
    one box, it becomes two.
    """
    coming = {box.id: box for box in posted}
    boxes = {box.id: box for box in draft.boxes if box.is_written or box.id in coming}
    for box in coming.values():
        if not _is_anothers(boxes.get(box.id), box, page):
            boxes[box.id] = _dated(box, boxes.get(box.id), page, now=now)
        elif box.is_written and mark(box.said) != page.shown.get(box.id):
            own = _own_box(boxes, box, page)
            boxes[own.id] = _dated(own, boxes.get(own.id), page, now=now)
    return replace(draft, boxes=tuple(boxes.values()))


def apart_from_ledger(
    posted: Iterable[Box], sent: Mapping[str, str], page: Page | None = None
) -> tuple[Box, ...]:
    """The boxes that are not in the ledger. `sent`: what is said there, by id.

    A box that was sent as it stands is not a draft any more, nor one that `page` only shows; one whose words
    were changed since is a new statement.
    """
    shown = page.shown if page else {}
    return tuple(
        replace(box, id=id_)
        for box in posted
        if box.id not in sent or (box.is_written and mark(box.said) != shown.get(box.id))
        if (id_ := ids_for(box.id, box.said, sent)[-1]) not in sent
    )


def without_sent(draft: Draft, sent: Mapping[str, str]) -> Draft:
    """The draft apart from the ledger."""
    said: dict[str, str] = {}
    boxes = []
    for box in apart_from_ledger(draft.boxes, sent):
        id_ = ids_for(box.id, box.said, said)[-1]
        if id_ not in said:
            boxes.append(replace(box, id=id_))
        said[id_] = box.said
    return replace(draft, boxes=tuple(boxes))


def _is_anothers(earlier: Box | None, box: Box, page: Page) -> bool:
    """Whether the draft holds other words than the page posts and was shown with, from another page."""
    return (
        earlier is not None
        and earlier.is_written
        and earlier.said != box.said
        and earlier.page != page.id
        and mark(earlier.said) != page.shown.get(box.id)
    )


def _own_box(boxes: Mapping[str, Box], box: Box, page: Page) -> Box:
    """The box under an id of this page's own: the same each time that the page keeps itself."""
    own = replace(box, id=later_id(f"{box.id} {page.id}"))
    while _is_anothers(boxes.get(own.id), own, page):
        own = replace(own, id=later_id(own.id))
    return own


def _dated(box: Box, earlier: Box | None, page: Page, *, now: datetime) -> Box:
    """With the time at which its words came to be, and the page that wrote them."""
    if earlier is not None and earlier.said == box.said:
        return replace(box, said_at=earlier.said_at, page=earlier.page)
    return replace(box, said_at=box.said_at or now, page=page.id)
