"""Reading one content entry key by key, noting every fault on its line instead of stopping at the first."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from math import isfinite
from typing import TypeVar

from smartapp.errors import Fault
from smartapp.sdm.content_text import Entry

Choice = TypeVar("Choice", bound=StrEnum)
Found = TypeVar("Found")


class EntryReader:
    """Takes values out of an entry. After a fault a harmless value stands in, and `faults` says that
    nothing may be built.
    """

    def __init__(self, entry: Entry, allowed: frozenset[str]) -> None:
        self.entry = entry
        self.faults: list[Fault] = []
        for key in entry.values:
            if key not in allowed:
                self._note(f'unknown key "{key}"{did_you_mean(key, allowed)}', key)

    def text(self, key: str, optional: bool = False) -> str:
        """A text that is not blank; "" when it may be left out and is."""
        value = self.entry.values.get(key)
        if value is None and optional:
            return ""
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())
        self._note(f"{key}: write a text here", key)
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when left out."""
        value = self.entry.values.get(key, [])
        if isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value):
            return tuple(value)
        self._note(f'{key}: write a list of texts, for example ["one", "two"]', key)
        return ()

    def whole(self, key: str, lowest: int = 1) -> int:
        """A whole number, `lowest` or more."""
        value = self.entry.values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= lowest:
            return value
        self._note(f"{key}: write a whole number, {lowest} or more", key)
        return lowest

    def number(self, key: str) -> float | None:
        """A number, whole or not; None when left out."""
        value = self.entry.values.get(key)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            return float(value)
        self._note(f"{key}: write a number, for example 30 or 4.5", key)
        return None

    def yes(self, key: str) -> bool:
        """true or false; false when left out."""
        value = self.entry.values.get(key, False)
        if not isinstance(value, bool):
            self._note(f"{key}: write true or false", key)
        return value is True

    def day(self, key: str) -> date:
        """A date without time, as TOML writes it: 2026-11-22."""
        value = self.entry.values.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self._note(f"{key}: write a date without quotes, for example 2026-11-22", key)
        return date.min

    def choice(self, key: str, among: type[Choice]) -> Choice:
        """One of the names of `among`."""
        return self._choice_of(self.text(key), among, key) or next(iter(among))

    def choices(self, key: str, among: type[Choice]) -> tuple[Choice, ...]:
        """Names of `among`, in the order written."""
        found = (self._choice_of(each, among, key) for each in self.texts(key))
        return tuple(each for each in found if each is not None)

    def known(self, key: str, things: Mapping[str, Found | None], what: str) -> tuple[Found, ...]:
        """The things that the listed names stand for; a name that stands for nothing is a fault.

        None stands for a thing that is there but faulty: that fault is told where it is, not at every use.
        """
        found = []
        for name in self.texts(key):
            if name not in things:
                self._note(f'unknown {what} "{name}"{did_you_mean(name, things)}', key)
            elif (thing := things[name]) is not None:
                found.append(thing)
        return tuple(found)

    def fault(self, problem: str, key: str = "") -> None:
        """Note a fault that the caller found."""
        self._note(problem, key)

    def _choice_of(self, name: str, among: type[Choice], key: str) -> Choice | None:
        if not name:
            return None
        names = [each.value for each in among]
        if name not in names:
            self._note(f'{key}: "{name}" is not one of {", ".join(names)}{did_you_mean(name, names)}', key)
            return None
        return among(name)

    def _note(self, problem: str, key: str) -> None:
        self.faults.append(self.entry.fault(problem, key))


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A half sentence with the nearest name, or "" when none is near."""
    near = get_close_matches(name, list(names), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""
