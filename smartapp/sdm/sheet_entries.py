"""Decision sheets as clinicians write them: a choice, its options, and a source for each fact."""

from collections.abc import Mapping
from typing import Final

from smartapp.errors import Fault
from smartapp.sdm.conditions import Condition, reads
from smartapp.sdm.content_text import Entry
from smartapp.sdm.entry_reader import EntryReader, did_you_mean
from smartapp.sdm.guide_entries import linted
from smartapp.sdm.knowledge import Citation, Sheet, SheetFact, SheetOption
from smartapp.sdm.linter import faults_in_drawer, faults_in_question
from smartapp.sdm.prompt_entries import Shelf
from smartapp.sdm.sheet_rules import faults_in_comparison, faults_in_fact, faults_in_label

PARTS: Final = ("good", "hard", "sure", "cost")
_SHEET_KEYS: Final = frozenset(
    {
        "id", "label", "question", "when", "unless", "why", "limits", "version", "released", "reviewed",
        "reviewer",
    }
)  # fmt: skip
_OPTION_KEYS: Final = frozenset({"id", "sheet", "label", "waiting", "find_cost", "grade_exception", *PARTS})
_FACT_KEYS: Final = ("text", "sources")
_FEWEST_OPTIONS: Final = 2


def read_option(entry: Entry, shelf: Shelf, sheets: frozenset[str]) -> tuple[SheetOption | None, list[Fault]]:
    """One [[option]]. `sheets`: the ids that are there."""
    reader = EntryReader(entry, _OPTION_KEYS)
    sheet = reader.text("sheet")
    if sheet and sheet not in sheets:
        reader.fault(f'sheet: unknown sheet "{sheet}"{did_you_mean(sheet, sheets)}', "sheet")
    excused = bool(reader.text("grade_exception", optional=True))
    facts = {part: _facts(reader, part, shelf.sources, excused=excused) for part in PARTS}
    option = SheetOption(
        id=reader.text("id"),
        sheet=sheet,
        label=linted(reader, "label", faults_in_label),
        is_waiting=reader.yes("waiting"),
        good=facts["good"],
        hard=facts["hard"],
        sure=facts["sure"],
        cost=facts["cost"],
        find_cost=_find_cost(reader),
        place=entry.place,
    )
    return (None if reader.faults else option), reader.faults


def read_sheet(
    entry: Entry, shelf: Shelf, *, options: Mapping[str, SheetOption | None]
) -> tuple[Sheet | None, list[Fault]]:
    """One [[sheet]], with the options that name it, in A to Z order."""
    reader = EntryReader(entry, _SHEET_KEYS)
    when: tuple[Condition, ...] = reader.known("when", shelf.conditions, "condition")
    unless: tuple[Condition, ...] = reader.known("unless", shelf.conditions, "condition")
    mine = [option for option in options.values() if option is not None and option.sheet == entry.id]
    sheet = Sheet(
        id=reader.text("id"),
        label=linted(reader, "label", faults_in_label),
        question=linted(reader, "question", faults_in_question),
        options=tuple(sorted(mine, key=lambda option: option.label.casefold())),
        when=when,
        unless=unless,
        reads=frozenset().union(*(reads(condition) for condition in (*when, *unless))),
        why=linted(reader, "why", faults_in_drawer),
        limits=linted(reader, "limits", faults_in_drawer),
        version=reader.whole("version"),
        released=reader.day("released"),
        reviewed=reader.day("reviewed"),
        reviewer=reader.text("reviewer"),
        place=entry.place,
    )
    for problem in faults_in_comparison(sheet.question):
        reader.fault(f"question: {problem}", "question")
    # An option that is faulty itself is told there, and not missed here.
    if all(option is not None for option in options.values()):
        _check_options(reader, sheet)
    if sheet.released > sheet.reviewed:
        reader.fault("reviewed: earlier than released", "reviewed")
    return (None if reader.faults else sheet), reader.faults


def _check_options(reader: EntryReader, sheet: Sheet) -> None:
    if len(sheet.options) < _FEWEST_OPTIONS:
        reader.fault(f"has {len(sheet.options)} options; a choice has at least {_FEWEST_OPTIONS}")
    if not any(option.is_waiting for option in sheet.options):
        reader.fault("no option has waiting = true: to wait, or to change nothing for now, is one")
    labels = [option.label.casefold() for option in sheet.options]
    if len(set(labels)) < len(labels):
        reader.fault("two options have the same label")


def _facts(
    reader: EntryReader, part: str, sources: Mapping[str, Citation | None], *, excused: bool
) -> tuple[SheetFact, ...]:
    written = reader.entry.values.get(part, [])
    if not isinstance(written, list) or not all(isinstance(each, dict) for each in written):
        reader.fault(f'{part}: write a list such as [{{ text = "...", sources = ["..."] }}]', part)
        return ()
    found = (
        _fact(reader, f"{part}: fact {number}", each, sources=sources, excused=excused)
        for number, each in enumerate(written, start=1)
    )
    return tuple(fact for fact in found if fact is not None)


def _fact(
    reader: EntryReader,
    where: str,
    written: Mapping[str, object],
    *,
    sources: Mapping[str, Citation | None],
    excused: bool,
) -> SheetFact | None:
    def fault(problem: str) -> None:
        reader.fault(f"{where}: {problem}", where.partition(":")[0])

    for key in written:
        if key not in _FACT_KEYS:
            fault(f'unknown key "{key}"{did_you_mean(key, _FACT_KEYS)}')
    text, named = written.get("text"), written.get("sources")
    if not isinstance(text, str) or not text.strip():
        fault("text: write what is known in one or two short sentences")
        return None
    if not isinstance(named, list) or not named or not all(isinstance(name, str) for name in named):
        fault("sources: name at least one source; what has no source is not shown")
        return None
    for name in named:
        if name not in sources:
            fault(f'unknown source "{name}"{did_you_mean(name, sources)}')
    for problem in faults_in_fact(text, excused):
        fault(problem)
    found = (sources.get(name) for name in named)
    return SheetFact(" ".join(text.split()), tuple(each for each in found if each is not None))


def _find_cost(reader: EntryReader) -> str:
    """Whom to ask about the price: an offer, and no fact about it."""
    text = reader.text("find_cost")
    for problem in (*faults_in_question(text), *faults_in_comparison(text)) if text else ():
        reader.fault(f"find_cost: {problem}", "find_cost")
    if any(mark in text for mark in "$€£") or any(letter.isdigit() for letter in text):
        reader.fault("find_cost: a price is a fact; write it in cost, with its source", "find_cost")
    return text
