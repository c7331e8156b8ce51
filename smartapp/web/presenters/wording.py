"""Words in the clinician's own text that may read as judging, each with advice for a neutral wording.

It is shown, and that is all: nothing is changed, kept from sending, stored or counted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import marked, ngettext
from smartapp.notes.finding import Finding, Label
from smartapp.sdm.choices import option
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.web import words

Reader = Callable[[str], Sequence[Finding]]
"""Finds wording in a draft text."""

_CLEAR: Final = 1
_NUMBERS: Final = (
    marked("No"),
    marked("One"),
    marked("Two"),
    marked("Three"),
    marked("Four"),
    marked("Five"),
    marked("Six"),
)
_SOME: Final = marked("Some")
_PHRASE_LIMIT: Final = 120
_JUDGMENT: Final = marked("a judgment")
_READS_AS: Final = {
    Label.CREDIBILITY_DOUBT: marked("doubt"),
    Label.BLAME: marked("blame"),
    Label.LABEL_STEREOTYPE: marked("a label"),
    Label.DIFFICULT_PATIENT: _JUDGMENT,
    Label.UNILATERAL: marked("an order"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text; `is_found`: it is what was found."""

    text: str
    is_found: bool


@dataclass(frozen=True, slots=True)
class FoundWords:
    """What stands there, and what could stand there instead."""

    words: str
    instead: str


@dataclass(frozen=True, slots=True)
class WordingView:
    """`pieces`: the whole text. `box`: where it is changed, the end of the launch's path."""

    heading: str
    pieces: tuple[Piece, ...]
    found: tuple[FoundWords, ...]
    box: str


def wording_view(draft: DraftStatement, reader: Reader, *, box: str) -> WordingView | None:
    """None when there is nothing to show. `box`: where the text can be changed."""
    found = _found(draft.words, reader) if is_clinicians_own(draft) else ()
    if not found:
        return None
    return WordingView(
        heading=_heading(found),
        pieces=tuple(_pieces(draft.words, found)),
        found=tuple(dict.fromkeys(_words(one) for one in found)),
        box=box,
    )


def is_clinicians_own(draft: DraftStatement) -> bool:
    """Whether the clinician worded it: what somebody is quoted with is never looked at."""
    is_option = draft.words.strip() in {"", option(draft.kind, draft.choice)}
    return not draft.verbatim and not is_option and draft.kind is not Kind.PRIORITIES


def _found(text: str, reader: Reader) -> tuple[Finding, ...]:
    """What is shown by default: the clear ones, in the order of the text, none over another."""
    apart: list[Finding] = []
    for one in sorted(reader(text), key=lambda one: one.start):
        if one.severity == _CLEAR and (not apart or one.start >= apart[-1].end):
            apart.append(one)
    return tuple(apart)


def _heading(found: Sequence[Finding]) -> str:
    """ "Two phrases may read as blame." """
    reads_as = words.listed(dict.fromkeys(_(_READS_AS.get(one.label, _JUDGMENT)) for one in found))
    return ngettext(
        "%(number)s phrase may read as %(reads_as)s.",
        "%(number)s phrases may read as %(reads_as)s.",
        len(found),
        number=_(_NUMBERS[len(found)] if len(found) < len(_NUMBERS) else _SOME),
        reads_as=reads_as,
    )


def _pieces(text: str, found: Iterable[Finding]) -> Iterator[Piece]:
    at = 0
    for one in found:
        yield Piece(text[at : one.start], is_found=False)
        yield Piece(text[one.start : one.end], is_found=True)
        at = one.end
    yield Piece(text[at:], is_found=False)


def _words(finding: Finding) -> FoundWords:
    return FoundWords(words.one_line(finding.text, _PHRASE_LIMIT), finding.instead)
