"""Statements in notes written in Spanish: a subject, an attitude, and the rest of the sentence."""

from collections.abc import Iterable, Sequence
from typing import Final

from smartapp.notes.context import Context, Token, grouped_scanner, spelled_all, words_of
from smartapp.notes.finding import Experiencer, Finding, Label, Status, Task
from smartapp.notes.layout import Role
from smartapp.notes.lexicon import Hit
from smartapp.notes.setting import Setting
from smartapp.notes.span import Span
from smartapp.sdm.content_text import Entry
from smartapp.sdm.model import Kind

_LABELS: Final = {
    Kind.GOAL: Label.GOAL,
    Kind.HOPE: Label.GOAL,
    Kind.WORRY: Label.WORRY,
    Kind.MATTERS: Label.VALUE,
    Kind.TREATMENT_PREFERENCE: Label.TREATMENT_PREFERENCE,
}
_LINKS: Final = frozenset({"que", ",", ":", "le", "a", "al", "de", "el", "la", "su", "nos", "me"})
_MARKS: Final = frozenset({".", ",", ";", ":", "!", "-", "•", '"', "«", "“"})
_LOOK_BACK: Final = 120


class Spanish:
    """The Spanish words, out of the [[spanish]] entries: attitudes, and those that stand before them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        all_entries = tuple(entries)
        attitudes = [entry for entry in all_entries if "kind" in entry.values]
        self._kinds = {entry.id: Kind(str(entry.values["kind"])) for entry in attitudes}
        self._said = frozenset(entry.id for entry in attitudes if entry.values.get("said") is True)
        self._scanner = grouped_scanner(
            {entry.id: tuple(spelled_all(words_of(entry))) for entry in attitudes}
        )
        self._context = Context(
            {entry.id: words_of(entry) for entry in all_entries if "kind" not in entry.values}
        )

    def find(self, setting: Setting, silent: frozenset[Role]) -> list[Finding]:
        """What the sentences say that hold such words; nothing in sections of the roles in `silent`."""
        found: list[Finding] = []
        for hit in self._scanner.hits(setting.text):
            is_known = any(one.start <= hit.start < one.end for one in found[-1:])
            if is_known or setting.layout.section_at(hit.start).role in silent:
                continue
            is_said = setting.quotations.at(hit.start) is not None
            rule = next((name for name in hit.name.split(";") if (name in self._said) is is_said), "")
            finding = rule and (self._quoted if is_said else self._told)(setting, hit, rule)
            if finding:
                found.append(finding)
        return found

    def _told(self, setting: Setting, hit: Hit, rule: str) -> Finding | None:
        span = setting.sentence(hit.start)
        words = setting.text[span.start : span.end]
        if words.endswith("?") or "***" in words:
            return None
        speaker = self._speaker(self._context.tokens(setting.text, span.start, hit.start))
        if speaker is None:
            return None
        end = span.end - (setting.text[span.end - 1] == ".")
        return self._finding(setting, Span(span.start, end), span, rule=rule, speaker=speaker)

    def _quoted(self, setting: Setting, hit: Hit, rule: str) -> Finding | None:
        quotation = setting.quotations.at(hit.start)
        if quotation is None:
            return None
        start = max(0, quotation.start - 1 - _LOOK_BACK, setting.layout.section_at(quotation.start).start)
        before = self._context.tokens(setting.text, start, quotation.start - 1)
        at = next((number for number in range(len(before) - 1, -1, -1) if before[number].low == "."), -1)
        tellers = [token for token in before[at + 1 :] if token.is_in("es-patient", "es-relative")]
        if not any(token.is_in("es-reporting") for token in before[at + 1 :]):
            return None
        speaker = tellers[0].low if tellers and tellers[0].is_in("es-relative") else ""
        around = Span(
            start if at < 0 else before[at + 1].start if at + 1 < len(before) else start, quotation.end + 1
        )
        return self._finding(
            setting, Span(quotation.start, quotation.end), around, rule=rule, speaker=speaker
        )

    def _speaker(self, tokens: Sequence[Token]) -> str | None:
        """Who is the subject before an attitude: "" the patient, else the relative; None for others."""
        named = [token for token in tokens if token.is_in("es-patient", "es-relative")]
        others = [
            token
            for token in tokens
            if not token.groups and token.low not in _LINKS | _MARKS and not token.text[:1].isupper()
        ]
        if others or any(token.is_in("es-other") for token in tokens):
            return None
        if not named:
            return ""
        if named[0].is_in("es-relative") and len(named) == 1:
            return named[0].low
        return "" if named[0].is_in("es-patient") else None

    def _finding(self, setting: Setting, span: Span, around: Span, *, rule: str, speaker: str) -> Finding:
        kind = self._kinds[rule]
        is_quoted = rule in self._said
        return Finding(
            Task.PREFERENCE,
            _LABELS[kind],
            span.start,
            span.end,
            setting.text[span.start : span.end],
            Experiencer.FAMILY if speaker else Experiencer.PATIENT,
            Status.CURRENT,
            rule,
            around.start,
            min(around.end, len(setting.text)),
            kind=kind,
            is_negated=kind is Kind.TREATMENT_PREFERENCE,
            is_quoted=is_quoted,
            speaker=speaker,
            language="es",
        )
