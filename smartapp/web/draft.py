"""What is typed and not yet sent: the boxes of the questions page, as one value that is kept, merged and
judged.

Nothing is dropped: a box over its limit, or one whose date makes no sense, is kept as typed and shown again.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

import msgspec

from smartapp.errors import StoreUnavailable
from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.web import words

MAX_WORDS = 4_000
MAX_NAME = 200
MAX_BOXES = 40
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Box:
    """One box. `question`: id of the catalogue's question it answers. `due` as typed; `said_at`: when
    its words came to be; `page`: which open page wrote them.
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

    @property
    def is_written(self) -> bool:
        return bool(self.words.strip())

    @property
    def due_date(self) -> date | None:
        try:
            return date.fromisoformat(self.due)
        except ValueError:
            return None

    def statement(self, asked: str = "") -> DraftStatement:
        """The box as a statement. Only for a box without faults. `asked`: the question's text."""
        is_goal = self.kind is Kind.GOAL
        return DraftStatement(
            id=self.id,
            kind=self.kind,
            words=self.words,
            said_by=self.said_by,
            speaker=self.speaker if self.said_by is SaidBy.RELATED_PERSON else "",
            verbatim=self.verbatim,
            due=self.due_date if is_goal else None,
            addresses=self.addresses if is_goal else (),
            said_at=self.said_at,
            question=asked,
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """`hidden`: ids of reminders and offered boxes put away in this launch. `read_back`: the clinician read
    the words back to the patient.
    """

    boxes: tuple[Box, ...] = ()
    hidden: tuple[str, ...] = ()
    read_back: bool = False

    @property
    def written(self) -> tuple[Box, ...]:
        return tuple(box for box in self.boxes if box.is_written)

    def hiding(self, prompt_id: str) -> "Draft":
        return replace(self, hidden=tuple(dict.fromkeys((*self.hidden, prompt_id))))

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
    """A statement that was committed and did not reach the chart, as a box again."""
    return Box(
        id=statement.id,
        kind=statement.kind,
        words=statement.words,
        said_by=statement.said_by,
        speaker=statement.speaker,
        verbatim=statement.verbatim,
        due=statement.due.isoformat() if statement.due else "",
        addresses=statement.addresses,
        said_at=statement.said_at,
    )


def faults_of(draft: Draft) -> tuple[BoxFault, ...]:
    """Everything that keeps the written boxes from being sent, in the order of the page."""
    faults = [fault for box in draft.written for fault in _faults_of_box(box)]
    if len(draft.written) > MAX_BOXES:
        message = (
            f"There are {len(draft.written)} statements. "
            f"At most {MAX_BOXES} can be sent from one visit. Empty some."
        )
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
    if len(box.words) > MAX_WORDS:
        over = words.count(len(box.words) - MAX_WORDS, "character", "characters")
        faults.append(
            BoxFault(
                box,
                "words",
                f"A statement is {over} over the limit of {MAX_WORDS:,}. Shorten it, or make it two.",
            )
        )
    if box.said_by is SaidBy.RELATED_PERSON and not box.speaker.strip():
        faults.append(BoxFault(box, "name", "Write the name of the person who said this."))
    if len(box.speaker) > MAX_NAME:
        faults.append(BoxFault(box, "name", f"A name is longer than {MAX_NAME} characters. Shorten it."))
    if box.kind is Kind.GOAL and box.due and box.due_date is None:
        faults.append(
            BoxFault(box, "due", "Write the target date as year, month and day, such as 2026-10-17.")
        )
    return faults
