"""Everything `smartapp content check` tells about translations: what shows in English for now, and what is
wrong and has to be mended.
"""

from collections.abc import Iterator

from smartapp.errors import Fault
from smartapp.sdm.conditions import Condition
from smartapp.sdm.entry_reader import did_you_mean
from smartapp.sdm.knowledge import Catalogue, Sheet, SheetOption
from smartapp.sdm.texts import Worded
from smartapp.sdm.translation_entries import BY_TEXT, QUESTION, Translation
from smartapp.sdm.translation_rules import fault_of_level, faults_in, faults_of_wording
from smartapp.sdm.translations import FOLDER, OURS, Translations, is_of_site, place_of, table_of

Entries = dict[tuple[str, str], Worded | Condition]


def entries_of(catalogue: Catalogue) -> Entries:
    """Everything that has texts, by the table and id of its translation."""
    steps = (step.question for guide in catalogue.guides for step in guide.steps)
    every: tuple[Worded | Condition | None, ...] = (
        *catalogue.questions,
        *steps,
        *catalogue.reminders,
        *catalogue.guides,
        *catalogue.sheets,
        *(option for sheet in catalogue.sheets for option in sheet.options),
        *catalogue.sources,
        *catalogue.topics,
        *catalogue.conditions,
    )
    return {(table_of(entry), entry.id): entry for entry in every if entry is not None}


def notices(translations: Translations, catalogue: Catalogue) -> tuple[Fault, ...]:
    """What is missing in a language, or translates an older version: English shows in its place."""
    entries, sheets = entries_of(catalogue), {sheet.id: sheet for sheet in catalogue.sheets}
    return tuple(_notices(translations, entries, sheets))


def faults_of_translations(translations: Translations, catalogue: Catalogue) -> tuple[Fault, ...]:
    """What says something else than the English, is of no entry, or is not plain enough."""
    entries, sheets = entries_of(catalogue), {sheet.id: sheet for sheet in catalogue.sheets}
    every = (one for each in translations.by_language.values() for one in each.values())
    return tuple(fault for one in every for fault in _faults(one, entries, sheets))


def _notices(translations: Translations, entries: Entries, sheets: dict[str, Sheet]) -> Iterator[Fault]:
    for language, each in translations.by_language.items():
        for key, translation in each.items():
            if key in entries and (problem := _behind(translation, entries[key], sheets)):
                yield translation.fault(problem)
        for (table, id_), _ in filter(lambda item: item[0] not in each, entries.items()):
            name = id_ if table == QUESTION else f"{table} {id_}"
            yield Fault(f"{OURS}{FOLDER}/{language}", None, f"{name}: not translated yet")


def _behind(translation: Translation, entry: Worded | Condition, sheets: dict[str, Sheet]) -> str:
    """Why a translation is of something older, "" where it is not."""
    is_ours = translation.place.file.startswith(OURS)
    if is_ours and not isinstance(entry, Condition) and is_of_site(place_of(entry)):
        return "translates our entry; the site has its own, and no translation of it"
    if translation.table in BY_TEXT:
        label = getattr(entry, "label", "")
        return "" if translation.of == label else f'translates "{translation.of}"; it is called "{label}"'
    version = _version(entry, sheets)
    if translation.version < version:
        return f"translates version {translation.version}; the {_what(translation)} is at {version}"
    return ""


def _faults(translation: Translation, entries: Entries, sheets: dict[str, Sheet]) -> Iterator[Fault]:
    entry = entries.get(translation.key)
    if entry is None:
        if not translation.place.file.startswith(OURS):  # Ours may be of what a site switched off.
            ids = [id_ for table, id_ in entries if table == translation.table]
            near = did_you_mean(translation.id, ids)
            yield translation.fault(f"no {_what(translation)} has this id{near}")
        return
    if translation.version > _version(entry, sheets) and translation.table not in BY_TEXT:
        version = _version(entry, sheets)
        yield translation.fault(
            f"translates version {translation.version}, but the {_what(translation)} is at {version}"
        )
        return
    if _behind(translation, entry, sheets):
        return  # What it translated is not there any more to compare it with.
    for problem in faults_in(translation.texts, entry):
        yield translation.fault(problem)
    for problem in faults_of_wording(translation.texts, translation.language, entry):
        yield translation.fault(problem)
    level = fault_of_level(translation.texts, translation.language, entry)
    if level and not translation.excuse:
        yield translation.fault(level)


def _version(entry: Worded | Condition, sheets: dict[str, Sheet]) -> int:
    """An option has the version of its sheet."""
    if isinstance(entry, SheetOption):
        return sheets[entry.sheet].version
    version: int = getattr(entry, "version", 0)
    return version


def _what(translation: Translation) -> str:
    return "question" if translation.table == QUESTION else translation.table
