"""What does not agree is found and not resolved; what only seems to differ is left alone."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sdm.contrast import contrasts
from smartapp.sdm.contrast_topics import EITHER, LONGEST, MENTIONS, NAMES
from smartapp.sdm.model import Kind, SaidBy, Statement, Time
from tests.sdm.said import said

WORDS = (
    "i", "want", "not", "surgery", "DNR", "full", "code", "if", "dialysis", "home", "go", "to", "no", "never",
    "nursing", "CPR", ".", "unless", "quiero", "son", "translate", "decline",
)  # fmt: skip


def about(*statements: Statement) -> list[tuple[str, str, str]]:
    return [(one.earlier.words, one.later.words, one.about) for one in contrasts(statements)]


@pytest.mark.parametrize(
    ("earlier", "later", "thing"),
    [
        ("DNR/DNI", "Full code", "resuscitation"),
        ("Full code, confirmed with her", "Do not resuscitate", "resuscitation"),
        ("He wants everything done.", "DNR", "resuscitation"),
        ("She does not want dialysis.", "She would like to try dialysis for a while.", "dialysis"),
        ("Refuses a feeding tube.", "Agrees to a feeding tube", "a feeding tube"),
        ("I don’t want surgery.", "If therapy doesn’t do it, I’d think about the operation.", "surgery"),
        ("I don’t want surgery.", "If the exercises fail, I’d think about the operation.", "surgery"),
        ("He wants to stay at home.", "He agrees to move to assisted living.", "home or a nursing home"),
        ("No quiere cirugía.", "Quiere la cirugía en mayo.", "surgery"),
        ("Would rather have hospice; wants hospice.", "She is not interested in hospice.", "hospice"),
        ("Wants her son to translate.", "She does not want her son to translate.", "son translate"),
        ("Wants the doctors to decide.", "She wants to make her own decisions.", "who decides"),
        ("Does not want to know the prognosis.", "He wants to know the prognosis.", "knowing the outlook"),
    ],
)
def test_the_same_thing_wanted_and_not_wanted_stands_side_by_side(
    earlier: str, later: str, thing: str
) -> None:
    assert about(said(later, 2025), said(earlier, 2020)) == [(earlier, later, thing)]
    assert [one[:2] for one in about(said(later, 2020), said(earlier, 2025))] == [(later, earlier)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("She wants dialysis.", "She would like dialysis at home."),
        ("He wants to dance after the surgery.", "He does not want surgery."),
        ("Wants to talk about surgery.", "Does not want surgery."),
        ("No hospital unless they can fix it.", "Wants to go back to the hospital."),
        ("If I cannot think, no breathing machine.", "Full code"),
        ("She is unsure whether she wants chemo.", "She does not want chemo."),
        ("No chemo before the wedding.", "Wants chemo."),
        ("Is not ready for hospice yet.", "Agrees to hospice."),
        ("Wants surgery. Does not want surgery.", "Wants surgery."),
        ("She wants to walk to church.", "She does not want surgery."),
        ("Does not want to wait for the surgery.", "Wants surgery."),
        ("Home or a nursing home, both are fine.", "Wants to stay home."),
        ("No longer DNR.", "DNR"),
        ("Never not wanted dialysis.", "Does not want dialysis."),
    ],
)
def test_what_only_seems_to_differ_is_no_contrast(one: str, other: str) -> None:
    assert about(said(one, 2020), said(other, 2025)) == []
    assert about(said(other, 2020), said(one, 2025)) == []


def test_what_was_so_before_and_what_is_over_contradicts_nothing() -> None:
    now = said("Full code", 2025)

    assert about(said("DNR", 2020, time=Time.HISTORICAL), now) == []
    assert about(said("I want no CPR", 2020, status="cancelled"), now) == []
    assert about(said("I want no CPR", 2020, status="final"), now) != []


def test_not_wanting_it_in_a_case_that_may_come_agrees_with_wanting_it_now() -> None:
    case = said("would not want to be on a ventilator", 2020, time=Time.HYPOTHETICAL)

    assert about(case, said("wants intubation", 2025)) == []


def test_what_a_relative_wants_does_not_contradict_the_patient() -> None:
    son = said("wants everything done", 2025, said_by=SaidBy.RELATED_PERSON, speaker="son")

    assert about(son, said("DNR", 2020)) == []


def test_a_worry_about_something_is_not_a_wish() -> None:
    assert about(said("surgery", 2025, Kind.WORRY), said("I don’t want surgery.", 2020)) == []


def test_what_would_not_be_acceptable_contradicts_accepting_it() -> None:
    living = said("Living on a breathing machine", 2020, Kind.UNACCEPTABLE)

    assert about(living, said("would accept a breathing machine", 2025)) == [
        ("Living on a breathing machine", "would accept a breathing machine", "a breathing machine")
    ]


def test_a_note_whose_words_are_the_thing_alone_counts_as_not_wanted_where_it_was_negated() -> None:
    declined = said("hemodialysis, dialysis", 2020, negated=True)

    assert about(declined, said("wants dialysis", 2025)) != []


def test_chosen_options_of_who_decides_are_compared_too() -> None:
    alone = said("I decide", 2020, Kind.DECISION_ROLE, choice="patient", confirmed=True)
    together = said("We decide together", 2023, Kind.DECISION_ROLE, choice="shared", confirmed=True)
    yours = said("You decide", 2025, Kind.DECISION_ROLE, choice="clinician", confirmed=True)

    assert about(yours, together, alone) == [("I decide", "You decide", "who decides")]


def test_of_one_day_the_note_is_the_earlier_and_data_the_later() -> None:
    note, data = said("no surgery", 2025), said("I want surgery", 2025, confirmed=True)

    assert about(data, note) == [("no surgery", "I want surgery", "surgery")]


def test_each_change_is_one_contrast_and_the_newest_comes_first() -> None:
    found = about(
        *(
            said(words, year)
            for year, words in enumerate(
                ("DNR", "Full code", "CPR, full code", "DNR", "DNR with comfort care"), start=2020
            )
        )
    )

    assert [one[:2] for one in found] == [("CPR, full code", "DNR"), ("DNR", "Full code")]


def test_two_statements_that_differ_in_two_things_are_one_contrast() -> None:
    assert len(about(said("DNR and DNI", 2020), said("Full code", 2021))) == 1


def test_every_phrase_is_found_as_it_is_spelled() -> None:
    assert max(map(len, MENTIONS)) == LONGEST
    assert all(word == word.casefold() for words in MENTIONS for word in words)


statements = st.lists(
    st.builds(
        said,
        st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
        st.integers(2000, 2026) | st.none(),
        st.sampled_from(list(Kind)),
        said_by=st.sampled_from(list(SaidBy)),
        time=st.sampled_from(list(Time)),
        confirmed=st.booleans(),
        negated=st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(statements)
def test_whatever_was_said_each_pair_is_of_two_given_statements_in_time_and_stands_once(
    given_statements: list[Statement],
) -> None:
    found = contrasts(given_statements)

    ids = {id(one) for one in given_statements}
    pairs = [(id(one.earlier), id(one.later)) for one in found]
    assert all({first, second} <= ids and first != second for first, second in pairs)
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)
    days = [(one.earlier.said_on or date.min, one.later.said_on or date.min) for one in found]
    assert all(earlier <= later for earlier, later in days)
    assert [later for _, later in days] == sorted((later for _, later in days), reverse=True)
    assert all(one.about for one in found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["DNR", "Full code", "I want surgery", "Hospice at home"]), max_size=8))
def test_statements_that_say_the_same_never_contradict(words: list[str]) -> None:
    assert contrasts([said(one, 2000 + at) for at, one in enumerate(words) if one == words[0]]) == ()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_compared(text: str) -> None:
    given = [said(text, 2020), said(f"no {text}", 2021)]

    found = contrasts(given)

    assert len(found) <= 1
    assert all((one.earlier, one.later) == (given[0], given[1]) for one in found)


def test_of_thousands_of_statements_only_changes_are_told() -> None:
    many = [
        said(f"{'no ' if n % 3 else 'wants '}surgery {'on the knee ' * (n % 7)}", 2000 + n % 26)
        for n in range(4000)
    ]

    found = contrasts(many)

    assert 0 < len(found) < len(many)


def test_everything_that_a_contrast_can_be_about_has_a_name_to_translate() -> None:
    about = {mention.about for mentions in MENTIONS.values() for mention in mentions}

    assert sorted(NAMES) == sorted(about | {name for name, _ in EITHER.values()})
