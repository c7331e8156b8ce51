"""What can be done about a statement that was found in a note: confirm it, edit it, set it aside as not
right.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.model import Kind, Statement, Time
from smartapp.sdm.word_forms import NEGATIONS, words_of
from smartapp.web import words

_IN_SHORT: Final = 80
_BOXES: Final = frozenset(
    {
        Kind.GOAL, Kind.HOPE, Kind.WORRY, Kind.MATTERS, Kind.UNACCEPTABLE, Kind.TREATMENT_PREFERENCE,
        Kind.CARE_EXPERIENCE, Kind.DECISION_ROLE, Kind.PEOPLE, Kind.STRENGTH, Kind.DECISION,
    }
)  # fmt: skip
"""What the room has a place for."""

_ELSEWHERE: Final = {
    Kind.CODE_STATUS: marked("Confirm it in the EHR, in its own place."),
    Kind.PLANNING_DOCUMENT: marked("Confirm it in the EHR."),
}


class Answer(StrEnum):
    """The buttons. SHOW_AGAIN takes NOT_RIGHT back."""

    CONFIRM = "confirm"
    EDIT = "edit"
    NOT_RIGHT = "not_right"
    SHOW_AGAIN = "show_again"


class Taken(StrEnum):
    """Whether a found statement is one of today's statements."""

    NO = "no"
    DRAFT = "draft"
    SENT = "sent"


LABELS: Final = {
    Answer.CONFIRM: marked("Confirm"),
    Answer.EDIT: marked("Edit"),
    Answer.NOT_RIGHT: marked("Not right"),
    Answer.SHOW_AGAIN: marked("Show again"),
}


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One button. `name`: the label with the words it is about, for who cannot see them beside it."""

    value: str
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class FoundView:
    """`state`: that it is among today's statements, "" when it is not; `link` then leads to them. `note`: why
    it is not confirmed here, or "".
    """

    answers: tuple[AnswerView, ...]
    state: str
    link: str
    link_label: str
    note: str


def found_view(statement: Statement, taken: Taken) -> FoundView:
    """For a statement that nobody confirmed."""
    state, link, link_label = _STATES[taken]
    return FoundView(
        answers=tuple(answer_view(answer, statement.words) for answer in _answers(statement, taken)),
        state=_(state),
        link=link,
        link_label=_(link_label),
        note=_(_ELSEWHERE.get(statement.kind, "")),
    )


def answer_view(answer: Answer, said: str) -> AnswerView:
    label = _(LABELS[answer])
    return AnswerView(answer, label, f"{label}: {words.one_line(said, _IN_SHORT)}")


def can_be_written(statement: Statement) -> bool:
    """Whether there is a box for it. A document names somebody, and what it says is in the document."""
    return not statement.confirmed and statement.kind in _BOXES and not statement.about_person


def says_it_whole(statement: Statement) -> bool:
    """Whether its words alone say what was meant, today as then: neither a condition nor a "not" stands
    outside of them.
    """
    is_denied = statement.negated and NEGATIONS.isdisjoint(words_of(statement.words))
    return statement.time is Time.CURRENT and not is_denied


def _answers(statement: Statement, taken: Taken) -> tuple[Answer, ...]:
    if taken is Taken.SENT:
        return ()
    if taken is Taken.DRAFT:
        return (Answer.EDIT,)
    if not can_be_written(statement):
        return (Answer.NOT_RIGHT,)
    if not says_it_whole(statement):
        return (Answer.EDIT, Answer.NOT_RIGHT)
    return (Answer.CONFIRM, Answer.EDIT, Answer.NOT_RIGHT)


_STATES: Final = {
    Taken.NO: ("", "", ""),
    Taken.DRAFT: (marked("Among today’s statements, and not sent yet."), "review", marked("Review")),
    Taken.SENT: (marked("Among today’s statements, and past review."), "done", marked("Done")),
}
