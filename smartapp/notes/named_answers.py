"""Answers to a thing that is named before them: "Dialysis: would try it", "methadone yes, bupe no".

A word such as "no" behind a thing is a finding as often as an answer ("Drains: no"), so it counts only where
its place or its neighbours show that somebody was asked for wishes.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from smartapp.notes.attitudes import Attitude, Form
from smartapp.notes.clauses import Candidate
from smartapp.notes.contents import UNWILLING, Contents, Stance
from smartapp.notes.context import grouped_scanner, spelled_all, word_set, words_of
from smartapp.notes.finding import Experiencer, Finding, Label, Status, Task
from smartapp.notes.layout import Role, Section
from smartapp.notes.lexicon import Hit
from smartapp.notes.mentions import Tokens
from smartapp.notes.setting import Setting
from smartapp.notes.span import Span
from smartapp.notes.subjects import Subject
from smartapp.notes.tense import status_of
from smartapp.sdm.content_text import Entry
from smartapp.sdm.model import Kind

_REACH: Final = 90
_MOST_ROWS: Final = 8
_TITLE: Final = 80
_MOST_WORDS: Final = 7
_LONGEST: Final = 220
_CARE: Final = frozenset({"treatment", "major", "place", "unacceptable"})
_SEPARATOR: Final = re.compile(
    r"(?:[:?=|]| [-–—]{1,3}| ?\.{3,60}|[ \t]{2,40}|\t)[ \t.]{0,40}[\"“'‘]?"
    r"(?:(?:pt|patient|she|he|A)[ :,]{1,2}(?:says? |)|)\Z"
)
_BEGIN: Final = re.compile(r"[\n.;!?•|]|, |\) | and | but |[^\s:]:(?= )")
_END: Final = re.compile(r"[\n;]|[.!?](?=[\s\"”]|\Z)")
_MARKS: Final = " \t-–—*•>#\"“'‘([]0123456789."
_TERMS: Final = word_set(
    """
    if unless only long short but again ever forever trial first until till permanently days weeks week month
    months day instead over rather
    """
)
_SPEAKING: Final = word_set(
    "i i'm i'd i'll my me she she'd he he'd her him his they their home again ever never we our"
)
_ASKING: Final = re.compile(
    r"\b(?:wish|prefer|goals? of care|goc\b|acp\b|advance|directive|would (?:and|want|accept|not)|wants|"
    r"choice|options|m?polst|molst|birth plan|treatment limits|limits|trade|decisions?\b|what matters|"
    r"gone over|in (?:her|his|their) own words)",
    re.I,
)
_NO_THINGS: Final = re.compile(
    r"\b(?:allerg|history|hx|h/o|prior|previous|last|current|today|yet|started|recent|results?|status|goal|"
    r"dose|level|placed|removed|done|days?|due|on room air|prn|per protocol|risk|restraints?|isolation|"
    r"precautions|splints?|consent|use|used|since|s/p|signed|form|referral|need|needs|needed|indicated|plan|given|received|on|"
    r"at|with|without|is|are|was|were|has|had|have|denies|no|not)\b",
    re.I,
)
_ON_TERMS: Final = re.compile(
    r" (?:so long as|as long as|provided|only if|if it(?:'s| is)|as a last)\b", re.I
)
_GAP: Final = re.compile(r"[ \t]{2,60}|[ \t]?\.{3,60}[ \t]?|[ \t]?\|[ \t]?")
_ROW: Final = re.compile(
    r"[ \t]{0,8}(?P<thing>[A-Za-z][\w'/ -]{1,40}?)(?:[ \t]{2,60}| ?\.{3,60} ?| ?\| ?)"
    r"(?P<answer>[^\s.|_\[][^\n]{1,160})"
)
_CODE: Final = re.compile(r"\b(?:CPR|compressions|resuscitation|shocks)\Z", re.I)
_NEGATIVE: Final = frozenset({Stance.REFUSE, Stance.AVERSE})


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer that stands behind a thing. `is_sure`: it can be nothing but what somebody wants."""

    attitude: Attitude
    is_sure: bool
    thing: Span
    hit: Hit
    end: int
    is_apart: bool
    """A mark stands between the thing and its answer."""


class NamedAnswers:
    """The words with which people answer, out of the [[answer]] entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        every = tuple(entries)
        self._by_id = {
            entry.id: (
                Attitude(entry.id, Stance(str(entry.values["stance"])), Form.PASSIVE),
                entry.values.get("sure") is True,
            )
            for entry in every
        }
        self._scanner = grouped_scanner({entry.id: tuple(spelled_all(words_of(entry))) for entry in every})

    def find(self, setting: Setting, contents: Contents, *, silent: frozenset[Role]) -> list[Finding]:
        """The answers of a note, in the order of the text."""
        answers = list(self._answers(setting, contents, silent))
        found: list[Finding] = []
        rows = list(_rows(setting, contents, answers))
        for at, one in enumerate(answers):
            near = [other for other in answers[max(0, at - 3) : at + 4] if other is not one]
            if not _counts(setting, contents, one, near):
                continue
            following = answers[at + 1] if at + 1 < len(answers) else None
            end = one.end
            if following and following.thing.start < end:
                end = following.thing.start
            if finding := _finding(setting, contents, replace(one, end=end)):
                found.append(finding)
        found += [row for one in rows if (row := _finding(setting, contents, one))]
        return sorted(found, key=lambda each: each.start)

    def _answers(self, setting: Setting, contents: Contents, silent: frozenset[Role]) -> Iterator[_Answer]:
        text, reached = setting.text, 0
        for hit in self._scanner.hits(text):
            before = text[max(reached, hit.start - _REACH) : hit.start]
            if not before.strip() or not _may_end_answer(text, hit.end):
                continue
            mark = _SEPARATOR.search(before)
            thing = _thing(before, hit.start - len(before), mark)
            if thing is None or not _is_thing(contents, text[thing.start : thing.end]):
                continue
            if setting.layout.section_at(hit.start).role in silent or setting.layout.is_form_line(hit.start):
                continue
            attitude, is_sure = self._by_id[hit.name.split(";")[0]]
            ending = _END.search(text, hit.end, min(len(text), hit.end + _LONGEST))
            end = ending.start() if ending else min(len(text), hit.end + _LONGEST)
            yield _Answer(attitude, is_sure, thing, hit, end, is_apart=mark is not None)
            reached = hit.end


def _rows(setting: Setting, contents: Contents, answers: Sequence[_Answer]) -> Iterator[_Answer]:
    """The other lines of a table of things and answers: those next to a line whose answer is sure."""
    seen: set[int] = set()
    for one in answers:
        start = _line_start(setting.text, one.thing.start)
        if not (one.is_sure and one.is_apart and _is_column(setting.text, one)):
            continue
        for line in _lines_near(setting.text, start):
            row = _ROW.match(setting.text, line, line + _LONGEST)
            if row is None or line in seen or line == start:
                continue
            seen.add(line)
            thing = Span(row.start("thing"), row.end("thing"))
            if _is_thing(contents, setting.text[thing.start : thing.end]):
                hit = Hit(row.start("answer"), row.end("answer"), "")
                yield replace(one, thing=thing, hit=hit, end=row.end("answer"))


def _is_column(text: str, one: _Answer) -> bool:
    """Whether blanks or dots stand between the thing and its answer, as between two columns."""
    return bool(_GAP.fullmatch(text[one.thing.end : one.hit.start].rstrip('"“')))


def _lines_near(text: str, start: int) -> Iterator[int]:
    """Where the lines begin that stand around one, up to a blank line and eight either way."""
    begin = start
    for _ in range(_MOST_ROWS):
        before = _line_start(text, max(0, begin - 1))
        if begin == 0 or not text[before : begin - 1].strip():
            break
        begin = before
    at = begin
    for line in text[begin : start + _MOST_ROWS * _REACH].split("\n")[: 2 * _MOST_ROWS + 1]:
        if at > start and not line.strip():
            return
        yield at
        at += len(line) + 1


def _line_start(text: str, at: int) -> int:
    """Where the line begins that holds `at`, or what is near of it."""
    found = text.rfind("\n", max(0, at - _LONGEST), at)
    return found + 1 if found >= 0 else max(0, at - _LONGEST)


def _may_end_answer(text: str, end: int) -> bool:
    """Whether an answer may end here: not "no fever" or "ok for discharge"."""
    following = text[end : end + 1]
    return not following or not (following.isalnum() or following in "/-'’")


def _thing(before: str, shift: int, mark: re.Match[str] | None) -> Span | None:
    """The words that name what is answered, at the end of what stands before the answer."""
    stop = mark.start() if mark else len(before.rstrip())
    if stop <= 0 or (mark is None and before[-1:] != " "):
        return None
    begin = 0
    for edge in _BEGIN.finditer(before, 0, stop):
        begin = edge.end()
    words = before[begin:stop]
    start = begin + len(words) - len(words.lstrip(_MARKS))
    name = before[start:stop].rstrip(" \t*_?:,")
    if not name or len(name.split()) > _MOST_WORDS:
        return None
    return Span(shift + start, shift + start + len(name))


def _is_thing(contents: Contents, name: str) -> bool:
    """Whether it names care and nothing else happens in it."""
    return not _NO_THINGS.search(name) and contents.ends_with_care(name.split("(", maxsplit=1)[0])


def _counts(setting: Setting, contents: Contents, one: _Answer, near: Sequence[_Answer]) -> bool:
    """Whether the answer is about wishes."""
    rest = setting.text[one.hit.end : one.end]
    words = {word.strip(".,()\"'“”") for word in rest.lower().split()}
    if not one.is_apart:
        if _ON_TERMS.match(rest) and {"major", "place"} & set(
            contents.groups(setting.text[one.thing.start : one.thing.end])
        ):
            return not setting.text[one.thing.start : one.hit.start].rstrip().endswith(",")
        return _contrasts(setting, one, near) or (one.is_sure and not rest.strip(' .!"”'))
    is_free = not rest.strip() or rest.lstrip(" \"”'")[:1] in ",(-–—.;!" or bool(words & (_TERMS | _SPEAKING))
    if one.is_sure or not is_free:
        return is_free
    if _is_asked(setting, one):
        return True
    groups = contents.groups(setting.text[one.thing.start : one.thing.end])
    is_major = bool({"major", "place"} & set(groups))
    is_plan = setting.layout.section_at(one.hit.start).role is Role.PLAN
    if words & _SPEAKING or (is_major and words & _TERMS and not is_plan):
        return True
    return _contrasts(setting, one, near) or any(
        other.is_sure and other.is_apart and _are_alike(setting, one, other) for other in near
    )


def _contrasts(setting: Setting, one: _Answer, near: Sequence[_Answer]) -> bool:
    """ "Methadone yes, bupe no": another thing of the same sentence has the opposite answer."""
    is_no = one.attitude.stance in _NEGATIVE
    for other in near:
        first, second = sorted((one, other), key=lambda each: each.thing.start)
        between = setting.text[first.hit.end : second.thing.start]
        is_close = len(between) < 40 and "\n" not in between and not re.search(r"[.;!?](?:\s|\Z)", between)
        if is_close and one.is_apart == other.is_apart and is_no != (other.attitude.stance in _NEGATIVE):
            return True
    return False


def _are_alike(setting: Setting, one: _Answer, other: _Answer) -> bool:
    """Whether both begin a line, on lines next to one another."""
    starts = []
    for each in (one, other):
        line = _line_start(setting.text, each.thing.start)
        if setting.text[line : each.thing.start].strip(_MARKS):
            return False
        starts.append(line)
    between = setting.text[min(starts) : max(starts)]
    return 1 <= between.count("\n") <= 3 and "\n\n" not in between


def _is_asked(setting: Setting, one: _Answer) -> bool:
    """Whether it stands where somebody was asked for wishes: the section, over headings that are only
    things.
    """
    if _ASKING.search(setting.text[:_TITLE].partition("\n")[0]):
        return True
    sections = setting.layout.sections
    at = bisect_right(sections, one.hit.start, key=lambda section: section.heading_start) - 1
    for each in reversed(sections[max(0, at - 8) : max(at, 0) + 1]):
        if names_wishes(each):
            return _is_below(setting, each, one)
        if each.heading and each.heading_start < one.thing.start - 1 and not _is_inner(setting, each):
            return False
    return False


def _is_inner(setting: Setting, section: Section) -> bool:
    """Whether a heading is only a thing with its answer behind it, on the same line."""
    if section.end - section.start >= _LONGEST:
        return False
    return "\n\n" not in setting.text[section.start : section.end].rstrip()


def _is_below(setting: Setting, section: Section, one: _Answer) -> bool:
    """Whether the answer is the heading's own, or on a line below it: not far behind on its line."""
    if one.thing.start < section.start + _LONGEST // 3:
        return True
    first_end = setting.text.find("\n", section.start, section.start + _LONGEST * 2)
    return 0 <= first_end < one.thing.start


def names_wishes(section: Section) -> bool:
    is_aim = re.search(r"\bgoals?\b(?! of care)", section.heading, re.I)
    is_theirs = section.role in {Role.PREFERENCES, Role.CODE_STATUS} and not is_aim
    return is_theirs or bool(_ASKING.search(section.heading))


def _finding(setting: Setting, contents: Contents, one: _Answer) -> Finding | None:
    span = Span(one.thing.start, one.end)
    if setting.is_nobodys(Span(one.hit.start, one.end)):
        return None
    tokens = setting.tokens(span)
    at, after = _places(tokens, one.hit)
    subject = Subject(None, 0, at)
    candidate = Candidate(one.attitude, subject, 0, at, after, 0, end=len(tokens))
    person = setting.person(span, tokens, candidate, len(tokens))
    if person is None or person.experiencer is Experiencer.CLINICIAN:
        return None
    name = setting.text[one.thing.start : one.thing.end]
    is_code = contents.groups(name)[:1] == ["code"] or _CODE.search(name)
    label = Label.CODE_STATUS if is_code else Label.TREATMENT_PREFERENCE
    kind = Kind.CODE_STATUS if is_code else Kind.TREATMENT_PREFERENCE
    words = setting.text[span.start : span.end].rstrip(' \t,"”-–—')
    status = status_of(tokens, at, len(tokens), clause=0, is_pluperfect=False)
    return Finding(
        Task.PREFERENCE,
        label,
        span.start,
        span.start + len(words),
        words,
        person.experiencer,
        Status.CURRENT if status is Status.TEMPLATE else status,
        one.attitude.id,
        span.start,
        span.end,
        kind=kind,
        is_negated=one.attitude.stance in UNWILLING,
        speaker=person.speaker,
    )


def _places(tokens: Tokens, hit: Hit) -> tuple[int, int]:
    """The tokens of the answer: its first, and the first behind it."""
    at = next((number for number, token in enumerate(tokens) if token.end > hit.start), 0)
    after = next((number for number, token in enumerate(tokens) if token.start >= hit.end), len(tokens))
    return at, max(after, at + 1)
