"""Reads pages as a browser without script would: their forms, their fields, their text."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

_VOID = {"input", "br", "hr", "img", "link", "meta", "path"}
_SKIPPED = {"script", "style", "title", "svg"}


@dataclass
class Form:
    """`fields` as they would be posted now, in order; `buttons` are (name, value, words)."""

    id: str
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        return next(value for found, value in self.fields if found == name)

    def values(self, name: str) -> list[str]:
        return [value for found, value in self.fields if found == name]

    def filled(self, **changes: str) -> list[tuple[str, str]]:
        """The fields with some changed; a name with "_" stands for "-"."""
        wanted = {name.replace("_", "-"): value for name, value in changes.items()}
        return self.changed(wanted)

    def changed(self, wanted: dict[str, str]) -> list[tuple[str, str]]:
        kept = [(name, value) for name, value in self.fields if name not in wanted]
        return kept + list(wanted.items())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._open: list[Form] = []
        self._textarea: tuple[Form, str, list[str]] | None = None
        self._button: tuple[Form, str, str, list[str]] | None = None
        self._select: tuple[Form, str] | None = None
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._skipping += tag in _SKIPPED
        if tag == "form":
            form = self._named(found["id"]) if "id" in found else self._new("")
            form.action, form.method = found.get("action", ""), found.get("method", "get").lower()
            self._open.append(form)
        owner = self._owner(found)
        if owner is None or "disabled" in found:
            return
        if tag == "input" and found.get("name"):
            ticked = found.get("type") not in {"checkbox", "radio"} or "checked" in found
            if ticked and found.get("type") != "submit":
                owner.fields.append((found["name"], found.get("value", "on")))
        elif tag == "select":
            self._select = (owner, found.get("name", ""))
            owner.fields.append((found.get("name", ""), ""))
        elif tag == "option" and self._select and "selected" in found:
            select, name = self._select
            select.fields[-1] = (name, found.get("value", ""))
        elif tag == "textarea":
            self._textarea = (owner, found.get("name", ""), [])
        elif tag == "button" and found.get("type", "submit") == "submit":
            self._button = (owner, found.get("name", ""), found.get("value", ""), [])

    def handle_endtag(self, tag: str) -> None:
        self._skipping -= tag in _SKIPPED
        if tag == "form" and self._open:
            self._open.pop()
        elif tag == "textarea" and self._textarea:
            owner, name, words = self._textarea
            if name:
                owner.fields.append((name, "".join(words).removeprefix("\n")))
            self._textarea = None
        elif tag == "button" and self._button:
            owner, name, value, words = self._button
            owner.buttons.append((name, value, "".join(words).strip()))
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._textarea[2].append(data)
        if self._button:
            self._button[3].append(data)
        if not self._skipping:
            self.words.append(data)

    def _owner(self, attributes: dict[str, str]) -> Form | None:
        if "form" in attributes:
            return self._named(attributes["form"])
        return self._open[-1] if self._open else None

    def _named(self, id_: str) -> Form:
        """The form with this id, which may stand below what belongs to it."""
        return next((form for form in self.forms if form.id == id_), None) or self._new(id_)

    def _new(self, id_: str) -> Form:
        form = Form(id_, "", "get")
        self.forms.append(form)
        return form


def forms(html: str) -> list[Form]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def form(html: str, action_ends: str) -> Form:
    """The one form whose action ends so."""
    found = [each for each in forms(html) if each.action.endswith(action_ends)]
    assert found, f"no form posts to …{action_ends}"
    return found[0]


def words(html: str) -> str:
    """What a reader sees, with white space folded."""
    reader = _Reader()
    reader.feed(html)
    return re.sub(r"\s+", " ", " ".join(reader.words)).strip()


def addresses_in(html: str) -> list[str]:
    """Every address that a page links to or shows in a frame."""
    found = re.findall(r'(?:href|src)="([^"]+)"', html)
    return [unescape(one) for one in found]
