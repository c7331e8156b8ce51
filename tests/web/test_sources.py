"""What stands behind everything that the app offers, for people and for programs; and who made it."""

import pytest

from smartapp.sdm.explain import DEVELOPER, FUNDING
from smartapp.sdm.knowledge import Catalogue
from tests.pages import words
from tests.visits import APP, Browser, Clinic

NOT_REVIEWED = "Not yet reviewed by a practicing clinician"


def paths(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Every intervention: its page below /sources, and a text of it."""
    return [
        *((reminder.id, reminder.text) for reminder in catalogue.reminders),
        *((f"questions/{question.id}", question.text) for question in catalogue.questions),
        *((f"guides/{guide.id}", guide.label) for guide in catalogue.guides),
        *((f"sheets/{sheet.id}", sheet.question) for sheet in catalogue.sheets),
        ("wording", "Words that may color the picture"),
    ]


async def test_every_intervention_has_a_page_and_the_same_as_json(running: Clinic, browser: Browser) -> None:
    index = (await browser.get(f"{APP}/sources")).text

    for path, text in paths(running.app.state.services.catalogue):
        page = words((await browser.get(f"{APP}/sources/{path}")).text)
        data = (await browser.get(f"{APP}/sources/{path}.json")).json()
        assert f'href="/sources/{path}"' in index
        assert text in page
        assert text in data["text"]
        assert NOT_REVIEWED in page
        assert data["reviewer"].startswith("the project team")
        assert data["rule"]
        assert data["sources"]
        assert [attribute["number"] for attribute in data["source_attributes"]] == list(range(1, 14))
        assert all(attribute["value"] for attribute in data["source_attributes"])


async def test_page_of_a_reminder_tells_limits_and_links_each_doi(running: Clinic, browser: Browser) -> None:
    for reminder in running.app.state.services.catalogue.reminders:
        html = (await browser.get(f"{APP}/sources/{reminder.id}")).text
        assert reminder.limits in words(html)
        assert all(f'href="{source.link}"' in html for source in reminder.sources if source.link)
        assert all(source.grade in html.lower() for source in reminder.sources)


async def test_page_says_that_protected_data_is_not_used(running: Clinic, browser: Browser) -> None:
    for path, _ in paths(running.app.state.services.catalogue):
        data = (await browser.get(f"{APP}/sources/{path}.json")).json()
        told = {each["label"]: each["value"] for each in data["source_attributes"]}
        for attribute in (
            "race",
            "ethnicity",
            "sexual orientation",
            "gender identity",
            "sex",
            "date of birth",
        ):
            assert told[f"Use of {attribute}"].startswith("No"), path


async def test_question_tells_what_the_reminder_tells_that_asks_the_same_of_a_chart(browser: Browser) -> None:
    data = (await browser.get(f"{APP}/sources/questions/good-day.json")).json()

    told = {each["label"]: each["value"] for each in data["source_attributes"]}
    assert told["Use of health status assessments data"].startswith("Yes")


async def test_sheet_names_its_options_in_a_to_z_order(browser: Browser) -> None:
    data = (await browser.get(f"{APP}/sources/sheets/af-stroke.json")).json()

    assert len(data["holds"]) > 2
    assert data["holds"] == sorted(data["holds"], key=str.casefold)


@pytest.mark.parametrize(
    "path",
    [
        "R99", "R99.json", "<script>", "questions/nothing", "questions/options-talk", "sheets/R01",
        "reminders/R99", "nothing/R01", "guides/af-stroke.json",
    ],
)  # fmt: skip
async def test_what_there_is_not_is_not_found(browser: Browser, path: str) -> None:
    answer = await browser.get(f"{APP}/sources/{path}")

    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


async def test_about_says_who_made_it_who_pays_what_it_never_does_and_how_it_is_meant(
    browser: Browser,
) -> None:
    text = words((await browser.get(f"{APP}/about")).text)

    for line in (
        f"Made by {DEVELOPER}",
        f"Funding {FUNDING}",
        "It scores nobody, ranks nobody, and reports no clinician to anyone.",
        "It makes no claim to lower bias or to change outcomes. Nobody has tested that.",
        "It reads the chart of the patient whose visit is open, and asks nobody but the EHR.",
        "section 520(o)(1)(E)",
        "The clinician can review the basis of each line: rule, findings, sources and limits.",
        "A handout is for the patient and stands outside these criteria",
        "no legal advice",
        "No practicing clinician and no patient partner outside the project has reviewed it yet.",
    ):
        assert line in text


async def test_every_page_outside_a_form_leads_to_it(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")

    for page in ("", "review", "done", "statements", "sources"):
        assert 'href="/about"' in (await visit.page(page)).text
    for page in ("sources", "sources/R01", "about"):
        assert 'href="/about"' in (await browser.get(f"{APP}/{page}")).text


async def test_keys_are_public_and_hold_nothing_private(browser: Browser) -> None:
    assert (await browser.get(f"{APP}/.well-known/jwks.json")).json() == {"keys": []}
