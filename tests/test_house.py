"""Rules of the house that a reader relies on."""

import ast
import re
from pathlib import Path

import pytest

from tools.house import contracts

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "smartapp").rglob("*.py"))
TEMPLATES = sorted((ROOT / "smartapp").rglob("templates/**/*.html"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_module_is_one_idea_said_in_its_first_sentence(module: Path) -> None:
    text = module.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text)) or not text.strip()


def test_only_the_door_imports_the_http_library() -> None:
    importers = [
        name(module) for module in MODULES if re.search(r"^\s*(import|from) httpx", module.read_text(), re.M)
    ]

    assert importers == ["smartapp/http.py"]


def test_what_is_shown_is_kept_from_every_module_that_answers_requests() -> None:
    routes = ast.parse((ROOT / "smartapp" / "web" / "routes.py").read_text(encoding="utf-8"))
    answering = {
        f"smartapp.web.{one.name}"
        for statement in ast.walk(routes)
        if isinstance(statement, ast.ImportFrom) and statement.module == "smartapp.web"
        for one in statement.names
    }
    rule = next(rule for rule in contracts() if "smartapp.web.presenters" in rule.get("source_modules", ()))  # type: ignore[operator]

    # The sheet of an EHR's style tells the address under which a page names it.
    assert answering - set(rule["forbidden_modules"]) == {"smartapp.web.style"}  # type: ignore[call-overload]


def test_nothing_skips_the_validation_of_what_is_written() -> None:
    assert [
        name(module) for module in MODULES if "model_construct" in module.read_text(encoding="utf-8")
    ] == []


def test_no_template_switches_escaping_off() -> None:
    switches = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(f")

    offenders = [
        name(path) for path in [*TEMPLATES, *MODULES] if switches.search(path.read_text(encoding="utf-8"))
    ]

    assert offenders == []


def test_no_page_carries_inline_script_or_style() -> None:
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:", re.I)

    offenders = [name(path) for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))]

    assert offenders == []


def test_product_names_no_folder_of_the_machine_it_is_on() -> None:
    patterns = ("*.py", "*.html", "*.toml", "*.md", "*.js", "*.css")
    files = [path for pattern in patterns for path in ROOT.rglob(pattern)]
    own = [path for path in files if ".venv" not in path.parts]

    offenders = [name(path) for path in own if str(ROOT) in path.read_text(encoding="utf-8")]

    assert own
    assert offenders == []
