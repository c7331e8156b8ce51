"""A stretch of a text by its offsets."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`, which is not part of it, in Unicode code points."""

    start: int
    end: int
