"""Colors as an EHR writes them, and how well one is read on another.

Contrast: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

import re
from dataclasses import dataclass
from typing import Final

_HEX: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_RGB: Final = re.compile(r"rgb\( ?(\d{1,3})(?: ?, ?| )(\d{1,3})(?: ?, ?| )(\d{1,3}) ?\)", re.ASCII)
_MOST: Final = 255
# Of sRGB's transfer curve: where its straight part ends, and what light weighs in each channel.
_STRAIGHT: Final = 0.04045
_WEIGHTS: Final = (0.2126, 0.7152, 0.0722)


@dataclass(frozen=True, slots=True)
class Color:
    """An opaque sRGB color; each channel 0 to 255, between whole numbers where it was mixed."""

    red: float
    green: float
    blue: float

    @property
    def channels(self) -> tuple[float, float, float]:
        return self.red, self.green, self.blue

    @property
    def luminance(self) -> float:
        """0 for black to 1 for white."""
        linear = (_linear(channel / _MOST) for channel in self.channels)
        return sum(weight * light for weight, light in zip(_WEIGHTS, linear, strict=True))

    @property
    def css(self) -> str:
        """#rrggbb"""
        return "#" + "".join(f"{round(channel):02x}" for channel in self.channels)

    def mixed(self, share: float, other: "Color") -> "Color":
        """What CSS's color-mix(in srgb, self share, other) gives; `share` 0 to 1."""
        pairs = zip(self.channels, other.channels, strict=True)
        return Color(*(mine * share + theirs * (1 - share) for mine, theirs in pairs))


def color_of(text: str) -> Color | None:
    """#rgb, #rrggbb, or rgb() with whole numbers; None for anything else, a color's name included."""
    if _HEX.fullmatch(text):
        digits = text[1:] if len(text) == 7 else "".join(digit * 2 for digit in text[1:])
        return Color(*(int(digits[at : at + 2], 16) for at in (0, 2, 4)))
    found = _RGB.fullmatch(text)
    if found is None or any(int(channel) > _MOST for channel in found.groups()):
        return None
    return Color(*(int(channel) for channel in found.groups()))


def contrast(one: Color, other: Color) -> float:
    """1 to 21; the order does not matter."""
    lighter, darker = sorted((one.luminance, other.luminance), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _linear(channel: float) -> float:
    if channel <= _STRAIGHT:
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)
