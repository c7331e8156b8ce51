"""How well findings agree with what people marked in the same notes.

Two pieces of one note meet when they are of the same task and share text: where exactly a statement begins is
a matter of taste. A label counts by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding, or what somebody marked, with the fields that `smartapp notes --jsonl` prints. `note`: the
    name of its file.
    """

    note: str
    start: int
    end: int
    task: str
    label: str
    experiencer: str = "patient"
    status: str = "current"
    severity: int = 1
    text: str = ""
    rule: str = ""

    def shared(self, other: "Mark") -> int:
        """How many characters both hold; 0 for those of another task."""
        return max(0, min(self.end, other.end) - max(self.start, other.start)) * (self.task == other.task)


@dataclass(frozen=True, slots=True)
class Score:
    """`right` of `found` findings meet a mark; `met` of `marked` marks meet a finding."""

    right: int
    found: int
    met: int
    marked: int

    @property
    def precision(self) -> float:
        """1 when nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """1 when nothing is marked."""
        return self.met / self.marked if self.marked else 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """`scores`: by name of what is scored: "preference", "wording", "wording, level 1", and each label.
    `agreement`: of the marks that met a finding, the share on which both agree, by field. `missed` and
    `extra`, for reading: marks without a finding and findings without a mark.
    """

    scores: Mapping[str, Score]
    agreement: Mapping[str, float]
    missed: tuple[Mark, ...]
    extra: tuple[Mark, ...]


def evaluate(found: Sequence[Mark], marked: Sequence[Mark]) -> Report:
    """`found` against `marked`, each in any order."""
    found_in, marked_in = _by_note(found), _by_note(marked)
    pairs = [(mark, best) for mark in marked if (best := _best(mark, found_in[mark.note]))]
    scores = {
        "preference": _score(found, marked, lambda one: one.task == "preference"),
        "wording": _score(found, marked, lambda one: one.task == "wording"),
        "wording, level 1": _level_one(found, marked),
    }
    for label in dict.fromkeys(one.label for one in marked):
        scores[label] = _labelled(found, marked, label)
    met = {id(mark) for mark, _ in pairs}
    return Report(
        scores=scores,
        agreement={
            name: _agreement(pairs, task, field)
            for name, (task, field) in {
                "preference label": ("preference", "label"),
                "experiencer": ("preference", "experiencer"),
                "status": ("preference", "status"),
                "wording label": ("wording", "label"),
                "severity": ("wording", "severity"),
            }.items()
        },
        missed=tuple(mark for mark in marked if id(mark) not in met),
        extra=tuple(one for one in found if not _meets(one, marked_in[one.note])),
    )


def _score(found: Sequence[Mark], marked: Sequence[Mark], of: Callable[[Mark], bool]) -> Score:
    return _counted(list(filter(of, found)), list(filter(of, marked)), against=(found, marked))


def _level_one(found: Sequence[Mark], marked: Sequence[Mark]) -> Score:
    """Findings of level 1 are right on a mark of any level; only marks of level 1 have to be met by them."""
    clear = [one for one in found if one.task == "wording" and one.severity == 1]
    wanted = [one for one in marked if one.task == "wording" and one.severity == 1]
    return _counted(clear, wanted, against=(clear, marked))


def _labelled(found: Sequence[Mark], marked: Sequence[Mark], label: str) -> Score:
    ours, theirs = ([one for one in marks if one.label == label] for marks in (found, marked))
    return _counted(ours, theirs, against=(ours, theirs))


def _counted(
    found: Sequence[Mark], marked: Sequence[Mark], *, against: tuple[Sequence[Mark], Sequence[Mark]]
) -> Score:
    all_found, all_marked = _by_note(against[0]), _by_note(against[1])
    return Score(
        right=sum(_meets(one, all_marked[one.note]) for one in found),
        found=len(found),
        met=sum(_meets(mark, all_found[mark.note]) for mark in marked),
        marked=len(marked),
    )


def _by_note(marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    by_note: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_note[mark.note].append(mark)
    return by_note


def _meets(one: Mark, others: Iterable[Mark]) -> bool:
    return any(one.shared(other) for other in others)


def _best(mark: Mark, found: Iterable[Mark]) -> Mark | None:
    """The finding that fits best: of the same label before another, then what shares most with it."""
    meeting = [one for one in found if one.shared(mark)]
    return max(meeting, key=lambda one: (one.label == mark.label, one.shared(mark)), default=None)


def _agreement(pairs: Sequence[tuple[Mark, Mark]], task: str, field: str) -> float:
    same = [getattr(mark, field) == getattr(one, field) for mark, one in pairs if mark.task == task]
    return sum(same) / len(same) if same else 1.0
