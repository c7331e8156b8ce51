"""How fast notes are read, beside a bare regular expression of the same phrases over the same text; how the
time grows with the text, and how much memory 50 MB of notes take.
"""

import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

from bench.note_text import note_text
from smartapp.notes.layout import layout_of
from smartapp.notes.preferences import PreferenceReader
from smartapp.notes.reader import NoteReader
from smartapp.notes.wording import WordingReader

RUNS: Final = 5
SIZE: Final = 50_000
"""Characters of the text that the reader and the small expression read, one after the other."""

SHORT: Final = 5_000
"""Characters for the expression of all phrases, which tries them one by one: more would take minutes."""

SHORT_RUNS: Final = 3

GROWN: Final = 400_000
"""Characters of the smallest of the texts whose times are compared: fewer would hide what grows slowly."""

TIMES: Final = (1, 4, 32)
"""How many times that text the others are. What copies the whole text for each clause shows from ten million
characters on.
"""

GROWN_RUNS: Final = 2
MANY: Final = 10_000
"""Characters of one note among many."""

ALL: Final = 50_000_000
LIMIT: Final = 4.0
FEW: Final = 200
"""Phrases of the small bare expression: as many as published lists of such words have."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds for `size` characters, one figure a run: the reader, a bare expression of FEW of its phrases;
    `layout` and `scan` are parts of `reader`. `short` and `bare`: for SHORT characters, the reader and a bare
    expression of all phrases.
    """

    size: int
    phrases: int
    hits: int
    words: int
    findings: int
    reader: tuple[float, ...]
    few: tuple[float, ...]
    short: tuple[float, ...]
    bare: tuple[float, ...]
    layout: float
    scan: float


def measure() -> Speed:
    preferences, wording = PreferenceReader.of(), WordingReader.packaged()
    reader = NoteReader(preferences, wording)
    scanners = (preferences.scanner, wording.scanner)
    phrases = sorted({phrase for scanner in scanners for phrase in scanner.phrases}, key=len, reverse=True)
    bare = _bare(phrases)
    few = _bare(phrases[:: len(phrases) // FEW])
    text = note_text(SIZE)
    reader.read(text[:10_000])
    ours, with_few, short, theirs = [], [], [], []
    for _ in range(RUNS):
        ours.append(_seconds(lambda: reader.read(text)))
        with_few.append(_seconds(lambda: sum(1 for _ in few.finditer(text))))
    for _ in range(SHORT_RUNS):
        short.append(_seconds(lambda: reader.read(text[:SHORT])))
        theirs.append(_seconds(lambda: sum(1 for _ in bare.finditer(text[:SHORT]))))
    return Speed(
        size=SIZE,
        phrases=len(phrases),
        hits=sum(1 for scanner in scanners for _ in scanner.hits(text)),
        words=len(text.split()),
        findings=len(reader.read(text)),
        reader=tuple(ours),
        few=tuple(with_few),
        short=tuple(short),
        bare=tuple(theirs),
        layout=_seconds(lambda: layout_of(text)),
        scan=_seconds(lambda: [sum(1 for _ in scanner.hits(text)) for scanner in scanners]),
    )


def growth() -> list[tuple[int, float]]:
    """Characters and seconds, for a text and its multiples in TIMES: the best of runs in turns."""
    reader = _reader()
    texts = [note_text(GROWN) * times for times in TIMES]
    reader.read(texts[0])
    rounds = [[_seconds(partial(reader.read, text)) for text in texts] for _ in range(GROWN_RUNS)]
    return [(len(text), min(times)) for text, times in zip(texts, zip(*rounds, strict=True), strict=True)]


def memory(shape: str) -> float:
    """MB that reading ALL characters took more than having them, as many notes or as one text, in a process
    of its own.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bench.notes", shape], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def report(speed: Speed) -> str:
    per_mb = 1_000_000 / speed.size
    return (
        "Reading notes, beside a bare regular expression over the same text: "
        f"{_figure(_ratios(speed.short, speed.bare))} times as long with the same {speed.phrases:,} phrases "
        f"(limit {LIMIT:.0f}), {_figure(_ratios(speed.reader, speed.few))} with {FEW} of them\n"
        f"  {median(speed.reader) * per_mb:.2f} s a million characters against "
        f"{median(speed.bare) * 1_000_000 / SHORT:.2f} s and {median(speed.few) * per_mb:.2f} s; "
        f"of that layout {speed.layout * per_mb:.2f} s, cues {speed.scan * per_mb:.2f} s; "
        f"one cue in {speed.words / speed.hits:.0f} words, {speed.findings:,} findings"
    )


def report_growth(sizes: list[tuple[int, float]]) -> str:
    first_size, first = sizes[0]
    figures = ", ".join(f"{size // first_size}x {seconds / first:.2f}" for size, seconds in sizes)
    return f"  time for a text of {first_size:,} characters and its multiples: {figures}"


def report_memory(shape: str, megabytes: float) -> str:
    return f"  {ALL // 1_000_000} MB of notes as {shape}: {megabytes:.0f} MB of memory more than before"


def _ratios(ours: tuple[float, ...], others: tuple[float, ...]) -> list[float]:
    """How many times as long ours take, in each of the runs made alternately."""
    return [mine / other for mine, other in zip(ours, others, strict=True)]


def _figure(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _bare(phrases: list[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, phrases)) + r")\b", re.I)


def _reader() -> NoteReader:
    return NoteReader(PreferenceReader.of(), WordingReader.packaged())


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _take_memory(shape: str) -> float:
    """`shape` "one": a single text; "many": notes, each another. Texts are made without help that would count
    as memory taken before.
    """
    reader = _reader()
    piece = note_text(MANY)
    reader.read(piece)
    text = piece * (ALL // MANY) if shape == "one" else ""
    before = _peak_mb()
    if text:
        reader.read(text)
    for number in range(0 if text else ALL // MANY):
        reader.read(note_text(MANY, seed=number))
    return _peak_mb() - before


if __name__ == "__main__":
    print(_take_memory(sys.argv[1]))
