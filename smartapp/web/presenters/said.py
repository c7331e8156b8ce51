"""One thing that was said, as the pages show it: the words untouched, and beneath them what, when, who
and where from.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date

from smartapp.i18n import gettext as _
from smartapp.i18n import marked, ngettext
from smartapp.sdm.choices import option
from smartapp.sdm.model import Kind, SaidBy, Statement, Time
from smartapp.sdm.standing import is_of_a_form, is_over
from smartapp.sdm.word_forms import same_words
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web import words
from smartapp.web.presenters.found import FoundView, says_it_whole

_COMPLETED = "completed"
_FROM_NOTE = marked("from a note, not confirmed")
_TIMES = {
    Time.CURRENT: "",
    Time.HISTORICAL: marked("said of an earlier time"),
    Time.HYPOTHETICAL: marked("for the case that it comes to that"),
}
_QUIET_STATUS = frozenset({"", "active", "final", "current"})
_WHO_LIMIT = 80
_START_CHARACTERS, _START_LINES = 280, 4
_LONG_CHARACTERS, _LONG_LINES = 420, 7
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_LANGUAGES = {
    "am": marked("Amharic"),
    "ar": marked("Arabic"),
    "bn": marked("Bengali"),
    "de": marked("German"),
    "en": marked("English"),
    "es": marked("Spanish"),
    "fa": marked("Persian"),
    "fr": marked("French"),
    "gu": marked("Gujarati"),
    "hi": marked("Hindi"),
    "hmn": marked("Hmong"),
    "ht": marked("Haitian Creole"),
    "hy": marked("Armenian"),
    "it": marked("Italian"),
    "ja": marked("Japanese"),
    "km": marked("Khmer"),
    "ko": marked("Korean"),
    "lo": marked("Lao"),
    "pl": marked("Polish"),
    "ps": marked("Pashto"),
    "pt": marked("Portuguese"),
    "ru": marked("Russian"),
    "so": marked("Somali"),
    "sw": marked("Swahili"),
    "tl": marked("Tagalog"),
    "uk": marked("Ukrainian"),
    "ur": marked("Urdu"),
    "vi": marked("Vietnamese"),
    "yue": marked("Cantonese"),
    "zh": marked("Chinese"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """`is_quoted` False: not a person's own words as far as the chart tells, so without quotation marks.

    `start`: how very long words begin, "" for others. `by` says whose words they are, where they are not
    plainly the patient's; `theirs` the same as a sentence, for somebody close only. `flag` and `unconfirmed`
    are "" when there is nothing to say. `excerpt`: the sentence around, for the page of all statements;
    `around`: the same where the words alone would say something else, for every page.
    `goal_id`: of a goal that can still change, "" for anything else. `found`: what can be done about what was
    found in a note, None where nothing can. `differs`: from the statement of which day it differs, or "".
    """

    anchor: str
    words: str
    start: str
    lang: str
    is_quoted: bool
    source: str
    by: str
    theirs: str
    flag: str
    unconfirmed: str
    day: str
    excerpt: str
    around: str
    reference: str
    goal_id: str
    change_label: str
    found: FoundView | None = None
    differs: str = ""


def said(statement: Statement, today: date, *, names_speaker: bool = True, role: str = "") -> Said:
    """`names_speaker` False: whose words they are stands above a whole group already. `role`: the field of
    care that the note is from, "" when not known.
    """
    is_whole = says_it_whole(statement)
    excerpt = "" if _is_whole_excerpt(statement) else statement.source.excerpt
    return Said(
        anchor=anchor(statement),
        words=statement.words,
        start=_start(statement.words),
        lang=language_tag(statement.language),
        is_quoted=is_own_words(statement),
        source=_source(statement, names_speaker=names_speaker, role=role),
        by=words.in_a_row(filter(None, (_said_by(statement), _unconfirmed(statement)))),
        theirs=words.details([words.sentence(_said_by(statement))]) if is_somebody_elses(statement) else "",
        flag=_flag(statement, today),
        unconfirmed=words.sentence(_unconfirmed(statement)),
        day=words.known_day(statement.said_on, statement.known_to) if statement.said_on else _("No date"),
        excerpt=excerpt if is_whole else "",
        around="" if is_whole else excerpt,
        reference=words.one_line(statement.source.reference, _WHO_LIMIT),
        goal_id=_goal_id(statement),
        change_label=_("Change this goal: %(words)s", words=words.one_line(statement.words, _WHO_LIMIT)),
    )


def _unconfirmed(statement: Statement) -> str:
    return "" if statement.confirmed else _(_FROM_NOTE)


def is_own_words(statement: Statement) -> bool:
    """Whether these are a person's own words: what a note's author made of them must not pass for a
    quotation. In an order of importance the numbers are nobody's words.
    """
    is_theirs = statement.said_by in {SaidBy.PATIENT, SaidBy.RELATED_PERSON} and statement.verbatim
    return is_theirs and not statement.coded and statement.kind is not Kind.PRIORITIES


def is_somebody_elses(statement: Statement) -> bool:
    """Whether somebody close said it, and not the patient."""
    return statement.said_by is SaidBy.RELATED_PERSON


def _goal_id(statement: Statement) -> str:
    """Only a goal that is an entry of its own, and is not over."""
    resource_type, _, resource_id = statement.source.reference.partition("/")
    return resource_id if resource_type == "Goal" and not is_over(statement) else ""


def _is_whole_excerpt(statement: Statement) -> bool:
    return same_words(statement.words) == same_words(statement.source.excerpt)


def anchor(statement: Statement) -> str:
    """The statement's place on the page of all statements. Holds nothing of what was said."""
    about = (statement.kind, statement.time, str(statement.negated), statement.said_by, statement.speaker)
    key = "\n".join((statement.source.reference, *about, statement.words))
    return "s" + hashlib.sha256(key.encode()).hexdigest()[:10]


def language_tag(tag: str) -> str:
    """A BCP 47 tag for a lang attribute, "" for anything else."""
    return tag if _LANGUAGE.fullmatch(tag) else ""


def language_name(tag: str) -> str:
    """The language in the page's; the tag itself for one that is not in our list."""
    base = tag.lower().split("-")[0]
    return _(_LANGUAGES[base]) if base in _LANGUAGES else words.one_line(tag, 20)


def _start(text: str) -> str:
    """The first words of a text that is too long to stand whole beside others, "" for one that is not."""
    lines = text.strip().splitlines()
    if len(text) <= _LONG_CHARACTERS and len(lines) <= _LONG_LINES:
        return ""
    cut = "\n".join(lines[:_START_LINES])
    if len(cut) > _START_CHARACTERS:
        whole_words = cut[:_START_CHARACTERS].rsplit(maxsplit=1)[0]
        cut = whole_words if len(whole_words) > _START_CHARACTERS // 2 else cut[:_START_CHARACTERS]
    return cut.rstrip() + "…"


def _source(statement: Statement, *, names_speaker: bool, role: str) -> str:
    recorder = words.one_line(statement.recorder, _WHO_LIMIT)
    title = words.one_line(statement.source.title, _WHO_LIMIT)
    parts = [
        _(KIND_WORDS[statement.kind]),
        _status(statement),
        words.known_day(statement.said_on, statement.known_to) if statement.said_on else _("no date"),
        also_on(statement),
        _note(title, role) if not statement.confirmed else "",
        _(_TIMES[statement.time]),
        _("recorded as a code") if statement.coded and not statement.choice else "",
        _chosen(statement),
        _said_by(statement) if names_speaker and not is_somebody_elses(statement) else "",
        _("written down by %(recorder)s", recorder=recorder) if recorder else "",
        _("target date %(day)s", day=words.day(statement.due)) if statement.due else "",
    ]
    return words.details(parts)


def _note(title: str, role: str) -> str:
    """The note's title, and its field of care where the title does not tell it."""
    field = words.one_line(role, 40)
    is_told = field.casefold() in title.casefold()
    return title if is_told else f"{title} ({field})" if title else field


def also_on(statement: Statement) -> str:
    """The other days on which the same stands in the chart: "also on 3 Mar 2026 and 2 more days"."""
    if not statement.also_on:
        return ""
    newest, more = words.day(statement.also_on[0]), len(statement.also_on) - 1
    if not more:
        return _("also on %(day)s", day=newest)
    return ngettext(
        "also on %(day)s and %(n)s more day", "also on %(day)s and %(n)s more days", more, day=newest
    )


def _chosen(statement: Statement) -> str:
    """The option beside the words, where they are others than its own."""
    label = option(statement.kind, statement.choice)
    return _("chosen: %(option)s", option=_(label)) if label and label != statement.words else ""


def _status(statement: Statement) -> str:
    if statement.status in _QUIET_STATUS or (statement.status == _COMPLETED and is_of_a_form(statement)):
        return ""
    return statement.status


def _said_by(statement: Statement) -> str:
    if statement.kind is Kind.PLANNING_DOCUMENT or statement.about_person:
        return ""
    speaker = words.one_line(statement.speaker, _WHO_LIMIT)
    match statement.said_by:
        case SaidBy.RELATED_PERSON:
            said_by = _("said by %(who)s", who=speaker or _("someone close"))
            return (
                said_by if statement.verbatim else _("%(said_by)s, in the clinician’s words", said_by=said_by)
            )
        case SaidBy.CLINICIAN:
            return _("in the clinician’s words")
        case SaidBy.UNKNOWN:
            return _("who said it is not recorded")
        case SaidBy.REPORTED:
            return _reported(statement, speaker)
        case SaidBy.PATIENT:
            return ""


def _reported(statement: Statement, speaker: str) -> str:
    """By `speaker`, who told what the patient wants, or by whoever wrote the note."""
    if speaker:
        return _("as %(speaker)s told it", speaker=speaker)
    return _("in the clinician’s words") if statement.confirmed or not statement.verbatim else ""


def _flag(statement: Statement, today: date) -> str:
    """Only for what was said: nobody can be asked again for a target that a clinician set."""
    if not statement.was_said or not statement.is_older_than_a_year(today):
        return ""
    return _("Over 12 months old. Ask again") if statement.said_on else _("No date. Ask again")
