"""What is said to patients in other languages: a translation of each question, with who has looked at it.

A translation belongs to one version of its question. When the question changes, the translation of the older
version is not shown any more, and English shows until somebody has translated it again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from importlib.resources.abc import Traversable
from pathlib import Path

from smartapp.errors import ConfigurationError, Fault
from smartapp.sdm.content_text import Entry, read_entries
from smartapp.sdm.entry_reader import EntryReader, did_you_mean
from smartapp.sdm.knowledge import Catalogue, Place, Question
from smartapp.sdm.reading_level import reading_level

SOURCE = "en"
FOLDER = "languages"
_TABLE = "translation"
_KEYS = frozenset({"id", "version", "text", "state", "reviewer", "reviewed", "grade_exception"})


class State(StrEnum):
    """Who has looked at it."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Translation:
    """Of the question with this id, as it stood in this version. `language`: BCP 47."""

    id: str
    language: str
    version: int
    text: str
    state: State
    reviewer: str = ""
    reviewed: date | None = None
    place: Place = field(default=Place("", 0), compare=False)


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as it is shown. `language` is that of `text`, which is English where `is_fallback`.
    `is_draft`: nobody qualified has reviewed it yet.
    """

    text: str
    language: str
    is_draft: bool = False
    is_fallback: bool = False


@dataclass(frozen=True, slots=True)
class Translations:
    """By language, then by question. `drafts`: whether what was not reviewed may be shown."""

    by_language: Mapping[str, Mapping[str, Translation]]
    drafts: bool = True

    @property
    def languages(self) -> tuple[str, ...]:
        """English, and every other language that something can be shown in."""
        shown = (tag for tag, each in self.by_language.items() if any(map(self._may_be_shown, each.values())))
        return (SOURCE, *shown)

    def wording(self, question: Question, language: str) -> Wording:
        """The question in that language, or in English where there is no translation of this version."""
        if language == SOURCE:
            return Wording(question.text, SOURCE)
        found = self.by_language.get(language, {}).get(question.id)
        if found is None or found.version != question.version or not self._may_be_shown(found):
            return Wording(question.text, SOURCE, is_fallback=True)
        return Wording(found.text, language, is_draft=found.state is State.DRAFT)

    def _may_be_shown(self, translation: Translation) -> bool:
        return self.drafts or translation.state is State.REVIEWED


def load_translations(
    directory: Traversable | Path, languages: Iterable[str], *, extra: Path | None = None, drafts: bool = True
) -> Translations:
    """Each language's file in `directory`/languages, and a site's own in `extra`/languages on top of it.

    In `extra` an entry replaces the whole entry for that question; one with `off = true` takes it away.
    Raises ConfigurationError with every fault at once.
    """
    found: dict[str, dict[str, Translation]] = {}
    faults: list[Fault] = []
    known = tuple(languages)
    for language in known:
        name = f"{FOLDER}/{language}.toml"
        entries, own_faults = read_entries(directory / FOLDER / f"{language}.toml", f"content/{name}")
        faults += own_faults + _twice(entries)
        if extra is not None and (extra / FOLDER / f"{language}.toml").is_file():
            theirs, their_faults = read_entries(extra / FOLDER / f"{language}.toml", str(extra / name))
            faults += their_faults + _twice(theirs)
            entries = list({entry.id: entry for entry in (*entries, *theirs)}.values())
        found[language] = _read_all(entries, language, faults)
    if extra is not None:
        faults += _unknown_files(extra / FOLDER, known)
    if faults:
        raise ConfigurationError(tuple(faults))
    return Translations(found, drafts)


def notices(translations: Translations, catalogue: Catalogue) -> tuple[Fault, ...]:
    """What is not shown in a language, and why: English shows in its place."""
    return tuple(
        notice
        for language, each in translations.by_language.items()
        for notice in (*_not_in_step(each.values(), catalogue), *_missing(each, language, catalogue))
    )


def _not_in_step(each: Iterable[Translation], catalogue: Catalogue) -> Iterator[Fault]:
    for translation in each:
        question = catalogue.question(translation.id)
        if question is None:
            ids = [question.id for question in catalogue.questions]
            problem = f"no question has this id{did_you_mean(translation.id, ids)}"
        elif question.version != translation.version:
            problem = f"translates version {translation.version}; the question is at {question.version}"
        else:
            continue
        place = translation.place
        yield Fault(place.file, place.line, f"{_TABLE} {translation.id}: {problem}")


def _missing(each: Mapping[str, Translation], language: str, catalogue: Catalogue) -> Iterator[Fault]:
    steps = (step.question for guide in catalogue.guides for step in guide.steps)
    for question in (*catalogue.questions, *filter(None, steps)):
        if question.id not in each:
            yield Fault(f"content/{FOLDER}/{language}.toml", None, f"{question.id}: not translated yet")


def _read_all(entries: Iterable[Entry], language: str, faults: list[Fault]) -> dict[str, Translation]:
    found = {}
    for entry in entries:
        if entry.table != _TABLE:
            faults.append(
                entry.fault(f"unknown table [[{entry.table}]]{did_you_mean(entry.table, [_TABLE])}")
            )
        elif not entry.is_off:
            translation, entry_faults = _read(entry, language)
            faults += entry_faults
            found[translation.id] = translation
    return found


def _read(entry: Entry, language: str) -> tuple[Translation, list[Fault]]:
    reader = EntryReader(entry, _KEYS)
    state = reader.choice("state", State)
    is_reviewed = state is State.REVIEWED
    translation = Translation(
        id=reader.text("id"),
        language=language,
        version=reader.whole("version"),
        text=reader.text("text"),
        state=state,
        reviewer=reader.text("reviewer", optional=not is_reviewed),
        reviewed=reader.day("reviewed") if is_reviewed else None,
        place=entry.place,
    )
    if not is_reviewed and {"reviewer", "reviewed"} & entry.values.keys():
        reader.fault(
            'a draft has no reviewer: write state = "reviewed", or take reviewer and reviewed out', "state"
        )
    excuse = reader.text("grade_exception", optional=True)
    level = reading_level([translation.text], language)
    if level is not None and not level.is_plain and not excuse:
        reader.fault(f"text: {level.told}", "text")
    return translation, reader.faults


def _twice(entries: Iterable[Entry]) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for entry in entries:
        if entry.id in seen:
            faults.append(entry.fault("this id stands here twice", "id"))
        seen.add(entry.id)
    return faults


def _unknown_files(folder: Path, languages: tuple[str, ...]) -> list[Fault]:
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    return [
        Fault(str(file), None, f"no language of this app; they are {', '.join(languages)}")
        for file in files
        if file.stem not in languages
    ]
