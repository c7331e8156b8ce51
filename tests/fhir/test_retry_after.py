"""A busy server says how long it wants to be left alone, in one of two ways, or in none that makes sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.retry_after import retry_after_s
from smartapp.http import Answer

NOW = "Sun, 22 Nov 2026 15:00:00 GMT"


def answer(value: str, *, date: str = NOW) -> Answer:
    return Answer(503, {"retry-after": value, "date": date}, b"")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (" 120 ", 120.0),
        ("86400", 86_400.0),
        ("0", 0.0),
        ("Sun, 22 Nov 2026 15:00:04 GMT", 4.0),
        ("Sun, 22 Nov 2026 14:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 15:00:00 GMT", 86_400.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Sun, 99 Nov 2026 15:00:04 GMT", None),
    ],
)
def test_seconds_and_dates_are_understood_and_nothing_else(value: str, seconds: float | None) -> None:
    assert retry_after_s(answer(value)) == seconds


def test_date_counts_from_the_servers_own_clock() -> None:
    wrong = "Sun, 22 Nov 2020 15:00:00 GMT"

    assert retry_after_s(answer("Sun, 22 Nov 2020 15:00:02 GMT", date=wrong)) == 2.0


@pytest.mark.parametrize("date", ["", "yesterday", "Sun, 22 Nov 2026 15:00:00 -0000"])
def test_date_without_a_date_to_count_from_says_nothing(date: str) -> None:
    assert retry_after_s(answer("Sun, 22 Nov 2026 15:00:04 GMT", date=date)) is None


@given(st.text(max_size=60), st.text(max_size=40))
def test_no_answer_makes_it_fail_or_wait_for_the_past(value: str, date: str) -> None:
    seconds = retry_after_s(answer(value, date=date))

    assert seconds is None or seconds >= 0
