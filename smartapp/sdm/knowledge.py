"""What clinicians wrote for the app to show: sources, questions, reminders, guides, decision sheets, and the
catalogue that holds them.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from smartapp.sdm.conditions import Condition
from smartapp.sdm.facts import Known
from smartapp.sdm.model import Kind


class Moment(StrEnum):
    """When in a visit a prompt is of use."""

    BEFORE = "before"
    OPENING = "opening"
    ROOM = "room"
    DECISION = "decision"
    CLOSING = "closing"


class Tier(StrEnum):
    """UNIVERSAL: about any visit. DECISION: about what this chart holds."""

    UNIVERSAL = "universal"
    DECISION = "decision"


class Repeats(StrEnum):
    """How soon a reminder comes again for the same reason."""

    ONCE_A_YEAR = "once a year"
    EVERY_VISIT = "every visit"


class Opens(StrEnum):
    """Which visits a question opens."""

    USUALLY = "usually"
    WHEN_NOTHING_IS_ON_FILE = "when-nothing-is-on-file"


class Attribute(StrEnum):
    """The patient data whose use is told for every reminder, in the order of 45 CFR
    170.315(b)(11)(iv)(A)(5) to (13).
    """

    RACE = "race"
    ETHNICITY = "ethnicity"
    LANGUAGE = "language"
    SEXUAL_ORIENTATION = "sexual_orientation"
    GENDER_IDENTITY = "gender_identity"
    SEX = "sex"
    DATE_OF_BIRTH = "date_of_birth"
    SDOH = "sdoh"
    HEALTH_STATUS = "health_status"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands in the content files, for the person who edits them. `line` counts from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A publication. `supports` is what it shows, in our words; `grade` the kind of evidence; `doi` or
    `url` may be "".
    """

    id: str
    citation: str
    supports: str
    grade: str
    doi: str = ""
    url: str = ""
    version: int = 1
    place: Place = field(default=Place("", 0), compare=False)

    @property
    def link(self) -> str:
        """Where to read it: the DOI's address, else the page, else ""."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


@dataclass(frozen=True, slots=True)
class Topic:
    """A drawer of questions and its heading."""

    id: str
    label: str
    place: Place = field(default=Place("", 0), compare=False)


@dataclass(frozen=True, slots=True)
class Question:
    """One sentence to say aloud. The answer is kept as a statement of `kind`. `when`: offered only while
    all of these hold, and none of `unless`. One of a guide's step was read with its guide.
    """

    id: str
    text: str
    kind: Kind
    topic: str
    moment: Moment
    core: bool
    order: int
    sources: tuple[Citation, ...]
    version: int
    released: date
    reviewed: date
    reviewer: str
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    opens: Opens | None = None
    place: Place = field(default=Place("", 0), compare=False)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A practice offered to the clinician: what to do, when it appears, why, and what is not known about it.

    Shown when every condition of `when` holds and none of `unless`. Lower `priority` goes first. `reads`
    are the parts of the chart that the conditions need. `uses` tells what the rule makes of protected data,
    where that is not a plain "No".
    """

    id: str
    text: str
    tier: Tier
    moment: Moment
    priority: int
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    reads: frozenset[Known]
    why: str
    limits: str
    sources: tuple[Citation, ...]
    version: int
    released: date
    reviewed: date
    reviewer: str
    question: Question | None = None
    uses: tuple[tuple[Attribute, str], ...] = ()
    repeats: Repeats = Repeats.ONCE_A_YEAR
    place: Place = field(default=Place("", 0), compare=False)


class Beside(StrEnum):
    """What of this visit a guide shows beside its steps."""

    STRENGTHS = "strengths"
    EARLIER_GOALS = "earlier goals"
    MEDIATION = "mediation"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a guide. `say`: a sentence to say aloud, "" for none. `question`: the same sentence, where
    the answer is kept as a statement.
    """

    do: str
    say: str = ""
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Guide:
    """A topic that a clinician opens by hand, at most five steps long. `key`: the letter that opens it."""

    id: str
    label: str
    key: str
    moment: Moment
    steps: tuple[Step, ...]
    why: str
    limits: str
    sources: tuple[Citation, ...]
    version: int
    released: date
    reviewed: date
    reviewer: str
    beside: Beside | None = None
    place: Place = field(default=Place("", 0), compare=False)


@dataclass(frozen=True, slots=True)
class SheetFact:
    """Something that is known about an option, in words for a patient, and who says so."""

    text: str
    sources: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class SheetOption:
    """One way to go. An empty part means that nothing could be checked. `find_cost`: how to learn what it
    costs here.
    """

    id: str
    sheet: str
    label: str
    is_waiting: bool
    good: tuple[SheetFact, ...]
    hard: tuple[SheetFact, ...]
    sure: tuple[SheetFact, ...]
    cost: tuple[SheetFact, ...]
    find_cost: str
    place: Place = field(default=Place("", 0), compare=False)

    @property
    def facts(self) -> tuple[SheetFact, ...]:
        return (*self.good, *self.hard, *self.sure, *self.cost)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A choice and its options, in A to Z order. Offered when all of `when` hold and none of `unless`; never
    offered, and still to be opened by hand, without `when`.
    """

    id: str
    label: str
    question: str
    options: tuple[SheetOption, ...]
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    reads: frozenset[Known]
    why: str
    limits: str
    version: int
    released: date
    reviewed: date
    reviewer: str
    place: Place = field(default=Place("", 0), compare=False)

    @property
    def sources(self) -> tuple[Citation, ...]:
        """Of all facts, each once, in the order of the sheet."""
        each = (source for option in self.options for fact in option.facts for source in fact.sources)
        return tuple({source.id: source for source in each}.values())


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All content, checked. Questions stand in the order in which they are offered, reminders by priority,
    then id; guides and sheets by label.
    """

    questions: tuple[Question, ...]
    reminders: tuple[Reminder, ...]
    conditions: tuple[Condition, ...]
    sources: tuple[Citation, ...]
    topics: tuple[Topic, ...]
    guides: tuple[Guide, ...] = ()
    sheets: tuple[Sheet, ...] = ()

    def reminder(self, id: str) -> Reminder | None:  # noqa: A002
        """The reminder with this id, or None."""
        return next((reminder for reminder in self.reminders if reminder.id == id), None)

    def question(self, id: str) -> Question | None:  # noqa: A002
        """The question with this id, also one of a guide, or None."""
        steps = (step.question for guide in self.guides for step in guide.steps)
        return next((each for each in (*self.questions, *steps) if each is not None and each.id == id), None)

    def guide(self, id: str) -> Guide | None:  # noqa: A002
        """The guide with this id, or None."""
        return next((guide for guide in self.guides if guide.id == id), None)

    def sheet(self, id: str) -> Sheet | None:  # noqa: A002
        """The decision sheet with this id, or None."""
        return next((sheet for sheet in self.sheets if sheet.id == id), None)

    def opening(self, opens: Opens) -> Question:
        """The one question for this way of opening; the loader saw to it that there is exactly one."""
        return next(question for question in self.questions if question.opens is opens)
