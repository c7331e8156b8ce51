"""Answers to questions that ask for wishes: "What worries you most? Losing the farm."."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from smartapp.notes.contents import Contents
from smartapp.notes.context import grouped_scanner, spelled_all, words_of
from smartapp.notes.finding import Finding, Label
from smartapp.notes.headed import statement_below
from smartapp.notes.layout import Role
from smartapp.notes.setting import Setting
from smartapp.notes.span import Span
from smartapp.sdm.content_text import Entry

_LONGEST: Final = 110
_ANSWER: Final = 300
_OPENS: Final = re.compile(
    r"[\s\-–—*•>\d.)(\[\]]{0,12}(?:Q\d{0,2}[:.)] ?)?(?:what|who|whom|how|where|anything|any|is there|"
    r"are there|if|when|which|tell (?:me|us)|do you|would you|biggest|most)\b",
    re.I,
)
_LEAD: Final = re.compile(r"[\s\-–—*•>:]{0,12}(?:A[:.)] ?)?")
_BLANK: Final = re.compile(
    r"\W*(?:n/?a|none|nothing|no|yes|unknown|unsure|denies|deferred|"
    r"not (?:asked|assessed|addressed|discussed|sure|applicable)|declined(?: to answer)?|unable.{0,40}|"
    r"never|rarely|sometimes|often|always|daily|\d.{0,12}|_+)\W*\Z",
    re.I,
)
_END: Final = re.compile(r"\n|[.!](?=\s+[A-Z]|\Z)|[\"”](?=\s+[A-Z(]|\s*\n|\Z)")


class Questions:
    """The words by which a question asks for wishes, out of the [[question]] entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        every = tuple(entries)
        self._labels = {entry.id: Label(str(entry.values["label"])) for entry in every}
        self._scanner = grouped_scanner({entry.id: tuple(spelled_all(words_of(entry))) for entry in every})

    def find(self, setting: Setting, contents: Contents, *, silent: Iterable[Role]) -> Sequence[Finding]:
        """What is answered to such questions, in the order of the text."""
        found: list[Finding] = []
        text, roles = setting.text, frozenset(silent)
        mark = text.find("?")
        while mark >= 0:
            line = text.rfind("\n", max(0, mark - _LONGEST), mark) + 1
            if (
                line
                and _OPENS.match(text, line, mark)
                and setting.layout.section_at(mark).role not in roles
                and (rule := self._asked(text[line:mark]))
                and (span := _answer(text, mark + 1))
                and (one := statement_below(setting, contents, span, rule=rule, label=self._labels[rule]))
            ):
                found.append(one)
            mark = text.find("?", mark + 1)
        return found

    def _asked(self, question: str) -> str:
        hits = list(self._scanner.hits(question))
        return hits[-1].name.split(";")[0] if hits else ""


def _answer(text: str, start: int) -> Span | None:
    """The answer behind a question, on its line or the next."""
    lead = _LEAD.match(text, start, min(len(text), start + 40))
    begin = lead.end() if lead else start
    if text[start:begin].count("\n") > 1:
        return None
    ending = _END.search(text, begin, min(len(text), begin + _ANSWER))
    end = ending.start() if ending else min(len(text), begin + _ANSWER)
    words = text[begin:end]
    return (
        None
        if _BLANK.match(words) or len(words.split()) < 2 or text[end : end + 1] == "?"
        else Span(begin, end)
    )
