"""The sheet with the EHR's style: for its own visit, linked where there is one, and never in the way."""

import re
from dataclasses import replace

import pytest

from smartapp.sandbox.looks import STYLES
from smartapp.smart.styles import Styles
from tests.visits import APP, EHR, Browser, Clinic, OpenVisit, clinic
from tests.web.test_headers import expected, security

ROSA = "delgado-rosa"
_LINK = re.compile(r'<link rel="stylesheet" href="(/visits/[^"]*)">')
PAGES = (
    "",
    "room",
    "review",
    "done",
    "statements",
    "handout",
    "handout/page",
    "patient/hope",
    "end",
    "why/R01",
)


async def opened(at: Clinic, look: str = "dark") -> OpenVisit:
    """A visit in an EHR with this look, once its style is there."""
    at.ehr.faults.around.look = look
    visit = await at.browser().open(ROSA)
    await visit.page("style.css")
    return visit


async def link(visit: OpenVisit, page: str = "room") -> str:
    """The sheet that a page links, "" for none."""
    found = _LINK.findall((await visit.page(page)).text)
    assert len(found) <= 1
    return found[0] if found else ""


def asked(at: Clinic) -> list[str]:
    return [each.path for each in at.ehr.requests if each.path.startswith("/auth/styles/")]


async def test_pages_of_a_visit_link_the_ehrs_style_after_our_own(running: Clinic) -> None:
    visit = await opened(running)

    links = {await link(visit, page) for page in PAGES}

    (address,) = links
    sheet = await visit.browser.get(APP + address)
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert sheet.text.startswith("@media screen{:root{color-scheme:dark;--smart-color-background:#1e2430;")
    page = (await visit.page("room")).text
    assert page.index("/static/app.css") < page.index(address)


async def test_style_is_fetched_at_the_launch_and_not_by_the_pages(running: Clinic) -> None:
    visit = await opened(running)
    for page in PAGES:
        await visit.page(page)
    await opened(running)

    assert asked(running) == ["/auth/styles/dark.json"]


async def test_sheet_is_kept_by_the_browser_under_the_address_that_names_its_content(running: Clinic) -> None:
    visit = await opened(running)
    address = await link(visit)

    named = await visit.browser.get(APP + address)
    unnamed = await visit.page("style.css")
    misnamed = await visit.page("style.css?v=abc")

    assert re.fullmatch(rf"{visit.path('style.css')}\?v=[0-9a-f]{{12}}", address)
    assert security(dict(named.headers)) == expected(EHR, "private, max-age=86400, immutable")
    assert security(dict(unnamed.headers)) == security(dict(misnamed.headers)) == expected(EHR)
    assert named.text == unnamed.text == misnamed.text != ""


async def test_sheet_is_for_the_browser_of_the_visit_only(running: Clinic) -> None:
    visit = await opened(running)
    address = await link(visit)

    answer = await running.browser().get_once(APP + address)

    assert answer.status_code == 403
    assert "--smart" not in answer.text


async def test_style_that_can_not_be_read_is_not_linked(running: Clinic) -> None:
    running.ehr.faults.around.look = "missing"
    visit = await running.browser().open(ROSA)

    assert (await visit.page("style.css")).text == ""
    assert await link(visit) == ""


async def test_launch_without_a_style_links_none(browser: Browser) -> None:
    visit = await browser.open(ROSA)

    assert await link(visit) == ""
    assert (await visit.page("style.css")).text == ""


async def test_site_can_switch_styles_off() -> None:
    async with clinic(registration={"style": "off"}) as at:
        visit = await opened(at)

        assert await link(visit) == ""
        assert asked(at) == []


@pytest.mark.parametrize(("style", "has_face"), [("safe", False), ("full", True)])
async def test_typefaces_are_the_sites_choice(style: str, has_face: bool) -> None:
    async with clinic(registration={"style": style}) as at:
        visit = await opened(at, "plain")

        assert ("Helvetica" in (await visit.page("style.css")).text) is has_face


async def test_worker_that_did_not_see_the_launch_fetches_the_style_for_its_own_pages(
    running: Clinic,
) -> None:
    visit = await opened(running)
    services = running.app.state.services
    anew = Styles(services.styles._doors, running.clock)
    running.app.state.services = replace(services, styles=anew)

    unknown = await link(visit)
    sheet = (await visit.browser.get(APP + unknown)).text

    assert unknown == visit.path("style.css")
    assert "#1e2430" in sheet
    assert asked(running) == ["/auth/styles/dark.json"] * 2


async def test_broken_fetch_of_a_style_costs_no_visit(running: Clinic) -> None:
    class Broken(Styles):
        async def _fetched(self, *_: object) -> object:
            raise RuntimeError("CANARY")

    services = running.app.state.services
    broken = Broken(services.styles._doors, running.clock)
    running.app.state.services = replace(services, styles=broken)

    visit = await opened(running)

    assert (await visit.page("room")).status_code == 200
    assert await link(visit) == ""


@pytest.mark.parametrize("look", STYLES)
async def test_every_look_of_the_demo_comes_through(running: Clinic, look: str) -> None:
    visit = await opened(running, look)

    assert (await visit.page("style.css")).text.startswith("@media screen{:root{")
