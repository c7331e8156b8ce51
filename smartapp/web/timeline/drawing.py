"""The picture of what was said over time, measured: every line, mark and word with its place, for one width.

Across, places are in percent, so that the picture fills any frame and its text keeps its size. Downwards they
are in rem.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from smartapp.sdm.goal_track import GoalTrack, latest
from smartapp.sdm.model import Known
from smartapp.web.timeline.layout import Room, Scale, Spot, placed, rooms, scale_of
from smartapp.web.timeline.ticks import Unit, ticks_of
from smartapp.web.timeline.views import Bar, Bracket, Dot, Drawing, Piece, Row, TickView, Words

MOST_BARS: Final = 6
MOST_PAIRS: Final = 3
_TARGET_PX, _BESIDE_PX, _WORDS_PX = 26, 15, 72
_DIGIT_PX, _COUNT_PX = 8, 10
"""Of the box around a number: for each digit, and besides."""
_TICK_PX: Final = {Unit.YEAR: 52, Unit.MONTH: 80, Unit.DAY: 100}
_TOP, _NAME, _ROW, _BAR, _PAIR, _PAD, _AXIS = 1.5, 1.5, 1.875, 2.625, 1.75, 0.5, 1.75
_BAR_LINE, _PAIR_LINE = 1.875, 1.375
_LOWER: Final = 0.25
"""So that a row's name stands on the line of its first words."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One statement. `name` says all of it. `shape`: by who said it; `is_hollow`: found in a note and not
    confirmed. `known_to`: how much of the day the chart tells. `day_id` is the place of its day in the list.
    """

    anchor: str
    name: str
    words: str
    is_quoted: bool
    shape: str
    is_hollow: bool
    day: date | None
    known_to: Known = Known.DAY
    day_id: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal of the chart with its way through time. `state`: what became of it, in words."""

    mark: Mark
    track: GoalTrack
    state: str


@dataclass(frozen=True, slots=True)
class Lane:
    """What stands in one row of the picture. `goals` as bars, above the `marks`; `more`: that there are goals
    beyond those, "" where all are drawn.
    """

    name: str
    marks: tuple[Mark, ...]
    goals: tuple[Goal, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements that do not agree: their anchors, the place on the page that shows both, and about what
    they are.
    """

    earlier: str
    later: str
    href: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Wording:
    """`counted`: the name of a spot where several are counted, from the name of their row and the marks,
    oldest first. `day`: as it stands below the line.
    """

    counted: Callable[[str, Sequence[Mark]], str]
    day: Callable[[date, Unit], str]


@dataclass(frozen=True, slots=True)
class Width:
    """How many pixels the line has at least, and whether the names of the rows stand beside it."""

    kind: str
    least_px: int
    is_beside: bool

    def part(self, pixels: float) -> float:
        return pixels / self.least_px


NARROW: Final = Width("narrow", 260, is_beside=False)
WIDE: Final = Width("wide", 460, is_beside=True)


@dataclass(slots=True)
class _Pen:
    """Goes down the page. `at`: rem from the top. `marks`: where each statement stands, for the brackets."""

    width: Width
    scale: Scale
    today: date
    wording: Wording
    at: float = _TOP
    marks: dict[str, tuple[float, float]] = field(default_factory=dict)


def scale_for(lanes: Sequence[Lane], today: date) -> Scale:
    """From the first day of anything in the lanes to the last, with today."""
    marks = [mark for lane in lanes for mark in lane.marks]
    said = [day for mark in marks for day in (mark.day,) if day]
    steps = [step.on for lane in lanes for goal in lane.goals for step in goal.track.steps]
    return scale_of((*said, *steps, today))


def drawing_of(
    lanes: Sequence[Lane], pairs: Sequence[Pair], today: date, *, width: Width, wording: Wording
) -> Drawing:
    """Every dated mark of every lane once, alone or counted. Lanes without anything are left out."""
    pen = _Pen(width, scale_for(lanes, today), today, wording)
    rows = tuple(_row(pen, lane) for lane in lanes if lane.marks or lane.goals)
    brackets = tuple(_brackets(pen, pairs))
    today_x = pen.scale.at(today)
    return Drawing(
        kind=width.kind,
        height=_rem(pen.at + _AXIS),
        y_axis=_rem(pen.at),
        y_ticks=_rem(pen.at + 1.25),
        today=_percent(today_x),
        today_side=_side(today_x, width.part(56)),
        ticks=tuple(_ticks(pen)),
        breaks=tuple(
            (_percent(one.left), _percent(one.right - one.left), _percent((one.left + one.right) / 2))
            for one in pen.scale.stretches
            if one.is_short
        ),
        rows=rows,
        brackets=brackets,
    )


def _row(pen: _Pen, lane: Lane) -> Row:
    top = pen.at
    pen.at += _PAD
    y_name = pen.at
    if pen.width.is_beside:
        y_name += _LOWER
    else:
        pen.at += _NAME
    bars = tuple(_bar(pen, goal) for goal in lane.goals)
    y_more = pen.at
    if lane.more:
        pen.at += _NAME
    dots = _dots(pen, lane)
    pen.at += _PAD
    return Row(lane.name, _rem(top), _rem(y_name), bars, lane.more, _rem(y_more), dots)


def _bar(pen: _Pen, goal: Goal) -> Bar:
    track, mark, at = goal.track, goal.mark, pen.scale.at
    y, line = pen.at, pen.at + _BAR_LINE
    pen.at += _BAR
    first = at(track.steps[0].on)
    end = _end_of(track, pen.today)
    pen.marks[mark.anchor] = (first, line)
    return Bar(
        href=mark.anchor,
        name=mark.name,
        y=_rem(y),
        y_line=_rem(line),
        words=mark.words,
        is_quoted=mark.is_quoted,
        state=goal.state,
        shape=mark.shape,
        is_hollow=mark.is_hollow,
        x=_percent(first),
        pieces=tuple(_pieces(track, end, pen.scale)),
        ticks=tuple(_percent(at(step.on)) for step in track.steps[1:] if step.on != track.end),
        end=_end_kind(track),
        x_end=_percent(at(end)),
    )


def _end_of(track: GoalTrack, today: date) -> date:
    """Where the bar stops: of a goal that is not known to be open, at the last that is known of it."""
    last = track.steps[-1].on
    return max(today, last) if track.is_open else last


def _end_kind(track: GoalTrack) -> str:
    if track.end is None:
        return ""
    if track.status != "completed":
        return "stopped"
    return "achieved" if track.is_reached else "over"


_KINDS: Final = {
    "active": "open", "proposed": "waiting", "planned": "waiting", "accepted": "waiting", "on-hold": "hold",
}  # fmt: skip


def _pieces(track: GoalTrack, end: date, scale: Scale) -> list[Piece]:
    days = [*(step.on for step in track.steps[1:]), end]
    return [
        Piece(_percent(scale.at(step.on)), _percent(scale.at(until)), _KINDS.get(step.status, "unknown"))
        for step, until in zip(track.steps, days, strict=True)
        if until > step.on
    ]


def _dots(pen: _Pen, lane: Lane) -> tuple[Dot, ...]:
    width = pen.width
    dated = sorted((one for one in lane.marks if one.day), key=lambda one: one.day or date.min)
    if not dated:
        return ()
    xs = [pen.scale.at(mark.day) for mark in dated if mark.day]
    # As far apart as the boxes of the largest numbers that there may be need it.
    most = _box_of(len(dated))
    spots = placed(xs, apart=width.part(max(_TARGET_PX, most + 2)))
    beside = width.part(max(_BESIDE_PX, most / 2 + 2))
    free = rooms(spots, least=width.part(_WORDS_PX), beside=beside)
    found = []
    for spot in spots:
        y = pen.at + (spot.row + 0.5) * _ROW
        members = [dated[index] for index in spot.members]
        pen.marks |= {mark.anchor: (spot.x, y) for mark in members}
        name = members[0].name if len(members) == 1 else pen.wording.counted(lane.name, members)
        found.append(_dot(members, spot, name, y=y, room=free.get(spot), scale=pen.scale))
    pen.at += (max(spot.row for spot in spots) + 1) * _ROW
    return tuple(found)


def _dot(members: Sequence[Mark], spot: Spot, name: str, *, y: float, room: Room | None, scale: Scale) -> Dot:
    newest, is_one = members[-1], len(members) == 1
    words = None
    if room is not None and is_one:
        wide = _percent(room.right - room.left)
        x = f"-{wide}" if room.is_before else "0"
        words = Words(x, wide, newest.words, newest.is_quoted, room.is_before)
    day, known_to = newest.day, newest.known_to
    until = _percent(scale.at(latest(day, known_to))) if is_one and day and known_to is not Known.DAY else ""
    return Dot(
        x=_percent(spot.x),
        y=_rem(y),
        href=newest.anchor if is_one else newest.day_id,
        name=name,
        shape=newest.shape,
        is_hollow=newest.is_hollow,
        count="" if is_one else str(len(members)),
        box=0 if is_one else _box_of(len(members)),
        until=until,
        words=words,
    )


def _box_of(number: int) -> int:
    return _COUNT_PX + _DIGIT_PX * len(str(number))


def _brackets(pen: _Pen, pairs: Sequence[Pair]) -> list[Bracket]:
    """Of the first of those that are both in the picture."""
    found = []
    drawn = [pair for pair in pairs if pair.earlier in pen.marks and pair.later in pen.marks]
    pen.at += _PAD if drawn else 0
    for pair in drawn[:MOST_PAIRS]:
        (x1, y1), (x2, y2) = sorted((pen.marks[pair.earlier], pen.marks[pair.later]))
        y = pen.at + _PAIR_LINE
        found.append(
            Bracket(
                x1=_percent(x1),
                x2=_percent(x2),
                y=_rem(y),
                y_top=_rem(pen.at),
                y1=_rem(y1),
                y2=_rem(y2),
                href=pair.href,
                name=pair.name,
                about=pair.about,
                x="0" if (is_right := (x1 + x2) / 2 > 0.5) else _percent(x1),
                width=_percent(x2 if is_right else 1 - x1),
                is_right=is_right,
            )
        )
        pen.at += _PAIR
    pen.at += _PAD if found else 0
    return found


def _ticks(pen: _Pen) -> list[TickView]:
    wide = {unit: pen.width.part(pixels) for unit, pixels in _TICK_PX.items()}
    return [
        TickView(_percent(one.x), pen.wording.day(one.day, one.unit), _side(one.x, wide[one.unit] / 2))
        for one in ticks_of(pen.scale, wide=wide)
    ]


def _side(x: float, half: float) -> str:
    """SVG's text-anchor for words at that place that must stay within the line."""
    return "start" if x < half else "end" if x > 1 - half else "middle"


def _percent(x: float) -> str:
    return f"{x * 100:.2f}%"


def _rem(y: float) -> str:
    return f"{y:g}rem"
