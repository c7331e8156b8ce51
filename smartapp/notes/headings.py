"""The headings of a note, wherever they stand: on a line of their own, before a colon, or in the run of the
text as transcription leaves them ("..., PLAN:, Physical therapy.").

Lines and colons are visited once, and each is judged by at most 100 characters around it, so the time is
linear in the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from smartapp.notes.section_names import Aside, Role, SectionNames


class Rank(IntEnum):
    """How much a heading stands out: it ends sections whose heading stands out no more."""

    IN_THE_RUN = 1
    CAPITALS = 2
    MARKED = 3


@dataclass(frozen=True, slots=True)
class Heading:
    """`name` as the note has it; the section's text begins at `end`. `role` None: not a name that we know.

    A speaker ("Wife: ...") has no name and no length: the words belong to the text that begins there.
    """

    name: str
    role: Role | Aside | None
    rank: Rank
    start: int
    end: int
    is_apart: bool = False
    """A blank line stands before it."""


_LONGEST: Final = 80
_MOST_WORDS: Final = 9
_MOST_MARKS: Final = 40
_LINE: Final = re.compile(r"[^\n]+")
_RULE_BELOW: Final = re.compile(r"\n[ \t]{0,8}(?:-{3,80}|={3,80}|~{3,80})[ \t]{0,8}(?:\n|$)")
_MARKS: Final = re.compile(
    r"(?P<marks>[ \t]{0,12}(?:[-*=_~#<>|\[\]•■▪►➤]{1,80}[ \t]{0,4}){0,3})"
    r"(?P<number>(?:\d{1,2}(?:\.\d{1,2}){0,2}[.)]|[IVX]{1,4}[.)]|[A-Za-z][.)])[ \t]{1,4})?"
    r"(?:[*_]{2})?"
)
_MARKS_BEHIND: Final = " \t-*=_~#<>|[]:"
_BREAK: Final = re.compile(r"[.,;:!?|\]\"”»\t]|  ")
_BEHIND_COLON: Final = re.compile(r"(?:\*\*|__)?[ \t]{0,4}(?:,(?!\d))?[ \t]{0,4}")
_SMALL: Final = frozenset(
    {
        "a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "per", "the", "this", "to",
        "vs", "with", "y", "de", "del", "la", "el", "los", "las", "en", "para", "por", "al",
    }
)  # fmt: skip
_BULLETS: Final = frozenset("-*•■▪►➤>")
_NO_HEADINGS: Final = frozenset({Aside.NEVER, Aside.SAYING, Aside.SPEAKER})
_WORD: Final = re.compile(r"[^\W_][\w'’.-]{0,60}")


@dataclass(frozen=True, slots=True)
class _Line:
    """`is_apart`: a blank line stands before it; `is_first`: nothing does."""

    start: int
    end: int
    is_apart: bool
    is_first: bool


def headings(text: str, names: SectionNames) -> Iterator[Heading]:
    """In the order of the text, none over another."""
    previous_end = 0
    awaits_text = False
    for match in _LINE.finditer(text):
        is_apart = match.start() - previous_end > 1
        line = _Line(match.start(), match.end(), is_apart, is_first=previous_end == 0)
        if (own := _line_of_its_own(text, line, names)) and _opens(own, awaits_text):
            yield own
            awaits_text = True
        else:
            last = None
            for last in _before_colons(text, line, names):
                yield last
            blank_behind = last is not None and not text[last.end : line.end].strip()
            awaits_text = blank_behind or (awaits_text and not text[line.start : line.end].strip())
        previous_end = match.end()


def _opens(heading: Heading, awaits_text: bool) -> bool:
    """Right below a heading, words in capitals are its text ("CODE STATUS", and below it "DNR")."""
    return heading.role is not None or heading.rank is Rank.MARKED or not awaits_text


def _line_of_its_own(text: str, line: _Line, names: SectionNames) -> Heading | None:
    if line.end - line.start > _LONGEST or text[line.end - 1] in ".!?,;":
        return None
    marks = _MARKS.match(text, line.start, line.end)
    start = marks.end() if marks else line.start
    name = text[start : line.end].rstrip(_MARKS_BEHIND)
    if not name or name[-1] in ".!?,;" or len(name.split()) > _MOST_WORDS or ":" in name:
        return None
    is_marked = _is_marked(text, line, marks, name)
    has_colon = text[line.start : line.end].rstrip(" \t*_").endswith(":")
    is_name_of_note = line.is_first and not has_colon
    says_more = is_marked or _is_upper(name) or (has_colon and _is_title(name))
    role = names.meant(name) if says_more and not is_name_of_note else names.known(name)
    rank = Rank.MARKED if is_marked else Rank.CAPITALS
    rule = _RULE_BELOW.match(text, line.end)
    end = rule.end() if rule and is_marked else line.end
    own = Heading(name, role, rank, line.start, end, line.is_apart)
    is_item = not is_marked and not has_colon and bool(marks and marks["marks"].strip() in _BULLETS)
    return own if not is_item and role not in _NO_HEADINGS and _may_be_own(own, has_colon, names) else None


def _is_marked(text: str, line: _Line, marks: re.Match[str] | None, name: str) -> bool:
    before = marks["marks"].strip() if marks else ""
    behind = text[line.start : line.end].rstrip().rstrip(":")
    is_bold = text.startswith(("**", "__"), line.start) and behind.endswith(("**", "__"))
    is_framed = len(before) > 1 and before[0] in "-=*_~<[" and behind[-1:] in "-=*_~>]"
    return bool(
        any(letter.isalpha() for letter in name)
        and (before.startswith("#") or is_bold or is_framed or _RULE_BELOW.match(text, line.end))
    )


def _may_be_own(heading: Heading, has_colon: bool, names: SectionNames) -> bool:
    name = heading.name
    if heading.rank is Rank.MARKED:
        return True
    if heading.role is not None:
        stands_out = heading.is_apart or has_colon or not name[0].islower()
        return stands_out and (has_colon or (len(name) > 1 and heading.role is not Aside.PART))
    if sum(letter.isalpha() for letter in name) < 4 or names.has_saying(name):
        return False
    if _is_upper(name):
        return has_colon or not any(letter.isdigit() for letter in name)
    return _is_title(name) and (has_colon or (heading.is_apart and " " in name and _is_all_title(name)))


def _before_colons(text: str, line: _Line, names: SectionNames) -> Iterator[Heading]:
    floor = line.start
    colon = text.find(":", line.start, line.end)
    while colon >= 0:
        if heading := _before_colon(text, line, max(floor, colon - _LONGEST), colon, names):
            yield heading
            floor = max(heading.end, colon + 1)
        else:
            floor = max(floor, colon + 1)
        colon = text.find(":", max(colon + 1, floor), line.end)


def _before_colon(text: str, line: _Line, floor: int, colon: int, names: SectionNames) -> Heading | None:
    """The heading that ends at `colon`; what stands before `floor` belongs to something else."""
    last = text[colon - 1 : colon] if colon > floor else ""
    if not (last.isalnum() or last in {")", " ", "*", "_", "?", "'", "’"}) or text.startswith(
        "//", colon + 1
    ):
        return None
    following = text[colon + 1 : colon + 2]
    if following.islower() or (following.isdigit() and last.isdigit()):
        return None  # an address, a time of day or a ratio
    start = _start_of_run(text, floor, colon)
    is_first = _is_first(text, line, start)
    if marks := _MARKS.match(text, start, colon):
        start = marks.end()
    run = text[start:colon].rstrip(" \t*_?")
    words = run.split()
    if not words or not run[0].isalnum():
        return None
    after_answer = start > floor and text[start - 1 : start] == " " and text[floor:start].rstrip()[-1:] == ":"
    found = None
    if len(words) <= _MOST_WORDS and start > colon - _LONGEST and not after_answer:
        found = _whole_run(start, run, is_first, names)
    return _heading_before(text, line, colon, found or _known_end(start, run, names))


_Found = tuple[str, Role | Aside | None, int]


def _start_of_run(text: str, floor: int, colon: int) -> int:
    start = floor
    for match in _BREAK.finditer(text, floor, colon):
        if text[match.end() : colon].strip(" *_"):
            start = match.end()
    return start + (len(text[start:colon]) - len(text[start:colon].lstrip()))


def _whole_run(start: int, run: str, is_first: bool, names: SectionNames) -> _Found | None:
    """All words since the last break, when they look like a heading."""
    known = names.known(run)
    if known is Aside.SPEAKER and is_first:
        return "", known, start
    if known is not None and known not in _NO_HEADINGS:
        stands_out = run[0].isupper() and len(run) > 1
        return (run, known, start) if is_first or stands_out else None
    if known is not None or not run[0].isupper():
        return None
    meant = names.meant(run)
    if _is_upper(run) and len(run) >= 3 and (meant or not names.has_saying(run)):
        return run, meant, start
    if names.has_saying(run):
        return None
    return (run, meant, start) if is_first and _is_title(run) else None


def _known_end(start: int, run: str, names: SectionNames) -> _Found | None:
    """A known name at the end of a run: what stands before it is the answer to the heading before."""
    begins = [match.start() for match in _WORD.finditer(run)][-6:]
    for at in begins:
        name = run[at:]
        if at == 0 or not name[0].isupper() or len(name) < 3:
            continue
        if (role := names.known(name)) and role not in Aside:
            before = run[:at].rsplit(maxsplit=1)[-1]
            if name.isupper() or not before.islower() or (" " in name and _is_title(name)):
                return name, role, start + at
    return None


def _heading_before(text: str, line: _Line, colon: int, found: _Found | None) -> Heading | None:
    if found is None:
        return None
    name, role, start = found
    is_first = _is_first(text, line, start)
    begins = line.start if is_first else start
    if role is Aside.SPEAKER:
        return Heading(name, role, Rank.IN_THE_RUN, begins, begins, line.is_apart)
    behind = _BEHIND_COLON.match(text, colon + 1, line.end)
    end = behind.end() if behind else colon + 1
    rank = Rank.CAPITALS if _is_upper(name) and len(name) > 1 else Rank.IN_THE_RUN
    if is_first and "#" in text[line.start : start]:
        rank = Rank.MARKED
    return Heading(name, role, rank, begins, end, is_first and line.is_apart)


def _is_first(text: str, line: _Line, start: int) -> bool:
    """Whether only blanks, bullets and numbers stand before `start` on its line."""
    if start - line.start > _MOST_MARKS:
        return False
    marks = _MARKS.match(text, line.start, start)
    return start == line.start or (marks is not None and marks.end() == start)


def _is_upper(name: str) -> bool:
    return _without_aside(name).isupper()


def _without_aside(name: str) -> str:
    """`name` without what it ends with in brackets: "GOALS (two weeks)"."""
    return name.partition("(")[0] if name.endswith(")") and name[0] != "(" else name


def _is_title(name: str) -> bool:
    """Capitals at the head of every word that matters; one or two words need only the first."""
    words = _WORD.findall(_without_aside(name))
    if not words or not words[0][0].isupper() or len(words) > 6:
        return False
    return len(words) <= 2 or _is_all_title(name)


def _is_all_title(name: str) -> bool:
    words = _WORD.findall(_without_aside(name))
    return all(word[0].isupper() or word[0].isdigit() or word.lower() in _SMALL for word in words)
