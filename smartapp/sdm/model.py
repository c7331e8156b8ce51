"""What a patient, or a person close to them, said: read from the chart (Statement) or typed today
(DraftStatement).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a statement is about."""

    GOAL = "goal"
    HOPE = "hope"
    WORRY = "worry"
    MATTERS = "matters"
    UNACCEPTABLE = "unacceptable"
    TREATMENT_PREFERENCE = "treatment_preference"
    CARE_EXPERIENCE = "care_experience"
    DECISION_ROLE = "decision_role"
    PEOPLE = "people"
    CONFIDENCE = "confidence"
    STRENGTH = "strength"
    DECISION = "decision"
    PRIORITIES = "priorities"
    """Goals and preferences of one visit, in the order of their importance to the patient."""
    CODE_STATUS = "code_status"
    """Whether to resuscitate, as a note has it."""
    PLANNING_DOCUMENT = "planning_document"
    """An advance directive, a health care agent or the like: that it exists, not what it says."""


RECORDABLE_KINDS: Final = tuple(
    kind for kind in Kind if kind not in {Kind.PLANNING_DOCUMENT, Kind.CODE_STATUS}
)
"""What a clinician can note in a visit. The others are only read: they are made in places of their own."""


class SaidBy(StrEnum):
    """Whose words they are. REPORTED: somebody wrote down what the patient said; nobody has confirmed it."""

    PATIENT = "patient"
    RELATED_PERSON = "related_person"
    CLINICIAN = "clinician"
    REPORTED = "reported"
    UNKNOWN = "unknown"


class Time(StrEnum):
    """When what was said holds: at the time it was said, before it, or in a case that may come."""

    CURRENT = "current"
    HISTORICAL = "historical"
    HYPOTHETICAL = "hypothetical"


class Known(StrEnum):
    """How much of a day the chart tells."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


_SPOKEN = frozenset({SaidBy.PATIENT, SaidBy.RELATED_PERSON, SaidBy.REPORTED})


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the chart a statement stands. `reference` is relative ("Goal/7431"); for a note also its
    title, the sentence around, where the words stand in its text (`start` to `end`), and the id of the `rule`
    that found them.
    """

    reference: str
    title: str = ""
    excerpt: str = ""
    start: int = 0
    end: int = 0
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that was said before and stands in the chart. `words` are verbatim.

    `said_on` is the day it was said, or the day it was written down when that is all the chart has.
    `confirmed` is False for words found in free text. `status` is the FHIR status of the source. `due` is a
    goal's target date, `achievement` its FHIR achievementStatus code ("in-progress", "achieved"). `coded`:
    the words are a code's name, which nobody spoke. `about_person` is the name of a person whom the chart
    names, for example a health care agent. `choice`: the code of the option that was chosen, see choices.py.
    `verbatim` False: a clinician's summary of what was said; REPORTED where the patient said it. `negated`:
    what is not wanted. `also_on`: other days on which the same stands in the chart, newest first. `known_to`:
    of a day that the chart tells in part, `said_on` is the first that it may be. `status_on`: since when a
    goal has its `status`, as far as `status_known_to`, and `status_reason` why, as the chart words it.
    """

    kind: Kind
    words: str
    said_by: SaidBy
    source: Source
    said_on: date | None = None
    speaker: str = ""
    recorder: str = ""
    language: str = ""
    due: date | None = None
    status: str = ""
    confirmed: bool = True
    question: str = ""
    achievement: str = ""
    coded: bool = False
    about_person: str = ""
    choice: str = ""
    verbatim: bool = True
    time: Time = Time.CURRENT
    negated: bool = False
    also_on: tuple[date, ...] = ()
    known_to: Known = Known.DAY
    status_on: date | None = None
    status_reason: str = ""
    status_known_to: Known = Known.DAY

    @property
    def was_said(self) -> bool:
        """Whether the patient or somebody close said this, or a note tells that they did.

        A target that a clinician set, a goal of unknown origin and a document on file are none of it.
        """
        return self.said_by in _SPOKEN and self.kind is not Kind.PLANNING_DOCUMENT

    def is_older_than_a_year(self, today: date) -> bool:
        """More than twelve months old, so to be asked again; a statement without a date counts as old."""
        return self.said_on is None or _a_year_after(self.said_on) < today


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """Something typed today and not yet sent.

    `id` is a UUID hex, made once; it becomes the identifier in the chart. `verbatim` False: the clinician's
    summary, not the speaker's words. `speaker` names a related person ("Ernesto, husband"), and
    `speaker_reference` is that person in the chart ("RelatedPerson/7"), "" when not known. `addresses` are
    relative references to what in the chart the statement is about: Conditions, for people RelatedPersons.
    `due` only for goals. `question` as it was asked, "" when nothing was. `choice`: the code of the option
    that was chosen, see choices.py; `words` then are the option's own where nothing else was said. `about`:
    ids of other statements of the same visit: for a confidence the goal, for a decision the goals and
    preferences it rests on, for priorities the statements in their order.
    """

    id: str
    kind: Kind
    words: str
    said_by: SaidBy = SaidBy.PATIENT
    speaker: str = ""
    verbatim: bool = True
    due: date | None = None
    addresses: tuple[str, ...] = ()
    said_at: datetime | None = None
    question: str = ""
    choice: str = ""
    about: tuple[str, ...] = ()
    speaker_reference: str = ""


class ChangeKind(StrEnum):
    """What becomes of an entry that is in the chart already. WITHDRAWN takes back what this visit wrote."""

    ACHIEVED = "achieved"
    REWORDED = "reworded"
    NO_LONGER_WANTED = "no_longer_wanted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Change:
    """A change to one entry of the chart, as the clinician confirmed it.

    `id` is a UUID hex, made once for each form, so that two presses are one change. `reference` is relative
    ("Goal/7431") and `version` the one that the clinician saw. `words`: the new words, for REWORDED. `note`:
    what was said about it, "" for nothing.
    """

    id: str
    kind: ChangeKind
    reference: str
    version: str
    words: str = ""
    note: str = ""


def _a_year_after(day: date) -> date:
    if day.year == date.max.year:  # some charts write 9999-12-31 for "no end"
        return date.max
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)
