"""The tags and the text of HTML or XML, one after the other, however broken: a note comes from outside.

Linear in the length and without recursion. No document type is read and no entity is defined, so that nothing
in a note can grow or point elsewhere. The standard library's html.parser is not used: it needs quadratic time
on unclosed tags and raises on some declarations; an XML parser would give up at the first stray "&".
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_TAGS: Final = 400_000
"""Of one document. Some are nothing but tags."""
_NEXT: Final = re.compile(r"<(?=[A-Za-z/!?])")
_NAME: Final = re.compile(r"</?([A-Za-z][\w.-]{0,40}(?::[A-Za-z][\w.-]{0,40})?)")
_REST: Final = re.compile(r"""[^<>"']*+(?:"[^<"]*+"[^<>"']*+|'[^<']*+'[^<>"']*+)*+>""")
"""A quoted value may hold ">". None may hold "<", so that no look ahead goes further than the next tag."""
_ATTRIBUTE: Final = re.compile(
    r"""([A-Za-z_:][\w.:-]{0,60})(?:\s{0,20}=\s{0,20}("[^"]*+"|'[^']*+'|[^\s"'>]++))?"""
)
_MOST_ATTRIBUTES: Final = 4000
"""Characters of one tag in which attributes are looked for."""
_RAW: Final = {name: re.compile(rf"</{name}\b", re.I) for name in ("script", "style", "title")}
"""Their content is no markup in HTML."""


@dataclass(frozen=True, slots=True)
class Tag:
    """`name` without a namespace prefix, as written. `closes`: "</p>"; `is_whole`: "<br/>"."""

    name: str
    written: str = ""
    closes: bool = False
    is_whole: bool = False

    def attributes(self) -> dict[str, str]:
        """By names in lower case and without prefix."""
        found = _ATTRIBUTE.findall(self.written[:_MOST_ATTRIBUTES])
        return {name.rpartition(":")[2].lower(): _plain(value.strip("\"'")) for name, value in found}


@dataclass(frozen=True, slots=True)
class Cut:
    """The document goes on, and is not read further."""


def pieces(markup: str, *, is_html: bool) -> Iterator[str | Tag | Cut]:
    """Text with its entities replaced, tags, and last a Cut where the limit of tags was reached."""
    at = 0
    tags = 0
    while found := _NEXT.search(markup, at):
        if found.start() > at:
            yield _plain(markup[at : found.start()])
        if tags >= MAX_TAGS:
            yield Cut()
            return
        tags += 1
        piece, at = _piece(markup, found.start())
        if piece is not None:
            yield piece
        if is_html and isinstance(piece, Tag) and not (piece.closes or piece.is_whole):
            at = _behind_raw(markup, piece, at)
    if at < len(markup):
        yield _plain(markup[at:])


def _piece(markup: str, start: int) -> tuple[str | Tag | None, int]:
    """What begins with the "<" at `start`, and where it ends. None for comments and declarations."""
    if markup.startswith("<!--", start):
        return " ", _behind(markup, "-->", start + 4)
    if markup.startswith("<![CDATA[", start):
        end = _behind(markup, "]]>", start)
        return markup[start + 9 : end].removesuffix("]]>"), end
    if markup[start + 1] in "!?":
        return None, _behind_declaration(markup, start)
    name = _NAME.match(markup, start)
    if name is None:
        return None, _behind(markup, ">", start)
    tag_end = _tag_end(markup, name.end())
    if tag_end is None:
        return "<", start + 1
    written = markup[name.end() : tag_end]
    local = name[1].rpartition(":")[2]
    return Tag(local, written, markup[start + 1] == "/", written.endswith("/>")), tag_end


def _tag_end(markup: str, at: int) -> int | None:
    """Behind the ">" of the tag whose name ends at `at`. None where the next tag comes first: "<b is so"."""
    if whole := _REST.match(markup, at):
        return whole.end()
    following = markup.find("<", at)
    found = markup.find(">", at, following if following >= 0 else len(markup))
    if found >= 0:
        return found + 1
    return len(markup) if following < 0 else None


def _behind_declaration(markup: str, start: int) -> int:
    """A document type may hold declarations of its own in brackets."""
    end = _behind(markup, ">", start)
    bracket = markup.find("[", start, end) if markup[start : start + 9].upper() == "<!DOCTYPE" else -1
    if bracket < 0:
        return end
    closing = markup.find("]", bracket)
    return _behind(markup, ">", closing) if closing >= 0 else len(markup)


def _behind_raw(markup: str, tag: Tag, at: int) -> int:
    closing = _RAW.get(tag.name.lower())
    if closing is None:
        return at
    found = closing.search(markup, at)
    return found.start() if found else len(markup)


def _behind(markup: str, closing: str, start: int) -> int:
    """Behind the next `closing`; the end of the text when there is none, so that no search is done twice."""
    found = markup.find(closing, start)
    return len(markup) if found < 0 else found + len(closing)


def _plain(text: str) -> str:
    if "&" not in text:
        return text
    try:
        return html.unescape(text)
    except ValueError:  # a numeric reference of more digits than an integer may have
        return text
