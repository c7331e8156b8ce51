"""The authorize endpoint: who is let in, and how the others are turned away."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from smartapp.sandbox.clients import DemoClient
from tests.sandbox.support import FHIR, REDIRECT, STATE, World, back, new_world


async def test_ehr_launch_comes_back_at_once_with_a_code_the_state_and_the_issuer(world: World) -> None:
    answer = back(await world.authorize())

    assert answer == {"code": answer["code"], "state": STATE, "iss": FHIR}


def test_launch_url_opens_the_app_with_iss_and_launch(world: World) -> None:
    url = urlsplit(world.ehr.new_launch("p1"))

    assert f"{url.scheme}://{url.netloc}{url.path}" == "http://app.test/launch"
    assert parse_qs(url.query)["iss"] == [FHIR]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "stranger"},
        {"client_id": None},
        {"redirect_uri": "http://app.test/callback/demo/"},
        {"redirect_uri": "http://evil.test/callback/demo"},
        {"redirect_uri": None},
    ],
    ids=str,
)
async def test_unknown_client_or_address_gets_a_page_and_no_redirect(
    world: World, changes: dict[str, str | None]
) -> None:
    answer = await world.authorize(**changes)

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"aud": f"{FHIR}/"}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"launch": "never-given"}, "invalid_request"),
        ({"launch": None}, "invalid_request"),
        ({"scope": "launch patient/Goal.sc"}, "invalid_scope"),
        ({"scope": "launch patient/goal.read"}, "invalid_scope"),
        ({"scope": "launch patient/Goal."}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "system/Goal.read"}, "invalid_scope"),
        ({"state": "short"}, "invalid_request"),
    ],
    ids=str,
)
async def test_wrong_request_goes_back_with_the_error(
    world: World, changes: dict[str, str | None], error: str
) -> None:
    answer = back(await world.authorize(**changes))

    assert answer["error"] == error
    assert answer["state"] == changes.get("state", STATE)
    assert "code" not in answer


async def test_missing_state_goes_back_as_an_error_without_state(world: World) -> None:
    answer = back(await world.authorize(state=None))

    assert answer["error"] == "invalid_request"
    assert "state" not in answer


async def test_repeated_parameter_is_refused(world: World) -> None:
    url = (await world.authorize()).request.url

    answer = back(await world.http.get(f"{url}&state={STATE}"))

    assert answer["error"] == "invalid_request"


async def test_a_launch_is_good_once(world: World) -> None:
    url = (await world.authorize()).request.url

    assert back(await world.http.get(str(url)))["error"] == "invalid_request"


async def test_refused_request_leaves_the_launch_usable(world: World) -> None:
    launch = parse_qs(urlsplit(world.ehr.new_launch("p1")).query)["launch"][0]
    await world.authorize(launch=launch, aud="http://elsewhere.test")

    assert "code" in back(await world.authorize(launch=launch))


async def test_client_gets_no_more_than_it_is_allowed() -> None:
    client = DemoClient("demo-public", (REDIRECT,), allowed_scopes=frozenset({"launch", "patient/Goal.rs"}))
    world = new_world(clients=(client,))

    answer = await world.sign_in("launch patient/Goal.rs patient/Observation.rs")

    assert answer["scope"] == "launch patient/Goal.rs"


async def test_told_to_refuse_it_goes_back_with_that_error(world: World) -> None:
    world.ehr.faults.authorize_error = "access_denied"

    answer = back(await world.authorize())

    assert (answer["error"], answer["state"]) == ("access_denied", STATE)


async def test_issuer_of_the_answer_can_be_absent_or_wrong(world: World) -> None:
    world.ehr.faults.callback_iss = "absent"
    absent = back(await world.authorize())
    world.ehr.faults.callback_iss = "wrong"
    wrong = back(await world.authorize())

    assert "iss" not in absent
    assert wrong["iss"] not in {FHIR, ""}


async def test_standalone_launch_lets_the_clinician_pick_a_patient_once(world: World) -> None:
    page = await world.authorize(launch=None, scope="launch/patient patient/Patient.r")
    pending = re.search(r'name="pending" value="([^"]+)"', page.text)
    assert pending
    form = {"pending": pending[1], "patient": "p2"}

    code = back(await world.http.post("/auth/pick", data=form))["code"]
    again = await world.http.post("/auth/pick", data=form)

    assert "Amy Shaw, born 1958-03-01" in page.text
    assert (await world.exchange(code)).json()["patient"] == "p2"
    assert again.status_code == 400


async def test_standalone_launch_without_a_choice_is_denied(world: World) -> None:
    page = await world.authorize(launch=None, scope="launch/patient patient/Patient.r")
    pending = re.search(r'name="pending" value="([^"]+)"', page.text)
    assert pending

    answer = back(await world.http.post("/auth/pick", data={"pending": pending[1], "patient": ""}))

    assert (answer["error"], answer["state"]) == ("access_denied", STATE)


async def test_patient_names_are_escaped_on_the_picker() -> None:
    world = new_world({"resourceType": "Patient", "id": "x", "name": [{"text": "<script>alert(1)</script>"}]})

    page = await world.authorize(launch=None, scope="launch/patient")

    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text
