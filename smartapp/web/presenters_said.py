"""One thing that was said, as the pages show it: the words untouched, and beneath them what, when, who
and where from.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date

from smartapp.sdm.model import Kind, SaidBy, Statement
from smartapp.web import words

KIND_WORDS = {
    Kind.GOAL: "Goal",
    Kind.HOPE: "Hope",
    Kind.WORRY: "Worry",
    Kind.MATTERS: "What matters",
    Kind.UNACCEPTABLE: "Not acceptable",
    Kind.TREATMENT_PREFERENCE: "Treatment preference",
    Kind.CARE_EXPERIENCE: "Care preference",
    Kind.DECISION_ROLE: "How to decide",
    Kind.PEOPLE: "Who is involved",
    Kind.CONFIDENCE: "Confidence",
    Kind.STRENGTH: "Strength",
    Kind.DECISION: "Decision",
    Kind.PLANNING_DOCUMENT: "Planning document",
}
_QUIET_STATUS = frozenset({"", "active", "final", "current"})
_WHO_LIMIT = 80
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_LANGUAGES = {
    "am": "Amharic", "ar": "Arabic", "bn": "Bengali", "de": "German", "en": "English", "es": "Spanish",
    "fa": "Persian", "fr": "French", "gu": "Gujarati", "hi": "Hindi", "hmn": "Hmong", "ht": "Haitian Creole",
    "hy": "Armenian", "it": "Italian", "ja": "Japanese", "km": "Khmer", "ko": "Korean", "lo": "Lao",
    "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "ru": "Russian", "so": "Somali", "sw": "Swahili",
    "tl": "Tagalog", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "yue": "Cantonese", "zh": "Chinese",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """`is_quoted` False: not a person's own words as far as the chart tells, so without quotation marks.

    `flag` and `unconfirmed` are "" when there is nothing to say. `excerpt`: the sentence around, for the
    page of all statements.
    """

    anchor: str
    words: str
    lang: str
    is_quoted: bool
    source: str
    flag: str
    unconfirmed: str
    day: str
    excerpt: str
    reference: str


def said(statement: Statement, today: date) -> Said:
    return Said(
        anchor=anchor(statement),
        words=statement.words,
        lang=language_tag(statement.language),
        is_quoted=is_own_words(statement),
        source=_source(statement),
        flag=_flag(statement, today),
        unconfirmed="" if statement.confirmed else "From a note, not confirmed",
        day=words.day(statement.said_on) if statement.said_on else "No date",
        excerpt="" if _is_whole_excerpt(statement) else statement.source.excerpt,
        reference=words.one_line(statement.source.reference, _WHO_LIMIT),
    )


def is_own_words(statement: Statement) -> bool:
    """Whether these are a person's own words: what a note's author made of them must not pass for a
    quotation.
    """
    if statement.said_by not in {SaidBy.PATIENT, SaidBy.RELATED_PERSON}:
        return False
    return statement.confirmed or not _is_whole_excerpt(statement)


def _is_whole_excerpt(statement: Statement) -> bool:
    return statement.words.strip() == statement.source.excerpt.strip()


def anchor(statement: Statement) -> str:
    """The statement's place on the page of all statements. Holds nothing of what was said."""
    key = f"{statement.source.reference}\n{statement.kind}\n{statement.words}"
    return "s" + hashlib.sha256(key.encode()).hexdigest()[:10]


def language_tag(tag: str) -> str:
    """A BCP 47 tag for a lang attribute, "" for anything else."""
    return tag if _LANGUAGE.fullmatch(tag) else ""


def language_name(tag: str) -> str:
    """The language in English; the tag itself for one that is not in our list."""
    return _LANGUAGES.get(tag.lower().split("-")[0], words.one_line(tag, 20))


def _source(statement: Statement) -> str:
    speaker = words.one_line(statement.speaker, _WHO_LIMIT)
    recorder = words.one_line(statement.recorder, _WHO_LIMIT)
    title = words.one_line(statement.source.title, _WHO_LIMIT)
    parts = [
        KIND_WORDS[statement.kind],
        statement.status if statement.status not in _QUIET_STATUS else "",
        words.day(statement.said_on) if statement.said_on else "no date",
        title if not statement.confirmed else "",
        _said_by(statement.said_by, speaker),
        f"written down by {recorder}" if recorder else "",
        f"target date {words.day(statement.due)}" if statement.due else "",
    ]
    return ", ".join(part for part in parts if part) + "."


def _said_by(said_by: SaidBy, speaker: str) -> str:
    match said_by:
        case SaidBy.RELATED_PERSON:
            return f"said by {speaker or 'someone close'}"
        case SaidBy.CLINICIAN:
            return "in the clinician’s words"
        case SaidBy.UNKNOWN:
            return "who said it is not recorded"
        case _:
            return f"said by {speaker}" if speaker else ""


def _flag(statement: Statement, today: date) -> str:
    if not statement.is_older_than_a_year(today):
        return ""
    return "Over 12 months old. Ask again" if statement.said_on else "No date. Ask again"
