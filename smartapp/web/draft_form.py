"""The form of the questions page, read into boxes. A field that makes no sense falls back; typed words
never do.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import FormData

from smartapp.sdm.model import Kind, SaidBy
from smartapp.web.draft import Box, is_box_id

PATIENT = "patient"
OTHER = "other"
PERSON = "person:"
_CONDITION = re.compile(r"Condition/[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True, slots=True)
class DraftForm:
    """`next`: the button that was pressed, "" when the page kept its draft by itself."""

    token: str
    patient_id: str
    boxes: tuple[Box, ...]
    next: str


def new_box_id() -> str:
    """A UUID's 32 hex digits: it becomes the statement's identifier in the chart."""
    return secrets.token_hex(16)


def read_form(form: FormData, new_id: Callable[[], str] = new_box_id) -> DraftForm:
    """The posted page. An id that we did not make is replaced, so that it cannot become an identifier
    in a chart.
    """
    ids = dict.fromkeys(_texts(form, "box"))
    return DraftForm(
        token=text(form, "token"),
        patient_id=text(form, "patient"),
        boxes=tuple(_box(form, given, given if is_box_id(given) else new_id()) for given in ids),
        next=text(form, "next"),
    )


def text(form: FormData, name: str) -> str:
    """One field, "" when it is not there or is a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _texts(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


def _box(form: FormData, given: str, id_: str) -> Box:
    by = text(form, f"{given}-by")
    said_by, speaker = SaidBy.PATIENT, ""
    if by.startswith(PERSON):
        said_by, speaker = SaidBy.RELATED_PERSON, by.removeprefix(PERSON)
    elif by == OTHER:
        said_by, speaker = SaidBy.RELATED_PERSON, text(form, f"{given}-name")
    return Box(
        id=id_,
        kind=_kind(text(form, f"{given}-kind")),
        words=text(form, f"{given}-words").replace("\r\n", "\n"),
        said_by=said_by,
        speaker=speaker,
        verbatim=text(form, f"{given}-form") != "summary",
        due=text(form, f"{given}-due"),
        addresses=tuple(about for about in _texts(form, f"{given}-about") if _CONDITION.fullmatch(about)),
        question=text(form, f"{given}-question"),
    )


def _kind(value: str) -> Kind:
    try:
        return Kind(value)
    except ValueError:
        return Kind.MATTERS
