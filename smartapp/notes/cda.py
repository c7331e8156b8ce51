"""The narrative of a C-CDA document: its sections as a reader sees them, without the coded entries.

A section's title stands on a line of its own and ends with a colon. Sections may lie inside one another; text
and title of each come in the order of the file, which is that of reading.
https://hl7.org/cda/stds/core/2.0.1-sd/StructureDefinition-Section.html
"""

import base64
from dataclasses import dataclass
from typing import Final

from smartapp.notes.markup import Cut, Tag, pieces
from smartapp.notes.note_text import NoteText, read, tidy

_BREAKS: Final = frozenset(
    {"br", "caption", "item", "list", "paragraph", "table", "tbody", "tfoot", "thead", "tr"}
)
_CELLS: Final = frozenset({"td", "th"})
_TITLE: Final = ("section", "title")
_TEXT: Final = ("section", "text")
_BODY: Final = ("nonXMLBody", "text")
MAX_DEPTH: Final = 200
"""Elements inside one another."""


@dataclass(frozen=True, slots=True)
class OtherBody:
    """A document that is not sections but a file inside the XML."""

    body: bytes
    content_type: str


def is_cda(markup: str) -> bool:
    return "ClinicalDocument" in markup[:4096]


def cda_text(markup: str) -> NoteText | OtherBody:
    document = _Document()
    for piece in pieces(markup, is_html=False):
        if isinstance(piece, Cut):
            return read(document.text(), partly=True)
        if isinstance(piece, Tag):
            document.tag(piece)
        else:
            document.words(piece)
    return document.other_body() or read(document.text(), partly=document.is_too_deep)


class _Document:
    def __init__(self) -> None:
        self._open: list[str] = []
        self._narrative: int | None = None  # how many elements are open where narrative began
        self._struck: int | None = None
        self._parts: list[str] = []
        self._title: list[str] = []
        self._body: list[str] = []
        self._body_type = ""
        self._is_base64 = False
        self.is_too_deep = False

    def text(self) -> str:
        return tidy("".join(self._parts))

    def other_body(self) -> OtherBody | None:
        content = "".join(self._body)
        if not content.strip():
            return None
        if not self._is_base64:
            return OtherBody(content.encode("utf-8", "ignore"), f"{self._body_type}; charset=utf-8")
        try:
            return OtherBody(base64.b64decode(content), self._body_type)
        except ValueError:
            return None

    def words(self, words: str) -> None:
        match self._place():
            case "narrative":
                if self._struck is None:
                    self._parts.append(" ".join(words.split("\n")))
            case "title":
                self._title.append(words)
            case "body":
                self._body.append(words)

    def tag(self, tag: Tag) -> None:
        if tag.closes:
            self._close(tag.name)
        elif len(self._open) >= MAX_DEPTH:
            self.is_too_deep = True
        else:
            self._begin(tag)
            if tag.is_whole:
                self._close(tag.name)

    def _begin(self, tag: Tag) -> None:
        if self._narrative is not None:
            self._parts.append(_mark(tag.name))
            if self._struck is None and tag.name == "content" and "delete" in tag.written:
                self._struck = len(self._open)
        self._open.append(tag.name)
        if self._narrative is None and self._within(_TEXT):
            self._narrative = len(self._open)
            self._parts.append("\n")
        elif self._within(_BODY):
            attributes = tag.attributes()
            self._body_type = attributes.get("mediatype", "")
            self._is_base64 = attributes.get("representation", "").upper() == "B64"

    def _close(self, name: str) -> None:
        """Ends the element of this name and those left open inside it. A stray one ends nothing."""
        if name not in self._open:
            return
        if self._within(_TITLE) and name == "title":
            self._end_title()
        while self._open.pop() != name:
            pass
        depth = len(self._open)
        if self._struck is not None and depth <= self._struck:
            self._struck = None
        if self._narrative is not None:
            self._parts.append("\n" if depth < self._narrative else _ending(name))
            self._narrative = None if depth < self._narrative else self._narrative

    def _end_title(self) -> None:
        title = " ".join("".join(self._title).split()).rstrip(":")
        self._title.clear()
        if title:
            self._parts.append(f"\n\n{title}:\n")

    def _place(self) -> str:
        if self._narrative is not None:
            return "narrative"
        return "title" if self._within(_TITLE) else "body" if self._within(_BODY) else ""

    def _within(self, ending: tuple[str, str]) -> bool:
        return tuple(self._open[-2:]) == ending


def _mark(name: str) -> str:
    return "\n- " if name == "item" else "\n" if name in _BREAKS else ""


def _ending(name: str) -> str:
    return "\t" if name in _CELLS else "\n" if name in _BREAKS and name != "br" else ""
