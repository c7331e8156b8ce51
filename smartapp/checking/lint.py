"""Launch files, and folders of them, read by the real loader and looked over: each fault, each warning."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from smartapp.checking.finding import Finding, Severity, of_fault
from smartapp.checking.lint_places import lint_places
from smartapp.checking.lint_scopes import lint_scopes
from smartapp.smart.launch_config import LaunchFile, clashes, read_launch_file

_MADE_UP: Final = "https://app.example.org"
"""Where the app is, while nobody said it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`findings`: by file, line and gravity. `files`: all that were read."""

    files: tuple[LaunchFile, ...]
    findings: tuple[Finding, ...]

    @property
    def usable(self) -> tuple[LaunchFile, ...]:
        return tuple(file for file in self.files if not file.source.faults)


def lint(paths: Iterable[Path], *, environ: Mapping[str, str], base_url: str | None) -> Checked:
    """Read files, and of folders the files that `serve` would load. `base_url` None: nobody said it."""
    findings: list[Finding] = []
    files: list[LaunchFile] = []
    seen: set[Path] = set()
    for path in paths:
        found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not found:
            problem = "there is no .toml file in this folder, so no EHR"
            findings.append(Finding(Severity.FAULT, str(path), None, problem, "Copy one of the examples."))
        fresh = [one for one in found if one.resolve() not in seen]
        files += [read_launch_file(one, environ, base_url or _MADE_UP) for one in fresh]
        seen |= {one.resolve() for one in fresh}
    findings += [of_fault(fault) for file in files for fault in file.source.faults]
    findings += [of_fault(fault) for fault in clashes(files)]
    findings += [one for file in files if not file.source.faults for one in _warnings(file, base_url)]
    return Checked(tuple(files), tuple(sorted(findings, key=_place)))


def _warnings(file: LaunchFile, base_url: str | None) -> Iterator[Finding]:
    yield from lint_places(file, base_url)
    yield from lint_scopes(file)


def _place(finding: Finding) -> tuple[str, int, bool]:
    return finding.file, finding.line or 0, finding.severity is Severity.WARNING
