"""The same thing said twice is shown once; what differs in anything that matters stays apart."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sdm.model import Kind, SaidBy, Statement, Time
from smartapp.sdm.sameness import said_once
from tests.sdm.said import said

WORDS = (
    "I", "she", "want", "wants", "not", "to", "walk", "dance", "wedding", "home", "surgery", "if", "3", "dog",
    "garden", "church", "no",
)  # fmt: skip


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("I want to go home.", "i want to go  HOME!"),
        (
            "I want to stay in my own house with my dog.",
            "Patient states that she wants to stay in her own house with her dog.",
        ),
        ("She hopes to dance at the wedding in October.", "Her goal is to dance at the wedding in October"),
        (
            "He wants to walk his daughter down the aisle in June.",
            "Wants to walk his daughter down the aisle",
        ),
        ("No quiere cirugía.", "no quiere cirugía"),
        ("I don’t want machines.", "She doesn't want machines."),
    ],
)
def test_the_same_thing_in_other_words_is_shown_once_with_both_days(newer: str, older: str) -> None:
    first, second = said(newer, 2026, Kind.GOAL), said(older, 2020, Kind.GOAL)

    (kept,) = said_once([first, second])

    assert (kept.words, kept.said_on, kept.also_on) == (newer, date(2026, 1, 1), (date(2020, 1, 1),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I want surgery on the knee this summer.", "I don’t want surgery on the knee this summer."),
        ("Wants to decline knee surgery this summer.", "Wants knee surgery this summer."),
        ("I want to walk 3 miles to church on Sundays.", "I want to walk 2 miles to church on Sundays."),
        ("Wants to keep her dog in the garden.", "Wants to keep her cat in the garden."),
        ("Wants to die at home with family near.", "Wants to die in the hospital with family near."),
        ("Wants the left knee done before winter comes.", "Wants the right knee done before winter comes."),
        ("If it spreads, she wants to stop chemo.", "She wants to stop chemo."),
        ("Wants to walk.", "Wants to walk his daughter down the aisle in June."),
    ],
)
def test_what_differs_in_anything_that_matters_is_shown_twice(one: str, other: str) -> None:
    assert len(said_once([said(one, 2026), said(other, 2020)])) == 2
    assert len(said_once([said(other, 2026), said(one, 2020)])) == 2


def test_nothing_that_says_more_gives_way_to_what_says_less() -> None:
    short = said("Wants to walk his daughter down the aisle", 2026)
    long = said("He wants to walk his daughter down the aisle in June", 2020)

    assert said_once([short, long]) == (short, long)


@pytest.mark.parametrize(
    "difference",
    [
        {"said_by": SaidBy.RELATED_PERSON, "speaker": "wife"},
        {"speaker": "wife"},
        {"time": Time.HISTORICAL},
        {"time": Time.HYPOTHETICAL},
        {"negated": True},
        {"kind": Kind.WORRY},
    ],
)
def test_who_said_it_when_it_holds_and_what_kind_it_is_are_told_apart(difference: dict[str, object]) -> None:
    patients = said("I want to go home to my garden", 2026, Kind.GOAL)
    other = said("She wants to go home to her garden", 2020, **({"kind": Kind.GOAL} | difference))  # type: ignore[arg-type]

    assert said_once([patients, other]) == (patients, other)


def test_a_goal_a_hope_and_what_matters_are_one_where_a_note_says_the_same() -> None:
    data = said("I want to dance at the wedding", 2020, Kind.GOAL, confirmed=True)
    note = said("She hopes to dance at the wedding", 2026, Kind.HOPE)

    (kept,) = said_once([data, note])

    assert (kept.kind, kept.confirmed, kept.also_on) == (Kind.GOAL, True, (date(2026, 1, 1),))


def test_what_is_confirmed_stays_unless_the_very_same_words_are_there() -> None:
    one = said("I want to dance at the wedding", 2026, Kind.GOAL, confirmed=True)
    alike = said("She hopes to dance at the wedding", 2020, Kind.GOAL, confirmed=True)
    same = said("I want to dance at the wedding.", 2019, Kind.GOAL, confirmed=True)

    kept = said_once([one, alike, same])

    assert [(each.words, each.also_on) for each in kept] == [
        (one.words, (date(2019, 1, 1),)),
        (alike.words, ()),
    ]


def test_confirmed_code_status_and_unknown_one_are_the_same() -> None:
    newer = said("DNR and DNI", 2026, Kind.CODE_STATUS, said_by=SaidBy.UNKNOWN)
    older = said("DNR and DNI", 2020, Kind.CODE_STATUS, said_by=SaidBy.REPORTED)

    assert [one.said_on for one in said_once([newer, older])] == [date(2026, 1, 1)]


def test_a_statement_without_a_day_adds_none() -> None:
    (kept,) = said_once([said("I want to go home", 2026), said("I want to go home", None)])

    assert kept.also_on == ()


statements = st.lists(
    st.builds(
        said,
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join),
        st.integers(2015, 2026) | st.none(),
        st.sampled_from([Kind.GOAL, Kind.HOPE, Kind.TREATMENT_PREFERENCE, Kind.CONFIDENCE]),
        said_by=st.sampled_from(list(SaidBy)),
        confirmed=st.booleans(),
        negated=st.booleans(),
    ),
    max_size=15,
)


@settings(max_examples=150, deadline=None)
@given(statements)
def test_whatever_was_said_the_kept_keep_their_order_no_day_is_lost_and_folding_again_changes_nothing(
    given_statements: list[Statement],
) -> None:
    kept = said_once(given_statements)

    references = [(one.words, one.kind, one.source, one.said_by, one.confirmed, one.negated) for one in kept]
    all_of_them = [
        (one.words, one.kind, one.source, one.said_by, one.confirmed, one.negated) for one in given_statements
    ]
    left = iter(all_of_them)
    assert all(one in left for one in references)
    days = {day for one in given_statements for day in (one.said_on,) if day}
    assert {day for one in kept for day in (one.said_on, *one.also_on) if day} == days
    assert all(list(one.also_on) == sorted(one.also_on, reverse=True) for one in kept)
    assert said_once(kept) == kept


@settings(max_examples=80, deadline=None)
@given(statements)
def test_polarity_is_never_folded_away(given_statements: list[Statement]) -> None:
    kept = said_once(given_statements)

    for one in given_statements:
        negative = one.negated or bool({"not", "no"} & set(one.words.split()))
        assert any(
            negative == (other.negated or bool({"not", "no"} & set(other.words.split()))) for other in kept
        )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_text_can_be_compared(texts: list[str]) -> None:
    given = [said(text, 2020) for text in texts]

    kept = said_once(given)

    assert {one.words for one in kept} <= set(texts)
    assert bool(kept) is bool(given)


def test_of_thousands_of_statements_each_stays_once() -> None:
    many = [
        said(f"wants to walk to the market number{n % 2000} with her dog", 2000 + n % 26) for n in range(6000)
    ]

    kept = said_once(many)

    assert len(kept) == 2000
