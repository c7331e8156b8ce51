"""Loading the catalogue: all content files, with a site's own on top, checked whole before anything is
shown.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from smartapp.errors import ConfigurationError, Fault
from smartapp.sdm.condition_entries import read_conditions
from smartapp.sdm.content_text import Entry, read_entries
from smartapp.sdm.entry_reader import did_you_mean
from smartapp.sdm.guide_entries import faults_of_keys, read_guide
from smartapp.sdm.handout_content import is_handout_file
from smartapp.sdm.knowledge import Catalogue, Guide, Opens, Question, Reminder, Sheet
from smartapp.sdm.prompt_entries import Shelf, read_question, read_reminder, read_source, read_topic
from smartapp.sdm.sheet_entries import read_option, read_sheet

DEFAULTS = "all_questions"
"""A table of what all questions of one file have in common: who read them, and when."""
FILES = {
    "sources.toml": frozenset({"source"}),
    "conditions.toml": frozenset({"condition"}),
    "questions.toml": frozenset({"topic", "question", DEFAULTS}),
    "reminders.toml": frozenset({"reminder"}),
    "topics.toml": frozenset({"guide"}),
    "sheets.toml": frozenset({"sheet", "option"}),
}
Thing = TypeVar("Thing")
CORE_QUESTIONS = ("What are you hoping for?", "What are you most worried about?")
REVIEW_YEARS = 2
_SHARED = ("released", "reviewed", "reviewer")


def load_catalogue(directory: Traversable | Path, extra: Path | None = None) -> Catalogue:
    """Everything in `directory`, with what a site adds, replaces or switches off in `extra` (the same file
    names).

    In `extra` an entry with a known id replaces the whole entry; one with `off = true` takes it away.
    Raises ConfigurationError with every fault at once.
    """
    entries, faults = _entries_in(directory, "content")
    if extra is not None:
        own, own_faults = _entries_of_site(extra)
        faults += own_faults
        entries, merge_faults = _merge(entries, own)
        faults += merge_faults
    catalogue, entry_faults = _build(entries)
    faults += entry_faults
    if not faults:
        faults += _faults_of_whole(catalogue)
    if faults:
        raise ConfigurationError(tuple(sorted(faults, key=lambda fault: (fault.file, fault.line or 0))))
    return catalogue


def faults_of_age(catalogue: Catalogue, today: date) -> tuple[Fault, ...]:
    """Questions, reminders, guides and sheets whose last review is more than 24 months old, or later than
    `today`.
    """
    faults = []
    dated: tuple[tuple[str, Question | Reminder | Guide | Sheet], ...] = (
        *(("question", each) for each in catalogue.questions),
        *(("reminder", each) for each in catalogue.reminders),
        *(("guide", each) for each in catalogue.guides),
        *(("sheet", each) for each in catalogue.sheets),
    )
    for table, each in dated:
        place, reviewed = each.place, each.reviewed
        if reviewed > today:
            problem = f"reviewed {reviewed} is after today"
        elif _two_years_after(reviewed) < today:
            problem = f"last reviewed {reviewed}, more than {REVIEW_YEARS} years ago"
        else:
            continue
        faults.append(Fault(place.file, place.line, f"{table} {each.id}: {problem}"))
    return tuple(faults)


def _entries_in(directory: Traversable | Path, name: str) -> tuple[list[Entry], list[Fault]]:
    entries: list[Entry] = []
    faults: list[Fault] = []
    for file, tables in FILES.items():
        found, file_faults = read_entries(directory / file, f"{name}/{file}")
        entries += _with_defaults(found, faults)
        faults += file_faults
        faults += [_unknown_table(entry, tables) for entry in found if entry.table not in tables]
    return entries, faults + _twice(entries)


def _entries_of_site(extra: Path) -> tuple[list[Entry], list[Fault]]:
    if not extra.is_dir():
        return [], [Fault(str(extra), None, "this content folder does not exist")]
    entries: list[Entry] = []
    faults: list[Fault] = []
    for path in sorted(extra.glob("*.toml")):
        tables = FILES.get(path.name)
        if is_handout_file(path.name):
            continue  # read with the handout's texts
        if tables is None:
            faults.append(Fault(str(path), None, f"unknown content file{did_you_mean(path.name, FILES)}"))
            continue
        found, file_faults = read_entries(path, str(path))
        entries += _with_defaults(found, faults)
        faults += file_faults
        faults += [_unknown_table(entry, tables) for entry in found if entry.table not in tables]
    return entries, faults + _twice(entries)


def _with_defaults(entries: list[Entry], faults: list[Fault]) -> list[Entry]:
    """The entries of one file, where each question that says nothing else has what is written for all."""
    shared = [entry for entry in entries if entry.table == DEFAULTS]
    common = {key: value for entry in shared for key, value in entry.values.items()}
    faults += [
        entry.fault(f'unknown key "{key}"{did_you_mean(key, _SHARED)}', key)
        for entry in shared
        for key in entry.values
        if key not in _SHARED
    ]
    return [
        replace(entry, values={**common, **entry.values})
        if entry.table == "question" and not entry.is_off
        else entry
        for entry in entries
        if entry.table != DEFAULTS
    ]


def _unknown_table(entry: Entry, tables: Iterable[str]) -> Fault:
    return entry.fault(f"unknown table [[{entry.table}]]{did_you_mean(entry.table, tables)}")


def _twice(entries: list[Entry]) -> list[Fault]:
    seen: Counter[tuple[str, str]] = Counter()
    faults = []
    for entry in entries:
        seen[entry.table, entry.id] += 1
        if entry.id and seen[entry.table, entry.id] > 1:
            faults.append(entry.fault("this id stands here twice", "id"))
    return faults


def _merge(ours: list[Entry], theirs: list[Entry]) -> tuple[list[Entry], list[Fault]]:
    merged = {(entry.table, entry.id): entry for entry in ours}
    faults = []
    for entry in theirs:
        key = (entry.table, entry.id)
        if not entry.is_off:
            merged[key] = entry
        elif merged.pop(key, None) is None:
            ids = [id_ for table, id_ in merged if table == entry.table]
            faults.append(
                entry.fault(f"switched off, but there is no such id{did_you_mean(entry.id, ids)}", "id")
            )
        elif extra_keys := sorted(set(entry.values) - {"id", "off"}):
            faults.append(
                entry.fault(f"switched off, so nothing else is read: {', '.join(extra_keys)}", extra_keys[0])
            )
    return _without_options_of_nothing(list(merged.values()), theirs), faults


def _without_options_of_nothing(merged: list[Entry], theirs: list[Entry]) -> list[Entry]:
    """A sheet that is switched off takes its options along."""
    off = {entry.id for entry in theirs if entry.table == "sheet" and entry.is_off}
    return [entry for entry in merged if entry.table != "option" or entry.values.get("sheet") not in off]


def _build(entries: list[Entry]) -> tuple[Catalogue, list[Fault]]:
    by_table = {
        table: [entry for entry in entries if entry.table == table]
        for tables in FILES.values()
        for table in tables
    }
    faults: list[Fault] = []
    sources = _read_each(by_table["source"], read_source, faults)
    topics = _read_each(by_table["topic"], read_topic, faults)
    conditions, condition_faults = read_conditions(by_table["condition"])
    faults += condition_faults
    shelf = Shelf(sources=sources, topics=topics, conditions=conditions)
    questions = _read_each(by_table["question"], lambda entry: read_question(entry, shelf), faults)
    reminders = _read_each(
        by_table["reminder"], lambda entry: read_reminder(entry, shelf, questions=questions), faults
    )
    guides = _read_each(by_table["guide"], lambda entry: read_guide(entry, shelf), faults)
    faults += faults_of_keys(guides)
    sheet_ids = frozenset(entry.id for entry in by_table["sheet"])
    options = _read_each(by_table["option"], lambda entry: read_option(entry, shelf, sheet_ids), faults)
    sheets = _read_each(by_table["sheet"], lambda entry: read_sheet(entry, shelf, options=options), faults)
    catalogue = Catalogue(
        questions=tuple(sorted(_whole(questions), key=lambda each: (not each.core, each.order, each.id))),
        reminders=tuple(sorted(_whole(reminders), key=lambda each: (each.priority, each.id))),
        conditions=tuple(_whole(conditions)),
        sources=tuple(_whole(sources)),
        topics=tuple(_whole(topics)),
        guides=tuple(sorted(_whole(guides), key=lambda each: each.label.casefold())),
        sheets=tuple(sorted(_whole(sheets), key=lambda each: each.label.casefold())),
    )
    return catalogue, faults


def _read_each(
    entries: list[Entry], read: Callable[[Entry], tuple[Thing | None, list[Fault]]], faults: list[Fault]
) -> dict[str, Thing | None]:
    """Every entry's thing by id, None where it is faulty; its faults are added to `faults`."""
    things: dict[str, Thing | None] = {}
    for entry in entries:
        things[entry.id], found = read(entry)
        faults += found
    return things


def _whole(things: Mapping[str, Thing | None]) -> list[Thing]:
    return [thing for thing in things.values() if thing is not None]


def _faults_of_whole(catalogue: Catalogue) -> list[Fault]:
    """What no single entry can tell: the core questions are there, and each way to open has one question."""
    faults = []
    core = {question.text for question in catalogue.questions if question.core}
    for text in CORE_QUESTIONS:
        if text not in core:
            faults.append(Fault("content/questions.toml", None, f'the core question "{text}" is missing'))
    for opens in Opens:
        ids = [question.id for question in catalogue.questions if question.opens is opens]
        if len(ids) != 1:
            found = ", ".join(ids) or "none"
            faults.append(
                Fault("content/questions.toml", None, f'one question opens "{opens}"; found: {found}')
            )
    return faults


def _two_years_after(day: date) -> date:
    try:
        return day.replace(year=day.year + REVIEW_YEARS)
    except ValueError:  # 29 February
        return day.replace(year=day.year + REVIEW_YEARS, day=28)
