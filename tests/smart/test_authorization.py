"""A launch from the chart to the ActiveLaunch, and everything that may not become one: threats T6, T7, T8."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import RSAKey

from smartapp.errors import (
    AccessDenied,
    AppError,
    AuthorizationDenied,
    ForeignOrigin,
    IdTokenInvalid,
    LaunchExpired,
    LaunchNotYours,
    LaunchParameterError,
    LaunchRefused,
    NoPatient,
    NotFound,
    ScopeRefused,
    SignInUnavailable,
    TemporaryOutboundError,
    TokenRefused,
)
from smartapp.smart.launch import ActiveLaunch, Clinician
from smartapp.smart.registration import Dialect, Mode
from smartapp.smart.scopes import GrantedScopes
from tests.smart.support import BROWSER, DEMO, EHR, FHIR, REDIRECT, SCOPES, TOKEN, Clinic, open_clinic

WELL_KNOWN = "/fhir/.well-known/smart-configuration"


def query_of(url: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert len(pairs) == len(dict(pairs)), "a parameter is repeated"
    return dict(pairs)


@pytest.fixture
async def v1(signing_key: RSAKey) -> AsyncIterator[Clinic]:
    opened = await open_clinic(signing_key, dialect=Dialect.V1)
    yield opened
    await opened.database.close()


@pytest.fixture
async def two(signing_key: RSAKey) -> AsyncIterator[Clinic]:
    other = replace(DEMO, id="other", iss=("http://127.0.0.1:9001/fhir",))
    opened = await open_clinic(signing_key, others=(other,))
    yield opened
    await opened.database.close()


@pytest.fixture
async def visits(signing_key: RSAKey) -> AsyncIterator[Clinic]:
    """Where visits may be read, and tokens name no patient."""
    opened = await open_clinic(signing_key, scopes=(*SCOPES, "patient/Encounter.r"))
    opened.ehr.faults.token.no_patient = True
    yield opened
    await opened.database.close()


async def test_authorize_address_is_complete(clinic: Clinic) -> None:
    begun = await clinic.authorization.begin(clinic.demo, launch="abc", browser=BROWSER)

    assert begun.url.startswith("http://127.0.0.1:9000/auth/authorize?")
    query = query_of(begun.url)
    assert len(query.pop("code_challenge")) == 43
    assert len(query.pop("nonce")) >= 43
    assert query == {
        "response_type": "code",
        "client_id": "demo-public",
        "redirect_uri": REDIRECT,
        "scope": "launch openid fhirUser online_access patient/Patient.r patient/Goal.crs",
        "state": begun.state,
        "launch": "abc",
        "aud": FHIR,
        "code_challenge_method": "S256",
    }
    assert len(begun.state) >= 43


def test_code_challenge_is_the_one_of_rfc_7636_appendix_b() -> None:
    challenge = create_s256_code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")

    assert challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_code_verifier_fits_its_challenge_and_is_long_enough(clinic: Clinic) -> None:
    begun = await clinic.begin()
    await clinic.complete(await clinic.sign_in(begun))

    form = dict(parse_qsl(clinic.wire.requests_to(TOKEN)[0].content.decode()))

    assert 64 <= len(form["code_verifier"]) <= 128
    assert create_s256_code_challenge(form["code_verifier"]) == query_of(begun.url)["code_challenge"]


async def test_pkce_is_used_although_the_server_does_not_list_it(clinic: Clinic) -> None:
    clinic.ehr.faults.discovery = "no_s256"

    assert query_of((await clinic.begin()).url)["code_challenge_method"] == "S256"


async def test_standalone_launch_asks_the_ehr_for_the_patient(clinic: Clinic) -> None:
    begun = await clinic.authorization.begin(clinic.demo, launch=None, browser=BROWSER)

    query = query_of(begun.url)
    assert "launch" not in query
    assert query["scope"].split()[0] == "launch/patient"
    assert "launch" not in query["scope"].split()


async def test_v1_server_is_asked_in_v1(v1: Clinic) -> None:
    begun = await v1.begin()

    assert query_of(begun.url)["scope"] == (
        "launch openid fhirUser online_access patient/Patient.read patient/Goal.read patient/Goal.write"
    )
    launched = await v1.complete(await v1.sign_in(begun))
    assert launched.launch.scopes.allows("Goal", "c")


async def test_aud_override_is_sent_as_configured(clinic: Clinic) -> None:
    registration = replace(clinic.demo, aud="https://aud.example/fhir/")

    begun = await clinic.authorization.begin(registration, launch="abc", browser=BROWSER)

    assert query_of(begun.url)["aud"] == "https://aud.example/fhir/"


@pytest.mark.parametrize("launch", ["", "a" * 4001, "a\nb"])
async def test_odd_launch_parameter_is_refused_before_the_ehr_is_asked(clinic: Clinic, launch: str) -> None:
    with pytest.raises(LaunchParameterError):
        await clinic.authorization.begin(clinic.demo, launch=launch, browser=BROWSER)

    assert clinic.wire.seen == []


async def test_launch_becomes_an_active_launch(clinic: Clinic) -> None:
    completed = await clinic.launch(encounter_id="e1", intent="negotiate-goals", need_patient_banner=False)

    scope = "launch openid fhirUser online_access patient/Patient.r patient/Goal.crs"
    launch = completed.launch
    assert launch == ActiveLaunch(
        id=launch.id,
        registration_id="demo",
        fhir_base=FHIR,
        patient_id="p1",
        encounter_id="e1",
        clinician=Clinician(
            subject=launch.clinician.subject,
            reference="Practitioner/dr",
            fhir_user=launch.clinician.fhir_user,
        ),
        scopes=GrantedScopes(scope, launch.scopes.resources),
        needs_patient_banner=False,
        started_at=clinic.clock(),
        expires_at=launch.expires_at,
        intent="negotiate-goals",
        style_url=launch.style_url,
        token_endpoint=f"{EHR}{TOKEN}",
        revocation_endpoint=f"{EHR}/auth/revoke",
    )
    assert launch.clinician.subject
    assert (launch.expires_at - launch.started_at).total_seconds() == 480 * 60
    assert len(launch.id) >= 43


async def test_session_secret_is_fresh_and_the_old_one_is_worth_nothing(clinic: Clinic) -> None:
    completed = await clinic.launch()

    assert completed.browser != BROWSER
    with pytest.raises(LaunchNotYours):
        await clinic.sessions.find(completed.launch.id, browser=BROWSER)
    assert (await clinic.sessions.find(completed.launch.id, browser=completed.browser)).ended is None


async def test_interleaved_launches_keep_their_patients_apart(clinic: Clinic) -> None:
    first = await clinic.begin("p1")
    second = await clinic.begin("p2")
    back_second = await clinic.sign_in(second)
    back_first = await clinic.sign_in(first)

    launches = [await clinic.complete(back_second), await clinic.complete(back_first)]

    assert [completed.launch.patient_id for completed in launches] == ["p2", "p1"]
    tokens = {
        await (await clinic.sessions.find(c.launch.id, browser=c.browser)).access().bearer() for c in launches
    }
    assert len(tokens) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"state": []},
        {"state": [""]},
        {"state": ["a", "b"]},
        {"state": ["a" * 10_240]},
        {"state": ["a\u0430"]},
        {"code": []},
        {"code": ["a", "b"]},
        {"code": ["a" * 8193]},
        {"code": ["a\r\nb"]},
        {"error": ["access_denied"]},
        {"iss": ["a", "b"]},
    ],
)
async def test_bad_callback_is_refused_without_using_the_state_up(
    clinic: Clinic, change: dict[str, list[str]]
) -> None:
    parameters = await clinic.sign_in(await clinic.begin())

    with pytest.raises(LaunchParameterError):
        await clinic.complete({**parameters, **change})

    assert clinic.wire.requests_to(TOKEN) == []
    assert (await clinic.complete(parameters)).launch.patient_id == "p1"


async def test_callback_with_unknown_state_asks_to_launch_again(clinic: Clinic) -> None:
    with pytest.raises(LaunchExpired):
        await clinic.complete({"state": ["never-given-out"], "code": ["x"]})

    assert clinic.wire.seen == []


async def test_state_is_good_once(clinic: Clinic) -> None:
    parameters = await clinic.sign_in(await clinic.begin())
    await clinic.complete(parameters)

    with pytest.raises(LaunchExpired):
        await clinic.complete(parameters)

    assert len(clinic.wire.requests_to(TOKEN)) == 1


async def test_of_two_callbacks_at_once_one_is_served(clinic: Clinic) -> None:
    parameters = await clinic.sign_in(await clinic.begin())

    results = await asyncio.gather(*(clinic.complete(parameters) for _ in range(8)), return_exceptions=True)

    assert len([r for r in results if isinstance(r, LaunchExpired)]) == 7
    assert len(clinic.wire.requests_to(TOKEN)) == 1


@pytest.mark.parametrize(("minutes", "served"), [(9.9, True), (10.1, False), (120, False)])
async def test_state_is_good_for_ten_minutes(clinic: Clinic, minutes: float, served: bool) -> None:
    begun = await clinic.begin()
    clinic.clock.pass_(minutes=minutes)
    parameters = await clinic.sign_in(begun)

    if served:
        assert (await clinic.complete(parameters)).launch.patient_id == "p1"
        return
    with pytest.raises(LaunchExpired):
        await clinic.complete(parameters)
    assert clinic.wire.requests_to(TOKEN) == []


@pytest.mark.parametrize("browser", [None, "", "another-browser"])
async def test_other_browser_is_refused_and_cannot_use_the_state_up(
    clinic: Clinic, browser: str | None
) -> None:
    parameters = await clinic.sign_in(await clinic.begin())

    with pytest.raises(LaunchNotYours):
        await clinic.authorization.complete("demo", parameters, browser=browser)

    assert clinic.wire.requests_to(TOKEN) == []
    assert (await clinic.complete(parameters)).launch.patient_id == "p1"


async def test_code_of_one_ehr_is_not_sent_to_another(two: Clinic) -> None:
    parameters = await two.sign_in(await two.begin())

    with pytest.raises(LaunchRefused, match="another registration"):
        await two.authorization.complete("other", parameters, browser=BROWSER)

    assert two.wire.requests_to(TOKEN) == []


async def test_callback_of_an_unknown_registration_is_not_found(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        await clinic.authorization.complete("nowhere", {}, browser=BROWSER)


@pytest.mark.parametrize("fault", ["absent", "wrong"])
async def test_callback_that_does_not_name_its_server_is_refused(clinic: Clinic, fault: str) -> None:
    parameters = await clinic.sign_in(await clinic.begin())
    changed = {"absent": [], "wrong": ["https://evil.example"]}[fault]

    with pytest.raises(LaunchRefused, match="iss"):
        await clinic.complete({**parameters, "iss": changed})

    assert clinic.wire.requests_to(TOKEN) == []


async def test_server_that_does_not_promise_iss_may_leave_it_out_but_not_lie(clinic: Clinic) -> None:
    configuration = (await _get(clinic, WELL_KNOWN)).json()
    del configuration["authorization_response_iss_parameter_supported"]
    clinic.wire.answer_json(WELL_KNOWN, configuration)
    first, second = await clinic.sign_in(await clinic.begin()), await clinic.sign_in(await clinic.begin())

    assert (await clinic.complete({**first, "iss": []})).launch.patient_id == "p1"
    with pytest.raises(LaunchRefused):
        await clinic.complete({**second, "iss": ["https://evil.example"]})


async def _get(clinic: Clinic, path: str) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(clinic.ehr.app)) as http:
        return await http.get(f"http://127.0.0.1:9000{path}")


@pytest.mark.parametrize(
    ("word", "error", "detail"),
    [
        ("access_denied", AccessDenied, "access_denied"),
        ("invalid_scope", ScopeRefused, "invalid_scope"),
        ("server_error", SignInUnavailable, "server_error"),
        ("temporarily_unavailable", SignInUnavailable, "temporarily_unavailable"),
        ("unauthorized_client", AuthorizationDenied, "unauthorized_client"),
        ("Mrs Shaw <script>", AuthorizationDenied, "no known error"),
    ],
)
async def test_oauth_error_has_its_own_page_and_only_known_words_in_the_log(
    clinic: Clinic, word: str, error: type[AuthorizationDenied], detail: str
) -> None:
    begun = await clinic.begin()
    parameters = {"state": [begun.state], "error": [word], "iss": [FHIR], "error_description": ["Mrs Shaw"]}

    with pytest.raises(AuthorizationDenied) as caught:
        await clinic.complete(parameters)

    assert type(caught.value) is error
    assert (caught.value.detail, caught.value.registration) == (detail, "demo")
    with pytest.raises(LaunchExpired):
        await clinic.complete(parameters)


def test_each_denial_has_words_of_its_own() -> None:
    pages = [AuthorizationDenied, AccessDenied, ScopeRefused, SignInUnavailable]

    assert len({page.code for page in pages}) == 4
    assert len({(page.heading, page.next_step) for page in pages}) == 3  # a plain no reads the same


async def test_victims_code_in_another_session_is_stopped_by_the_verifier(clinic: Clinic) -> None:
    stolen = (await clinic.sign_in(await clinic.begin("p2")))["code"]
    mine = await clinic.sign_in(await clinic.begin("p1"))

    with pytest.raises(TokenRefused, match="invalid_grant"):
        await clinic.complete({**mine, "code": stolen})


async def test_foreign_token_endpoint_is_refused_before_the_browser_leaves(clinic: Clinic) -> None:
    clinic.ehr.faults.discovery = "foreign_token_endpoint"

    with pytest.raises(ForeignOrigin) as caught:
        await clinic.begin()

    assert caught.value.registration == "demo"


async def test_patient_is_found_through_the_visit(visits: Clinic) -> None:
    assert (await visits.launch(encounter_id="e1")).launch.patient_id == "p1"


async def test_launch_without_patient_and_visit_is_refused(visits: Clinic) -> None:
    with pytest.raises(NoPatient):
        await visits.launch()


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(403),
        httpx2.Response(200, text="no json"),
        httpx2.Response(200, json={"resourceType": "Encounter", "id": "e1"}),
        httpx2.Response(
            200, json={"resourceType": "Encounter", "id": "e1", "subject": {"reference": "Group/1"}}
        ),
        httpx2.Response(
            200, json={"resourceType": "Encounter", "id": "e2", "subject": {"reference": "Patient/p2"}}
        ),
        httpx2.Response(
            200,
            json={"resourceType": "Encounter", "id": "e1", "subject": {"reference": "https://x/Patient/p1"}},
        ),
    ],
)
async def test_visit_that_leads_to_no_patient_is_refused(visits: Clinic, answer: httpx2.Response) -> None:
    visits.wire.answers["/fhir/Encounter/e1"] = lambda _: answer

    with pytest.raises(NoPatient):
        await visits.launch(encounter_id="e1")


async def test_visit_that_cannot_be_read_right_now_may_be_tried_again(visits: Clinic) -> None:
    visits.wire.answers["/fhir/Encounter/e1"] = lambda _: httpx2.Response(503)

    with pytest.raises(TemporaryOutboundError):
        await visits.launch(encounter_id="e1")


async def test_patient_as_reference_is_understood(clinic: Clinic) -> None:
    clinic.ehr.faults.token.patient_as_reference = True

    assert (await clinic.launch()).launch.patient_id == "p1"


async def test_scopes_that_were_not_granted_are_not_there(clinic: Clinic) -> None:
    clinic.ehr.faults.token.drop_scopes = {"patient/Goal.crs"}

    launch = (await clinic.launch()).launch

    assert launch.scopes.allows("Patient", "r")
    assert not launch.scopes.allows_some("Goal", "c")


async def test_missing_id_token_is_refused_when_openid_was_granted(clinic: Clinic) -> None:
    clinic.ehr.faults.id_token = "missing"

    with pytest.raises(IdTokenInvalid):
        await clinic.launch()


async def test_launch_goes_on_without_a_name_when_openid_was_not_granted(clinic: Clinic) -> None:
    clinic.ehr.faults.token.drop_scopes = {"openid"}
    clinic.ehr.faults.id_token = "missing"

    completed = await clinic.launch()

    fingerprint = clinic.launches.browser_fingerprint(completed.browser)
    assert completed.launch.clinician == Clinician(fingerprint)


async def test_no_launch_is_kept_when_it_is_refused(clinic: Clinic) -> None:
    clinic.ehr.faults.id_token = "wrong_aud"

    with pytest.raises(AppError):
        await clinic.launch()

    async with clinic.database.transaction() as connection:
        assert (await connection.exec_driver_sql("select count(*) from launches")).scalar() == 0
        assert (await connection.exec_driver_sql("select count(*) from pending_launches")).scalar() == 0


async def test_same_user_and_patient_own_the_same_drafts_in_the_next_launch(clinic: Clinic) -> None:
    launches = [await clinic.launch("p1"), await clinic.launch("p1"), await clinic.launch("p2")]

    owners = [(await clinic.sessions.find(c.launch.id, browser=c.browser)).owner for c in launches]

    assert owners[0] == owners[1] != owners[2]


async def test_open_sandbox_needs_no_sign_in(clinic: Clinic) -> None:
    registration = replace(clinic.demo, mode=Mode.OPEN)

    completed = await clinic.authorization.open_sandbox(registration, patient_id="p1")

    launch = completed.launch
    assert launch.scopes.everything
    assert launch.needs_patient_banner
    assert launch.clinician == Clinician(clinic.launches.browser_fingerprint(completed.browser))
    session = await clinic.sessions.find(launch.id, browser=completed.browser)
    assert await session.access().bearer() is None
    assert clinic.wire.seen == []


@pytest.mark.parametrize("patient_id", ["", "Patient/1", "../1", "1?x", "a" * 65])
async def test_open_sandbox_takes_plain_ids_only(clinic: Clinic, patient_id: str) -> None:
    with pytest.raises(LaunchParameterError):
        await clinic.authorization.open_sandbox(replace(clinic.demo, mode=Mode.OPEN), patient_id=patient_id)


async def test_modes_are_not_mixed_up(clinic: Clinic) -> None:
    with pytest.raises(LaunchRefused):
        await clinic.authorization.open_sandbox(clinic.demo, patient_id="p1")
    with pytest.raises(LaunchRefused):
        await clinic.authorization.begin(replace(clinic.demo, mode=Mode.OPEN), launch=None, browser=BROWSER)


async def test_secrets_are_in_no_repr(clinic: Clinic) -> None:
    begun = await clinic.begin()
    completed = await clinic.complete(await clinic.sign_in(begun))
    token = (
        await (await clinic.sessions.find(completed.launch.id, browser=completed.browser)).access().bearer()
    )
    assert token

    text = repr(begun) + repr(completed)

    assert not [secret for secret in (begun.state, completed.browser, token) if secret in text]
