"""Keeps THIRD_PARTY.md, the notices for what others made, in step with the lock files.

.venv/bin/python -m tools.notices           writes the table of packages anew
.venv/bin/python -m tools.notices --check   only says whether it is in step; exit code 1 when it is not
"""

import re
import sys
from collections.abc import Iterable
from typing import Final

from tools.packages import LOCKS, ROOT, Package, locked

PAGE: Final = ROOT / "THIRD_PARTY.md"
BEGIN: Final = "<!-- made by tools/notices.py: begin -->"
END: Final = "<!-- end -->"
COMPATIBLE: Final = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0"),
        *("MPL-1.1", "MPL-2.0"),  # of their own files, which stay as they are
        "LicenseRef-pdfium-third-party",  # BSD, MIT, Apache-2.0, FreeType, IJG, libpng, Unicode, zlib
    }
)
"""Licences under which a package may be used and passed on unchanged beside code under Apache-2.0."""

_TITLES: Final = {
    "app": "Always installed",
    "postgres": "With `postgres.lock`",
    "observability": "With `observability.lock`",
    "pdf": "With `pdf.lock`",
}


def is_compatible(licence: str) -> bool:
    """Whether every part of an SPDX expression, or one of each choice in it, is known as compatible."""
    return all(
        any(choice.strip(" ()") in COMPATIBLE for choice in part.split(" OR "))
        for part in licence.split(" AND ")
    )


def table(packages: Iterable[Package]) -> str:
    """The part of the page between its marks."""
    found = tuple(packages)
    lines = []
    for lock in LOCKS:
        lines += ["", f"### {_TITLES[lock]}", "", "| package | version | licence |", "|---|---|---|"]
        lines += [f"| {one.name} | {one.version} | {one.licence} |" for one in found if one.lock == lock]
    return "\n".join([BEGIN, *lines, "", END])


def renewed(page: str, packages: Iterable[Package]) -> str:
    """The page with a table of these packages."""
    return re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: table(packages), page, flags=re.S)


def faults(packages: Iterable[Package]) -> list[str]:
    """Packages whose licence is not known, or not known to be compatible."""
    return [
        f"{one.name} {one.version}: {one.licence or 'no licence that could be told'}"
        for one in packages
        if not is_compatible(one.licence)
    ]


def main(arguments: list[str]) -> None:
    packages = locked()
    if wrong := faults(packages):
        sys.exit("notices: not known to go with Apache-2.0: " + "; ".join(wrong))
    page = PAGE.read_text(encoding="utf-8")
    fresh = renewed(page, packages)
    if arguments == ["--check"]:
        sys.exit("notices: THIRD_PARTY.md is not in step with the locks" if fresh != page else 0)
    PAGE.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
