"""FHIR search: what each kind of parameter finds, the order, and the pages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sandbox.dates import date_test, parse_span
from tests.sandbox.support import LOINC, Json, World, new_world, observation

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def findable() -> World:
    return new_world(
        observation(
            "one",
            id="o1",
            category=[coded(CATEGORY, "survey")],
            effectiveDateTime="2026-03-05T10:00:00-05:00",
            encounter={"reference": "Encounter/e1"},
            identifier=[{"system": "urn:ids", "value": "a,b"}],
        ),
        observation("two", id="o2", code=coded(LOINC, "75773-2"), effectiveDateTime="2026-04"),
        observation("three", id="o3", of="p2", status="amended", effectivePeriod={"start": "2025-12-31"}),
        {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}}
        | {"clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")},
        {
            "resourceType": "Patient",
            "id": "p3",
            "name": [{"family": "López", "given": ["José"]}],
            "birthDate": "1958-03",
        },
        {"resourceType": "Provenance", "id": "v1", "target": [{"reference": "Goal/g1"}]},
        {
            "resourceType": "QuestionnaireResponse",
            "id": "q1",
            "questionnaire": "http://x/q|1.0",
            "authored": "2026-01-01",
        },
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Observation?patient=p1", ["o1", "o2"]),
        ("Observation?patient=Patient/p1", ["o1", "o2"]),
        ("Observation?subject=Patient/p2", ["o3"]),
        ("Observation?subject:Patient=p2", ["o3"]),
        ("Observation?patient=p1,p2", ["o1", "o2", "o3"]),
        ("Observation?patient=nobody", []),
        (f"Observation?category={CATEGORY}|survey", ["o1"]),
        ("Observation?category=survey", ["o1"]),
        ("Observation?category=|survey", []),
        (f"Observation?category={CATEGORY}|", ["o1"]),
        ("Observation?category=http://elsewhere|survey", []),
        (f"Observation?code={LOINC}|75773-2", ["o2"]),
        ("Observation?code=75773-2,95541-9", ["o1", "o2", "o3"]),
        ("Observation?status=final&code=95541-9", ["o1"]),
        ("Observation?encounter=e1", ["o1"]),
        ("Observation?identifier=urn:ids|a\\,b", ["o1"]),
        ("Observation?date=2026-03-05", ["o1"]),
        ("Observation?date=ge2026-03-05T15:00:00Z", ["o1", "o2", "o3"]),
        ("Observation?date=gt2026-03-06&patient=p1", ["o2"]),
        ("Observation?date=lt2026-04-01&patient=p1", ["o1"]),
        ("Observation?date=ge2026-03&date=le2026-03&patient=p1", ["o1"]),
        ("Observation?_id=o1,o3", ["o1", "o3"]),
        ("Condition?clinical-status=active", ["c1"]),
        ("Goal?lifecycle-status=active&patient=p1", ["g1"]),
        ("Patient?name=lop", ["p3"]),
        ("Patient?family=LOPEZ&given=jose", ["p3"]),
        ("Patient?family:exact=Lopez", []),
        ("Patient?name:contains=haw", ["p1"]),
        ("Patient?birthdate=1958", ["p1", "p3"]),
        ("Provenance?target=Goal/g1", ["v1"]),
        ("QuestionnaireResponse?questionnaire=http://x/q", ["q1"]),
        ("QuestionnaireResponse?authored=lt2026-01-02", ["q1"]),
        ("Observation?_lastUpdated=lt2026-01-01", []),
        ("Observation?_sort=-date", ["o2", "o1", "o3"]),
        ("Observation?_sort=status,-_id", ["o3", "o2", "o1"]),
    ],
)
async def test_search_finds(query: str, found: list[str]) -> None:
    assert await findable().find(query) == found


async def test_post_search_finds_the_same(world: World) -> None:
    answer = await world.http.post("/open/fhir/Goal/_search", data={"patient": "p2"})

    assert [entry["resource"]["id"] for entry in answer.json()["entry"]] == ["g2"]


async def test_unknown_parameter_is_ignored_and_not_in_the_self_link(world: World) -> None:
    bundle = (await world.http.get("/open/fhir/Goal?patient=p1&colour=red")).json()

    assert bundle["link"] == [{"relation": "self", "url": "http://ehr.test/open/fhir/Goal?patient=p1"}]


@pytest.mark.parametrize("query", ["colour=red", "_sort=colour", "patient.name=Amy"])
async def test_unknown_parameter_is_refused_by_a_strict_server(world: World, query: str) -> None:
    world.ehr.faults.strict_search = True

    answer = await world.http.get(f"/open/fhir/Goal?{query}")

    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")


@pytest.mark.parametrize(
    "query",
    ["start-date=soon", "start-date=2026-13", "patient=", "category:below=x", "_count=-1", "_offset=x"],
)
async def test_value_that_makes_no_sense_is_refused(world: World, query: str) -> None:
    assert (await world.http.get(f"/open/fhir/Goal?{query}")).status_code == 400


@pytest.mark.parametrize("opaque", [False, True])
async def test_next_links_lead_through_every_match_once(opaque: bool) -> None:
    world = new_world(*[observation(f"{n}", id=f"o{n}") for n in range(5)])
    world.ehr.faults.read.opaque_paging = opaque
    url: str | None = "/open/fhir/Observation?patient=p1&_count=2"
    found: list[str] = []

    while url:
        bundle = (await world.http.get(url)).json()
        assert bundle["total"] == 5
        found += [entry["resource"]["id"] for entry in bundle["entry"]]
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)

    assert found == ["o0", "o1", "o2", "o3", "o4"]


async def test_last_page_has_no_next_link(world: World) -> None:
    bundle = (await world.http.get("/open/fhir/Goal?_count=2")).json()

    assert [link["relation"] for link in bundle["link"]] == ["self"]


async def test_opaque_next_link_stands_on_the_bare_base() -> None:
    world = new_world(*[observation(f"{n}", id=f"o{n}") for n in range(3)])
    world.ehr.faults.read.opaque_paging = True

    bundle = (await world.http.get("/open/fhir/Observation?_count=1")).json()

    assert bundle["link"][1]["url"] == "http://ehr.test/open/fhir?_getpages=page-1"
    assert (await world.http.get("/open/fhir?_getpages=page-9")).status_code == 404


async def test_count_zero_tells_the_total_only(world: World) -> None:
    bundle = (await world.http.get("/open/fhir/Goal?_count=0")).json()

    assert (bundle["total"], "entry" in bundle, len(bundle["link"])) == (2, False, 1)


moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(moments, moments)
@settings(max_examples=60)
def test_a_moment_is_before_within_or_after_a_day(moment: datetime, other: datetime) -> None:
    day = other.date().isoformat()
    span = parse_span(moment.isoformat(timespec="milliseconds"))

    accepted = [prefix for prefix in ("lt", "eq", "gt") if date_test(f"{prefix}{day}").accepts(span)]

    assert len(accepted) == 1
    assert date_test(f"ne{day}").accepts(span) != date_test(f"eq{day}").accepts(span)


@given(st.dates(max_value=date(9999, 12, 30)))
@settings(max_examples=60)
def test_a_date_spans_its_day(day: date) -> None:
    text = day.isoformat()

    span = parse_span(text)

    assert (span.start.date().isoformat(), span.end - span.start) == (text, timedelta(days=1))


@given(st.text(max_size=30))
@settings(max_examples=100)
def test_any_other_text_is_no_date(text: str) -> None:
    try:
        span = parse_span(text)
    except (ValueError, OverflowError):
        return
    assert span.start < span.end
