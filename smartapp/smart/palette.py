"""Which of an EHR's colors are taken over: those that can be read wherever the app puts them.

Every pair is checked that a page shows, also those that the style sheet mixes. What is refused is replaced by
the app's own color, and the whole must hold together: an EHR's background is taken only where some text, some
accent and some red can be read on it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from smartapp.smart.color import Color, color_of, contrast

# A little above 4.5 and 3, for browsers round what they mix.
_TEXT: Final = 4.55
_CONTROL: Final = 3.02
# Below, black is read on it less well than white.
_DARK_BELOW: Final = 0.179


@dataclass(frozen=True, slots=True)
class Palette:
    """Five colors that go together. The names are those of SMART's keys, without "color_"."""

    background: Color
    text: Color
    highlight: Color
    error: Color
    success: Color


def _color(css: str) -> Color:
    color = color_of(css)
    assert color is not None
    return color


def _palette(*css: str) -> Palette:
    background, text, accent, error = (_color(each) for each in css)
    return Palette(background, text, accent, error, accent)


OURS: Final = {
    "light": _palette("#ffffff", "#151b18", "#0b5a44", "#a01c1c"),
    "dark": _palette("#121614", "#e4eae6", "#86cdb0", "#ff9d92"),
}
"""By color scheme: the app's own, as app.css has them."""


def scheme_of(background: Color) -> str:
    """ "light" or "dark": how the browser is to draw what nobody colors, and which mixes are used."""
    return "dark" if background.luminance < _DARK_BELOW else "light"


def palette_on(background: Color, given: Mapping[str, Color]) -> Palette | None:
    """The palette on an EHR's background; None where nothing can be read on it. `given`: the EHR's other
    colors by name.
    """
    ours = OURS[scheme_of(background)]
    text = _first(_choices(given, "text", ours.text), lambda one: _is_text(one, background))
    if text is None:
        return None
    accents = _choices(given, "highlight", ours.highlight)
    accent = _first(accents, lambda one: _is_accent(one, text, background))
    errors = _choices(given, "error", ours.error)
    error = _first(errors, lambda one: contrast(one, background) >= _TEXT)
    if accent is None or error is None:
        return None
    successes = _choices(given, "success", accent)
    success = _first(successes, lambda one: contrast(one, background) >= _TEXT)
    return Palette(background, text, accent, error, success or accent)


def on_ours(scheme: str, given: Mapping[str, Color]) -> Palette:
    """The palette on the app's own background of a scheme."""
    return palette_on(OURS[scheme].background, given) or OURS[scheme]


def _choices(given: Mapping[str, Color], name: str, ours: Color) -> tuple[Color, ...]:
    return (given[name], ours) if name in given else (ours,)


def _first(choices: Iterable[Color], is_read: Callable[[Color], bool]) -> Color | None:
    return next((one for one in choices if is_read(one)), None)


def _is_text(ink: Color, paper: Color) -> bool:
    """The text, its quieter forms, and the borders of fields; on the page, in a panel and in the banner."""
    quiet, edge, well = ink.mixed(0.74, paper), ink.mixed(0.54, paper), ink.mixed(0.045, paper)
    pairs = [(ink, paper), (quiet, paper), (ink, well), (quiet, well)]
    if scheme_of(paper) == "dark":
        band = ink.mixed(0.13, paper)
        pairs += [(ink, band), (quiet, band)]
    else:
        pairs.append((paper.mixed(0.78, ink), ink))
    return contrast(edge, paper) >= _CONTROL and all(contrast(*pair) >= _TEXT for pair in pairs)


def _is_accent(accent: Color, ink: Color, paper: Color) -> bool:
    """Links and questions on every ground, and a button's text on it, also under the pointer."""
    grounds = (paper, ink.mixed(0.045, paper), accent.mixed(0.08, paper))
    pointed_at = accent.mixed(0.86, ink)
    return (
        all(contrast(accent, ground) >= _TEXT for ground in grounds) and contrast(paper, pointed_at) >= _TEXT
    )
