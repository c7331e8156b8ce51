"""Reads a note once, for both: what somebody said that matters to them, and words that color the picture.

Pure and deterministic: rules and lexica come from the content files, nothing is learned, kept or sent.
"""

from dataclasses import dataclass
from functools import cache

from smartapp.notes.finding import Finding
from smartapp.notes.layout import layout_of
from smartapp.notes.preferences import PreferenceReader
from smartapp.notes.wording import WordingReader


@dataclass(frozen=True, slots=True)
class NoteReader:
    """The rules, ready to read any number of notes; safe to share between threads."""

    preferences: PreferenceReader
    wording: WordingReader

    def read(self, text: str) -> tuple[Finding, ...]:
        """Everything found, in the order of the text, also what is template or nobody's statement (see
        Finding.is_statement). Never raises; linear in the length.
        """
        layout = layout_of(text)
        found = (*self.preferences.find(layout), *self.wording.find(layout))
        return tuple(sorted(found, key=lambda one: (one.start, one.end, one.rule)))

    def find_in_draft(self, text: str) -> tuple[Finding, ...]:
        """Words in a clinician's own text that may be read as judging; quotations are left alone."""
        return self.wording.find_in_draft(text)


@cache
def note_reader() -> NoteReader:
    """The reader with the packaged rules, made once: compiling them takes a while, and they never change.

    Raises ConfigurationError for a fault in them.
    """
    return NoteReader(PreferenceReader.of(), WordingReader.packaged())
