"""A sign-in that fails after the callback: the code is spent once, and the page says what happened."""

from collections.abc import AsyncIterator
from typing import get_args

import httpx2
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from smartapp.demo import SCOPES
from smartapp.sandbox.faults import IdTokenFault
from tests.pages import words
from tests.refusals import ROSA, TRANSACTION, Watched, watched_clinic
from tests.visits import EHR

TOKEN = "POST /auth/token"
KEYS = "GET /auth/jwks"
GOOD = {"access_token": "a-token-of-the-test", "token_type": "Bearer", "scope": "patient/Patient.r"}

ANSWERS: list[tuple[Response | Exception, str]] = [
    (JSONResponse({"error": "server_error"}, status_code=500), "ehr-unavailable"),
    (PlainTextResponse("Rosa Delgado", status_code=503), "ehr-unavailable"),
    (JSONResponse({}, status_code=429), "ehr-unavailable"),
    (httpx2.ConnectError("Rosa Delgado"), "ehr-unavailable"),
    (httpx2.ReadTimeout("Rosa Delgado"), "ehr-unavailable"),
    (
        JSONResponse({"error": "invalid_grant", "error_description": "Rosa Delgado"}, status_code=400),
        "token-refused",
    ),
    (JSONResponse({"error": "Rosa Delgado"}, status_code=400), "token-refused"),
    (JSONResponse({"message": "no"}, status_code=400), "token-refused"),
    (JSONResponse({"error": "invalid_client"}, status_code=401), "token-refused"),
    (JSONResponse({**GOOD, "error": "invalid_scope"}), "token-refused"),
    (RedirectResponse("https://evil.test/token"), "token-refused"),
    (PlainTextResponse("<html>Welcome, Rosa Delgado</html>"), "token-refused"),
    (JSONResponse([GOOD]), "token-refused"),
    (PlainTextResponse("[" * 100_000), "token-refused"),
    (PlainTextResponse(""), "token-refused"),
    (JSONResponse({**GOOD, "access_token": None}), "token-refused"),
    (JSONResponse({**GOOD, "access_token": ""}), "token-refused"),
    (JSONResponse({**GOOD, "access_token": "Rosa\nDelgado"}), "token-refused"),
    (JSONResponse({**GOOD, "token_type": "MAC"}), "token-refused"),
    (JSONResponse({**GOOD, "token_type": None}), "token-refused"),
    (JSONResponse({**GOOD, "expires_in": "soon"}), "token-refused"),
    (JSONResponse({**GOOD, "expires_in": -1}), "token-refused"),
    (JSONResponse({**GOOD, "patient": "../Patient/delgado-rosa"}), "token-refused"),
    (JSONResponse({**GOOD, "patient": ["delgado-rosa"]}), "token-refused"),
    (JSONResponse({**GOOD, "scope": ["patient/Patient.r"]}), "token-refused"),
    (PlainTextResponse("{}".ljust(2_000_000)), "ehr-answer-too-large"),
]

ID_TOKENS = [fault for fault in get_args(IdTokenFault) if fault != "no_kid"]


@pytest.fixture
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


@pytest.mark.parametrize(("found", "code"), ANSWERS)
async def test_token_answer_that_is_none_ends_the_launch_and_is_asked_for_once(
    at: Watched, found: Response | Exception, code: str
) -> None:
    at.wire.answer(TOKEN, found)

    visit = await at.open()

    at.assert_refused(visit.first, code)
    assert at.wire.requests(TOKEN) == 1
    assert at.wire.requests("GET /fhir/Patient") == 0
    assert {asked.url.partition("/fhir")[0].partition("/auth")[0] for asked in at.wire.asked} == {EHR}


@pytest.mark.parametrize("fault", ID_TOKENS)
async def test_id_token_that_cannot_be_trusted_ends_the_launch(at: Watched, fault: IdTokenFault) -> None:
    at.faults.id_token = fault

    visit = await at.open()

    at.assert_refused(visit.first, "id-token-invalid")
    assert at.wire.requests("GET /fhir/Patient") == 0


async def test_id_token_that_names_no_key_is_checked_with_the_only_one(at: Watched) -> None:
    at.faults.id_token = "no_kid"

    visit = await at.open()

    assert visit.first.status_code == 200


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (JSONResponse({}, status_code=500), "ehr-unavailable"),
        (httpx2.ReadTimeout("slow"), "ehr-unavailable"),
        (PlainTextResponse("<html>"), "ehr-answer-unreadable"),
        (JSONResponse({"keys": "none"}), "ehr-answer-unreadable"),
        (JSONResponse({"keys": []}), "ehr-answer-unreadable"),
    ],
)
async def test_keys_that_cannot_be_had_end_the_launch(
    at: Watched, found: Response | Exception, code: str
) -> None:
    at.wire.answer(KEYS, found)

    visit = await at.open()

    at.assert_refused(visit.first, code)


async def test_patient_who_is_not_named_is_found_through_the_visit(at: Watched) -> None:
    at.faults.token.no_patient = True

    visit = await at.open(encounter_id=f"{ROSA}-today")

    assert visit.first.status_code == 200
    assert "DELGADO, Rosa (Mrs)" in words(visit.first.text)


async def test_launch_with_neither_patient_nor_visit_says_so(at: Watched) -> None:
    at.faults.token.no_patient = True

    visit = await at.open()

    at.assert_refused(visit.first, "no-patient")
    assert "Open a patient's chart, then open Common Ground from there." in words(visit.first.text)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (JSONResponse({"text": "Rosa Delgado"}, status_code=404), "no-patient"),
        (JSONResponse({}, status_code=403), "no-patient"),
        (PlainTextResponse("<html>"), "no-patient"),
        (JSONResponse({"resourceType": "Encounter", "id": f"{ROSA}-today"}), "no-patient"),
        (
            JSONResponse(
                {
                    "resourceType": "Encounter",
                    "id": f"{ROSA}-today",
                    "subject": {"reference": "https://evil.test/fhir/Patient/delgado-rosa"},
                }
            ),
            "no-patient",
        ),
        (
            JSONResponse(
                {
                    "resourceType": "Encounter",
                    "id": f"{ROSA}-today",
                    "subject": {"reference": "Group/delgado-rosa"},
                }
            ),
            "no-patient",
        ),
        (
            JSONResponse(
                {
                    "resourceType": "Encounter",
                    "id": "herrera-jose-today",
                    "subject": {"reference": "Patient/herrera-jose"},
                }
            ),
            "no-patient",
        ),
        (JSONResponse({}, status_code=500), "ehr-unavailable"),
    ],
)
async def test_visit_that_names_no_patient_of_this_ehr_opens_no_chart(
    at: Watched, found: Response, code: str
) -> None:
    at.faults.token.no_patient = True
    at.wire.answer("GET /fhir/Encounter", found)

    visit = await at.open(encounter_id=f"{ROSA}-today")

    at.assert_refused(visit.first, code)
    assert at.wire.requests("GET /fhir/Patient") == 0


def split(*, without: str) -> dict[str, object]:
    """A registration that asks for Goal and Observation in single scopes, so that one can be refused, at a
    site that wants no notes.
    """
    single = [f"patient/{name}.{action}" for name in ("Goal", "Observation") for action in ("c", "rs")]
    scopes = [scope for scope in SCOPES if not scope.startswith(("patient/Goal.", "patient/Observation."))]
    assert without in {*scopes, *single}, "a scope that is asked for"
    return {"scopes": (*scopes, *single), "write_order": ("Goal", "Observation", "clipboard")}


@pytest.mark.parametrize(
    ("scope", "kind", "words_of_it"),
    [
        ("patient/Goal.c", "goal", "This EHR does not let this app write goals."),
        ("patient/Observation.c", "worry", "This EHR does not let this app write preferences."),
    ],
)
async def test_words_that_may_not_be_written_become_text_and_the_page_says_why(
    scope: str, kind: str, words_of_it: str
) -> None:
    async with watched_clinic(registration=split(without=scope)) as at:
        at.faults.token.drop_scopes = {scope}
        visit = await at.open()
        await visit.write(**{kind: "Dance at the wedding"})

        review = words((await visit.page("review")).text)
        done = words((await visit.send()).text)

        assert f"Text for your note {words_of_it} You copy the text once you are done." in review
        assert "Your text is ready to copy" in done
        assert "Dance at the wedding" in done
        assert at.stored() == []
        assert at.wire.requests(TRANSACTION) == 0
        at.assert_log_is_clean()


@pytest.mark.parametrize(
    ("scope", "part"),
    [
        ("patient/Goal.rs", "Goals could not be read."),
        ("patient/Observation.rs", "Preferences could not be read."),
        ("patient/DocumentReference.crus", "Notes and planning documents could not be read."),
        ("patient/RelatedPerson.rs", "Family and friends could not be read."),
        ("patient/Condition.rs", "Conditions could not be read."),
    ],
)
async def test_part_that_may_not_be_read_is_named_and_not_asked_for(scope: str, part: str) -> None:
    async with watched_clinic(registration=split(without=scope)) as at:
        at.faults.token.drop_scopes = {scope}

        visit = await at.open()

        page = words(visit.first.text)
        resource_type = scope.partition("/")[2].partition(".")[0]
        assert visit.first.status_code == 200
        assert part in page
        assert "The EHR did not give this app permission. (not_permitted, 403)" in page
        assert at.wire.requests(f"GET /fhir/{resource_type}") == 0


async def test_words_are_written_also_where_their_provenance_may_not_be(at: Watched) -> None:
    at.faults.token.drop_scopes = {"patient/Provenance.crs"}
    visit = await at.open()
    await visit.write(goal="Dance at the wedding", worry="Fall")

    done = await visit.send()

    assert "All 2 are in the chart" in words(done.text)
    assert at.stored() == ["Dance at the wedding", "Fall"]
    assert not [asked for asked in at.wire.asked if b'"Provenance"' in asked.sent]


async def test_launch_without_a_single_scope_says_that_the_patient_cannot_be_read(at: Watched) -> None:
    at.faults.token.drop_scopes = set(SCOPES) - {"launch", "openid", "fhirUser", "online_access"}

    visit = await at.open()

    assert visit.first.status_code == 502
    assert "For IT: scope-missing" in words(visit.first.text)
