"""What is to be written, where, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smartapp.sdm.model import DraftStatement


class Rung(StrEnum):
    """Where a statement goes: the steps of the ladder, best first. COPY: text for the clinician's own note,
    nothing is sent.
    """

    GOAL = "goal"
    OBSERVATION = "observation"
    COPY = "copy"


class WhyNot(StrEnum):
    """Why a statement is not sent as data."""

    NOT_OFFERED = "not_offered"
    """The EHR's CapabilityStatement has no create for it."""
    NOT_PERMITTED = "not_permitted"
    """The EHR did not grant this app the scope."""
    NOT_CONFIGURED = "not_configured"
    """The site's write.order leaves it out."""
    CAPABILITY_UNKNOWN = "capability_unknown"
    """The EHR did not say what it takes."""
    NO_RESOURCE = "no_resource"
    """There is no agreed form of it as data."""


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One statement and its rung; `why_not` says why a better rung was passed over."""

    draft: DraftStatement
    rung: Rung
    why_not: WhyNot | None = None


class State(StrEnum):
    """Of one item in the ledger. PLANNED: committed, not sent. SENDING: on its way, or we stopped while it
    was. UNKNOWN: no clear answer and the chart does not show it (yet). STORED: read back and compared.
    REFUSED: the EHR said no, or the guard did; nothing was stored.
    """

    PLANNED = "planned"
    SENDING = "sending"
    STORED = "stored"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one item. `reference` and `version` only when STORED; `status` is the EHR's HTTP status;
    `reason` is the EHR's own short words, or ours (kept locally, shown to the clinician, never logged).

    `why_not` as planned, for COPY. `is_absent`: the chart was searched after the last attempt and does not
    have it.
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


@dataclass(frozen=True, slots=True)
class WriteContext:
    """Whose chart is written, by whom, in which visit. References are relative; `encounter_id`,
    `practitioner`, `organization` may be "".

    `organization_name` is the site as configured, used where the EHR names no organization. `owner` is the
    draft's owner key (store/drafts.py). `provenance` False: the site wants none.
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
    provenance: bool = True
