"""The handout holds what was put on it, word for word, in three languages, and nothing else."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sdm.handout import Written, can_be_on_it, line_of_chart, line_of_today, lines
from smartapp.sdm.handout_texts import SiteLines
from smartapp.sdm.model import DraftStatement, Kind, SaidBy, Source, Statement, Time
from smartapp.sdm.reading_level import reading_level
from tests.sdm.handouts import (
    ADDED,
    CLINIC,
    ROSAS,
    TAGS,
    as_text,
    fixed_lines_of,
    line,
    own_words,
    page,
    section,
)

GOLDEN = Path(__file__).parent.parent / "golden"
NOTHING = Written(lang="en")
TODAY = date(2026, 6, 9)


def of_chart(kind: Kind = Kind.GOAL, said_by: SaidBy = SaidBy.PATIENT) -> Statement:
    return Statement(kind, "To walk again.", said_by, Source("Goal/1"), said_on=date(2026, 6, 1))


@pytest.mark.parametrize("tag", TAGS)
def test_handout_says_what_its_golden_text_says(tag: str) -> None:
    golden = (GOLDEN / f"handout_{tag}.txt").read_text(encoding="utf-8")

    assert as_text(page(tag)) == golden


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("site", [SiteLines(), CLINIC])
@pytest.mark.parametrize("written", [NOTHING, ADDED])
def test_fixed_texts_of_a_page_are_plain(tag: str, site: SiteLines, written: Written) -> None:
    level = reading_level(fixed_lines_of(page(tag, written=written, site=site)), tag)

    assert level is not None
    assert level.is_plain, level.told


@given(
    text=st.text(min_size=1, max_size=80).filter(str.strip),
    tag=st.sampled_from(TAGS),
    kind=st.sampled_from(sorted({*Kind} - {Kind.CODE_STATUS, Kind.PLANNING_DOCUMENT})),
)
@settings(max_examples=60, deadline=None)
def test_words_stay_as_they_were_said_in_every_language(text: str, tag: str, kind: Kind) -> None:
    found = own_words(page(tag, [line(kind, text, lang="vi")], written=NOTHING))

    assert [(words.text, words.lang) for words in found] == [(text, "vi")]


def test_page_without_anything_chosen_holds_only_fixed_texts_and_room_to_write() -> None:
    empty = page("en", (), written=NOTHING, site=SiteLines())

    assert own_words(empty) == []
    assert section(empty, "told") == ()
    assert section(empty, "strengths") == ()
    assert [part.ruled for part in section(empty, "decided")] == [3, 0]
    assert empty.about == ("Your visit on June 9, 2026.",)
    assert "quotation" not in " ".join(empty.end)


def test_familys_words_stand_below_their_name_and_after_the_patients() -> None:
    told = section(page("en", reversed(ROSAS)), "told")

    assert [part.heading for part in told] == ["Your goal", "Your worry", "From Ernesto, husband", ""]


def test_words_of_somebody_without_a_name_are_not_the_patients() -> None:
    told = section(page("es", [line(Kind.WORRY, "Se cansa.", SaidBy.RELATED_PERSON, lang="es")]), "told")

    assert [part.heading for part in told] == ["De alguien cercano a usted"]


def test_clinicians_text_in_another_language_gets_lines_for_an_interpreter() -> None:
    decided = section(page("es"), "decided")

    assert decided[-2].ruled == 3
    assert "intérprete" in decided[-2].text
    assert {words.lang for part in decided for words in part.typed} == {"en"}


def test_clinicians_text_in_the_language_of_the_page_needs_no_lines() -> None:
    decided = section(page("en"), "decided")

    assert [part.ruled for part in decided] == [0, 0, 0, 0]


def test_summary_is_not_shown_as_a_quotation() -> None:
    (part,) = section(
        page("en", [line(Kind.GOAL, "Wants to walk.", is_quoted=False, is_summary=True)]), "told"
    )

    assert part.words is not None
    assert not part.words.is_quoted
    assert part.note == "In our words."


def test_strengths_are_for_others_to_ask_about_and_stand_nowhere_else() -> None:
    found = page("en")

    assert [words.text for words in own_words(found) if "sugar" in words.text] == [
        "I keep a sugar book every day."
    ]
    assert "Ask the patient about:" in section(found, "strengths")[0].text


def test_first_name_is_on_it_only_when_it_was_asked_for() -> None:
    assert page("en").about[0] == "For Rosa."
    assert "Rosa" not in as_text(page("en", written=replace(ADDED, name="")))


@pytest.mark.parametrize("tag", TAGS)
def test_draft_translation_says_so_on_the_page(tag: str) -> None:
    assert bool(page(tag).draft) is (tag != "en")


@pytest.mark.parametrize(
    "statement",
    [
        replace(of_chart(), confirmed=False),
        replace(of_chart(), said_by=SaidBy.REPORTED),
        replace(of_chart(), said_by=SaidBy.CLINICIAN),
        replace(of_chart(), said_by=SaidBy.UNKNOWN),
        replace(of_chart(), status="cancelled"),
        replace(of_chart(), negated=True),
        replace(of_chart(), time=Time.HYPOTHETICAL),
        replace(of_chart(), time=Time.HISTORICAL),
        replace(of_chart(), coded=True),
        replace(of_chart(Kind.PEOPLE), about_person="Ernesto"),
        of_chart(Kind.CODE_STATUS),
        of_chart(Kind.PLANNING_DOCUMENT),
    ],
)
def test_what_nobody_confirmed_or_said_plainly_cannot_be_on_it(statement: Statement) -> None:
    assert can_be_on_it(of_chart())
    assert not can_be_on_it(statement)


def test_what_was_said_today_is_not_taken_from_the_chart_too() -> None:
    said = DraftStatement("a" * 32, Kind.GOAL, "To walk again")
    today = line_of_today(said, said_in="es", written_in="en")
    chart = [line_of_chart(of_chart(), "s1"), line_of_chart(of_chart(Kind.HOPE), "s2")]

    assert [found.id for found in lines([today], chart, on=TODAY)] == ["a" * 32, "s2"]
    assert today.lang == "es"


def test_decisions_of_earlier_days_are_not_offered() -> None:
    decision = line_of_chart(of_chart(Kind.DECISION), "s1")

    assert lines([], [decision], on=TODAY) == ()
    assert lines([], [replace(decision, said_on=TODAY)], on=TODAY) != ()


def test_decision_and_option_are_in_the_language_that_the_clinician_writes() -> None:
    decision = line_of_today(
        DraftStatement("a" * 32, Kind.DECISION, "Therapy first."), said_in="es", written_in="en"
    )
    role = line_of_today(
        DraftStatement("b" * 32, Kind.DECISION_ROLE, "We decide together", choice="shared"),
        said_in="es",
        written_in="en",
    )

    assert [(found.lang, found.is_quoted) for found in (decision, role)] == [("en", False), ("en", False)]


@pytest.mark.parametrize(("words", "is_quoted"), [("7 of 10", False), ("If my son drives me.", True)])
def test_number_that_was_chosen_stands_beside_words_of_ones_own(words: str, is_quoted: bool) -> None:
    draft = DraftStatement("a" * 32, Kind.CONFIDENCE, words, choice="7")
    (part,) = section(page("en", [line_of_today(draft, said_in="en", written_in="en")]), "told")

    assert part.words is not None
    assert (part.words.text, part.words.is_quoted, part.note) == (words, is_quoted, "")
    assert [words.text for words in part.typed] == (["7 of 10"] if is_quoted else [])


def test_direction_of_words_is_that_of_their_first_letter() -> None:
    found = own_words(
        page("en", [line(Kind.GOAL, "(أريد أن أمشي)"), line(Kind.HOPE, "12, sí")], written=NOTHING)
    )

    assert [words.direction for words in found] == ["rtl", "ltr"]
