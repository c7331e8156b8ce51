"""Scripts stay small enough to be read at one sitting, and hold no words of any language."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parent.parent / "smartapp" / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))
MOST_BYTES = 8_192


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_is_small(script: Path) -> None:
    assert script.stat().st_size < MOST_BYTES


def test_there_is_one_script() -> None:
    assert [script.name for script in SCRIPTS] == ["app.js"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_says_nothing_that_the_page_did_not_give_it(script: Path) -> None:
    text = script.read_text(encoding="utf-8")

    assert re.findall(r"(?:textContent = |say\()[\"'`][^\"'`]*[A-Za-z]", text) == []
