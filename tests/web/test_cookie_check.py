"""Whether cookies come back is known before the EHR is asked; a browser that blocks them gets a way out."""

import dataclasses
import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from smartapp.i18n import load_languages
from tests.pages import words
from tests.visits import APP, EHR, Browser, Clinic

PROBE = "__Host-cg-check=1; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
FRAME = {"Sec-Fetch-Dest": "iframe"}
TAB = {"Sec-Fetch-Dest": "document"}


class Blocking:
    """A browser that keeps no cookie."""

    def __init__(self, running: Clinic, **headers: str) -> None:
        self._app = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=running.app), base_url=APP, headers=headers
        )
        self.hops = 0

    async def get(self, url: str) -> httpx2.Response:
        """GET and follow to the end, keeping nothing."""
        answer = await self._app.get(url)
        while answer.is_redirect:
            self.hops += 1
            assert self.hops < 5, "a loop"
            self._app.cookies.clear()
            answer = await self._app.get(answer.headers["location"])
        return answer


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [dict(attrs)] if tag == "a" else []


def own_tab_links(html: str) -> list[dict[str, str | None]]:
    reader = _Links()
    reader.feed(html)
    return [link for link in reader.found if link.get("target") == "_blank"]


async def test_first_launch_of_a_browser_makes_one_hop_with_the_same_parameters_and_a_probe(
    running: Clinic, browser: Browser
) -> None:
    launch_url = running.ehr.new_launch("delgado-rosa")

    answer = await browser.get_once(launch_url + "&next=https://evil.test")

    to = urlsplit(answer.headers["location"])
    assert answer.status_code == 303
    assert answer.headers.get_list("set-cookie") == [PROBE]
    assert (to.scheme, to.netloc, to.path) == ("", "", "/launch/check")
    assert parse_qs(to.query) == parse_qs(urlsplit(launch_url).query)
    assert not running.ehr.requests


async def test_hop_goes_on_to_the_sign_in_when_the_cookie_came_back(
    running: Clinic, browser: Browser
) -> None:
    hop = await browser.get_once(running.ehr.new_launch("delgado-rosa"))

    answer = await browser.get_once(APP + hop.headers["location"])

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{EHR}/auth/authorize?")


async def test_standalone_launch_is_looked_at_too_and_no_launch_value_is_made_up(
    running: Clinic, browser: Browser
) -> None:
    answer = await browser.get_once(f"{APP}/launch?iss={running.ehr.fhir_base}")

    assert parse_qs(urlsplit(answer.headers["location"]).query) == {"iss": [running.ehr.fhir_base]}


@pytest.mark.parametrize("name", ["__Host-cg-language", "__Host-cg-abcdefghijklmnop"])
async def test_browser_that_sends_a_cookie_of_ours_makes_no_hop(
    running: Clinic, browser: Browser, name: str
) -> None:
    answer = await browser._app.get(
        running.ehr.new_launch("delgado-rosa"), headers={"Cookie": f"other=1; {name}=x"}
    )

    assert answer.headers["location"].startswith(f"{EHR}/auth/authorize?")


async def test_cookie_of_somebody_else_on_this_host_proves_nothing(running: Clinic, browser: Browser) -> None:
    answer = await browser._app.get(
        running.ehr.new_launch("delgado-rosa"), headers={"Cookie": "session=1; cg-check=1"}
    )

    assert answer.headers["location"].startswith("/launch/check?")


async def test_without_cookies_nobody_is_asked_and_the_launch_value_is_still_good(
    running: Clinic, browser: Browser
) -> None:
    launch_url = running.ehr.new_launch("delgado-rosa")

    stopped = await Blocking(running, **FRAME).get(launch_url)
    asked = list(running.ehr.requests)
    opened = await browser.get(launch_url)

    assert stopped.status_code == 400
    assert "This browser keeps no cookies for Common Ground." in words(stopped.text)
    assert "No patient data was read, and nothing was sent to the chart." in words(stopped.text)
    assert asked == []
    assert "What Rosa has told us" in words(opened.text)


@pytest.mark.parametrize("path", ["/launch", "/launch/check"])
async def test_browser_without_cookies_is_sent_round_once_at_most(running: Clinic, path: str) -> None:
    blocking = Blocking(running, **FRAME)

    answer = await blocking.get(f"{path}?iss={running.ehr.fhir_base}&launch=x")

    assert "cookies-blocked" in answer.text
    assert blocking.hops <= 1
    assert "set-cookie" not in answer.headers
    assert "refresh" not in answer.headers


@pytest.mark.parametrize("headers", [FRAME, {}, {"Sec-Fetch-Dest": "embed"}])
async def test_frame_is_offered_the_same_launch_in_a_tab_of_its_own(
    running: Clinic, headers: dict[str, str]
) -> None:
    launch_url = running.ehr.new_launch("delgado-rosa")

    stopped = await Blocking(running, **headers).get(launch_url + "&next=https://evil.test")

    (link,) = own_tab_links(stopped.text)
    to = urlsplit(str(link["href"]))
    assert link["rel"] == "noopener"
    assert (to.scheme, to.netloc, to.path) == ("", "", "/launch")
    assert parse_qs(to.query) == parse_qs(urlsplit(launch_url).query)
    assert "Open it in a tab of its own." in words(stopped.text)


async def test_the_offered_tab_opens_the_visit_where_it_keeps_cookies(
    running: Clinic, browser: Browser
) -> None:
    stopped = await Blocking(running, **FRAME).get(running.ehr.new_launch("delgado-rosa"))

    opened = await browser.get(APP + str(own_tab_links(stopped.text)[0]["href"]))

    assert "What Rosa has told us" in words(opened.text)


async def test_tab_is_not_offered_another_tab(running: Clinic) -> None:
    stopped = await Blocking(running, **TAB).get(running.ehr.new_launch("delgado-rosa"))

    assert own_tab_links(stopped.text) == []
    assert "Send the lines below to your IT team." in words(stopped.text)
    assert "in a tab of its own" not in words(stopped.text)


async def test_it_reads_which_cookies_of_which_host_are_needed(running: Clinic) -> None:
    stopped = await Blocking(running, **FRAME).get(running.ehr.new_launch("delgado-rosa"))

    lines = re.search(r"<textarea[^>]*readonly[^>]*>\n(.*?)</textarea>", stopped.text, re.S)
    assert lines
    assert lines[1].replace("&#39;", "'").split("\n")[:3] == [
        f"Allow cookies of {APP} in this browser, also inside the EHR's frame.",
        "Set-Cookie: __Host-cg-...; Path=/; Secure; HttpOnly; SameSite=None; Partitioned",
        f"Chrome, Edge: CookiesAllowedForUrls {APP}",
    ]
    assert re.match(r"code cookies-blocked, reference [2-9A-Z]{4}-\d\d", lines[1].split("\n")[3])
    assert "data-copy" in stopped.text


async def test_page_of_blocked_cookies_names_no_launch_value_but_in_its_link(running: Clinic) -> None:
    launch_url = running.ehr.new_launch("delgado-rosa")
    value = parse_qs(urlsplit(launch_url).query)["launch"][0]

    framed = await Blocking(running, **FRAME).get(launch_url)
    tab = await Blocking(running, **TAB).get(launch_url)

    assert framed.text.count(value) == 1
    assert value not in tab.text


async def test_choice_of_language_that_could_not_be_kept_is_not_offered(running: Clinic) -> None:
    stopped = await Blocking(running, **FRAME).get(running.ehr.new_launch("delgado-rosa"))

    assert "/language" not in stopped.text


@pytest.mark.parametrize("tag", sorted(set(load_languages()) - {"en"}))
async def test_page_of_blocked_cookies_speaks_the_browsers_language(running: Clinic, tag: str) -> None:
    stopped = await Blocking(running, **FRAME, **{"Accept-Language": tag}).get(
        running.ehr.new_launch("delgado-rosa")
    )

    assert f'<html lang="{tag}"' in stopped.text
    assert "This browser keeps no cookies" not in stopped.text
    assert "Open in a tab of its own" not in stopped.text
    assert "Allow cookies of" not in stopped.text


async def test_unknown_ehr_is_refused_before_any_cookie_is_set(running: Clinic, browser: Browser) -> None:
    for path in ("/launch", "/launch/check"):
        answer = await browser.get_once(f"{APP}{path}?iss=https://evil.test/fhir&launch=x")

        assert "unknown-issuer" in answer.text
        assert "set-cookie" not in answer.headers
    assert not running.ehr.requests


@pytest.mark.parametrize("query", ["", "iss=", "launch=x", "iss={iss}&iss={iss}", "iss={iss}&launch="])
async def test_checked_address_refuses_what_the_launch_refuses(
    running: Clinic, browser: Browser, query: str
) -> None:
    answer = await browser._app.get(
        f"/launch/check?{query.format(iss=running.ehr.fhir_base)}", headers={"Cookie": "__Host-cg-check=1"}
    )

    assert answer.status_code == 400
    assert "launch-parameters" in answer.text
    assert not running.ehr.requests


async def test_sandbox_without_sign_in_is_looked_at_too(running: Clinic) -> None:
    stopped = await Blocking(running, **FRAME).get(f"{APP}/launch?iss={running.ehr.open_fhir_base}")

    assert "cookies-blocked" in stopped.text


async def test_hop_keeps_the_path_that_the_app_lives_under(running: Clinic, browser: Browser) -> None:
    launch_url = running.ehr.new_launch("delgado-rosa")
    services = running.app.state.services
    under = dataclasses.replace(services.settings, base_url=f"{APP}/common-ground")
    running.app.state.services = dataclasses.replace(services, settings=under)

    hop = await browser.get_once(launch_url)
    stopped = await Blocking(running, **FRAME)._app.get(launch_url.replace("/launch?", "/launch/check?"))

    assert hop.headers["location"].startswith("/common-ground/launch/check?")
    assert str(own_tab_links(stopped.text)[0]["href"]).startswith("/common-ground/launch?")
