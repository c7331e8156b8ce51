"""What was said over time as a picture: rows in plain words, a mark for each statement, a bar for each goal;
and in words, one caption that says what the picture says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import marked, ngettext
from smartapp.sdm.contrast import Contrast
from smartapp.sdm.goal_track import OPEN, UNKNOWN, GoalTrack
from smartapp.sdm.model import Kind, Known, SaidBy, Statement
from smartapp.sdm.phrases import beside
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web import words
from smartapp.web.goal_past import is_entry
from smartapp.web.goal_status import state_words, way_words
from smartapp.web.presenters.said import anchor, is_own_words
from smartapp.web.timeline.caption import Ended, Told, caption_of
from smartapp.web.timeline.drawing import MOST_BARS, NARROW, WIDE, Goal, Lane, Mark, Pair, Wording, drawing_of
from smartapp.web.timeline.ticks import Unit
from smartapp.web.timeline.views import Drawing

_WORDS_LIMIT: Final = 90
_ABOUT_LIMIT: Final = 40
_GOALS, _HOPES, _MATTERS, _PREFERENCES, _FAMILY = range(5)
_ROWS: Final = (
    marked("Goals"),
    marked("Hopes and worries"),
    marked("What matters"),
    marked("Preferences"),
    marked("Said by family"),
)
_ROW_OF: Final = {
    Kind.GOAL: _GOALS,
    Kind.HOPE: _HOPES,
    Kind.WORRY: _HOPES,
    Kind.MATTERS: _MATTERS,
    Kind.STRENGTH: _MATTERS,
    Kind.UNACCEPTABLE: _MATTERS,
    Kind.CONFIDENCE: _MATTERS,
    Kind.PRIORITIES: _MATTERS,
}
_TOLD: Final = {Known.DAY: 10, Known.MONTH: 7, Known.YEAR: 4}
"""How many letters of an ISO date tell that much of it."""

_OWN, _CLOSE, _OTHER = "own", "close", "other"


@dataclass(frozen=True, slots=True)
class Sign:
    """One line of the legend: a shape and what it stands for."""

    shape: str
    is_hollow: bool
    label: str


@dataclass(frozen=True, slots=True)
class TimelineView:
    """`caption` says what the picture says. `lines`: what the bars' lines stand for. `undated`: how many
    stand in the list without a day, "" for none; `undated_id` is their place.
    """

    caption: str
    drawings: tuple[Drawing, ...]
    signs: tuple[Sign, ...]
    lines: tuple[Sign, ...]
    undated: str
    undated_id: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn. `statements` newest first. `tracks` by place on the page, of the goals of the chart.
    `missing`: of how many goals earlier changes were not read. `name`: how the patient is called.
    """

    statements: Sequence[Statement]
    tracks: Mapping[str, GoalTrack]
    contrasts: Sequence[Contrast]
    missing: int
    name: str
    today: date


def timeline(picture: Picture) -> TimelineView | None:
    """None when there is nothing with a day."""
    if not any(one.said_on for one in picture.statements):
        return None
    goals = _goals(picture)
    lanes = tuple(_lane(row, picture, goals) for row in range(len(_ROWS)))
    pairs = _pairs(picture.contrasts)
    dated = [one for one in picture.statements if one.said_on]
    undated = [one for one in picture.statements if not one.said_on]
    told = Told(
        days=[(one.said_on, one.known_to) for one in dated if one.said_on],
        contrasts=picture.contrasts,
        ended=_ended(picture),
        open_goals=sum(picture.tracks[anchor(one)].is_open for one in _entries(picture)),
        missing=picture.missing,
    )
    wording = Wording(_counted, _below)
    drawings = tuple(
        drawing_of(lanes, pairs, picture.today, width=width, wording=wording) for width in (NARROW, WIDE)
    )
    return TimelineView(
        caption=caption_of(told, is_shortened=bool(drawings[0].breaks)),
        drawings=drawings,
        signs=_signs(dated, picture.name),
        lines=_lines(goals),
        undated=_undated(undated),
        undated_id=day_id(undated[0]) if undated else "",
    )


def day_id(statement: Statement) -> str:
    """The place of its day in the list of what was said, or in that of what stands in the chart besides."""
    day = statement.said_on.isoformat()[: _TOLD[statement.known_to]] if statement.said_on else "none"
    return f"day-{day}" if statement.was_said else f"chart-day-{day}"


def _undated(statements: Sequence[Statement]) -> str:
    number = len(statements)
    if not number:
        return ""
    return ngettext("%(n)s statement without a date", "%(n)s statements without a date", number)


def _below(day: date, unit: Unit) -> str:
    """What stands below the line."""
    match unit:
        case Unit.YEAR:
            return words.year(day)
        case Unit.MONTH:
            return words.month(day)
        case Unit.DAY:
            return words.day(day)


def _entries(picture: Picture) -> list[Statement]:
    """The goals of the chart, also those without a day."""
    return [one for one in picture.statements if is_entry(one) and anchor(one) in picture.tracks]


def _ended(picture: Picture) -> list[Ended]:
    ways = ((one, picture.tracks[anchor(one)]) for one in _entries(picture))
    return [
        Ended(words.one_line(one.words, _WORDS_LIMIT), is_own_words(one), state_words(track))
        for one, track in ways
        if track.is_ended
    ]


def _goals(picture: Picture) -> list[Goal]:
    """Those that are drawn, the open ones first, each newest first."""
    dated = ((one, picture.tracks[anchor(one)]) for one in _entries(picture) if one.said_on)
    found = [Goal(_mark(one, picture.name, track), track, state_words(track)) for one, track in dated]
    return sorted(found, key=lambda goal: goal.track.is_ended)


def _lane(row: int, picture: Picture, goals: Sequence[Goal]) -> Lane:
    drawn = {goal.mark.anchor for goal in goals}
    marks = tuple(
        _mark(one, picture.name)
        for one in picture.statements
        if one.said_on and _row_of(one) == row and anchor(one) not in drawn
    )
    if row != _GOALS:
        return Lane(_(_ROWS[row]), marks)
    left = len(goals) - MOST_BARS
    more = ngettext("%(n)s more goal, in the list", "%(n)s more goals, in the list", left) if left > 0 else ""
    return Lane(_(_ROWS[row]), marks, tuple(goals[:MOST_BARS]), more)


def _row_of(statement: Statement) -> int:
    if statement.said_by is SaidBy.RELATED_PERSON and not is_entry(statement):
        return _FAMILY
    return _ROW_OF.get(statement.kind, _PREFERENCES)


def _mark(statement: Statement, name: str, track: GoalTrack | None = None) -> Mark:
    return Mark(
        anchor=anchor(statement),
        name=_name(statement, name, track),
        words=words.one_line(statement.words, _WORDS_LIMIT),
        is_quoted=is_own_words(statement),
        shape=_shape(statement),
        is_hollow=not statement.confirmed,
        day=statement.said_on,
        known_to=statement.known_to,
        day_id=day_id(statement),
    )


def _name(statement: Statement, name: str, track: GoalTrack | None) -> str:
    """9 Jun 2024, goal, Rosa: I want to ... For a goal also its whole way."""
    about = [
        words.known_day(statement.said_on, statement.known_to) if statement.said_on else _("No date"),
        _(KIND_WORDS[statement.kind]),
        _("from a note, not confirmed") if not statement.confirmed else "",
        _who(statement, name),
    ]
    said = _(
        "%(about)s: %(words)s",
        about=words.in_a_row(filter(None, about)),
        words=words.one_line(statement.words, _WORDS_LIMIT),
    )
    way = way_words(track) if track is not None else ""
    return beside(said, way)


def _who(statement: Statement, name: str) -> str:
    match _shape(statement):
        case "own":
            return name
        case "close":
            return words.one_line(statement.speaker, _ABOUT_LIMIT) or _("someone close")
        case _:
            is_clinicians = statement.said_by is SaidBy.CLINICIAN
            return _("in a clinician’s words") if is_clinicians else _("who said it is not recorded")


def _shape(statement: Statement) -> str:
    match statement.said_by:
        case SaidBy.PATIENT:
            return _OWN
        case SaidBy.RELATED_PERSON:
            return _CLOSE
        case SaidBy.REPORTED:
            return _CLOSE if statement.speaker else _OWN
        case _:
            return _OTHER


def _counted(row: str, marks: Sequence[Mark]) -> str:
    """Hopes and worries: 5 statements, 3 May 2024 to 9 Jun 2024"""
    days = [words.known_day(mark.day, mark.known_to) for mark in (marks[0], marks[-1]) if mark.day]
    between = days[0] if len(set(days)) == 1 else _("%(first)s to %(last)s", first=days[0], last=days[-1])
    number = ngettext("%(n)s statement, %(days)s", "%(n)s statements, %(days)s", len(marks), days=between)
    return _("%(about)s: %(words)s", about=row, words=number)


def _pairs(contrasts: Sequence[Contrast]) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            anchor(one.earlier),
            anchor(one.later),
            href=f"differ-{number}",
            name=_("Two statements about %(about)s differ.", about=about)
            if (about := _(words.one_line(one.about, _ABOUT_LIMIT)))
            else _("These two statements differ."),
            about=_("Differ: %(about)s", about=about) if about else _("Differ"),
        )
        for number, one in enumerate(contrasts, start=1)
    )


def _signs(statements: Sequence[Statement], name: str) -> tuple[Sign, ...]:
    """Only what is in the picture."""
    shapes = {_shape(one) for one in statements}
    found = [
        Sign(_OWN, False, name),
        Sign(_CLOSE, False, _("Someone close")),
        Sign(_OTHER, False, _("In a clinician’s words, or who said it is not recorded")),
    ]
    signs = [sign for sign in found if sign.shape in shapes]
    if any(not one.confirmed for one in statements):
        signs.append(Sign(_OWN, True, _("Hollow: from a note, not confirmed")))
    return tuple(signs)


def _lines(goals: Sequence[Goal]) -> tuple[Sign, ...]:
    """The kinds of line in the bars, only those that are there, and only where there is more than one."""
    tracks = [goal.track for goal in goals[:MOST_BARS]]
    told = {step.status for track in tracks for step in track.steps[:-1]}
    told |= {track.steps[-1].status for track in tracks if track.is_open}
    statuses = {status if status in OPEN else UNKNOWN for status in told}
    found = (
        ("open", _("Active"), {"active"}),
        ("waiting", _("Not yet active"), {"proposed", "planned", "accepted"}),
        ("hold", _("On hold"), {"on-hold"}),
        ("unknown", _("Status not known"), {UNKNOWN}),
    )
    lines = tuple(Sign(kind, False, label) for kind, label, those in found if statuses & those)
    return lines if len(lines) > 1 else ()
