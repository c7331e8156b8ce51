"""No reminder comes twice within twelve months for the same reason; a new reason brings it back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sdm.facts import ChartFacts, CodedFact
from smartapp.sdm.knowledge import Repeats, Tier
from smartapp.sdm.memory import Memory, Trigger
from smartapp.sdm.selection import Prompts, Silence, SilentReminder, select, without_reminders
from tests.sdm.charts import TODAY, chart, icd10, order, oximetry, shipped
from tests.sdm.test_selection import CHARTS, IDS

CATALOGUE = shipped()
EVERY_VISIT = {one.id for one in CATALOGUE.reminders if one.repeats is Repeats.EVERY_VISIT}
AF = icd10("I48.91", date(2023, 5, 3))
SHOWN = date(2026, 5, 3)


def remembered(prompts: Prompts, on: date = SHOWN) -> dict[Trigger, date]:
    """What is kept once a page showed these."""
    return {trigger: on for shown in prompts.reminders for trigger in shown.triggers}


def ids(prompts: Prompts) -> list[str]:
    return [shown.reminder.id for shown in prompts.reminders]


def silent(prompts: Prompts, id_: str) -> SilentReminder:
    return next(each for each in prompts.silent if each.reminder.id == id_)


def at(facts: ChartFacts, day: date) -> ChartFacts:
    return replace(facts, today=day)


def test_reminder_that_was_shown_for_the_same_reason_is_silent_and_says_until_when() -> None:
    facts = chart(conditions=(AF,))
    before = remembered(select(CATALOGUE, facts))

    again = select(CATALOGUE, facts, memory=Memory(before.get))

    assert "R13" not in ids(again)
    assert silent(again, "R13").silence is Silence.SHOWN_BEFORE
    assert silent(again, "R13").reason == "Shown on 3 May 2026 for the same reason; next after 3 May 2027."


@pytest.mark.parametrize(
    ("day", "is_shown"),
    [(date(2027, 5, 3), False), (date(2027, 5, 4), True), (date(2026, 5, 4), False)],
)
def test_it_comes_back_after_twelve_months(day: date, is_shown: bool) -> None:
    facts = chart(conditions=(AF,))
    before = remembered(select(CATALOGUE, facts))

    later = select(CATALOGUE, at(facts, day), memory=Memory(before.get))

    assert ("R13" in ids(later)) is is_shown


def test_leap_day_counts_as_the_day_before_a_year_later() -> None:
    facts = chart(conditions=(AF,))
    before = remembered(select(CATALOGUE, facts), on=date(2028, 2, 29))

    assert "R13" not in ids(select(CATALOGUE, at(facts, date(2029, 2, 28)), memory=Memory(before.get)))
    assert "R13" in ids(select(CATALOGUE, at(facts, date(2029, 3, 1)), memory=Memory(before.get)))


@pytest.mark.parametrize(
    "new",
    [
        icd10("I48.0", date(2026, 11, 1), number=2),
        icd10("I48.91", date(2026, 11, 1)),
    ],
    ids=["another entry", "the same entry with another date"],
)
def test_new_reason_shows_it_again(new: CodedFact) -> None:
    facts = chart(conditions=(AF,))
    before = remembered(select(CATALOGUE, facts))

    again = select(CATALOGUE, replace(facts, conditions=(AF, new)), memory=Memory(before.get))

    assert "R13" in ids(again)


def test_new_value_is_a_new_reason() -> None:
    first = oximetry(91)
    before = remembered(select(CATALOGUE, chart(values=(first,))))
    second = replace(first, reference="Observation/3", value=90.0)

    assert "R17" not in ids(select(CATALOGUE, chart(values=(first,)), memory=Memory(before.get)))
    assert "R17" in ids(select(CATALOGUE, chart(values=(second,)), memory=Memory(before.get)))


def test_fewer_reasons_than_before_are_no_new_one() -> None:
    both = chart(conditions=(AF, icd10("I48.0", date(2024, 1, 1), number=2)))
    before = remembered(select(CATALOGUE, both))

    assert "R13" not in ids(select(CATALOGUE, chart(conditions=(AF,)), memory=Memory(before.get)))


def test_better_words_of_ours_are_no_new_reason() -> None:
    facts = chart(orders=(order(),))
    (trigger,) = select(CATALOGUE, facts).reminders[0].triggers

    assert trigger == Trigger("R03", "ServiceRequest/1", "2026-11-22")


def test_reason_without_an_entry_is_the_condition_that_asks_for_it() -> None:
    shown = {each.reminder.id: each.triggers for each in select(CATALOGUE, chart()).reminders}

    assert shown["R02"] == (Trigger("R02", "nothing_on_file"),)


def test_what_was_shown_for_another_reminder_is_no_reason_to_be_silent() -> None:
    facts = chart(conditions=(AF,))
    of_others = {replace(trigger, reminder="R12"): SHOWN for trigger in remembered(select(CATALOGUE, facts))}

    assert "R13" in ids(select(CATALOGUE, facts, memory=Memory(of_others.get)))


def test_silent_reminder_makes_room_for_the_next() -> None:
    facts = chart(conditions=(AF, icd10("E11.9", number=3)))
    before = {
        trigger: day
        for trigger, day in remembered(select(CATALOGUE, facts)).items()
        if trigger.reminder == "R13"
    }

    assert "R33" in ids(select(CATALOGUE, facts, memory=Memory(before.get)))


def test_reminder_hidden_for_good_is_silent_and_makes_room() -> None:
    facts = chart(conditions=(AF, icd10("E11.9", number=3)))

    prompts = select(CATALOGUE, facts, memory=Memory(hidden=frozenset({"R13"})))

    assert "R33" in ids(prompts)
    assert silent(prompts, "R13").silence is Silence.HIDDEN_FOR_GOOD
    assert silent(prompts, "R13").reason == "Hidden for you, in every visit."


def test_nobody_is_reminded_of_somebody_who_has_died() -> None:
    prompts = without_reminders(select(CATALOGUE, chart(conditions=(AF,))))

    assert prompts.reminders == ()
    assert silent(prompts, "R13").reason == "The chart says that the patient has died."
    assert len(prompts.silent) == len(CATALOGUE.reminders)


@given(facts=CHARTS, hidden=IDS, days=st.integers(0, 500), for_good=IDS)
@settings(max_examples=60, deadline=None)
def test_with_any_memory_two_at_most_are_shown_none_again_and_always_the_same(
    facts: ChartFacts, hidden: frozenset[str], days: int, for_good: frozenset[str]
) -> None:
    first = select(CATALOGUE, facts, hidden=hidden)
    before = remembered(first, on=TODAY - timedelta(days=days))
    memory = Memory(before.get, for_good)

    again = select(CATALOGUE, facts, hidden=hidden, memory=memory)

    assert len(again.reminders) <= 2
    assert len({shown.reminder.tier for shown in again.reminders}) == len(again.reminders)
    assert for_good.isdisjoint(ids(again))
    if days <= 365:
        assert (set(ids(first)) - EVERY_VISIT).isdisjoint(ids(again))
    elif days > 366 and not for_good:
        assert again == first
    assert select(CATALOGUE, facts, hidden=hidden, memory=Memory(dict(before).get, for_good)) == again
    assert sorted(ids(again) + [each.reminder.id for each in again.silent]) == sorted(
        reminder.id for reminder in CATALOGUE.reminders
    )
    assert all(each.reason for each in again.silent)


@given(facts=CHARTS)
@settings(max_examples=40, deadline=None)
def test_visit_after_visit_nothing_is_repeated_until_nothing_is_left(facts: ChartFacts) -> None:
    memory: dict[Trigger, date] = {}
    seen: list[str] = []
    for visit in range(len(CATALOGUE.reminders) + 1):
        prompts = select(CATALOGUE, facts, memory=Memory(memory.get))
        once = [id_ for id_ in ids(prompts) if id_ not in EVERY_VISIT]
        seen += once
        memory |= remembered(prompts, on=TODAY - timedelta(days=visit))
        if all(shown.is_again for shown in prompts.reminders):
            break

    assert len(seen) == len(set(seen))
    assert set(ids(select(CATALOGUE, facts, memory=Memory(memory.get)))) <= EVERY_VISIT


def test_need_for_an_interpreter_is_told_again_when_nothing_new_goes_first_and_can_be_hidden() -> None:
    facts = chart(language="es", visit_in_progress=True)
    memory: dict[Trigger, date] = {}
    visits: list[list[str]] = []
    for week in range(len(CATALOGUE.reminders)):
        prompts = select(CATALOGUE, facts, memory=Memory(memory.get))
        visits.append(ids(prompts))
        memory |= remembered(prompts, on=TODAY - timedelta(days=7 + week))

    universal = [each.id for each in CATALOGUE.reminders if each.tier is Tier.UNIVERSAL]
    shown = [id_ for visit in visits for id_ in visit if id_ in universal]
    new = shown[: shown.index("R24", shown.index("R24") + 1)]
    assert shown[0] == "R24"
    assert len(new) == len(set(new)) > 2
    assert visits[-1] == ["R24"]
    assert "R24" not in ids(select(CATALOGUE, facts, memory=Memory(memory.get, frozenset({"R24"}))))


def test_only_the_interpreter_reminder_comes_again_within_a_year() -> None:
    assert {"R24"} == EVERY_VISIT


@given(facts=CHARTS, number=st.integers(100, 120))
@settings(max_examples=40, deadline=None)
def test_another_entry_of_the_same_kind_brings_a_reminder_back(facts: ChartFacts, number: int) -> None:
    """Whatever entry of the chart made it appear: the same once more, as another entry."""
    prompts = select(CATALOGUE, facts)
    memory = Memory(remembered(prompts).get)
    renamed = tuple(
        replace(each, reference=f"Condition/{number + place}") for place, each in enumerate(facts.conditions)
    )

    again = select(CATALOGUE, replace(facts, conditions=facts.conditions + renamed), memory=memory)

    by_condition = {
        trigger.reminder for trigger in remembered(prompts) if trigger.what.startswith("Condition/")
    }
    assert by_condition <= set(ids(again))
