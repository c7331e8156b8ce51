"""A TOML file that a person edits: its values by section and key, and every fault noted at its line."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence

from smartapp.errors import Fault

_SECTION = re.compile(r"\s*\[\s*([A-Za-z0-9_-]+)\s*\]")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[=.]")
_SYNTAX_LINE = re.compile(r"\(at line (\d+),")

Known = Mapping[str, Sequence[str]]
"""The keys of each section; "" for those before the first one. A section with no keys listed takes any."""


class TomlSource:
    """Hands out values and collects faults: a missing or wrong one is noted, and a default given back, so
    that the reader goes on and finds every fault at once. `text` None: the file could not be read.
    """

    def __init__(self, file: str, text: str | None, known: Known) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._lines = _lines_of(text or "")
        self._sections: dict[str, Mapping[str, object]] = {}
        if text is None:
            self.faults.append(Fault(file, None, "cannot be read as UTF-8 text"))
            return
        try:
            document = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # also for a number or a nesting without end
            found = _SYNTAX_LINE.search(str(error))
            line = int(found[1]) if found else len(text.splitlines())
            self.faults.append(Fault(file, line, f"not TOML: {error}"))
            return
        top = {key: value for key, value in document.items() if not isinstance(value, dict)}
        self._sections = {"": top}
        self._sections.update({key: value for key, value in document.items() if isinstance(value, dict)})
        self._note_unknown(known)

    def fault(self, section: str, key: str, problem: str) -> None:
        """Note what is wrong with a value, at its line or else at its section's."""
        fault = Fault(self.file, self.line(section, key), f"{f'{section}.{key}'.strip('.')} {problem}")
        if fault not in self.faults:
            self.faults.append(fault)

    def line(self, section: str, key: str) -> int | None:
        """Where a value stands, or else its section; None for neither."""
        return self._lines.get((section, key), self._lines.get((section, "")))

    @property
    def is_toml(self) -> bool:
        """Whether there is anything to read at all."""
        return bool(self._sections)

    def has(self, section: str, key: str | None = None) -> bool:
        return section in self._sections if key is None else key in self._sections.get(section, {})

    def keys(self, section: str) -> tuple[str, ...]:
        return tuple(self._sections.get(section, {}))

    def text(self, section: str, key: str, *, required: bool = False) -> str:
        value = self._sections.get(section, {}).get(key)
        if value is None:
            if required:
                self.fault(section, key, "is missing")
            return ""
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.fault(section, key, "is not a line of text")
            return ""
        return value

    def texts(
        self, section: str, key: str, *, default: tuple[str, ...] = (), required: bool = False
    ) -> tuple[str, ...]:
        value = self._sections.get(section, {}).get(key)
        if value is None:
            if required:
                self.fault(section, key, "is missing")
            return default
        if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
            self.fault(section, key, "is not a list of texts")
            return default
        for repeated in sorted({v for v in value if value.count(v) > 1}):
            self.fault(section, key, f"has {repeated!r} twice")
        return tuple(value)

    def choice(self, section: str, key: str, allowed: Sequence[str], *, default: str) -> str:
        value = self._sections.get(section, {}).get(key, default)
        if value not in allowed:
            listed = ", ".join(allowed)
            self.fault(section, key, f"is not one of {listed}{did_you_mean(str(value), allowed)}")
            return default
        return str(value)

    def number(self, section: str, key: str, *, default: float, low: float, high: float) -> float:
        value = self._sections.get(section, {}).get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.fault(section, key, f"is not a number from {low:g} to {high:g}")
            return default
        return value

    def whole(self, section: str, key: str, *, default: int, low: int, high: int) -> int:
        value = self.number(section, key, default=default, low=low, high=high)
        if not isinstance(value, int):
            self.fault(section, key, "is not a whole number")
            return default
        return value

    def flag(self, section: str, key: str, *, default: bool) -> bool:
        value = self._sections.get(section, {}).get(key, default)
        if not isinstance(value, bool):
            self.fault(section, key, "is neither true nor false")
            return default
        return value

    def _note_unknown(self, known: Known) -> None:
        for section, values in self._sections.items():
            if section not in known:
                line = self._lines.get((section, ""))
                hint = did_you_mean(section, [name for name in known if name])
                self.faults.append(Fault(self.file, line, f"[{section}] is not a section{hint}"))
            elif known[section] or not section:
                for key in values.keys() - set(known[section]):
                    self.fault(section, key, f"is not a key{did_you_mean(key, known[section])}")


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A hint to put behind a fault, "" when nothing known is close."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _lines_of(text: str) -> dict[tuple[str, str], int]:
    """The first line of each section ("" as its key) and of each key."""
    lines: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _SECTION.match(line):
            section = header[1]
            lines.setdefault((section, ""), number)
        elif key := _KEY.match(line):
            lines.setdefault((section, key[1]), number)
    return lines
