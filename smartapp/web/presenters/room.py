"""In the room: the questions, a box for each answer, what was said before, and more questions by topic."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import marked, ngettext
from smartapp.sdm.choices import CHOICES
from smartapp.sdm.knowledge import Catalogue, Question
from smartapp.sdm.model import Kind, SaidBy
from smartapp.sdm.translations import Speech
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web import words
from smartapp.web.asking import asked, is_asked_by, is_of_sheet, with_sheet
from smartapp.web.draft import Box, BoxFault
from smartapp.web.own_sheet import Texts
from smartapp.web.presenters.box import Around, BoxView, box_view
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.said import Said
from smartapp.web.presenters.waiting import Waiting
from smartapp.web.speaking import other_language
from smartapp.web.telling import mark

ADD: Final = "add-"
ASK: Final = "ask-"
ADD_CONFIDENCE: Final = "confidence-"
SHOW: Final = "show-"
"""How the values of the buttons begin that add a box: any; one for a question of the catalogue; one for how
confident somebody is about a goal. SHOW: of those that show a question to the patient.
"""

MOST_BEFORE = 5
_OTHER: Final = "other"
_PREVIEW = 160
_KEYS = 9


@dataclass(frozen=True, slots=True)
class Prompt:
    """A line of the page below which answers of one kind are written. `need`: what they are called."""

    kind: Kind
    ask: str
    need: str


PROMPTS = (
    Prompt(Kind.HOPE, marked("What are you hoping for?"), marked("Hoping for")),
    Prompt(Kind.WORRY, marked("What are you most worried about?"), marked("Worried about")),
    Prompt(Kind.MATTERS, marked("What matters most in your daily life?"), marked("What matters")),
    Prompt(Kind.PEOPLE, marked("Who do you want to help you decide?"), marked("Who is involved")),
    Prompt(Kind.GOAL, marked("What would you like to be able to do?"), KIND_WORDS[Kind.GOAL]),
)
"""The five questions that are always there."""

_DECISION: Final = Prompt(
    Kind.DECISION, marked("What did you decide together, and why?"), KIND_WORDS[Kind.DECISION]
)
_UNASKED: Final = (
    Kind.DECISION_ROLE,
    Kind.TREATMENT_PREFERENCE,
    Kind.UNACCEPTABLE,
    Kind.CARE_EXPERIENCE,
    Kind.STRENGTH,
)
PLACES: Final = (_DECISION, *(Prompt(kind, KIND_WORDS[kind], KIND_WORDS[kind]) for kind in _UNASKED))
"""Places to write what may be said without being asked for. They are no questions, and have no sources."""

_WRITTEN_DOWN: Final = frozenset({_OTHER, *(str(place.kind) for place in PLACES)})
_PROMPT_OF: Final = {prompt.kind: prompt for prompt in (*PROMPTS, *PLACES)}


@dataclass(frozen=True, slots=True)
class FirstView:
    """The first answer below a prompt: the beginning of its words, and the option that was chosen."""

    by: str
    option: str
    words: str
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class PromptView:
    """`id` is the value of ?open= and the end of the "add" button's value. `first`: for the closed line.
    `is_said`: a question to say aloud, and not a place to write. `can_show`: it can be shown to the patient.
    `lang`: of `ask` where that is not the page's, else "". `is_sought`: it was opened to be written below.
    """

    id: str
    key: str
    ask: str
    is_said: bool
    is_open: bool
    state: str
    first: FirstView | None
    earlier: tuple[Said, ...]
    boxes: tuple[BoxView, ...]
    can_show: bool = False
    lang: str = ""
    is_sought: bool = False


@dataclass(frozen=True, slots=True)
class MoreQuestion:
    """`id` is the end of the "add" button's value. `lang` as in PromptView."""

    id: str
    text: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class TopicView:
    """`lang`: of the label where that is not the page's, else ""."""

    label: str
    questions: tuple[MoreQuestion, ...]
    lang: str = ""


@dataclass(frozen=True, slots=True)
class ErrorLine:
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class OfferView:
    """A kept draft of another launch: "2 statements from 10:31 are kept". `key`: what was offered."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class RoomPage:
    """`id`: of this showing of the page. `waiting`: lines for what is not there yet. `mark`: that questions
    are drafts, or in English; "" for neither.
    """

    id: str
    frame: Frame
    errors: tuple[ErrorLine, ...]
    is_quiet: bool
    prompts: tuple[PromptView, ...]
    kept_line: str
    review_label: str
    offer: OfferView | None
    waiting: tuple[Waiting, ...]
    mark: str = ""


def question_behind(prompt: str, catalogue: Catalogue) -> Question | None:
    """The catalogue's question that a line of the page asks, None where the line asks none."""
    if prompt.startswith(ASK):
        return catalogue.question(prompt.removeprefix(ASK))
    asks = {str(each.kind): each.ask for each in PROMPTS}
    return next((each for each in catalogue.questions if each.text == asks.get(prompt)), None)


def prompt_of(question: Question, catalogue: Catalogue) -> str:
    """The line of the page that asks this question: one of the five, or its own."""
    for each in PROMPTS:
        if question_behind(str(each.kind), catalogue) == question:
            return str(each.kind)
    return f"{ASK}{question.id}"


def prompt_id(box: Box, boxes: Iterable[Box]) -> str:
    """Which prompt a box stands under: the question of the catalogue that it answers, else its goal's, else
    its kind's. `boxes`: all of the page.
    """
    if box.question:
        return f"{ASK}{box.question}"
    if box.kind is Kind.CONFIDENCE:
        goals = (each for each in boxes if each.id == box.goal and each.kind is Kind.GOAL)
        return next((prompt_id(goal, ()) for goal in goals), str(Kind.GOAL))
    return str(box.kind) if box.kind in _PROMPT_OF else _OTHER


def place_of(box: Box, boxes: Iterable[Box]) -> str:
    """The end of the launch's path that leads to a box: its prompt is open, and the focus in its field, also
    without a script.
    """
    field = "choice" if box.kind in CHOICES and not box.words.strip() else "words"
    return f"room?open={prompt_id(box, boxes)}#{box.id}-{field}"


def prompt_views(
    boxes: tuple[Box, ...],
    faults: tuple[BoxFault, ...],
    around: Around,
    *,
    catalogue: Catalogue,
    speech: Speech,
    earlier: tuple[tuple[Kind, Said], ...],
    opened: str,
    own: Texts = (),
) -> tuple[PromptView, ...]:
    """The five prompts and, after them, one for everything else that was added. `boxes` hold one for each of
    the five at least. `own`: the clinician's own decision sheet.
    """
    groups: dict[str, list[Box]] = {str(prompt.kind): [] for prompt in PROMPTS}
    for box in boxes:
        groups.setdefault(prompt_id(box, boxes), []).append(box)
    return tuple(
        _prompt(
            _line(id_, key, catalogue, speech=speech, own=own),
            _beside_their_goals(mine),
            around,
            faults=faults,
            earlier=tuple(said for kind, said in earlier if id_ == str(kind))[:2],
            is_sought=id_ == opened,
        )
        for key, (id_, mine) in enumerate(groups.items(), start=1)
    )


def topic_views(questions: Iterable[Question], catalogue: Catalogue, speech: Speech) -> tuple[TopicView, ...]:
    """The drawer of further questions. The five prompts are on the page already."""
    asked = {prompt.ask for prompt in PROMPTS}
    left = [question for question in questions if not question.core and question.text not in asked]
    views = (
        TopicView(
            told.thing.label,
            tuple(_more(q, speech) for q in left if q.topic == told.thing.id),
            other_language(told.language),
        )
        for told in map(speech.told, catalogue.topics)
    )
    return tuple(view for view in views if view.questions)


def mark_of(questions: Iterable[Question], catalogue: Catalogue, speech: Speech) -> str:
    """What has to be said once beside the questions of the page."""
    prompts = (question_behind(str(prompt.kind), catalogue) for prompt in PROMPTS)
    return mark(speech.told(each) for each in (*questions, *filter(None, prompts)))


def _more(question: Question, speech: Speech) -> MoreQuestion:
    said = speech.told(question)
    return MoreQuestion(f"{ASK}{question.id}", said.thing.text, other_language(said.language))


def place_views(questions: Iterable[Question]) -> tuple[MoreQuestion, ...]:
    """At the end of the drawer: the decision, and what there is no question for among those on offer."""
    asked = {question.kind for question in questions} - {Kind.DECISION}
    return tuple(MoreQuestion(str(place.kind), _(place.ask)) for place in PLACES if place.kind not in asked)


def error_lines(faults: tuple[BoxFault, ...]) -> tuple[ErrorLine, ...]:
    return tuple(ErrorLine(fault.message, f"#{fault.box.id}-{fault.field}") for fault in faults)


def review_label(written: int) -> str:
    if not written:
        return _("Review")
    return ngettext("Review %(n)s statement", "Review %(n)s statements", written)


@dataclass(frozen=True, slots=True)
class _Line:
    """A prompt's closed line, before it is known what was written below it."""

    id: str
    key: int
    ask: str
    need: str
    can_show: bool
    lang: str = ""


def _line(id_: str, key: int, catalogue: Catalogue, *, speech: Speech, own: Texts) -> _Line:
    """What is asked, and what the answers are called for who cannot see them below it."""
    question = question_behind(id_, catalogue)
    if question is None and (of_sheet := asked(id_.removeprefix(ASK), catalogue, own)):
        sheet = next((each for each in catalogue.sheets if is_asked_by(each, of_sheet.id)), None)
        told = speech.told(sheet) if sheet else None
        shown = asked(of_sheet.id, with_sheet(catalogue, told.thing), own) if told else None
        ask = (shown or of_sheet).text
        return _Line(id_, key, ask, ask, can_show=False, lang=other_language(told.language) if told else "")
    said = speech.told(question) if question else None
    lang = other_language(said.language) if said else ""
    if id_.startswith(ASK):
        ask = said.thing.text if said else _("A question that is no longer in the list")
        return _Line(id_, key, ask, ask, question is not None, lang=lang)
    if id_ == _OTHER:
        return _Line(id_, key, _("What else was said?"), _("Also said"), can_show=False)
    prompt = _PROMPT_OF[Kind(id_)]
    ask = said.thing.text if said else _(prompt.ask)
    return _Line(id_, key, ask, _(prompt.need), question is not None, lang=lang)


def _beside_their_goals(mine: list[Box]) -> list[Box]:
    """Each confidence after the goal that it is about, the others last."""
    ids = [box.id for box in mine if box.kind is not Kind.CONFIDENCE]

    def place(box: Box) -> int:
        id_ = box.goal if box.kind is Kind.CONFIDENCE else box.id
        return ids.index(id_) if id_ in ids else len(ids)

    return sorted(mine, key=place)


def _prompt(
    line: _Line,
    mine: list[Box],
    around: Around,
    *,
    faults: tuple[BoxFault, ...],
    earlier: tuple[Said, ...],
    is_sought: bool,
) -> PromptView:
    written = [box for box in mine if box.is_written]
    return PromptView(
        id=line.id,
        key=str(line.key) if line.key <= _KEYS else "",
        ask=line.ask,
        is_said=line.id not in _WRITTEN_DOWN and not is_of_sheet(line.id.removeprefix(ASK)),
        is_open=is_sought or any(fault.box in mine for fault in faults),
        state=ngettext("%(n)s written", "%(n)s written", len(written)) if written else _("Write"),
        first=_first(written[0]) if written else None,
        earlier=earlier,
        boxes=tuple(_boxes(mine, around, faults, need=line.need)),
        can_show=line.can_show,
        lang=line.lang,
        is_sought=is_sought,
    )


def _first(box: Box) -> FirstView:
    by = box.speaker.partition(",")[0] if box.said_by is SaidBy.RELATED_PERSON else ""
    return FirstView(
        by=words.one_line(by, 60),
        option=_(box.option),
        words=words.one_line(box.text, _PREVIEW),
        is_quoted=box.verbatim and bool(box.text.strip()),
    )


def _boxes(mine: list[Box], around: Around, faults: tuple[BoxFault, ...], *, need: str) -> Iterator[BoxView]:
    """A goal that has no confidence yet gets the button to add one."""
    has_confidence = {box.goal for box in mine if box.kind is Kind.CONFIDENCE}
    numbers: Counter[str] = Counter()
    for box in mine:
        name = _(KIND_WORDS[box.kind]) if box.kind is Kind.CONFIDENCE and not box.question else need
        numbers[name] += 1
        can_add = box.kind is Kind.GOAL and box.id not in has_confidence
        yield box_view(
            box,
            around,
            faults,
            label=_("%(name)s: the words", name=name)
            if numbers[name] == 1
            else _("%(name)s, %(number)s: the words", name=name, number=numbers[name]),
            add_confidence=f"{ADD}{ADD_CONFIDENCE}{box.id}" if can_add else "",
        )
