"""What is to be written, where, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from smartapp.ehr.profile import NoteShape
from smartapp.sdm.model import Change, DraftStatement
from smartapp.smart.registration import Questionnaire
from smartapp.store.audit import Audited


class Rung(StrEnum):
    """Where a statement goes: the steps of the ladder. The first four are data, one resource a statement;
    NOTE and QUESTIONNAIRE are one resource for several statements. COPY: text for the clinician's own note,
    nothing is sent.
    """

    GOAL = "goal"
    OBSERVATION = "observation"
    CARE_PLAN = "care_plan"
    LIST = "list"
    NOTE = "note"
    QUESTIONNAIRE = "questionnaire"
    COPY = "copy"

    @property
    def is_data(self) -> bool:
        """One resource for each statement, each its own item of the ledger."""
        return self in {Rung.GOAL, Rung.OBSERVATION, Rung.CARE_PLAN, Rung.LIST}


RESOURCE_TYPES = {
    Rung.GOAL: "Goal",
    Rung.OBSERVATION: "Observation",
    Rung.CARE_PLAN: "CarePlan",
    Rung.LIST: "List",
    Rung.NOTE: "DocumentReference",
    Rung.QUESTIONNAIRE: "QuestionnaireResponse",
}
"""The resource that is written on each rung that writes one; also the rung's name in a site's write.order."""


class WhyNot(StrEnum):
    """Why a rung was passed over."""

    NOT_OFFERED = "not_offered"
    """The EHR's CapabilityStatement has no create for it."""
    NOT_FOR_THIS = "not_for_this"
    """The EHR offers the create, and is known to take other things with it."""
    NOT_PERMITTED = "not_permitted"
    """The EHR did not grant this app the scope, or not for this."""
    NOT_CONFIGURED = "not_configured"
    """The site's write.order leaves it out, or names no questionnaire."""
    CAPABILITY_UNKNOWN = "capability_unknown"
    """The EHR did not say what it takes."""
    NO_RESOURCE = "no_resource"
    """There is no agreed form of it as data."""
    NO_ENCOUNTER = "no_encounter"
    """The EHR wants to know the visit, and this launch has none that could be read."""
    NO_AUTHOR = "no_author"
    """The EHR wants to know the author, and this launch names no practitioner."""
    NO_QUESTION = "no_question"
    """The site's questionnaire has no question for this kind of statement."""
    NO_TYPE = "no_type"
    """The EHR wants every document to have a type of its list, and the site names none for this one."""
    REFUSED = "refused"
    """It was tried on this rung in this visit, and the EHR refused it."""


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One statement and its rung; `why_not` says why its best rung was passed over. `needs_confirmation`:
    what it becomes is final at once (a signed note), so the clinician says yes to that too.
    """

    draft: DraftStatement
    rung: Rung
    why_not: WhyNot | None = None
    needs_confirmation: bool = False


class State(StrEnum):
    """Of one item in the ledger. PLANNED: committed, not sent. SENDING: on its way, or we stopped while it
    was. UNKNOWN: no clear answer and the chart does not show it (yet). STORED: read back and compared.
    REFUSED: the EHR said no, or the guard did; nothing was stored. CONFLICT, of a change only: somebody else
    changed the entry meanwhile, and nothing of ours was stored. PASTED: the clinician said that they put the
    text into their note.
    """

    PLANNED = "planned"
    SENDING = "sending"
    STORED = "stored"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    PASTED = "pasted"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one statement. `reference` and `version` only when STORED; `status` is the EHR's
    HTTP status; `reason` is the EHR's own short words, or ours (kept locally, shown to the clinician, never
    logged).

    `row`: the ledger's item that carries it, of its own or with others (`shared_by` statements). `why_not` as
    planned. `is_absent`: the chart was searched after the last attempt and does not have it. `taken_back`:
    what became of the wish to take it back, None when there was none.
    """

    draft: DraftStatement
    rung: Rung
    state: State
    reference: str = ""
    version: str = ""
    status: int | None = None
    reason: str = ""
    at: datetime | None = None
    why_not: WhyNot | None = None
    is_absent: bool = False
    row: str = ""
    shared_by: int = 1
    taken_back: State | None = None


@dataclass(frozen=True, slots=True)
class ChangeReceipt:
    """What became of a change to an entry of the chart; fields as for a Receipt. `version` is the new one.

    `words`: of the entry, as the clinician saw it.
    """

    change: Change
    state: State
    words: str = ""
    version: str = ""
    status: int | None = None
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandoutReceipt:
    """What became of a handout that was to be filed; fields as for a Receipt. `title`, `text` and `language`
    as on the page that was confirmed. `is_here`: of this launch, not of an earlier one of the same owner.
    """

    row: str
    title: str
    text: str
    language: str
    state: State
    reference: str = ""
    version: str = ""
    status: int | None = None
    reason: str = ""
    at: datetime | None = None
    is_absent: bool = False
    taken_back: State | None = None
    is_here: bool = True


@dataclass(frozen=True, slots=True)
class WriteSite:
    """What the site decided about writing, see smart/registration.py, and how its EHR differs."""

    order: tuple[str, ...] = ("Goal", "Observation", "CarePlan", "List", "DocumentReference", "clipboard")
    provenance: bool = True
    transactions: bool = True
    us_core: str = "auto"
    pco: bool = False
    note_shape: NoteShape = NoteShape.US_CORE
    note_type: str = "11506-3"
    questionnaire: Questionnaire | None = None
    creates_of_other_kinds: frozenset[str] = frozenset()
    files_handout: bool = False
    handout_type: str = ""


@dataclass(frozen=True, slots=True)
class WriteContext:
    """Whose chart is written, by whom, in which visit. References are relative; `encounter_id`,
    `practitioner`, `organization` may be "".

    `organization_name` is the site as configured, used where the EHR names no organization. `owner` is the
    draft's owner key (store/drafts.py). `read_back`: the words were read back to the patient. `audited`: who
    does it, for the audit trail.
    """

    launch_id: str
    owner: str
    patient_id: str
    patient_name: str
    encounter_id: str
    practitioner: str
    practitioner_name: str
    organization: str
    organization_name: str
    site: WriteSite = field(default_factory=WriteSite)
    read_back: bool = False
    audited: Audited = field(default_factory=Audited)
