"""The `smartapp notes` command: what the reader of notes finds in files, and how well that agrees with marks
that people made. Asks no network, keeps nothing.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Final

import click
import msgspec

from smartapp.notes.evaluate import Mark, Report, evaluate
from smartapp.notes.files import NoteFile, read_file
from smartapp.notes.finding import Finding, Task
from smartapp.notes.reader import NoteReader, note_reader

_KEYS: Final = (
    "note", "start", "end", "text", "task", "label", "experiencer", "status", "severity", "rule",
)  # fmt: skip
_MOST_SHOWN: Final = 100
_UNREAD: Final = 1
"""Exit status when a file could not be read; the others were."""

Show = Callable[[NoteFile, Sequence[Finding]], None]


def run(files: Sequence[Path], *, as_jsonl: bool, shows_all: bool, level: int) -> None:
    """Print what is found in each file. Ends with status 1 when one could not be read, after all others."""
    show = _show_jsonl if as_jsonl else _show_plain
    unread = 0
    for note, found in _read(files, shows_all=shows_all):
        if note.problem:
            unread += 1
            click.echo(f"smartapp: {note.path}: {note.problem}", err=True)
        else:
            show(note, [one for one in found if one.task is Task.PREFERENCE or one.severity <= level])
    if unread:
        sys.exit(_UNREAD)


def score(gold: Path, files: Sequence[Path], *, shows_differences: bool) -> None:
    """Print how well the findings in `files` agree with the marks in `gold`. Without files: those that the
    marks name, beside `gold`. Raises BadGold.
    """
    marked = list(marks_in(gold))
    names = dict.fromkeys(mark.note for mark in marked)
    paths = list(files) or [gold.parent / name for name in names]
    found: list[Mark] = []
    for note, findings in _read(paths, shows_all=False):
        if note.problem:
            raise BadGold(f"{note.path}: {note.problem}")
        found += [_mark(note, one) for one in findings]
    _show_report(evaluate(found, marked), shows_differences=shows_differences)


class BadGold(Exception):
    """Marks that cannot be read; the text says where."""


def marks_in(gold: Path) -> Iterator[Mark]:
    """The marks of a JSONL file, as `smartapp notes --jsonl` prints findings. Raises BadGold."""
    try:
        lines = gold.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadGold(f"{gold}: cannot be read as UTF-8 text") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield msgspec.json.decode(line, type=Mark)
            except (msgspec.DecodeError, RecursionError) as error:
                raise BadGold(f"{gold}, line {number}: {error}") from error


def _read(files: Sequence[Path], *, shows_all: bool) -> Iterator[tuple[NoteFile, list[Finding]]]:
    """One file at a time, so that memory holds one note."""
    reader = note_reader()
    with _progress(files) as paths:
        for path in paths:
            note = read_file(path)
            yield note, _found(reader, note, shows_all=shows_all)


def _found(reader: NoteReader, note: NoteFile, *, shows_all: bool) -> list[Finding]:
    found = reader.read(note.text)
    return [one for one in found if shows_all or one.task is Task.WORDING or one.is_statement]


@contextmanager
def _progress(files: Sequence[Path]) -> Iterator[Iterable[Path]]:
    """With a bar on standard error, where somebody looks at it and there is something to wait for."""
    if len(files) < 2 or not sys.stderr.isatty():
        yield files
        return
    with click.progressbar(files, label="Reading notes", file=sys.stderr) as bar:
        yield bar


def _mark(note: NoteFile, found: Finding) -> Mark:
    names = {field.name for field in fields(Mark)} - {"note"}
    return Mark(note=note.path.name, **{name: getattr(found, name) for name in names})


def _show_jsonl(note: NoteFile, found: Sequence[Finding]) -> None:
    for one in found:
        mark = _mark(note, one)
        click.echo(json.dumps({key: getattr(mark, key) for key in _KEYS}, ensure_ascii=False))


def _show_plain(note: NoteFile, found: Sequence[Finding]) -> None:
    counted = f"{len(found)} findings" if len(found) != 1 else "1 finding"
    click.echo(f"{note.path}: {counted}{', read in part' if note.partly else ''}")
    for one in found:
        what = ", ".join(filter(None, (one.label, _apart(one), f"level {one.severity}" * _is_wording(one))))
        click.echo(f"  {one.start}-{one.end}  {what}: {' '.join(one.text.split())}  [{one.rule}]")
        if one.instead:
            click.echo(f"      instead: {one.instead}")


def _apart(one: Finding) -> str:
    """Whose it is and when it holds, where that is not the patient's and now."""
    usual = {"patient", "current"}
    return " ".join(part for part in (one.experiencer, one.status, one.speaker) if part and part not in usual)


def _is_wording(one: Finding) -> bool:
    return one.task is Task.WORDING


def _show_report(report: Report, *, shows_differences: bool) -> None:
    click.echo(f"{'':24}{'precision':>10}{'recall':>10}{'found':>8}{'marked':>8}")
    for name, one in report.scores.items():
        click.echo(f"{name:24}{one.precision:>10.3f}{one.recall:>10.3f}{one.found:>8}{one.marked:>8}")
    click.echo()
    for name, share in report.agreement.items():
        click.echo(f"{name + ' agrees':34}{share:.3f}")
    if not shows_differences:
        return
    for heading, marks in (("Marked and not found", report.missed), ("Found and not marked", report.extra)):
        click.echo(f"\n{heading}: {len(marks)}")
        for mark in marks[:_MOST_SHOWN]:
            where = f"{mark.note}:{mark.start}-{mark.end}"
            click.echo(f"  {where}  {mark.label}: {' '.join(mark.text.split())}  {mark.rule}")
