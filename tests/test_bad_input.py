"""Bad input from launch to callback: a page in plain words, one line of log, and nobody asked needlessly."""

import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx2
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from tests.refusals import ROSA, Watched, watched_clinic
from tests.visits import APP, EHR, Browser

BASE = f"{EHR}/fhir"
DISCOVERY = "GET /fhir/.well-known/smart-configuration"
TOKEN = "POST /auth/token"

UNKNOWN = [
    "https://another-ehr.test/fhir",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:9000/fhir",
    "http://[::1]/fhir",
    "http://ehr.test/fhir",
    "https://ehr.test:8443/fhir",
    "https://ehr.test@evil.test/fhir",
    "https://user:pass@ehr.test/fhir",
    "https://ehr.test.evil.test/fhir",
    "https://ehr.test/fhir/../other",
    "https://ehr.test/fhir/./",
    "https://ehr.test//fhir",
    "https://ehr.test/fhir//",
    "https://ehr.test/%66hir",
    "https://ehr.test/fhir%2e",
    "https://EHR.test/fhir",
    "https://ehr.test/FHIR",
    "https://ehr.test./fhir",
    "https://ehr.t\u0435st/fhir",
    "https://ehr.test/fhir?x=1",
    "https://ehr.test/fhir#x",
    "https://ehr.test\\@evil.test/fhir",
    "https://ehr.test/fhir\r\nX-Injected: 1",
    " https://ehr.test/fhir",
    "//ehr.test/fhir",
    "ehr.test/fhir",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "<script>alert(1)</script>",
    "\x00",
]

MALFORMED = [
    "",
    "launch=x",
    "iss=&launch=x",
    f"iss={BASE}&iss={BASE}&launch=x",
    f"iss={BASE}&iss=https://evil.test&launch=x",
    f"iss={BASE}&launch=a&launch=b",
    f"iss={BASE}&launch=",
    f"iss={'x' * 10_000}&launch=x",
    f"iss={BASE}&launch={'x' * 10_000}",
    f"iss={BASE}&launch=a%00b",
    f"iss={BASE}&launch=a%0Ab",
]

DISCOVERIES: list[tuple[Response | Exception, str]] = [
    (httpx2.ConnectError("refused"), "ehr-unavailable"),
    (httpx2.ReadTimeout("slow"), "ehr-unavailable"),
    (httpx2.RemoteProtocolError("cut off"), "ehr-unavailable"),
    (JSONResponse({}, status_code=500), "ehr-unavailable"),
    (JSONResponse({}, status_code=429), "ehr-unavailable"),
    (JSONResponse({}, status_code=404), "ehr-answer"),
    (RedirectResponse("https://evil.test/"), "ehr-answer"),
    (PlainTextResponse("<html>Sign in</html>"), "ehr-answer-unreadable"),
    (JSONResponse(["a", "list"]), "ehr-answer-unreadable"),
    (JSONResponse({"issuer": BASE}), "ehr-answer-unreadable"),
    (PlainTextResponse("[" * 100_000), "ehr-answer-unreadable"),
    (Response(b"\xff\xfe"), "ehr-answer-unreadable"),
    (PlainTextResponse("{}".ljust(2_000_000)), "ehr-answer-too-large"),
    (
        JSONResponse(
            {"authorization_endpoint": f"{EHR}/auth/authorize", "token_endpoint": "https://evil.test/token"}
        ),
        "foreign-origin",
    ),
    (
        JSONResponse(
            {
                "authorization_endpoint": "http://ehr.test/auth/authorize",
                "token_endpoint": f"{EHR}/auth/token",
            }
        ),
        "foreign-origin",
    ),
    (Response(b"x", headers={"Content-Encoding": "gzip"}), "ehr-answer-unreadable"),
]

OAUTH = [
    ("access_denied", "access-denied"),
    ("invalid_request", "authorization-denied"),
    ("unauthorized_client", "authorization-denied"),
    ("unsupported_response_type", "authorization-denied"),
    ("invalid_scope", "scope-refused"),
    ("server_error", "sign-in-unavailable"),
    ("temporarily_unavailable", "sign-in-unavailable"),
    ("login_required", "authorization-denied"),
    ("rosa_delgado_is_not_here", "authorization-denied"),
]

GOOD = "state={state}&code={code}&iss=" + quote(BASE, safe="")
CALLBACKS = [
    ("", "launch-parameters"),
    ("code={code}", "launch-parameters"),
    ("state=&code={code}", "launch-parameters"),
    ("state=never-given&code={code}", "launch-expired"),
    ("state={state}x&code={code}", "launch-expired"),
    (f"state={'s' * 10_000}&code=c", "launch-parameters"),
    ("state=%00&code={code}", "launch-parameters"),
    ("state=%F0%9F%98%80&code={code}", "launch-parameters"),
    ("state={state}&state={state}&code={code}", "launch-parameters"),
    ("state={state}", "launch-parameters"),
    ("state={state}&code=", "launch-parameters"),
    ("state={state}&code={code}&code={code}", "launch-parameters"),
    ("state={state}&code={code}&error=access_denied", "launch-parameters"),
    (f"state={{state}}&code={'c' * 10_000}", "launch-parameters"),
    ("state={state}&code={code}", "launch-refused"),
    ("state={state}&code={code}&iss=https%3A%2F%2Fanother-ehr.test%2Ffhir", "launch-refused"),
    ("state={state}&code={code}&iss=&iss=", "launch-parameters"),
    (f"{GOOD}&iss={quote(BASE, safe='')}", "launch-parameters"),
]


@pytest.fixture
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


@pytest.mark.parametrize("iss", UNKNOWN)
async def test_ehr_that_is_not_set_up_gets_lines_for_it_and_nobody_is_asked(at: Watched, iss: str) -> None:
    answer = await at.browser().get_once(f"{APP}/launch?{urlencode({'iss': iss, 'launch': 'x'})}")

    at.assert_refused(answer, "unknown-issuer", framed=False)
    assert "<script>" not in answer.text.replace("<script type=", "")
    assert at.wire.asked == []
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("query", MALFORMED)
async def test_launch_that_is_not_complete_is_refused_and_nobody_is_asked(at: Watched, query: str) -> None:
    answer = await at.browser().get_once(f"{APP}/launch?{query}")

    at.assert_refused(answer, "launch-parameters", framed="a%0" in query)
    assert at.wire.asked == []
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("found", "code"), DISCOVERIES)
async def test_configuration_that_cannot_be_trusted_stops_before_the_sign_in(
    at: Watched, found: Response | Exception, code: str
) -> None:
    at.wire.answer(DISCOVERY, found)

    answer = await at.browser().begin(at.clinic.ehr.new_launch(ROSA))

    at.assert_refused(answer, code)
    assert {urlsplit(asked.url).path for asked in at.wire.asked} == {"/fhir/.well-known/smart-configuration"}


async def test_launch_works_again_once_the_ehr_does(at: Watched) -> None:
    at.wire.answer(DISCOVERY, httpx2.ConnectError("refused"))
    await at.open()
    at.wire.mend()

    visit = await at.open()

    assert "DELGADO" in visit.first.text


@pytest.mark.parametrize(("error", "code"), OAUTH)
async def test_sign_in_that_says_no_is_told_without_its_words(at: Watched, error: str, code: str) -> None:
    browser = at.browser()
    state, _ = await signed_in(browser, at)
    query = urlencode(
        {
            "error": error,
            "error_description": "<b>Rosa Delgado</b> 4172283 <script>alert(1)</script>",
            "error_uri": "https://evil.test/Delgado",
            "state": state,
            "iss": BASE,
        }
    )

    answer = await browser.get_once(f"{APP}/callback/demo?{query}")

    at.assert_refused(answer, code)
    assert "evil.test" not in answer.text
    assert "alert" not in answer.text
    assert at.wire.requests(TOKEN) == 0


@pytest.mark.parametrize(("query", "code"), CALLBACKS)
async def test_callback_that_makes_no_sense_gives_no_code_away(at: Watched, query: str, code: str) -> None:
    browser = at.browser()
    state, authorization_code = await signed_in(browser, at)

    answer = await browser.get_once(
        f"{APP}/callback/demo?{query.format(state=state, code=authorization_code)}"
    )

    at.assert_refused(answer, code)
    assert at.wire.requests(TOKEN) == 0


async def test_callback_after_eleven_minutes_asks_to_launch_again(at: Watched) -> None:
    browser = at.browser()
    state, code = await signed_in(browser, at)
    at.clock.now = at.clock.now.replace(minute=11)

    answer = await browser.get_once(f"{APP}/callback/demo?{GOOD.format(state=state, code=code)}")

    at.assert_refused(answer, "launch-expired")
    assert at.wire.requests(TOKEN) == 0


async def test_callback_that_is_loaded_again_asks_to_launch_again(at: Watched) -> None:
    browser = at.browser()
    state, code = await signed_in(browser, at)
    url = f"{APP}/callback/demo?{GOOD.format(state=state, code=code)}"
    await browser.get_once(url)

    answer = await browser.get_once(url)

    at.assert_refused(answer, "launch-expired")
    assert at.wire.requests(TOKEN) == 1


async def test_callback_in_another_browser_neither_opens_nor_spoils_the_launch(at: Watched) -> None:
    browser = at.browser()
    state, code = await signed_in(browser, at)
    url = f"{APP}/callback/demo?{GOOD.format(state=state, code=code)}"

    stolen = await at.browser().get_once(url)
    owned = await browser.get(url)

    at.assert_refused(stolen, "launch-other-browser")
    assert owned.status_code == 200


@pytest.mark.parametrize(("registration", "code"), [("demo-open", "launch-refused"), ("x", "not-found")])
async def test_code_that_comes_to_another_ehrs_callback_goes_nowhere(
    at: Watched, registration: str, code: str
) -> None:
    browser = at.browser()
    state, authorization_code = await signed_in(browser, at)
    query = GOOD.format(state=state, code=authorization_code)

    answer = await browser.get_once(f"{APP}/callback/{registration}?{query}")

    at.assert_refused(answer, code, framed=False)
    assert at.wire.requests(TOKEN) == 0


async def test_refusal_for_a_script_is_the_pages_own_words(at: Watched) -> None:
    answer = await at.browser()._app.get(f"{APP}/launch", headers={"Accept": "application/json"})

    said = json.loads(answer.text)
    (logged,) = at.log.events("refused")
    assert answer.status_code == 400
    assert said == {
        "code": "launch-parameters",
        "heading": "The EHR opened Common Ground with an incomplete address.",
        "message": "No patient data was read.",
        "reference": logged["reference"],
    }


async def signed_in(browser: Browser, at: Watched) -> tuple[str, str]:
    """A launch on its way back from the EHR's sign-in: its state and its code."""
    began = await browser.begin(at.clinic.ehr.new_launch(ROSA))
    back = await browser.get_once(began.headers["location"])
    query = parse_qs(urlsplit(back.headers["location"]).query)
    return query["state"][0], query["code"][0]
