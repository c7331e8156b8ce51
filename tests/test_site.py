"""The documentation as a site: all of it is there, each link leads somewhere, and it stays at home."""

import re
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from html import unescape
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped] # ships no types

from tests.test_docs import DOCS, FENCE, LINK, ROOT, name
from tools.house import FILE, INSIDE, WORDS, Contract, contracts, drawing, floors
from tools.site import faults, fetched_elsewhere, gather, linked, main

HEADING = re.compile(r"^#{1,6} (.+?)\s*#*$", re.M)


def anchors(page: Path) -> set[str]:
    """The names of the page's headings, as GitHub and the site both make them."""
    counted: Counter[str] = Counter()
    found = set()
    for heading in HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        words = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        found.add(f"{slug}-{counted[slug]}" if counted[slug] else slug)
        counted[slug] += 1
    return found


def in_nav(part: object) -> set[str]:
    if isinstance(part, str):
        return {part}
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return set().union(*(in_nav(one) for one in parts))


@pytest.mark.parametrize("page", DOCS, ids=name)
def test_every_anchor_that_a_page_links_to_is_a_heading(page: Path) -> None:
    wrong = []
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if anchor and "://" not in link and target.suffix == ".md" and anchor not in anchors(target):
            wrong.append(link)

    assert wrong == []


def test_heading_that_is_there_twice_has_two_names(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A [link](x.md), and `code`\n\n## Scope\n\n## Scope\n\n```sh\n# no heading\n```\n")

    assert anchors(page) == {"a-link-and-code", "scope", "scope-1"}


def test_every_page_is_in_the_navigation_or_in_the_list_of_decisions() -> None:
    navigation = in_nav(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    pages = {name(page) for page in DOCS if not re.match(r"docs/decisions/\d", name(page))}

    assert pages - navigation == set()
    assert navigation - pages == set()


def test_every_decision_is_in_their_list_by_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    lines = []
    for record in sorted(folder.glob("[0-9]*.md")):
        number, title = record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(". ", 1)
        lines.append(f"{number}. [{title}]({record.name})")

    assert listed.endswith("\n".join(lines) + "\n")


def test_map_leads_to_every_page_of_its_folder() -> None:
    page = ROOT / "docs" / "index.md"
    reached = {target.name for target in linked(page, ROOT)}

    assert {path.name for path in (ROOT / "docs").glob("*.md")} - reached - {"index.md"} == set()


def test_site_has_what_the_pages_link_to(tmp_path: Path) -> None:
    gather(tmp_path)

    pages = sorted(tmp_path.rglob("*.md"))
    assert len(pages) >= len(DOCS)
    assert [str(target) for page in pages for target in linked(page, tmp_path) if not target.exists()] == []
    assert (tmp_path / "launch_config" / "epic.toml.example").is_file()


@pytest.mark.parametrize(
    ("html", "fetched"),
    [
        ('<script src="https://cdn.example/a.js"></script>', ["https://cdn.example/a.js"]),
        ('<link rel="stylesheet" href="//fonts.example/x.css">', ["//fonts.example/x.css"]),
        ('<img src="HTTP://pixel.example/p.gif">', ["HTTP://pixel.example/p.gif"]),
        ('<a href="https://elsewhere.example">read more</a>', []),
        ('<link rel="canonical" href="https://docs.example/">', []),
        ('<script src="js/base.js"></script><img src="../docs/house.svg">', []),
    ],
)
def test_what_a_browser_would_fetch_from_elsewhere_is_found(html: str, fetched: list[str]) -> None:
    assert fetched_elsewhere(html) == fetched


def test_style_sheet_that_fetches_from_elsewhere_is_found(tmp_path: Path) -> None:
    sheet = tmp_path / "x.css"
    sheet.write_text(
        "@import 'https://a.example/b.css'; p { background: url(/img/x.png), url('//c.example/d') }"
    )

    assert [one.partition(": ")[2] for one in faults([sheet])] == ["//c.example/d", "https://a.example/b.css"]


def test_site_builds_and_stays_at_home(tmp_path: Path) -> None:
    if find_spec("mkdocs") is None:
        pytest.skip("mkdocs is not installed (make site does that): THE SITE WAS NOT BUILT")
    command = [sys.executable, "-m", "tools.site", str(tmp_path / "site")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "docs" / "index.html").is_file()


@pytest.mark.parametrize("name", ["pages/mine.md", "mkdocs.yml", "site/mine.md"])
def test_building_the_site_touches_nothing_of_others(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")

    with suppress(SystemExit):  # without mkdocs, and beside files of others
        main([str(tmp_path / "site")])

    assert mine.read_text() == "mine"


def test_folder_of_others_is_named_and_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("mine")

    with pytest.raises(SystemExit, match="holds other files and was left as it is: name a new folder"):
        main([str(tmp_path)])


def test_house_is_drawn_as_the_import_contracts_are() -> None:
    assert FILE.read_text(encoding="utf-8") == drawing(contracts()), "run: .venv/bin/python -m tools.house"


def test_house_has_every_room_with_its_words_and_every_rule() -> None:
    layers, *others = contracts()
    picture = unescape(FILE.read_text(encoding="utf-8"))
    rooms = [room for floor in floors(layers) for room in floor]

    assert sorted(rooms) == sorted(WORDS)
    assert [room for room in rooms if WORDS[room] not in picture] == []
    assert [rule["name"] for rule in others if str(rule["name"]) not in picture] == []


def test_words_of_a_room_fit_between_its_walls() -> None:
    widest_px = 7.2  # a letter of 13 px, generously

    for floor in floors(contracts()[0]):
        assert [room for room in floor if len(WORDS[room]) * widest_px > INSIDE / len(floor)] == []


def test_rule_for_a_part_of_a_room_is_marked_on_the_room() -> None:
    layers, *_ = contracts()
    rule: Contract = {"name": "Presenters know no request", "source_modules": ["smartapp.web.presenters"]}

    assert ">web ●</text>" in drawing([layers, rule])


def test_house_changes_when_a_floor_moves() -> None:
    layers, *others = contracts()
    moved = {**layers, "layers": list(reversed(layers["layers"]))}  # type: ignore[call-overload]

    assert drawing([moved, *others]) != drawing([layers, *others])
