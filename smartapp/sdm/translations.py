"""What the app says in other languages: a translation of each entry of the catalogue, and who looked at it.

A translation belongs to one version of its entry. When the entry changes, the translation of the older
version is not shown any more, and English shows until somebody has translated it again. One that does not
say the same numbers, or leaves a part out, is never shown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Generic, TypeVar
from unicodedata import combining, normalize

from smartapp.errors import ConfigurationError, Fault
from smartapp.sdm.catalogue import FILES
from smartapp.sdm.conditions import Condition
from smartapp.sdm.content_text import Entry, read_entries
from smartapp.sdm.knowledge import (
    Citation,
    Guide,
    Place,
    Question,
    Reminder,
    Sheet,
    SheetOption,
    Topic,
)
from smartapp.sdm.texts import Worded, with_texts
from smartapp.sdm.translation_entries import QUESTION, State, Translation, read_translations
from smartapp.sdm.translation_rules import faults_in

SOURCE: Final = "en"
FOLDER: Final = "languages"
OURS: Final = "content/"
"""How the names of the files begin that come with the app."""
Thing = TypeVar("Thing", bound=Worded)
Labels = Callable[[str, str], str | None]
"""What a condition is called, by its id and its English name; None for one that has no name to show."""


@dataclass(frozen=True, slots=True)
class Told(Generic[Thing]):
    """An entry as it is shown: `thing` with its texts in `language`, which is English where `is_fallback`.
    `is_draft`: nobody qualified has reviewed it yet.
    """

    thing: Thing
    language: str
    is_draft: bool = False
    is_fallback: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as it is shown, with the same marks."""

    text: str
    language: str
    is_draft: bool = False
    is_fallback: bool = False


@dataclass(frozen=True, slots=True)
class Translations:
    """By language, then by table and id. `drafts`: whether what was not reviewed may be shown."""

    by_language: Mapping[str, Mapping[tuple[str, str], Translation]]
    drafts: bool = True

    @property
    def languages(self) -> tuple[str, ...]:
        """English, and every other language that a question can be shown in."""
        shown = (
            tag
            for tag, each in self.by_language.items()
            if any(one.table == QUESTION and self._may_be_shown(one) for one in each.values())
        )
        return (SOURCE, *shown)

    def wording(self, question: Question, language: str) -> Wording:
        """The question in that language, or in English where there is no translation of this version."""
        told = self.told(question, language)
        return Wording(told.thing.text, told.language, told.is_draft, told.is_fallback)

    def told(self, thing: Thing, language: str) -> Told[Thing]:
        """The entry in that language, else in English. A sheet is in one language from end to end."""
        if language == SOURCE:
            return Told(thing, SOURCE)
        found = self._found(thing, language)
        if found is None:
            return Told(thing, SOURCE, is_fallback=True)
        shown = Told(with_texts(thing, found.texts), language, is_draft=found.state is State.DRAFT)
        return self._with_options(thing, shown) if isinstance(thing, Sheet) else shown

    def label(self, condition: Condition, language: str) -> str | None:
        """What a condition is called in that language; None where that is not known."""
        return self.labels(language)(condition.id, condition.label)

    def labels(self, language: str) -> Labels:
        """What conditions are called in that language."""

        def label(id: str, english: str) -> str | None:  # noqa: A002
            if language == SOURCE:
                return english
            found = self.by_language.get(language, {}).get(("condition", id))
            if found is None or found.of != english or not self._may_be_shown(found):
                return None
            return found.texts.get("label")

        return label

    def _with_options(self, sheet: Thing, shown: Told[Thing]) -> Told[Thing]:
        assert isinstance(sheet, Sheet)
        assert isinstance(shown.thing, Sheet)
        options = [self._option(option, sheet, shown.language) for option in sheet.options]
        if any(option is None for option in options):
            return Told(sheet, SOURCE, is_fallback=True)
        told = [option for option in options if option is not None]
        ordered = sorted((each.thing for each in told), key=lambda each: a_to_z(each.label))
        is_draft = shown.is_draft or any(each.is_draft for each in told)
        return replace(shown, thing=replace(shown.thing, options=tuple(ordered)), is_draft=is_draft)

    def _option(self, option: SheetOption, sheet: Sheet, language: str) -> Told[SheetOption] | None:
        found = self.by_language.get(language, {}).get(("option", option.id))
        if found is None or found.version != sheet.version or not self._fits(found, option):
            return None
        return Told(with_texts(option, found.texts), language, is_draft=found.state is State.DRAFT)

    def _found(self, thing: Worded, language: str) -> Translation | None:
        found = self.by_language.get(language, {}).get((table_of(thing), thing.id))
        return found if found is not None and is_of(found, thing) and self._fits(found, thing) else None

    def _fits(self, found: Translation, thing: Worded) -> bool:
        is_ours = found.place.file.startswith(OURS)
        if is_ours and is_of_site(place_of(thing)):
            return False  # A site that replaced our entry has said something else.
        return self._may_be_shown(found) and not any(faults_in(found.texts, thing))

    def _may_be_shown(self, translation: Translation) -> bool:
        return self.drafts or translation.state is State.REVIEWED


@dataclass(frozen=True, slots=True)
class Speech:
    """How everything is told on one page."""

    translations: Translations
    language: str

    def told(self, thing: Thing) -> Told[Thing]:
        return self.translations.told(thing, self.language)

    @property
    def labels(self) -> Labels:
        return self.translations.labels(self.language)


IN_ENGLISH: Final = Speech(Translations({}), SOURCE)


def load_translations(
    directory: Traversable | Path, languages: Iterable[str], *, extra: Path | None = None, drafts: bool = True
) -> Translations:
    """Each language's files in `directory`/languages, and a site's own in `extra`/languages on top of them:
    `es.toml`, and those of the folder `es`.

    In `extra` an entry replaces the whole entry of that table and id; one with `off = true` takes it away.
    Raises ConfigurationError with every fault at once.
    """
    found: dict[str, dict[tuple[str, str], Translation]] = {}
    faults: list[Fault] = []
    known = tuple(languages)
    for language in known:
        entries = _entries(directory / FOLDER, language, f"{OURS}{FOLDER}", faults)
        if extra is not None:
            theirs = _entries(extra / FOLDER, language, str(extra / FOLDER), faults)
            entries = list({(entry.table, entry.id): entry for entry in (*entries, *theirs)}.values())
        found[language] = read_translations(entries, language, faults)
    if extra is not None:
        faults += _unknown_files(extra / FOLDER, known)
    if faults:
        raise ConfigurationError(tuple(faults))
    return Translations(found, drafts)


def table_of(thing: Worded | Condition) -> str:
    """The table in which an entry is translated."""
    tables = {
        Question: QUESTION,
        Reminder: "reminder",
        Guide: "guide",
        Sheet: "sheet",
        SheetOption: "option",
        Citation: "source",
        Topic: "topic",
    }
    return tables.get(type(thing), "condition")


def place_of(thing: Worded) -> Place:
    return getattr(thing, "place", Place("", 0))


def is_of_site(place: Place) -> bool:
    """Whether an entry is a site's own, and none of ours."""
    return bool(place.file) and not place.file.startswith(OURS)


def is_of(translation: Translation, thing: Worded | Condition) -> bool:
    """Whether it translates the entry as it stands now."""
    if isinstance(thing, SheetOption):
        return True  # its sheet tells
    version = getattr(thing, "version", None)
    return translation.of == thing.label if version is None else translation.version == version  # type: ignore[union-attr]


def a_to_z(label: str) -> bytes:
    """A key to sort labels by: Latin letters without their accents, Chinese ones as they are spelled."""
    letters = normalize("NFD", label.casefold())
    plain = "".join(letter for letter in letters if not combining(letter))
    # The common characters stand in the order of their pinyin in this encoding.
    return plain.encode("gb18030")


def _entries(folder: Traversable | Path, language: str, name: str, faults: list[Fault]) -> list[Entry]:
    found: list[Entry] = []
    for file in _files(folder, language):
        entries, own_faults = read_entries(folder.joinpath(*file.split("/")), f"{name}/{file}")
        found += entries
        faults += own_faults
    faults += _twice(found)
    return found


def _files(folder: Traversable | Path, language: str) -> Iterator[str]:
    if (folder / f"{language}.toml").is_file():
        yield f"{language}.toml"
    for name in FILES:
        if (folder / language / name).is_file():
            yield f"{language}/{name}"


def _twice(entries: Iterable[Entry]) -> list[Fault]:
    seen: set[tuple[str, str]] = set()
    faults = []
    for entry in entries:
        if (entry.table, entry.id) in seen:
            faults.append(entry.fault("this id stands here twice", "id"))
        seen.add((entry.table, entry.id))
    return faults


def _unknown_files(folder: Path, languages: tuple[str, ...]) -> list[Fault]:
    if not folder.is_dir():
        return []
    tags = (path for path in sorted(folder.iterdir()) if path.suffix == ".toml" or path.is_dir())
    faults = [
        Fault(str(path), None, f"no language of this app; they are {', '.join(languages)}")
        for path in tags
        if path.name.removesuffix(".toml") not in languages
    ]
    inside = (path for tag in languages for path in sorted((folder / tag).glob("*.toml")))
    return faults + [
        Fault(str(path), None, f"unknown content file; they are {', '.join(FILES)}")
        for path in inside
        if path.name not in FILES
    ]
