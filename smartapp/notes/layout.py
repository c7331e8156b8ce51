"""A note as its author laid it out: sections with what they are for, and sentences, with offsets.

Headings are recognised in any layout (see headings.py) and found in one pass; a sentence is looked for only
around the place that is asked for.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from smartapp.notes import form_lines
from smartapp.notes.headings import Heading, Rank, headings
from smartapp.notes.section_names import Aside, Role, SectionNames, section_names
from smartapp.notes.sentence_breaks import LEADING, breaks
from smartapp.notes.span import Span

__all__ = ["Layout", "Role", "Section", "layout_of"]

LONGEST_SENTENCE: Final = 600
_REACH: Final = 400
_NEAR: Final = 160
_LOOK_AHEAD: Final = 48
"""Characters behind a place that tell whether a sentence ends there."""

_INSIDE_BREAKS: Final = " \t.!?…\"”»’')]"
_PARAGRAPH: Final = 2_000
_BLANK_LINE: Final = re.compile(r"\n[ \t]{0,40}\n")
_HAVE_PARTS: Final = frozenset(
    {
        Role.FAMILY_HISTORY,
        Role.REVIEW_OF_SYSTEMS,
        Role.EXAM,
        Role.RESULTS,
        Role.THERAPY_GOALS,
        Role.INSTRUCTIONS,
        Role.BOILERPLATE,
    }
)
_NOBODY_SPEAKS: Final = frozenset({*_HAVE_PARTS, Role.CODED_LIST, Role.CODE_STATUS} - {Role.FAMILY_HISTORY})
_ANSWERED: Final = frozenset({Role.CODE_STATUS, Role.CODED_LIST})
_ABBREVIATION: Final = 5
"""Letters of "HPI" or "MOLST", which are in capitals in any note."""

_ONE_PARAGRAPH: Final = frozenset(
    {
        Role.FAMILY_HISTORY, Role.REVIEW_OF_SYSTEMS, Role.EXAM, Role.RESULTS, Role.CODED_LIST,
        Role.CODE_STATUS,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """`start` is behind the heading, where the text begins; `heading` "" for what stands before the first.
    `heading_start`: where the heading begins, with its marks.
    """

    heading: str
    role: Role
    start: int
    end: int
    heading_start: int


@dataclass(frozen=True, slots=True)
class Layout:
    """`sections` follow one another and cover the text, but for the headings."""

    text: str
    sections: tuple[Section, ...]

    def section_at(self, offset: int) -> Section:
        """The section that holds `offset`; that of the heading for an offset inside one."""
        at = bisect_right(self.sections, offset, key=lambda section: section.heading_start) - 1
        return self.sections[max(at, 0)]

    def sentence_at(self, offset: int) -> Span:
        """The sentence that holds `offset`, without blanks and bullets around it; never past its section, and
        600 characters at most. From inside a heading: the heading with the first sentence behind it.

        A full stop inside a quotation ends a sentence too.
        """
        section = self.section_at(offset)
        offset = min(max(offset, 0), len(self.text))
        if offset < section.start:
            return self._trimmed(
                section.heading_start, self._end_behind(section.start, section.start, section)
            )
        start = self._start_before(offset, section)
        return self._trimmed(start, self._end_behind(start, offset, section))

    def is_form_line(self, offset: int) -> bool:
        """Whether `offset` is on a line of a form in which nothing was answered: "Goals: ____", "[ ] DNR"."""
        return form_lines.is_form_line(self.text, offset)

    def is_checked(self, offset: int) -> bool | None:
        """Whether the box is ticked that the words at `offset` belong to; None when there is no box."""
        return form_lines.is_checked(self.text, offset)

    def _start_before(self, offset: int, section: Section) -> int:
        """The last break before `offset`: looked for near it, and farther away when there is none."""
        stop = min(section.end, offset + _LOOK_AHEAD)
        for reach in (_NEAR, _REACH):
            begin = start = max(section.start, offset - reach)
            for place in breaks(self.text, begin, stop):
                if place > offset:
                    break
                start = place
            if start > begin + _LOOK_AHEAD or begin == section.start:
                return start
        return start

    def _end_behind(self, start: int, offset: int, section: Section) -> int:
        """The first break behind `offset` with words since `start`."""
        stop = min(section.end, offset + _REACH)
        whole = max(start, offset - _LOOK_AHEAD)
        whole += len(self.text[whole:offset].rstrip(_INSIDE_BREAKS))
        for place in breaks(self.text, whole, stop):
            if place > offset and not self.text[start:place].isspace():
                return place
        return stop

    def _trimmed(self, start: int, end: int) -> Span:
        if leading := LEADING.match(self.text, start, end):
            start = leading.end()
        end -= len(self.text[start:end]) - len(self.text[start:end].rstrip(" \t\r\n|,"))
        return Span(start, min(max(start, end), start + LONGEST_SENTENCE))


def layout_of(text: str, names: SectionNames | None = None) -> Layout:
    """Never raises; linear in the length. `names`: ours unless given."""
    return Layout(text, tuple(_sections(text, names or section_names())))


def _sections(text: str, names: SectionNames) -> Iterator[Section]:
    heading, role, opened = Heading("", Role.ORDINARY, Rank.IN_THE_RUN, 0, 0), Role.ORDINARY, Rank.IN_THE_RUN
    for following in headings(text, names):
        if heading.end or following.start:
            yield from _with_what_follows(text, heading, role, following.start)
        role, opened = _role_of(following, role, opened)
        heading = following
    yield from _with_what_follows(text, heading, role, len(text))


def _with_what_follows(text: str, heading: Heading, role: Role, end: int) -> Iterator[Section]:
    """The section up to `end`. Where its text begins beside the heading it is one paragraph, and what comes
    behind the blank line is somebody's narrative again, for the roles that are answered in one paragraph.
    """
    if role in _ONE_PARAGRAPH and heading.rank < Rank.MARKED and text[heading.end - 1 : heading.end] != "\n":
        line_end = text.find("\n", heading.end, end)
        blank = _BLANK_LINE.search(text, heading.end, min(end, heading.end + _PARAGRAPH))
        if blank and text[heading.end : line_end].strip() and text[blank.end() : end].strip():
            yield Section(heading.name, role, heading.end, blank.end(), heading.start)
            yield Section("", Role.ORDINARY, blank.end(), end, blank.end())
            return
    yield Section(heading.name, role, heading.end, end, heading.start)


def _role_of(heading: Heading, role: Role, opened: Rank) -> tuple[Role, Rank]:
    """What stands below `heading`, when it comes in a section of this role whose own heading was `opened`.

    A heading that we do not know ends the section when it stands out as much as that section's heading. Among
    headings in the run of the text it may also name a part ("Cancer:" in a family history): there it ends
    only sections that have no parts, and others when a blank line stands before it. Known parts ("Heart:")
    never end a section, and a code status or a list of codes is ended by any other heading. Whoever speaks
    ("Wife: ...") ends what nobody says.
    """
    if isinstance(heading.role, Role):
        is_short = heading.rank is Rank.CAPITALS and len(heading.name) <= _ABBREVIATION
        return heading.role, Rank.IN_THE_RUN if is_short else heading.rank
    if heading.role is Aside.PART or (heading.role is Aside.SPEAKER and role not in _NOBODY_SPEAKS):
        return role, opened
    if heading.role is Aside.SPEAKER:
        return Role.ORDINARY, opened
    stands_out = heading.rank > Rank.IN_THE_RUN or heading.is_apart or role not in _HAVE_PARTS
    if stands_out and (heading.rank >= opened or role in _ANSWERED):
        return Role.ORDINARY, heading.rank
    return role, opened
