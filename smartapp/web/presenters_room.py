"""In the room: the questions, a box for each answer, what was said before, and more questions by topic."""

from collections.abc import Iterable
from dataclasses import dataclass

from smartapp.fhir.patient_record import ChartItem, RelatedPerson
from smartapp.sdm.knowledge import Catalogue, Question
from smartapp.sdm.model import Kind, SaidBy
from smartapp.web import words
from smartapp.web.draft import Box, BoxFault
from smartapp.web.draft_form import OTHER, PATIENT, PERSON
from smartapp.web.merging import mark
from smartapp.web.presenters_frame import Frame
from smartapp.web.presenters_said import Said

MOST_BEFORE = 5
_MOST_PEOPLE = 6
_PREVIEW = 160
_KEYS = 9


@dataclass(frozen=True, slots=True)
class Prompt:
    """One of the five questions that are always there."""

    kind: Kind
    ask: str
    need: str


PROMPTS = (
    Prompt(Kind.HOPE, "What are you hoping for?", "Hoping for"),
    Prompt(Kind.WORRY, "What are you most worried about?", "Worried about"),
    Prompt(Kind.MATTERS, "What matters most in your daily life?", "What matters"),
    Prompt(Kind.PEOPLE, "Who do you want to help you decide?", "Who is involved"),
    Prompt(Kind.GOAL, "What would you like to be able to do?", "Goal"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A radio button or tick. `id` names its input."""

    id: str
    value: str
    label: str
    is_checked: bool


@dataclass(frozen=True, slots=True)
class BoxView:
    """`errors` by field name: "words", "name", "due"; "" where there is none. `shown`: mark of the words."""

    id: str
    kind: str
    question: str
    label: str
    words: str
    people: tuple[Choice, ...]
    name: str
    is_summary: bool
    is_goal: bool
    due: str
    about: tuple[Choice, ...]
    errors: dict[str, str]
    shown: str


@dataclass(frozen=True, slots=True)
class PromptView:
    """`id` is the value of ?open= and the end of the "add" button's value. `preview`: the first words,
    for the closed line.
    """

    id: str
    key: str
    ask: str
    is_open: bool
    state: str
    preview: str
    preview_by: str
    earlier: tuple[Said, ...]
    boxes: tuple[BoxView, ...]


@dataclass(frozen=True, slots=True)
class MoreQuestion:
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class TopicView:
    label: str
    questions: tuple[MoreQuestion, ...]


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
    """`id`: of this showing of the page. `waiting`: the chart is still being read, so people, conditions and
    earlier statements may be missing.
    """

    id: str
    frame: Frame
    errors: tuple[ErrorLine, ...]
    is_quiet: bool
    prompts: tuple[PromptView, ...]
    topics: tuple[TopicView, ...]
    before: tuple[Said, ...]
    kept_line: str
    review_label: str
    offer: OfferView | None
    waiting: bool


@dataclass(frozen=True, slots=True)
class Around:
    """What the boxes offer to choose from. `patient`: the patient's call name."""

    patient: str
    people: tuple[RelatedPerson, ...] = ()
    conditions: tuple[ChartItem, ...] = ()


def prompt_views(
    boxes: tuple[Box, ...],
    faults: tuple[BoxFault, ...],
    around: Around,
    *,
    catalogue: Catalogue,
    earlier: tuple[tuple[Kind, Said], ...],
    opened: str,
) -> tuple[PromptView, ...]:
    """The five prompts and, after them, one for each further question that was added. `boxes` hold one
    for each at least.
    """
    groups: list[tuple[str, str, str, list[Box]]] = []
    for prompt in PROMPTS:
        mine = [box for box in boxes if box.kind is prompt.kind and not box.question]
        groups.append((str(prompt.kind), prompt.ask, prompt.need, mine))
    for id_ in dict.fromkeys(box.question for box in boxes if box.question):
        question = catalogue.question(id_)
        mine = [box for box in boxes if box.question == id_]
        ask = question.text if question else "A question that is no longer in the list"
        groups.append((f"ask-{id_}", ask, ask, mine))
    core = {str(prompt.kind) for prompt in PROMPTS}
    groups += _without_prompt(boxes, core)
    return tuple(
        _prompt(
            (id_, key, ask, need),
            mine,
            around,
            faults=faults,
            earlier=tuple(said for kind, said in earlier if id_ == str(kind))[:2],
            is_open=id_ == opened or any(fault.box in mine for fault in faults),
        )
        for key, (id_, ask, need, mine) in enumerate(groups, start=1)
    )


def topic_views(questions: Iterable[Question], catalogue: Catalogue) -> tuple[TopicView, ...]:
    """The drawer of further questions. The five prompts are on the page already."""
    asked = {prompt.ask for prompt in PROMPTS}
    left = [question for question in questions if not question.core and question.text not in asked]
    views = (
        TopicView(topic.label, tuple(MoreQuestion(q.id, q.text) for q in left if q.topic == topic.id))
        for topic in catalogue.topics
    )
    return tuple(view for view in views if view.questions)


def error_lines(faults: tuple[BoxFault, ...]) -> tuple[ErrorLine, ...]:
    return tuple(ErrorLine(fault.message, f"#{fault.box.id}-{fault.field}") for fault in faults)


def review_label(written: int) -> str:
    return f"Review {words.count(written, 'statement', 'statements')}" if written else "Review"


def _without_prompt(boxes: tuple[Box, ...], core: set[str]) -> list[tuple[str, str, str, list[Box]]]:
    """Boxes of a kind without a prompt and without a question, for example from an older draft: never
    hidden.
    """
    lost = [box for box in boxes if not box.question and str(box.kind) not in core]
    return [("other", "What else was said?", "Also said", lost)] if lost else []


def _prompt(
    line: tuple[str, int, str, str],
    mine: list[Box],
    around: Around,
    *,
    faults: tuple[BoxFault, ...],
    earlier: tuple[Said, ...],
    is_open: bool,
) -> PromptView:
    id_, key, ask, need = line
    written = [box for box in mine if box.is_written]
    first = written[0] if written else None
    by = first.speaker.partition(",")[0] if first and first.said_by is SaidBy.RELATED_PERSON else ""
    return PromptView(
        id=id_,
        key=str(key) if key <= _KEYS else "",
        ask=ask,
        is_open=is_open,
        state=f"{len(written)} written" if written else "Write",
        preview=words.one_line(first.words, _PREVIEW) if first else "",
        preview_by=words.one_line(by, 60),
        earlier=earlier,
        boxes=tuple(
            _box(box, around, faults, label=need if number == 1 else f"{need}, {number}")
            for number, box in enumerate(mine, start=1)
        ),
    )


def _box(box: Box, around: Around, faults: tuple[BoxFault, ...], *, label: str) -> BoxView:
    errors = {"words": "", "name": "", "due": ""} | {
        fault.field: fault.message for fault in faults if fault.box.id == box.id
    }
    people, is_other = _people(box, around)
    return BoxView(
        id=box.id,
        kind=str(box.kind),
        question=box.question,
        label=f"{label}: the words",
        words=box.words,
        people=people,
        name=box.speaker if is_other else "",
        is_summary=not box.verbatim,
        is_goal=box.kind is Kind.GOAL,
        due=box.due,
        about=_about(box, around),
        errors=errors,
        shown=mark(box.words),
    )


def _people(box: Box, around: Around) -> tuple[tuple[Choice, ...], bool]:
    """Who may have said it, and whether it was someone whose name is typed."""
    known = list(dict.fromkeys(_speaker(person) for person in around.people if person.name))[:_MOST_PEOPLE]
    is_patient = box.said_by is not SaidBy.RELATED_PERSON
    is_other = not is_patient and box.speaker not in known
    values = [(PATIENT, around.patient, is_patient)]
    values += [(PERSON + name, name, not is_patient and name == box.speaker) for name in known]
    values.append((OTHER, "Someone else", is_other))
    return tuple(
        Choice(f"{box.id}-by-{number}", value, label, is_checked)
        for number, (value, label, is_checked) in enumerate(values)
    ), is_other


def _speaker(person: RelatedPerson) -> str:
    name, role = words.one_line(person.name, 80), words.one_line(person.relationship, 60)
    return f"{name}, {role}" if role else name


def _about(box: Box, around: Around) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            f"{box.id}-about-{number}",
            item.reference,
            words.one_line(item.text, 60),
            item.reference in box.addresses,
        )
        for number, item in enumerate(around.conditions)
    )
