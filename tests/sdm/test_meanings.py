"""Ids never change meaning: a reminder or question that says or asks something else has a new version."""

import hashlib
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from smartapp.sdm.catalogue import FILES
from smartapp.sdm.content_text import Entry, read_entries

CONTENT = resources.files("smartapp.content")
TABLE = Path(__file__).parent / "meanings.txt"
TABLES = ("question", "reminder", "guide", "sheet")
NO_MEANING = {
    "id", "version", "released", "reviewed", "reviewer", "priority", "order", "core", "reads",
    "grade_exception", "key", "repeats",
}  # fmt: skip
"""Where and when it appears among others, and who read it: nothing that is said."""


def entries() -> dict[tuple[str, str], Entry]:
    return {
        (entry.table, entry.id): entry for file in FILES for entry in read_entries(CONTENT / file, file)[0]
    }


def meaning(entry: Entry, known: dict[tuple[str, str], Entry]) -> dict[str, object]:
    """What an entry says, with the conditions and the question that it names; a sheet with its options."""
    said: dict[str, object] = {key: value for key, value in entry.values.items() if key not in NO_MEANING}
    for key in ("when", "unless", "of"):
        if key in said:
            said[key] = [meaning(known["condition", name], known) for name in entry.values[key]]  # type: ignore[attr-defined]
    if entry.table == "reminder" and "question" in said:
        said["question"] = known["question", str(said["question"])].values["text"]
    if entry.table == "sheet":
        options = (each for each in known.values() if each.values.get("sheet") == entry.id)
        said["options"] = [meaning(option, known) for option in sorted(options, key=lambda each: each.id)]
    return said


def fingerprints() -> Iterator[str]:
    """Lines such as "reminder R01 1 0f3a5c1e2b4d"."""
    known = entries()
    for (table, id_), entry in sorted(known.items()):
        if table in TABLES:
            text = json.dumps(meaning(entry, known), sort_keys=True, default=str)
            digest = hashlib.sha256(text.encode()).hexdigest()[:12]
            yield f"{table} {id_} {entry.values['version']} {digest}"


def held() -> dict[str, str]:
    """The table: what was meant by an id in a version."""
    lines = TABLE.read_text(encoding="utf-8").split("\n")
    return dict(line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))


def test_what_says_something_else_has_a_new_version() -> None:
    table = held()
    changed = []
    for line in fingerprints():
        name, digest = line.rsplit(" ", 1)
        if table.get(name) != digest:
            changed.append(line)

    assert changed == [], "give each a new version, and add its line to tests/sdm/meanings.txt"


def test_no_id_is_in_use_again_with_an_older_version() -> None:
    newest: dict[str, int] = {}
    for name in held():
        id_, version = name.rsplit(" ", 1)
        newest[id_] = max(newest.get(id_, 0), int(version))

    now = {" ".join(line.split(" ")[:2]): int(line.split(" ")[2]) for line in fingerprints()}
    assert {id_: version for id_, version in now.items() if version < newest.get(id_, 0)} == {}


def test_other_words_are_another_meaning_and_another_place_is_not() -> None:
    known = entries()
    entry = known["reminder", "R17"]
    condition = known["condition", "oxygen_near_threshold"]

    def with_values(of: Entry, **more: object) -> Entry:
        return Entry(of.table, {**of.values, **more}, of.file, of.line, of.lines)

    moved = with_values(entry, priority=999, reviewer="somebody else")
    reworded = with_values(entry, text="Look at the patient.")
    wider = known | {("condition", condition.id): with_values(condition, at_most=100)}

    assert meaning(moved, known) == meaning(entry, known)
    assert meaning(reworded, known) != meaning(entry, known)
    assert meaning(entry, wider) != meaning(entry, known)
