"""The entries of the wording file: cues, what has to stand around them, and a neutral alternative."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from smartapp.errors import Fault
from smartapp.notes.finding import Label
from smartapp.notes.wording_patterns import Groups, phrase_as_pattern
from smartapp.sdm.content_text import Entry, read_entries

_TEXTS: Final = ("id", "label", "source", "instead", "then", "before", "near")
_LISTS: Final = (
    "cues",
    "yes",
    "no",
    "not_then",
    "not_before",
    "not_near",
    "needs",
    "unless",
    "even_if",
)


@dataclass(frozen=True, slots=True)
class Context:
    """A rule with a name: it holds where one of its patterns is found. `before` and `after` the cue in its
    sentence, `near` anywhere in the sentence, `around` in it or a little before it, `line` in the line up to
    the cue, `clause` in the part of the sentence between semicolons. `every`: one of each kind that it has
    must be found.
    """

    id: str
    before: tuple[re.Pattern[str], ...]
    after: tuple[re.Pattern[str], ...]
    near: tuple[re.Pattern[str], ...]
    around: tuple[re.Pattern[str], ...]
    line: tuple[re.Pattern[str], ...]
    clause: tuple[re.Pattern[str], ...]
    every: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """`then` has to follow the cue at once and belongs to the finding; `before` has to end where the cue
    begins, `near` to stand in the sentence. What begins with `not_` may not. `needs` and `unless` name
    rules: those that must hold, and those that must not.
    `even_if`: rules that apply to every entry, but not to this one.
    """

    id: str
    label: Label
    severity: int
    cues: tuple[str, ...]
    instead: str
    then: re.Pattern[str] | None
    before: re.Pattern[str] | None
    near: re.Pattern[str] | None
    not_then: tuple[re.Pattern[str], ...]
    not_before: tuple[re.Pattern[str], ...]
    not_near: tuple[re.Pattern[str], ...]
    needs: tuple[str, ...]
    unless: tuple[str, ...]
    even_if: tuple[str, ...]
    source: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All entries, in the order of the file, with the rules they name."""

    wordings: tuple[Wording, ...]
    contexts: Mapping[str, Context]
    groups: Groups


class WordingFault(Exception):
    """The files cannot be used; `faults` says where and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def read_lexicon(wording: Traversable | Path, shared: Traversable | Path) -> Lexicon:
    """The lexicon of `wording`, with the groups of words of `shared`. Raises WordingFault."""
    entries, faults = read_entries(wording, wording.name)
    shared_entries, shared_faults = read_entries(shared, shared.name)
    if faults or shared_faults:
        raise WordingFault([*faults, *shared_faults])
    by_table: dict[str, list[Entry]] = {}
    for entry in entries:
        by_table.setdefault(entry.table, []).append(entry)
    words = {
        entry.id: tuple(phrase_as_pattern(each) for each in _texts(entry, "words"))
        for entry in shared_entries
        if entry.table == "words" and entry.id != "template"
    }
    words |= {entry.id: _texts(entry, "words") for entry in by_table.get("group", [])}
    groups = Groups(words)
    contexts = {entry.id: _context(entry, groups) for entry in by_table.get("context", [])}
    wordings = tuple(_wording(entry, groups) for entry in by_table.get("wording", []))
    return Lexicon(wordings, contexts, groups)


def _context(entry: Entry, groups: Groups) -> Context:
    def patterns(key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(_pattern(entry, each, groups) for each in _texts(entry, key))

    return Context(
        entry.id,
        before=patterns("before"),
        after=patterns("after"),
        near=patterns("near"),
        around=patterns("around"),
        line=patterns("line"),
        clause=patterns("clause"),
        every=entry.values.get("every") is True,
    )


def _wording(entry: Entry, groups: Groups) -> Wording:
    texts = {key: _text(entry, key) for key in _TEXTS}
    lists = {key: _texts(entry, key) for key in _LISTS}
    severity = entry.values.get("severity", 1)

    def one(source: str) -> re.Pattern[str] | None:
        return _pattern(entry, source, groups) if source else None

    def some(key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(_pattern(entry, each, groups) for each in lists[key])

    if texts["label"] not in set(Label) or severity not in (1, 2, 3):
        raise WordingFault([entry.fault("label or severity is not one of those that there are")])
    return Wording(
        id=texts["id"],
        label=Label(texts["label"]),
        severity=int(str(severity)),
        cues=lists["cues"],
        instead=texts["instead"],
        then=one(texts["then"]),
        before=one(_ending(texts["before"]) if texts["before"] else ""),
        near=one(texts["near"]),
        not_then=some("not_then"),
        not_before=tuple(_pattern(entry, _ending(each), groups) for each in lists["not_before"]),
        not_near=some("not_near"),
        needs=lists["needs"],
        unless=lists["unless"],
        even_if=lists["even_if"],
        source=texts["source"],
        yes=lists["yes"],
        no=lists["no"],
    )


def _ending(source: str) -> str:
    """`source` as a pattern for what ends at the cue, beginning with a whole word."""
    return rf"(?:(?<!\w)|(?=\W))(?:{source})$"


def _pattern(entry: Entry, source: str, groups: Groups) -> re.Pattern[str]:
    try:
        return groups.pattern(source)
    except (ValueError, KeyError) as error:
        raise WordingFault([entry.fault(f"{source}: {error}")]) from error


def _text(entry: Entry, key: str) -> str:
    value = entry.values.get(key, "")
    return value if isinstance(value, str) else ""


def _texts(entry: Entry, key: str) -> tuple[str, ...]:
    value = entry.values.get(key, [])
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
