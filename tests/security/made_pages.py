"""What a page is made of, and what of it a template cannot have made."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

_ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "data", "poster", "cite", "srcset", "background"}
)
_OWN_ADDRESS = re.compile(r"(?:/|#|\?)[^\s\\]*|")
_OF_SOURCES = re.compile(r"https://[a-z0-9.-]+(?:/[!-~]*)?")


@dataclass(slots=True)
class Made:
    """`order`: each element with the names of its attributes; `kinds`: how often each. `wrong`: what no
    page may hold.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.made = Made()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = sorted(name for name, _ in attrs)
        kind = f"<{tag} {' '.join(names)}>"
        self.made.kinds[kind] += 1
        self.made.order.append(kind)
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "ping"}:
                self.made.wrong.append(f"{tag} {name}")
            if name in _ADDRESSES:
                self._address(tag, value or "")

    def _address(self, tag: str, value: str) -> None:
        self.made.addresses.add(value)
        if not _OWN_ADDRESS.fullmatch(value) or value.startswith("//"):
            if tag == "a" and _OF_SOURCES.fullmatch(value):
                return
            self.made.wrong.append(f"{tag} to {value[:40]!r}")

    def handle_data(self, data: str) -> None:
        self.made.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.made.wrong.append("a comment")

    def handle_decl(self, decl: str) -> None:
        if decl.lower() != "doctype html":
            self.made.wrong.append("a declaration")

    def unknown_decl(self, data: str) -> None:
        self.made.wrong.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.made.wrong.append("an instruction")


def made(html: str) -> Made:
    """Take a page apart."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.made
