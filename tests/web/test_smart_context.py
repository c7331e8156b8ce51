"""What a launch says besides the patient: banner, visit, intent; and the words about test data."""

import re

import pytest

from smartapp.web.launch import PAGE_OF_INTENT
from tests.pages import form, words
from tests.visits import APP, Browser, Clinic, OpenVisit, clinic

ROSA = "delgado-rosa"
TODAY = f"{ROSA}-today"
NAME, BORN, MRN = "DELGADO, Rosa (Mrs)", "12-Mar-1958 (68y)", "4172283"
RIBBON = "Test data. Not a real patient."
PAGES = (
    "",
    "room",
    "review",
    "done",
    "statements",
    "handout",
    "handout/page",
    "sources",
    "why/R01",
    "sheets/own",
)
_FORM = re.compile(r'<form[^>]* action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_WRITES = re.compile(r"/(?:send|divert|retry/[^/]+|undo/[^/]+|goals/[^/]+|handout/file)$")
FILES: dict[str, object] = {"files_handout": True}


def banner(html: str) -> str:
    """The words of the banner, after its class."""
    found = re.search(r'<header class="(app-banner[^"]*)".*?</header>', html, re.DOTALL)
    assert found
    return f"{found[1]}: {words(found[0])}"


def to_press(html: str) -> dict[str, str]:
    """What a reader sees in each form that writes into the chart, up to its button, by address."""
    found = {action: body for action, body in _FORM.findall(html) if _WRITES.search(action)}
    return {action: words(body.rpartition("<button")[0]) for action, body in found.items()}


async def banners(visit: OpenVisit) -> set[str]:
    return {banner((await visit.page(page)).text) for page in PAGES}


async def test_every_page_has_the_whole_banner_where_the_ehr_has_none(browser: Browser) -> None:
    visit = await browser.open(ROSA, encounter_id=TODAY)

    assert await banners(visit) == {f"app-banner: {NAME} Born {BORN} Gender Female MRN {MRN}"}


async def test_name_and_birth_date_stay_on_every_page_where_the_ehr_has_a_banner(browser: Browser) -> None:
    visit = await browser.open(ROSA, encounter_id=TODAY, need_patient_banner=False)

    assert await banners(visit) == {f"app-banner app-banner--slim: {NAME} Born {BORN}"}


async def test_site_can_have_the_whole_banner_always() -> None:
    async with clinic(registration={"banner": "always"}) as at:
        visit = await at.browser().open(ROSA, need_patient_banner=False)

        assert banner(visit.first.text).startswith("app-banner: ")


async def test_launch_without_an_ehrs_word_has_the_whole_banner(browser: Browser) -> None:
    picker = form((await browser.get(f"{APP}/open/demo-open")).text, "/patients")
    found = form((await browser.post(picker.action, picker.filled(name="Delgado"))).text, "/launch")

    page = await browser.post(found.action, [("patient", ROSA)])

    assert banner(page.text).startswith("app-banner: ")


async def test_death_is_told_also_in_the_quiet_line() -> None:
    dead: dict[str, object] = {
        "resourceType": "Patient", "id": "late", "name": [{"family": "Late"}], "deceasedBoolean": True
    }  # fmt: skip
    async with clinic(resources=[dead]) as at:
        visit = await at.browser().open("late", need_patient_banner=False)

        assert banner(visit.first.text).endswith("LATE Born Not known Deceased Yes")


@pytest.mark.parametrize("is_needed", [True, False])
async def test_every_press_that_writes_stands_beside_the_patients_identity(is_needed: bool) -> None:
    async with clinic(registration=FILES) as at:
        visit = await at.browser().open(ROSA, encounter_id=TODAY, need_patient_banner=is_needed)
        await visit.write(goal="Dance", worry="Falling")
        pressed = to_press((await visit.page("review")).text)
        at.ehr.faults.refuse_late.add("Goal")
        pressed |= to_press((await visit.send()).text)
        at.ehr.faults.refuse_late.clear()
        pressed |= to_press((await visit.page("divert")).text)
        goals = set(re.findall(r"/goals/([\w-]+)", (await visit.page("statements")).text))
        for goal in goals:
            pressed |= to_press((await visit.page(f"goals/{goal}")).text)
        pressed |= to_press((await visit.page("handout/page")).text)
        (undo,) = [action for action in pressed if "/undo/" in action]
        at.ehr.store.write({**at.ehr.created("Observation")[0], "valueString": "Changed by another"})
        taking_back = form((await visit.page("done")).text, undo)
        pressed[f"{undo} beside another's change"] = next(
            iter(to_press((await visit.browser.post(undo, taking_back.fields)).text).values())
        )

    kinds = {_WRITES.search(action.split(" ")[0])[0].split("/")[1] for action in pressed}  # type: ignore[index]
    assert kinds == {"send", "divert", "undo", "goals", "handout", "retry"}
    for action, shown in pressed.items():
        assert re.search(rf"{re.escape(NAME)} Born {re.escape(BORN)} MRN {MRN}\b.{{0,80}}$", shown), action


async def test_record_number_that_is_not_known_leaves_no_gap_beside_the_button() -> None:
    nobody: dict[str, object] = {
        "resourceType": "Patient",
        "id": "new",
        "name": [{"family": "New"}],
        "birthDate": "1990-05-02",
    }
    async with clinic(resources=[nobody]) as at:
        visit = await at.browser().open("new")
        await visit.write(goal="Dance")

        (shown,) = to_press((await visit.page("review")).text).values()

    assert shown.endswith("NEW Born 02-May-1990 (36y)")


async def test_end_of_a_visit_names_whose_it_is(browser: Browser) -> None:
    visit = await browser.open(ROSA, encounter_id=TODAY)
    await visit.write(goal="Dance")

    page = words((await visit.page("end")).text)

    assert f"{NAME} Born {BORN} MRN {MRN}" in page
    assert RIBBON in page


async def test_end_of_a_visit_waits_for_no_ehr_to_name_whose_it_is(running: Clinic, browser: Browser) -> None:
    visit = await browser.open(ROSA)
    running.app.state.services.charts.forget(visit.id)
    asked = len(running.ehr.requests)

    page = await visit.page("end")

    assert page.status_code == 200
    assert NAME not in page.text
    assert len(running.ehr.requests) == asked


@pytest.mark.parametrize(("intent", "page"), PAGE_OF_INTENT.items())
async def test_intent_opens_its_page_and_writes_nothing(
    running: Clinic, browser: Browser, intent: str, page: str
) -> None:
    visit = await browser.open(ROSA, encounter_id=TODAY, intent=intent)

    assert (visit.first.status_code, visit.first.url.path) == (200, visit.path(page))
    assert {each.method for each in running.ehr.requests if each.path.startswith("/fhir")} <= {"GET"}


@pytest.mark.parametrize(
    "intent",
    ["", "Room", "send", "../review", "end", "draft/adopt", "room\n", "reconcile-medications", "//evil.test"],
)
async def test_intent_that_is_not_known_opens_the_first_page(browser: Browser, intent: str) -> None:
    visit = await browser.open(ROSA, intent=intent)

    assert visit.first.url.path == visit.path()


def visit_line(html: str) -> str:
    found = re.search(r'<p class="app-steps__visit">(.*?)</p>', html)
    assert found
    return words(found[0])


async def test_visit_is_named_as_the_ehr_has_it(browser: Browser) -> None:
    visit = await browser.open(ROSA, encounter_id=TODAY)
    await visit.page("statements")

    line = visit_line((await visit.page("statements")).text)

    assert re.fullmatch(r"Office visit, Sun 22 Nov 2026, Harbor Street Clinic\. Abena Osei, MD", line)


async def test_visit_is_named_where_it_is_sent(browser: Browser) -> None:
    visit = await browser.open(ROSA, encounter_id=TODAY)
    await visit.page("statements")
    await visit.write(goal="Dance")

    (shown,) = to_press((await visit.page("review")).text).values()

    assert shown.endswith(f"MRN {MRN} Office visit, Sun 22 Nov 2026, Harbor Street Clinic")


async def test_launch_without_a_visit_names_none(browser: Browser) -> None:
    visit = await browser.open(ROSA)
    await visit.page("statements")

    line = visit_line((await visit.page("statements")).text)

    assert line == "Sun 22 Nov 2026. Abena Osei, MD"


async def test_visit_of_another_patient_is_not_named(browser: Browser) -> None:
    visit = await browser.open(ROSA, encounter_id="bell-marcus-today")
    await visit.page("statements")

    assert visit_line((await visit.page("statements")).text).startswith("Sun 22 Nov 2026.")


@pytest.mark.parametrize("environment", ["sandbox", "production"])
async def test_test_data_is_said_on_every_page_of_a_sandbox_and_on_no_other(environment: str) -> None:
    async with clinic(registration={"environment": environment}) as at:
        visit = await at.browser().open(ROSA, encounter_id=TODAY)
        for page in (*PAGES, "patient/hope", "end", "sheets/af-stroke"):
            shown = await visit.page(page)

            assert shown.status_code == 200, page
            assert (RIBBON in words(shown.text)) is (environment == "sandbox"), page


async def test_patients_of_a_sandbox_are_test_data_before_one_is_chosen(browser: Browser) -> None:
    assert RIBBON in words((await browser.get(f"{APP}/open/demo-open")).text)


@pytest.mark.parametrize("environment", ["sandbox", "production"])
async def test_paper_of_a_sandbox_says_that_it_is_test_data(environment: str) -> None:
    async with clinic(registration={"environment": environment}) as at:
        visit = await at.browser().open(ROSA, encounter_id=TODAY)

        page = (await visit.page("handout/page")).text

    paper = page[page.index('<article class="paper"') : page.index("</article>")]
    assert (RIBBON in paper) is (environment == "sandbox")
    assert "DELGADO" not in paper


async def test_filed_handout_has_only_the_words_of_the_page(browser: Browser) -> None:
    """The line about test data is the paper's, and never goes to a chart."""
    visit: OpenVisit = await browser.open(ROSA, encounter_id=TODAY)

    page = (await visit.page("handout/page")).text

    text = re.search(
        r'<textarea class="app-copy" readonly aria-labelledby="filed-text".*?</textarea>', page, re.DOTALL
    )
    assert text
    assert RIBBON not in text[0]
