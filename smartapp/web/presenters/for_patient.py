"""A question as it is shown to the patient: one to a screen, in the patient's language, and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from smartapp import i18n
from smartapp.i18n import Language
from smartapp.i18n import gettext as _
from smartapp.sdm.knowledge import Question
from smartapp.sdm.translations import Wording
from smartapp.web.presenters.banner import Looks

_TRADITIONAL: Final = "這裡只有簡體中文。您也可以選擇其他語言。"
"""That there is simplified Chinese only, and that another language can be chosen: for who reads this."""


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """A language to choose on the screen, in its own name."""

    tag: str
    name: str
    direction: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Aside:
    """What is for the clinician: small, and in the clinician's language. `note` may be ""."""

    language: str
    direction: str
    note: str
    back: str
    back_url: str


@dataclass(frozen=True, slots=True)
class ForPatientPage:
    """`language` and `direction` are those of `text`. `before` and `after`: addresses, "" at the ends.
    `traditional`: a line for who reads Chinese in traditional characters, "" for everybody else.
    """

    text: str
    language: str
    direction: str
    languages: tuple[LanguageLink, ...]
    before: str
    after: str
    place: str
    aside: Aside
    traditional: str
    looks: Looks


@dataclass(frozen=True, slots=True)
class Screen:
    """Which question of which, and how it is worded. `path`: of the launch, with a slash at its end.
    `languages`: those that something can be shown in. `is_spoken`: whether the patient's own is among them.
    `reads_traditional`: the chart says that the patient's own is Chinese in traditional characters.
    """

    question: Question
    questions: tuple[Question, ...]
    wording: Wording
    wanted: str
    languages: tuple[Language, ...]
    path: str
    opened: str
    is_spoken: bool
    reads_traditional: bool = False


def for_patient_page(screen: Screen, known: Mapping[str, Language], looks: Looks) -> ForPatientPage:
    """`known`: every language of the interface. What is for the clinician is worded in the language of the
    request, the rest in the patient's.
    """
    at = [question.id for question in screen.questions].index(screen.question.id)
    aside = Aside(
        language=i18n.language(),
        direction=i18n.direction(),
        note=_note(screen),
        back=_("Back to the questions"),
        back_url=f"{screen.path}room?open={screen.opened}#prompt-{screen.opened}",
    )
    text_language = known.get(screen.wording.language, i18n.ENGLISH)
    with i18n.speaking(known.get(screen.wanted, i18n.ENGLISH)):
        return ForPatientPage(
            text=screen.wording.text,
            language=text_language.tag,
            direction=text_language.direction,
            languages=tuple(_links(screen)),
            before=_address(screen, at - 1),
            after=_address(screen, at + 1),
            place=_("%(number)s of %(all)s", number=at + 1, all=len(screen.questions)),
            aside=aside,
            traditional=_TRADITIONAL if _is_simplified_instead(screen) else "",
            looks=looks,
        )


def _is_simplified_instead(screen: Screen) -> bool:
    return screen.reads_traditional and screen.wording.language == "zh-Hans"


def _note(screen: Screen) -> str:
    if screen.wording.is_draft:
        return _("Draft translation. It needs a qualified translator.")
    if screen.wording.is_fallback:
        return _("This question has no translation to show yet. It stands here in English.")
    return "" if screen.is_spoken else _("There is no translation into the patient’s language.")


def _links(screen: Screen) -> Iterable[LanguageLink]:
    """None where there is nothing to choose."""
    if len(screen.languages) < 2:
        return
    for each in screen.languages:
        url = f"{screen.path}patient/{screen.question.id}?language={each.tag}"
        yield LanguageLink(each.tag, each.name, each.direction, url, is_current=each.tag == screen.wanted)


def _address(screen: Screen, at: int) -> str:
    if not 0 <= at < len(screen.questions):
        return ""
    return f"{screen.path}patient/{screen.questions[at].id}?language={screen.wanted}"
