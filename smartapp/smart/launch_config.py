"""The launch_config folder: one TOML file for each EHR, read together, every fault of every file at once."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smartapp.errors import ConfigurationError, Fault
from smartapp.smart.issuer import Address, pattern_of
from smartapp.smart.launch_file import KNOWN, Surroundings, registration_of
from smartapp.smart.registration import Registration
from smartapp.smart.registrations import Registrations
from smartapp.smart.toml_source import TomlSource


@dataclass(frozen=True, slots=True)
class LaunchFile:
    """A file as it was read. With a fault in `source`, its registration is not to be used."""

    source: TomlSource
    registration: Registration


def load_registrations(directory: Path, *, environ: Mapping[str, str], base_url: str) -> Registrations:
    """Read every *.toml of the folder. `base_url`: where browsers reach the app, without a slash at the end.

    Raises ConfigurationError with all faults.
    """
    read = [read_launch_file(path, environ, base_url) for path in sorted(directory.glob("*.toml"))]
    faults = [fault for file in read for fault in file.source.faults]
    faults += clashes(read)
    if not read:
        faults = [Fault(str(directory), None, "there is no .toml file in this folder, so no EHR")]
    if faults:
        raise ConfigurationError(tuple(sorted(faults, key=lambda f: (f.file, f.line or 0))))
    return Registrations(file.registration for file in read)


def read_launch_file(path: Path, environ: Mapping[str, str], base_url: str) -> LaunchFile:
    """Read one file and note its faults in its source."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = None
    source = TomlSource(str(path), text, KNOWN)
    if not source.is_toml:
        return LaunchFile(source, Registration(id="", label="", iss=()))
    return LaunchFile(source, registration_of(source, Surroundings(environ, path.parent, base_url)))


def clashes(read: Sequence[LaunchFile]) -> list[Fault]:
    """Two files for the same id or the same iss: which of them is meant would be a matter of luck."""
    faults = []
    for first, second in itertools.combinations(read, 2):
        mine, theirs = first.registration, second.registration
        if mine.id and mine.id == theirs.id:
            faults.append(
                Fault(second.source.file, None, f"ehr.id {theirs.id} is also in {first.source.file}")
            )
        for iss in theirs.iss:
            if any(_overlap(iss, theirs, other, mine) for other in mine.iss):
                faults.append(
                    Fault(second.source.file, None, f"ehr.iss {iss} is also in {first.source.file}")
                )
    return faults


def _overlap(iss: str, registration: Registration, other_iss: str, other: Registration) -> bool:
    mine, theirs = pattern_of(iss), pattern_of(other_iss)
    if mine is None or theirs is None:
        return False
    if mine.placeholders and theirs.placeholders:
        return _shape(mine) == _shape(theirs)
    if mine.placeholders:
        return mine.covers(theirs, dict(registration.tenants))
    return theirs.covers(mine, dict(other.tenants))


def _shape(address: Address) -> Address:
    """The address with every placeholder under the same name."""
    segments = tuple("{}" if segment.startswith("{") else segment for segment in address.segments)
    return Address(address.scheme, address.host, address.port, segments)
