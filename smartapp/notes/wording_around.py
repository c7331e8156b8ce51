"""What stands around a cue: its sentence and a little before it, folded for matching and bounded."""

import re
from dataclasses import dataclass
from typing import Final

from smartapp.notes.layout import Layout, Role
from smartapp.notes.lexicon import Hit, folded_text

_SIDE: Final = 400
_BEFORE_SENTENCE: Final = 250
_TITLE: Final = re.compile(r"\b(mr|mrs|ms|dr|st|vs|pt|no)\.(?= )")


@dataclass(frozen=True, slots=True)
class Around:
    """`before` and `after`: the sentence up to the cue and behind it. `cue`: the cue itself. `earlier`: what
    precedes the sentence. All folded as lexicon.folded_text() does; `start` and `end` are the cue's offsets
    in the note, those of `sentence_start` and `sentence_end` bounded to 400 characters either side.
    """

    before: str
    cue: str
    after: str
    earlier: str
    role: Role
    start: int
    end: int
    sentence_start: int
    sentence_end: int

    @property
    def sentence(self) -> str:
        return self.before + self.cue + self.after

    @property
    def clause(self) -> str:
        """The part of the sentence around the cue between semicolons."""
        return self.before.rpartition(";")[2] + self.cue + self.after.partition(";")[0]

    @property
    def line(self) -> str:
        """The line up to the cue, with a box or a bullet that is no part of the sentence."""
        return (self.earlier + self.before).rpartition("\n")[2][-_SIDE:]


def around(layout: Layout, hit: Hit, role: Role) -> Around:
    text = layout.text
    sentence = layout.sentence_at(hit.start)
    start, end = sentence.start, sentence.end
    if not start <= hit.start < end:
        start, end = _line(text, hit)
    start, end = max(start, hit.start - _SIDE), min(max(end, hit.end), hit.end + _SIDE)
    window_start = max(0, start - _BEFORE_SENTENCE)
    # The full stop of a title ends no clause.
    folded = _TITLE.sub(r"\1 ", folded_text(text[window_start:end]))
    at, until = hit.start - window_start, hit.end - window_start
    return Around(
        before=folded[start - window_start : at],
        cue=folded[at:until],
        after=folded[until:],
        earlier=folded[: start - window_start],
        role=role,
        start=hit.start,
        end=hit.end,
        sentence_start=start,
        sentence_end=end,
    )


def _line(text: str, hit: Hit) -> tuple[int, int]:
    """The line around a cue that stands in no sentence, as in a part of the note that is passed over."""
    start = text.rfind("\n", max(0, hit.start - _SIDE), hit.start) + 1 or max(0, hit.start - _SIDE)
    end = text.find("\n", hit.end, hit.end + _SIDE)
    return start, end if end >= 0 else min(len(text), hit.end + _SIDE)
