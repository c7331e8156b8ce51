"""Builds the documentation as a site: the same Markdown, every link checked, nothing fetched from elsewhere.

.venv/bin/python -m tools.site [FOLDER]    build/site without FOLDER; exit code 1 when a link leads nowhere,
or when FOLDER holds files that are no site of ours.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = ("README.md", "CHANGELOG.md", "THIRD_PARTY.md", "LICENSE", "docs", "docker/README.md")
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
FENCE: Final = re.compile(r"^```.*?^```$", re.M | re.S)
_HERE: Final = ROOT / "build" / "site"
_BUILT: Final = "search/search_index.json"
"""What every site that mkdocs built holds."""
_FETCHING: Final = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


def gather(folder: Path) -> None:
    """Lay all that the pages show or link to into `folder`, as it lies in the repository, so links hold."""
    for name in PAGES:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.is_file():
            shutil.copy(source, target)
    for page in sorted(folder.rglob("*.md")):
        for target in linked(page, folder):
            source = ROOT / target.relative_to(folder)
            if source.is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)


def linked(page: Path, folder: Path) -> Iterator[Path]:
    """The files that a page links to, inside `folder`."""
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        name = link.partition("#")[0]
        target = (page.parent / name).resolve()
        if name and "://" not in link and target.is_relative_to(folder.resolve()):
            yield folder / target.relative_to(folder.resolve())


class _Fetches(HTMLParser):
    """Collects what a browser would fetch for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "link" and told.get("rel") == "canonical":
            return
        if address := told.get(_FETCHING.get(tag, "")):
            self.addresses.append(address)


def fetched_elsewhere(html: str) -> list[str]:
    """The addresses on other hosts that a browser would fetch by itself to show the page or its style."""
    seen = _Fetches()
    seen.feed(html)
    return [one for one in seen.addresses if is_elsewhere(one)]


def is_elsewhere(address: str) -> bool:
    return re.match(r"(?:[a-z][a-z0-9+.-]*:)?//", address, re.I) is not None


def faults(files: Iterable[Path]) -> list[str]:
    """What the built files would fetch from elsewhere, style sheets too."""
    found = []
    for file in files:
        if file.suffix == ".html":
            found += [f"{file}: {one}" for one in fetched_elsewhere(file.read_text(encoding="utf-8"))]
        elif file.suffix == ".css":
            text = file.read_text(encoding="utf-8")
            addresses = re.findall(r"url\(\s*['\"]?([^'\")]+)", text) + re.findall(
                r"@import\s+['\"]([^'\"]+)", text
            )
            found += [f"{file}: {one}" for one in addresses if is_elsewhere(one)]
    return found


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="site", description="Build the documentation as a site.")
    parser.add_argument("folder", nargs="?", type=Path, default=_HERE)
    target = parser.parse_args(arguments).folder.resolve()
    if not _may_be_emptied(target):
        sys.exit(
            f"site: {target} holds other files and was left as it is: name a new folder, or an empty one"
        )
    with TemporaryDirectory() as workplace:
        _build(Path(workplace), target)
    if found := faults(sorted(target.rglob("*"))):
        sys.exit("site: fetched from elsewhere when it is read: " + "; ".join(found))
    print(f"{target / 'index.html'}: {len(list(target.rglob('*.html')))} pages")


def _may_be_emptied(target: Path) -> bool:
    """Whether the folder holds nothing but a site that was built before: a build begins by emptying it."""
    if target == _HERE or not target.exists():
        return True
    return target.is_dir() and (not any(target.iterdir()) or (target / _BUILT).is_file())


def _build(workplace: Path, target: Path) -> None:
    gather(workplace / "pages")
    config = shutil.copy(ROOT / "mkdocs.yml", workplace)
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean", "--site-dir", str(target)]
    if subprocess.call([*command, "--config-file", str(config)]) != 0:
        sys.exit("site: the lines above say what leads nowhere")


if __name__ == "__main__":
    main(sys.argv[1:])
