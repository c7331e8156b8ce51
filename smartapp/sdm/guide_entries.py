"""Guides as clinicians write them in topics.toml, read and checked one entry at a time."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from smartapp.errors import Fault
from smartapp.sdm.content_text import Entry
from smartapp.sdm.entry_reader import EntryReader, did_you_mean
from smartapp.sdm.knowledge import Beside, Citation, Guide, Moment, Question, Step
from smartapp.sdm.linter import faults_in_clinician_text, faults_in_drawer, faults_in_question
from smartapp.sdm.model import RECORDABLE_KINDS
from smartapp.sdm.prompt_entries import Shelf

MOST_STEPS: Final = 5
_KEYS: Final = frozenset(
    {
        "id", "label", "key", "moment", "steps", "beside", "why", "limits", "sources", "version", "released",
        "reviewed", "reviewer",
    }
)  # fmt: skip
_STEP_KEYS: Final = ("do", "say", "kind", "grade_exception")
_LETTER: Final = re.compile(r"[a-z]")
_OPENS_TOPICS: Final = "t"


@dataclass(frozen=True, slots=True)
class _Read:
    """What a guide shares with the questions of its steps."""

    sources: tuple[Citation, ...]
    moment: Moment
    version: int
    released: date
    reviewed: date
    reviewer: str


def read_guide(entry: Entry, shelf: Shelf) -> tuple[Guide | None, list[Fault]]:
    """One [[guide]]."""
    reader = EntryReader(entry, _KEYS)
    if not entry.values.get("sources"):
        reader.fault("sources: name at least one source; what has no source is not shown", "sources")
    sources = reader.known("sources", shelf.sources, "source")
    moment = reader.choice("moment", Moment)
    read = _Read(
        sources, moment, reader.whole("version"), reader.day("released"), reader.day("reviewed"),
        reader.text("reviewer"),
    )  # fmt: skip
    guide = Guide(
        id=reader.text("id"),
        label=linted(reader, "label", _faults_in_label),
        key=_key(reader),
        moment=moment,
        steps=_steps(reader, read),
        why=linted(reader, "why", faults_in_drawer),
        limits=linted(reader, "limits", faults_in_drawer),
        sources=sources,
        version=read.version,
        released=read.released,
        reviewed=read.reviewed,
        reviewer=read.reviewer,
        beside=reader.choice("beside", Beside) if "beside" in entry.values else None,
        place=entry.place,
    )
    if guide.released > guide.reviewed:
        reader.fault("reviewed: earlier than released", "reviewed")
    return (None if reader.faults else guide), reader.faults


def faults_of_keys(guides: Mapping[str, Guide | None]) -> list[Fault]:
    """Two guides that open with the same letter."""
    first: dict[str, Guide] = {}
    faults = []
    for guide in guides.values():
        if guide is None:
            continue
        other = first.setdefault(guide.key, guide)
        if other is not guide:
            problem = f'guide {guide.id}: key: "{guide.key}" opens {other.id} already'
            faults.append(Fault(guide.place.file, guide.place.line, problem))
    return faults


def linted(reader: EntryReader, key: str, lint: Callable[[str], tuple[str, ...]]) -> str:
    """A text of the entry, with every fault that `lint` finds in it."""
    text = reader.text(key)
    for problem in lint(text) if text else ():
        reader.fault(f"{key}: {problem}", key)
    return text


def _faults_in_label(text: str) -> tuple[str, ...]:
    """A name is no sentence, so its reading grade says nothing."""
    return faults_in_clinician_text(text, grade_excused=True)


def _key(reader: EntryReader) -> str:
    key = reader.text("key")
    if key and (not _LETTER.fullmatch(key) or key == _OPENS_TOPICS):
        reader.fault("key: write one letter from a to z; t opens the list of topics", "key")
    return key


def _steps(reader: EntryReader, read: _Read) -> tuple[Step, ...]:
    written = reader.entry.values.get("steps")
    if not isinstance(written, list) or not all(isinstance(each, dict) for each in written) or not written:
        reader.fault('steps: write a list such as [{ do = "...", say = "..." }]', "steps")
        return ()
    if len(written) > MOST_STEPS:
        reader.fault(f"steps: {len(written)} steps; at most {MOST_STEPS}", "steps")
    return tuple(_step(reader, each, number, read=read) for number, each in enumerate(written, start=1))


def _step(reader: EntryReader, written: Mapping[str, object], number: int, *, read: _Read) -> Step:
    def fault(problem: str) -> None:
        reader.fault(f"steps: step {number}: {problem}", "steps")

    for key in written:
        if key not in _STEP_KEYS:
            fault(f'unknown key "{key}"{did_you_mean(key, _STEP_KEYS)}')
    do, say, excuse = (_text_of(written, key) for key in ("do", "say", "grade_exception"))
    if not do:
        fault("do: write what to do in one short line")
    for problem in faults_in_clinician_text(do):
        fault(f"do: {problem}")
    for problem in faults_in_question(say, bool(excuse)):
        fault(f"say: {problem}")
    kinds = {str(kind): kind for kind in RECORDABLE_KINDS}
    name = _text_of(written, "kind")
    if name and not say:
        fault("kind: an answer needs a sentence to say")
    if name and name not in kinds:
        fault(f'kind: "{name}" is not one of {", ".join(kinds)}{did_you_mean(name, kinds)}')
    if not say or name not in kinds:
        return Step(do, say)
    question = Question(
        id=f"{reader.entry.id}.{number}",
        text=say,
        kind=kinds[name],
        topic="",
        moment=read.moment,
        core=False,
        order=number,
        sources=read.sources,
        version=read.version,
        released=read.released,
        reviewed=read.reviewed,
        reviewer=read.reviewer,
        place=reader.entry.place,
    )
    return Step(do, say, question)


def _text_of(written: Mapping[str, object], key: str) -> str:
    value = written.get(key, "")
    return " ".join(value.split()) if isinstance(value, str) else ""
