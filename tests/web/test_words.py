"""Dates, ages and other people's text, as the screens write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.i18n import load_languages, speaking
from smartapp.web import words

TODAY = date(2026, 6, 9)
LANGUAGES = load_languages()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1958-03-12", "12-Mar-1958 (68y)"),
        ("1958-06-10", "10-Jun-1958 (67y)"),
        ("2025-05-20", "20-May-2025 (12m)"),
        ("2026-06-01", "01-Jun-2026 (8d)"),
        ("1958-03", "Mar-1958"),
        ("1958", "1958"),
        ("1958-02-30", "Feb-1958"),
        ("1958-13-01", "1958"),
        ("", "Not known"),
        ("<script>", "Not known"),
    ],
)
def test_birth_date_is_shown_as_far_as_it_is_known(text: str, shown: str) -> None:
    assert words.birth(text, TODAY) == shown


@given(st.text(max_size=40))
@settings(max_examples=60)
def test_any_birth_date_can_be_shown(text: str) -> None:
    assert words.birth(text, TODAY)


@given(st.text(max_size=80))
@settings(max_examples=60)
def test_somebody_elses_text_stays_one_printable_line(text: str) -> None:
    shown = words.one_line(text, 20)

    assert len(shown) <= 20
    assert shown.isprintable()


def test_text_cannot_turn_the_line_around_it() -> None:
    assert words.one_line("Rosa\u202edlro\u2066 D", 40) == "Rosadlro D"


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("en", ["9 Jun 2026", "Tue 9 Jun 2026", "12-Mar-1958 (68y)", "20,000", "a, b and c", "17:05"]),
        (
            "es",
            ["9 jun 2026", "martes, 9 de junio de 2026", "12 mar 1958 (68 a)", "20,000", "a, b y c", "17:05"],
        ),
        (
            "zh-Hans",
            ["2026年6月9日", "2026年6月9日星期二", "1958年3月12日 (68 岁)", "20,000", "a、b和c", "17:05"],
        ),
    ],
)
def test_each_language_writes_dates_and_numbers_in_its_own_way(tag: str, shown: list[str]) -> None:
    with speaking(LANGUAGES[tag]):
        assert shown == [
            words.day(TODAY),
            words.weekday(TODAY),
            words.birth("1958-03-12", TODAY),
            words.number(20_000),
            words.listed(["a", "b", "c"]),
            words.clock_time(datetime(2026, 6, 9, 17, 5, tzinfo=UTC)),
        ]


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("en", "Goal, said by Ernesto."),
        ("es", "Goal, said by Ernesto."),
        ("zh-Hans", "Goal、said by Ernesto。"),
    ],
)
def test_list_of_details_has_the_marks_of_its_language(tag: str, shown: str) -> None:
    with speaking(LANGUAGES[tag]):
        assert words.details(["Goal", "", "said by Ernesto"]) == shown
