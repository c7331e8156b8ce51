"""A quiet line about earlier notes that use judging words: what the words are and a neutral wording, never
whose they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from smartapp.fhir.patient_record import NoteWording, PatientRecord
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.knowledge import Citation
from smartapp.web import words
from smartapp.web.presenters.sources import short_form

_CLEAR: Final = 1
_MOST: Final = 8
_SOURCES: Final = ("goddu2018", "park2021")
_LINE: Final = marked("Some earlier notes use words that may color the picture. Form your own view first.")
_LINE_BESIDE_A_REMINDER: Final = marked("Some earlier notes use words that may color the picture.")
_LIMITS: Final = marked(
    "Found by rules, in the notes of the last two years that could be read. Rules miss words, and read some "
    "wrongly. Nothing of this is stored or counted."
)


@dataclass(frozen=True, slots=True)
class HeadsUpWord:
    """`words` and the sentence around are the note's own. `where`: its title and day."""

    words: str
    instead: str
    excerpt: str
    where: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """`short`: "Park 2021". `link`: where to read it, or ""."""

    short: str
    link: str
    grade: str


@dataclass(frozen=True, slots=True)
class HeadsUp:
    """`more`: that not all are listed, or ""."""

    line: str
    found: tuple[HeadsUpWord, ...]
    more: str
    limits: str
    sources: tuple[SourceView, ...]


def heads_up(
    record: PatientRecord, sources: Iterable[Citation], *, is_reminded: bool = False
) -> HeadsUp | None:
    """None without any such word, and for somebody who has died. `is_reminded`: a reminder on the page says
    already to form one's own view.
    """
    clear = [one for one in record.note_wording if one.severity == _CLEAR]
    if not clear or record.patient.deceased:
        return None
    once = _once(clear)
    return HeadsUp(
        line=_(_LINE_BESIDE_A_REMINDER if is_reminded else _LINE),
        found=tuple(once[:_MOST]),
        more=_("The newest are listed.") if len(once) > _MOST else "",
        limits=_(_LIMITS),
        sources=tuple(
            SourceView(short_form(one), one.link, _(one.grade)) for one in sources if one.id in _SOURCES
        ),
    )


def _once(wordings: Sequence[NoteWording]) -> list[HeadsUpWord]:
    """The same words of one note once."""
    once: dict[tuple[str, str], HeadsUpWord] = {}
    for one in wordings:
        once.setdefault((one.reference, one.words.casefold()), _word(one))
    return list(once.values())


def _word(one: NoteWording) -> HeadsUpWord:
    title = words.sentence(words.one_line(one.title, 60)) or _("A note without a title")
    day = words.day(one.written_on) if one.written_on else _("no date")
    return HeadsUpWord(
        words=words.one_line(one.words, 80),
        instead=words.one_line(one.instead, 120),
        excerpt=words.one_line(one.excerpt, 240),
        where=f"{title}, {day}",
    )
