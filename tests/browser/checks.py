"""What must hold of any page that a person sees: no fault that axe finds, nothing out of sight or reach."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page

from tests.browser.stage import View

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOR_RULES = ["color-contrast", "link-in-text-block"]
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
    " p { margin-block-end: 2em !important }"
)
"""WCAG 2.2, 1.4.12."""
LEAST_TARGET_PX = 24
HEIGHT_PX = 800
_MOST_TABS = 400
_TEXTS = ("RootWebArea", "paragraph", "listitem")
_CHECKS = Path(__file__).with_name("checks.js").read_text(encoding="utf-8").partition("\n")[2]
_AXE = """wanted => axe.run(document, { runOnly: wanted, resultTypes: ["violations"], iframes: false }).then(
  (all) => all.violations.flatMap((one) => one.nodes.map((node) => `${one.id} ${node.html.slice(0, 99)}`)))"""


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at a page. `width` in CSS px."""

    width: int
    scheme: Literal["light", "dark"] = "light"
    forced: bool = False

    def __str__(self) -> str:
        return f"{self.width} px, {'forced colors' if self.forced else self.scheme}"


def take(page: Page, look: Look) -> None:
    page.set_viewport_size({"width": look.width, "height": HEIGHT_PX})
    page.emulate_media(color_scheme=look.scheme, forced_colors="active" if look.forced else "none")


def ask(view: View, question: str, *about: object) -> Any:
    """The answer of a function of checks.js."""
    view.evaluate(f"() => {{ window.checks ??= {_CHECKS.rstrip()} }}")
    return view.evaluate(f"about => window.checks.{question}(...about)", list(about))


def axe(view: View, look: Look, *, only_colors: bool = False) -> list[str]:
    """What axe finds, a line each. `only_colors`: by the rules that depend on what color something has."""
    ask(view, "tellPaintedColors", look.forced)
    view.evaluate(f"() => {{ if (!window.axe) {{ {AXE_SCRIPT} }} }}")
    return list(view.evaluate(_AXE, COLOR_RULES if only_colors else STANDARDS))


def sideways(view: View) -> int:
    """CSS px by which the page is wider than its window."""
    return int(ask(view, "sideways"))


@contextmanager
def spaced(view: View) -> Iterator[None]:
    """With the lines, letters and words as far apart as a reader may set them."""
    ask(view, "space", SPACED)
    yield
    ask(view, "space", "")


def small_targets(view: View) -> list[str]:
    """What can be pressed and is smaller than it may be. WCAG 2.2, 2.5.8."""
    return list(ask(view, "smallTargets", LEAST_TARGET_PX))


def told(view: View) -> dict[str, Any]:
    """What tells one page from another, to anybody: its title, its language, its first headings."""
    return dict(ask(view, "told"))


def moving(view: View) -> list[str]:
    """What moves by itself."""
    return list(ask(view, "moving"))


def nameless(view: View) -> list[str]:
    """What takes the focus and has no name in the accessibility tree: its role. Text that a link leads to is
    read and needs none.
    """
    page = view.page if isinstance(view, Frame) else view
    session = page.context.new_cdp_session(page)
    frames = session.send("Page.getFrameTree")["frameTree"]
    of_frames = [each["frame"]["id"] for each in frames.get("childFrames", ())]
    frame = of_frames[0] if isinstance(view, Frame) else frames["frame"]["id"]
    nodes = session.send("Accessibility.getFullAXTree", {"frameId": frame})["nodes"]
    session.detach()
    return [f"no name: {node['role']['value']}" for node in nodes if _takes_focus(node) and not _name(node)]


def _takes_focus(node: dict[str, Any]) -> bool:
    properties = {each["name"]: each["value"].get("value") for each in node.get("properties", ())}
    is_text = node.get("role", {}).get("value") in _TEXTS
    return bool(properties.get("focusable")) and not node["ignored"] and not is_text


def _name(node: dict[str, Any]) -> str:
    return str(node.get("name", {}).get("value", "")).strip()


def keyboard_walk(page: Page, view: View) -> tuple[int, list[str]]:
    """Tab from the beginning to the end. At how many places the focus comes by, and what is wrong there."""
    ask(view, "begin")
    steps: list[dict[str, Any]] = []
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        step = view.evaluate("window.checks.step()")
        if step is None:
            break
        if "isInside" not in step:
            steps.append(step)
    faults = [f"not reached: {each}" for each in ask(view, "leftOut")]
    for step in steps:
        faults += [f"{what}: {step['html']}" for what, is_so in _faults(step).items() if is_so]
    for one, after in pairwise(step for step in steps if not step["isStuck"]):
        if after["bottom"] <= one["top"] and after["left"] <= one["right"]:
            faults.append(f"out of order: {one['html']}, then {after['html']}")
    return len(steps), faults


def _faults(step: dict[str, Any]) -> dict[str, bool]:
    return {
        "focus not seen": not step["isOutlined"],
        "focus covered": step["isCovered"],
        "focus out of the window": step["isOut"],
    }


def as_text(faults: list[str]) -> str:
    return json.dumps(faults, indent=1, ensure_ascii=False)
