"""Charts that are broken, hostile or half there: the page stands and names what it could not read."""

import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from smartapp.sandbox.faults import ReadFaults
from smartapp.sandbox.read_faults import spoiled_body
from tests.pages import words
from tests.refusals import ROSA, Watched, watched_clinic
from tests.visits import EHR

VISIT = f"{ROSA}-today"
ERNESTO = "Ernesto Delgado, husband"
WEDDING = "I want to dance at Lucía’s wedding in October."
SURGERY = "I don’t want surgery."
PARTS = {
    "Goal": "Goals could not be read.",
    "Observation": "Preferences could not be read.",
    "DocumentReference": "Notes and planning documents could not be read.",
    "QuestionnaireResponse": "Answers to forms could not be read.",
    "CarePlan": "Care plans could not be read.",
    "Consent": "Consents could not be read.",
    "RelatedPerson": "Family and friends could not be read.",
    "CareTeam": "The care team could not be read.",
    "Encounter": "This visit could not be read.",
    "Condition": "Conditions could not be read.",
    "MedicationRequest": "Medicines could not be read.",
    "ServiceRequest": "Orders could not be read.",
}
WHY = {
    403: "The EHR did not give this app permission. (not_permitted, 403)",
    404: "This EHR does not offer this to apps. (not_offered, 404)",
    500: "The EHR did not answer. (unavailable, 500)",
}
BODIES: list[tuple[Response | Exception, str]] = [
    (PlainTextResponse("<html>Sign in</html>"), "(unreadable)"),
    (PlainTextResponse(""), "(unreadable)"),
    (JSONResponse([]), "(unreadable)"),
    (JSONResponse({"resourceType": "Bundle", "entry": "none"}), "(unreadable)"),
    (JSONResponse({"resourceType": "Patient", "id": "herrera-jose"}), "(unreadable)"),
    (Response(b"\xff\xfe\x00"), "(unreadable)"),
    (PlainTextResponse("[" * 100_000), "(unreadable)"),
    (PlainTextResponse("{}".ljust(6_000_000)), "(too_large)"),
    (RedirectResponse("https://evil.test/fhir/Goal"), "(unavailable, 307)"),
    (httpx2.ReadTimeout("slow"), "(too_slow)"),
    (httpx2.ConnectError("down"), "(unavailable)"),
]


@pytest.fixture
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


@pytest.mark.parametrize("status", WHY)
@pytest.mark.parametrize("resource_type", PARTS)
async def test_part_that_fails_is_named_and_its_neighbours_stand(
    at: Watched, resource_type: str, status: int
) -> None:
    at.faults.fail_types[resource_type] = status

    visit = await at.open(encounter_id=VISIT)

    page = words(visit.first.text)
    assert visit.first.status_code == 200
    assert PARTS[resource_type] in page
    assert WHY[status] in page
    assert page.count("could not be read") == (2 if resource_type == "Observation" else 1)
    assert "DELGADO, Rosa (Mrs)" in page
    assert (ERNESTO in page) is (resource_type != "RelatedPerson")
    assert (WEDDING in page) is (resource_type != "Goal")
    assert (SURGERY in words((await visit.page("statements")).text)) is (resource_type != "DocumentReference")
    assert "of 16 parts read at" in page
    at.assert_log_is_clean()


async def test_every_part_may_fail_and_the_visit_goes_on(at: Watched) -> None:
    at.faults.fail_types = dict.fromkeys(PARTS, 500)
    visit = await at.open(encounter_id=VISIT)

    await visit.write(goal="Dance", worry="Fall")
    done = await visit.send()

    page = words(visit.first.text)
    assert "Nothing was found. What Rosa says today starts the list." in page
    assert "Not known. Ask who should be there." not in page
    assert "0 of 2 are in the chart. 2 are not certain yet." in words(done.text)
    assert 'Goal: "Dance"' in words(done.text)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 500, 503])
async def test_clinician_who_cannot_be_read_does_not_stop_the_visit(at: Watched, status: int) -> None:
    at.wire.answer("GET /fhir/Practitioner", JSONResponse({"text": "Rosa Delgado"}, status_code=status))

    visit = await at.open()

    assert visit.first.status_code == 200
    assert "DELGADO, Rosa (Mrs)" in words(visit.first.text)
    at.assert_log_is_clean()


@pytest.mark.parametrize(("body", "why"), BODIES)
async def test_answer_that_makes_no_sense_is_a_part_that_could_not_be_read(
    at: Watched, body: Response | Exception, why: str
) -> None:
    at.wire.answer("GET /fhir/Goal", body)

    visit = await at.open()

    page = words(visit.first.text)
    assert visit.first.status_code == 200
    assert "Goals could not be read." in page
    assert why in page
    assert SURGERY in words((await visit.page("statements")).text)
    assert "HERRERA" not in page
    assert {asked.url.partition("/fhir")[0].partition("/auth")[0] for asked in at.wire.asked} == {EHR}
    at.assert_log_is_clean()


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (JSONResponse({"issue": [{"diagnostics": "Rosa Delgado"}]}, status_code=403), "ehr-refused"),
        (JSONResponse({}, status_code=404), "ehr-refused"),
        (JSONResponse({}, status_code=500), "ehr-refused"),
        (PlainTextResponse("Rosa Delgado", status_code=500), "ehr-refused"),
        (PlainTextResponse("<html>Rosa Delgado</html>"), "ehr-answer-unreadable"),
        (PlainTextResponse("[" * 100_000), "ehr-answer-unreadable"),
        (JSONResponse({"resourceType": "Patient", "id": "herrera-jose"}), "ehr-answer-unreadable"),
        (JSONResponse({"resourceType": "Patient", "id": ROSA, "name": 3}), "ehr-answer-unreadable"),
        (PlainTextResponse("{}".ljust(6_000_000)), "ehr-answer-too-large"),
        (httpx2.ReadTimeout("Rosa Delgado"), "ehr-unavailable"),
        (httpx2.ConnectError("Rosa Delgado"), "ehr-unavailable"),
    ],
)
async def test_patient_who_cannot_be_read_stops_every_page(
    at: Watched, found: Response | Exception, code: str
) -> None:
    visit = await at.open()
    at.wire.answer("GET /fhir/Patient", found)
    at.clinic.app.state.services.charts.forget(visit.id)

    for page in ("", "room", "review", "done", "statements"):
        at.assert_refused(await visit.page(page), code)


async def test_part_that_takes_too_long_is_not_waited_for() -> None:
    async with watched_clinic(registration={"request_timeout_s": 0.2, "wave_timeout_s": 0.5}) as at:
        at.faults.delays = {"Goal": 60.0}

        visit = await at.open()

        page = words(visit.first.text)
        assert "Goals could not be read." in page
        assert "The EHR took too long to answer. (too_slow)" in page
        assert SURGERY in words((await visit.page("statements")).text)


async def test_session_that_ends_while_the_chart_is_read_is_told_in_every_part(at: Watched) -> None:
    at.faults.token.refuse_refresh = True

    def expire(_: MutableHeaders, body: bytes) -> bytes:
        at.clinic.ehr.expire_tokens()
        return body

    at.wire.change("GET /fhir/Patient", expire)

    visit = await at.open()
    again = await visit.page()

    page = words(visit.first.text)
    assert "DELGADO, Rosa (Mrs)" in page
    assert "Your EHR session ended. (session_ended, 401)" in page
    at.assert_refused(again, "session-ended")


async def test_record_that_makes_no_sense_is_counted_and_the_others_are_shown(at: Watched) -> None:
    at.faults.read.malformed_resource = True

    visit = await at.open(encounter_id=VISIT)

    page = words(visit.first.text)
    assert visit.first.status_code == 200
    assert "Goals were read in part." in page
    assert "1 record made no sense to this app." in page
    assert WEDDING in page
    assert ERNESTO in page


async def test_records_of_another_patient_are_left_out_of_every_page(at: Watched) -> None:
    at.faults.read.wrong_patient_in_results = True

    visit = await at.open(encounter_id=VISIT)

    pages = [visit.first.text, *[(await visit.page(name)).text for name in ("room", "statements")]]
    shown = words(" ".join(pages))
    assert WEDDING in shown
    assert [text for text in words_of_others(at) if text in shown] == []
    assert at.log.events("wrong-patient-resource")
    at.assert_log_is_clean()


@pytest.mark.parametrize(
    "link", ["https://evil.test/fhir/Goal?page=2", "http://ehr.test:8080/x", "javascript:1"]
)
async def test_next_page_elsewhere_is_not_followed_and_the_list_is_not_called_whole(
    at: Watched, link: str
) -> None:
    at.faults.read.foreign_next_link = link

    visit = await at.open()

    page = words(visit.first.text)
    assert visit.first.status_code == 200
    assert "Goals were read in part. " in page
    assert "The EHR has more than this app reads at once." in page
    assert WEDDING in page
    assert {asked.url.partition("/fhir")[0].partition("/auth")[0] for asked in at.wire.asked} == {EHR}


async def test_next_page_that_is_the_same_page_ends_and_says_so(at: Watched) -> None:
    at.faults.read.next_loop = True

    visit = await at.open()

    page = words(visit.first.text)
    assert "Goals were read in part." in page
    assert WEDDING in page
    assert len(at.wire.asked) < 60


@pytest.mark.parametrize("fault", ["huge_body", "deep_json"])
async def test_bodies_that_are_bombs_stop_with_a_page(at: Watched, fault: str) -> None:
    visit = await at.open()
    setattr(at.faults.read, fault, True)
    at.clinic.app.state.services.charts.forget(visit.id)

    answer = await visit.page()

    code = "ehr-answer-too-large" if fault == "huge_body" else "ehr-answer-unreadable"
    at.assert_refused(answer, code)


@pytest.mark.parametrize("fault", ["huge_body", "deep_json"])
async def test_bombs_in_one_part_leave_the_others_standing(at: Watched, fault: str) -> None:
    bomb = ReadFaults()
    setattr(bomb, fault, True)

    def spoil(_: object, body: bytes) -> bytes:
        return spoiled_body(json.loads(body), bomb)

    at.wire.change("GET /fhir/Observation", spoil)

    visit = await at.open()

    page = words(visit.first.text)
    assert visit.first.status_code == 200
    assert "Preferences could not be read." in page
    assert WEDDING in page


async def test_server_that_says_nothing_of_what_it_takes_gets_no_write(at: Watched) -> None:
    at.wire.answer("GET /fhir/metadata", PlainTextResponse("<html>Sign in</html>"))
    visit = await at.open()
    await visit.write(goal="Dance")

    review = words((await visit.page("review")).text)
    done = words((await visit.send()).text)

    assert "This EHR did not say what it takes. You copy the text once you are done." in review
    assert "Your text is ready to copy" in done
    assert at.stored() == []


def words_of_others(at: Watched) -> list[str]:
    """Names and statements of every other patient of the EHR, but those that Rosa's chart has too."""
    store = at.clinic.ehr.store
    mine = json.dumps([r for t in store.types() for r in store.of_type(t) if ROSA in json.dumps(r)])
    found = [name["family"].upper() for patient in store.of_type("Patient") for name in patient["name"][:1]]
    found += [goal["description"]["text"] for goal in store.of_type("Goal")]
    found += [each["valueString"] for each in store.of_type("Observation") if "valueString" in each]
    found += [person["name"][0]["text"] for person in store.of_type("RelatedPerson")]
    others = [text for text in found if text != "DELGADO" and json.dumps(text)[1:-1] not in mine]
    assert len(others) > 20
    return others
