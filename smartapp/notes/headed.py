"""Statements that a heading makes of the lines below it: "WHAT MATTERS MOST:"."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from smartapp.notes.contents import Contents
from smartapp.notes.context import spelled_all, word_set, words_of
from smartapp.notes.finding import Experiencer, Finding, Label, Status, Task
from smartapp.notes.layout import Role, Section
from smartapp.notes.lexicon import folded_text
from smartapp.notes.mentions import Tokens
from smartapp.notes.named_answers import names_wishes
from smartapp.notes.setting import Setting
from smartapp.notes.span import Span
from smartapp.sdm.content_text import Entry
from smartapp.sdm.model import Kind

_MOST: Final = 12
_NEAR: Final = 40
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
_UNANSWERED: Final = word_set(
    """
    rtc rto f/u follow none no denies n unknown not see deferred discussed reviewed n/a nil unable declined
    """
)
_BULLET: Final = re.compile(r"[-–—*•►>\[]")
_MARKS: Final = re.compile(r"[\s:#*_\-–—()\[\].,=]+")
_ASIDE: Final = re.compile(
    r" ?[(,]| (?:for|per|in|on|about|at|this|today|now|regarding|asked|told|shared|stated|voiced|as|by|from|"
    r"with|when)\b",
    re.I,
)
_OPEN: Final = frozenset(
    {Role.ORDINARY, Role.PREFERENCES, Role.SUBJECTIVE, Role.SOCIAL_HISTORY, Role.PLAN, Role.THERAPY_GOALS}
)
_OTHERS: Final = ("consent", "clinician", "conditional", "second-person", "template", "self-harm")
_OTHERS_FOR_CARE: Final = tuple(one for one in _OTHERS if one != "clinician")


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
        return section.role in _OPEN and self._named(section) is not None

    def _named(self, section: Section) -> tuple[str, Label] | None:
        """The rule and the label of a heading, whatever it says of who asked or of when."""
        ways = (_plain(section.heading), _plain(_ASIDE.split(section.heading, maxsplit=1)[0]))
        return next((self._by_name[way] for way in ways if way and way in self._by_name), None)

    def find(self, setting: Setting, contents: Contents, known: Sequence[Finding]) -> list[Finding]:
        """What stands below such headings and was not found yet."""
        found: list[Finding] = []
        taken = _Taken(known)
        for section in setting.layout.sections:
            named = self._named(section)
            if section.role is Role.CODE_STATUS or section.role is Role.PREFERENCES:
                found += _short_lines(setting, contents, section, taken)
            if named is None or section.role not in _OPEN:
                continue
            if section.role is Role.THERAPY_GOALS and "patient" not in section.heading.lower():
                continue
            for number, span in enumerate(_lines(setting, section)):
                if number and _is_told(setting, span) and named[1] not in _TOLD:
                    break
                is_known = taken.holds_some_of(span)
                is_own = _OWN in section.heading.lower()
                if not is_known and _is_statement(setting, contents, span, label=named[1], is_own=is_own):
                    label = _label_of(contents, setting.text[span.start : span.end], named[1])
                    found.append(_finding(setting, span, rule=named[0], label=label))
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


def without_known(found: Iterable[Finding], known: Sequence[Finding]) -> list[Finding]:
    """Those that share no word with what is known."""
    taken = _Taken(known)
    return [one for one in found if not taken.holds_some_of(Span(one.start, one.end))]


def statement_below(
    setting: Setting, contents: Contents, span: Span, *, rule: str, label: Label
) -> Finding | None:
    """The statement that a line makes which answers a question with that label; None where it makes none."""
    if not _is_statement(setting, contents, span, label=label, is_own=True):
        return None
    return _finding(
        setting, span, rule=rule, label=_label_of(contents, setting.text[span.start : span.end], label)
    )


def _short_lines(
    setting: Setting, contents: Contents, section: Section, taken: "_Taken"
) -> Iterator[Finding]:
    """Lines of a section on preferences that say it in a word or two: "No feeding tube", "Code: full"."""
    for span in _lines(setting, section):
        tokens = setting.tokens(span)
        is_known = taken.holds_some_of(span)
        if is_known or not tokens or setting.layout.is_form_line(span.start) or setting.is_nobodys(span):
            continue
        is_default = any(token.low in {"presumed", "default", "admit", "order"} for token in tokens)
        if is_default:
            continue
        if section.role is Role.CODE_STATUS and tokens[0].low == "full":
            yield _finding(setting, span, rule="code-status", label=Label.CODE_STATUS)
            return
        first = contents.groups(setting.text[span.start : span.end])[:1]
        label = _BY_GROUP.get(first[0]) if first else None
        if label and _is_wish(tokens, is_asked=names_wishes(section)):
            yield _finding(setting, span, rule="heading-care", label=label)


_BY_GROUP: Final = {
    "treatment": Label.TREATMENT_PREFERENCE,
    "major": Label.TREATMENT_PREFERENCE,
    "place": Label.TREATMENT_PREFERENCE,
    "manner": Label.CARE_EXPERIENCE,
}
_ORDERING: Final = frozenset({"no", "only", "never", "please", "not", "lights", "fewer"})
_ANSWERS: Final = frozenset({"yes", "no", "accepts", "declines", "ok", "okay", "never"})


_TOLD: Final = frozenset({Label.WORRY, Label.VALUE})


def _is_told(setting: Setting, span: Span) -> bool:
    """Whether a line behind the first is a narrator's sentence and no item of a list."""
    tokens = setting.tokens(span)
    return not _stands_alone(setting, span) and bool(
        tokens
        and (
            tokens[0].low in {"this", "that", "it", "the", "we", "i", "rtc", "rto", "f/u", "follow", "return"}
            or tokens[0].is_in("she", "he", "they", "patient")
        )
    )


def _label_of(contents: Contents, words: str, label: Label) -> Label:
    """What a line below a heading for wishes of any kind is about; the heading's own label for the others."""
    if label is not Label.GOAL:
        return label
    groups = contents.groups(words)
    is_no = words.lower().startswith(("no ", "not ", "never ", "don't ", "stop "))
    return _BY_GROUP.get(groups[0], label) if groups and (is_no or groups[0] == "manner") else label


def _is_wish(tokens: Tokens, *, is_asked: bool) -> bool:
    """Whether a line orders or forbids something, as in "No epidural", "Transfusion: yes"."""
    is_noted = tokens[0].low == "not" and len(tokens) > 1 and tokens[1].low.endswith(("ed", "known", "done"))
    is_ordering = tokens[0].low in _ORDERING and not is_noted
    is_answer = is_asked and any(
        token.low == ":" and tokens[at + 1].low in _ANSWERS for at, token in enumerate(tokens[:-1])
    )
    is_open = any(token.is_in("template", "clinician", "denial") for token in tokens[:5])
    is_ordering = is_ordering or any(token.low == "please" for token in tokens[-2:])
    return (is_ordering or is_answer) and len(tokens) > 1 and not is_open


def _plain(words: str) -> str:
    return " ".join(_MARKS.sub(" ", folded_text(words)).split())


def _lines(setting: Setting, section: Section) -> Iterator[Span]:
    """The first sentences of a section, up to a blank line behind one: those on the heading's own line, or
    those of the list below it.
    """
    at, text = section.start, setting.text
    is_beside = "\n" not in text[max(section.heading_start, at - 1) : at]
    begin = text.find("\n", at, section.end)
    stop = begin if is_beside and begin >= 0 and text[at:begin].strip(" *_") else section.end
    is_list = False
    for number in range(_MOST):
        behind = at
        while at < section.end and not text[at].isalnum():
            at += 1
        lead = text[behind:at]
        if at >= stop or (number and is_list and "\n" in lead and not _BULLET.search(lead)):
            return
        is_list = is_list or bool(_BULLET.search(lead))
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
        len(tokens) < (1 if label is Label.WORRY and _stands_alone(setting, span) else _SHORTEST)
        or words.endswith("?")
        or setting.layout.is_form_line(span.start)
        or setting.is_nobodys(span)
    ):
        return False
    is_ordering = tokens[0].low == "no" and len(tokens) > 1 and contents.groups(words)
    others = _OTHERS if label in {Label.GOAL, Label.VALUE, Label.WORRY} else _OTHERS_FOR_CARE
    if (tokens[0].low in _UNANSWERED and not is_ordering) or any(
        token.is_in(*others) and token.low != "to see" for token in tokens[:6]
    ):
        return False
    if label is Label.VALUE and any(character.isdigit() for character in words):
        return False
    groups = contents.groups(words)
    if label is Label.GOAL and (not groups or "clinical" in groups):
        return is_own and not groups
    return not (label is Label.GOAL and groups[0] == "errand")


def _stands_alone(setting: Setting, span: Span) -> bool:
    """Whether it is a whole item of a list."""
    line = setting.text.rfind("\n", max(0, span.start - _NEAR), span.start) + 1
    return bool(line) and bool(_BULLET.search(setting.text[line : span.start]))


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
