"""Each question that depends on the chart is offered where it is meant, and not one step beside it."""

from dataclasses import replace

import pytest

from smartapp.sdm.facts import ChartFacts
from smartapp.sdm.knowledge import Question
from smartapp.sdm.selection import select
from tests.sdm.charts import chart, shipped
from tests.sdm.meant import MEANT, NOT_MEANT

CATALOGUE = shipped()
DEPENDENT = [question for question in CATALOGUE.questions if question.when]
ALWAYS = [question for question in CATALOGUE.questions if not question.when]
ASKED_OF_PATIENTS = {
    "R01": "What would you like to be sure we talk about today?",
    "R02": "Before we start, what should I know about you as a person?",
    "R03": "What are you hoping for from this? What are you most worried about?",
    "R04": "What would help you feel sure about the next step?",
    "R06": "What does pain keep you from doing that you most want to do?",
    "R07": "What worries you about this drug? What if we change it?",
    "R08": "What has worked for your pain before? What do you want us to do first?",
    "R09": "How bad is it now? What would make it bearable?",
    "R10": "Tell me what it felt like in your own words. What did you think it was?",
    "R11": "If a procedure could help, how would you feel about it?",
    "R12": "Who helps you at home? What would you want to know about stronger treatments?",
    "R13": "Which worries you more, a stroke or bleeding? Does cost get in the way?",
    "R14": "Has anyone talked with you about a new kidney? Could someone you know give one?",
    "R17": "Are you short of breath when you move or lie flat?",
    "R18": "Is it okay to talk about weight today? We can also do it some other time.",
    "R19": "What would you like to be different? What have you already tried that helped?",
    "R20": "Have you heard about buprenorphine or methadone? What matters to you in picking one?",
    "R21": "What do you think is causing this?",
    "R22": "How do you like to get information? Who do you want with you?",
    "R23": "What does a good day look like for you? What do you need here to take part?",
    "R24": "Did we hear all that you came to say?",
    "R25": "I want to be sure I was clear. How would you explain this plan at home?",
    "R26": "Does anything feel wrong or new to you? Small things count.",
    "R27": "May we do this test? Here is why, and what happens with the result.",
    "R28": "What does your asthma keep you from doing?",
    "R29": "What is most important to you these days?",
    "R30": "What is most important if your health gets worse?",
    "R31": "Many people find this hard to do. What makes it hard for you?",
    "R32": "What do you think is going on? What have you been told that felt right or wrong?",
    "R33": "What is the hardest part of living with diabetes right now?",
    "R34": "Would you like to hear about research studies as one of the choices?",
    "R35": "Will paying for this, or getting to it, be a problem?",
    "R37": "Would you like to know about ways to prevent HIV?",
}


def joined(*charts: ChartFacts) -> ChartFacts:
    """One chart that holds what each of them holds."""
    whole = chart()
    for one in charts:
        whole = replace(
            whole,
            conditions=whole.conditions + one.conditions,
            medicines=whole.medicines + one.medicines,
            orders=whole.orders + one.orders,
            values=whole.values + one.values,
            visit_reasons=whole.visit_reasons + one.visit_reasons,
        )
    return whole


def is_offered(question: Question, *charts: ChartFacts) -> bool:
    return question in select(CATALOGUE, joined(*charts)).questions


def meant(question: Question) -> list[ChartFacts]:
    return [MEANT[condition.id][0] for condition in question.when]


def test_the_33_questions_of_the_reminders_have_these_words() -> None:
    asked = {one.id: one.question.text for one in CATALOGUE.reminders if one.question is not None}

    assert asked == ASKED_OF_PATIENTS
    assert len(asked) == 33


@pytest.mark.parametrize("question", DEPENDENT, ids=lambda question: question.id)
def test_question_is_offered_where_it_is_meant(question: Question) -> None:
    assert is_offered(question, *meant(question))


@pytest.mark.parametrize("question", DEPENDENT, ids=lambda question: question.id)
def test_question_is_not_offered_one_step_beside(question: Question) -> None:
    whole = meant(question)
    for place, condition in enumerate(question.when):
        for near_miss in NOT_MEANT[condition.id]:
            others = [one for at, one in enumerate(whole) if at != place]
            assert not is_offered(question, near_miss, *others), condition.id


@pytest.mark.parametrize("question", DEPENDENT, ids=lambda question: question.id)
def test_question_is_not_offered_beside_what_keeps_it_away(question: Question) -> None:
    for condition in question.unless:
        assert not is_offered(question, *meant(question), MEANT[condition.id][0])


@pytest.mark.parametrize("question", DEPENDENT, ids=lambda question: question.id)
def test_question_stays_away_while_the_chart_is_not_read(question: Question) -> None:
    unread = replace(joined(*meant(question)), known=frozenset())

    assert question not in select(CATALOGUE, unread).questions


@pytest.mark.parametrize("question", ALWAYS, ids=lambda question: question.id)
def test_question_of_any_visit_is_offered_on_an_empty_chart_that_was_not_read(question: Question) -> None:
    assert question in select(CATALOGUE, chart(known=frozenset())).questions


def test_two_questions_are_kept_away_by_a_condition() -> None:
    kept_away = {each.id: [one.id for one in each.unless] for each in CATALOGUE.questions if each.unless}

    assert kept_away == {"drug-test": ["pregnancy_loss"], "prevent-hiv": ["hiv_infection"]}
