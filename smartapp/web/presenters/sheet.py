"""A decision sheet: what is known of each option, A to Z, and places for what was said and agreed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.knowledge import Citation, Sheet, SheetFact, SheetOption
from smartapp.sdm.phrases import ended
from smartapp.sdm.translations import Told
from smartapp.web import own_sheet, words
from smartapp.web.asking import OWN, decision_of, option_of, own_label
from smartapp.web.draft import Box, BoxFault
from smartapp.web.merging import mark
from smartapp.web.own_sheet import Texts
from smartapp.web.presenters.box import Around, BoxView, box_view
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.sources import short_form
from smartapp.web.speaking import other_language

_PARTS: Final = (
    ("good", marked("What is good")),
    ("hard", marked("What is hard")),
    ("sure", marked("How sure we are")),
    ("cost", marked("Cost")),
)
_ORIGINS: Final = "source-"


@dataclass(frozen=True, slots=True)
class FactView:
    """`sources`: (short form, fragment) of what carries it."""

    text: str
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the clinician's own sheet. `shown`: mark of what stands in it."""

    key: str
    label: str
    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class PartView:
    """One row of an option. `facts` () and `typed` None: nothing could be checked. `note`: whom to ask."""

    label: str
    facts: tuple[FactView, ...]
    note: str = ""
    typed: Field | None = None


@dataclass(frozen=True, slots=True)
class OptionView:
    """`name`: a field, on the clinician's own sheet. `boxes`: for the patient's words about it."""

    label: str
    parts: tuple[PartView, ...]
    boxes: tuple[BoxView, ...]
    is_open: bool
    name: Field | None = None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """`text`: the citation, as it was published. `lang`: of `supports` where that is not the page's."""

    anchor: str
    text: str
    supports: str
    grade: str
    link: str
    lang: str


@dataclass(frozen=True, slots=True)
class SheetPage:
    """`id`: of this showing of the page; `sheet_id`: of the sheet, OWN for the clinician's own. `question`:
    a field on that one. `lang` of the sheet and `because_lang`: where these are not the page's, else "".
    `mark`: that some of it is a draft, or in English. `can_add`: it takes one more option.
    """

    id: str
    sheet_id: str
    frame: Frame
    title: str
    question: Field | None
    because: str
    options: tuple[OptionView, ...]
    decision: tuple[BoxView, ...]
    why: str
    limits: str
    reviewed: str
    sources: tuple[SourceLine, ...]
    kept_line: str
    review_label: str
    waiting: bool
    lang: str = ""
    because_lang: str = ""
    mark: str = ""
    can_add: bool = False


def option_views(
    sheet: Sheet, boxes: Sequence[Box], around: Around, faults: tuple[BoxFault, ...]
) -> tuple[OptionView, ...]:
    """`boxes`: one for each option at least."""
    return tuple(
        _option(
            option.label,
            tuple(_part(option, part, label) for part, label in _PARTS),
            [box for box in boxes if box.question == option_of(sheet.id, option.id)],
            around=around,
            faults=faults,
        )
        for option in sheet.options
    )


def own_option_views(
    texts: Texts,
    numbers: Iterable[int],
    boxes: Sequence[Box],
    *,
    around: Around,
    faults: tuple[BoxFault, ...],
) -> tuple[OptionView, ...]:
    """The clinician's own options: those with a name in A to Z order, the others after them as they were."""
    return tuple(
        _option(
            own_label(texts, number),
            tuple(
                PartView(_(label), (), typed=field(texts, own_sheet.key_of(number, part), _(label)))
                for part, label in _PARTS
            ),
            [box for box in boxes if box.question == option_of(OWN, str(number))],
            around=around,
            faults=faults,
            name=None if number == own_sheet.WAITING else _name(texts, number),
        )
        for number in sorted(numbers, key=lambda number: _a_to_z(texts, number))
    )


def decision_views(
    sheet_id: str, boxes: Sequence[Box], around: Around, faults: tuple[BoxFault, ...]
) -> tuple[BoxView, ...]:
    mine = [box for box in boxes if box.question == decision_of(sheet_id)]
    return tuple(box_view(box, around, faults, label=_("Decision")) for box in mine)


def field(texts: Texts, key: str, label: str) -> Field:
    text = own_sheet.text_of(texts, key)
    return Field(key, label, text, mark(text))


def source_lines(sources: Iterable[Told[Citation]]) -> tuple[SourceLine, ...]:
    return tuple(
        SourceLine(
            _anchor(each.thing),
            each.thing.citation,
            each.thing.supports,
            ended(words.sentence(_(each.thing.grade))),
            each.thing.link,
            other_language(each.language),
        )
        for each in sources
    )


def _option(
    label: str,
    parts: tuple[PartView, ...],
    boxes: Sequence[Box],
    *,
    around: Around,
    faults: tuple[BoxFault, ...],
    name: Field | None = None,
) -> OptionView:
    said = _("What %(name)s said about it: %(option)s", name=around.patient, option=label)
    views = tuple(box_view(box, around, faults, label=said) for box in boxes)
    is_open = any(box.is_written for box in boxes)
    return OptionView(label, parts, views, is_open, name)


def _part(option: SheetOption, part: str, label: str) -> PartView:
    facts: tuple[SheetFact, ...] = getattr(option, part)
    note = option.find_cost if part == "cost" else ""
    return PartView(_(label), tuple(_fact(fact) for fact in facts), note)


def _fact(fact: SheetFact) -> FactView:
    return FactView(fact.text, tuple((short_form(each), f"#{_anchor(each)}") for each in fact.sources))


def _name(texts: Texts, number: int) -> Field:
    return field(texts, own_sheet.key_of(number, "label"), _("Name of the option"))


def _anchor(source: Citation) -> str:
    return f"{_ORIGINS}{source.id}"


def _a_to_z(texts: Texts, number: int) -> tuple[bool, str, int]:
    is_named = number == own_sheet.WAITING or own_sheet.text_of(texts, own_sheet.key_of(number, "label"))
    return (not is_named, own_label(texts, number).casefold() if is_named else "", number)
