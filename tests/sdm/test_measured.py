"""Rules about measured values: the newest line decides, and it says its value and its day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sdm.codes import CodeSet
from smartapp.sdm.conditions import Evidence, evaluate
from smartapp.sdm.facts import Known, Measured
from smartapp.sdm.measured import Asked, LineOnFile, ValueOnFile, asked, figure, lines_that_fit
from smartapp.sdm.rule_words import in_words
from smartapp.sdm.selection import Silence, select
from tests.sdm.charts import ALL_PARTS, TODAY, because_of, chart, line, oximetry, shipped

CATALOGUE = shipped()
OXIMETRY = CodeSet(loinc=frozenset({"59408-5"}))
NEAR = ValueOnFile("near", "oxygen", OXIMETRY, unit="%", within_days=30, at_least=88, at_most=96)
ANY = LineOnFile("any", "an oxygen line", OXIMETRY, within_days=30)

LINES = st.lists(
    st.builds(
        lambda value, days, hour, unit: replace(
            oximetry(0),
            value=value,
            unit=unit,
            on=TODAY - timedelta(days=days),
            at=None if hour is None else datetime(2026, 1, 1, hour, tzinfo=UTC) - timedelta(days=days),
        ),
        value=st.none() | st.integers(80, 100).map(float),
        days=st.integers(-2, 40),
        hour=st.none() | st.integers(0, 23),
        unit=st.sampled_from(["%", "%", "%", "1"]),
    ),
    max_size=6,
)


def fits(*lines: Measured) -> tuple[Measured, ...]:
    return lines_that_fit(NEAR, lines, TODAY)


def at(hour: int, value: float) -> Measured:
    return replace(oximetry(value), at=datetime(2026, 11, 22, hour, tzinfo=UTC))


def test_reason_tells_the_value_and_its_day() -> None:
    prompts = select(CATALOGUE, chart(values=(oximetry(91),)))

    assert because_of(prompts.reminders[0]) == (
        "Shown because: oxygen saturation by pulse oximetry 91 % (22 Nov 2026)."
    )
    assert prompts.reminders[0].evidence == (
        Evidence(
            "oxygen saturation by pulse oximetry",
            "Observation/2",
            TODAY,
            value="91 %",
            condition="oxygen_near_threshold",
        ),
    )


def test_reason_of_a_line_by_code_tells_its_day_and_no_value() -> None:
    shown = select(CATALOGUE, chart(values=(line("48643-1", date(2026, 5, 3)),))).reminders[0]

    assert because_of(shown) == "Shown because: an eGFR line from an equation before 2021 (3 May 2026)."


def test_both_lines_of_a_split_egfr_give_the_same_reason() -> None:
    reasons = {
        because_of(select(CATALOGUE, chart(values=(line(code),))).reminders[0])
        for code in ("48642-3", "48643-1", "88293-6", "88294-4")
    }

    assert len(reasons) == 1


def test_values_that_were_not_read_keep_a_rule_silent_and_it_says_so() -> None:
    facts = chart(values=(oximetry(91),), known=ALL_PARTS - {Known.VALUES})

    silent = {each.reminder.id: each for each in select(CATALOGUE, facts).silent}

    assert silent["R17"].silence is Silence.NOT_READ
    assert silent["R17"].missing == (Known.VALUES,)
    assert silent["R17"].reason == (
        "Stays away, since these could not be read in full: laboratory and vital sign values."
    )


def test_of_one_day_the_later_moment_decides() -> None:
    assert fits(at(8, 91), at(15, 99)) == ()
    assert fits(at(8, 99), at(15, 91)) == (at(15, 91),)


def test_of_one_day_a_line_with_a_time_is_the_newer() -> None:
    assert fits(oximetry(91), at(0, 99)) == ()


def test_two_lines_of_one_moment_that_do_not_agree_decide_nothing() -> None:
    assert fits(at(8, 91), at(8, 99)) == ()


def test_line_of_a_day_to_come_is_passed_over() -> None:
    tomorrow = oximetry(99, TODAY + timedelta(days=1))

    assert fits(tomorrow, oximetry(91)) == (oximetry(91),)


def test_figure_is_written_without_needless_digits() -> None:
    assert figure(oximetry(91.0)) == "91 %"
    assert figure(line("39156-5", value=31.25, unit="kg/m2")) == "31.25 kg/m2"
    assert figure(line("39156-5", value=None)) == ""


def test_value_rule_is_told_in_plain_words() -> None:
    conditions = {condition.id: condition for condition in CATALOGUE.conditions}

    assert in_words(conditions["oxygen_near_threshold"]) == (
        "The newest oxygen saturation by pulse oximetry is 88 to 96 % and from today or yesterday. "
        "Codes: LOINC 59408-5."
    )
    assert in_words(conditions["body_mass_index_30"]).startswith(
        "The newest body mass index is 30 kg/m2 or more and at most 365 days old."
    )
    assert in_words(replace(NEAR, at_least=None)).startswith(
        "The newest oxygen is 96 % or less and at most 30"
    )


def test_lines_for_a_few_days_are_asked_for_apart_from_those_for_long() -> None:
    week, month = replace(NEAR, within_days=7), replace(ANY, codes=CodeSet(loinc=frozenset({"1-8"})))

    assert asked([week, month, NEAR, *CATALOGUE.conditions[:3]]) == (
        Asked(("59408-5",), 7),
        Asked(("1-8", "59408-5"), 30),
    )
    assert asked([]) == ()


@given(lines=LINES)
@settings(max_examples=200)
def test_what_fits_is_in_range_recent_and_none_is_newer(lines: list[Measured]) -> None:
    found = lines_that_fit(NEAR, tuple(lines), TODAY)

    past = [one for one in lines if one.on is not None and one.on <= TODAY]
    for one in found:
        assert one.value is not None
        assert one.on is not None
        assert one.unit == "%"
        assert 88 <= one.value <= 96
        assert timedelta(0) <= TODAY - one.on <= timedelta(days=30)
        assert all(other.on is None or other.on <= one.on for other in past)


@given(lines=LINES)
@settings(max_examples=100)
def test_order_of_the_lines_changes_nothing(lines: list[Measured]) -> None:
    forth, back = chart(values=tuple(lines)), chart(values=tuple(reversed(lines)))

    assert evaluate(NEAR, forth) == evaluate(NEAR, back)
    assert evaluate(ANY, forth) == evaluate(ANY, back)


@given(lines=LINES)
@settings(max_examples=100)
def test_a_value_in_range_is_always_a_line_on_file(lines: list[Measured]) -> None:
    facts = chart(values=tuple(lines))

    assert not evaluate(NEAR, facts).holds or evaluate(ANY, facts).holds
