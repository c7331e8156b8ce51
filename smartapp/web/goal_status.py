"""What became of a goal, in plain words: its status, and its way there."""

from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.goal_track import REACHED, UNKNOWN, GoalTrack, Step
from smartapp.sdm.phrases import in_a_row, sentences
from smartapp.web import words

_STATUS: Final = {
    "proposed": marked("Proposed"),
    "planned": marked("Planned"),
    "accepted": marked("Accepted"),
    "active": marked("Active"),
    "on-hold": marked("On hold"),
    "completed": marked("Completed"),
    "cancelled": marked("Cancelled"),
    "entered-in-error": marked("Entered in error"),
    "rejected": marked("Rejected"),
}
_ACHIEVEMENT: Final = {
    "in-progress": marked("in progress"),
    "improving": marked("getting better"),
    "worsening": marked("getting worse"),
    "no-change": marked("no change"),
    "achieved": marked("achieved"),
    "sustaining": marked("achieved and kept up"),
    "not-achieved": marked("not achieved"),
    "no-progress": marked("no progress"),
    "not-attainable": marked("not attainable"),
}


def status_words(status: str) -> str:
    """The FHIR status as the screens write it."""
    return _(_STATUS[status]) if status in _STATUS else words.sentence(words.one_line(status, 30))


def achievement_words(achievement: str) -> str:
    """How far a goal came, "" for what the chart does not tell."""
    return _(_ACHIEVEMENT.get(achievement, ""))


def step_words(step: Step) -> str:
    """One change of a goal: "On hold", "Achieved"."""
    return _("Begun") if step.status == UNKNOWN else _became(step.status, step.achievement)


def state_words(track: GoalTrack) -> str:
    """What became of it last, and when: "Achieved, 16 Sep 2026". Of a goal that never changed only what, and
    of one of which the chart does not tell since when.
    """
    if not track.is_dated:
        return _now(track)
    last = track.steps[-1]
    said = step_words(last)
    return in_a_row((said, _day(last))) if len(track.steps) > 1 else said


def way_of(track: GoalTrack) -> tuple[tuple[str, str], ...]:
    """Days and what became of it then, oldest first; without a day what it is now and nobody dated."""
    way = tuple((_day(step), step_words(step)) for step in track.steps)
    is_told = track.is_dated or track.status == UNKNOWN
    return way if is_told else (*way, (_("No date"), _now(track)))


def way_words(track: GoalTrack) -> str:
    """The whole way: "Proposed, 1 May 2024. Active, 31 Jul 2024." "" of a goal that never changed."""
    way = way_of(track)
    if len(way) < 2:
        return ""
    return sentences(words.details([in_a_row((what, day))]) for day, what in way)


def _now(track: GoalTrack) -> str:
    return _became(track.status, track.achievement) if track.status else _("Status not known")


def _became(status: str, achievement: str) -> str:
    if status != "completed":
        return status_words(status)
    if achievement in REACHED:
        return _("Achieved")
    return in_a_row(filter(None, (status_words(status), achievement_words(achievement))))


def _day(step: Step) -> str:
    return words.known_day(step.on, step.known_to)
