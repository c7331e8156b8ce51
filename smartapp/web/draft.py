"""What is typed and not yet sent: the boxes of the questions page, as one value that is kept, merged and
judged.

Nothing is dropped: a box over its limit, or one whose date makes no sense, is kept as typed and shown again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

import msgspec

from smartapp.errors import StoreUnavailable
from smartapp.i18n import gettext as _
from smartapp.i18n import ngettext
from smartapp.sdm import choices
from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.web import words

MAX_WORDS = 4_000
MAX_NAME = 200
MAX_BOXES = 40
_ID = re.compile(r"[0-9a-f]{32}")

ABOUT: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.GOAL: "Condition/",
        Kind.DECISION: "Condition/",
        Kind.UNACCEPTABLE: "Condition/",
        Kind.TREATMENT_PREFERENCE: "Condition/",
        Kind.PEOPLE: "RelatedPerson/",
    }
)
"""What of the chart a statement of each kind can be about, by how its references begin."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box. `question`: id of the catalogue's question it answers. `due` as typed; `said_at`: when
    its words came to be; `page`: which open page wrote them. `choice`: code of the option that was chosen,
    see sdm/choices.py. `goal`: of a confidence, the id of the box or statement that holds the goal. `why`: of
    a decision, and `because` the words that lead to it, in the language of the page on which it was typed.
    """

    id: str
    kind: Kind
    words: str = ""
    said_by: SaidBy = SaidBy.PATIENT
    speaker: str = ""
    verbatim: bool = True
    due: str = ""
    addresses: tuple[str, ...] = ()
    question: str = ""
    said_at: datetime | None = None
    page: str = ""
    choice: str = ""
    goal: str = ""
    why: str = ""
    because: str = ""

    @property
    def is_written(self) -> bool:
        return bool(self.said.strip())

    @property
    def said(self) -> str:
        """All that it says, as text: tells whether two boxes say the same, and what must not be lost."""
        return choices.said(self.kind, self.text, self.choice)

    @property
    def text(self) -> str:
        """What was typed: the words, and the why of a decision below them."""
        if not self.why.strip():
            return self.words
        why = f"{self.because} {self.why}".strip()
        return f"{self.words.rstrip()}\n{why}" if self.words.strip() else why

    @property
    def option(self) -> str:
        """What the option that was chosen is called, "" for none."""
        return choices.option(self.kind, self.choice)

    @property
    def due_date(self) -> date | None:
        try:
            return date.fromisoformat(self.due)
        except ValueError:
            return None

    def statement(self, asked: str = "") -> DraftStatement:
        """The box as a statement. Only for a box without faults. `asked`: the question's text."""
        about = ABOUT.get(self.kind)
        return DraftStatement(
            id=self.id,
            kind=self.kind,
            words=self.text if self.text.strip() else self.option,
            said_by=self.said_by,
            speaker=self.speaker if self.said_by is SaidBy.RELATED_PERSON else "",
            verbatim=self.verbatim,
            due=self.due_date if self.kind is Kind.GOAL else None,
            addresses=tuple(each for each in self.addresses if about and each.startswith(about)),
            said_at=self.said_at,
            question=asked,
            choice=self.choice if self.option else "",
            about=(self.goal,) if self.goal and self.kind is Kind.CONFIDENCE else (),
        )


@dataclass(frozen=True, slots=True)
class SheetText:
    """One field of a decision sheet that the clinician fills in. `key`: which; `page`: who wrote it."""

    key: str
    text: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """`hidden`: ids of reminders and offered boxes put away in this launch. `read_back`: the clinician read
    the words back to the patient. `order`: ids of statements, also sent ones, the most important first.
    `sheet`: the clinician's own decision sheet; two texts of one key are what two pages wrote.
    """

    boxes: tuple[Box, ...] = ()
    hidden: tuple[str, ...] = ()
    read_back: bool = False
    order: tuple[str, ...] = ()
    sheet: tuple[SheetText, ...] = ()

    @property
    def written(self) -> tuple[Box, ...]:
        return tuple(box for box in self.boxes if box.is_written)

    def hiding(self, prompt_id: str) -> "Draft":
        return replace(self, hidden=tuple(dict.fromkeys((*self.hidden, prompt_id))))

    def showing(self, prompt_id: str) -> "Draft":
        """The draft in which a reminder is no longer put away."""
        return replace(self, hidden=tuple(each for each in self.hidden if each != prompt_id))

    def with_box(self, box: Box) -> "Draft":
        """The draft with one more box at its end."""
        return replace(self, boxes=(*self.boxes, box))


@dataclass(frozen=True, slots=True)
class BoxFault:
    """Something in a box that must be mended before it can be sent. `field`: the end of the input's id."""

    box: Box
    field: str
    message: str


def box_of(statement: DraftStatement) -> Box:
    """A statement that was committed, as a box again."""
    label = choices.option(statement.kind, statement.choice)
    return Box(
        id=statement.id,
        kind=statement.kind,
        words="" if statement.words == label else statement.words,
        said_by=statement.said_by,
        speaker=statement.speaker,
        verbatim=statement.verbatim,
        due=statement.due.isoformat() if statement.due else "",
        addresses=statement.addresses,
        said_at=statement.said_at,
        choice=statement.choice,
        goal=next(iter(statement.about), "") if statement.kind is Kind.CONFIDENCE else "",
    )


def faults_of(draft: Draft) -> tuple[BoxFault, ...]:
    """Everything that keeps the written boxes from being sent, in the order of the page."""
    faults = [fault for box in draft.written for fault in _faults_of_box(box)]
    if len(draft.written) > MAX_BOXES:
        message = _too_many(len(draft.written))
        faults.append(BoxFault(draft.written[MAX_BOXES], "words", message))
    return tuple(faults)


def encode(draft: Draft) -> bytes:
    return msgspec.json.encode(draft)


def decode(body: bytes) -> Draft:
    """Raises StoreUnavailable for a body that this version cannot read."""
    try:
        return msgspec.json.decode(body, type=Draft)
    except msgspec.DecodeError as error:
        raise StoreUnavailable("a draft of another version") from error


def is_box_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def _faults_of_box(box: Box) -> list[BoxFault]:
    faults = []
    if box.kind is Kind.CONFIDENCE and not box.option:
        message = _("Choose a number from 0 to 10, or move the words to another question.")
        faults.append(BoxFault(box, "choice", message))
    if len(box.text) > MAX_WORDS:
        faults.append(BoxFault(box, "words", _too_long(len(box.text) - MAX_WORDS)))
    if box.said_by is SaidBy.RELATED_PERSON and not box.speaker.strip():
        faults.append(BoxFault(box, "name", _("Write the name of the person who said this.")))
    if len(box.speaker) > MAX_NAME:
        faults.append(
            BoxFault(
                box, "name", _("A name is longer than %(limit)s characters. Shorten it.", limit=MAX_NAME)
            )
        )
    if box.kind is Kind.GOAL and box.due and box.due_date is None:
        faults.append(
            BoxFault(box, "due", _("Write the target date as year, month and day, such as 2026-10-17."))
        )
    return faults


def _too_long(over: int) -> str:
    return ngettext(
        "A statement is %(n)s character over the limit of %(limit)s. Shorten it, or make it two.",
        "A statement is %(n)s characters over the limit of %(limit)s. Shorten it, or make it two.",
        over,
        limit=words.number(MAX_WORDS),
    )


def _too_many(number: int) -> str:
    return _(
        "There are %(number)s statements. At most %(limit)s can be sent from one visit. Empty some.",
        number=number,
        limit=MAX_BOXES,
    )
