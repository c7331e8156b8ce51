"""The text of a web page as somebody sees it: lines, list items and cells; nothing hidden or struck out."""

import re
from typing import Final

from smartapp.notes.markup import Cut, Tag, pieces
from smartapp.notes.note_text import NoteText, clean, read, tidy

_BREAKS: Final = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl",
        "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
    }
)  # fmt: skip
_CELLS: Final = frozenset({"td", "th"})
_AS_TYPED: Final = frozenset({"pre", "textarea", "listing", "xmp"})
_SILENT: Final = frozenset(
    {"del", "head", "iframe", "noscript", "object", "s", "script", "strike", "style", "template", "title"}
)
"""Struck out is taken back: nobody says it any more."""
_EMPTY: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr"}
)
_HIDDEN_STYLE: Final = re.compile(
    r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden|mso-hide\s{0,5}:\s{0,5}all|line-through",
    re.I,
)
_TYPED_STYLE: Final = re.compile(r"white-space\s{0,5}:\s{0,5}(?:pre|break-spaces)", re.I)
_BLANK: Final = re.compile(r"[ \t\n\r\f\v\xa0]+")


def html_text(markup: str) -> NoteText:
    page = _Page()
    for piece in pieces(markup, is_html=True):
        if isinstance(piece, Cut):
            return read(page.text(), partly=True)
        if isinstance(piece, Tag):
            page.tag(piece)
        else:
            page.words(piece)
    return read(page.text())


class _Page:
    """What was seen so far. In `_hidden` and `_typed`: the name of the element that began it, and how many of
    that name are open since.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._hidden: tuple[str, int] | None = None
        self._typed: tuple[str, int] | None = None

    def text(self) -> str:
        return tidy("".join(self._parts))

    def words(self, words: str) -> None:
        if self._hidden is None:
            self._parts.append(clean(words) if self._typed else _BLANK.sub(" ", words))

    def tag(self, tag: Tag) -> None:
        name = tag.name.lower()
        if self._hidden is not None:
            self._hidden = _still_in(self._hidden, name, tag)
            if self._hidden is not None or name not in _BREAKS:
                return
        elif _hides(name, tag):
            self._hidden = (name, 1)
            return
        self._typed = _still_in(self._typed, name, tag) if self._typed else _typed(name, tag)
        self._parts.append(_mark(name, tag))


def _still_in(region: tuple[str, int], name: str, tag: Tag) -> tuple[str, int] | None:
    """The region after `tag`, None where it ends. A paragraph ends where the next one begins."""
    outer, depth = region
    if name != outer or tag.is_whole:
        return region
    if tag.closes or outer == "p":
        return (outer, depth - 1) if depth > 1 else None
    return outer, depth + 1


def _hides(name: str, tag: Tag) -> bool:
    if tag.closes or tag.is_whole or name in _EMPTY:
        return False
    if name in _SILENT:
        return True
    if not tag.written.strip(" \t\n>"):
        return False
    attributes = tag.attributes()
    return "hidden" in attributes or bool(_HIDDEN_STYLE.search(attributes.get("style", "")))


def _typed(name: str, tag: Tag) -> tuple[str, int] | None:
    if tag.closes or tag.is_whole or name in _EMPTY:
        return None
    is_typed = name in _AS_TYPED or ("style" in tag.written and bool(_TYPED_STYLE.search(tag.written)))
    return (name, 1) if is_typed else None


def _mark(name: str, tag: Tag) -> str:
    """What stands for a tag in the text."""
    if name == "li" and not tag.closes:
        return "\n- "
    if name in _BREAKS:
        return "\n"
    return "\t" if name in _CELLS and tag.closes else " " if name in _CELLS else ""
