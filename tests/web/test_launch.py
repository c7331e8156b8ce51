"""Opening the app: cookies, clean addresses, and every way in which a launch is refused."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.pages import form, words
from tests.visits import APP, Browser, Clinic

COOKIE = re.compile(
    r"__Host-cg-[A-Za-z0-9_-]{16}=[A-Za-z0-9_-]{43}; Max-Age=(\d+); "
    r"Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
)


async def test_launch_goes_to_the_sign_in_with_a_cookie_of_its_own(running: Clinic, browser: Browser) -> None:
    answer = await browser.begin(running.ehr.new_launch("delgado-rosa"))

    found = COOKIE.fullmatch(answer.headers["set-cookie"])
    assert answer.status_code == 303
    assert found
    assert found[1] == "600"
    assert parse_qs(urlsplit(answer.headers["location"]).query)["code_challenge_method"] == ["S256"]


async def test_callback_ends_at_a_clean_address_with_a_fresh_cookie(
    running: Clinic, browser: Browser
) -> None:
    began = await browser.begin(running.ehr.new_launch("delgado-rosa"))
    back = await browser.get_once(began.headers["location"])

    arrived = await browser.get_once(back.headers["location"])

    path = urlsplit(arrived.headers["location"])
    launch_cookie, removed = arrived.headers.get_list("set-cookie")
    assert arrived.status_code == 303
    assert re.fullmatch(r"/visits/[A-Za-z0-9_-]{43}/", path.path)
    assert path.query == ""
    assert COOKIE.fullmatch(launch_cookie)
    assert "=; Max-Age=0; " in removed
    assert began.headers["set-cookie"].split("=")[1].split(";")[0] not in launch_cookie


async def test_callback_in_another_browser_is_refused(running: Clinic, browser: Browser) -> None:
    began = await browser.begin(running.ehr.new_launch("delgado-rosa"))
    back = await browser.get_once(began.headers["location"])

    stolen = await running.browser().get_once(back.headers["location"])

    assert stolen.status_code == 403
    assert "set-cookie" not in stolen.headers
    assert "launch-other-browser" in stolen.text


async def test_callback_is_good_once(running: Clinic, browser: Browser) -> None:
    began = await browser.begin(running.ehr.new_launch("delgado-rosa"))
    back = await browser.get_once(began.headers["location"])
    await browser.get_once(back.headers["location"])

    again = await browser.get_once(back.headers["location"])

    assert again.status_code == 400
    assert "launch-expired" in again.text


async def test_cookie_that_was_there_before_is_not_taken_over(running: Clinic, browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")
    intruder = running.browser()
    name = f"__Host-cg-{visit.id[:16]}"

    answer = await intruder._app.get(APP + visit.path(), headers={"Cookie": f"{name}=planted"})

    assert answer.status_code == 403


async def test_two_launches_live_side_by_side_in_one_browser(browser: Browser) -> None:
    rosa = await browser.open("delgado-rosa")
    jose = await browser.open("herrera-jose")

    assert "DELGADO" in (await rosa.page()).text
    assert "HERRERA" in (await jose.page()).text
    assert "HERRERA" not in (await rosa.page("room")).text


@pytest.mark.parametrize(
    ("intent", "page"), [("room", "room"), ("review", "review"), ("https://evil.test", "")]
)
async def test_intent_opens_one_of_our_own_pages(browser: Browser, intent: str, page: str) -> None:
    visit = await browser.open("delgado-rosa", intent=intent)

    assert visit.first.url.path == visit.path(page)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "iss=",
        "launch=x",
        "iss=https://ehr.test/fhir&iss=https://ehr.test/fhir",
        "iss=https://ehr.test/fhir&launch=a&launch=b",
        "iss=" + "x" * 2001,
    ],
)
async def test_malformed_launch_is_refused_before_any_request_leaves(
    running: Clinic, browser: Browser, query: str
) -> None:
    answer = await browser.get_once(f"{APP}/launch?{query}")

    assert answer.status_code == 400
    assert "launch-parameters" in answer.text
    assert not running.ehr.requests


@pytest.mark.parametrize(
    "iss",
    [
        "http://169.254.169.254/",
        "https://ehr.test@evil.test/fhir",
        "https://ehr.test.evil/fhir",
        "https://ehr.test/fhir/../other",
        "https://ehr.test/fhir?x=1",
        "<script>alert(1)</script>",
    ],
)
async def test_unknown_ehr_gets_lines_for_it_and_no_request_leaves(
    running: Clinic, browser: Browser, iss: str
) -> None:
    answer = await browser._app.get(f"{APP}/launch", params={"iss": iss})

    assert answer.status_code == 400
    assert "This EHR is not set up for Common Ground yet." in words(answer.text)
    assert "unknown-issuer" in answer.text
    assert "<script>alert" not in answer.text
    assert not running.ehr.requests


async def test_unknown_parameters_of_a_launch_are_ignored(running: Clinic, browser: Browser) -> None:
    answer = await browser.get_once(
        running.ehr.new_launch("delgado-rosa") + "&next=https://evil.test&user=a&user=b"
    )

    assert answer.status_code == 303
    assert "evil" not in answer.headers["location"]


async def test_denied_sign_in_says_so_in_words(running: Clinic, browser: Browser) -> None:
    running.ehr.faults.authorize_error = "access_denied"

    answer = await browser.get(running.ehr.new_launch("delgado-rosa"))

    assert answer.status_code == 403
    assert "The EHR did not allow Common Ground to open." in words(answer.text)


async def test_home_page_lists_sandboxes_only(browser: Browser) -> None:
    answer = await browser.get(f"{APP}/")

    assert "Open Common Ground from a patient’s chart." in words(answer.text)
    assert 'href="/launch?iss=https%3A%2F%2Fehr.test%2Fopen%2Ffhir"' in answer.text


async def test_open_sandbox_is_opened_by_choosing_a_patient(running: Clinic, browser: Browser) -> None:
    picker = await browser.get(f"{APP}/launch?iss={running.ehr.open_fhir_base}")
    search = form(picker.text, "/patients")
    found = await browser.post(search.action, search.filled(name="delg"))
    chosen = form(found.text, "/launch")

    visit = await browser.post(chosen.action, [chosen.buttons[0][:2]])

    assert "DELGADO, Rosa (Mrs)" in words(found.text)
    assert "12-Mar-1958 (68y)" in words(found.text)
    assert visit.status_code == 200
    assert "What Rosa has told us" in words(visit.text)


async def test_search_that_finds_nobody_says_so(browser: Browser) -> None:
    answer = await browser.post("/open/demo-open/patients", [("name", "nobody-at-all")])

    assert "Nobody was found." in words(answer.text)


async def test_search_while_the_sandbox_is_down_says_so(running: Clinic, browser: Browser) -> None:
    running.ehr.faults.fail_types["Patient"] = 500

    answer = await browser.post("/open/demo-open/patients", [("name", "delgado")])

    assert answer.status_code == 200
    assert "Try again in a moment." in words(answer.text)


async def test_picker_is_for_open_sandboxes_only(browser: Browser) -> None:
    assert (await browser.get(f"{APP}/open/demo")).status_code == 404
    assert (await browser.post("/open/demo/launch", [("patient", "delgado-rosa")])).status_code == 404


async def test_picker_without_a_patient_is_refused(browser: Browser) -> None:
    assert (await browser.post("/open/demo-open/launch", [])).status_code == 400


async def test_picker_is_not_opened_by_another_site(browser: Browser) -> None:
    answer = await browser.post_once(
        "/open/demo-open/launch", [("patient", "delgado-rosa")], headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
