"""Changing a goal and taking back what was sent, in a real browser."""

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import RunningDemo
from tests.browser.test_journeys import (
    ROSA,
    assert_accessible,
    go_to_review,
    kept,
    opened,
    send_button,
    write,
)

pytestmark = pytest.mark.browser


def goal_page(app: FrameLocator) -> None:
    app.get_by_role("link", name="All statements").click()
    app.get_by_role("link", name=re.compile("^Change this goal: I want to dance")).click()
    expect(app.get_by_role("heading", name="Change this goal")).to_be_visible()


def test_goal_is_changed_by_keyboard_and_told_as_read_back(page: Page, demo: RunningDemo) -> None:
    app = opened(page, demo, ROSA)
    goal_page(app)
    assert_accessible(page)
    expect(app.get_by_label("The goal in its new words")).to_be_hidden()

    app.get_by_role("radio", name="Achieved").focus()
    page.keyboard.press("Space")
    app.get_by_label(re.compile("^In Rosa’s words")).fill("We danced all night.")
    app.get_by_role("button", name="Change it in this chart").press("Enter")

    expect(app.get_by_text("In the chart: marked as achieved")).to_be_visible()
    expect(app.get_by_text(re.compile(r"Version 2, read back at \d\d:\d\d"))).to_be_visible()
    assert_accessible(page)
    (goal,) = demo.demo.ehr.created("Goal")
    assert goal["lifecycleStatus"] == "completed"


def test_conflict_shows_both_versions_side_by_side(page: Page, demo: RunningDemo) -> None:
    app = opened(page, demo, ROSA)
    goal_page(app)
    store = demo.demo.ehr.store
    goal = next(each for each in store.of_patient("Goal", ROSA) if "dance" in each["description"]["text"])
    app.get_by_role("radio", name="Changed", exact=True).check()
    app.get_by_label("The goal in its new words").fill("Dance at the wedding, sitting down.")
    store.write({**goal, "description": {"text": "I want to dance one song in October."}})

    app.get_by_role("button", name="Change it in this chart").click()

    expect(app.get_by_text("Changed in the chart meanwhile")).to_be_visible()
    expect(app.get_by_text("I want to dance one song in October.")).to_be_visible()
    expect(app.get_by_label("The goal in its new words")).to_have_value("Dance at the wedding, sitting down.")
    assert_accessible(page)
    page.set_viewport_size({"width": 400, "height": 900})
    assert_accessible(page)
    app.get_by_role("button", name="Change it in this chart").click()
    expect(app.get_by_text("In the chart: in its new words")).to_be_visible()


def test_what_was_sent_is_taken_back(page: Page, demo: RunningDemo) -> None:
    app = opened(page, demo, ROSA)
    app.get_by_role("link", name="Go to the questions").click()
    write(app, "What are you hoping for", "To sleep through the night.")
    kept(app)
    go_to_review(app)
    send_button(app).click()
    expect(app.get_by_role("heading", name="It is in the chart")).to_be_visible()
    store = demo.demo.ehr.store
    (sent,) = (each for kind in ("Goal", "Observation") for each in demo.demo.ehr.created(kind))
    store.write({**sent, "note": [{"text": "Seen by the ward."}]})

    app.get_by_text("Take it back").first.click()
    app.get_by_role("button", name=re.compile("^Mark as entered in error")).click()

    expect(app.get_by_text("Changed in the chart meanwhile")).to_be_visible()
    assert_accessible(page)
    app.get_by_role("button", name="Mark it as entered in error all the same").click()
    expect(app.get_by_text(re.compile("Taken back"))).to_be_visible()
