"""Keeps figures that tests measured for the command that prints them: operations tried, bytes searched."""

import json
import os
from pathlib import Path

VARIABLE = "COMMON_GROUND_FIGURES"
"""Names the file that figures are added to, a JSON object a line; without it nothing is kept."""


def record(name: str, value: int) -> None:
    """Add one figure. `name` is what a reader of the report sees: "wrong-patient requests". Figures of one
    name from several tests are added up.
    """
    file = os.environ.get(VARIABLE)
    if file:
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"name": name, "value": value}) + "\n")
