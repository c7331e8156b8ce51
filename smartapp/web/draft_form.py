"""The form of the questions page, read into boxes. A field that makes no sense falls back; typed words
never do.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from smartapp.sdm.choices import option
from smartapp.sdm.model import Kind, SaidBy
from smartapp.web import own_sheet
from smartapp.web.draft import ABOUT, Box, is_box_id
from smartapp.web.merging import Page

PATIENT = "patient"
OTHER = "other"
PERSON = "person:"
_MAX_PAGE = 64
_MAX_BECAUSE = 40
_LINE_BREAK = re.compile(r"\r\n?|[\x0b\x0c]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f]")
_REFERENCE = re.compile(r"[A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True, slots=True)
class DraftForm:
    """`page`: which showing of the questions it was. `next`: the button that was pressed, "" when the page
    kept its draft by itself. `sheet`: the fields of the clinician's own decision sheet, by key.
    `sheet_id`: of the decision sheet that the page is, "" for the questions.
    """

    token: str
    patient_id: str
    boxes: tuple[Box, ...]
    page: Page
    next: str
    sheet: Mapping[str, str] = field(default_factory=dict)
    sheet_id: str = ""


def new_box_id() -> str:
    """A UUID's 32 hex digits: it becomes the statement's identifier in the chart."""
    return secrets.token_hex(16)


def new_page_id() -> str:
    """Tells one showing of the questions from another."""
    return secrets.token_hex(8)


def read_form(form: FormData, new_id: Callable[[], str] = new_box_id) -> DraftForm:
    """The posted page. An id that we did not make is replaced, so that it cannot become an identifier
    in a chart.
    """
    ids = {given: given if is_box_id(given) else new_id() for given in _texts(form, "box")}
    keys = [key for key in dict.fromkeys(_texts(form, "sheet")) if own_sheet.is_key(key)]
    shown = {id_: text(form, f"{given}-shown") for given, id_ in ids.items()}
    return DraftForm(
        token=text(form, "token"),
        patient_id=text(form, "patient"),
        boxes=tuple(_box(form, given, id_) for given, id_ in ids.items()),
        page=Page(text(form, "page")[:_MAX_PAGE], shown | {key: text(form, f"{key}-shown") for key in keys}),
        next=text(form, "next"),
        sheet={key: typed(text(form, key)) for key in keys},
        sheet_id=text(form, "on-sheet"),
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
        said_by, speaker = SaidBy.RELATED_PERSON, typed(by.removeprefix(PERSON))
    elif by == OTHER:
        said_by, speaker = SaidBy.RELATED_PERSON, typed(text(form, f"{given}-name"))
    kind = _kind(text(form, f"{given}-kind"))
    choice, goal = text(form, f"{given}-choice"), text(form, f"{given}-goal")
    return Box(
        id=id_,
        kind=kind,
        words=typed(text(form, f"{given}-words")),
        said_by=said_by,
        speaker=speaker,
        verbatim=text(form, f"{given}-form") != "summary",
        due=text(form, f"{given}-due"),
        addresses=tuple(each for each in _texts(form, f"{given}-about") if _can_be_about(kind, each)),
        question=text(form, f"{given}-question"),
        choice=choice if option(kind, choice) else "",
        goal=goal if is_box_id(goal) else "",
        why=typed(text(form, f"{given}-why")),
        because=" ".join(typed(text(form, f"{given}-because")).split())[:_MAX_BECAUSE],
    )


def _can_be_about(kind: Kind, reference: str) -> bool:
    return kind in ABOUT and reference.startswith(ABOUT[kind]) and _REFERENCE.fullmatch(reference) is not None


def typed(value: str) -> str:
    """As typed, every line break as "\\n", without the characters that nobody sees and no FHIR string holds.

    They come along with text that is pasted from other programs.
    """
    return _UNSEEN.sub("", _LINE_BREAK.sub("\n", value))


def _kind(value: str) -> Kind:
    try:
        return Kind(value)
    except ValueError:
        return Kind.MATTERS
