"""Loading the handout's texts: one file a language, with a site's own on top, each fault with its line."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from smartapp.errors import ConfigurationError, Fault
from smartapp.sdm.content_text import Entry, read_entries
from smartapp.sdm.entry_reader import EntryReader, did_you_mean
from smartapp.sdm.handout_texts import (
    SOURCE,
    TEXTS,
    FixedText,
    HandoutLanguage,
    Handouts,
    Paper,
    Review,
    SiteLines,
)
from smartapp.sdm.linter import faults_in_question
from smartapp.sdm.reading_level import reading_level

SITE_FILE: Final = "handout_site.toml"
_FILE: Final = re.compile(r"handout_([a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3})\.toml")
_TABLES: Final = frozenset({"language", "text"})
_REVIEW_KEYS: Final = frozenset({"state", "reviewer", "reviewed"})
_LANGUAGE_KEYS: Final = _REVIEW_KEYS | {"id", "name", "direction", "version"}
_SITE_TEXTS: Final = ("clinic", "call", "costs", "portal", "mediation")
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]*)\}")
_STOPS: Final = (".", ":", "。", "：")
_MOST_IN_LINE: Final = 200


def is_handout_file(name: str) -> bool:
    """Whether a content file of this name is the handout's."""
    return name == SITE_FILE or _FILE.fullmatch(name) is not None


def load_handouts(directory: Traversable | Path, extra: Path | None = None) -> Handouts:
    """The languages in `directory`, with what a site adds or replaces in `extra`.

    In `extra` a text with a known id replaces ours. A [[language]] there says of all texts who reviewed them,
    and holds for the version that it names; a language of the site's own has all texts. Raises
    ConfigurationError with every fault at once.
    """
    faults: list[Fault] = []
    entries = {tag: _entries(file, f"content/{file.name}", faults) for tag, file in _files(directory).items()}
    site = SiteLines()
    if extra is not None and extra.is_dir():
        for tag, file in _files(extra).items():
            entries.setdefault(tag, []).extend(_entries(file, str(file), faults))
        if (extra / SITE_FILE).is_file():
            site = _site(extra / SITE_FILE, faults)
    languages = {tag: _language(tag, each, faults) for tag, each in entries.items()}
    if faults:
        raise ConfigurationError(tuple(sorted(faults, key=lambda fault: (fault.file, fault.line or 0))))
    ordered = sorted(languages, key=lambda tag: (tag != SOURCE, tag))
    return Handouts({tag: languages[tag] for tag in ordered}, site)


def faults_of_handouts(handouts: Handouts) -> tuple[Fault, ...]:
    """What keeps a language from being plain: its reading level, and in English words that press or blame."""
    faults = []
    for language in handouts.languages.values():
        for what, lines in (("all texts", fixed_lines(language)), ("sentences", sentences(language))):
            level = reading_level(lines, language.tag)
            if level is not None and not level.is_plain:
                place = language.place
                faults.append(Fault(place.file, place.line, f"handout {language.tag}, {what}: {level.told}"))
        if language.tag == SOURCE:
            faults += _faults_of_words(language)
    return tuple(faults)


def fixed_lines(language: HandoutLanguage) -> tuple[str, ...]:
    """Every text of a language as it stands on paper, without what is put in."""
    return tuple(_PLACEHOLDER.sub("", text.text).strip() for text in language.texts.values())


def sentences(language: HandoutLanguage) -> tuple[str, ...]:
    """Only what is a whole sentence: headings, labels and short questions make a text look plainer."""
    return tuple(line for line in fixed_lines(language) if line.endswith(_STOPS))


def _files(directory: Traversable | Path) -> dict[str, Traversable | Path]:
    """The language files by their tag."""
    found = ((_FILE.fullmatch(file.name), file) for file in directory.iterdir())
    return {match[1]: file for match, file in sorted(found, key=lambda each: each[1].name) if match}


def _entries(file: Traversable | Path, name: str, faults: list[Fault]) -> list[Entry]:
    entries, file_faults = read_entries(file, name)
    faults += file_faults
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        if entry.table not in _TABLES:
            faults.append(entry.fault(f"unknown table [[{entry.table}]]{did_you_mean(entry.table, _TABLES)}"))
        elif (entry.table, entry.id) in seen:
            faults.append(entry.fault("this id stands here twice", "id"))
        seen.add((entry.table, entry.id))
    return entries


def _language(tag: str, entries: Iterable[Entry], faults: list[Fault]) -> HandoutLanguage:
    """Later entries, which are the site's, stand for earlier ones."""
    entries = tuple(entries)
    abouts = [entry for entry in entries if entry.table == "language"]
    by_id = {entry.id: entry for entry in entries if entry.table == "text"}
    if not abouts:
        faults.append(Fault(f"handout_{tag}.toml", None, "[[language]] is missing: what this language is"))
        return HandoutLanguage(tag, "", "ltr", 1, {})
    first, about = abouts[0], abouts[-1]
    reader = EntryReader(about, _LANGUAGE_KEYS)
    if about.values.get("version") != first.values.get("version"):
        # A review is of the texts that were read, not of those that came later.
        reader.fault(f"version: the texts are version {first.values.get('version')}", "version")
    if about.id != tag:
        reader.fault(f'id: write "{tag}", as the file is called', "id")
    direction = reader.text("direction")
    if direction not in {"ltr", "rtl"}:
        reader.fault('direction: write "ltr" or "rtl"', "direction")
    language = HandoutLanguage(
        tag=tag,
        name=reader.text("name"),
        direction=direction,
        version=reader.whole("version"),
        texts=_texts(by_id, about, reader.faults),
        place=about.place,
    )
    _review(reader)
    missing = sorted(set(TEXTS) - set(language.texts) - set(by_id))
    if missing:
        reader.fault(f"these texts are missing: {', '.join(missing)}")
    faults += reader.faults
    return language


def _texts(by_id: Mapping[str, Entry], about: Entry, faults: list[Fault]) -> dict[str, FixedText]:
    texts = {}
    for id_, entry in by_id.items():
        reader = EntryReader(entry, _REVIEW_KEYS | {"id", "text"})
        text = reader.text("text")
        if id_ not in TEXTS:
            reader.fault(f'there is no text "{id_}"{did_you_mean(id_, TEXTS)}', "id")
        elif set(_PLACEHOLDER.findall(text)) != TEXTS[id_]:
            wanted = ", ".join(f"{{{name}}}" for name in sorted(TEXTS[id_])) or "nothing in braces"
            reader.fault(f"text: has to hold {wanted}, and no other braces", "text")
        # What is said of all texts holds for each that does not say otherwise.
        has_own = bool(entry.values.keys() & _REVIEW_KEYS)
        state, reviewer, reviewed = _review(reader if has_own else EntryReader(about, _LANGUAGE_KEYS))
        faults += reader.faults
        texts[id_] = FixedText(id_, text, state, reviewer, reviewed, entry.place)
    return texts


def _review(reader: EntryReader) -> tuple[Review, str, date | None]:
    state = reader.choice("state", Review)
    if state is not Review.REVIEWED:
        for key in ("reviewer", "reviewed"):
            if key in reader.entry.values:
                reader.fault(f'{key}: belongs to state = "reviewed"', key)
        return state, "", None
    return state, reader.text("reviewer"), reader.day("reviewed")


def _site(file: Path, faults: list[Fault]) -> SiteLines:
    entries, file_faults = read_entries(file, str(file))
    faults += file_faults
    if len(entries) != 1 or entries[0].table != "site":
        if not file_faults:
            faults.append(Fault(str(file), None, "write one [[site]] here, and nothing else"))
        return SiteLines()
    reader = EntryReader(entries[0], frozenset((*_SITE_TEXTS, "paper", "education_links")))
    lines = {name: reader.text(name, optional=True) for name in _SITE_TEXTS}
    for name, line in lines.items():
        if len(line) > _MOST_IN_LINE:
            reader.fault(f"{name}: {len(line)} characters; at most {_MOST_IN_LINE}", name)
    values = entries[0].values
    paper = reader.choice("paper", Paper) if "paper" in values else Paper.LETTER
    links = reader.yes("education_links") if "education_links" in values else True
    faults += reader.faults
    return SiteLines(**lines, paper=paper, education_links=links)


def _faults_of_words(language: HandoutLanguage) -> list[Fault]:
    return [
        Fault(text.place.file, text.place.line, f"text {text.id}: {problem}")
        for text in language.texts.values()
        for problem in faults_in_question(text.text, grade_excused=True)
    ]
