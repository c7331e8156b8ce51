"""A handout as plain text, and what goes on it, for the tests."""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from smartapp.sdm.handout import Handout, Line, Part, Words, Written, handout
from smartapp.sdm.handout_content import load_handouts
from smartapp.sdm.handout_texts import HandoutLanguage, Handouts, SiteLines
from smartapp.sdm.model import Kind, SaidBy

CONTENT = resources.files("smartapp.content")
TAGS = ("en", "es", "zh-Hans")
DAYS = {"en": "June 9, 2026", "es": "9 de junio de 2026", "zh-Hans": "2026年6月9日"}


@cache
def shipped() -> Handouts:
    return load_handouts(CONTENT)


def language(tag: str) -> HandoutLanguage:
    return shipped().languages[tag]


def line(kind: Kind, words: str, said_by: SaidBy = SaidBy.PATIENT, **more: Any) -> Line:
    return Line(id=words, kind=kind, words=words, said_by=said_by, **more)


ROSAS = (
    line(Kind.GOAL, "I want to dance at Lucía’s wedding.", lang="en"),
    line(Kind.WORRY, "Acabar como mi hermana.", lang="es"),
    line(
        Kind.CARE_EXPERIENCE,
        "Yo la llevo a la terapia.",
        SaidBy.RELATED_PERSON,
        speaker="Ernesto, husband",
        lang="es",
    ),
    line(Kind.DECISION, "Therapy first, the operation can wait.", is_quoted=False, lang="en", is_today=True),
    line(Kind.STRENGTH, "I keep a sugar book every day.", lang="en"),
)
ADDED = Written(
    lang="en",
    name="Rosa",
    why="You want to be on your feet in October.",
    next_steps="Therapy two times a week.\n\nWe talk again in September.",
    call="Front desk, 555-0117",
    costs="Billing, 555-0142",
)
CLINIC = SiteLines(
    clinic="Cedar Hill Family Medicine",
    portal="portal.example.org",
    mediation="Patient relations, 555-0100",
)


def page(
    tag: str = "en",
    chosen: Iterable[Line] = ROSAS,
    *,
    written: Written = ADDED,
    site: SiteLines = CLINIC,
) -> Handout:
    return handout(tuple(chosen), written, language=language(tag), site=site, day=DAYS[tag])


def section(found: Handout, id_: str) -> tuple[Part, ...]:
    return next((each.parts for each in found.sections if each.id == id_), ())


def as_text(found: Handout) -> str:
    """Everything that the page says, in its order."""
    rows = [found.title, *found.about]
    for each in found.sections:
        rows += ["", f"# {each.heading}"]
        for part in each.parts:
            rows += _rows(part)
    rows += ["", *found.end, found.draft]
    return "\n".join(rows).rstrip() + "\n"


def own_words(found: Handout) -> list[Words]:
    """Everything on the page that is not a fixed text."""
    parts = [part for each in found.sections for part in each.parts]
    return [word for part in parts for word in ([part.words] if part.words else []) + list(part.typed)]


def fixed_lines_of(found: Handout) -> list[str]:
    """Every fixed text of this page."""
    parts = [part for each in found.sections for part in each.parts]
    lines = [found.title, *found.about, *(each.heading for each in found.sections)]
    lines += [text for part in parts for text in (part.heading, part.text, *part.points, part.note) if text]
    return [*lines, *found.end, *([found.draft] if found.draft else [])]


def _rows(part: Part) -> list[str]:
    quoted = [_words(words) for words in ([part.words] if part.words else [])]
    rows = [f"## {part.heading}"] if part.heading else []
    rows += [part.text] if part.text else []
    rows += quoted
    rows += [f"- {point}" for point in part.points]
    rows += [f"- {_words(words)}" for words in part.typed]
    rows += [part.note] if part.note else []
    rows += [f"** {part.big}"] if part.big else []
    return rows + ["____"] * part.ruled


def _words(words: Words) -> str:
    shown = f"“{words.text}”" if words.is_quoted else words.text
    return f"[{words.lang}] {shown}"
