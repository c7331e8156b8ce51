"""The content files that the reader of notes works by: entries with an id, a source and examples, checked.

What else an entry holds is its engine's business, which turns entries into rules and tells faults through
`Entry.fault`.
"""

from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from smartapp.errors import ConfigurationError, Fault
from smartapp.sdm.content_text import Entry, read_entries
from smartapp.sdm.entry_reader import did_you_mean

LEXICA: Final = (
    "notes_context.toml",
    "notes_preferences.toml",
    "notes_sections.toml",
    "notes_wording.toml",
)
BUILDING_BLOCKS: Final = frozenset({"group", "context"})
"""Tables whose entries only name words that other entries are made of: these have the source and examples."""

_EXAMPLES: Final = (("yes", 2), ("no", 1))
_PHRASES: Final = ("words", "cues")
_MOST_FORMS: Final = 6_000
"""Ways to write one phrase: more of them cost the start of the app seconds, and nobody can read them."""
_TIMES: Final = {"?": 2, "-": 3, "~": 7}


def read_lexicon(name: str, directory: Traversable | Path | None = None) -> tuple[Entry, ...]:
    """The entries of one content file, in order; of ours unless `directory` is given.

    Raises ConfigurationError with every fault at once, each with its line.
    """
    folder = directory or files("smartapp") / "content"
    entries, faults = _checked(folder, name, _source_ids(folder))
    if faults:
        raise ConfigurationError(faults)
    return entries


def faults_of_lexica(directory: Traversable | Path) -> tuple[Fault, ...]:
    """What is wrong with the files that the reader of notes works by, so far as every entry is alike."""
    sources = _source_ids(directory)
    return tuple(fault for name in LEXICA for fault in _checked(directory, name, sources)[1])


def _source_ids(directory: Traversable | Path) -> frozenset[str]:
    entries, _ = read_entries(directory / "sources.toml", "content/sources.toml")
    return frozenset(entry.id for entry in entries)


def _checked(
    directory: Traversable | Path, name: str, sources: frozenset[str]
) -> tuple[tuple[Entry, ...], tuple[Fault, ...]]:
    entries, faults = read_entries(directory / name, f"content/{name}")
    times = Counter((entry.table, entry.id) for entry in entries)
    for entry in entries:
        if not entry.id:
            faults.append(entry.fault("id: write a short name that no other entry has", "id"))
        elif times[entry.table, entry.id] > 1:
            faults.append(entry.fault("this id stands here twice", "id"))
        if entry.table not in BUILDING_BLOCKS:
            faults += [*_faults_of_source(entry, sources), *_faults_of_examples(entry)]
            faults += _faults_of_phrases(entry)
    return tuple(entries), tuple(faults)


def _faults_of_source(entry: Entry, sources: Iterable[str]) -> list[Fault]:
    source = entry.values.get("source")
    if not isinstance(source, str) or not source:
        return [entry.fault("source: write an id of sources.toml", "source")]
    if source not in sources:
        return [
            entry.fault(f'source: no "{source}" in sources.toml{did_you_mean(source, sources)}', "source")
        ]
    return []


def _faults_of_examples(entry: Entry) -> list[Fault]:
    """Every entry shows what it is for and what it is not for; one test reads these examples."""
    faults = []
    for key, fewest in _EXAMPLES:
        examples = entry.values.get(key)
        if not isinstance(examples, list) or not all(
            isinstance(one, str) and one.strip() for one in examples
        ):
            faults.append(entry.fault(f'{key}: write a list of texts, for example ["one", "two"]', key))
        elif len(examples) < fewest:
            faults.append(entry.fault(f"{key}: {fewest} or more examples are needed", key))
        elif len(set(examples)) < len(examples):
            faults.append(entry.fault(f"{key}: an example stands here twice", key))
    return faults


def _faults_of_phrases(entry: Entry) -> list[Fault]:
    """A phrase may stand for some forms: choices within choices multiply."""
    faults = []
    for key in _PHRASES:
        phrases = entry.values.get(key)
        for phrase in phrases if isinstance(phrases, list) else ():
            if isinstance(phrase, str) and (forms := _forms(phrase, 0)[0]) > _MOST_FORMS:
                faults.append(
                    entry.fault(f'{key}: "{phrase[:60]}" has {forms} forms; write several phrases', key)
                )
    return faults


def _forms(phrase: str, at: int) -> tuple[int, int]:
    """How many ways there are to write `phrase` from `at` up to the parenthesis that ends the choice there,
    none of them written, and its place.
    """
    whole, part = 0, 1
    while at < len(phrase):
        mark, at = phrase[at], at + 1
        if mark == "(":
            inner, at = _forms(phrase, at)
            part *= inner
        elif mark == ")":
            break
        elif mark == "|":
            whole, part = whole + part, 1
        else:
            part *= _TIMES.get(mark, 1)
    return whole + part, at
