"""One wave of reads: what each part says when the server answers, refuses, is slow, or lies."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from smartapp.ehr.profile import EhrProfile, profile_for
from smartapp.errors import AnswerUnreadable, SessionEnded, TemporaryOutboundError
from smartapp.fhir.client import FhirClient
from smartapp.fhir.note_reading import NoteChoice
from smartapp.fhir.patient_record import Part, PartName, PatientIdentity, Reason, Visit
from smartapp.fhir.reading import ChartReading, start_reading
from smartapp.sdm.measured import Asked
from tests.fhir.read_server import FakeServer, about_p1, bundle, client_of, fhir, goal, outcome, patient

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
VALUES = (Asked(("59408-5",), 1), Asked(("39156-5", "48643-1"), 365))
PARTS = [name for name in PartName if name is not PartName.PATIENT]


def read(
    client: FhirClient,
    *,
    encounter_id: str | None = None,
    fhir_user: str = "",
    notes: NoteChoice | None = None,
    profile: EhrProfile | None = None,
    wave_timeout_s: float = 10,
    values: tuple[Asked, ...] = (),
) -> ChartReading:
    return start_reading(
        client,
        encounter_id=encounter_id,
        fhir_user=fhir_user,
        profile=profile or EhrProfile(),
        notes=notes or NoteChoice(20),
        wave_timeout_s=wave_timeout_s,
        clock=lambda: NOW,
        values=values,
    )


def only(path: str, answer: httpx2.Response) -> Callable[[httpx2.Request], httpx2.Response | None]:
    return lambda request: answer if request.url.path == f"/fhir/{path}" else None


async def test_an_empty_chart_has_every_part_read_and_nothing_in_it() -> None:
    reading = read(client_of(FakeServer([patient()])))

    record = await reading.record()

    assert [part for part in record.parts if part != Part(part.name)] == []
    assert {part.name for part in record.parts} == set(PARTS)
    assert (record.patient.id, record.read_at, reading.started_at) == ("p1", NOW, NOW)


@pytest.mark.parametrize(
    ("vendor", "at_once", "later"), [("generic", 24, 3), ("epic", 24, 2), ("oracle", 24, 2)]
)
async def test_nothing_of_a_wave_but_values_waits_for_another_part(
    vendor: str, at_once: int, later: int
) -> None:
    encounter = about_p1("Encounter", "e1", status="in-progress")
    clinician = {"resourceType": "Practitioner", "id": "7", "name": [{"family": "Osei"}]}
    server = FakeServer([patient(), encounter, clinician])
    together = asyncio.Event()

    async def hold(request: httpx2.Request) -> httpx2.Response:
        answer = await server(request)
        if len(server.requests) == at_once:
            together.set()
        await asyncio.wait_for(together.wait(), 5)
        return answer

    reading = read(
        client_of(hold),
        encounter_id="e1",
        fhir_user="Practitioner/7",
        profile=profile_for(vendor),
        values=VALUES,
    )
    await reading.record()
    await reading.clinician()

    assert len(server.requests) == at_once + later
    late = [request for request in server.requests[at_once:] if request.url.path == "/fhir/Observation"]
    assert all("date" in request.url.params for request in late)


@pytest.mark.parametrize(("vendor", "requests"), [("generic", 22), ("epic", 24), ("oracle", 21)])
async def test_notes_of_other_types_are_not_asked_for_nor_missed_without_permission(
    vendor: str, requests: int
) -> None:
    encounter = about_p1("Encounter", "e1", status="in-progress")
    clinician = {"resourceType": "Practitioner", "id": "7", "name": [{"family": "Osei"}]}
    server = FakeServer([patient(), encounter, clinician])
    others = {"DiagnosticReport", "Composition", "ClinicalImpression"}
    client = client_of(server, may=lambda resource_type, action: resource_type not in others)

    reading = read(client, encounter_id="e1", fhir_user="Practitioner/7", profile=profile_for(vendor))
    record = await reading.record()
    await reading.clinician()

    assert len(server.requests) == requests
    assert record.notes == Part(PartName.NOTES)


async def test_no_more_than_twenty_four_requests_are_under_way_at_a_time() -> None:
    notes = [
        about_p1(
            "DocumentReference",
            f"n{number}",
            status="current",
            category=[{"coding": [{"code": "clinical-note"}]}],
            content=[{"attachment": {"contentType": "text/plain", "url": f"Binary/b{number}"}}],
        )
        for number in range(40)
    ]
    server = FakeServer([patient(), *notes])
    under_way = most = 0

    async def count(request: httpx2.Request) -> httpx2.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return await server(request)

    await read(client_of(count), notes=NoteChoice(40), values=VALUES).record()

    assert 20 <= most <= 24


@pytest.mark.parametrize(
    ("answer", "reason", "status"),
    [
        (outcome(403), Reason.NOT_PERMITTED, 403),
        (outcome(400, "unsupported parameter"), Reason.NOT_OFFERED, 400),
        (outcome(404), Reason.NOT_OFFERED, 404),
        (outcome(405), Reason.NOT_OFFERED, 405),
        (outcome(501), Reason.NOT_OFFERED, 501),
        (outcome(500), Reason.UNAVAILABLE, 500),
        (outcome(302, headers={"location": "https://evil.example"}), Reason.UNAVAILABLE, 302),
        (fhir({"resourceType": "Patient"}), Reason.UNREADABLE, None),
        (fhir(b"<html>Sign in</html>"), Reason.UNREADABLE, None),
        (fhir(b" " * (5 * 1024 * 1024 + 1)), Reason.TOO_LARGE, None),
    ],
)
async def test_a_part_that_cannot_be_read_says_why_and_the_rest_stands(
    answer: httpx2.Response, reason: Reason, status: int | None
) -> None:
    allergy = about_p1("AllergyIntolerance", "a1", code={"text": "Penicillin"})
    server = FakeServer([patient(), allergy], broken=only("Goal", answer))

    record = await read(client_of(server)).record()

    assert record.goals == Part(PartName.GOALS, problem=reason, status=status, whole=False)
    assert [item.text for item in record.allergies.items] == ["Penicillin"]
    assert [part.name for part in record.parts if not part.was_read] == [PartName.GOALS]


async def test_a_part_without_its_scope_is_not_permitted_and_not_asked_for() -> None:
    server = FakeServer([patient()])
    client = client_of(server, may=lambda resource_type, action: resource_type != "Consent")

    part = await read(client).part(PartName.CONSENTS)

    assert (part.problem, part.was_read) == (Reason.NOT_PERMITTED, False)
    assert server.asked_for("Consent") == []


async def test_an_ended_session_is_told_by_every_part_and_raised_for_the_patient() -> None:
    reading = read(client_of(FakeServer(broken=lambda request: outcome(401))), values=VALUES)

    with pytest.raises(SessionEnded):
        await reading.patient()

    assert {(await reading.part(name)).problem for name in PARTS if name != PartName.VISIT} == {
        Reason.SESSION_ENDED
    }


async def test_a_part_that_hangs_becomes_too_slow_and_the_rest_stands() -> None:
    server = FakeServer([patient(), about_p1("Condition", "c1", code={"text": "Asthma"})])

    async def hang(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/fhir/Goal":
            await asyncio.Event().wait()
        return await server(request)

    record = await read(client_of(hang), wave_timeout_s=0.2).record()

    assert (record.goals.problem, record.goals.items) == (Reason.TOO_SLOW, ())
    assert [item.text for item in record.conditions.items] == ["Asthma"]


async def test_a_request_that_takes_too_long_is_too_slow_before_the_wave_ends() -> None:
    async def hang(request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    part = await read(client_of(hang, timeout_s=0.05), wave_timeout_s=60).part(PartName.GOALS)

    assert part.problem is Reason.TOO_SLOW


async def test_a_network_that_is_down_is_unavailable() -> None:
    def down(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no route")

    reading = read(client_of(FakeServer(broken=down)))

    assert (await reading.part(PartName.GOALS)).problem is Reason.UNAVAILABLE
    with pytest.raises(TemporaryOutboundError):
        await reading.patient()


async def test_when_some_searches_of_a_part_fail_what_came_stays_and_is_not_whole() -> None:
    preference = _preference("o1")
    server = FakeServer(
        [patient(), preference],
        broken=lambda request: outcome(400) if "code" in request.url.params else None,
    )

    record = await read(client_of(server)).record()

    assert [one.source.reference for one in record.preferences.items] == ["Observation/o1"]
    assert (record.preferences.problem, record.preferences.whole) == (None, False)


async def test_what_several_searches_bring_is_there_once() -> None:
    record = await read(client_of(FakeServer([patient(), _preference("o1")]))).record()

    assert [one.words for one in record.preferences.items] == ["Lights low at night, please."]
    assert record.preferences.whole


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/p2"},
        {"reference": "Patient/p11"},
        {"reference": "Group/p1"},
        {"reference": "https://other.example/fhir/Patient/p1"},
        {"reference": "https://ehr.example/fhir2/Patient/p1"},
        {"reference": "#p1"},
        {"reference": "urn:uuid:p1"},
        {"identifier": {"value": "p1"}},
        {},
    ],
)
async def test_nothing_of_another_patient_or_of_nobody_comes_in(
    subject: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    foreign = goal("g2", "Somebody else's goal") | {"subject": subject}
    server = FakeServer(broken=only("Goal", fhir(bundle([goal("g1"), foreign]))), resources=[patient()])

    with caplog.at_level("INFO", logger="smartapp"):
        record = await read(client_of(server)).record()

    assert [one.source.reference for one in record.goals.items] == ["Goal/g1"]
    assert record.goals.left_out == 1
    assert [r.__dict__["safe"] for r in caplog.records if r.message == "wrong-patient-resource"] == [
        {"resource_type": "Goal"}
    ]


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p1",
        "Patient/p1/_history/3",
        "https://ehr.example/fhir/Patient/p1",
        "https://ehr.example/fhir/Patient/p1/_history/3",
    ],
)
async def test_the_patient_may_be_named_relative_absolute_or_with_a_version(reference: str) -> None:
    server = FakeServer(
        [patient()], broken=only("Goal", fhir(bundle([goal() | {"subject": {"reference": reference}}])))
    )

    record = await read(client_of(server)).record()

    assert len(record.goals.items) == 1


async def test_what_was_entered_in_error_is_not_in_the_record() -> None:
    void = {"coding": [{"code": "entered-in-error"}]}
    resources = [
        goal("g1", lifecycleStatus="entered-in-error"),
        _preference("o1", status="entered-in-error"),
        about_p1("Condition", "c1", code={"text": "x"}, verificationStatus=void),
        about_p1("Condition", "c2", code={"text": "x"}, verificationStatus={"coding": [{"code": "refuted"}]}),
        about_p1("AllergyIntolerance", "a1", code={"text": "x"}, verificationStatus=void),
        about_p1("MedicationRequest", "m1", status="entered-in-error"),
        about_p1("ServiceRequest", "s1", status="entered-in-error"),
        about_p1("Encounter", "e1", status="entered-in-error"),
    ]

    record = await read(client_of(FakeServer([patient(), *resources])), encounter_id="e1").record()

    assert [part.name for part in record.parts if part.items] == []
    assert sum(part.left_out for part in record.parts) == 0


async def test_one_bad_record_is_counted_and_spoils_no_other() -> None:
    bad = [{"resourceType": "Goal", "id": 7}, goal("g3", subject="Patient/p1"), goal("", "No id"), None, 3]
    server = FakeServer(
        [patient()], broken=only("Goal", fhir(bundle([goal("g1"), *bad, goal("g2", "Dance")])))
    )

    record = await read(client_of(server)).record()

    assert [one.words for one in record.goals.items] == ["Walk to church", "Dance"]
    assert (record.goals.left_out, record.goals.whole) == (5, True)


async def test_more_pages_than_are_read_make_a_part_not_whole() -> None:
    server = FakeServer([patient()], broken=only("Goal", fhir(bundle([goal()], "https://evil.example/2"))))

    part = await read(client_of(server)).part(PartName.GOALS)

    assert (len(part.items), part.whole, part.problem) == (1, False, None)


async def test_the_visit_is_the_encounter_of_the_launch() -> None:
    encounter = about_p1(
        "Encounter",
        "e1",
        status="in-progress",
        period={"start": "2026-11-22T10:00:00-05:00"},
        type=[{"text": "Office visit"}],
        reasonCode=[{"coding": [{"display": "Knee pain"}]}],
        serviceProvider={"reference": "Organization/o1"},
    )

    record = await read(client_of(FakeServer([patient(), encounter])), encounter_id="e1").record()

    assert record.visit.items == (
        Visit(
            id="e1",
            status="in-progress",
            start=datetime.fromisoformat("2026-11-22T10:00:00-05:00"),
            reason="Knee pain",
            type="Office visit",
            organization="Organization/o1",
        ),
    )


async def test_an_encounter_of_another_patient_is_not_used() -> None:
    encounter = {"resourceType": "Encounter", "id": "e1", "subject": {"reference": "Patient/p2"}}

    part = await read(client_of(FakeServer([patient(), encounter])), encounter_id="e1").part(PartName.VISIT)

    assert (part.items, part.problem) == ((), Reason.OTHER_PATIENT)


async def test_without_an_encounter_in_the_launch_none_is_guessed() -> None:
    server = FakeServer([patient(), about_p1("Encounter", "e1", status="in-progress")])

    part = await read(client_of(server)).part(PartName.VISIT)

    assert part == Part(PartName.VISIT)
    assert server.asked_for("Encounter") == []


async def test_another_patient_in_the_answer_is_an_error_and_no_banner() -> None:
    server = FakeServer(broken=only("Patient/p1", fhir(patient(id="p2"))))

    with pytest.raises(AnswerUnreadable):
        await read(client_of(server)).record()


async def test_the_banner_has_the_official_name_and_the_name_to_call_by() -> None:
    resource = patient(
        name=[
            {"use": "old", "family": "Cruz", "given": ["Ana"]},
            {"use": "usual", "given": ["Nita"]},
            {"use": "official", "family": "Reyes", "given": ["Ana", "María"], "prefix": ["Ms."]},
        ],
        birthDate="1958",
        gender="female",
        identifier=[
            {"value": "1", "type": {"coding": [{"code": "SS"}]}},
            {"value": "MRN-7", "type": {"coding": [{"code": "MR"}]}},
        ],
        communication=[
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}},
            {"language": {"coding": [{"code": "spa"}]}, "preferred": True},
        ],
        extension=[
            {
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-interpreter-needed",
                "valueCoding": {"system": "http://snomed.info/sct", "code": "373066001"},
            }
        ],
        deceasedBoolean=False,
    )

    identity = await read(client_of(FakeServer([resource]))).patient()

    assert identity == PatientIdentity(
        id="p1",
        family="Reyes",
        given="Ana María",
        prefix="Ms.",
        call_name="Nita",
        birth_date="1958",
        gender="female",
        mrn="MRN-7",
        language="es",
        interpreter_needed=True,
        deceased=False,
    )


@pytest.mark.parametrize(
    ("vendor", "expected"),
    [
        ("generic", {None}),
        ("epic", {"problem-list-item", "health-concern", "encounter-diagnosis"}),
    ],
)
async def test_conditions_are_asked_for_as_the_vendor_needs(vendor: str, expected: set[str | None]) -> None:
    server = FakeServer([patient()])

    await read(client_of(server), profile=profile_for(vendor)).record()

    assert {request.url.params.get("category") for request in server.asked_for("Condition")} == expected


async def test_a_cancelled_reading_gives_what_was_not_read_as_unavailable() -> None:
    async def hang(request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    reading = read(client_of(hang))
    waiting = asyncio.ensure_future(reading.part(PartName.GOALS))
    await asyncio.sleep(0)
    reading.cancel()

    assert (await waiting).problem is Reason.UNAVAILABLE
    with pytest.raises(TemporaryOutboundError):
        await reading.patient()


async def test_a_waiter_that_goes_away_does_not_take_the_part_from_the_others() -> None:
    go = asyncio.Event()
    server = FakeServer([patient(), goal()])

    async def hold(request: httpx2.Request) -> httpx2.Response:
        await go.wait()
        return await server(request)

    reading = read(client_of(hold))
    impatient = asyncio.ensure_future(reading.part(PartName.GOALS))
    await asyncio.sleep(0)
    impatient.cancel()
    go.set()

    assert len((await reading.part(PartName.GOALS)).items) == 1


async def test_the_log_of_a_reading_names_parts_and_no_patient(caplog: pytest.LogCaptureFixture) -> None:
    server = FakeServer(
        [patient(), goal(words="SECRET-WORDS")], broken=only("Consent", outcome(500, "SECRET"))
    )

    with caplog.at_level("INFO", logger="smartapp"):
        await read(client_of(server)).record()

    lines = [str(record.__dict__.get("safe")) for record in caplog.records if record.name == "smartapp"]
    assert len(lines) == len(PARTS)
    assert not any(word in line for line in lines for word in ("SECRET", "p1", "Reyes", "g1", "http"))


def _preference(resource_id: str, status: str = "final") -> dict[str, Any]:
    category = "care-experience-preference"
    return about_p1(
        "Observation",
        resource_id,
        status=status,
        category=[{"coding": [{"code": category}]}],
        code={"coding": [{"system": "http://loinc.org", "code": "95541-9"}]},
        valueString="Lights low at night, please.",
    )
