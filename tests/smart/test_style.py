"""What is taken of an EHR's style: within limits, legible everywhere, and nothing of it copied."""

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smartapp.smart.color import Color, color_of, contrast
from smartapp.smart.palette import OURS, Palette, scheme_of
from smartapp.smart.style import KEYS, style_of

APP_CSS = (Path(__file__).parents[2] / "smartapp" / "static" / "app.css").read_text(encoding="utf-8")
OF_THE_STANDARD = {
    "color_background": "#edeae3",
    "color_error": "#9e2d2d",
    "color_highlight": "#69b5ce",
    "color_modal_backdrop": "",
    "color_success": "#498e49",
    "color_text": "#303030",
    "dim_border_radius": "6px",
    "dim_font_size": "13px",
    "dim_spacing_size": "20px",
    "font_family_body": "Georgia, Times, 'Times New Roman', serif",
    "font_family_heading": "'HelveticaNeue-Light', Helvetica, Arial, 'Lucida Grande', sans-serif;",
}
"""The example of SMART App Launch 2.2."""

_HEX = "#[0-9a-f]{6}"
_FACE = r'(?:"-?[A-Za-z][A-Za-z0-9 _-]{0,39}"|-apple-system|BlinkMacSystemFont|system-ui|ui-sans-serif)'
PROPERTY: Final = {
    r"--smart-color-(?:background|text|highlight|error|success)": rf"(?:{_HEX}|light-dark\({_HEX},{_HEX}\))",
    r"--smart-dim-border-radius": r"\d(?:\.\d{1,3})?px",
    r"--smart-dim-font-size": r"\d{2,3}(?:\.\d{1,5})?%",
    r"--smart-dim-spacing-size": r"\d{1,2}(?:\.\d{1,3})?px",
    r"--smart-font-family-(?:body|heading)": rf"(?:{_FACE},)*sans-serif",
}
ANY_PROPERTY = "|".join(f"{name}:{value};" for name, value in PROPERTY.items())
SHEET = re.compile(rf"@media screen\{{:root\{{(?:color-scheme:(?:light|dark);)?(?:{ANY_PROPERTY})+\}}\}}")

colors = st.tuples(*[st.integers(0, 255)] * 3)
written_colors = st.one_of(
    colors.map(lambda rgb: "#{:02x}{:02X}{:02x}".format(*rgb)),
    colors.map(lambda rgb: "rgb({}, {},{})".format(*rgb)),
    colors.map(lambda rgb: "#{:x}{:x}{:x}".format(*(channel // 16 for channel in rgb))),
)
hostile = st.sampled_from(
    [
        "#fff}</style><script>", "red;}*{display:none", "url(https://canary.test/x)", "#fff;@import 'x'",
        "expression(alert(1))", "var(--x)", "16px;}", "calc(1px)", "-5px", "1e3px", "９px", "'a\\27 ;}'",
        "'x', url(y)", "\"a\n\"", "inherit", "#12345", "rgb(1,2,999)", "rgba(0,0,0,0)", "transparent", "'",
        '""',
    ]
)  # fmt: skip
sizes = st.floats(0, 999).map(lambda size: f"{size:.2f}px")
values = st.one_of(written_colors, hostile, sizes, st.text(max_size=60), st.integers(), st.none())
ended = values.map(lambda value: f"{value};" if isinstance(value, str) else value)
likely = {
    key: written_colors if key.startswith("color") else sizes if key.startswith("dim") else values
    for key in KEYS
}
documents = st.one_of(
    st.dictionaries(st.sampled_from(KEYS), st.one_of(values, ended), max_size=11),
    st.fixed_dictionaries({}, optional=likely),
    st.recursive(values, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5),
)


def taken(document: object, *, with_typefaces: bool = True) -> dict[str, str]:
    """The properties without "--smart-", by name."""
    style = style_of(document, with_typefaces=with_typefaces)
    return {name.removeprefix("--smart-"): value for name, value in style.properties}


def in_scheme(value: str, scheme: str) -> Color:
    """A color as a browser takes it in this scheme."""
    light, dark = re.findall(_HEX, value)[0], re.findall(_HEX, value)[-1]
    found = color_of(dark if scheme == "dark" else light)
    assert found
    return found


def palette_in(document: object, scheme: str) -> Palette:
    """The colors of a page with this style, for a clinician who has set this scheme."""
    found = taken(document)
    ours = OURS[scheme]

    def of(name: str, fallback: Color) -> Color:
        value = found.get(f"color-{name}")
        return in_scheme(value, scheme) if value else fallback

    highlight = of("highlight", ours.highlight)
    return Palette(
        of("background", ours.background),
        of("text", ours.text),
        highlight,
        of("error", ours.error),
        of("success", highlight),
    )


@settings(max_examples=300)
@given(documents)
@example({"color_background": "#fff}</style><script>"})
@example(OF_THE_STANDARD)
def test_sheet_of_any_document_is_made_of_known_properties_only(document: object) -> None:
    css = style_of(document, with_typefaces=True).css

    assert css == "" or SHEET.fullmatch(css)
    assert not re.search(r"url|@import|<|\\|/\*|expression", css)


@settings(max_examples=300)
@given(documents)
@example(OF_THE_STANDARD)
@example({"color_background": "#808080", "color_text": "#000"})
@example({"color_background": "#1e2430"})
def test_text_of_any_document_can_be_read_wherever_a_page_has_it(document: object) -> None:
    set_by_style = style_of(document, with_typefaces=True).scheme
    for scheme in (set_by_style,) if set_by_style else ("light", "dark"):
        found = palette_in(document, scheme)
        paper, ink, accent = found.background, found.text, found.highlight
        quiet, well = ink.mixed(0.74, paper), ink.mixed(0.045, paper)
        assert scheme == set_by_style == scheme_of(paper) or not set_by_style

        for one in (ink, accent, found.error, found.success, quiet):
            assert contrast(one, paper) >= 4.5
        for one in (ink, quiet, accent):
            assert contrast(one, well) >= 4.5
        assert contrast(accent, accent.mixed(0.08, paper)) >= 4.5
        assert contrast(paper, accent.mixed(0.86, ink)) >= 4.5
        assert contrast(ink.mixed(0.54, paper), paper) >= 3
        band = ink if scheme == "light" else ink.mixed(0.13, paper)
        on_band = (paper, paper.mixed(0.78, ink)) if scheme == "light" else (ink, quiet)
        assert min(contrast(one, band) for one in on_band) >= 4.5


@given(documents)
def test_size_of_any_document_is_within_its_limits(document: object) -> None:
    found = taken(document)

    for name, least, most in (
        ("dim-border-radius", 0, 8), ("dim-font-size", 81.25, 125), ("dim-spacing-size", 6, 10)
    ):  # fmt: skip
        if name in found:
            assert least <= float(found[name].rstrip("px%")) <= most


def test_example_of_the_standard_keeps_what_can_be_read() -> None:
    style = style_of(OF_THE_STANDARD, with_typefaces=False)

    assert style.scheme == "light"
    assert dict(style.properties) == {
        "--smart-color-background": "#edeae3",
        "--smart-color-text": "#303030",
        "--smart-color-highlight": OURS["light"].highlight.css,
        "--smart-color-error": "#9e2d2d",
        "--smart-color-success": OURS["light"].highlight.css,
        "--smart-dim-border-radius": "6px",
        "--smart-dim-font-size": "81.25%",
        "--smart-dim-spacing-size": "10px",
    }


def test_dark_background_alone_comes_with_our_colors_for_the_dark() -> None:
    style = style_of({"color_background": "#1e2430;"}, with_typefaces=False)

    assert style.scheme == "dark"
    assert dict(style.properties)["--smart-color-text"] == OURS["dark"].text.css
    assert dict(style.properties)["--smart-color-error"] == OURS["dark"].error.css


@pytest.mark.parametrize("background", ["#808080", "rgb(128, 128, 128)", "#b04040", "#2a7fff"])
def test_background_on_which_nothing_can_be_read_is_refused_whole(background: str) -> None:
    style = style_of({"color_background": background, "color_text": "#333"}, with_typefaces=False)

    assert style.scheme == ""
    assert "--smart-color-background" not in dict(style.properties)


def test_color_without_a_background_is_used_in_the_scheme_where_it_can_be_read() -> None:
    found = taken({"color_highlight": "#1b5d80"})

    assert found["color-highlight"] == f"light-dark(#1b5d80,{OURS['dark'].highlight.css})"
    assert style_of({"color_highlight": "#1b5d80"}, with_typefaces=False).scheme == ""


def test_style_that_changes_nothing_makes_no_sheet() -> None:
    ours = OURS["light"]

    assert style_of({"color_text": "#777", "color_error": "#777"}, with_typefaces=True).css == ""
    assert style_of({"color_highlight": ours.highlight.css}, with_typefaces=True).css == ""
    assert style_of([], with_typefaces=True).css == ""


def test_paper_keeps_the_apps_own_looks() -> None:
    assert style_of(OF_THE_STANDARD, with_typefaces=True).css.startswith("@media screen{:root{")


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("'Helvetica Neue', Arial, sans-serif;", '"Helvetica Neue","Arial",sans-serif'),
        ("-apple-system, Segoe UI", '-apple-system,"Segoe UI",sans-serif'),
        ("sans-serif", "sans-serif"),
    ],
)  # fmt: skip
def test_typefaces_are_taken_over_where_a_site_says_so(text: str, family: str) -> None:
    assert taken({"font_family_body": text}) == {"font-family-body": family}
    assert taken({"font_family_body": text}, with_typefaces=False) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Georgia, serif", "'Times New Roman'", "Courier, monospace", "Comic Sans MS, cursive", "Arial, 'a;b'",
        "url(x)", "Arial,,Verdana", "'Arial", "A" * 41, ", ".join(["Arial"] * 9), "Arial\\", "",
    ],
)  # fmt: skip
def test_typeface_of_quotations_and_anything_odd_is_refused(text: str) -> None:
    assert taken({"font_family_heading": text}) == {}


@pytest.mark.parametrize(
    "text", ["red", "#12345", "#1234567", "rgb(1,2)", "rgb(256,0,0)", "rgb(10%,0,0)", "hsl(0,0,0)"]
)
def test_what_is_no_color_of_the_three_kinds_is_none(text: str) -> None:
    assert color_of(text) is None


@pytest.mark.parametrize(
    ("text", "css"), [("#0aF", "#00aaff"), ("#102030", "#102030"), ("rgb(1 2 3)", "#010203")]
)
def test_color_is_read_in_each_of_its_kinds(text: str, css: str) -> None:
    found = color_of(text)

    assert found
    assert found.css == css


def test_contrast_is_that_of_the_standard() -> None:
    black, white, gray = Color(0, 0, 0), Color(255, 255, 255), Color(118, 118, 118)

    assert contrast(black, white) == pytest.approx(21)
    assert contrast(gray, white) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", ["background", "text", "highlight", "error"])
def test_our_colors_are_those_of_the_style_sheet(name: str) -> None:
    found = re.search(rf"var\(--smart-color-{name}, light-dark\((#\w+), (#\w+)\)\)", APP_CSS)

    assert found
    assert found.groups() == (getattr(OURS["light"], name).css, getattr(OURS["dark"], name).css)


@pytest.mark.parametrize(
    "mix",
    [
        "--ink-2: color-mix(in srgb, var(--ink) 74%, var(--paper));",
        "--edge: color-mix(in srgb, var(--ink) 54%, var(--paper));",
        "--well: color-mix(in srgb, var(--ink) 4.5%, var(--paper));",
        "--wash: color-mix(in srgb, var(--accent) 8%, var(--paper));",
        "--band: light-dark(var(--ink), color-mix(in srgb, var(--ink) 13%, var(--paper)));",
        "--on-band-2: light-dark(color-mix(in srgb, var(--paper) 78%, var(--ink)), var(--ink-2));",
        "background: color-mix(in srgb, var(--accent) 86%, var(--ink));",
    ],
)
def test_mixes_that_are_checked_are_those_of_the_style_sheet(mix: str) -> None:
    assert mix in APP_CSS
