"""Sources, topics, questions and reminders as clinicians write them, read and checked one entry at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from smartapp.errors import Fault
from smartapp.sdm.conditions import Condition, reads
from smartapp.sdm.content_text import Entry
from smartapp.sdm.entry_reader import EntryReader
from smartapp.sdm.facts import Known
from smartapp.sdm.knowledge import (
    Attribute,
    Citation,
    Moment,
    Opens,
    Question,
    Reminder,
    Repeats,
    Tier,
    Topic,
)
from smartapp.sdm.linter import faults_in_clinician_text, faults_in_drawer, faults_in_question
from smartapp.sdm.model import Kind

_SOURCE_KEYS = frozenset({"id", "citation", "doi", "url", "supports", "grade", "version"})
_TOPIC_KEYS = frozenset({"id", "label"})
_QUESTION_KEYS = frozenset(
    {
        "id", "text", "kind", "topic", "moment", "core", "order", "when", "unless", "opens", "sources",
        "version", "released", "reviewed", "reviewer", "grade_exception",
    }
)  # fmt: skip
_USES = {f"uses_{attribute.value}": attribute for attribute in Attribute}
_REMINDER_KEYS = frozenset(
    {
        "id", "version", "released", "reviewed", "moment", "tier", "priority", "text", "question", "when",
        "unless", "why", "limits", "sources", "reads", "reviewer", "repeats", "grade_exception", *_USES,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shelf:
    """What prompts may name, by id; None for an entry that is there but faulty."""

    sources: Mapping[str, Citation | None]
    topics: Mapping[str, Topic | None]
    conditions: Mapping[str, Condition | None]


def read_source(entry: Entry) -> tuple[Citation | None, list[Fault]]:
    """One [[source]]."""
    reader = EntryReader(entry, _SOURCE_KEYS)
    source = Citation(
        id=reader.text("id"),
        citation=reader.text("citation"),
        supports=_drawer(reader, "supports"),
        grade=reader.text("grade"),
        doi=reader.text("doi", optional=True),
        url=reader.text("url", optional=True),
        version=reader.whole("version") if "version" in entry.values else 1,
        place=entry.place,
    )
    if source.doi and source.doi not in source.citation:
        reader.fault("doi: the citation names another DOI or none", "doi")
    if source.url and not source.url.startswith("https://"):
        reader.fault("url: an address begins with https://", "url")
    return (None if reader.faults else source), reader.faults


def read_topic(entry: Entry) -> tuple[Topic | None, list[Fault]]:
    """One [[topic]]."""
    reader = EntryReader(entry, _TOPIC_KEYS)
    topic = Topic(id=reader.text("id"), label=reader.text("label"), place=entry.place)
    return (None if reader.faults else topic), reader.faults


def read_question(entry: Entry, shelf: Shelf) -> tuple[Question | None, list[Fault]]:
    """One [[question]], its wording checked for a patient's ear."""
    reader = EntryReader(entry, _QUESTION_KEYS)
    question = Question(
        id=reader.text("id"),
        text=_prompt(reader, faults_in_question),
        kind=reader.choice("kind", Kind),
        topic=_topic(reader, shelf),
        moment=reader.choice("moment", Moment),
        core=reader.yes("core"),
        order=reader.whole("order"),
        sources=_sources(reader, shelf),
        version=reader.whole("version"),
        released=reader.day("released"),
        reviewed=reader.day("reviewed"),
        reviewer=reader.text("reviewer"),
        when=reader.known("when", shelf.conditions, "condition"),
        unless=reader.known("unless", shelf.conditions, "condition"),
        opens=reader.choice("opens", Opens) if "opens" in entry.values else None,
        place=entry.place,
    )
    if question.released > question.reviewed:
        reader.fault("reviewed: earlier than released", "reviewed")
    return (None if reader.faults else question), reader.faults


def read_reminder(
    entry: Entry, shelf: Shelf, *, questions: Mapping[str, Question | None]
) -> tuple[Reminder | None, list[Fault]]:
    """One [[reminder]], its wording checked, and `reads` compared with what its conditions read."""
    reader = EntryReader(entry, _REMINDER_KEYS)
    when: tuple[Condition, ...] = reader.known("when", shelf.conditions, "condition")
    unless: tuple[Condition, ...] = reader.known("unless", shelf.conditions, "condition")
    if not entry.values.get("when"):
        reader.fault("when: name at least one condition", "when")
    reminder = Reminder(
        id=reader.text("id"),
        text=_prompt(reader, faults_in_clinician_text),
        tier=reader.choice("tier", Tier),
        moment=reader.choice("moment", Moment),
        priority=reader.whole("priority"),
        when=when,
        unless=unless,
        reads=frozenset(reader.choices("reads", Known)),
        why=_drawer(reader, "why"),
        limits=_drawer(reader, "limits"),
        sources=_sources(reader, shelf),
        version=reader.whole("version"),
        released=reader.day("released"),
        reviewed=reader.day("reviewed"),
        reviewer=reader.text("reviewer"),
        question=_question(reader, questions),
        uses=tuple((attribute, reader.text(key)) for key, attribute in _USES.items() if key in entry.values),
        repeats=reader.choice("repeats", Repeats) if "repeats" in entry.values else Repeats.ONCE_A_YEAR,
        place=entry.place,
    )
    _check_reads(reader, reminder)
    if reminder.released > reminder.reviewed:
        reader.fault("reviewed: earlier than released", "reviewed")
    return (None if reader.faults else reminder), reader.faults


def _check_reads(reader: EntryReader, reminder: Reminder) -> None:
    conditions = (*reminder.when, *reminder.unless)
    named = len(reader.texts("when")) + len(reader.texts("unless"))
    if reader.faults or len(conditions) < named:
        return  # A condition is faulty itself, so what it reads is not known yet.
    needed = frozenset().union(*(reads(condition) for condition in conditions))
    if reminder.reads != needed:
        reader.fault(f"reads: the conditions read {', '.join(sorted(needed))}", "reads")


def _prompt(reader: EntryReader, lint: Callable[[str, bool], tuple[str, ...]]) -> str:
    """The text, checked. A reason in `grade_exception` lets a needed medical word pass the reading grade,
    and nothing else.
    """
    text = reader.text("text")
    excuse = reader.text("grade_exception", optional=True)
    for problem in lint(text, bool(excuse)):
        reader.fault(f"text: {problem}", "text")
    return text


def _drawer(reader: EntryReader, key: str) -> str:
    text = reader.text(key)
    for problem in faults_in_drawer(text):
        reader.fault(f"{key}: {problem}", key)
    return text


def _sources(reader: EntryReader, shelf: Shelf) -> tuple[Citation, ...]:
    if not reader.entry.values.get("sources"):
        reader.fault("sources: name at least one source; what has no source is not shown", "sources")
    return reader.known("sources", shelf.sources, "source")


def _topic(reader: EntryReader, shelf: Shelf) -> str:
    name = reader.text("topic")
    if name and name not in shelf.topics:
        reader.fault(f'unknown topic "{name}"', "topic")
    return name


def _question(reader: EntryReader, questions: Mapping[str, Question | None]) -> Question | None:
    name = reader.text("question", optional=True)
    if name and name not in questions:
        reader.fault(f'unknown question "{name}"', "question")
    return questions.get(name)
