"""The switches of the start page: what this EHR accepts, how slow it is, and which part of a chart fails."""

from dataclasses import dataclass

from smartapp.sandbox.faults import Faults
from smartapp.sandbox.looks import STYLES, Around
from smartapp.sandbox.manner import Manner

ACCEPTS = {"all": "Goal and Observation", "observation": "Observation only", "nothing": "Nothing"}
"""By the value in the form: its label."""

PARTS = {
    "Goal": "Goals",
    "Observation": "Preferences",
    "DocumentReference": "Notes",
    "QuestionnaireResponse": "Answers to forms",
    "CarePlan": "Plans",
    "CareTeam": "Care team",
    "RelatedPerson": "People close to the patient",
    "Consent": "Health care agent",
    "Condition": "Problems",
    "MedicationRequest": "Medicines",
}
"""The parts of a chart that can be made to fail: by resource type, what a clinician calls it."""

_ACCEPTS_OF_A_VENDOR = {"all": "What it takes", "nothing": "Nothing"}
_REFUSED = {"all": frozenset[str](), "observation": frozenset({"Goal"}), "nothing": frozenset[str]()}
_SLOW_S = 4.0
_FAILING_STATUS = 500


@dataclass(frozen=True, slots=True)
class Switches:
    """How the EHR behaves: a key of ACCEPTS ("" when it is none of them), a key of PARTS or "", and a key of
    STYLES or "". `has_banner`: it shows the patient's banner itself.
    """

    accepts: str = "all"
    is_slow: bool = False
    failing: str = ""
    look: str = ""
    has_banner: bool = False


def accepts_of(manner: Manner) -> dict[str, str]:
    """The choices that make a difference at a server of this manner."""
    return ACCEPTS if manner.offers("Goal", "create") else _ACCEPTS_OF_A_VENDOR


def read(faults: Faults) -> Switches:
    """The switches as they stand."""
    failing = next((resource_type for resource_type in PARTS if resource_type in faults.fail_types), "")
    around = faults.around
    return Switches(
        _accepts(faults), faults.delay_s > 0, failing, look=around.look, has_banner=around.has_banner
    )


def apply(switches: Switches, faults: Faults) -> None:
    """Make the EHR behave so from the next request on. Values that the page does not offer change nothing."""
    if switches.accepts in ACCEPTS:
        faults.refuse_create = set(_REFUSED[switches.accepts])
        faults.refuse_all_writes = switches.accepts == "nothing"
    faults.delay_s = _SLOW_S if switches.is_slow else 0.0
    faults.fail_types = {switches.failing: _FAILING_STATUS} if switches.failing in PARTS else {}
    faults.around = Around(switches.look if switches.look in STYLES else "", switches.has_banner)


def _accepts(faults: Faults) -> str:
    if faults.refuse_all_writes:
        return "nothing"
    return next((key for key, refused in _REFUSED.items() if faults.refuse_create == refused), "")
