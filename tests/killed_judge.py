"""Judges what a storm left: the charts are read straight from the EHR's own store, by the words in them, and
compared with what the app shows.
"""

import base64
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from smartapp.sandbox.server import DemoEhr
from smartapp.writing.model import Receipt, State
from smartapp.writing.sender import Sender
from tests.killed_worker import Said

_WORDS = re.compile(r"Words \d+\.\d+\.")
TWICE = "is in the chart twice"
LOST = "was lost without a word"
SHOWN_STORED = "stored once, and shown so"
_NOTHING_STORED = frozenset({State.PLANNED, State.REFUSED})

Resource = dict[str, Any]  # Any: FHIR JSON


@dataclass(frozen=True, slots=True)
class Copy:
    """A resource of the chart that holds somebody's words."""

    reference: str
    subject: str


@dataclass
class Verdict:
    """`shown`: statements by what the chart has and the app says. `faults`: those of which something is so
    that must never be, by what it is; `wrong` says it of each.
    """

    shown: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def copies_in(ehr: DemoEhr) -> dict[str, list[Copy]]:
    """Every resource that clients wrote, by the words that it holds."""
    found: dict[str, list[Copy]] = {}
    for resource_type in sorted(ehr.store.types() - {"Provenance", "Binary"}):
        for resource in ehr.store.written(resource_type):
            copy = Copy(f"{resource_type}/{resource['id']}", resource.get("subject", {}).get("reference", ""))
            for words in set(_WORDS.findall(" ".join(_texts(resource)))):
                found.setdefault(words, []).append(copy)
    return found


def told_twice(ehr: DemoEhr) -> list[str]:
    """The references that more than one Provenance speaks of, each with when and of what those were."""
    spoken: dict[str, list[str]] = {}
    for one in ehr.store.written("Provenance"):
        targets = [target["reference"] for target in one["target"]]
        for reference in targets:
            spoken.setdefault(reference, []).append(f"{one['recorded']} of {', '.join(targets)}")
    return [f"{reference} ({'; '.join(said)})" for reference, said in spoken.items() if len(said) > 1]


async def judge_visit(
    said: Said, sender: Sender, charts: dict[str, list[Copy]], *, launches: int, is_committed: bool
) -> Verdict:
    """`launches`: how many there were of this visit. `is_committed`: a commit of it came back."""
    receipts = [
        receipt
        for launch in range(1, launches + 1)
        for receipt in await sender.receipts(said.context(launch).launch_id)
    ]
    verdict = Verdict()
    for draft in said.drafts:
        mine = [receipt for receipt in receipts if receipt.draft.words == draft.words]
        copies = charts.get(draft.words, [])
        if not mine and not copies and not is_committed:
            verdict.shown["never committed"] += 1
            continue
        fault = _fault(mine, copies, f"Patient/{said.patient_id}")
        if fault:
            verdict.faults[fault] += 1
            verdict.wrong.append(f"{draft.words} {fault}: {mine} {copies}")
        else:
            verdict.shown[_as_shown(mine[0], copies)] += 1
    return verdict


def _fault(mine: Sequence[Receipt], copies: Sequence[Copy], subject: str) -> str:
    """What must never be, or ""."""
    if len(copies) > 1:
        return TWICE
    if len(mine) != 1:
        return "has two receipts" if mine else LOST
    [receipt] = mine
    if not copies:
        return "is said to be stored, and is not" if receipt.state is State.STORED else ""
    [copy] = copies
    faults = {
        "is in another patient's chart": copy.subject != subject,
        "is in the chart, and said not to be": receipt.state in _NOTHING_STORED,
        "is said to be another resource": receipt.reference not in {"", copy.reference},
    }
    return next((fault for fault, is_so in faults.items() if is_so), "")


def _as_shown(receipt: Receipt, copies: Sequence[Copy]) -> str:
    if receipt.state is State.STORED:
        return SHOWN_STORED
    place = "in the chart" if copies else "not in the chart"
    shown = "being checked" if receipt.state in {State.SENDING, State.UNKNOWN} else "not stored"
    return f"{place}, shown as {shown}"


def _texts(value: object) -> Iterator[str]:
    """Every text in a resource, also those inside its attachments."""
    match value:
        case dict():
            if isinstance(value.get("data"), str):
                yield base64.b64decode(value["data"]).decode("utf-8", "replace")
            for child in value.values():
                yield from _texts(child)
        case list():
            for child in value:
                yield from _texts(child)
        case str():
            yield value
        case _:
            return
