"""The line of time: places that keep the order of days, marks and words that never lie on one another."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.web.timeline.layout import MOST_ROWS, SHORT, Scale, placed, rooms, scale_of
from smartapp.web.timeline.ticks import Unit, ticks_of

TODAY = date(2026, 6, 9)
NEARLY = 1e-9
any_days = st.lists(st.dates(), min_size=1, max_size=40)
near_days = st.lists(
    st.integers(0, 5000).map(lambda back: TODAY - timedelta(days=back)), min_size=1, max_size=60
)
spans = st.one_of(any_days, near_days)
aparts = st.floats(0.01, 0.2)
WIDE = {Unit.YEAR: 0.1, Unit.MONTH: 0.16, Unit.DAY: 0.2}


def places(days: list[date]) -> list[float]:
    scale = scale_of(days)
    return [scale.at(day) for day in sorted(days)]


def ends(scale: Scale) -> tuple[date, date]:
    first, last = scale.stretches[0].first, scale.stretches[-1].last
    return date.fromordinal(first), date.fromordinal(last)


@given(spans)
@settings(max_examples=200)
def test_later_day_is_never_further_left_and_none_leaves_the_line(days: list[date]) -> None:
    xs = places(days)

    assert all(left <= right + NEARLY for left, right in pairwise(xs))
    assert all(0 <= x <= 1 for x in xs)


@given(spans)
@settings(max_examples=200)
def test_two_days_never_have_one_place(days: list[date]) -> None:
    scale = scale_of(days)

    xs = [scale.at(day) for day in sorted(set(days))]

    assert all(left < right for left, right in pairwise(xs))


@given(spans)
@settings(max_examples=200)
def test_line_begins_with_its_first_day_and_ends_with_its_last(days: list[date]) -> None:
    scale = scale_of(days)

    first, last = ends(scale)
    assert scale.at(first) == 0
    assert scale.at(last) == pytest.approx(1)
    assert last == max(*days, first + timedelta(days=7))
    assert first <= min(days)


def test_single_day_stands_at_the_end_of_a_week() -> None:
    scale = scale_of([TODAY])

    assert (ends(scale), scale.at(TODAY)) == ((date(2026, 6, 2), TODAY), 1)


def test_earliest_day_of_the_calendar_is_no_special_case() -> None:
    scale = scale_of([date.min])

    assert scale.at(date.min) == 0


def test_line_without_any_day_is_refused() -> None:
    with pytest.raises(ValueError, match="no days"):
        scale_of([])


def test_one_old_statement_does_not_press_last_month_into_one_place() -> None:
    recent = [TODAY - timedelta(days=days) for days in (28, 21, 14, 7, 0)]

    scale = scale_of([date(2014, 6, 9), *recent])

    assert sum(stretch.is_short for stretch in scale.stretches) == 1
    assert scale.at(recent[0]) == pytest.approx(SHORT)
    assert scale.at(recent[2]) == pytest.approx((1 + SHORT) / 2)


def test_even_years_are_drawn_evenly() -> None:
    scale = scale_of([date(2016, 1, 1), date(2019, 1, 1), date(2022, 1, 1), TODAY])

    assert [stretch.is_short for stretch in scale.stretches] == [False]


@given(spans, aparts)
@settings(max_examples=300)
def test_each_mark_stands_in_exactly_one_spot(days: list[date], apart: float) -> None:
    xs = places(days)

    spots = placed(xs, apart=apart)

    assert [index for spot in spots for index in spot.members] == list(range(len(xs)))
    assert all(abs(spot.x - xs[index]) < apart for spot in spots for index in spot.members)


@given(spans, aparts)
@settings(max_examples=300)
def test_marks_never_overlap(days: list[date], apart: float) -> None:
    spots = placed(places(days), apart=apart)

    for row in range(MOST_ROWS):
        xs = [spot.x for spot in spots if spot.row == row]
        assert all(right - left >= apart - NEARLY for left, right in pairwise(xs))
    assert all(spot.row < MOST_ROWS for spot in spots)
    assert all(len(spot.members) == 1 or len(spot.members) > MOST_ROWS for spot in spots)


@given(spans, aparts, st.floats(0.05, 0.4))
@settings(max_examples=300)
def test_words_lie_neither_on_words_nor_on_marks(days: list[date], apart: float, least: float) -> None:
    beside = apart * 0.5
    spots = placed(places(days), apart=apart)

    free = rooms(spots, least=least, beside=beside)

    for row in range(MOST_ROWS):
        taken = [(spot.x - beside, spot.x + beside) for spot in spots if spot.row == row]
        taken += [(room.left, room.right) for spot, room in free.items() if spot.row == row]
        taken.sort()
        assert all(first[1] <= second[0] + NEARLY for first, second in pairwise(taken))
    assert all(room.right - room.left >= least - NEARLY for room in free.values())
    assert all(room.left >= 0 and room.right <= 1 for room in free.values())


def test_room_between_two_marks_is_shared_when_both_have_none_elsewhere() -> None:
    first, second = placed([0.2, 1.0], apart=0.05)

    free = rooms([first, second], least=0.2, beside=0.02)

    assert (free[first].is_before, free[second].is_before) == (False, True)
    assert free[first].right == pytest.approx(free[second].left) == pytest.approx(0.6)


@given(spans)
@settings(max_examples=200)
def test_labels_below_the_line_have_room(days: list[date]) -> None:
    ticks = ticks_of(scale_of(days), wide=WIDE)

    assert ticks
    assert all(0 <= tick.x <= 1 for tick in ticks)
    for left, right in pairwise(ticks):
        assert right.x - left.x >= max(WIDE[left.unit], WIDE[right.unit]) - NEARLY


def told(scale: Scale) -> list[tuple[str, str]]:
    return [(tick.unit.value, tick.day.isoformat()) for tick in ticks_of(scale, wide=WIDE)]


def test_ten_years_are_told_in_years_and_a_week_in_days() -> None:
    decade = scale_of([date(2016, 6, 9), date(2019, 2, 1), date(2022, 11, 5), TODAY])
    week = scale_of([TODAY - timedelta(days=7), TODAY - timedelta(days=4), TODAY])

    assert told(decade) == [("year", f"{year}-01-01") for year in (2018, 2020, 2022, 2024, 2026)]
    assert told(week) == [("day", "2026-06-08")]


def test_day_before_a_long_time_tells_its_year() -> None:
    scale = scale_of([date(2014, 6, 9), *(TODAY - timedelta(days=days) for days in (3, 2, 1, 0))])

    assert told(scale) == [
        ("year", "2014-06-09"),
        ("day", "2026-06-07"),
        ("day", "2026-06-08"),
        ("day", "2026-06-09"),
    ]
