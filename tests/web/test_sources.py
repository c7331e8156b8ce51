"""Sources of reminders, for people and for programs."""

import pytest

from tests.pages import words
from tests.visits import APP, Browser, Clinic


async def test_every_reminder_has_a_page_and_the_same_as_json(running: Clinic, browser: Browser) -> None:
    index = (await browser.get(f"{APP}/sources")).text

    for reminder in running.app.state.services.catalogue.reminders:
        page = words((await browser.get(f"{APP}/sources/{reminder.id}")).text)
        data = (await browser.get(f"{APP}/sources/{reminder.id}.json")).json()
        assert f'href="/sources/{reminder.id}"' in index
        assert reminder.text in page
        assert reminder.limits in page
        assert "Not yet reviewed by a practicing clinician" in page
        assert data["text"] == reminder.text
        assert data["reviewer"].startswith("the project team")
        assert [attribute["number"] for attribute in data["source_attributes"]] == list(range(1, 14))


async def test_page_says_that_protected_data_is_not_used(browser: Browser) -> None:
    text = words((await browser.get(f"{APP}/sources/R01")).text)

    for attribute in ("race", "ethnicity", "sexual orientation", "gender identity", "sex"):
        assert f"Use of {attribute} No" in text


@pytest.mark.parametrize("path", ["/sources/R99", "/sources/R99.json", "/sources/<script>"])
async def test_unknown_reminder_is_not_found(browser: Browser, path: str) -> None:
    answer = await browser.get(APP + path)

    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


async def test_keys_are_public_and_hold_nothing_private(browser: Browser) -> None:
    assert (await browser.get(f"{APP}/.well-known/jwks.json")).json() == {"keys": []}
