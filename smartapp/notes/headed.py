"""Statements that a heading makes of the lines below it: "WHAT MATTERS MOST:"."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from smartapp.notes.contents import Contents
from smartapp.notes.context import spelled_all, words_of
from smartapp.notes.finding import Experiencer, Finding, Label, Status, Task
from smartapp.notes.layout import Role, Section
from smartapp.notes.lexicon import folded_text
from smartapp.notes.mentions import Tokens
from smartapp.notes.setting import Setting
from smartapp.notes.span import Span
from smartapp.sdm.content_text import Entry
from smartapp.sdm.model import Kind

_MOST: Final = 12
_SHORTEST: Final = 2
_OWN: Final = "patient"
_KINDS: Final = {
    Label.GOAL: Kind.GOAL,
    Label.WORRY: Kind.WORRY,
    Label.VALUE: Kind.MATTERS,
    Label.CARE_EXPERIENCE: Kind.CARE_EXPERIENCE,
    Label.TREATMENT_PREFERENCE: Kind.TREATMENT_PREFERENCE,
    Label.CODE_STATUS: Kind.CODE_STATUS,
    Label.DECISION_ROLE: Kind.DECISION_ROLE,
}
_MARKS: Final = re.compile(r"[\s:#*_\-–—()\[\].,=]+")
_OPEN: Final = frozenset(
    {Role.ORDINARY, Role.PREFERENCES, Role.SUBJECTIVE, Role.SOCIAL_HISTORY, Role.PLAN, Role.THERAPY_GOALS}
)
_OTHERS: Final = ("clinician", "conditional", "second-person", "template", "self-harm")


class Headings:
    """The headings whose lines are statements."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_name: dict[str, tuple[str, Label]] = {}
        for entry in entries:
            label = Label(str(entry.values["label"]))
            for words in spelled_all(words_of(entry)):
                self._by_name[_plain(words)] = (entry.id, label)

    def knows(self, section: Section) -> bool:
        """Whether this heading makes statements of the lines below it."""
        return section.role in _OPEN and _plain(section.heading) in self._by_name

    def find(self, setting: Setting, contents: Contents, known: Sequence[Finding]) -> list[Finding]:
        """What stands below such headings and was not found yet."""
        found: list[Finding] = []
        taken = _Taken(known)
        for section in setting.layout.sections:
            named = self._by_name.get(_plain(section.heading)) if section.heading else None
            if section.role is Role.CODE_STATUS or section.role is Role.PREFERENCES:
                found += _short_lines(setting, contents, section, taken)
            if named is None or section.role not in _OPEN:
                continue
            if section.role is Role.THERAPY_GOALS and "patient" not in section.heading.lower():
                continue
            for span in _lines(setting, section):
                is_known = taken.holds_some_of(span)
                is_own = _OWN in section.heading.lower()
                if not is_known and _is_statement(setting, contents, span, label=named[1], is_own=is_own):
                    found.append(_finding(setting, span, rule=named[0], label=named[1]))
        return found


class _Taken:
    """The places of findings, asked for by bisection: a long text has many lines and many findings."""

    def __init__(self, known: Sequence[Finding]) -> None:
        in_order = sorted((one.start, one.end) for one in known)
        self._starts = [start for start, _ in in_order]
        self._reach = list(accumulate((end for _, end in in_order), max))

    def holds_some_of(self, span: Span) -> bool:
        before = bisect_left(self._starts, span.end)
        return before > 0 and self._reach[before - 1] > span.start


def _short_lines(
    setting: Setting, contents: Contents, section: Section, taken: "_Taken"
) -> Iterator[Finding]:
    """Lines of a section on preferences that say it in a word or two: "No feeding tube", "Code: full"."""
    for span in _lines(setting, section):
        tokens = setting.tokens(span)
        is_known = taken.holds_some_of(span)
        if is_known or not tokens or setting.layout.is_form_line(span.start) or setting.is_nobodys(span):
            continue
        if section.role is Role.CODE_STATUS and tokens[0].low == "full":
            yield _finding(setting, span, rule="code-status", label=Label.CODE_STATUS)
            return
        first = contents.groups(setting.text[span.start : span.end])[:1]
        label = _BY_GROUP.get(first[0]) if first else None
        if label and _is_wish(tokens):
            yield _finding(setting, span, rule="heading-care", label=label)


_BY_GROUP: Final = {
    "treatment": Label.TREATMENT_PREFERENCE,
    "major": Label.TREATMENT_PREFERENCE,
    "place": Label.TREATMENT_PREFERENCE,
    "manner": Label.CARE_EXPERIENCE,
}
_ANSWERS: Final = frozenset({"yes", "no", "accepts", "declines", "ok", "okay", "never"})


def _is_wish(tokens: Tokens) -> bool:
    """Whether a line orders or forbids something, as in "No epidural", "Transfusion: yes"."""
    is_ordering = tokens[0].low in {"no", "only", "never", "please", "not", "lights", "fewer"}
    is_answer = any(
        token.low == ":" and tokens[at + 1].low in _ANSWERS for at, token in enumerate(tokens[:-1])
    )
    is_open = any(token.is_in("template", "clinician", "denial") for token in tokens[:5])
    is_ordering = is_ordering or any(token.low == "please" for token in tokens[-2:])
    return (is_ordering or is_answer) and len(tokens) > 1 and not is_open


def _plain(words: str) -> str:
    return " ".join(_MARKS.sub(" ", folded_text(words)).split())


def _lines(setting: Setting, section: Section) -> Iterator[Span]:
    """The first sentences of a section, up to a blank line behind one."""
    at, text = section.start, setting.text
    for _ in range(_MOST):
        while at < section.end and not text[at].isalnum():
            at += 1
        if at >= section.end:
            return
        span = setting.layout.sentence_at(at)
        if span.end <= at:
            return
        yield span
        at = span.end
        if text[at : at + 2] == "\n\n":
            return


def _is_statement(setting: Setting, contents: Contents, span: Span, *, label: Label, is_own: bool) -> bool:
    words = setting.text[span.start : span.end]
    tokens = setting.tokens(span)
    if (
        len(tokens) < _SHORTEST
        or words.endswith("?")
        or setting.layout.is_form_line(span.start)
        or setting.is_nobodys(span)
    ):
        return False
    if tokens[0].low in {
        "none",
        "no",
        "denies",
        "n",
        "unknown",
        "not",
        "see",
        "deferred",
        "discussed",
        "reviewed",
    } or any(token.is_in(*_OTHERS) for token in tokens[:6]):
        return False
    if label is Label.VALUE and any(character.isdigit() for character in words):
        return False
    groups = contents.groups(words)
    if label is Label.GOAL and (not groups or "clinical" in groups):
        return is_own and not groups
    return not (label is Label.GOAL and groups[0] == "errand")


def _finding(setting: Setting, span: Span, *, rule: str, label: Label) -> Finding:
    end = span.end - (setting.text[span.end - 1] == ".")
    kind = Kind.STRENGTH if "strength" in rule else _KINDS[label]
    words = setting.text[span.start : end]
    return Finding(
        Task.PREFERENCE,
        label,
        span.start,
        end,
        words,
        Experiencer.PATIENT,
        Status.CURRENT,
        rule,
        span.start,
        span.end,
        kind=kind,
    )
