"""What a box answers: a question of the catalogue, a step of a guide, or a decision sheet and its options."""

from dataclasses import dataclass, replace
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.sdm.knowledge import Catalogue, Sheet
from smartapp.sdm.model import Kind
from smartapp.web import own_sheet, words
from smartapp.web.own_sheet import Texts

SHEET: Final = "sheet."
OWN: Final = "own"
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """`text`: the question as it was put. `kind`: what the answer is kept as. `is_summary`: the answer starts
    as the clinician's summary, and nobody is quoted.
    """

    id: str
    text: str
    kind: Kind
    is_summary: bool = False


def asked(id_: str, catalogue: Catalogue, own: Texts) -> Asked | None:
    """`own`: the clinician's own sheet. None for what is not in the catalogue (any more)."""
    question = catalogue.question(id_)
    if question is not None:
        return Asked(id_, question.text, question.kind)
    if not id_.startswith(SHEET):
        return None
    return _of_own_sheet(id_, own) or _of_sheets(id_, catalogue)


def is_of_sheet(question: str) -> bool:
    return question.startswith(SHEET)


def decision_of(sheet: str) -> str:
    """The id under which the decision of a sheet is kept; `sheet` is its id, or OWN."""
    return f"{SHEET}{sheet}"


def option_of(sheet: str, option: str) -> str:
    """The id under which the patient's words about an option are kept."""
    return f"{SHEET}{sheet}.{option}"


def is_asked_by(sheet: Sheet, id_: str) -> bool:
    """Whether this is the decision of the sheet, or one of its options."""
    return id_ == decision_of(sheet.id) or any(id_ == option_of(sheet.id, one.id) for one in sheet.options)


def with_sheet(catalogue: Catalogue, sheet: Sheet) -> Catalogue:
    """The catalogue with these words in the place of that sheet's own."""
    return replace(
        catalogue, sheets=tuple(sheet if each.id == sheet.id else each for each in catalogue.sheets)
    )


def own_question(own: Texts) -> str:
    """What the clinician's own sheet asks, on one line."""
    return words.one_line(own_sheet.text_of(own, own_sheet.QUESTION), _LONGEST) or _("A choice of your own")


def own_label(own: Texts, number: int) -> str:
    if number == own_sheet.WAITING:
        return _("No change for now")
    typed = own_sheet.text_of(own, own_sheet.key_of(number, "label"))
    return words.one_line(typed, _LONGEST) or _("Option %(number)s", number=number)


def _of_sheets(id_: str, catalogue: Catalogue) -> Asked | None:
    for sheet in catalogue.sheets:
        if id_ == decision_of(sheet.id):
            return Asked(id_, sheet.question, Kind.DECISION, is_summary=True)
        for option in sheet.options:
            if id_ == option_of(sheet.id, option.id):
                return _about_option(id_, sheet.question, option.label)
    return None


def _of_own_sheet(id_: str, own: Texts) -> Asked | None:
    if id_ == decision_of(OWN):
        return Asked(id_, own_question(own), Kind.DECISION, is_summary=True)
    for number in range(own_sheet.WAITING, own_sheet.MOST_OPTIONS + 1):
        if id_ == option_of(OWN, str(number)):
            return _about_option(id_, own_question(own), own_label(own, number))
    return None


def _about_option(id_: str, question: str, label: str) -> Asked:
    return Asked(id_, f"{question} {label}", Kind.TREATMENT_PREFERENCE)
