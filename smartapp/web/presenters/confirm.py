"""What was said in the last month, to be read to the patient and confirmed instead of asked for again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from smartapp.sdm.asking import StillTrue
from smartapp.sdm.knowledge import Question
from smartapp.sdm.model import Kind
from smartapp.sdm.translations import IN_ENGLISH, Speech
from smartapp.web.presenters.said import Said, said


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """`prompt`: the line of the page below which is written what changed; `ask`: what that line asks."""

    said: Said
    ask: str
    prompt: str


def confirm_views(
    confirm: Iterable[StillTrue],
    prompt_of: Callable[[Question], str],
    today: date,
    speech: Speech = IN_ENGLISH,
) -> tuple[ConfirmView, ...]:
    """Newest first."""
    return tuple(
        ConfirmView(
            said(each.statement, today), speech.told(each.question).thing.text, prompt_of(each.question)
        )
        for each in confirm
    )


def not_confirmed(earlier: Iterable[tuple[Kind, Said]], confirm: Iterable[ConfirmView]) -> tuple[Said, ...]:
    """What was said before and is not to be confirmed: nothing stands on the page twice."""
    anchors = {each.said.anchor for each in confirm}
    return tuple(said for _, said in earlier if said.anchor not in anchors)
