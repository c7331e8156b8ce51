"""The whole set of security headers, on every kind of answer."""

import dataclasses
import re

import pytest

from smartapp.errors import StoreUnavailable
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
}


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
        ("/.well-known/jwks.json", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/open/demo-open", 200),
        ("/launch", 400),
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
    assert security(dict(answer.headers)) == expected("'none'")


@pytest.mark.parametrize("page", ["", "room", "review", "done", "statements", "sources", "why/R01"])
async def test_page_of_a_visit_may_be_framed_by_its_own_ehr_only(visit: OpenVisit, page: str) -> None:
    answer = await visit.page(page)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert security(dict(answer.headers)) == expected(EHR)


async def test_launch_and_its_errors_may_be_framed_by_the_ehr_that_launched(
    running: Clinic, browser: Browser
) -> None:
    began = await browser.get_once(running.ehr.new_launch("delgado-rosa"))
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


async def test_readiness_fails_while_the_store_does(running: Clinic, browser: Browser) -> None:
    class Gone:
        def transaction(self) -> None:
            raise StoreUnavailable("gone")

    services = running.app.state.services
    running.app.state.services = dataclasses.replace(services, database=Gone())

    answer = await browser.get_once(f"{APP}/readyz")

    assert answer.status_code == 503
