"""Visits at the server that the environment names, or at our demo EHR as a process: `make interop`."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Frame, Page, async_playwright

from tests.interop.charts import Chart, add_goal, chart_that_is_there, clear_away, make_chart
from tests.interop.journey import Journey
from tests.interop.lane import Lane, Row
from tests.interop.registration import OPEN
from tests.interop.target import Target
from tests.interop.wire import FhirServer, WireHand

pytestmark = pytest.mark.interop


@pytest.fixture
async def charts(
    reached: tuple[Target, str], rows: list[Row]
) -> AsyncIterator[tuple[Chart, Chart | None, FhirServer | None]]:
    """A patient to visit, another one, and where both were made; cleared away at the end."""
    target, _ = reached
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(FhirServer(target.fhir_base)) if target.fhir_base else None
        if target.patient or server is None:
            if not target.patient:
                pytest.skip("INTEROP_PATIENT or INTEROP_FHIR_BASE is needed: whose chart is to be opened?")
            chart = await chart_that_is_there(server, target.patient, target.practitioner)
            others = None
        else:
            mark = secrets.token_hex(4)
            chart = await make_chart(server, f"Interop-{mark}")
            if not chart.patient:
                pytest.skip("the server takes no test patient: name one in INTEROP_PATIENT")
            others = await make_chart(server, f"Stranger-{mark}")
            await add_goal(server, others, f"Walk with {others.name}")
            rows.append(Row("", "test patient", f"made, with {len(chart.made)} entries"))
        yield chart, others, server
        for one in (chart, others):
            if server is not None and one is not None:
                counts = await clear_away(server, one)
                told = ", ".join(f"{count} {what}" for what, count in counts.items())
                rows.append(Row("", f"cleared away: {one.name or one.patient}", told))


def launch_of(target: Target, root: str, chart: Chart) -> str:
    return target.launch(
        app=root,
        patient=chart.patient,
        practitioner=target.practitioner or chart.practitioner,
        encounter=chart.encounter,
    )


def lane_of(
    way: str,
    reached: tuple[Target, str],
    charts: tuple[Chart, Chart | None, FhirServer | None],
    hand: WireHand,
) -> Lane:
    target, root = reached
    chart, others, server = charts

    async def by_smart() -> Journey:
        return Journey(hand, root, await hand.launch(launch_of(target, root, chart)))

    async def without_sign_in() -> Journey:
        return Journey(
            hand, root, await hand.post(f"{root}/open/{OPEN}/launch", [("patient", chart.patient)])
        )

    mark = secrets.token_hex(3)
    return Lane(
        way,
        chart,
        server,
        by_smart if way == "SMART" else without_sign_in,
        goal=f"Goal of run {mark}: dance one whole song.",
        worry=f"Worry of run {mark}: the stairs.",
        stranger=others.name if others else "nobody by this name",
    )


@pytest.mark.parametrize("way", ["SMART", "without sign-in"])
async def test_whole_visit_over_http(
    way: str,
    reached: tuple[Target, str],
    charts: tuple[Chart, Chart | None, FhirServer | None],
    rows: list[Row],
) -> None:
    target, root = reached
    if not (target.smart_iss if way == "SMART" else target.fhir_base):
        pytest.skip(f"no address is named for a visit {way}")
    async with WireHand(root) as hand:
        lane = lane_of(way, reached, charts, hand)
        try:
            await lane.run()
        finally:
            rows += lane.rows


async def test_visit_in_chromium(
    reached: tuple[Target, str],
    charts: tuple[Chart, Chart | None, FhirServer | None],
    rows: list[Row],
    chromium_path: str,
) -> None:
    target, root = reached
    chart, _, server = charts
    if not target.smart_iss:
        pytest.skip("no address is named for a visit SMART")
    worry = f"Worry in a browser {secrets.token_hex(3)}."
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=flags)
        page = await browser.new_page()
        await page.goto(launch_of(target, root, chart))
        app = await _app_in(page)
        base = "/".join(app.url.split("/")[:5])
        await app.goto(f"{base}/room")
        box = app.locator("textarea[name$='-words']:visible").first
        if not await box.count():
            await app.locator("details.app-prompt summary").first.click()
        await box.fill(worry)
        await app.get_by_role("button", name="Review").first.click()
        await app.wait_for_url("**/review")
        await app.locator("form[action$='/send'] button[type=submit]").first.click()
        await app.wait_for_url("**/done")
        told = await app.locator("main").inner_text()
        await browser.close()
    is_told = "Read back from the chart at" in told
    assert worry in told
    rows.append(
        Row("Chromium", "write", "read back from the chart" if is_told else "not claimed to be in it")
    )
    if server is not None and is_told:
        written = [await server.of_patient(name, chart.patient) for name in ("Goal", "Observation")]
        assert any(worry in str(one) for found in written for one in found)


async def _app_in(page: Page) -> Frame:
    """The page or frame in which the visit is open."""
    for _ in range(100):
        found = [frame for frame in page.frames if "/visits/" in frame.url]
        if found:
            await found[0].wait_for_load_state()
            return found[0]
        await page.wait_for_timeout(100)
    raise AssertionError(f"no visit was opened: {page.url.split('?')[0]}")
