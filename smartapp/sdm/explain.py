"""Everything a page about one intervention says: the rule in plain words, the sources, the limits and the 13
source attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from smartapp.errors import NotFound
from smartapp.i18n import gettext as _
from smartapp.i18n import language, marked
from smartapp.sdm.because import Line
from smartapp.sdm.conditions import Condition
from smartapp.sdm.conditions import reads as parts_read
from smartapp.sdm.facts import Known
from smartapp.sdm.knowledge import (
    Attribute,
    Catalogue,
    Citation,
    Guide,
    Question,
    Reminder,
    Repeats,
    Sheet,
    Tier,
)
from smartapp.sdm.phrases import day, listed, sentences
from smartapp.sdm.rule_words import told as rules
from smartapp.sdm.selection import PARTS_IN_WORDS
from smartapp.sdm.translations import IN_ENGLISH, Speech, Told

Thing = TypeVar("Thing", bound=Question | Reminder | Guide | Sheet)
DEVELOPER = "Common Ground project"
FUNDING = marked("None from outside the project")
GRADES = (
    marked("consensus report"),
    marked("expert opinion"),
    marked("government report"),
    marked("guideline"),
    marked("meta-analysis"),
    marked("observational"),
    marked("patient information"),
    marked("qualitative"),
    marked("randomized trial"),
    marked("review"),
    marked("safety communication"),
    marked("systematic review"),
)
"""The kinds of evidence that are told in other languages too; a site's own word stands as it is."""
WORDING_SOURCES = ("goddu2018", "park2021")
"""What the pages name beside words that may color the picture."""
_LABELS = {
    Attribute.RACE: marked("Use of race"),
    Attribute.ETHNICITY: marked("Use of ethnicity"),
    Attribute.LANGUAGE: marked("Use of language"),
    Attribute.SEXUAL_ORIENTATION: marked("Use of sexual orientation"),
    Attribute.GENDER_IDENTITY: marked("Use of gender identity"),
    Attribute.SEX: marked("Use of sex"),
    Attribute.DATE_OF_BIRTH: marked("Use of date of birth"),
    Attribute.SDOH: marked("Use of social determinants of health data"),
    Attribute.HEALTH_STATUS: marked("Use of health status assessments data"),
}
_REVIEWER = marked(
    "the project team, against the sources. Not yet reviewed by a practicing clinician or a patient partner "
    "outside the project"
)


class Intervention(StrEnum):
    """Everything that the app offers of itself."""

    REMINDER = "reminders"
    QUESTION = "questions"
    GUIDE = "guides"
    SHEET = "sheets"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class About:
    """One intervention, explained. `rule` and `unless` are whole sentences; `attributes` are the 13 (label,
    value) pairs in order. `holds`: its steps or options. `why` and `limits` may be "", the version 0 and the
    dates None, where it has none of its own. `language`: of its own texts, which are `text`, `why`, `limits`
    and `holds`; `is_draft` and `is_fallback` tell of these and of the sources.
    """

    kind: Intervention
    id: str
    text: str
    version: int
    reviewer: str
    sources: tuple[Told[Citation], ...]
    attributes: tuple[tuple[str, str], ...]
    language: str
    is_draft: bool = False
    is_fallback: bool = False
    rule: tuple[Line, ...] = ()
    unless: tuple[Line, ...] = ()
    reads: tuple[str, ...] = ()
    when_missing: str = ""
    shown_with: str = ""
    why: str = ""
    limits: str = ""
    holds: tuple[str, ...] = ()
    released: date | None = None
    reviewed: date | None = None


def about(catalogue: Catalogue, id: str, speech: Speech = IN_ENGLISH) -> About:  # noqa: A002
    """Explain the reminder with this id; NotFound when there is none."""
    reminder = catalogue.reminder(id)
    if reminder is None:
        raise NotFound("no such reminder")
    return _about_reminder(reminder, speech)


def about_any(
    catalogue: Catalogue,
    kind: str,
    id: str,  # noqa: A002
    speech: Speech = IN_ENGLISH,
) -> About:
    """Explain the one of this kind with this id; NotFound when there is none."""
    question, guide, sheet = catalogue.question(id), catalogue.guide(id), catalogue.sheet(id)
    if kind == Intervention.REMINDER:
        return about(catalogue, id, speech)
    if kind == Intervention.QUESTION and question in catalogue.questions and question is not None:
        return _about_question(question, catalogue, speech)
    if kind == Intervention.GUIDE and guide is not None:
        return _about_guide(guide, speech)
    if kind == Intervention.SHEET and sheet is not None:
        return _about_sheet(sheet, catalogue, speech)
    raise NotFound("no such intervention")


def about_wording(catalogue: Catalogue, speech: Speech = IN_ENGLISH) -> About:
    """The advice on words that may color the picture, as one: every entry of its list works alike."""
    sources = tuple(source for source in catalogue.sources if source.id in WORDING_SOURCES)
    told = tuple(speech.told(source) for source in sources)
    return About(
        kind=Intervention.WORDING,
        id=Intervention.WORDING,
        text=_("Words that may color the picture, and what could stand instead"),
        version=0,
        reviewer=_(_REVIEWER),
        sources=told,
        attributes=_attributes(sources, _("Released with the app"), {}),
        language=language(),
        is_draft=any(one.is_draft for one in told),
        is_fallback=any(one.is_fallback for one in told),
        rule=_lines(
            _("A word of our list stands in a note of the last two years, or in a summary that you typed."),
            _("The sentence around it fits the rule of that word, so that it speaks of the patient."),
        ),
        unless=_lines(
            _("The words are quoted, denied, about somebody else, or the name of a disease or a procedure."),
        ),
        reads=_parts(frozenset({Known.NOTES})),
        when_missing=_("A note that cannot be read is left out, and the page says that it is."),
        shown_with=_("One quiet line before the visit, and a line at review. Nothing is changed for you."),
        why=_("Trainees who read a written case with such words had more negative attitudes to the patient."),
        limits=_(
            "Rules miss words, and read some wrongly. Whether showing a word changes how anybody writes or "
            "decides is not known."
        ),
    )


def _about_reminder(reminder: Reminder, speech: Speech) -> About:
    parts = _parts(reminder.reads)
    told = _Telling(speech.told(reminder), reminder.sources, speech)
    shown = told.of.thing
    return About(
        kind=Intervention.REMINDER,
        id=reminder.id,
        text=shown.text,
        version=reminder.version,
        reviewer=reviewer(reminder.reviewer),
        sources=told.sources,
        attributes=_attributes(reminder.sources, _dates(reminder), dict(shown.uses)),
        language=told.of.language,
        is_draft=told.is_draft,
        is_fallback=told.is_fallback,
        rule=rules(reminder.when, speech.labels),
        unless=rules(reminder.unless, speech.labels),
        reads=parts,
        when_missing=_when_missing(parts),
        shown_with=_shown_with(reminder),
        why=shown.why,
        limits=shown.limits,
        released=reminder.released,
        reviewed=reminder.reviewed,
    )


def _about_question(question: Question, catalogue: Catalogue, speech: Speech) -> About:
    asked_of = (*question.when, *question.unless)
    told = _Telling(speech.told(question), question.sources, speech)
    return About(
        kind=Intervention.QUESTION,
        id=question.id,
        text=told.of.thing.text,
        version=question.version,
        reviewer=reviewer(question.reviewer),
        sources=told.sources,
        attributes=_attributes(question.sources, _dates(question), _uses_of(asked_of, catalogue, speech)),
        language=told.of.language,
        is_draft=told.is_draft,
        is_fallback=told.is_fallback,
        rule=rules(question.when, speech.labels) or _lines(_("It is offered in any visit.")),
        unless=rules(question.unless, speech.labels),
        reads=_parts(_reads(asked_of)),
        when_missing=_("If any of these cannot be read, the question stays away.") if asked_of else "",
        shown_with=_("You ask it or leave it. A goal or preference of the last month is confirmed instead."),
        released=question.released,
        reviewed=question.reviewed,
    )


def _about_guide(guide: Guide, speech: Speech) -> About:
    told = _Telling(speech.told(guide), guide.sources, speech)
    shown = told.of.thing
    says = [speech.told(step.question).thing.text if step.question else step.say for step in shown.steps]
    return About(
        kind=Intervention.GUIDE,
        id=guide.id,
        text=shown.label,
        version=guide.version,
        reviewer=reviewer(guide.reviewer),
        sources=told.sources,
        attributes=_attributes(guide.sources, _dates(guide), {}),
        language=told.of.language,
        is_draft=told.is_draft,
        is_fallback=told.is_fallback,
        rule=_lines(_("You open it by hand. Nothing in a chart makes it appear.")),
        why=shown.why,
        limits=shown.limits,
        holds=tuple(sentences((step.do, say)) for step, say in zip(shown.steps, says, strict=True)),
        released=guide.released,
        reviewed=guide.reviewed,
    )


def _about_sheet(sheet: Sheet, catalogue: Catalogue, speech: Speech) -> About:
    asked_of = (*sheet.when, *sheet.unless)
    told = _Telling(speech.told(sheet), sheet.sources, speech)
    shown = told.of.thing
    return About(
        kind=Intervention.SHEET,
        id=sheet.id,
        text=shown.question,
        version=sheet.version,
        reviewer=reviewer(sheet.reviewer),
        sources=told.sources,
        attributes=_attributes(sheet.sources, _dates(sheet), _uses_of(asked_of, catalogue, speech)),
        language=told.of.language,
        is_draft=told.is_draft,
        is_fallback=told.is_fallback,
        rule=rules(sheet.when, speech.labels)
        or _lines(_("You open it by hand. Nothing in a chart makes it appear.")),
        unless=rules(sheet.unless, speech.labels),
        reads=_parts(sheet.reads),
        when_missing=_("If any of these cannot be read, the sheet is not offered. It can still be opened.")
        if asked_of
        else "",
        shown_with=_("Options stand in A to Z order. None is marked or chosen for you."),
        why=shown.why,
        limits=shown.limits,
        holds=tuple(option.label for option in shown.options),
        released=sheet.released,
        reviewed=sheet.reviewed,
    )


class _Telling(Generic[Thing]):
    """An entry and its sources in the language of the page, and what there is to say about that."""

    def __init__(self, of: Told[Thing], sources: tuple[Citation, ...], speech: Speech) -> None:
        self.of = of
        self.sources = tuple(speech.told(source) for source in sources)

    @property
    def is_draft(self) -> bool:
        return self.of.is_draft or any(source.is_draft for source in self.sources)

    @property
    def is_fallback(self) -> bool:
        return self.of.is_fallback or any(source.is_fallback for source in self.sources)


def reviewer(text: str) -> str:
    """Who read it; our own sentence about that in the language of the page."""
    line = " ".join(text.split())
    return _(line)


def _lines(*texts: str) -> tuple[Line, ...]:
    return tuple(Line(text, language()) for text in texts)


def _shown_with(reminder: Reminder) -> str:
    at_most = (
        _("At most one reminder about visits in general is shown at a time.")
        if reminder.tier is Tier.UNIVERSAL
        else _("At most one reminder about what is in the chart is shown at a time.")
    )
    if reminder.repeats is Repeats.EVERY_VISIT:
        return sentences(
            (at_most, _("It comes back when nothing new goes first, for the need does not go away."))
        )
    return at_most


def _when_missing(parts: tuple[str, ...]) -> str:
    return _("If any of these cannot be read, the reminder stays away: %(parts)s.", parts=listed(parts))


def _reads(conditions: tuple[Condition, ...]) -> frozenset[Known]:
    return frozenset().union(*(parts_read(condition) for condition in conditions))


def _parts(reads: frozenset[Known]) -> tuple[str, ...]:
    return tuple(_(PARTS_IN_WORDS[part]) for part in Known if part in reads)


def _dates(entry: Question | Reminder | Guide | Sheet) -> str:
    return _(
        "Released %(released)s. Version %(version)s, %(reviewed)s",
        released=day(entry.released),
        version=entry.version,
        reviewed=day(entry.reviewed),
    )


def _uses_of(
    conditions: tuple[Condition, ...], catalogue: Catalogue, speech: Speech
) -> Mapping[Attribute, str]:
    """What the reminders tell they use that ask the same of a chart."""
    ids = {condition.id for condition in conditions}
    alike = (
        reminder
        for reminder in catalogue.reminders
        if ids & {condition.id for condition in (*reminder.when, *reminder.unless)}
    )
    told = (
        (attribute, text, shown)
        for reminder in alike
        for (attribute, text), (_same, shown) in zip(
            reminder.uses, speech.told(reminder).thing.uses, strict=True
        )
    )
    return {attribute: shown for attribute, text, shown in told if not text.startswith("No")}


def _attributes(
    sources: tuple[Citation, ...], dates: str, told: Mapping[Attribute, str]
) -> tuple[tuple[str, str], ...]:
    """45 CFR 170.315(b)(11)(iv)(A)(1) to (13), in their order."""
    return (
        (_("Bibliographic citation"), " ".join(source.citation for source in sources)),
        (_("Developer"), DEVELOPER),
        (_("Funding of the technical implementation"), _(FUNDING)),
        (_("Release and revision dates"), dates),
        *((_(_LABELS[attribute]), told.get(attribute, _("No"))) for attribute in Attribute),
    )
