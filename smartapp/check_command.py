"""The `smartapp check` command: launch files, what they come to, and what is wrong with them."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import click

from smartapp import clock
from smartapp.checking.finding import Finding, Severity
from smartapp.checking.lint import Checked, lint
from smartapp.checking.online import look
from smartapp.checking.report import report
from smartapp.checking.telling import Mark, Section, fault
from smartapp.errors import UnknownIssuer
from smartapp.http import AsyncBaseTransport, open_transport
from smartapp.smart.issuer import pattern_of
from smartapp.smart.registration import Registration
from smartapp.smart.registrations import Registrations
from smartapp.writing.forecast import forecast

FINE, WARNED, FAULTY = 0, 1, 2
_WIDTH: Final = 120


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command's arguments. `base_url` None: SMARTAPP_BASE_URL, and without it a made-up one."""

    paths: tuple[Path, ...]
    base_url: str | None = None
    is_strict: bool = False
    as_json: bool = False
    is_online: bool = False
    iss: str | None = None


async def run(wanted: Wanted, environ: Mapping[str, str], transport: AsyncBaseTransport | None = None) -> int:
    """Check and print; the exit status. `transport`: the wire to the EHRs, the real one without it."""
    checked = lint(wanted.paths, environ=environ, base_url=_base_url(wanted, environ))
    asked = await _ask(wanted, checked, transport) if wanted.is_online else {}
    if wanted.as_json:
        click.echo(json.dumps(_for_machines(checked, asked), indent=2))
    else:
        _print(checked, asked)
    return _status(checked, asked, is_strict=wanted.is_strict)


def _base_url(wanted: Wanted, environ: Mapping[str, str]) -> str | None:
    known = wanted.base_url or environ.get("SMARTAPP_BASE_URL", "").strip()
    return known.rstrip("/") or None


Asked = Mapping[str, tuple[Section, ...]]
"""What was found at the EHR of each file."""


async def _ask(wanted: Wanted, checked: Checked, transport: AsyncBaseTransport | None) -> Asked:
    wire = transport or open_transport()
    try:
        found = {}
        for file in checked.usable:
            registration = _bound(file.registration, wanted.iss)
            if isinstance(registration, Registration):
                found[file.source.file] = report(await look(registration, wire, clock.now))
            else:
                found[file.source.file] = (registration,)
        return found
    finally:
        if transport is None:
            await wire.aclose()


def _bound(registration: Registration, iss: str | None) -> Registration | Section:
    """The registration with the server that is to be asked in front, or why none can be."""
    if iss is None:
        pattern = pattern_of(registration.fhir_base)
        if pattern is None or not pattern.placeholders:
            return registration
        return _not_asked(f"{registration.fhir_base} has a placeholder: say with --iss which server to ask.")
    try:
        return Registrations([registration]).for_issuer(iss)
    except UnknownIssuer:
        return _not_asked(f"--iss {iss} is not in this file: no launch from there would be taken.")


def _not_asked(why: str) -> Section:
    return Section("The server", (fault(why),))


def _status(checked: Checked, asked: Asked, *, is_strict: bool) -> int:
    marks = {line.mark for sections in asked.values() for section in sections for line in section.lines}
    severities = {finding.severity for finding in checked.findings}
    if Severity.FAULT in severities or Mark.FAULT in marks:
        return FAULTY
    is_warned = Severity.WARNING in severities or Mark.WARNING in marks
    return WARNED if is_warned and is_strict else FINE


def _print(checked: Checked, asked: Asked) -> None:
    for finding in checked.findings:
        _print_finding(finding)
    for number, file in enumerate(checked.usable):
        if len(checked.files) > 1:
            _echo(f"{'' if number == 0 else chr(10)}== {file.source.file}")
        for name, value in _values(file.registration):
            _echo(f"{name:24} {value}")
        if file.source.file not in asked:
            _echo("")
            for line in forecast(file.registration):
                _echo(line)
        for section in asked.get(file.source.file, ()):
            _print_section(section)


def _print_finding(finding: Finding) -> None:
    word = "warning: " if finding.severity is Severity.WARNING else ""
    _echo(f"smartapp: {finding.where}: {word}{finding.problem}", err=True)
    if finding.advice:
        _echo(f"    {finding.advice}", err=True)


def _print_section(section: Section) -> None:
    _echo(f"\n{section.title}")
    for line in section.text:
        indent = " " * (2 + len(line) - len(line.lstrip()))
        _wrapped(line, first=indent, rest=f"{indent}  ")
    for marked in section.lines:
        _wrapped(marked.text, first=f"  {marked.mark.value:8}", rest=" " * 10)
        if marked.advice:
            _wrapped(marked.advice, first=f"{' ' * 10}-> ", rest=" " * 13)


def _wrapped(text: str, *, first: str, rest: str) -> None:
    _echo(
        textwrap.fill(
            _plain(text.strip()), _WIDTH, initial_indent=first, subsequent_indent=rest,
            break_long_words=False, break_on_hyphens=False,
        )
    )  # fmt: skip


def _echo(text: str, *, err: bool = False) -> None:
    click.echo("\n".join(map(_plain, text.split("\n"))), err=err)


def _plain(text: str) -> str:
    """Without what a terminal would obey: an EHR's words stand in it."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _values(registration: Registration) -> Iterator[tuple[str, str]]:
    return ((field.name, str(getattr(registration, field.name))) for field in fields(registration))


def _for_machines(checked: Checked, asked: Asked) -> dict[str, object]:
    return {
        "findings": [
            {
                "severity": one.severity.value,
                "file": one.file,
                "line": one.line,
                "problem": one.problem,
                "advice": one.advice,
            }
            for one in checked.findings
        ],
        "files": [
            {
                "file": file.source.file,
                "settings": dict(_values(file.registration)),
                "online": [
                    {
                        "title": section.title,
                        "text": list(section.text),
                        "lines": [
                            {"mark": line.mark.value, "text": line.text, "advice": line.advice}
                            for line in section.lines
                        ],
                    }
                    for section in asked.get(file.source.file, ())
                ],
            }
            for file in checked.usable
        ],
    }
