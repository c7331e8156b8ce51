"""Questions: the core ones first, then by moment; what was said in the last month is confirmed instead."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from smartapp.sdm.asking import FRESH
from smartapp.sdm.facts import ChartFacts
from smartapp.sdm.knowledge import Moment
from smartapp.sdm.model import Kind, SaidBy, Statement, Time
from smartapp.sdm.selection import Prompts, select
from tests.sdm.charts import TODAY, chart, said, shipped
from tests.sdm.test_selection import CHARTS

CATALOGUE = shipped()
LAST_WEEK = TODAY - timedelta(days=7)


def asked(*statements: Statement) -> Prompts:
    return select(CATALOGUE, chart(statements=statements))


def question_ids(prompts: Prompts) -> list[str]:
    return [question.id for question in prompts.questions]


def confirmed(prompts: Prompts) -> list[tuple[str, Statement]]:
    return [(each.question.id, each.statement) for each in prompts.confirm]


def test_preference_of_the_last_month_is_confirmed_and_not_asked_for_again() -> None:
    preference = said(Kind.TREATMENT_PREFERENCE, LAST_WEEK)

    prompts = asked(preference)

    assert confirmed(prompts) == [("not-wanted", preference)]
    assert "not-wanted" not in question_ids(prompts)


@pytest.mark.parametrize("ago", [FRESH + timedelta(days=1), timedelta(days=200), timedelta(days=800)])
def test_preference_that_is_older_is_asked_for(ago: timedelta) -> None:
    prompts = asked(said(Kind.TREATMENT_PREFERENCE, TODAY - ago))

    assert prompts.confirm == ()
    assert "not-wanted" in question_ids(prompts)


def test_last_day_of_the_month_still_counts() -> None:
    assert asked(said(Kind.UNACCEPTABLE, TODAY - FRESH)).confirm


def test_core_question_stays_beside_a_goal_that_is_confirmed() -> None:
    goal = said(Kind.GOAL, LAST_WEEK)

    prompts = asked(goal)

    assert confirmed(prompts) == [("hope", goal)]
    assert question_ids(prompts)[:2] == ["hope", "worry"]


def test_answer_stands_for_the_question_that_was_asked() -> None:
    able = replace(said(Kind.GOAL, LAST_WEEK), question="What would you like to be able to do?")

    prompts = asked(able)

    assert confirmed(prompts) == [("able", able)]
    assert "able" not in question_ids(prompts)


def test_newest_answer_is_the_one_that_is_read_back() -> None:
    older, newer = said(Kind.DECISION_ROLE, LAST_WEEK), said(Kind.DECISION_ROLE, TODAY - timedelta(days=2))

    assert confirmed(asked(older, newer)) == [("role", newer)]


@pytest.mark.parametrize(
    "statement",
    [
        said(Kind.TREATMENT_PREFERENCE, TODAY),
        said(Kind.TREATMENT_PREFERENCE, None),
        said(Kind.TREATMENT_PREFERENCE, LAST_WEEK, said_by=SaidBy.RELATED_PERSON),
        said(Kind.TREATMENT_PREFERENCE, LAST_WEEK, said_by=SaidBy.CLINICIAN),
        said(Kind.TREATMENT_PREFERENCE, LAST_WEEK, status="cancelled"),
        said(Kind.TREATMENT_PREFERENCE, LAST_WEEK, status="entered-in-error"),
        replace(said(Kind.TREATMENT_PREFERENCE, LAST_WEEK), confirmed=False),
        replace(said(Kind.TREATMENT_PREFERENCE, LAST_WEEK), time=Time.HISTORICAL),
        said(Kind.WORRY, LAST_WEEK),
        said(Kind.CARE_EXPERIENCE, LAST_WEEK),
    ],
    ids=[
        "today", "no date", "a relative", "a clinician", "cancelled", "void", "from a note", "long ago",
        "a worry", "one of several questions",
    ],
)  # fmt: skip
def test_anything_else_is_asked_for_as_ever(statement: Statement) -> None:
    assert asked(statement).confirm == ()


def test_question_about_a_condition_is_not_answered_by_a_general_preference() -> None:
    facts = chart(statements=(said(Kind.TREATMENT_PREFERENCE, LAST_WEEK),))

    general = [each for each in CATALOGUE.questions if each.kind is Kind.TREATMENT_PREFERENCE and each.when]

    assert general
    assert not {each.question.id for each in select(CATALOGUE, facts).confirm} & {each.id for each in general}


def test_questions_follow_the_moments_of_a_visit() -> None:
    moments = [question.moment for question in select(CATALOGUE, chart()).questions if not question.core]

    assert moments == sorted(moments, key=list(Moment).index)


def test_what_nothing_is_known_about_is_asked_first() -> None:
    worry = said(Kind.WORRY, date(2026, 3, 1))

    before, after = select(CATALOGUE, chart()).questions, asked(worry).questions

    in_room = [question for question in after if not question.core and question.moment is Moment.ROOM]
    known = [question.kind is Kind.WORRY for question in in_room]
    assert known == sorted(known)
    assert True in known
    assert sorted(each.id for each in before) == sorted(each.id for each in after)


@given(facts=CHARTS)
@settings(max_examples=60, deadline=None)
def test_two_core_questions_come_first_and_each_question_is_asked_or_confirmed_once(
    facts: ChartFacts,
) -> None:
    prompts = select(CATALOGUE, facts)

    ids = question_ids(prompts)
    assert ids[:2] == ["hope", "worry"]
    assert len(ids) == len(set(ids))
    instead = [each.question.id for each in prompts.confirm]
    assert len(instead) == len(set(instead))
    assert {each for each in instead if each in ids} <= {"hope"}
    assert all(facts.today - FRESH <= (each.statement.said_on or date.min) for each in prompts.confirm)
