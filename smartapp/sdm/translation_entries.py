"""Translations as translators write them, one entry at a time: of what, from which version, seen by whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from smartapp.errors import Fault
from smartapp.sdm.content_text import Entry
from smartapp.sdm.entry_reader import EntryReader, did_you_mean
from smartapp.sdm.knowledge import Place

QUESTION: Final = "translation"
"""The table of questions; every other table is called as in English."""
BY_VERSION: Final = frozenset({QUESTION, "reminder", "guide", "sheet", "option", "source"})
BY_TEXT: Final = frozenset({"condition", "topic"})
"""Names that have no version: a translation says which name it translates."""
TABLES: Final = BY_VERSION | BY_TEXT
_ABOUT: Final = frozenset({"id", "version", "of", "state", "reviewer", "reviewed", "grade_exception"})
_NOT_FOR: Final = {True: "of", False: "version"}


class State(StrEnum):
    """Who has looked at it."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Translation:
    """Of one entry: its texts by key, as in `smartapp.sdm.texts`. It translates `version` of the entry; one
    of a name translates `of`, and its version is 0. `language`: BCP 47. `excuse`: why a hard word has to
    stay.
    """

    table: str
    id: str
    language: str
    version: int
    texts: Mapping[str, str]
    state: State
    of: str = ""
    excuse: str = ""
    reviewer: str = ""
    reviewed: date | None = None
    place: Place = field(default=Place("", 0), compare=False)

    @property
    def key(self) -> tuple[str, str]:
        return self.table, self.id

    def fault(self, problem: str) -> Fault:
        return Fault(self.place.file, self.place.line, f"{self.table} {self.id}: {problem}")


def read_translations(
    entries: Iterable[Entry], language: str, faults: list[Fault]
) -> dict[tuple[str, str], Translation]:
    """By table and id; what is wrong is added to `faults`. What is switched off is left out."""
    found = {}
    for entry in entries:
        if entry.table not in TABLES:
            near = did_you_mean(entry.table, TABLES)
            faults.append(entry.fault(f"unknown table [[{entry.table}]]{near}"))
        elif not entry.is_off:
            translation, entry_faults = _read(entry, language)
            faults += entry_faults
            found[translation.key] = translation
    return found


def _read(entry: Entry, language: str) -> tuple[Translation, list[Fault]]:
    is_versioned = entry.table in BY_VERSION
    # Which texts an entry has is known by what it translates, and checked there.
    own = frozenset(entry.values.keys() - _ABOUT) if entry.table != QUESTION else frozenset({"text"})
    reader = EntryReader(entry, (_ABOUT | own) - {_NOT_FOR[is_versioned]})
    state = reader.choice("state", State)
    is_reviewed = state is State.REVIEWED
    translation = Translation(
        table=entry.table,
        id=reader.text("id"),
        language=language,
        version=reader.whole("version") if is_versioned else 0,
        texts=_texts(reader, own),
        state=state,
        of="" if is_versioned else reader.text("of"),
        excuse=reader.text("grade_exception", optional=True),
        reviewer=reader.text("reviewer", optional=not is_reviewed),
        reviewed=reader.day("reviewed") if is_reviewed else None,
        place=entry.place,
    )
    if not is_reviewed and {"reviewer", "reviewed"} & entry.values.keys():
        reader.fault(
            'a draft has no reviewer: write state = "reviewed", or take reviewer and reviewed out', "state"
        )
    return translation, reader.faults


def _texts(reader: EntryReader, keys: Iterable[str]) -> dict[str, str]:
    """Every text under its key: those of a list are numbered, those of a list of tables named as well."""
    found: dict[str, str] = {}
    for key in sorted(keys):
        value = reader.entry.values.get(key)
        if isinstance(value, list):
            for number, each in enumerate(value, start=1):
                _note(reader, f"{key}.{number}", each, found)
        elif key == "text" or isinstance(value, str):
            found[key] = reader.text(key)
        else:
            reader.fault(f"{key}: write a text here", key)
    return found


def _note(reader: EntryReader, key: str, value: object, found: dict[str, str]) -> None:
    if isinstance(value, str) and value.strip():
        found[key] = " ".join(value.split())
    elif isinstance(value, dict):
        for name, each in value.items():
            _note(reader, f"{key}.{name}", each, found)
    else:
        reader.fault(f"{key}: write a text here", key.partition(".")[0])
