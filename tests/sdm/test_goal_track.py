"""A goal's way through time, from what it says now and what it said before."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.sdm.goal_track import ENDED, UNKNOWN, GoalTrack, GoalVersion, Step, latest, track_of
from smartapp.sdm.model import Kind, Known, SaidBy, Source, Statement

MAY, JULY, SEPTEMBER = date(2024, 5, 1), date(2024, 7, 31), date(2026, 9, 16)
STATUSES = ("proposed", "active", "on-hold", "completed", "cancelled", "rejected")


def goal(
    status: str,
    begun: date | None = MAY,
    since: date | None = None,
    achievement: str = "",
    known_to: Known = Known.DAY,
) -> Statement:
    return Statement(
        Kind.GOAL,
        "Walk.",
        SaidBy.PATIENT,
        Source("Goal/7"),
        said_on=begun,
        status=status,
        status_on=since,
        achievement=achievement,
        status_known_to=known_to,
    )


def written(on: date, status: str, achievement: str = "") -> GoalVersion:
    """A version of which the chart tells only when it was written down."""
    return GoalVersion(on, status, achievement, is_recorded=True)


def told(track: GoalTrack) -> list[tuple[date, str]]:
    return [(step.on, step.status) for step in track.steps]


def test_goal_that_says_only_when_it_began_has_had_its_status_since_then() -> None:
    track = track_of(goal("active"))

    assert (track.steps, track.end, track.is_ended) == ((Step(MAY, "active"),), None, False)


def test_status_before_a_later_one_is_not_guessed() -> None:
    track = track_of(goal("on-hold", since=JULY))

    assert track.steps == (Step(MAY, UNKNOWN), Step(JULY, "on-hold"))


def test_goal_that_ended_on_a_day_nobody_wrote_down_has_no_end() -> None:
    track = track_of(goal("completed"))

    assert (track.steps, track.end, track.is_ended) == ((Step(MAY, UNKNOWN),), None, True)


def test_versions_tell_what_was_before() -> None:
    versions = (
        GoalVersion(MAY, "proposed"),
        GoalVersion(JULY, "active"),
        GoalVersion(JULY, "active"),
        GoalVersion(SEPTEMBER, "completed", "achieved"),
    )

    track = track_of(goal("completed", since=SEPTEMBER, achievement="achieved"), versions)

    assert told(track) == [(MAY, "proposed"), (JULY, "active"), (SEPTEMBER, "completed")]
    assert track.end == SEPTEMBER


def test_goal_keeps_its_own_status_and_achievement_when_nobody_dated_them() -> None:
    track = track_of(goal("completed", achievement="achieved"))

    assert (track.status, track.achievement, track.is_reached, track.is_dated) == (
        "completed",
        "achieved",
        True,
        False,
    )


@pytest.mark.parametrize("status", ["", "no-status-of-fhir", "completed"])
def test_goal_is_open_only_where_the_chart_says_so(status: str) -> None:
    assert not track_of(goal(status)).is_open
    assert track_of(goal("on-hold")).is_open


def test_versions_without_a_status_say_nothing() -> None:
    track = track_of(goal("", since=SEPTEMBER), [GoalVersion(JULY, "active")])

    assert told(track) == [(MAY, UNKNOWN), (JULY, "active")]


def test_other_words_after_its_end_do_not_move_the_end() -> None:
    versions = (written(MAY, "active"), written(JULY, "completed"), written(SEPTEMBER, "completed"))

    track = track_of(goal("completed"), versions)

    assert (told(track), track.end) == ([(MAY, "active"), (JULY, "completed")], JULY)


def test_day_that_the_chart_tells_is_not_moved_by_when_the_version_before_was_written() -> None:
    february = date(2026, 2, 20)
    versions = (written(date(2026, 3, 1), "active"), GoalVersion(february, "completed", "achieved"))

    track = track_of(goal("completed", since=february, achievement="achieved"), versions)

    assert told(track) == [(MAY, UNKNOWN), (february, "active"), (february, "completed")]
    assert track.end == february


def test_version_written_before_the_day_that_the_one_before_tells_stands_on_that_day() -> None:
    track = track_of(goal("cancelled"), [GoalVersion(SEPTEMBER, "planned"), written(JULY, "cancelled")])

    assert told(track) == [(MAY, UNKNOWN), (SEPTEMBER, "planned"), (SEPTEMBER, "cancelled")]


def test_end_entered_by_mistake_is_no_step_once_the_day_before_stands_again() -> None:
    versions = (GoalVersion(MAY, "active"), GoalVersion(SEPTEMBER, "completed"), GoalVersion(MAY, "active"))

    assert told(track_of(goal("active", since=MAY), versions)) == [(MAY, "active")]


def test_day_of_an_end_that_was_set_right_is_the_one_that_stands_now() -> None:
    versions = (GoalVersion(MAY, "active"), written(SEPTEMBER, "completed"), GoalVersion(JULY, "completed"))

    later = track_of(goal("completed", since=date(2024, 8, 5)), versions)

    assert later.end == date(2024, 8, 5)
    assert track_of(goal("completed"), versions).end == JULY


def test_open_status_that_is_dated_anew_has_been_there_since_the_first_day() -> None:
    track = track_of(goal("active", since=SEPTEMBER), [GoalVersion(JULY, "active")])

    assert told(track) == [(MAY, UNKNOWN), (JULY, "active")]


def test_month_in_which_it_ended_does_not_come_before_a_day_of_that_month() -> None:
    month = date(2024, 7, 1)

    track = track_of(goal("completed", since=month, known_to=Known.MONTH), [GoalVersion(JULY, "active")])

    assert track.steps[1:] == (Step(JULY, "active"), Step(JULY, "completed", known_to=Known.MONTH))


def test_year_in_which_it_ended_does_not_come_before_the_day_on_which_it_began() -> None:
    track = track_of(goal("completed", since=date(2024, 1, 1), known_to=Known.YEAR))

    assert track.steps == (Step(MAY, UNKNOWN), Step(MAY, "completed", known_to=Known.YEAR))


@pytest.mark.parametrize(
    ("known_to", "last"),
    [(Known.DAY, date(2024, 2, 1)), (Known.MONTH, date(2024, 2, 29)), (Known.YEAR, date(2024, 12, 31))],
)
def test_last_day_of_one_told_in_part_is_that_of_its_month_or_year(known_to: Known, last: date) -> None:
    assert latest(date(2024, 2, 1), known_to) == last


def test_last_day_of_the_calendar_has_a_month_too() -> None:
    assert latest(date(9999, 12, 1), Known.MONTH) == date.max


def test_goal_without_any_day_has_no_way() -> None:
    assert track_of(goal("active", begun=None)).steps == ()


versions_of = st.builds(
    GoalVersion,
    st.integers(0, 900).map(lambda days: MAY + timedelta(days=days)),
    st.sampled_from(STATUSES),
    st.sampled_from(["", "achieved", "in-progress"]),
    st.sampled_from(list(Known)),
    st.booleans(),
)


@given(
    st.sampled_from(STATUSES),
    st.none() | st.just(MAY),
    st.none() | st.just(SEPTEMBER),
    st.lists(versions_of, max_size=8),
    st.sampled_from(list(Known)),
)
def test_steps_are_in_order_and_only_an_ended_goal_has_an_end(
    status: str, begun: date | None, since: date | None, versions: list[GoalVersion], known_to: Known
) -> None:
    track = track_of(goal(status, begun, since, known_to=known_to), versions)

    days = [step.on for step in track.steps]
    assert days == sorted(days)
    assert track.end is None or (track.is_ended and track.end in days)
    assert begun is None or track.start == begun
    if since is not None and status in ENDED:
        assert track.end is not None
        assert since <= track.end <= latest(since, known_to)
