"""The whole set of security headers, on every kind of answer."""

import dataclasses
import re
from itertools import product

import pytest

from tests.addresses import addresses
from tests.figures import record
from tests.visits import APP, EHR, Browser, Clinic, OpenVisit

FIXED = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-resource-policy": "same-origin",
}
OF_THE_CONTENT = {
    "content-type",
    "content-length",
    "location",
    "set-cookie",
    "allow",
    "etag",
    "last-modified",
    "accept-ranges",
    "content-disposition",
    "content-encoding",
    "vary",
}
OUR_KEYS = "/.well-known/jwks.json"
CACHED = {"/static/app.css": "no-cache", OUR_KEYS: "public, max-age=300"}
CLEARED = {"clear-site-data": '"cache"'}


def expected(ancestors: str, cache: str = "no-store") -> dict[str, str]:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    )
    return FIXED | {"content-security-policy": policy, "cache-control": cache}


def security(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in OF_THE_CONTENT}


@pytest.fixture
async def visit(browser: Browser) -> OpenVisit:
    return await browser.open("delgado-rosa")


async def test_every_address_answers_every_method_with_the_same_headers(visit: OpenVisit) -> None:
    walked = addresses(visit.id)

    for each, method in product(walked, ("GET", "POST", "DELETE")):
        answer = await visit.browser._app.request(method, APP + each.path)

        is_seen = each.is_visit or (each.path, method) == ("/callback/demo", "GET")
        cache = CACHED.get(each.path, "no-store") if method == "GET" else "no-store"
        headers = expected(EHR if is_seen else "'none'", cache)
        is_end = each.path.endswith("/end") and answer.status_code < 400
        assert security(dict(answer.headers)) in (headers, headers | CLEARED if is_end else headers), (
            f"{method} {each.path} {answer.status_code}"
        )
        assert (answer.status_code == 405) == (method not in each.methods), f"{method} {each.path}"
    record("answers whose headers were compared", 3 * len(walked))


async def test_page_that_an_ehr_opened_in_a_window_stays_in_its_reach(
    running: Clinic, browser: Browser
) -> None:
    """An EHR that opens the app in a window of its own closes that window when the chart changes, by the
    handle it has. Any Cross-Origin-Opener-Policy on the way from launch to page would cut it.
    """
    answer = await browser.get_once(running.ehr.new_launch("delgado-rosa"))
    seen = [answer]
    while answer.is_redirect:
        answer = await browser.get_once(str(answer.url.join(answer.headers["location"])))
        seen += [answer] if str(answer.url).startswith(APP) else []

    assert len(seen) == 4
    for each in seen:
        assert "cross-origin-opener-policy" not in each.headers
        assert "x-frame-options" not in each.headers  # knows no list, and would contradict the policy


@pytest.mark.parametrize("path", ["room", "draft"])
async def test_form_that_is_too_large_is_told_inside_the_frame(visit: OpenVisit, path: str) -> None:
    answer = await visit.browser.post_once(visit.path(path), [("words", "w" * 1_100_000)])

    assert answer.status_code in {405, 413}
    assert security(dict(answer.headers)) == expected(EHR)


async def test_error_of_a_visit_that_nobody_expected_is_told_inside_the_frame(
    running: Clinic, visit: OpenVisit
) -> None:
    running.app.state.services = dataclasses.replace(running.app.state.services, drafts=None)

    answer = await visit.page("room")

    assert answer.status_code == 500
    assert security(dict(answer.headers)) == expected(EHR)


async def test_error_of_a_visit_may_not_be_framed_for_whoever_lacks_its_cookie(
    running: Clinic, visit: OpenVisit
) -> None:
    stranger = running.browser()

    for answer in (
        await stranger.get_once(APP + visit.path("room")),
        await stranger.get_once(APP + visit.path("no-such-page")),
        await stranger.post_once(visit.path("draft"), [("words", "w" * 1_100_000)]),
    ):
        assert answer.status_code >= 400
        assert security(dict(answer.headers)) == expected("'none'")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/sources", 200),
        ("/sources/R01", 200),
        ("/sources/R01.json", 200),
        ("/sources/questions/hope", 200),
        ("/sources/wording", 200),
        ("/about", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/open/demo-open", 200),
        ("/launch", 400),
        ("/launch/check", 400),
        ("/launch?iss=https://evil.test", 400),
        ("/callback/nobody", 404),
        ("/visits/nothing/", 404),
        ("/visits/nothing/draft", 405),
        ("/nope", 404),
        ("/static/nope.css", 404),
        ("/static/../app.py", 404),
    ],
)
async def test_page_without_a_known_launch_may_not_be_framed(
    browser: Browser, path: str, status: int
) -> None:
    answer = await browser.get_once(APP + path)

    assert answer.status_code == status
    assert security(dict(answer.headers)) == expected("'none'", CACHED.get(path, "no-store"))


@pytest.mark.parametrize("page", ["", "room", "review", "done", "statements", "sources", "why/R01"])
async def test_page_of_a_visit_may_be_framed_by_its_own_ehr_only(visit: OpenVisit, page: str) -> None:
    answer = await visit.page(page)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert security(dict(answer.headers)) == expected(EHR)


async def test_launch_and_its_errors_may_be_framed_by_the_ehr_that_launched(
    running: Clinic, browser: Browser
) -> None:
    began = await browser.begin(running.ehr.new_launch("delgado-rosa"))
    refused = await browser.get_once(f"{APP}/callback/demo?state=unknown&code=x")

    assert security(dict(began.headers)) == expected(EHR)
    assert refused.status_code == 400
    assert security(dict(refused.headers)) == expected(EHR)


async def test_ended_visit_is_told_inside_the_frame(running: Clinic, visit: OpenVisit) -> None:
    running.clock.now = running.clock.now.replace(hour=23)

    answer = await visit.page()

    assert answer.status_code == 401
    assert security(dict(answer.headers)) == expected(EHR)


async def test_refused_post_has_the_headers_too(visit: OpenVisit) -> None:
    answer = await visit.browser.post_once(visit.path("send"), [("token", "wrong")])

    assert answer.status_code == 403
    assert security(dict(answer.headers)) == expected(EHR)


async def test_error_that_nobody_expected_has_the_headers_too(running: Clinic, browser: Browser) -> None:
    broken = dataclasses.replace(running.app.state.services, catalogue=None)
    running.app.state.services = broken

    answer = await browser.get_once(f"{APP}/sources")

    assert answer.status_code == 500
    assert "Something went wrong in Common Ground." in answer.text
    assert re.search(r"reference <code>[2-9A-Z]{4}-\d\d</code>", answer.text)
    assert security(dict(answer.headers)) == expected("'none'")


@pytest.mark.parametrize("file", ["app.css", "app.js", "icon.svg"])
async def test_static_file_is_checked_again_unless_its_address_names_its_content(
    browser: Browser, file: str
) -> None:
    plain = await browser.get_once(f"{APP}/static/{file}")
    versioned = await browser.get_once(f"{APP}/static/{file}?v=abc")

    assert security(dict(plain.headers)) == expected("'none'", "no-cache")
    assert security(dict(versioned.headers)) == expected("'none'", "public, max-age=31536000, immutable")
    assert plain.headers["etag"]
