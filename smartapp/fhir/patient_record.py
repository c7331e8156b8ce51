"""One patient's chart as it could be read: every part is present, empty, or "could not be read" with the
reason.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from smartapp.notes.note_text import Unreadable
from smartapp.sdm.facts import Code, Measured
from smartapp.sdm.model import Statement

T = TypeVar("T")


class PartName(StrEnum):
    """The parts of a chart, each read on its own."""

    PATIENT = "patient"
    VISIT = "visit"
    CONDITIONS = "conditions"
    MEDICINES = "medicines"
    ALLERGIES = "allergies"
    GOALS = "goals"
    PREFERENCES = "preferences"
    QUESTIONNAIRES = "questionnaires"
    CARE_PLANS = "care_plans"
    PRIORITIES = "priorities"
    CARE_TEAM = "care_team"
    RELATED_PERSONS = "related_persons"
    CONSENTS = "consents"
    PLANNING_DOCUMENTS = "planning_documents"
    ORDERS = "orders"
    NOTES = "notes"
    VALUES = "values"


class Reason(StrEnum):
    """Why a part could not be read, or not whole."""

    NOT_PERMITTED = "not_permitted"
    NOT_OFFERED = "not_offered"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    UNAVAILABLE = "unavailable"
    UNREADABLE = "unreadable"
    SESSION_ENDED = "session_ended"
    STILL_READING = "still_reading"
    """It was not in yet when this was put together."""
    OTHER_PATIENT = "other_patient"
    """It names another patient than the launch: what the EHR said contradicts itself."""


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One part of the chart. `problem` None and no items: the chart has none. `left_out`: records that could
    not be understood.

    `whole` False: there is more in the EHR than was read (page, size or time limit). `status`: HTTP status
    behind a problem, for IT.
    """

    name: PartName
    items: tuple[T, ...] = ()
    problem: Reason | None = None
    left_out: int = 0
    whole: bool = True
    status: int | None = None

    @property
    def was_read(self) -> bool:
        return self.problem is None


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Who the patient is, for the banner and to be confirmed. `birth_date` may be partial ("1958"), "" when
    unknown.

    `call_name` is how the app speaks of the patient in text: usual or given name. `gender` is the
    administrative gender's word, only ever shown in the banner; no rule receives it. `language` is a BCP 47
    tag or "".
    """

    id: str
    family: str = ""
    given: str = ""
    prefix: str = ""
    call_name: str = ""
    birth_date: str = ""
    gender: str = ""
    mrn: str = ""
    language: str = ""
    interpreter_needed: bool | None = None
    deceased: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """The encounter of the launch. `status` as in FHIR; `organization` a relative reference or "". `reasons`:
    the codes of each reason for the visit that is coded. `place`: what the EHR calls where it takes place.
    """

    id: str
    status: str
    start: datetime | None = None
    reason: str = ""
    type: str = ""
    organization: str = ""
    reasons: tuple[frozenset[Code], ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class ChartItem:
    """A condition, medicine, allergy or order: `text` as the chart words it; `status` the FHIR status code;
    `since` a day or None. `has_ended`: the chart says when a condition ended, whatever its status says.
    """

    reference: str
    text: str
    codes: frozenset[Code] = frozenset()
    since: date | None = None
    status: str = ""
    intent: str = ""
    categories: frozenset[str] = frozenset()
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class RelatedPerson:
    """Somebody close to the patient or on the care team. `relationship` in words ("daughter", "health care
    agent").
    """

    reference: str
    name: str
    relationship: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ClinicianDetails:
    """Who is signed in, for the page and for Provenance. All may be ""; `organization` is a relative
    reference.
    """

    name: str = ""
    role: str = ""
    organization: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A note with its text, which may be "" when it could not be read (`problem` says why). `author` and
    `title` as the chart has them. `is_ours`: this app filed it in this chart.

    `author_role`: the field of care it is from, in words ("social work"), "" when the chart does not tell.
    `content_type`: of what could not be read, for IT. `unreadable`: why what came has no text, where that is
    the problem. `partly`: there is more in it than was read. `link`: where the EHR shows it to people, ""
    when it does not tell.
    """

    reference: str
    title: str
    written_on: date | None = None
    author: str = ""
    text: str = ""
    language: str = ""
    problem: Reason | None = None
    is_ours: bool = False
    author_role: str = ""
    content_type: str = ""
    unreadable: Unreadable | None = None
    partly: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class NoteWording:
    """Words in a note that may color the picture, for a heads-up without an author.

    `label` as in notes/finding.py ("blame"); `severity` 1 to 3; `instead` a neutral wording; `excerpt` the
    sentence around.
    """

    reference: str
    title: str
    written_on: date | None
    words: str
    excerpt: str
    label: str
    severity: int
    instead: str
    rule: str


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """Everything that one wave of reads brought, about one patient. Nothing of another patient and nothing
    entered in error is in it.
    """

    patient: PatientIdentity
    visit: Part[Visit]
    conditions: Part[ChartItem]
    medicines: Part[ChartItem]
    allergies: Part[ChartItem]
    orders: Part[ChartItem]
    goals: Part[Statement]
    preferences: Part[Statement]
    questionnaires: Part[Statement]
    care_plans: Part[Statement]
    priorities: Part[Statement]
    consents: Part[Statement]
    planning_documents: Part[Statement]
    related_persons: Part[RelatedPerson]
    care_team: Part[RelatedPerson]
    notes: Part[Note]
    values: Part[Measured]
    note_statements: tuple[Statement, ...]
    read_at: datetime
    note_wording: tuple[NoteWording, ...] = ()

    @property
    def parts(self) -> "tuple[AnyPart, ...]":
        """Every part but the patient, in the order in which a page lists them."""
        return (
            self.goals, self.preferences, self.notes, self.questionnaires, self.care_plans, self.priorities,
            self.consents, self.planning_documents, self.related_persons, self.care_team, self.visit,
            self.conditions, self.medicines, self.allergies, self.orders, self.values,
        )  # fmt: skip


AnyPart = Part[Statement] | Part[Note] | Part[RelatedPerson] | Part[Visit] | Part[ChartItem] | Part[Measured]
