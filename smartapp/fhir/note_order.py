"""Which notes are read first: kinds that hold what patients want, and the newest, in a mix.

Where goals and preferences stand in a chart: social work, palliative, therapy and progress notes most of all
(J Pain Symptom Manage 2022, doi 10.1016/j.jpainsymman.2022.11.002).
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

_WORDS: Final = re.compile(r"[^\W_]+")


class NoteKind(IntEnum):
    """In the order in which one note of each is taken, OTHER not for its own sake."""

    PLANNING = 1
    PALLIATIVE = 2
    SOCIAL_WORK = 3
    THERAPY = 4
    PRIMARY_CARE = 5
    NURSING = 6
    OTHER = 7


@dataclass(frozen=True, slots=True)
class Field:
    """A field of care: `name` in words for a reader ("social work")."""

    kind: NoteKind
    name: str


_OTHER: Final = Field(NoteKind.OTHER, "")


@dataclass(frozen=True, slots=True)
class _Row:
    """LOINC `codes` of document types, and `phrases` of titles (lower case, whole words)."""

    field: Field
    codes: frozenset[str]
    phrases: tuple[str, ...]


def _row(kind: NoteKind, name: str, *, codes: str = "", phrases: Sequence[str]) -> _Row:
    return _Row(Field(kind, name), frozenset(codes.split()), tuple(f" {phrase} " for phrase in phrases))


_ROWS: Final = (
    _row(
        NoteKind.PLANNING,
        "advance care planning",
        codes="42348-3 81334-5 86533-7 93037-0",
        phrases=(
            "advance care", "advance directive", "acp", "goals of care", "goc", "family meeting",
            "family conference", "care conference", "serious illness", "code status", "molst", "polst",
            "living will",
        ),
    ),
    _row(NoteKind.PALLIATIVE, "hospice", phrases=("hospice",)),
    _row(
        NoteKind.PALLIATIVE,
        "palliative care",
        phrases=("palliative", "comfort care", "cuidados paliativos"),
    ),
    _row(
        NoteKind.SOCIAL_WORK,
        "social work",
        codes="28656-7 100532-1",
        phrases=("social work", "social worker", "social services", "lcsw", "msw", "trabajo social"),
    ),
    _row(
        NoteKind.SOCIAL_WORK,
        "case management",
        codes="34125-5",
        phrases=("case management", "case manager", "care management", "care manager", "care coordination"),
    ),
    _row(
        NoteKind.THERAPY,
        "occupational therapy",
        codes="11507-1 28578-3",
        phrases=("occupational therapy", "occupational therapist", "ot note", "ot eval", "ot evaluation"),
    ),
    _row(
        NoteKind.THERAPY,
        "speech therapy",
        codes="11512-1 28571-8 18740-1",
        phrases=("speech", "slp"),
    ),
    _row(
        NoteKind.THERAPY,
        "physical therapy",
        codes="11508-9 28579-1",
        phrases=(
            "physical therapy", "physical therapist", "physiotherapy", "pt note", "pt eval",
            "pt evaluation", "rehab", "rehabilitation", "fisioterapia",
        ),
    ),
    _row(
        NoteKind.PRIMARY_CARE,
        "primary care",
        codes="34900-1 34901-9",
        phrases=(
            "primary care", "family medicine", "family practice", "general medicine", "internal medicine",
            "geriatrics", "geriatric", "wellness visit", "medicina familiar",
        ),
    ),
    _row(
        NoteKind.NURSING,
        "nursing",
        codes="28623-7",
        phrases=("nursing", "nurse", "rn", "enfermería"),
    ),
)  # fmt: skip
"""The first that fits counts. Codes: HL7's C-CDA value set of progress notes, the LOINC document ontology, US
Core and PACIO. Notes of chaplains have no row: nothing here may depend on religion."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a chart's list of notes tells of one before it is read. `is_fetched`: its text takes a request of
    its own. `size`: bytes, as far as known.
    """

    reference: str
    kind: NoteKind
    written_on: date | None
    is_ours: bool = False
    is_fetched: bool = False
    size: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """How many `requests` may be made for texts, and how many `notes` and `size` (bytes) be read in all."""

    requests: int
    notes: int = 200
    size: int = 32_000_000


def field_of(title: str, codes: frozenset[str]) -> Field:
    """By the LOINC codes of its type, else by its title."""
    by_code = next((row.field for row in _ROWS if row.codes & codes), None)
    if by_code is not None:
        return by_code
    words = f" {' '.join(_WORDS.findall(title[:300].casefold()))} "
    return next((row.field for row in _ROWS if any(one in words for one in row.phrases)), _OTHER)


def to_read(candidates: Sequence[Candidate], budget: Budget) -> frozenset[str]:
    """References of the notes to read. One that is over a limit gives way to the next that is not."""
    if budget.requests == 0:
        return frozenset()
    requests = notes = size = 0
    chosen: set[str] = set()
    for candidate in in_order(candidates):
        costs = int(candidate.is_fetched)
        is_over = requests + costs > budget.requests or size + candidate.size > budget.size
        if is_over or notes == budget.notes:
            continue
        requests, notes, size = requests + costs, notes + 1, size + candidate.size
        chosen.add(candidate.reference)
    return frozenset(chosen)


def in_order(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """The app's own, of some statements the only place; then rounds. Each round takes the newest that is left
    of all, and the newest that is left of each kind: ten nursing notes do not crowd out the palliative one.
    """
    newest = sorted(candidates, key=lambda one: one.written_on or date.min, reverse=True)
    yield from (one for one in newest if one.is_ours)
    others = [one for one in newest if not one.is_ours]
    kinds = [kind for kind in NoteKind if kind is not NoteKind.OTHER]
    queues = [deque(others), *(deque(one for one in others if one.kind is kind) for kind in kinds)]
    taken: set[str] = set()
    while any(queues):
        for queue in queues:
            while queue and queue[0].reference in taken:
                queue.popleft()
            if queue:
                taken.add(queue[0].reference)
                yield queue.popleft()
