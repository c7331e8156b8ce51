"""In the room, beside the questions: guides to open by hand, and the decision sheets that fit this chart."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from smartapp.i18n import ENGLISH, speaking
from smartapp.i18n import gettext as _
from smartapp.sdm.because import because
from smartapp.sdm.knowledge import Beside, Catalogue, Guide, Question, Sheet, Step
from smartapp.sdm.sheets import OfferedSheet
from smartapp.sdm.translations import Speech, Told
from smartapp.web import words
from smartapp.web.asking import OWN
from smartapp.web.presenters.said import Said
from smartapp.web.presenters.sources import short_form
from smartapp.web.speaking import other_language
from smartapp.web.telling import mark

SHEET_BUTTON: Final = "sheet-"
GOAL_BUTTON: Final = "goal-"
"""How the values of the buttons begin that keep the draft and go to a sheet, or to a goal of the chart."""
MORE_OPTION: Final = "more-option"
MIRROR: Final = "mirror"
_MOST_BESIDE: Final = 5


@dataclass(frozen=True, slots=True)
class StepView:
    """`add`: the end of the button's value that adds a box for the answer, "" for none. `lang` of `say` where
    that is not the page's.
    """

    do: str
    say: str
    add: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class GuideView:
    """`mirror`: what was said to be going well, said back in the same words, "" without any. `goals`: earlier
    ones. `mediation`: the site's contact; `is_mediation`: whether a place for it is on this guide. `lang`: of
    its texts where that is not the page's, else "".
    """

    key: str
    label: str
    steps: tuple[StepView, ...]
    why: str
    limits: str
    sources: tuple[str, ...]
    mirror: str = ""
    goals: tuple[Said, ...] = ()
    mediation: str = ""
    is_mediation: bool = False
    lang: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """`value`: of the button that goes there. `because`: "" where the sheet is only there by hand. `lang` and
    `because_lang`: where these are not the page's, else "".
    """

    value: str
    text: str
    because: str = ""
    lang: str = ""
    because_lang: str = ""


@dataclass(frozen=True, slots=True)
class Talks:
    """`mark`: that some of it is a draft, or stands in English; "" for neither."""

    guides: tuple[GuideView, ...]
    offered: tuple[SheetLine, ...]
    sheets: tuple[SheetLine, ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class BesideGuides:
    """What of the visit guides show. `strengths`: words, as they were said."""

    strengths: tuple[str, ...] = ()
    goals: tuple[Said, ...] = ()
    mediation: str = ""


def talks(
    catalogue: Catalogue,
    offered: Iterable[OfferedSheet],
    beside: BesideGuides,
    *,
    asks: Callable[[Question], str],
    speech: Speech,
) -> Talks:
    """`asks`: the end of the button's value that adds a box for a question."""
    shown = tuple(offered)
    here = {each.sheet.id for each in shown}
    guides = tuple(speech.told(guide) for guide in catalogue.guides)
    sheets = tuple(speech.told(sheet) for sheet in catalogue.sheets)
    says = (speech.told(q) for guide in catalogue.guides for q in _questions(guide))
    return Talks(
        guides=tuple(_guide(told, beside, asks=asks, speech=speech) for told in guides),
        offered=tuple(_offered(each, speech) for each in shown),
        sheets=(
            *(_sheet_line(told) for told in sheets if told.thing.id not in here),
            SheetLine(f"{SHEET_BUTTON}{OWN}", _("A blank sheet")),
        ),
        mark=mark((*guides, *sheets, *says)),
    )


def in_its_language(told: Told[Sheet]) -> str:
    """The line that offers a sheet, in the language of the sheet's name."""
    if told.is_fallback:
        with speaking(ENGLISH):
            return _("A sheet on %(label)s is there.", label=told.thing.label)
    return _("A sheet on %(label)s is there.", label=told.thing.label)


def mirrored(strengths: Iterable[str]) -> str:
    """What helps, said back: only words that were captured, and a frame around them. "" without any."""
    quoted = [f"“{' '.join(each.split())}”" for each in strengths if each.strip()]
    return _("You told me: %(words)s", words=" ".join(quoted[:_MOST_BESIDE])) if quoted else ""


def _questions(guide: Guide) -> Iterable[Question]:
    return (step.question for step in guide.steps if step.question is not None)


def _offered(each: OfferedSheet, speech: Speech) -> SheetLine:
    told = speech.told(each.sheet)
    reason = because(each.evidence, speech.labels)
    return SheetLine(
        f"{SHEET_BUTTON}{each.sheet.id}",
        in_its_language(told),
        reason.text,
        lang=other_language(told.language),
        because_lang=other_language(reason.language),
    )


def _sheet_line(told: Told[Sheet]) -> SheetLine:
    label = words.sentence(told.thing.label)
    return SheetLine(f"{SHEET_BUTTON}{told.thing.id}", label, lang=other_language(told.language))


def _guide(
    told: Told[Guide], beside: BesideGuides, *, asks: Callable[[Question], str], speech: Speech
) -> GuideView:
    guide, lang = told.thing, other_language(told.language)
    return GuideView(
        key=guide.key,
        label=guide.label,
        steps=tuple(_step(step, lang, asks=asks, speech=speech) for step in guide.steps),
        why=guide.why,
        limits=guide.limits,
        sources=tuple(short_form(source) for source in guide.sources),
        mirror=mirrored(beside.strengths) if guide.beside is Beside.STRENGTHS else "",
        goals=beside.goals[:_MOST_BESIDE] if guide.beside is Beside.EARLIER_GOALS else (),
        mediation=beside.mediation if guide.beside is Beside.MEDIATION else "",
        is_mediation=guide.beside is Beside.MEDIATION,
        lang=lang,
    )


def _step(step: Step, lang: str, *, asks: Callable[[Question], str], speech: Speech) -> StepView:
    if step.question is None:
        return StepView(step.do, step.say, add="", lang=lang)
    said = speech.told(step.question)
    return StepView(step.do, said.thing.text, add=asks(step.question), lang=other_language(said.language))
