"""An EHR's style as the custom properties of a sheet: what is safe of it, within limits, and nothing else.

The eleven keys of https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#styling. Real
values end in ";". Nothing of the document is copied: colors and sizes are printed from numbers, and names of
typefaces letter by letter from an alphabet that cannot leave the quotation marks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from smartapp.smart.color import Color, color_of
from smartapp.smart.palette import OURS, Palette, on_ours, palette_on, scheme_of

KEYS: Final = (
    "color_background", "color_error", "color_highlight", "color_modal_backdrop", "color_success",
    "color_text", "dim_border_radius", "dim_font_size", "dim_spacing_size", "font_family_body",
    "font_family_heading",
)  # fmt: skip
"""SMART's. color_modal_backdrop is read and has no effect: the app has no modals."""

_COLORS: Final = ("background", "text", "highlight", "error", "success")
_LIMITS: Final = {"border_radius": (0.0, 8.0), "font_size": (13.0, 20.0), "spacing_size": (6.0, 10.0)}
"""Of each size, in px: the least and the most."""

_LONGEST: Final = 300
_MOST_FACES: Final = 8
_USUAL_SIZE: Final = 16.0
_SIZE: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)px", re.ASCII)
_FACE: Final = re.compile(r"""(["']?)(-?[A-Za-z][A-Za-z0-9 _-]{0,39})\1""")
_PLAIN: Final = frozenset({"-apple-system", "BlinkMacSystemFont", "system-ui", "ui-sans-serif", "sans-serif"})
"""Names that mean something only without quotation marks."""
_NOT_OURS: Final = frozenset(
    {
        "serif", "ui-serif", "cursive", "fantasy", "monospace", "ui-monospace", "math", "emoji",
        "iowan old style", "charter", "georgia", "noto serif", "times", "times new roman",
    }
)  # fmt: skip
"""Serif is a person's own words, everywhere in this app. A list that names such a face is not taken over."""


@dataclass(frozen=True, slots=True)
class Style:
    """What of an EHR's style is taken over. `scheme`: "light", "dark", or "" where the clinician's own
    setting decides. `properties`: each custom property with its value, as CSS.
    """

    scheme: str = ""
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def css(self) -> str:
        """The sheet; "" for the app's own looks. For screens only: paper is white."""
        if not self.properties:
            return ""
        scheme = f"color-scheme:{self.scheme};" if self.scheme else ""
        each = "".join(f"{name}:{value};" for name, value in self.properties)
        return f"@media screen{{:root{{{scheme}{each}}}}}"


def style_of(document: object, *, with_typefaces: bool) -> Style:
    """Read a style as it came. What is not as the standard says is left out; nothing is raised."""
    if not isinstance(document, Mapping):
        return Style()
    texts = {key: _text(document.get(key)) for key in KEYS}
    given = {name: color for name in _COLORS if (color := color_of(texts[f"color_{name}"]))}
    scheme, colors = _colors(given)
    faces = _typefaces(texts) if with_typefaces else ()
    return Style(scheme, (*colors, *_sizes(texts), *faces))


def _text(value: object) -> str:
    """A value without the ";" at its end; "" for what is no short text."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    return value.strip().removesuffix(";").strip()


def _colors(given: Mapping[str, Color]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The scheme and the properties. Without a background that can be taken over, the clinician's setting of
    light or dark goes on, and a color is used where it can be read.
    """
    background = given.get("background")
    whole = palette_on(background, given) if background else None
    if background and whole:
        named = ((name, getattr(whole, name).css) for name in _COLORS)
        return scheme_of(background), tuple((f"--smart-color-{name}", css) for name, css in named)
    light, dark = on_ours("light", given), on_ours("dark", given)
    return "", tuple(
        (f"--smart-color-{name}", f"light-dark({_css(light, name)},{_css(dark, name)})")
        for name in _COLORS[1:]
        if (_css(light, name), _css(dark, name)) != (_css(OURS["light"], name), _css(OURS["dark"], name))
    )


def _css(palette: Palette, name: str) -> str:
    color: Color = getattr(palette, name)
    return color.css


def _sizes(texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    found = ((name, _size(texts[f"dim_{name}"], *limits)) for name, limits in _LIMITS.items())
    return tuple(
        (f"--smart-dim-{name.replace('_', '-')}", _in_css(name, size))
        for name, size in found
        if size is not None
    )


def _size(text: str, least: float, most: float) -> float | None:
    found = _SIZE.fullmatch(text)
    return min(max(float(found[1]), least), most) if found else None


def _in_css(name: str, size: float) -> str:
    # As a share of what the reader has set in the browser: a person who needs larger text keeps it.
    return f"{size / _USUAL_SIZE * 100:g}%" if name == "font_size" else f"{size:g}px"


def _typefaces(texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    found = ((name, _family(texts[f"font_family_{name}"])) for name in ("body", "heading"))
    return tuple((f"--smart-font-family-{name}", family) for name, family in found if family)


def _family(text: str) -> str:
    """The list of typefaces as CSS, ending in sans-serif; "" for one that is not taken over."""
    faces = [_FACE.fullmatch(face.strip()) for face in text.split(",")]
    names = [face[2].strip() for face in faces if face]
    if not 0 < len(faces) <= _MOST_FACES or len(names) < len(faces):
        return ""
    if any(name.casefold() in _NOT_OURS for name in names):
        return ""
    listed = [name if name in _PLAIN else f'"{name}"' for name in names if name != "sans-serif"]
    return ",".join((*listed, "sans-serif"))
