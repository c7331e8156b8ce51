"""Draws docs/house.svg: the layers of the app as floors, from the import contracts in pyproject.toml.

.venv/bin/python -m tools.house           draws it anew
.venv/bin/python -m tools.house --check   only says whether it is in step; exit code 1 when it is not
"""

import sys
import tomllib
from collections.abc import Mapping
from html import escape
from typing import Final

from tools.packages import ROOT

FILE: Final = ROOT / "docs" / "house.svg"
WORDS: Final[Mapping[str, str]] = {
    "cli": "commands",
    "app": "the one place where parts are made and joined",
    "web": "HTTP in, HTML out",
    "sandbox": "the demo EHR: somebody else's server",
    "checking": "tries a launch file before a launch",
    "writing": "plan, send, read back, receipts, changes",
    "smart": "sign-in, scopes, tokens, sessions",
    "fhir": "reading, builders, the guard",
    "ehr": "how real EHRs differ",
    "notes": "text out of notes, and what was said in them",
    "sdm": "shared decision making: questions, reminders, sheets",
    "store": "launches, drafts, ledger, audit: sealed",
    "http": "the one outbound door",
    "breaker": "leaves a failing EHR alone",
    "observability": "counts and traces that name nobody",
    "logs": "a list of what may be logged",
    "settings": "read once, every fault told",
    "errors": "what went wrong, in plain words",
    "i18n": "the language of a page",
    "clock": "the time, as an argument",
}
"""What each room is for."""

_WIDTH: Final = 900
_FLOOR: Final = 46
_EAVES: Final = 112
_WALL: Final = 30
INSIDE: Final = _WIDTH - 2 * _WALL
_NOT_DRAWN: Final = 24

Contract = dict[str, object]


def contracts() -> list[Contract]:
    """The import contracts, the layers first."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[Contract] = read["tool"]["importlinter"]["contracts"]
    return found


def floors(contract: Contract) -> list[list[str]]:
    """The rooms of each floor, from the roof down."""
    layers = contract["layers"]
    assert isinstance(layers, list)
    return [[_short(room) for room in floor.split("|")] for floor in layers]


def drawing(all_contracts: list[Contract]) -> str:
    """The picture. A room of a further contract has that contract's number, and below stands what it says."""
    layers, *others = all_contracts
    rows = floors(layers)
    rules = {
        room: number
        for number, contract in enumerate(others, start=1)
        for room in _rooms(contract["source_modules"])
    }
    ground = _EAVES + _FLOOR * len(rows)
    height = ground + 44 + _NOT_DRAWN * len(others)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        ' aria-labelledby="title text" font-family="system-ui, sans-serif">',
        '<title id="title">The house</title>',
        f'<desc id="text">{escape(_told(rows))}</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<path d="M10 {_EAVES} L{_WIDTH // 2} 14 L{_WIDTH - 10} {_EAVES} Z" fill="#1f4d4a"/>',
        _text(_WIDTH // 2, 74, "Common Ground", size=24, fill="#ffffff", weight="bold"),
        _text(_WIDTH // 2, 98, "imports point down, never up", size=15, fill="#ffffff"),
    ]
    for number, rooms in enumerate(rows):
        lines += _floor(rooms, top=_EAVES + number * _FLOOR, rules=rules)
    lines.append(f'<rect x="0" y="{ground}" width="{_WIDTH}" height="6" fill="#5a4a3a"/>')
    for number, contract in enumerate(others, start=1):
        words = f"{_mark(number)} {contract['name']}"
        lines.append(_text(_WALL, ground + 36 + (number - 1) * _NOT_DRAWN, words, size=14, anchor="start"))
    return "\n".join([*lines, "</svg>", ""])


def _floor(rooms: list[str], *, top: int, rules: Mapping[str, int]) -> list[str]:
    width = INSIDE / len(rooms)
    lines = []
    for number, room in enumerate(rooms):
        left = _WALL + number * width
        fill = "#e7f1ef" if room in rules else "#f7f5f0"
        box = f'x="{left:g}" y="{top}" width="{width:g}" height="{_FLOOR}"'
        lines.append(f'<rect {box} fill="{fill}" stroke="#1f4d4a"/>')
        mark = f" {_mark(rules[room])}" if room in rules else ""
        middle = left + width / 2
        lines.append(_text(middle, top + 19, room + mark, size=15, weight="bold"))
        lines.append(_text(middle, top + 37, WORDS[room], size=13))
    return lines


def _text(
    x: float,
    y: int,
    words: str,
    *,
    size: int,
    fill: str = "#1b1b1b",
    weight: str = "normal",
    anchor: str = "middle",
) -> str:
    place = f'x="{x:g}" y="{y}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
    return f'<text {place} fill="{fill}">{escape(words)}</text>'


def _told(rows: list[list[str]]) -> str:
    """The picture in words, for who does not see it."""
    said = "; ".join(" beside ".join(f"{room} ({WORDS[room]})" for room in rooms) for rooms in rows)
    return f"Floors from the roof down, each resting on those below: {said}."


def _rooms(modules: object) -> list[str]:
    """The rooms that the modules are in: a rule for a part of a room is marked on the room."""
    assert isinstance(modules, list)
    return [_short(module).partition(".")[0] for module in modules]


def _short(module: str) -> str:
    return module.strip().removeprefix("smartapp.")


def _mark(number: int) -> str:
    return "●" * number


def main(arguments: list[str]) -> None:
    fresh = drawing(contracts())
    if arguments == ["--check"]:
        is_same = FILE.exists() and FILE.read_text(encoding="utf-8") == fresh
        sys.exit(0 if is_same else "house: docs/house.svg is not in step with pyproject.toml")
    FILE.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
