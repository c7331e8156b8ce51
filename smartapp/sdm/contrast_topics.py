"""What statements can contradict each other about: things that are wanted or not, with the words for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from smartapp.i18n import marked

_THINGS: Final = (
    ("surgery", "surgery|surgeries|operation|operations|operated|operate|knee replacement|hip replacement"
                "|cirugía|operación|operar|operen"),
    ("resuscitation", "cpr|resuscitation|resuscitated|resuscitate|chest compressions|reanimación"),
    ("a breathing machine", "breathing machine|breathing machines|ventilator|ventilators|respirator"
                            "|intubation|intubated|breathing tube|respirador"),
    ("dialysis", "dialysis|diálisis"),
    ("a feeding tube", "feeding tube|feeding tubes|tube feeding|tube feedings|tube feeds|peg|peg tube"
                       "|artificial nutrition|sonda de alimentación"),
    ("blood transfusion", "transfusion|transfusions|blood products"),
    ("chemotherapy", "chemo|chemotherapy|quimioterapia|quimio"),
    ("radiation", "radiation|radiotherapy|radioterapia"),
    ("hospice", "hospice"),
    ("the hospital", "hospitalization|hospitalizations|hospitalized|rehospitalized|go to the hospital"
                     "|back to the hospital|go back to hospital|return to the hospital|be in the hospital"
                     "|die in the hospital"),
    ("intensive care", "icu|intensive care"),
    ("a nursing home", "nursing home|nursing homes|long term care|assisted living|memory care"),
    ("being at home", "stay home|stay at home|stays at home|staying at home|go home|going home|be home"
                      "|be at home|die at home|dying at home|return home|return to home|get home|back home"
                      "|live at home|living at home|remain at home|remain home"),
    ("antibiotics", "antibiotics"),
    ("insulin", "insulin|insulina"),
    ("a blood thinner", "blood thinner|blood thinners|anticoagulation|warfarin|apixaban"),
    ("injections", "injection|injections"),
    ("statins", "statin|statins|estatina"),
    ("opioids", "opioid|opioids|morphine|morfina"),
    ("home health care", "home health"),
    ("physical therapy", "physical therapy|fisioterapia"),
    ("an interpreter", "interpreter|intérprete"),
    ("knowing the outlook", "know prognosis|know the prognosis|know her prognosis|know his prognosis"
                            "|know my prognosis|know everything|know all|know how long"),
)  # fmt: skip
_FIXED: Final = (
    ("resuscitation", False, "dnr|dnar|do not resuscitate|allow natural death|no code|no reanimar"),
    ("resuscitation", True, "full code|everything done|everything be done|código completo"),
    ("a breathing machine", False, "dni|do not intubate"),
    ("a breathing machine", True, "full code"),
    ("how far treatment goes", False, "comfort care|comfort only|comfort measures|comfort measures only"),
    ("how far treatment goes", True, "everything done|everything be done|full treatment|full scope"),
    ("who decides", False, "doctor decide|doctors decide|doctor to decide|doctors to decide|you decide"),
    ("who decides", True, "decide herself|decide himself|decide myself|decide for myself|decide for herself"
                          "|decide for himself|own decisions|own decision"),
    ("knowing the outlook", False, "not want to know|not to know"),
)  # fmt: skip
"""Words that say by themselves what is wanted (True) or not."""


@dataclass(frozen=True, slots=True)
class Mention:
    """`is_wanted`: what the words say by themselves, None where the words around tell."""

    about: str
    is_wanted: bool | None = None


def _mentions() -> Mapping[tuple[str, ...], tuple[Mention, ...]]:
    found: dict[tuple[str, ...], tuple[Mention, ...]] = {}
    rows = [
        *((Mention(about), phrases) for about, phrases in _THINGS),
        *((Mention(about, is_wanted), phrases) for about, is_wanted, phrases in _FIXED),
    ]
    for mention, phrases in rows:
        for phrase in phrases.split("|"):
            words = tuple(phrase.split())
            found[words] = (*found.get(words, ()), mention)
    return found


MENTIONS: Final[Mapping[tuple[str, ...], tuple[Mention, ...]]] = MappingProxyType(_mentions())
"""By the words of the phrase."""

LONGEST: Final = max(len(words) for words in MENTIONS)

EITHER: Final[Mapping[str, tuple[str, bool]]] = MappingProxyType(
    {
        "being at home": ("home or a nursing home", True),
        "a nursing home": ("home or a nursing home", False),
    }
)
"""Wanting the one is not wanting the other: what both are about, and which side each is."""

CHOICES: Final[Mapping[str, bool]] = MappingProxyType(
    {"patient": True, "patient-after-advice": True, "clinician-after-hearing": False, "clinician": False}
)
"""Of "who decides", by the code of the option; deciding together is neither."""

NAMES: Final = (
    marked("surgery"), marked("resuscitation"), marked("a breathing machine"), marked("dialysis"),
    marked("a feeding tube"), marked("blood transfusion"), marked("chemotherapy"), marked("radiation"),
    marked("hospice"), marked("the hospital"), marked("intensive care"), marked("a nursing home"),
    marked("being at home"), marked("antibiotics"), marked("insulin"), marked("a blood thinner"),
    marked("injections"), marked("statins"), marked("opioids"), marked("home health care"),
    marked("physical therapy"), marked("an interpreter"), marked("knowing the outlook"),
    marked("how far treatment goes"), marked("who decides"), marked("home or a nursing home"),
)  # fmt: skip
"""Everything that a contrast can be about, as it is shown, to be translated."""
