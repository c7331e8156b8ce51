"""The picture of what was said over time, ready to be drawn: places in percent across, in rem downwards."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Words beside a mark; `x` from there. `is_before`: they end at the mark."""

    x: str
    width: str
    text: str
    is_quoted: bool
    is_before: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """One mark, or the number of several in a box so many pixels wide (`box`). `until`: where the line of a
    day that is told in part ends, "" for a whole day.
    """

    x: str
    y: str
    href: str
    name: str
    shape: str
    is_hollow: bool
    count: str
    box: int
    until: str
    words: Words | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar. `kind`: open, waiting, hold or unknown."""

    x1: str
    x2: str
    kind: str


@dataclass(frozen=True, slots=True)
class Bar:
    """`ticks`: where the status changed. `end`: achieved, stopped, over for another end, or "" for a bar that
    goes on; `x_end` its place.
    """

    href: str
    name: str
    y: str
    y_line: str
    words: str
    is_quoted: bool
    state: str
    shape: str
    is_hollow: bool
    x: str
    pieces: tuple[Piece, ...]
    ticks: tuple[str, ...]
    end: str
    x_end: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    y: str
    y_name: str
    bars: tuple[Bar, ...] = ()
    more: str = ""
    y_more: str = ""
    dots: tuple[Dot, ...] = ()


@dataclass(frozen=True, slots=True)
class Bracket:
    """`y1`, `y2`: how far up each end goes, to its mark. `x` and `width`: of its words, which end with the
    bracket where that is on the right.
    """

    x1: str
    x2: str
    y: str
    y_top: str
    y1: str
    y2: str
    href: str
    name: str
    about: str
    x: str
    width: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class TickView:
    x: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """`breaks`: where a long time is drawn shorter, as place and width. `today_side`: on which side of its
    line the word stands.
    """

    kind: str
    height: str
    y_axis: str
    y_ticks: str
    today: str
    today_side: str
    ticks: tuple[TickView, ...]
    breaks: tuple[tuple[str, str, str], ...]
    rows: tuple[Row, ...]
    brackets: tuple[Bracket, ...]
