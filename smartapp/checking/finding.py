"""One thing that is wrong with a launch file: where, what, and what to write instead."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from smartapp.errors import Fault
from smartapp.smart.launch_config import LaunchFile
from smartapp.smart.launch_keys import how_to_write

_UNSET: Final = re.compile(r"names (\S+), which is not set")
_MEANT: Final = re.compile(r"did you mean (\w+)\?")


class Severity(StrEnum):
    """FAULT: the app does not start with it. WARNING: it starts, and something will not be as expected."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """`advice`: what to write or do; "" where the problem says it already."""

    severity: Severity
    file: str
    line: int | None
    problem: str
    advice: str = ""

    @property
    def where(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


def of_fault(fault: Fault) -> Finding:
    """A fault of the loader, which names the key first, with what to do about it."""
    return Finding(Severity.FAULT, fault.file, fault.line, fault.problem, _advice(fault.problem))


def _advice(problem: str) -> str:
    path = problem.split(" ", 1)[0]
    section, _, _ = path.rpartition(".")
    if unset := _UNSET.search(problem):
        return f"Set it where the app starts: export {unset[1]}=..."
    if path == "client.secret_env":
        return "It is the name of a variable, not the secret. Set that variable where the app starts."
    if path == "client.key_file":
        return "Make one: smartapp keys new --out FILE. The app's user must be able to read it."
    if path == "client.secret_file":
        return "Check the path, and that the app's user can read it."
    meant = _MEANT.search(problem)
    line = how_to_write(path) or (how_to_write(f"{section}.{meant[1]}") if meant else "")
    return f"For example: {line}" if line else ""


def warning(file: LaunchFile, section: str, key: str, *, problem: str, advice: str) -> Finding:
    """A warning at the line of a key, or of its section."""
    source = file.source
    path = f"{section}.{key}".strip(".")
    return Finding(Severity.WARNING, source.file, source.line(section, key), f"{path} {problem}", advice)
