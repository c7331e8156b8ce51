"""Content files as text: the entries of a TOML file, each with the line it stands on."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from smartapp.errors import Fault
from smartapp.sdm.knowledge import Place

_HEADER = re.compile(r"\s*\[\[\s*(?P<table>[A-Za-z0-9_-]+)\s*\]\]")
_KEY = re.compile(r"\s*(?P<key>[A-Za-z0-9_-]+)\s*=")
_LINE_IN_MESSAGE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One [[table]] of a file: its values as TOML gives them, the file, and the line of the header and of
    each key.
    """

    table: str
    values: Mapping[str, object]
    file: str
    line: int
    lines: Mapping[str, int]

    @property
    def id(self) -> str:
        """The entry's id, or "" when it has none that is text."""
        value = self.values.get("id", "")
        return value if isinstance(value, str) else ""

    @property
    def is_off(self) -> bool:
        """A site wrote `off = true` to take this id away."""
        return self.values.get("off") is True

    @property
    def place(self) -> Place:
        """Where the entry begins."""
        return Place(self.file, self.line)

    def fault(self, problem: str, key: str = "") -> Fault:
        """A fault on the line of `key`, or of the header where the key is not written."""
        name = f"{self.table} {self.id}: " if self.id else f"{self.table}: "
        return Fault(self.file, self.lines.get(key, self.line), name + problem)


def read_entries(file: Traversable | Path, name: str) -> tuple[list[Entry], list[Fault]]:
    """The entries of one file, in order, and the faults of the file itself; `name` is what faults call it."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return [], [Fault(name, None, "this file cannot be read as UTF-8 text")]
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also for a number or a nesting without end
        found = _LINE_IN_MESSAGE.search(str(error))
        return [], [Fault(name, int(found[1]) if found else None, f"not valid TOML: {error}")]
    return _entries_of(tables, _blocks(text), name)


def _entries_of(
    tables: Mapping[str, object], blocks: list[tuple[str, int, dict[str, int]]], name: str
) -> tuple[list[Entry], list[Fault]]:
    entries: list[Entry] = []
    faults: list[Fault] = []
    for table, values in tables.items():
        places = [(line, keys) for found, line, keys in blocks if found == table]
        if not isinstance(values, list) or len(values) != len(places):
            faults.append(Fault(name, None, f"{table}: write each entry below a [[{table}]] line of its own"))
            continue
        for each, (line, keys) in zip(values, places, strict=True):
            entries.append(Entry(table=table, values=each, file=name, line=line, lines=keys))
    return entries, faults


def _blocks(text: str) -> list[tuple[str, int, dict[str, int]]]:
    """The [[table]] headers with their lines, and below each the line where a key is first written.

    Lines inside a text of several lines are passed over: words there may look like a header or a key.
    """
    blocks: list[tuple[str, int, dict[str, int]]] = []
    inside = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not inside:
            _note(line, number, blocks)
        inside = _still_inside(line, inside)
    return blocks


def _note(line: str, number: int, blocks: list[tuple[str, int, dict[str, int]]]) -> None:
    header = _HEADER.match(line)
    key = _KEY.match(line)
    if header:
        blocks.append((header["table"], number, {}))
    elif key and blocks:
        blocks[-1][2].setdefault(key["key"], number)


def _still_inside(line: str, inside: str) -> str:
    for quotes in ('"""', "'''"):
        if inside in ("", quotes) and line.count(quotes) % 2:
            return "" if inside else quotes
    return inside
