"""The handout: a page for the patient with their words, what was decided today, and where to ask.

It holds what was put on it and fixed texts: no diagnosis, no advice of its own, and nothing that the
clinician did not choose. Words stay as they were said, in their language.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from smartapp.sdm.choices import option
from smartapp.sdm.handout_texts import HandoutLanguage, SiteLines
from smartapp.sdm.model import DraftStatement, Kind, SaidBy, Statement, Time
from smartapp.sdm.standing import is_over
from smartapp.sdm.word_forms import same_words

_NEVER: Final = frozenset({Kind.CODE_STATUS, Kind.PLANNING_DOCUMENT})
_CLOSE: Final = frozenset({SaidBy.PATIENT, SaidBy.RELATED_PERSON})
_ORDER: Final = (
    Kind.MATTERS, Kind.GOAL, Kind.HOPE, Kind.WORRY, Kind.UNACCEPTABLE, Kind.TREATMENT_PREFERENCE,
    Kind.CARE_EXPERIENCE, Kind.DECISION_ROLE, Kind.PEOPLE, Kind.CONFIDENCE, Kind.PRIORITIES,
)  # fmt: skip
_QUESTIONS: Final = ("ask_choices", "ask_good_bad", "ask_likely", "ask_wait", "ask_money")
_STRONG: Final = frozenset({"L", "R", "AL"})
_FEW_LINES, _MORE_LINES = 3, 4
_USUAL: Final = "en"
"""What the options of sdm/choices.py are in, and as a rule words whose language nobody recorded."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that can go on the page. `words` as they were said or written, to the byte. `lang`: BCP 47,
    "" when not known. `is_quoted`: somebody's own words; `is_summary`: the clinician's about them. `chosen`:
    the option that was chosen beside words of one's own. `is_today`: of this visit.
    """

    id: str
    kind: Kind
    words: str
    said_by: SaidBy
    speaker: str = ""
    lang: str = ""
    is_quoted: bool = True
    is_summary: bool = False
    chosen: str = ""
    is_today: bool = False
    said_on: date | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What the clinician adds. `lang`: the language that they write in. `name`: only when they want it there.
    `why` and `next_steps` as typed; each line of `next_steps` is a step.
    """

    lang: str = ""
    name: str = ""
    why: str = ""
    next_steps: str = ""
    call: str = ""
    costs: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that are not the page's own. `lang` "" where nobody knows it."""

    text: str
    lang: str
    is_quoted: bool = False

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl", by the first letter that has one: as `dir="auto"` does, which not every printer
        knows.
        """
        letters = (unicodedata.bidirectional(letter) for letter in self.text)
        first = next((letter for letter in letters if letter in _STRONG), "L")
        return "ltr" if first == "L" else "rtl"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a section, printed in the order of its fields.

    `text`, `points` and `note` are fixed texts; `words` and `typed`, a list, are somebody's. `big`: a number
    or address to be found at a glance. `ruled`: empty lines to write on. `is_aside`: set smaller.
    """

    heading: str = ""
    text: str = ""
    words: Words | None = None
    points: tuple[str, ...] = ()
    typed: tuple[Words, ...] = ()
    note: str = ""
    big: str = ""
    ruled: int = 0
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Handout:
    """`about`: lines below the title. `end`: what stands in small at its end; `draft` with them, "" when no
    text of the page needs a translator.
    """

    tag: str
    direction: str
    title: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]
    end: tuple[str, ...]
    draft: str


def can_be_on_it(statement: Statement) -> bool:
    """Whether a statement of the chart may be offered: said by the patient or somebody close, confirmed, not
    over, and true as its words stand, without what stood around them.
    """
    is_theirs = statement.said_by in _CLOSE and not statement.about_person
    is_said = not statement.coded or bool(statement.choice)
    is_plain = statement.time is Time.CURRENT and not statement.negated and is_said
    is_still_so = statement.confirmed and not is_over(statement)
    return is_still_so and is_theirs and is_plain and statement.kind not in _NEVER


def line_of_chart(statement: Statement, line_id: str) -> Line:
    """A statement of the chart that may be on the page."""
    label = option(statement.kind, statement.choice)
    is_label = bool(label) and statement.words.strip() == label
    return Line(
        id=line_id,
        kind=statement.kind,
        words=statement.words,
        said_by=statement.said_by,
        speaker=statement.speaker,
        lang=_USUAL if is_label else statement.language,
        is_quoted=_is_quoted(statement.kind, verbatim=statement.verbatim, is_label=is_label),
        is_summary=not statement.verbatim,
        chosen="" if is_label else label,
        said_on=statement.said_on,
    )


def line_of_today(draft: DraftStatement, *, said_in: str, written_in: str) -> Line:
    """What was said, or decided, in this visit. `said_in`, `written_in`: the languages of the words, of
    quotations and of the clinician's text, "" where not known.
    """
    label = option(draft.kind, draft.choice)
    is_label = bool(label) and draft.words.strip() == label
    is_quoted = _is_quoted(draft.kind, verbatim=draft.verbatim, is_label=is_label)
    words_in = said_in if is_quoted else written_in
    return Line(
        id=draft.id,
        kind=draft.kind,
        words=draft.words,
        said_by=draft.said_by,
        speaker=draft.speaker,
        lang=_USUAL if is_label else words_in,
        is_quoted=is_quoted,
        is_summary=not draft.verbatim and draft.kind is not Kind.DECISION,
        chosen="" if is_label else label,
        is_today=True,
    )


def lines(today: Sequence[Line], chart: Iterable[Line], *, on: date) -> tuple[Line, ...]:
    """Everything that can be on the page, today's first; what was said today is not taken from the chart too.
    Decisions are those of the day, `on`, only.
    """
    said = {(line.kind, same_words(line.words)) for line in today}
    earlier = (line for line in chart if line.kind is not Kind.DECISION or line.said_on == on)
    return (*today, *(line for line in earlier if (line.kind, same_words(line.words)) not in said))


def handout(
    chosen: Sequence[Line],
    written: Written,
    *,
    language: HandoutLanguage,
    site: SiteLines,
    day: str,
) -> Handout:
    """The page. `day`: of the visit, as the language writes it."""
    say = language.say
    told = [line for line in chosen if line.kind not in {Kind.DECISION, Kind.STRENGTH}]
    decisions = [line for line in chosen if line.kind is Kind.DECISION]
    strengths = [line for line in chosen if line.kind is Kind.STRENGTH]
    sections = (
        *([_told(told, language)] if told else []),
        _decided(decisions, written, language),
        Section("ask", say("ask"), (Part(points=tuple(say(each) for each in _QUESTIONS)),)),
        Section("cost", say("cost"), (Part(text=say("cost_ask"), big=written.costs),)),
        _call(written, language),
        _right(site, language),
        *([_strengths(strengths, language)] if strengths else []),
        Section("space", say("space"), (Part(ruled=_MORE_LINES),)),
    )
    visit = say("visit_day_place", day=day, place=site.clinic) if site.clinic else say("visit_day", day=day)
    return Handout(
        tag=language.tag,
        direction=language.direction,
        title=say("title"),
        about=(*([say("for_name", name=written.name)] if written.name else []), visit),
        sections=sections,
        end=(
            *([say("end_words")] if any(line.is_quoted for line in chosen) else []),
            say("end_version", version=language.version),
        ),
        draft=say("end_draft") if language.is_draft else "",
    )


def _told(told: Sequence[Line], language: HandoutLanguage) -> Section:
    """The patient's words first, then those of people close, in the order of the page."""
    say = language.say
    ordered = sorted(told, key=lambda line: (line.said_by is SaidBy.RELATED_PERSON, _place(line.kind)))
    parts = [
        Part(
            heading=_label(line, language),
            words=_words(line),
            typed=(Words(line.chosen, _USUAL),) if line.chosen else (),
            note=say("our_words") if line.is_summary else "",
        )
        for line in ordered
    ]
    if any(_is_other(line.lang, language) for line in told):
        parts.append(Part(text=say("as_said"), is_aside=True))
    return Section("told", say("told"), tuple(parts))


def _label(line: Line, language: HandoutLanguage) -> str:
    """What it is; for words of somebody close, whose they are."""
    if line.said_by is SaidBy.RELATED_PERSON:
        return language.say("from_person", name=line.speaker) if line.speaker else language.say("from_close")
    return language.say(f"kind_{line.kind.value}")


def _decided(decisions: Sequence[Line], written: Written, language: HandoutLanguage) -> Section:
    say = language.say
    steps = tuple(step for step in written.next_steps.splitlines() if step.strip())
    parts = [
        *([Part(typed=tuple(_words(line) for line in decisions))] if decisions else []),
        *([Part(heading=say("why"), words=Words(written.why, written.lang))] if written.why.strip() else []),
        *(
            [Part(heading=say("next"), typed=tuple(Words(step, written.lang) for step in steps))]
            if steps
            else []
        ),
    ]
    if not parts:
        parts.append(Part(text=say("write_decided"), ruled=_FEW_LINES))
    elif _is_other(written.lang, language):
        parts.append(Part(text=say("as_written"), ruled=_FEW_LINES, is_aside=True))
    parts.append(Part(text=say("teach_back")))
    return Section("decided", say("decided"), tuple(parts))


def _call(written: Written, language: HandoutLanguage) -> Section:
    say = language.say
    parts = (
        Part(big=written.call) if written.call.strip() else Part(ruled=1),
        Part(text=say("call_when")),
        Part(text=say("interpreter")),
    )
    return Section("call", say("call"), parts)


def _right(site: SiteLines, language: HandoutLanguage) -> Section:
    say = language.say
    read = Part(text=say("notes_where"), big=site.portal) if site.portal else Part(text=say("notes_read"))
    complaint = [Part(text=say("mediation"), big=site.mediation)] if site.mediation else []
    parts = (read, Part(text=say("notes_correct")), Part(text=say("change_mind")), *complaint)
    return Section("right", say("right"), parts)


def _strengths(strengths: Sequence[Line], language: HandoutLanguage) -> Section:
    """For others who care for the patient: what the patient knows and can do, in their own words."""
    parts = (
        Part(text=language.say("strengths_ask")),
        Part(typed=tuple(_words(line) for line in strengths)),
    )
    return Section("strengths", language.say("strengths"), parts)


def _is_quoted(kind: Kind, *, verbatim: bool, is_label: bool) -> bool:
    """An option's own words are nobody's, nor are the numbers of an order; a decision is no quotation."""
    return verbatim and not is_label and kind not in {Kind.DECISION, Kind.PRIORITIES}


def _words(line: Line) -> Words:
    return Words(line.words, line.lang, line.is_quoted)


def _place(kind: Kind) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _is_other(lang: str, language: HandoutLanguage) -> bool:
    """Whether these words are in another language than the page, as far as anybody knows."""
    return (lang or _USUAL).partition("-")[0].casefold() != language.tag.partition("-")[0].casefold()
