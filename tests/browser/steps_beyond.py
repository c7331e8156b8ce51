"""The steps to what stands beside a visit: statements, handout, its end, what stops it, and the demo EHR."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.stage import ROSA, Stage, View
from tests.browser.steps import (
    AMINA,
    GRACE,
    JOSE,
    SISTER,
    WORRY,
    before,
    before_why,
    done,
    review,
    room,
    room_writing,
)

# ------------------------------------------------------------------- statements, goals, reminders


def statements(at: Stage) -> View:
    at.open("statements")
    return at.page


def source_of_words(at: Stage) -> View:
    before(at)
    at.page.get_by_role("link", name="Source of statement 1", exact=True).click()
    expect(at.page.locator("li:target")).to_be_visible()
    return at.page


def statements_found(at: Stage) -> View:
    at.open("statements", JOSE)
    return at.page


def statements_unread(at: Stage) -> View:
    at.open("statements", GRACE)
    return at.page


def goal(at: Stage) -> View:
    at.open("statements")
    at.page.get_by_role("link", name=re.compile("^Change this goal: I want to dance")).click()
    at.sees("In the chart now")
    return at.page


def goal_error(at: Stage) -> View:
    goal(at)
    at.page.get_by_role("radio", name="Changed", exact=True).check()
    at.page.get_by_label("The goal in its new words").fill("")
    at.press("Change it in this chart")
    expect(at.page.locator("#errors")).to_be_visible()
    return at.page


def goal_changed(at: Stage) -> View:
    goal(at)
    at.page.get_by_role("radio", name="Achieved").check()
    at.press("Change it in this chart")
    at.sees("In the chart: marked as achieved")
    return at.page


def goal_conflict(at: Stage) -> View:
    goal(at)
    (wedding,) = (one for one in at.ehr.store.of_patient("Goal", ROSA) if "dance" in str(one))
    at.page.get_by_role("radio", name="Changed", exact=True).check()
    at.page.get_by_label("The goal in its new words").fill("Dance at the wedding, sitting down.")
    at.ehr.store.write({**wedding, "description": {"text": "I want to dance one song in October."}})
    at.press("Change it in this chart")
    at.sees("Changed in the chart meanwhile")
    return at.page


def why(at: Stage) -> View:
    before_why(at)
    at.page.get_by_role("link", name=re.compile("Why am I seeing|Sources and|this chart", re.I)).first.click()
    return at.page


def reminders_here(at: Stage) -> View:
    at.launch()
    at.page.get_by_role("link", name="How reminders work").click()
    return at.page


def not_useful(at: Stage) -> View:
    before_why(at)
    at.press("Not useful")
    at.sees("It is noted")
    return at.page


# ----------------------------------------------------------------------------------------- handout


def handout(at: Stage) -> View:
    done(at)
    at.page.get_by_role("link", name="Handout for the patient").click()
    return at.page


def _paper(at: Stage, language: str) -> View:
    handout(at)
    page = at.page
    page.get_by_role("radio", name=language).check()
    page.get_by_label("What was said today was said in").select_option("en")
    page.get_by_label("Write the first name on it").check()
    page.get_by_label("Why this was decided").fill("You want to be on your feet on October 17.")
    page.get_by_label("What comes next, one step a line").fill(
        "You start physical therapy now, two times a week."
    )
    page.get_by_label("Who to call").fill("Front desk, 555-0117")
    page.get_by_role("button", name="See it as it prints").click()
    expect(page.locator("article.paper")).to_be_visible()
    return page


def handout_en(at: Stage) -> View:
    return _paper(at, "English")


def handout_es(at: Stage) -> View:
    return _paper(at, "Español")


def handout_zh(at: Stage) -> View:
    return _paper(at, "简体中文")


# ------------------------------------------------------------------------------------------ ending


def expiry(at: Stage) -> View:
    at.page.clock.install()
    room(at)
    at.running.clock.now += timedelta(minutes=14)
    at.page.clock.fast_forward(14 * 60_000)
    expect(at.page.get_by_role("button", name="Keep it open")).to_be_visible()
    return at.page


def ending(at: Stage) -> View:
    room_writing(at)
    at.press("End visit")
    at.sees("End this visit?")
    return at.page


def ended(at: Stage) -> View:
    ending(at)
    at.press("Keep this and end the visit")
    at.sees("This visit is closed.")
    return at.page


def session_ended(at: Stage) -> View:
    review(at)
    at.ehr.expire_tokens()
    at.ehr.faults.token.refuse_refresh = True
    at.press("Send")
    at.sees("Your EHR session ended.")
    return at.page


def another_patient(at: Stage) -> View:
    visit = at.open("room")
    at.ehr.expire_tokens()
    at.ehr.faults.token.refresh_switches_patient = AMINA
    at.page.goto(visit + "goals/delgado-rosa-wedding")
    at.sees("Another patient is open now.")
    return at.page


def wrong_patient(at: Stage) -> View:
    at.open("room")
    at.write(WORRY, SISTER)
    at.kept()
    at.page.locator("#draft [name=patient]").evaluate("field => { field.value = 'bell-marcus' }")
    at.press("Review")
    at.sees("This page belongs to another patient.")
    return at.page


# ------------------------------------------------------------------------- opening, and what stops


def home(at: Stage) -> View:
    at.page.goto(f"{at.app_url}/")
    return at.page


def picker(at: Stage) -> View:
    at.page.goto(f"{at.app_url}/open/demo-open")
    return at.page


def picker_found(at: Stage) -> View:
    picker(at)
    at.page.get_by_label("Name, or a part of it").fill("Delgado")
    at.press("Find")
    expect(at.page.get_by_role("button", name=re.compile("^Open"))).not_to_have_count(0)
    return at.page


def unknown_ehr(at: Stage) -> View:
    at.page.goto(f"{at.app_url}/launch?iss=https://ehr.example.org/fhir&launch=x")
    return at.page


def cookies_blocked(at: Stage) -> View:
    at.page.goto(f"{at.running.demo.url}?open=1")
    frame = at.fills_the_window()
    at.sees("keeps no cookies", frame)
    return frame


def ehr_down(at: Stage) -> View:
    at.ehr.faults.discovery = "status_500"
    at.page.goto(at.ehr.new_launch(ROSA))
    return at.page


def ehr_not_answering(at: Stage) -> View:
    visit = at.launch()
    at.ehr.faults.fail_types = {"Goal": 503}
    at.page.goto(f"{visit}goals/delgado-rosa-wedding")
    return at.page


def not_allowed(at: Stage) -> View:
    at.ehr.faults.authorize_error = "access_denied"
    at.page.goto(at.ehr.new_launch(ROSA))
    return at.page


def launched_twice(at: Stage) -> View:
    at.page.goto(f"{at.app_url}/callback/demo?state=used&code=used")
    return at.page


def no_such_page(at: Stage) -> View:
    at.page.goto(f"{at.app_url}/nothing")
    return at.page


def app_page(path: str) -> Callable[[Stage], View]:
    def reach(at: Stage) -> View:
        at.page.goto(at.app_url + path)
        return at.page

    return reach


# ---------------------------------------------------------------------------------------- demo EHR


def ehr_start(at: Stage) -> View:
    at.page.goto(at.running.demo.url)
    return at.page


def ehr_open(at: Stage) -> View:
    at.in_the_ehr()
    return at.page


def ehr_after(at: Stage) -> View:
    at.in_the_ehr()
    app = at.page.frame_locator("iframe.ehr-frame")
    app.get_by_role("link", name="Go to the questions").click()
    prompt = app.locator("details.app-prompt", has_text=WORRY).first
    prompt.locator("summary").click()
    prompt.get_by_role("textbox").first.fill(SISTER)
    app.get_by_role("region", name="Next step").get_by_role("button", name=re.compile("Review")).click()
    app.get_by_role("button", name=re.compile("^Send")).click()
    expect(app.get_by_text("Read back from the chart at")).to_be_visible()
    expect(at.page.locator("section[aria-labelledby=now]")).to_contain_text(SISTER)
    at.opens("As FHIR")
    return at.page
