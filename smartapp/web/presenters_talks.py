"""In the room, beside the questions: guides to open by hand, and the decision sheets that fit this chart."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from smartapp.i18n import SOURCE, language
from smartapp.i18n import gettext as _
from smartapp.sdm.conditions import Evidence
from smartapp.sdm.knowledge import Beside, Catalogue, Guide, Question, Step
from smartapp.sdm.sheets import OfferedSheet
from smartapp.sdm.translations import Wording
from smartapp.web import words
from smartapp.web.asking import OWN
from smartapp.web.presenters_said import Said
from smartapp.web.presenters_sources import short_form

SHEET_BUTTON: Final = "sheet-"
GOAL_BUTTON: Final = "goal-"
"""How the values of the buttons begin that keep the draft and go to a sheet, or to a goal of the chart."""
MORE_OPTION: Final = "more-option"
MIRROR: Final = "mirror"
_MOST_DATES: Final = 2
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
    ones. `mediation`: the site's contact; `is_mediation`: whether a place for it is on this guide.
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


@dataclass(frozen=True, slots=True)
class SheetLine:
    """`value`: of the button that goes there. `because`: "" where the sheet is only there by hand."""

    value: str
    text: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Talks:
    """`lang`: of the guides, where that is not the page's, else ""."""

    guides: tuple[GuideView, ...]
    offered: tuple[SheetLine, ...]
    sheets: tuple[SheetLine, ...]
    lang: str = ""


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
    wording: Callable[[Question], Wording],
) -> Talks:
    """`asks`: the end of the button's value that adds a box for a question."""
    shown = tuple(offered)
    here = {each.sheet.id for each in shown}
    others = (sheet for sheet in catalogue.sheets if sheet.id not in here)
    return Talks(
        guides=tuple(_guide(guide, beside, asks=asks, wording=wording) for guide in catalogue.guides),
        offered=tuple(
            SheetLine(
                f"{SHEET_BUTTON}{each.sheet.id}",
                _("A sheet on %(label)s is there.", label=each.sheet.label),
                because_of(each.evidence),
            )
            for each in shown
        ),
        sheets=(
            *(SheetLine(f"{SHEET_BUTTON}{sheet.id}", words.sentence(sheet.label)) for sheet in others),
            SheetLine(f"{SHEET_BUTTON}{OWN}", _("A blank sheet")),
        ),
        lang=language_of_content(),
    )


def language_of_content() -> str:
    """English, in which guides and sheets are written, where the page speaks another language; else ""."""
    return SOURCE if language() != SOURCE else ""


def because_of(evidence: Iterable[Evidence]) -> str:
    """Shown because: diabetes in the chart (3 May 2021); no blood thinner on the medicine list."""
    dates: dict[str, set[date]] = {}
    for each in evidence:
        days = dates.setdefault(each.words, set())
        if each.on is not None:
            days.add(each.on)
    return _(
        "Shown because: %(what)s.", what="; ".join(_with_dates(what, days) for what, days in dates.items())
    )


def mirrored(strengths: Iterable[str]) -> str:
    """What helps, said back: only words that were captured, and a frame around them. "" without any."""
    quoted = [f"“{' '.join(each.split())}”" for each in strengths if each.strip()]
    return _("You told me: %(words)s", words=" ".join(quoted[:_MOST_BESIDE])) if quoted else ""


def _guide(
    guide: Guide,
    beside: BesideGuides,
    *,
    asks: Callable[[Question], str],
    wording: Callable[[Question], Wording],
) -> GuideView:
    return GuideView(
        key=guide.key,
        label=guide.label,
        steps=tuple(_step(step, asks=asks, wording=wording) for step in guide.steps),
        why=guide.why,
        limits=guide.limits,
        sources=tuple(short_form(source) for source in guide.sources),
        mirror=mirrored(beside.strengths) if guide.beside is Beside.STRENGTHS else "",
        goals=beside.goals[:_MOST_BESIDE] if guide.beside is Beside.EARLIER_GOALS else (),
        mediation=beside.mediation if guide.beside is Beside.MEDIATION else "",
        is_mediation=guide.beside is Beside.MEDIATION,
    )


def _step(step: Step, *, asks: Callable[[Question], str], wording: Callable[[Question], Wording]) -> StepView:
    if step.question is None:
        return StepView(step.do, step.say, add="", lang=language_of_content())
    said = wording(step.question)
    lang = said.language if said.language != language() else ""
    return StepView(step.do, said.text, add=asks(step.question), lang=lang)


def _with_dates(what: str, days: set[date]) -> str:
    latest = sorted(days)[-_MOST_DATES:]
    return f"{what} ({', '.join(words.day(each) for each in latest)})" if latest else what
