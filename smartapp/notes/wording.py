"""Finds words that may color the picture of a person, in prior notes and in a clinician's own draft.

A cue alone says nothing: each is judged by the sentence it stands in, by rules that the content files name.
What is plainly the patient's or the family's own speech is never touched; any other quotation in a note, as
of an earlier note or of a colleague, is read as the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Final

from smartapp.notes.finding import Experiencer, Finding, Status, Task
from smartapp.notes.layout import Layout, Role, layout_of
from smartapp.notes.lexicon import Hit, Scanner, folded_text
from smartapp.notes.quotations import Quotations, quotations_of
from smartapp.notes.span import Span
from smartapp.notes.wording_around import Around, around
from smartapp.notes.wording_entries import Lexicon, Wording, read_lexicon
from smartapp.notes.wording_rules import Rules

_LEFT_OUT: Final = frozenset(
    {Role.FAMILY_HISTORY, Role.INSTRUCTIONS, Role.BOILERPLATE, Role.REVIEW_OF_SYSTEMS}
)
_MOST_BETWEEN: Final = 60


@dataclass(frozen=True, slots=True)
class WordingReader:
    """Safe to share between threads; `of()` compiles its patterns, so make it once."""

    scanner: Scanner
    by_cue: dict[str, tuple[Wording, ...]]
    rules: Rules

    @classmethod
    def of(cls, lexicon: Lexicon) -> "WordingReader":
        """Raises ValueError for a cue that cannot be looked for."""
        by_key: dict[str, list[Wording]] = {}
        for wording in lexicon.wordings:
            for cue in wording.cues:
                by_key.setdefault(_key(cue), []).append(wording)
        groups = {key: tuple(dict.fromkeys(wordings)) for key, wordings in by_key.items()}
        ids = {key: " ".join(each.id for each in wordings) for key, wordings in groups.items()}
        names = {cue: ids[_key(cue)] for wording in lexicon.wordings for cue in wording.cues}
        by_name = {ids[key]: wordings for key, wordings in groups.items()}
        return cls(Scanner(names), by_name, Rules.of(lexicon))

    @classmethod
    def packaged(cls) -> "WordingReader":
        """With the app's own content."""
        content = files("smartapp") / "content"
        return cls.of(read_lexicon(content / "notes_wording.toml", content / "notes_context.toml"))

    def find(self, layout: Layout) -> tuple[Finding, ...]:
        """In the order of the text, none over another. Never raises; linear in the length."""
        return tuple(_joined(self._found(layout, has_sections=True), layout.text))

    def find_in_draft(self, text: str) -> tuple[Finding, ...]:
        """The same for what a clinician typed: one text without sections."""
        return tuple(_joined(self._found(layout_of(text), has_sections=False), text))

    def _found(self, layout: Layout, has_sections: bool) -> Iterator[Finding]:
        quotations: Quotations | None = None
        for hit in self.scanner.all_hits(layout.text):
            role = layout.section_at(hit.start).role if has_sections else Role.ORDINARY
            if role in _LEFT_OUT:
                continue
            quotations = quotations or quotations_of(layout.text)
            quoted = quotations.at(hit.start, hit.end)
            # What the patient or the family is quoted with is theirs; so is whatever a draft quotes.
            if quoted and not (has_sections and self._is_read(quotations, quoted, layout.text)):
                continue
            yield from self._judged(hit, around(layout, hit, role), layout.text)

    def _is_read(self, quotations: Quotations, quoted: Span, text: str) -> bool:
        words = text[quoted.start : quoted.end]
        return not self.rules.is_of_patient_or_family(quotations.introduction(text, quoted), words)

    def _judged(self, hit: Hit, place: Around, text: str) -> Iterator[Finding]:
        """What the most serious of the entries that apply to `hit` finds; of equals, the first."""
        lengths = ((wording, self.rules.length(wording, place)) for wording in self.by_cue[hit.name])
        applying = [(wording, hit.end + length) for wording, length in lengths if length is not None]
        if not applying:
            return
        wording, end = min(applying, key=lambda each: each[0].severity)
        yield Finding(
            task=Task.WORDING,
            label=wording.label,
            start=hit.start,
            end=end,
            text=text[hit.start : end],
            experiencer=Experiencer.PATIENT,
            status=Status.CURRENT,
            rule=wording.id,
            around_start=place.sentence_start,
            around_end=max(place.sentence_end, end),
            severity=wording.severity,
            instead=wording.instead,
        )


def _key(cue: str) -> str:
    """What two spellings of one cue share: "half-hearted" and "halfhearted"."""
    return folded_text(cue).replace("-", "").replace(" ", "")


def _joined(found: Iterator[Finding], text: str) -> Iterator[Finding]:
    """Words of one kind that stand close in one sentence ("rude and demanding") are one finding. Of two that
    share words the first stays, unless the second is more serious: then the first ends where that begins.
    """
    last: Finding | None = None
    for one in found:
        if last is None:
            last = one
        elif one.start < last.end:
            if one.severity < last.severity:
                yield from _ended(last, one.start, text)
                last = one
        elif _belong_together(last, one, text):
            last = replace(
                last, end=one.end, text=text[last.start : one.end], severity=min(last.severity, one.severity)
            )
        else:
            yield last
            last = one
    if last is not None:
        yield last


def _ended(one: Finding, end: int, text: str) -> Iterator[Finding]:
    """`one` up to `end`, where a word of it is left."""
    words = text[one.start : end].rstrip()
    if words:
        yield replace(one, end=one.start + len(words), text=words)


def _belong_together(last: Finding, one: Finding, text: str) -> bool:
    same = (last.label, last.around_start) == (one.label, one.around_start)
    between = text[last.end : one.start]
    return same and len(between) <= _MOST_BETWEEN and ";" not in between
