"""What a visit shows: never more than one question to open with and two reminders, always with a reason."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sdm.conditions import ProblemOnList
from smartapp.sdm.facts import ChartFacts, Code, CodedFact, Known
from smartapp.sdm.knowledge import Moment, Tier
from smartapp.sdm.model import Kind, SaidBy
from smartapp.sdm.selection import Silence, opening_question_now, select
from tests.sdm.charts import (
    ICD10,
    LOINC,
    RXNORM,
    SNOMED,
    TODAY,
    because_of,
    chart,
    icd10,
    line,
    medicine,
    order,
    oximetry,
    reason,
    said,
    shipped,
    snomed,
)

CATALOGUE = shipped()
DIABETES = icd10("E11.9")


def shown_ids(facts: ChartFacts, hidden: frozenset[str] = frozenset()) -> list[str]:
    return [shown.reminder.id for shown in select(CATALOGUE, facts, hidden=hidden).reminders]


def silence_of(reminder: str, facts: ChartFacts, hidden: frozenset[str] = frozenset()) -> Silence:
    silent = select(CATALOGUE, facts, hidden=hidden).silent
    return next(each.silence for each in silent if each.reminder.id == reminder)


FIRES = {
    "R01": chart(visit_in_progress=True, statements=(said(Kind.GOAL),)),
    "R02": chart(visit_in_progress=True),
    "R03": chart(orders=(order(),)),
    "R15": chart(values=(line("48643-1"),)),
    "R16": chart(
        conditions=(icd10("J43.9"),),
        orders=(order(date(2026, 11, 1), code="127783003"),),
        statements=(said(Kind.GOAL),),
    ),
    "R17": chart(values=(oximetry(91),)),
    "R18": chart(values=(line("39156-5", value=34, unit="kg/m2"),)),
    "R19": chart(conditions=(icd10("F10.20"),)),
    "R21": chart(conditions=(icd10("F20.9"),), visit_reasons=(reason(ICD10, "R10.9"),)),
    "R27": chart(
        conditions=(icd10("O24.410", date(2026, 9, 1)),),
        orders=(order(code="3426-4", system=LOINC),),
    ),
    "R32": chart(conditions=(icd10("M79.7"),)),
    "R36": chart(judging_words_on=date(2026, 3, 2), statements=(said(Kind.GOAL),)),
    "R37": chart(conditions=(icd10("Z20.6", date(2026, 11, 1)),)),
    "R06": chart(conditions=(icd10("G89.4"),)),
    "R07": chart(medicines=(medicine("7804", TODAY),)),
    "R08": chart(conditions=(icd10("D57.1"),)),
    "R09": chart(conditions=(icd10("K35.80", date(2026, 11, 20)),)),
    "R10": chart(conditions=(icd10("R07.9", date(2026, 11, 20)),)),
    "R11": chart(conditions=(icd10("I25.10"),)),
    "R12": chart(conditions=(icd10("I50.9"),), statements=(said(Kind.GOAL),)),
    "R13": chart(conditions=(icd10("I48.0"),)),
    "R14": chart(conditions=(icd10("N18.4"),)),
    "R20": chart(conditions=(icd10("F11.20"),)),
    "R22": chart(conditions=(icd10("F84.0"),)),
    "R23": chart(conditions=(icd10("H54.7"),)),
    "R24": chart(language="es", visit_in_progress=True),
    "R26": chart(conditions=(snomed("77386006", date(2026, 7, 1)),)),
    "R28": chart(conditions=(icd10("J45.20"),)),
    "R29": chart(conditions=(icd10("F01.50"),)),
    "R30": chart(conditions=(icd10("C34.90"),)),
    "R31": chart(conditions=(icd10("Z91.14"),)),
    "R33": chart(conditions=(DIABETES,)),
    "R34": chart(conditions=(icd10("C50.911"),)),
}
NEEDS_OTHERS_HIDDEN = {
    "R04": frozenset({"R01", "R02", "R25"}),
    "R25": frozenset({"R01", "R02"}),
    "R35": frozenset({"R02"}),
    "R05": frozenset({"R02", "R25", "R35"}),
}


def test_every_shipped_reminder_can_be_shown() -> None:
    reminders = {reminder.id for reminder in CATALOGUE.reminders}

    assert reminders == set(FIRES) | set(NEEDS_OTHERS_HIDDEN)


@pytest.mark.parametrize(("reminder", "facts"), FIRES.items())
def test_reminder_is_shown_for_the_chart_it_is_meant_for(reminder: str, facts: ChartFacts) -> None:
    assert reminder in shown_ids(facts)


@pytest.mark.parametrize(("reminder", "hidden"), NEEDS_OTHERS_HIDDEN.items())
def test_reminder_further_down_is_shown_when_those_before_are_hidden(
    reminder: str, hidden: frozenset[str]
) -> None:
    facts = chart(visit_in_progress=True, medicines=(medicine("197361", TODAY),))
    facts = facts if reminder in {"R35", "R05"} else replace(facts, medicines=())

    assert reminder in shown_ids(facts, hidden | {"R01"})


def test_reason_names_our_label_and_the_date() -> None:
    facts = chart(conditions=(icd10("I48.91", date(2023, 5, 3)),))

    shown = select(CATALOGUE, facts).reminders[0]

    assert shown.reminder.id == "R13"
    assert because_of(shown) == (
        "Shown because: atrial fibrillation or flutter in the chart (3 May 2023); "
        "no blood thinner on the medicine list."
    )


def test_reason_of_an_order_is_the_day_it_was_written() -> None:
    shown = select(CATALOGUE, chart(orders=(order(), order()))).reminders[0]

    assert because_of(shown) == "Shown because: an order or referral written today (22 Nov 2026)."


def test_chart_display_never_reaches_a_reason() -> None:
    fact = CodedFact(
        "Condition/1", frozenset({Code(SNOMED, "75544000")}), "Narcotic addict", date(2024, 1, 1)
    )

    prompts = select(CATALOGUE, chart(conditions=(fact,)))

    assert "Narcotic" not in repr(prompts)


def test_decision_open_today_goes_before_what_has_long_been_in_the_chart() -> None:
    facts = chart(
        conditions=(DIABETES,), orders=(order(),), visit_in_progress=True, statements=(said(Kind.GOAL),)
    )

    assert shown_ids(facts) == ["R03", "R01"]
    assert silence_of("R33", facts) is Silence.ANOTHER_GOES_FIRST


def test_opioid_reminder_stays_away_where_its_guideline_does_not_apply() -> None:
    opioid = medicine("7804", TODAY)

    for condition in (icd10("D57.1"), icd10("C50.911")):
        assert silence_of("R07", chart(medicines=(opioid,), conditions=(condition,))) is Silence.NOT_MET


def test_pregnancy_reminder_stays_away_after_a_loss() -> None:
    pregnancy, loss = snomed("77386006", date(2026, 7, 1)), icd10("O03.9", date(2026, 9, 1), number=2)

    prompts = select(CATALOGUE, chart(conditions=(pregnancy, loss)))

    assert "R26" not in {shown.reminder.id for shown in prompts.reminders}
    assert "loss" not in " ".join(because_of(shown) for shown in prompts.reminders)


def test_hidden_reminder_stays_away_and_makes_room_for_the_next() -> None:
    facts = FIRES["R03"]
    with_diabetes = replace(facts, conditions=(DIABETES,))

    assert shown_ids(with_diabetes, frozenset({"R03"}))[0] == "R33"
    assert silence_of("R03", with_diabetes, frozenset({"R03"})) is Silence.HIDDEN


def test_reminders_can_be_narrowed_to_the_moment() -> None:
    facts = chart(visit_in_progress=True, conditions=(DIABETES,), statements=(said(Kind.GOAL),))

    closing = select(CATALOGUE, facts, moments=frozenset({Moment.CLOSING}))

    assert [shown.reminder.id for shown in closing.reminders] == ["R25"]


def test_reminder_whose_part_was_not_read_is_silent_and_says_so() -> None:
    facts = chart(conditions=(icd10("I48.91"),), known=frozenset(Known) - {Known.MEDICINES})

    silent = next(each for each in select(CATALOGUE, facts).silent if each.reminder.id == "R13")

    assert silent.silence is Silence.NOT_READ
    assert silent.missing == (Known.MEDICINES,)
    assert silent.reason == "Stays away, since these could not be read in full: medicines."


def test_exception_that_was_not_read_keeps_a_reminder_silent() -> None:
    facts = chart(medicines=(medicine("7804", TODAY),), known=frozenset(Known) - {Known.CONDITIONS})

    silent = next(each for each in select(CATALOGUE, facts).silent if each.reminder.id == "R07")

    assert silent.missing == (Known.CONDITIONS,)


def test_nothing_read_yet_shows_the_core_question_and_no_reminder() -> None:
    prompts = select(CATALOGUE, chart(known=frozenset()))

    assert prompts.opening == opening_question_now(CATALOGUE)
    assert prompts.opening.text == "What are you hoping for?"
    assert prompts.reminders == ()
    assert all(question.when == () for question in prompts.questions)


def test_nothing_on_file_opens_with_the_person() -> None:
    prompts = select(CATALOGUE, chart())

    assert prompts.opening.text == "Before we start, what should I know about you as a person?"


@pytest.mark.parametrize("origin", [SaidBy.CLINICIAN, SaidBy.UNKNOWN])
def test_target_that_the_patient_is_not_known_to_have_said_is_nothing_said(origin: SaidBy) -> None:
    targets = (said(Kind.GOAL, said_by=origin), said(Kind.PLANNING_DOCUMENT))

    prompts = select(CATALOGUE, chart(statements=targets))

    assert prompts.opening.text == "Before we start, what should I know about you as a person?"
    (shown,) = prompts.reminders
    assert shown.reminder.id == "R02"
    assert because_of(shown) == "Shown because: nothing this patient has said is on file yet."


@pytest.mark.parametrize("origin", [SaidBy.PATIENT, SaidBy.RELATED_PERSON, SaidBy.REPORTED])
@pytest.mark.parametrize("status", ["active", "completed", "cancelled"])
def test_whatever_was_said_once_is_something_said(origin: SaidBy, status: str) -> None:
    facts = chart(statements=(said(Kind.GOAL, said_by=origin, status=status),))

    assert select(CATALOGUE, facts).opening.text == "What are you hoping for?"
    assert silence_of("R02", facts) is Silence.NOT_MET


def test_notes_that_were_not_read_may_hold_words_so_nothing_is_claimed() -> None:
    facts = chart(known=frozenset(Known) - {Known.NOTES})

    prompts = select(CATALOGUE, facts)

    assert prompts.opening.text == "What are you hoping for?"
    assert silence_of("R02", facts) is Silence.NOT_READ


def test_goal_within_a_year_still_opens_with_the_core_question() -> None:
    prompts = select(
        CATALOGUE, chart(statements=(said(Kind.GOAL, date(2026, 1, 8)), said(Kind.HOPE, date(2024, 1, 1))))
    )

    assert prompts.opening.text == "What are you hoping for?"


def test_old_goal_opens_with_the_core_question() -> None:
    prompts = select(CATALOGUE, chart(statements=(said(Kind.GOAL, date(2024, 1, 8)),)))

    assert prompts.opening.text == "What are you hoping for?"


def test_questions_about_a_condition_are_offered_only_with_it() -> None:
    without = {question.id for question in select(CATALOGUE, chart()).questions}
    with_diabetes = {question.id for question in select(CATALOGUE, chart(conditions=(DIABETES,))).questions}

    assert with_diabetes - without == {"diabetes-hardest"}


def test_hidden_question_goes_but_a_core_question_stays() -> None:
    prompts = select(CATALOGUE, chart(), hidden=frozenset({"barrier", "hope"}))

    ids = [question.id for question in prompts.questions]
    assert "barrier" not in ids
    assert ids[:4] == ["hope", "worry", "matters", "people"]


def test_language_changes_only_the_language_reminder_and_what_gives_way_to_it() -> None:
    facts = chart(
        visit_in_progress=True, conditions=(DIABETES,), orders=(order(),), statements=(said(Kind.GOAL),)
    )

    english, spanish = select(CATALOGUE, facts), select(CATALOGUE, replace(facts, language="es"))

    assert [shown.reminder.id for shown in english.reminders] == ["R03", "R01"]
    assert [shown.reminder.id for shown in spanish.reminders] == ["R03", "R24"]
    assert english.questions == spanish.questions
    assert english.opening == spanish.opening


KNOWN_CODES = [
    Code(system, code)
    for condition in CATALOGUE.conditions
    if isinstance(condition, ProblemOnList)
    for system, codes in ((SNOMED, sorted(condition.codes.snomed)), (ICD10, condition.codes.icd10))
    for code in codes
]
DAYS = st.none() | st.integers(min_value=-3, max_value=900).map(lambda days: TODAY - timedelta(days=days))
PROBLEMS = st.builds(
    CodedFact,
    reference=st.integers(1, 99).map(lambda number: f"Condition/{number}"),
    codes=st.frozensets(
        st.sampled_from(KNOWN_CODES) | st.builds(Code, st.just(ICD10), st.text(max_size=8)), max_size=3
    ),
    label=st.text(max_size=12),
    since=DAYS,
    status=st.just("active"),
)
MEDICINES = st.builds(
    CodedFact,
    reference=st.integers(1, 99).map(lambda number: f"MedicationRequest/{number}"),
    codes=st.frozensets(
        st.builds(Code, st.just(RXNORM), st.sampled_from(["7804", "11289", "1819", "1"])), max_size=2
    ),
    label=st.sampled_from(["", "apixaban 5 MG", "metformin 500 MG", "oxycodone 5 MG"]),
    since=DAYS,
    status=st.sampled_from(["draft", "active", "stopped", ""]),
)
ORDERS = st.builds(
    CodedFact,
    reference=st.integers(1, 99).map(lambda number: f"ServiceRequest/{number}"),
    codes=st.just(frozenset()),
    label=st.just(""),
    since=DAYS,
    status=st.sampled_from(["draft", "active", "completed"]),
)
STATEMENTS = st.builds(said, st.sampled_from(Kind), DAYS, said_by=st.sampled_from(SaidBy))
CHARTS = st.builds(
    ChartFacts,
    today=st.just(TODAY),
    known=st.frozensets(st.sampled_from(Known)),
    visit_in_progress=st.booleans(),
    conditions=st.lists(PROBLEMS, max_size=6).map(tuple),
    medicines=st.lists(MEDICINES, max_size=4).map(tuple),
    orders=st.lists(ORDERS, max_size=3).map(tuple),
    language=st.sampled_from(["", "en", "en-US", "es", "zh-Hans"]) | st.text(max_size=6),
    interpreter_needed=st.sampled_from([None, True, False]),
    statements=st.lists(STATEMENTS, max_size=4).map(tuple),
)
IDS = st.frozensets(st.sampled_from([reminder.id for reminder in CATALOGUE.reminders]), max_size=8)


@given(facts=CHARTS, hidden=IDS)
@settings(max_examples=150, deadline=None)
def test_no_chart_shows_more_than_one_opening_question_and_two_reminders(
    facts: ChartFacts, hidden: frozenset[str]
) -> None:
    prompts = select(CATALOGUE, facts, hidden=hidden)

    tiers = [shown.reminder.tier for shown in prompts.reminders]
    assert prompts.opening.opens is not None
    assert tiers in ([], [Tier.DECISION], [Tier.UNIVERSAL], [Tier.DECISION, Tier.UNIVERSAL])
    assert hidden.isdisjoint(shown.reminder.id for shown in prompts.reminders)


@given(facts=CHARTS)
@settings(max_examples=150, deadline=None)
def test_every_reminder_is_shown_with_a_reason_or_silent_with_a_reason(facts: ChartFacts) -> None:
    prompts = select(CATALOGUE, facts)

    for shown in prompts.reminders:
        assert because_of(shown).removeprefix("Shown because: ").removesuffix(".")
        assert shown.evidence
        assert shown.reminder.sources
        assert set(shown.reminder.sources) <= set(CATALOGUE.sources)
        assert shown.reminder.reads <= facts.known or shown.reminder.id == "R03"
    assert all(silent.reason for silent in prompts.silent)
    assert all(silent.missing for silent in prompts.silent if silent.silence is Silence.NOT_READ)
    accounted = [shown.reminder.id for shown in prompts.reminders] + [
        each.reminder.id for each in prompts.silent
    ]
    assert sorted(accounted) == sorted(reminder.id for reminder in CATALOGUE.reminders)


@given(facts=CHARTS, seed=st.integers(0, 2**16))
@settings(max_examples=150, deadline=None)
def test_order_of_the_chart_changes_nothing(facts: ChartFacts, seed: int) -> None:
    mixed = random.Random(seed)

    def shuffled(items: tuple[CodedFact, ...]) -> tuple[CodedFact, ...]:
        return tuple(mixed.sample(items, len(items)))

    other = replace(
        facts,
        conditions=shuffled(facts.conditions),
        medicines=shuffled(facts.medicines),
        orders=shuffled(facts.orders),
        statements=tuple(reversed(facts.statements)),
    )

    assert select(CATALOGUE, other) == select(CATALOGUE, facts)


@given(facts=CHARTS)
@settings(max_examples=50, deadline=None)
def test_same_chart_gives_the_same_prompts_with_content_loaded_anew(facts: ChartFacts) -> None:
    assert select(shipped(), facts) == select(CATALOGUE, facts)
