"""The picture of what was said over time: everything once, goals with their ways, and a caption."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sdm.contrast import Contrast, contrasts
from smartapp.sdm.goal_track import GoalTrack, GoalVersion, track_of
from smartapp.sdm.model import Kind, Known, SaidBy, Source, Statement
from smartapp.web.presenters.said import anchor
from smartapp.web.presenters.timeline import Picture, TimelineView, day_id, timeline
from smartapp.web.timeline.drawing import NARROW, WIDE
from smartapp.web.timeline.views import Dot, Drawing

TODAY = date(2026, 6, 9)
WINTER = date(2026, 1, 8)


def said(
    kind: Kind, words: str, on: date | None = WINTER, said_by: SaidBy = SaidBy.PATIENT, **more: object
) -> Statement:
    source = Source(f"{'Goal' if kind is Kind.GOAL else 'Observation'}/{words.encode().hex()}-{on}")
    return Statement(kind, words, said_by, **({"source": source, "said_on": on} | more))  # type: ignore[arg-type]


def picture(
    *statements: Statement, missing: int = 0, **versions: Sequence[GoalVersion]
) -> TimelineView | None:
    tracks: dict[str, GoalTrack] = {
        anchor(one): track_of(one, versions.get(one.words, ()))
        for one in statements
        if one.source.reference.startswith("Goal/")
    }
    newest = sorted(statements, key=lambda one: one.said_on or date.min, reverse=True)
    return timeline(Picture(newest, tracks, contrasts(statements), missing, "Rosa", TODAY))


def drawn(*statements: Statement) -> tuple[Drawing, ...]:
    view = picture(*statements)
    assert view is not None
    return view.drawings


def dots(drawing: Drawing) -> list[Dot]:
    return [dot for row in drawing.rows for dot in row.dots]


def told(drawing: Drawing) -> int:
    """How many statements the picture accounts for."""
    alone_or_counted = sum(int(dot.count or 1) for dot in dots(drawing))
    return alone_or_counted + sum(len(row.bars) for row in drawing.rows)


statements_of = st.builds(
    said,
    st.sampled_from([kind for kind in Kind if kind is not Kind.GOAL]),
    st.sampled_from(["Walk.", "Sleep.", "See my sister."]),
    st.none() | st.integers(-400, 4000).map(lambda back: TODAY - timedelta(days=back)),
    st.sampled_from(list(SaidBy)),
    confirmed=st.booleans(),
    known_to=st.sampled_from(list(Known)),
)


@given(st.lists(statements_of, min_size=1, max_size=80))
@settings(max_examples=60)
def test_each_dated_statement_is_drawn_once_alone_or_counted(statements: list[Statement]) -> None:
    view = picture(*statements)

    dated = sum(one.said_on is not None for one in statements)
    assert [told(drawing) for drawing in (view.drawings if view else ())] == ([dated, dated] if dated else [])


def test_nothing_with_a_day_is_no_picture() -> None:
    assert picture() is None
    assert picture(said(Kind.HOPE, "To sleep.", None)) is None


def test_one_statement_is_told_with_its_day() -> None:
    view = picture(said(Kind.HOPE, "To sleep."))

    assert view is not None
    assert view.caption == "1 statement, of 8 Jan 2026."
    (dot,) = dots(view.drawings[0])
    assert dot.name == "8 Jan 2026, Hope, Rosa: To sleep."
    assert dot.x == "0.00%"


def test_two_hundred_statements_are_counted_honestly_and_lead_to_their_day() -> None:
    days = [TODAY - timedelta(days=number // 10) for number in range(200)]
    crowd = [said(Kind.WORRY, f"Worry {number}.", day) for number, day in enumerate(days)]

    narrow, wide = drawn(*crowd)

    assert (told(narrow), told(wide)) == (200, 200)
    assert len(dots(narrow)) <= 11
    last = dots(narrow)[-1]
    assert last.name == f"Hopes and worries: {last.count} statements, 8 Jun 2026 to 9 Jun 2026"
    assert last.href == "day-2026-06-09"


def test_future_day_stands_behind_the_line_of_today() -> None:
    drawing = drawn(said(Kind.HOPE, "To sleep.", TODAY + timedelta(days=30)))[1]

    assert drawing.today == "0.00%"
    assert dots(drawing)[0].x == "100.00%"


def test_year_alone_is_told_as_a_year_and_drawn_to_its_end() -> None:
    statement = said(Kind.HOPE, "To sleep.", date(2024, 1, 1), known_to=Known.YEAR)
    later = said(Kind.HOPE, "To dance.", TODAY)

    dot = dots(drawn(statement, later)[1])[0]

    assert dot.name == "2024, Hope, Rosa: To sleep."
    assert float(dot.until.rstrip("%")) == pytest.approx(100 * 365 / 890, abs=0.1)
    assert day_id(statement) == "day-2024"


def test_statement_without_a_day_is_told_beside_the_picture() -> None:
    view = picture(said(Kind.HOPE, "To sleep."), said(Kind.WORRY, "Falls.", None))

    assert view is not None
    assert (view.undated, view.undated_id) == ("1 statement without a date", "day-none")
    assert view.caption == "1 statement, of 8 Jan 2026."


def test_shape_tells_who_said_it_and_hollow_that_nobody_confirmed_it() -> None:
    drawing = drawn(
        said(Kind.HOPE, "Mine."),
        said(Kind.HOPE, "Ours.", WINTER, SaidBy.RELATED_PERSON, speaker="Ernesto"),
        said(Kind.CARE_EXPERIENCE, "Written.", WINTER, SaidBy.CLINICIAN),
        said(Kind.MATTERS, "Found.", WINTER, SaidBy.REPORTED, confirmed=False),
    )[1]

    shapes = {row.name: [(dot.shape, dot.is_hollow) for dot in row.dots] for row in drawing.rows}
    assert shapes == {
        "Hopes and worries": [("own", False)],
        "What matters": [("own", True)],
        "Preferences": [("other", False)],
        "Said by family": [("close", False)],
    }
    names = {dot.name for dot in dots(drawing)}
    assert "8 Jan 2026, Hope, Ernesto: Ours." in names
    assert "8 Jan 2026, What matters, from a note, not confirmed, Rosa: Found." in names


def test_goal_is_a_bar_from_its_start_to_its_end_with_its_changes() -> None:
    start, end = date(2024, 6, 9), date(2025, 6, 9)
    statement = said(Kind.GOAL, "Walk", start, status="completed", achievement="achieved", status_on=end)
    versions = (
        GoalVersion(start, "proposed"),
        GoalVersion(date(2024, 12, 8), "active"),
    )
    view = picture(statement, Walk=versions)

    assert view is not None
    (bar,) = view.drawings[1].rows[0].bars
    assert [(piece.x1, piece.x2, piece.kind) for piece in bar.pieces] == [
        ("0.00%", "24.93%", "waiting"),
        ("24.93%", "50.00%", "open"),
    ]
    assert (bar.ticks, bar.end, bar.x_end, bar.state) == (
        ("24.93%",),
        "achieved",
        "50.00%",
        "Achieved, 9 Jun 2025",
    )
    assert bar.name == (
        "9 Jun 2024, Goal, Rosa: Walk (Proposed, 9 Jun 2024. Active, 8 Dec 2024. Achieved, 9 Jun 2025.)"
    )


def test_open_goal_runs_to_today_and_a_cancelled_one_is_stopped() -> None:
    open_goal = said(Kind.GOAL, "Walk", status="active")
    stopped = said(Kind.GOAL, "Run", status="cancelled", status_on=date(2026, 3, 1))

    first, second = drawn(open_goal, stopped)[1].rows[0].bars

    assert (first.words, first.end, first.pieces[-1].x2) == ("Walk", "", "100.00%")
    assert (second.words, second.end, second.state) == ("Run", "stopped", "Cancelled, 1 Mar 2026")


@pytest.mark.parametrize(
    ("status", "achievement", "end", "state"),
    [
        ("completed", "achieved", "achieved", "Achieved, 1 Mar 2026"),
        ("completed", "sustaining", "achieved", "Achieved, 1 Mar 2026"),
        ("completed", "not-achieved", "over", "Completed, not achieved, 1 Mar 2026"),
        ("completed", "", "over", "Completed, 1 Mar 2026"),
        ("cancelled", "achieved", "stopped", "Cancelled, 1 Mar 2026"),
        ("rejected", "", "stopped", "Rejected, 1 Mar 2026"),
    ],
)
def test_end_is_marked_as_achieved_only_where_the_words_say_so(
    status: str, achievement: str, end: str, state: str
) -> None:
    over = said(Kind.GOAL, "Walk", status=status, achievement=achievement, status_on=date(2026, 3, 1))

    (bar,) = drawn(over)[1].rows[0].bars

    assert (bar.end, bar.state) == (end, state)


@pytest.mark.parametrize(
    ("status", "achievement", "state"),
    [
        ("cancelled", "", "Cancelled"),
        ("completed", "achieved", "Achieved"),
        ("completed", "not-achieved", "Completed, not achieved"),
    ],
)
def test_goal_that_ended_on_a_day_nobody_wrote_down_says_how_and_not_that_it_began(
    status: str, achievement: str, state: str
) -> None:
    view = picture(said(Kind.GOAL, "Swim", status=status, achievement=achievement))

    assert view is not None
    assert view.caption == f"1 statement, of 8 Jan 2026. Ended: “Swim” ({state})."
    (bar,) = view.drawings[1].rows[0].bars
    assert (bar.state, bar.end) == (state, "")
    assert bar.name == f"8 Jan 2026, Goal, Rosa: Swim (Begun, 8 Jan 2026. {state}, No date.)"


def test_goal_without_a_status_is_called_neither_open_nor_ended() -> None:
    view = picture(said(Kind.GOAL, "Swim", status=""), said(Kind.GOAL, "Run", status="in-progress"))

    assert view is not None
    assert view.caption == "2 statements, of 8 Jan 2026."
    assert [(bar.end, bar.pieces) for bar in view.drawings[1].rows[0].bars] == [("", ()), ("", ())]


def test_goals_without_a_day_are_counted_in_the_caption() -> None:
    view = picture(
        said(Kind.GOAL, "Walk", status="active"),
        said(Kind.GOAL, "Swim", None, status="active"),
        said(Kind.GOAL, "Run", None, status="cancelled"),
    )

    assert view is not None
    assert view.caption == "1 statement, of 8 Jan 2026. 2 goals are open. Ended: “Run” (Cancelled)."


def test_only_what_somebody_spoke_is_quoted_in_the_caption() -> None:
    end: dict[str, Any] = {"status": "cancelled", "status_on": date(2026, 3, 1)}
    view = picture(
        said(Kind.GOAL, "Weight loss", WINTER, SaidBy.CLINICIAN, coded=True, **end),
        said(Kind.GOAL, "Run", date(2026, 1, 7), **end),
    )

    assert view is not None
    assert view.caption.endswith("Ended: Weight loss (Cancelled, 1 Mar 2026); “Run” (Cancelled, 1 Mar 2026).")


def test_days_of_a_goal_that_are_told_in_part_stay_parts() -> None:
    walk = said(
        Kind.GOAL,
        "Walk",
        date(2024, 1, 1),
        known_to=Known.YEAR,
        status="completed",
        achievement="achieved",
        status_on=date(2025, 3, 1),
        status_known_to=Known.MONTH,
    )
    view = picture(walk)

    assert view is not None
    assert view.caption == "1 statement, of 2024. Ended: “Walk” (Achieved, Mar 2025)."
    (bar,) = view.drawings[1].rows[0].bars
    assert bar.name == "2024, Goal, Rosa: Walk (Begun, 2024. Achieved, Mar 2025.)"


def test_days_of_a_number_of_statements_stay_parts() -> None:
    year = [said(Kind.HOPE, f"Hope {n}", date(2024, 1, 1), known_to=Known.YEAR) for n in range(5)]

    (dot,) = dots(drawn(*year)[1])

    assert dot.name == "Hopes and worries: 5 statements, 2024"


@pytest.mark.parametrize(("statements", "digits"), [(360, 2), (1400, 3)])
def test_boxes_of_two_neighboring_numbers_do_not_touch(statements: int, digits: int) -> None:
    days = [TODAY - timedelta(days=number // 12) for number in range(statements)]
    narrow, wide = drawn(*(said(Kind.WORRY, f"Worry {n}.", day) for n, day in enumerate(days)))

    for drawing, pixels in ((narrow, NARROW.least_px), (wide, WIDE.least_px)):
        boxes = [(float(dot.x.rstrip("%")) * pixels / 100, dot.box) for dot in dots(drawing)]
        assert digits in {len(dot.count) for dot in dots(drawing)}
        for (left, one), (right, other) in pairwise(boxes):
            assert right - left >= (one + other) / 2 + 1


def test_status_that_the_chart_no_longer_tells_is_drawn_as_not_known() -> None:
    view = picture(said(Kind.GOAL, "Walk", status="on-hold", status_on=date(2026, 3, 1)), missing=1)

    assert view is not None
    (bar,) = view.drawings[1].rows[0].bars
    assert [piece.kind for piece in bar.pieces] == ["unknown", "hold"]
    assert view.caption.endswith("1 goal is open. Earlier changes of goals were not read.")
    assert [sign.label for sign in view.lines] == ["On hold", "Status not known"]


def test_goals_beyond_the_measure_are_told() -> None:
    goals = [said(Kind.GOAL, f"Goal {number}", WINTER, status="active") for number in range(9)]

    row = drawn(*goals)[0].rows[0]

    assert (len(row.bars), row.more, row.dots) == (6, "3 more goals, in the list", ())


def test_two_that_differ_are_tied_and_lead_to_where_both_stand() -> None:
    earlier = said(Kind.TREATMENT_PREFERENCE, "I don’t want surgery.", date(2024, 2, 14))
    later = said(Kind.TREATMENT_PREFERENCE, "I want surgery.")
    view = picture(earlier, later)

    assert view is not None
    (bracket,) = view.drawings[1].brackets
    assert (bracket.href, bracket.about) == ("differ-1", "Differ: surgery")
    assert bracket.x1 == "0.00%"
    assert view.caption == (
        "2 statements since 14 Feb 2024, the newest of 8 Jan 2026. Two statements about surgery differ."
    )


def test_pairs_that_are_not_both_in_the_picture_take_no_others_place() -> None:
    shown = ["surgery", "dialysis", "chemotherapy"]
    days = {thing: date(2025, 2, number) for number, thing in enumerate(shown, start=1)}
    pairs = [
        (
            said(Kind.TREATMENT_PREFERENCE, f"I don’t want {thing}.", days.get(thing)),
            said(Kind.TREATMENT_PREFERENCE, f"I want {thing}."),
        )
        for thing in [*shown, "a feeding tube", "a transfusion", "hospice"]
    ]
    statements = [one for pair in pairs for one in pair]
    differing = [Contrast(earlier, later, later.words) for earlier, later in reversed(pairs)]

    view = timeline(Picture(statements, {}, differing, 0, "Rosa", TODAY))

    assert view is not None
    assert [one.href for one in view.drawings[1].brackets] == ["differ-4", "differ-5", "differ-6"]


def test_long_time_that_is_drawn_shorter_is_told() -> None:
    recent = [said(Kind.HOPE, f"Hope {days}.", TODAY - timedelta(days=days)) for days in (5, 10, 15)]
    view = picture(said(Kind.HOPE, "Old hope.", date(2012, 1, 1)), *recent)

    assert view is not None
    assert "Long times without a statement are drawn shorter." in view.caption
    assert all(len(drawing.breaks) == 1 for drawing in view.drawings)


@given(st.lists(statements_of, max_size=30))
@settings(max_examples=40)
def test_every_link_leads_to_a_place_of_the_page(statements: list[Statement]) -> None:
    view = picture(*statements)

    places = {anchor(one) for one in statements} | {day_id(one) for one in statements}
    places |= {f"differ-{number}" for number in range(1, 20)}
    for drawing in view.drawings if view else ():
        links = [dot.href for dot in dots(drawing)]
        links += [bar.href for row in drawing.rows for bar in row.bars]
        links += [bracket.href for bracket in drawing.brackets]
        assert set(links) <= places
