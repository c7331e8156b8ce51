"""What the lock files install with the app, and what each package says of itself.

The list of materials (`tools/sbom.py`) and the notices (`tools/notices.py`) are made from it.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

ROOT: Final = Path(__file__).parent.parent
LOCKS: Final = ("app", "postgres", "observability", "pdf")
"""In the order in which a package is told: it counts for the first lock that names it."""

_LINE: Final = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)(?: ; (.*?))? \\$", re.M)
_SPDX: Final[Mapping[str, str]] = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "BSD license": "BSD-3-Clause",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "MIT License": "MIT",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
# What a package's own words are too long or too loose for; read in its licence files.
_READ: Final[Mapping[str, str]] = {
    "brotlicffi": "MIT",
    "httpx2-jsfetch": "BSD-3-Clause",
    "pypdfium2": "(Apache-2.0 OR BSD-3-Clause) AND LicenseRef-pdfium-third-party",
    "weasyprint": "BSD-3-Clause",
}
_IS_SPDX: Final = re.compile(r"^[A-Za-z0-9.+() -]+$")


@dataclass(frozen=True, slots=True)
class Package:
    """`lock`: the first that names it. `licence`: an SPDX expression, "" where none is known. `marker`: where
    it is installed, "" for everywhere. `needs`: names of packages that it asks for here.
    """

    name: str
    version: str
    lock: str
    marker: str
    licence: str
    summary: str
    needs: tuple[str, ...]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def locked(locks: tuple[str, ...] = LOCKS, folder: Path = ROOT / "requirements") -> tuple[Package, ...]:
    """Every package of the locks, by name. What the environment has in another version raises ValueError: its
    words would be about something else.
    """
    lines: dict[str, tuple[str, str, str]] = {}
    for lock in locks:
        for name, version, marker in _LINE.findall((folder / f"{lock}.lock").read_text(encoding="ascii")):
            lines.setdefault(name, (version, lock, marker))
    extras = _extras(["smartapp", *lines])
    return tuple(_package(name, *lines[name], extras=extras[name]) for name in sorted(lines))


def asked_for(locks: tuple[str, ...] = LOCKS) -> tuple[str, ...]:
    """The names of the packages that the app itself asks for, with the extras that the locks are for."""
    return _needs(_requires("smartapp"), {"", *locks})


def _package(name: str, version: str, lock: str, marker: str, *, extras: set[str]) -> Package:
    told = partial(Package, name, version, lock, marker)
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return told(_READ.get(name, ""), "", ())
    if distribution.version != version:
        raise ValueError(f"{name} {distribution.version} is installed, and {lock}.lock names {version}")
    words = message_from_string(distribution.read_text("METADATA") or "")
    return told(licence_of(name, words), words.get("Summary", ""), _needs(_requires(name), {"", *extras}))


def licence_of(name: str, words: Message) -> str:
    """The SPDX expression of a package's metadata: as it says it, else from its classifiers, else from its
    short licence line. Several classifiers are a choice. "" where nothing can be told.
    """
    if name in _READ:
        return _READ[name]
    if expression := words.get("License-Expression"):
        return str(expression)
    classified = [
        _SPDX[last]
        for one in words.get_all("Classifier") or []
        if one.startswith("License ::") and (last := one.rpartition(" :: ")[2]) in _SPDX
    ]
    if classified:
        return " OR ".join(sorted(set(classified)))
    line = str(words.get("License") or "").strip()
    line = _SPDX.get(line, line)
    return line if _IS_SPDX.match(line) else ""


def _requires(name: str) -> list[Requirement]:
    try:
        return [Requirement(line) for line in metadata.requires(name) or ()]
    except metadata.PackageNotFoundError:
        return []


def _extras(names: list[str]) -> defaultdict[str, set[str]]:
    """Which extras of each package are asked for by any of these."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        for requirement in _requires(name):
            found[normalized(requirement.name)] |= requirement.extras
    return found


def _needs(requires: list[Requirement], extras: set[str]) -> tuple[str, ...]:
    """The names that hold in this environment with these extras; "" is none."""
    return tuple(
        sorted(
            {
                normalized(one.name)
                for one in requires
                if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)
            }
        )
    )


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
