"""Everything a page about one intervention says: the rule in plain words, the sources, the limits and the 13
source attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from smartapp.errors import NotFound
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.conditions import Condition
from smartapp.sdm.conditions import reads as parts_read
from smartapp.sdm.facts import Known
from smartapp.sdm.knowledge import Attribute, Catalogue, Citation, Guide, Question, Reminder, Sheet, Tier
from smartapp.sdm.rule_words import in_words
from smartapp.sdm.selection import PARTS_IN_WORDS

DEVELOPER = "Common Ground project"
FUNDING = marked("None from outside the project")
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
    dates None, where it has none of its own.
    """

    kind: Intervention
    id: str
    text: str
    version: int
    reviewer: str
    sources: tuple[Citation, ...]
    attributes: tuple[tuple[str, str], ...]
    rule: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    when_missing: str = ""
    shown_with: str = ""
    why: str = ""
    limits: str = ""
    holds: tuple[str, ...] = ()
    released: date | None = None
    reviewed: date | None = None


def about(catalogue: Catalogue, id: str) -> About:  # noqa: A002
    """Explain the reminder with this id; NotFound when there is none."""
    reminder = catalogue.reminder(id)
    if reminder is None:
        raise NotFound("no such reminder")
    return _about_reminder(reminder)


def about_any(catalogue: Catalogue, kind: str, id: str) -> About:  # noqa: A002
    """Explain the one of this kind with this id; NotFound when there is none."""
    question, guide, sheet = catalogue.question(id), catalogue.guide(id), catalogue.sheet(id)
    if kind == Intervention.REMINDER:
        return about(catalogue, id)
    if kind == Intervention.QUESTION and question in catalogue.questions and question is not None:
        return _about_question(question, catalogue)
    if kind == Intervention.GUIDE and guide is not None:
        return _about_guide(guide)
    if kind == Intervention.SHEET and sheet is not None:
        return _about_sheet(sheet, catalogue)
    raise NotFound("no such intervention")


def about_wording(catalogue: Catalogue) -> About:
    """The advice on words that may color the picture, as one: every entry of its list works alike."""
    sources = tuple(source for source in catalogue.sources if source.id in WORDING_SOURCES)
    return About(
        kind=Intervention.WORDING,
        id=Intervention.WORDING,
        text=_("Words that may color the picture, and what could stand instead"),
        version=0,
        reviewer=_(_REVIEWER),
        sources=sources,
        attributes=_attributes(sources, _("Released with the app"), {}),
        rule=(
            _("A word of our list stands in a note of the last two years, or in a summary that you typed."),
            _("The sentence around it fits the rule of that word, so that it speaks of the patient."),
        ),
        unless=(
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


def _about_reminder(reminder: Reminder) -> About:
    parts = _parts(reminder.reads)
    dates = _dates(reminder.version, reminder.released, reminder.reviewed)
    return About(
        kind=Intervention.REMINDER,
        id=reminder.id,
        text=reminder.text,
        version=reminder.version,
        reviewer=_one_line(reminder.reviewer),
        sources=reminder.sources,
        attributes=_attributes(reminder.sources, dates, dict(reminder.uses)),
        rule=tuple(in_words(condition) for condition in reminder.when),
        unless=tuple(in_words(condition) for condition in reminder.unless),
        reads=parts,
        when_missing=_when_missing(parts),
        shown_with=_shown_with(reminder),
        why=reminder.why,
        limits=reminder.limits,
        released=reminder.released,
        reviewed=reminder.reviewed,
    )


def _about_question(question: Question, catalogue: Catalogue) -> About:
    asked_of = (*question.when, *question.unless)
    dates = _("Version %(version)s. Released with the app.", version=question.version)
    return About(
        kind=Intervention.QUESTION,
        id=question.id,
        text=question.text,
        version=question.version,
        reviewer=_(_REVIEWER),
        sources=question.sources,
        attributes=_attributes(question.sources, dates, _uses_of(asked_of, catalogue)),
        rule=tuple(in_words(condition) for condition in question.when) or (_("It is offered in any visit."),),
        unless=tuple(in_words(condition) for condition in question.unless),
        reads=_parts(_reads(asked_of)),
        when_missing=_("If any of these cannot be read, the question stays away.") if asked_of else "",
        shown_with=_("You ask it or leave it. A goal or preference of the last month is confirmed instead."),
    )


def _about_guide(guide: Guide) -> About:
    dates = _dates(guide.version, guide.released, guide.reviewed)
    return About(
        kind=Intervention.GUIDE,
        id=guide.id,
        text=guide.label,
        version=guide.version,
        reviewer=_one_line(guide.reviewer),
        sources=guide.sources,
        attributes=_attributes(guide.sources, dates, {}),
        rule=(_("You open it by hand. Nothing in a chart makes it appear."),),
        why=guide.why,
        limits=guide.limits,
        holds=tuple(f"{step.do} {step.say}".strip() for step in guide.steps),
        released=guide.released,
        reviewed=guide.reviewed,
    )


def _about_sheet(sheet: Sheet, catalogue: Catalogue) -> About:
    asked_of = (*sheet.when, *sheet.unless)
    dates = _dates(sheet.version, sheet.released, sheet.reviewed)
    by_hand = (_("You open it by hand. Nothing in a chart makes it appear."),)
    return About(
        kind=Intervention.SHEET,
        id=sheet.id,
        text=sheet.question,
        version=sheet.version,
        reviewer=_one_line(sheet.reviewer),
        sources=sheet.sources,
        attributes=_attributes(sheet.sources, dates, _uses_of(asked_of, catalogue)),
        rule=tuple(in_words(condition) for condition in sheet.when) or by_hand,
        unless=tuple(in_words(condition) for condition in sheet.unless),
        reads=_parts(sheet.reads),
        when_missing=_("If any of these cannot be read, the sheet is not offered. It can still be opened.")
        if asked_of
        else "",
        shown_with=_("Options stand in A to Z order. None is marked or chosen for you."),
        why=sheet.why,
        limits=sheet.limits,
        holds=tuple(option.label for option in sheet.options),
        released=sheet.released,
        reviewed=sheet.reviewed,
    )


def _shown_with(reminder: Reminder) -> str:
    if reminder.tier is Tier.UNIVERSAL:
        return _("At most one reminder about visits in general is shown at a time.")
    return _("At most one reminder about what is in the chart is shown at a time.")


def _when_missing(parts: tuple[str, ...]) -> str:
    return _("If any of these cannot be read, the reminder stays away: %(parts)s.", parts=", ".join(parts))


def _reads(conditions: tuple[Condition, ...]) -> frozenset[Known]:
    return frozenset().union(*(parts_read(condition) for condition in conditions))


def _parts(reads: frozenset[Known]) -> tuple[str, ...]:
    return tuple(_(PARTS_IN_WORDS[part]) for part in Known if part in reads)


def _dates(version: int, released: date, reviewed: date) -> str:
    return f"Released {released}. Version {version}, {reviewed}"


def _uses_of(conditions: tuple[Condition, ...], catalogue: Catalogue) -> Mapping[Attribute, str]:
    """What the reminders tell they use that ask the same of a chart."""
    ids = {condition.id for condition in conditions}
    alike = (
        reminder
        for reminder in catalogue.reminders
        if ids & {condition.id for condition in (*reminder.when, *reminder.unless)}
    )
    told = (use for reminder in alike for use in reminder.uses)
    return {attribute: text for attribute, text in told if not text.startswith("No")}


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


def _one_line(text: str) -> str:
    return " ".join(text.split())
