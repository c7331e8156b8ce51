"""Notes of our own making with marks in the text: `<<label [experiencer] [status] [severity]|words>>`.

    python -m tests.notes_corpus.annotated FOLDER [OUT]

checks the marks and counts them; with OUT it writes the plain notes there, and gold.jsonl beside them.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from smartapp.notes.evaluate import Mark
from smartapp.notes.finding import Experiencer, Label, Status

CORPUS = Path(__file__).parent
PREFERENCES = frozenset(list(Label)[:7])
_MARK = re.compile(r"<<(?P<head>[^|<>\n]{1,80})\|(?P<words>[^<>]{1,600})>>")


class BadMark(ValueError):
    """A mark that does not follow the form; says which and where."""


def unmarked(annotated: str, note: str) -> tuple[str, tuple[Mark, ...]]:
    """The plain text of a note and what is marked in it. Raises BadMark."""
    plain: list[str] = []
    marks: list[Mark] = []
    length = at = 0
    for match in _MARK.finditer(annotated):
        before = annotated[at : match.start()]
        plain += [before, match["words"]]
        length += len(before)
        marks.append(_mark(match["head"], match["words"], note=note, start=length))
        length += len(match["words"])
        at = match.end()
    text = "".join([*plain, annotated[at:]])
    if "<<" in text or ">>" in text:
        line = annotated[: annotated.find("<<")].count("\n") + 1
        raise BadMark(f"{note}: a mark that is not closed or nested, about line {line}")
    return text, tuple(marks)


def read(folder: Path) -> Iterator[tuple[str, str, tuple[Mark, ...]]]:
    """Name, plain text and marks of every note in a folder, by name."""
    for path in sorted(folder.glob("*.txt")):
        text, marks = unmarked(path.read_text(encoding="utf-8"), path.name)
        yield path.name, text, marks


def write_plain(folder: Path, out: Path) -> Path:
    """Write every note without its marks into `out`. Returns the file with the marks."""
    gold = out / "gold.jsonl"
    lines = []
    for name, text, marks in read(folder):
        (out / name).write_bytes(text.encode())
        lines += [json.dumps(asdict(mark), ensure_ascii=False) for mark in marks]
    gold.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return gold


def _mark(head: str, words: str, *, note: str, start: int) -> Mark:
    name, *others = head.split()
    if name not in set(Label):
        raise BadMark(f"{note}: no such label: {head}")
    experiencers = [one for one in others if one in set(Experiencer)]
    statuses = [one for one in others if one in set(Status)]
    levels = [one for one in others if one in {"1", "2", "3"}]
    if len(experiencers) + len(statuses) + len(levels) != len(others):
        raise BadMark(f"{note}: not understood: {head}")
    return Mark(
        note=note,
        start=start,
        end=start + len(words),
        task="preference" if name in PREFERENCES else "wording",
        label=name,
        experiencer=next(iter(experiencers), "patient"),
        status=next(iter(statuses), "current"),
        severity=int(next(iter(levels), "1")),
        text=words,
    )


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0])
    notes = list(read(folder))
    marks = [mark for _, _, found in notes for mark in found]
    words = sum(len(text.split()) for _, text, _ in notes)
    print(f"{len(notes)} notes, {words} words, {len(marks)} marks")  # noqa: T201
    for field in ("task", "label", "experiencer", "status", "severity"):
        counts = Counter((mark.task, getattr(mark, field)) for mark in marks)
        print(f"{field}:", *(f"{task} {value} {n}," for (task, value), n in sorted(counts.items())))  # noqa: T201
    if len(arguments) > 1:
        print(write_plain(folder, Path(arguments[1])))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
