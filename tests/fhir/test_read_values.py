"""Laboratory and vital sign lines: what is asked for, what is taken of an answer, and what is left alone."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.fhir.facts import facts_of
from smartapp.fhir.patient_record import Part, PartName, Reason, Visit
from smartapp.fhir.this_patient import ThisPatient
from smartapp.fhir.value_lenses import Observation, Quantity
from smartapp.fhir.values import measured
from smartapp.sdm.facts import Code, Known, Measured
from smartapp.sdm.measured import Asked, asked
from tests.fhir.read_server import FakeServer, about_p1, client_of, outcome, patient
from tests.fhir.test_read_parts import NOW, VALUES, read
from tests.sdm.charts import shipped
from tests.web.charts import record

LOINC = "http://loinc.org"
OXIMETRY = {"coding": [{"system": LOINC, "code": "59408-5"}, {"system": LOINC, "code": "2708-6"}]}


def oximetry(**more: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "status": "final",
        "code": OXIMETRY,
        "effectiveDateTime": "2026-11-22T08:30:00-05:00",
        "valueQuantity": {
            "value": 91,
            "unit": "% O2",
            "system": "http://unitsofmeasure.org",
            "code": "%",
        },
    }
    return about_p1("Observation", "o1", **(whole | more))


async def values_of(*resources: dict[str, Any]) -> Part[Measured]:
    chart = await read(client_of(FakeServer([patient(), *resources])), values=VALUES).record()
    return chart.values


async def test_a_value_has_its_number_unit_day_and_moment() -> None:
    part = await values_of(oximetry())

    assert part == Part(
        PartName.VALUES,
        items=(
            Measured(
                reference="Observation/o1",
                codes=frozenset({Code(LOINC, "59408-5"), Code(LOINC, "2708-6")}),
                value=91.0,
                unit="%",
                on=date(2026, 11, 22),
                at=datetime(2026, 11, 22, 13, 30, tzinfo=UTC),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("change", "value", "unit", "on"),
    [
        ({"valueQuantity": {"value": 91.5, "unit": "%"}}, 91.5, "%", date(2026, 11, 22)),
        ({"valueQuantity": {"value": 60, "comparator": "<", "code": "%"}}, None, "%", date(2026, 11, 22)),
        ({"valueQuantity": {}}, None, "", date(2026, 11, 22)),
        ({"effectiveDateTime": "2026-11"}, 91, "%", date(2026, 11, 1)),
        ({"effectiveDateTime": "", "effectiveInstant": "2026-11-21T23:00:00Z"}, 91, "%", date(2026, 11, 21)),
        ({"effectiveDateTime": "", "effectivePeriod": {"start": "2026-11-20"}}, 91, "%", date(2026, 11, 20)),
        ({"effectiveDateTime": ""}, 91, "%", None),
    ],
)
async def test_a_value_is_taken_only_for_what_it_says(
    change: dict[str, Any], value: float | None, unit: str, on: date | None
) -> None:
    (found,) = (await values_of(oximetry(**change))).items

    assert (found.value, found.unit, found.on) == (value, unit, on)


@pytest.mark.parametrize(
    "status", ["registered", "preliminary", "cancelled", "entered-in-error", "unknown", ""]
)
async def test_a_line_that_is_not_final_is_left_out(status: str) -> None:
    assert await values_of(oximetry(status=status)) == Part(PartName.VALUES)


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
async def test_a_final_line_is_taken_also_when_it_was_corrected(status: str) -> None:
    assert len((await values_of(oximetry(status=status))).items) == 1


async def test_lines_are_asked_for_by_code_since_a_day_and_the_recent_apart() -> None:
    server = FakeServer([patient()])

    await read(client_of(server), values=VALUES).record()

    found = [
        request.url.params for request in server.asked_for("Observation") if "date" in request.url.params
    ]
    day = NOW.date().toordinal()
    assert [(dict(one)["code"], dict(one)["date"]) for one in found] == [
        (f"{LOINC}|59408-5", f"ge{date.fromordinal(day - 2)}T00:00:00Z"),
        (f"{LOINC}|39156-5,{LOINC}|48643-1", f"ge{date.fromordinal(day - 366)}T00:00:00Z"),
    ]


async def test_nothing_is_asked_for_when_no_rule_needs_a_line() -> None:
    server = FakeServer([patient()])

    chart = await read(client_of(server)).record()

    assert not [request for request in server.requests if "date" in request.url.params]
    assert chart.values == Part(PartName.VALUES)


def test_the_shipped_rules_ask_for_six_lines_in_two_searches() -> None:
    assert asked(shipped().conditions) == (
        Asked(("59408-5",), 1),
        Asked(("39156-5", "48642-3", "48643-1", "88293-6", "88294-4"), 365),
    )


def test_every_line_that_is_asked_for_is_told_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "fhir.md").read_text(encoding="utf-8")

    codes = [code for group in asked(shipped().conditions) for code in group.codes]

    assert [code for code in codes if f"|{code}" not in text] == []


async def test_lines_that_could_not_be_read_leave_the_rules_about_them_silent() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response | None:
        return outcome(400) if "date" in request.url.params else None

    server = FakeServer([patient()], broken=refuse)

    chart = await read(client_of(server), values=VALUES).record()

    assert chart.values.problem is Reason.NOT_OFFERED
    assert frozenset(Known) - facts_of(chart, today=NOW.date()).known == {Known.VALUES, Known.LANGUAGE}


async def test_a_value_of_an_odd_type_makes_no_words_unreadable() -> None:
    said = about_p1(
        "Observation",
        "o2",
        status="final",
        code={"coding": [{"system": LOINC, "code": "95541-9"}]},
        valueString="Ask my daughter first.",
        valueQuantity="none",
    )

    chart = await read(
        client_of(FakeServer([patient(), said, oximetry(valueQuantity=7)])), values=VALUES
    ).record()

    assert [one.words for one in chart.preferences.items] == ["Ask my daughter first."]
    assert (chart.values.items, chart.values.left_out) == ((), 1)


def facts_of_visit(status: str) -> tuple[frozenset[Code], ...]:
    visit = Visit("e1", status, reasons=(frozenset({Code("icd", "R55")}),))
    return tuple(one.codes for one in facts_of(record(visit=(visit,)), today=NOW.date()).visit_reasons)


@pytest.mark.parametrize("status", ["planned", "arrived", "in-progress"])
def test_the_coded_reasons_of_a_coming_or_running_visit_are_facts(status: str) -> None:
    assert facts_of_visit(status) == (frozenset({Code("icd", "R55")}),)


@pytest.mark.parametrize("status", ["cancelled", "finished", "entered-in-error", ""])
def test_the_reasons_of_a_visit_that_is_over_are_none(status: str) -> None:
    assert facts_of_visit(status) == ()


async def test_a_visit_has_the_codes_of_each_of_its_reasons() -> None:
    reasons = [
        {"coding": [{"system": "http://snomed.info/sct", "code": "29857009"}], "text": "Chest pain"},
        {"text": "Follow-up"},
    ]
    encounter = about_p1("Encounter", "e1", status="in-progress", reasonCode=reasons)

    chart = await read(client_of(FakeServer([patient(), encounter])), encounter_id="e1").record()

    assert chart.visit.items[0].reasons == (frozenset({Code("http://snomed.info/sct", "29857009")}),)


@given(
    value=st.none() | st.floats(allow_nan=False),
    when=st.text(max_size=30) | st.datetimes().map(lambda one: one.isoformat()),
    comparator=st.sampled_from(["", "<", ">=", "~"]),
    status=st.sampled_from(["final", "amended", "preliminary", ""]),
)
@settings(max_examples=100)
def test_whatever_a_line_says_it_becomes_one_value_or_none(
    value: float | None, when: str, comparator: str, status: str
) -> None:
    quantity = Quantity(value=value, comparator=comparator, code="%")
    line = Observation(status=status, effective_date_time=when, value_quantity=quantity)

    found = measured(line, ThisPatient("p1", "https://ehr.example/fhir"))

    assert len(found) == (status in {"final", "amended"})
    assert all(one.value is None or not comparator for one in found)
