"""Templates: strict, escaped, used, and sent in pieces."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, UndefinedError

from smartapp.web.presenters.stop import StopPage
from smartapp.web.rendering import STATIC, TEMPLATES, Pages

NAMES = sorted(path.name for path in TEMPLATES.iterdir())
WEB = Path(TEMPLATES).parent / "web"


@dataclass(frozen=True, slots=True)
class Page:
    title: str = "<script>alert(1)</script>"
    heading: tuple[str, ...] = ("<img src=x onerror=alert(1)>",)
    lead: str = '"><b>'
    next_step: str = ""
    code: str = ""
    reference: str = ""
    for_it: str = "</textarea><script>"
    typed: str = "</textarea><script>alert(2)</script>"
    typed_heading: str = "<script>alert(3)</script>"


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles_is_short_and_is_used(name: str) -> None:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        enable_async=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.get_template(name)

    users = [*TEMPLATES.iterdir(), *WEB.glob("*.py")]
    assert any(f'"{name}"' in path.read_text() for path in users)
    if "macros" not in name:
        assert len((TEMPLATES / name).read_text().splitlines()) <= 70


async def test_markup_in_a_value_is_inert_everywhere() -> None:
    html = await Pages().html("stop.html", Page())

    assert "<script>alert" not in html
    assert "<img" not in html
    assert html.count("</textarea>") == 2
    assert "&lt;/textarea&gt;&lt;script&gt;alert(2)" in html


async def test_value_that_a_presenter_forgot_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        await Pages().html("stop.html", object())


async def test_error_page_has_one_heading_a_language_and_a_title() -> None:
    page = StopPage("Gone", ("It is gone.",), "Lead", "Next", "not-found", "7F3K-22", for_it="", typed="")

    html = await Pages().html("stop.html", page)

    assert html.count("<h1") == 1
    assert '<html lang="en" dir="ltr"' in html
    assert "<title>Gone - Common Ground</title>" in html
    assert "not-found" in html
    assert "7F3K-22" in html


async def test_addresses_carry_the_path_that_the_app_is_served_under() -> None:
    html = await Pages("/ground").html("stop.html", Page())

    assert 'href="/ground/static/app.css?v=' in html


def test_script_is_free_of_what_the_policy_forbids() -> None:
    script = (STATIC / "app.js").read_text()

    assert not re.search(r"\beval\b|innerHTML|localStorage|sessionStorage|document\.write", script)
