"""The keystroke-level model: how long a practised hand needs for what was clicked and pressed, in seconds.

Operators and values of Card, Moran and Newell, "The keystroke-level model for user performance time with
interactive systems", Communications of the ACM 23(7):396-410, 1980, https://doi.org/10.1145/358886.358895.
Left out: the typing of words, which every note needs, and the time the app takes to answer, which is measured
elsewhere. The model knows no errors and no reading, so this is what the screens ask of the hands at least.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

KEY_S: Final = 0.28
"""K: a key, by somebody who types 40 words a minute. A button of the mouse is one too."""
POINT_S: Final = 1.10
"""P: the mouse, to something on the screen."""
HOME_S: Final = 0.40
"""H: a hand, from keyboard to mouse or back."""
THINK_S: Final = 1.35
"""M: making up one's mind, before each thing that is chosen and before each text."""


class Act(Enum):
    """What a hand does. `WORDS`: typing them is not counted, thinking of them once is."""

    CLICK = "click"
    KEYS = "keys"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Step:
    """`keys`: how many keys go down at a press, two for Ctrl and Enter; 0 for a click and for words."""

    act: Act
    keys: int = 0


@dataclass(frozen=True, slots=True)
class Effort:
    """What a way through the app asks for, without the words. `seconds` as the model has them."""

    clicks: int
    keys: int
    seconds: float


def effort(steps: Iterable[Step], *, hand_on_mouse: bool = True) -> Effort:
    """Of one way, in order. A click and a key each begin with M (rule 0 of the paper: M stands before every
    command); the second key of a chord belongs to the first (rule 1). `hand_on_mouse`: where it starts, as it
    does for somebody who has just opened the app from a menu.
    """
    steps = tuple(steps)
    seconds = 0.0
    for step in steps:
        needs_mouse = step.act is Act.CLICK
        seconds += HOME_S if needs_mouse != hand_on_mouse else 0.0
        seconds += THINK_S + (POINT_S + KEY_S if needs_mouse else step.keys * KEY_S)
        hand_on_mouse = needs_mouse
    return Effort(
        clicks=sum(step.act is Act.CLICK for step in steps),
        keys=sum(step.keys for step in steps),
        seconds=round(seconds, 2),
    )
