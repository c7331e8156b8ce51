"""Threat T11: no address, no header and no form field sends a browser where a stranger wants it."""

import os
from collections.abc import AsyncIterator, Mapping
from itertools import product
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.addresses import addresses
from tests.figures import record
from tests.security.test_forms_of_other_sites import OURS, token_of
from tests.visits import APP, EHR, Clinic, OpenVisit, clinic

NAMES = (
    "next", "url", "redirect", "redirect_uri", "redirect_url", "error_uri", "return_to", "continue",
    "path", "to", "r", "u", "target", "target_link_uri", "post_logout_redirect_uri", "iss", "aud",
)  # fmt: skip
TARGETS = (
    "https://evil.test/",
    "//evil.test/",
    "/\\evil.test/",
    "\\\\evil.test/",
    "https:evil.test",
    "/%2f/evil.test/",
    "/\t/evil.test/",
    "/about\r\nLocation: https://evil.test/",
    f"{APP}@evil.test/",
    "javascript:alert(1)",
)
ROUNDS = int(os.environ.get("COMMON_GROUND_REDIRECT_ROUNDS", "1"))
"""How many targets each name is tried with; all of them from len(TARGETS) on."""
HEADERS: Mapping[str, Mapping[str, str]] = {
    "Host": {"Host": "evil.test"},
    "Host with our name before it": {"Host": "app.test.evil.test", "X-Forwarded-Proto": "javascript"},
    "what proxies add": {
        "X-Forwarded-Host": "evil.test",
        "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.test;proto=http",
        "X-Original-URL": "//evil.test/",
        "X-Rewrite-URL": "//evil.test/",
        "X-Forwarded-Prefix": "//evil.test",
        "X-Forwarded-Server": "evil.test",
        "Referer": "https://evil.test/",
    },
}


@pytest.fixture
async def running() -> AsyncIterator[Clinic]:
    async with clinic() as at:
        yield at


@pytest.fixture
async def visit(running: Clinic) -> OpenVisit:
    return await running.browser().open("delgado-rosa")


def leads_home(answer: httpx2.Response) -> bool:
    """To an own path, as a browser reads it, or to the sign-in of the one EHR."""
    location = answer.headers.get("location")
    if location is None:
        return True
    assert len(answer.headers.get_list("location")) == 1
    to = urlsplit(str(answer.url.join(location)))
    is_own = location.startswith("/") and location[1:2] not in {"/", "\\"} and location.isprintable()
    is_sign_in = f"{to.scheme}://{to.netloc}{to.path}" == f"{EHR}/auth/authorize"
    return (is_own or is_sign_in) and "evil.test" not in location.split("?")[0]


def stays_home(answer: httpx2.Response) -> bool:
    return leads_home(answer) and "refresh" not in answer.headers and "http-equiv" not in answer.text.lower()


def spread(round_: int) -> dict[str, str]:
    """Each name with one of the targets, in each round another."""
    return {name: TARGETS[(number + round_) % len(TARGETS)] for number, name in enumerate(NAMES)}


async def test_no_parameter_of_any_address_leads_away(visit: OpenVisit) -> None:
    tried = addresses(visit.id)

    for each, round_ in product(tried, range(ROUNDS)):
        answer = await visit.browser._app.get(APP + each.path, params=spread(round_))

        assert stays_home(answer), f"{each.path} leads to {answer.headers.get('location')}"
    record("redirects tried", len(tried) * ROUNDS * len(NAMES))


async def test_no_field_of_any_form_leads_away(visit: OpenVisit) -> None:
    own = {"token": await token_of(visit), "patient": "delgado-rosa"}
    tried = [each for each in addresses(visit.id) if "POST" in each.methods]
    led = 0

    for each, round_ in product(tried, range(ROUNDS)):
        for name, target in spread(round_).items():  # alone, since some forms take few fields
            answer = await visit.browser._app.post(APP + each.path, data={name: target} | own, headers=OURS)

            led += answer.is_redirect
            assert stays_home(answer), f"{each.path} leads to {answer.headers.get('location')}"
    assert led  # some of them do lead somewhere
    record("redirects tried", len(tried) * ROUNDS * len(NAMES))


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
async def test_no_header_of_a_request_leads_away(
    running: Clinic, visit: OpenVisit, headers: dict[str, str]
) -> None:
    fields = {"token": await token_of(visit), "patient": "delgado-rosa", "path": "/about"}
    launches = [running.ehr.new_launch("delgado-rosa"), f"{APP}/launch?iss={running.ehr.open_fhir_base}"]
    app = visit.browser._app
    tried = addresses(visit.id)

    for each in tried:
        if "POST" in each.methods:
            posted = await app.post(APP + each.path, data=fields, headers=OURS | headers)
            assert stays_home(posted), f"{each.path} leads to {posted.headers.get('location')}"
        answer = await app.get(APP + each.path, headers=headers)
        assert stays_home(answer), f"{each.path} leads to {answer.headers.get('location')}"
        assert "evil.test" not in answer.text, each.path
    for url in launches:
        answer = await app.get(url, headers=headers)
        assert answer.status_code == 303
        assert leads_home(answer)
        assert "evil.test" not in answer.headers["location"]
    record("redirects tried", len(tried) + len(launches))


async def test_launch_carries_no_strangers_address_to_the_sign_in(running: Clinic) -> None:
    for target, cookie in product(TARGETS, ("__Host-cg-check=1", "")):
        others = {name: target for name in NAMES if name != "iss"}
        launch_url = httpx2.URL(running.ehr.new_launch("delgado-rosa")).copy_merge_params(others)
        answer = await running.browser()._app.get(launch_url, headers={"Cookie": cookie})

        assert answer.status_code == 303
        assert leads_home(answer)
        assert "evil" not in answer.headers["location"]
        assert "alert" not in answer.headers["location"]


async def test_callback_with_an_error_address_leads_nowhere(running: Clinic) -> None:
    for target in TARGETS:
        query = {"error": "access_denied", "error_uri": target, "error_description": target, "state": "x"}
        answer = await running.browser()._app.get(f"{APP}/callback/demo", params=query)

        assert answer.status_code in {400, 403}
        assert "location" not in answer.headers
        assert "evil.test" not in answer.text
