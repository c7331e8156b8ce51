"""The `smartapp content` commands: faults of the content, how often reminders come up in charts, and how
hard the texts are to read. Asks no network, keeps nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click

from smartapp.app import CONTENT
from smartapp.errors import ConfigurationError
from smartapp.file_charts import read_charts
from smartapp.i18n import LANGUAGES
from smartapp.notes.lexicon_file import faults_of_lexica
from smartapp.notes.own_texts import faults_of_wording
from smartapp.notes.reader import note_reader
from smartapp.sandbox.bundles import load_bundles
from smartapp.sdm.catalogue import faults_of_age, load_catalogue
from smartapp.sdm.facts import ChartFacts
from smartapp.sdm.handout_content import faults_of_handouts, fixed_lines, load_handouts
from smartapp.sdm.knowledge import Catalogue
from smartapp.sdm.linter import CLINICIAN_GRADE
from smartapp.sdm.measured import asked
from smartapp.sdm.reading_level import Level, reading_level
from smartapp.sdm.selection import Silence, select
from smartapp.sdm.translation_check import entries_of, faults_of_translations, notices
from smartapp.sdm.translation_entries import QUESTION
from smartapp.sdm.translation_rules import heard
from smartapp.sdm.translations import Translations, load_translations

_FILES: Final = ("*.json", "*.ndjson", "*.jsonl")
_OTHER_LANGUAGES: Final = LANGUAGES[1:]


def check(directory: Path | None) -> None:
    """Raises ConfigurationError with every fault; prints what there is, and what is not shown for now."""
    catalogue = load_catalogue(CONTENT, directory)
    handouts = load_handouts(CONTENT, directory)
    translations = load_translations(CONTENT, _OTHER_LANGUAGES, extra=directory)
    today = datetime.now(UTC).date()
    faults = (
        *faults_of_age(catalogue, today),
        *faults_of_handouts(handouts),
        *faults_of_lexica(CONTENT),
        *faults_of_translations(translations, catalogue),
    )
    if faults:
        raise ConfigurationError(faults)
    if faults := faults_of_wording(catalogue, handouts, note_reader()):
        raise ConfigurationError(faults)
    for notice in notices(translations, catalogue):
        click.echo(f"Shown in English: {notice}")
    click.echo(
        f"{len(catalogue.questions)} questions, {len(catalogue.reminders)} reminders, "
        f"{len(catalogue.guides)} guides, {len(catalogue.sheets)} sheets: no fault"
    )


@dataclass(frozen=True, slots=True)
class Count:
    """In how many charts the rule of a reminder held, the reminder was shown, and could not be answered."""

    held: int
    shown: int
    not_read: int


async def counts(
    paths: Sequence[Path], *, directory: Path | None = None, today: date | None = None
) -> tuple[int, dict[str, Count]]:
    """How many charts the files hold, and the count of each reminder by id. Raises ConfigurationError,
    BundleError.
    """
    catalogue = load_catalogue(CONTENT, directory)
    resources = load_bundles(files_in(paths))
    found: Counter[tuple[str, str]] = Counter()
    charts = 0
    async for chart in read_charts(resources, values=asked(catalogue.conditions), today=today):
        charts += 1
        found += Counter(_answers(catalogue, chart.facts))
    return charts, {
        reminder.id: Count(
            held=found[reminder.id, "held"],
            shown=found[reminder.id, "shown"],
            not_read=found[reminder.id, "not read"],
        )
        for reminder in sorted(catalogue.reminders, key=lambda each: each.id)
    }


def show_counts(charts: int, counted: dict[str, Count]) -> None:
    """A table: one line a reminder."""
    click.echo(
        f"{charts} charts, each on the day of its last visit. At most two reminders a chart are shown."
    )
    click.echo(f"\n{'reminder':12}{'rule held':>10}{'shown':>8}{'not read':>10}")
    for id_, count in counted.items():
        click.echo(f"{id_:12}{count.held:>10}{count.shown:>8}{count.not_read:>10}")
    never = [id_ for id_, count in counted.items() if not count.held]
    click.echo(f"\nNever: {', '.join(never) or 'none'}")


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, and those of FHIR in a folder, by name."""
    return [
        file
        for path in paths
        for file in (
            sorted(found for glob in _FILES for found in path.glob(glob)) if path.is_dir() else [path]
        )
    ]


def _answers(catalogue: Catalogue, facts: ChartFacts) -> Iterator[tuple[str, str]]:
    prompts = select(catalogue, facts)
    for shown in prompts.reminders:
        yield shown.reminder.id, "held"
        yield shown.reminder.id, "shown"
    for silent in prompts.silent:
        if silent.silence is Silence.ANOTHER_GOES_FIRST:
            yield silent.reminder.id, "held"
        elif silent.silence is Silence.NOT_READ:
            yield silent.reminder.id, "not read"


@dataclass(frozen=True, slots=True)
class Read:
    """How hard one text is to read. `is_plain` also where a reason excuses a word that is needed."""

    language: str
    kind: str
    id: str
    level: Level
    limit: float

    @property
    def is_plain(self) -> bool:
        if self.level.higher_is_plainer:
            return self.level.value >= self.limit
        return self.level.value <= self.limit


def readings(directory: Path | None = None) -> list[Read]:
    """Every text that is offered to a clinician or a patient, by language. Raises ConfigurationError."""
    catalogue = load_catalogue(CONTENT, directory)
    found = [*_of_catalogue(catalogue)]
    translations = load_translations(CONTENT, _OTHER_LANGUAGES, extra=directory)
    found += _of_translations(translations, catalogue)
    for tag, handout in load_handouts(CONTENT, directory).languages.items():
        found += _read(tag, "handout", "all fixed texts", fixed_lines(handout))
    return found


def show_readings(found: Sequence[Read]) -> None:
    """Each text on a line, harder ones marked, then the hardest of each kind."""
    for one in found:
        mark = "" if one.is_plain else f"  beyond {one.limit:g}"
        click.echo(f"{one.language:9}{one.kind:10}{one.id:26}{one.level.value:>7}  {one.level.measure}{mark}")
    click.echo()
    for line in hardest_of(found):
        click.echo(line)


def hardest_of(found: Sequence[Read]) -> list[str]:
    """A line for each language and kind: how many texts, and the hardest of them."""
    lines = []
    for language, kind in dict.fromkeys((one.language, one.kind) for one in found):
        several = [one for one in found if (one.language, one.kind) == (language, kind)]
        by_value = sorted(several, key=lambda one: one.level.value)
        hardest = by_value[0] if by_value[0].level.higher_is_plainer else by_value[-1]
        beyond = sum(not one.is_plain for one in several)
        lines.append(
            f"{language:9}{kind:10}{len(several):>4} texts, hardest {hardest.level.value:g} ({hardest.id}), "
            f"{beyond} beyond {hardest.limit:g}"
        )
    return lines


def _of_catalogue(catalogue: Catalogue) -> Iterator[Read]:
    for question in catalogue.questions:
        yield from _read("en", "question", question.id, [question.text])
    for reminder in sorted(catalogue.reminders, key=lambda each: each.id):
        yield from _read("en", "reminder", reminder.id, [reminder.text], limit=CLINICIAN_GRADE)
    for guide in catalogue.guides:
        yield from _read("en", "guide", guide.id, [step.say for step in guide.steps if step.say])
    for sheet in catalogue.sheets:
        facts = [fact.text for option in sheet.options for fact in option.facts]
        yield from _read("en", "sheet", sheet.id, [sheet.question, *facts])


def _of_translations(translations: Translations, catalogue: Catalogue) -> Iterator[Read]:
    """What a patient hears or reads in other languages: no measure is known for what clinicians read."""
    entries = entries_of(catalogue)
    for tag, each in translations.by_language.items():
        for kind in (QUESTION, "guide", "sheet", "option"):
            told = {id_: one for (table, id_), one in each.items() if table == kind and one.key in entries}
            for id_, one in told.items():
                name = "question" if kind == QUESTION else kind
                yield from _read(tag, name, id_, heard(one.texts, entries[one.key]))


def _read(
    language: str, kind: str, id_: str, lines: Iterable[str], *, limit: float | None = None
) -> list[Read]:
    level = reading_level(lines, language)
    return (
        [] if level is None else [Read(language, kind, id_, level, level.limit if limit is None else limit)]
    )
