"""The real steps that lead to each state: what a clinician presses, and what an EHR does wrong."""

import re

from playwright.sync_api import expect

from smartapp.sandbox.looks import Around
from tests.browser.conftest import comes
from tests.browser.stage import ROSA, Stage, View

AMINA, TOMASZ, GRACE, JOSE = "yusuf-amina", "wojcik-tomasz", "okonkwo-grace", "herrera-jose"
SONG = "One whole song with Ernesto, and not pay for it the next day."
SISTER = "I’m scared of ending up like my sister."
MARKET = "My morning walk to the market. If I lose that, I lose my people."
GOAL, WORRY, DAY = "What would you like to be able to do", "most worried about", "matters most"


# ------------------------------------------------------------------------------------------ before


def before(at: Stage) -> View:
    at.launch()
    at.sees("Chart read at")
    return at.page


def before_why(at: Stage) -> View:
    before(at)
    at.opens("Why this?")
    return at.page


def before_empty(at: Stage) -> View:
    at.launch(AMINA)
    at.sees("Chart read at")
    return at.page


def before_loading(at: Stage) -> View:
    at.running.held.types = ("Goal", "Observation", "DocumentReference")
    comes(at.page, at.ehr.new_launch(ROSA))
    at.sees("still being read")
    at.sees("Try again")
    return at.page


def before_slow(at: Stage) -> View:
    at.running.held.types = ("Goal",)
    comes(at.page, at.ehr.new_launch(ROSA))
    at.sees("Ernesto Delgado, husband")
    at.sees("Try again")  # only after two seconds: what can be pressed stays the same from here on
    return at.page


def before_partial(at: Stage) -> View:
    at.ehr.faults.fail_types = {"DocumentReference": 403}
    at.launch()
    at.sees("could not be read")
    return at.page


def before_draft(at: Stage) -> View:
    room_writing(at)
    at.context.clear_cookies()
    at.launch()
    at.sees("is kept")
    return at.page


def before_died(at: Stage) -> View:
    patient = at.ehr.store.get("Patient", ROSA) or {}
    at.ehr.store.load({**patient, "deceasedBoolean": True})
    at.launch()
    at.sees("has died")
    return at.page


def before_session_ended(at: Stage) -> View:
    before_partial(at)
    at.ehr.expire_tokens()
    at.ehr.faults.token.refuse_refresh = True
    at.running.held.types = ("DocumentReference", "DiagnosticReport")
    at.press("Try again")
    at.sees("being read.")  # the page is on its way before the EHR tells that the session ended
    at.running.release()
    at.sees("Your EHR session ended.")
    return at.page


def before_ehr_look(at: Stage) -> View:
    at.ehr.faults.around = Around("plain", has_banner=True)
    return before(at)


# -------------------------------------------------------------------------------------------- room


def room(at: Stage) -> View:
    at.open("room")
    at.sees("Just listen")
    return at.page


def room_writing(at: Stage) -> View:
    at.open("room")
    at.write(WORRY, SISTER)
    at.write(DAY, MARKET)
    at.kept()
    at.page.reload()
    at.write(GOAL, SONG)
    at.sees("Review 3 statements")
    return at.page


def room_topics(at: Stage) -> View:
    at.open("room", TOMASZ)
    at.page.keyboard.press("t")
    at.page.keyboard.press("r")
    return at.page


def room_more(at: Stage) -> View:
    at.open("room")
    at.opens("More questions")
    at.opens("How to decide")
    return at.page


def room_keys(at: Stage) -> View:
    room(at)
    at.page.keyboard.press("?")
    at.sees("Open a question and write.")
    return at.page


def room_offline(at: Stage) -> View:
    room(at)
    at.context.set_offline(True)
    at.write(WORRY, SISTER)
    at.sees("Not kept. Trying again")
    return at.page


def room_errors(at: Stage) -> View:
    at.open("room")
    at.write(WORRY, SISTER)
    prompt = at.page.locator("details.app-prompt[open]")
    prompt.get_by_role("radio", name="Someone else").check()
    at.page.get_by_role("region", name="Next step").get_by_role("button", name=re.compile("Review")).click()
    at.sees("Mend this before you send it")
    return at.page


def decision_sheet(at: Stage) -> View:
    at.open("sheets/af-stroke", TOMASZ)
    at.page.get_by_role("textbox", name=re.compile("^What was decided")).fill(
        "Start the tablet. Look again in March."
    )
    at.kept()
    return at.page


def for_patient(at: Stage) -> View:
    at.open("patient/worry")
    return at.page


# ------------------------------------------------------------------------------------------ review


def review(at: Stage) -> View:
    room_writing(at)
    at.review()
    return at.page


def review_empty(at: Stage) -> View:
    at.open("review")
    return at.page


def review_wording(at: Stage) -> View:
    at.open("room")
    at.write(WORRY, "She claims that nobody called her back, and refused the injection.")
    at.page.locator("details.app-prompt[open]").get_by_role("radio", name="My summary").check()
    at.kept()
    at.review()
    at.sees("Nothing changes unless you change it")
    return at.page


def review_copy(at: Stage) -> View:
    at.ehr.faults.refuse_all_writes = True
    return review(at)


def review_error(at: Stage) -> View:
    at.open("room")
    at.write(WORRY, SISTER)
    at.review()
    at.page.get_by_role("checkbox", name=re.compile("Worry")).uncheck()
    at.press("Send")
    expect(at.page.locator("#errors")).to_be_visible()
    return at.page


# -------------------------------------------------------------------------------------------- done


def done(at: Stage) -> View:
    review(at)
    at.send()
    return at.page


def done_partial(at: Stage) -> View:
    at.ehr.faults.refuse_late.add("Goal")
    return done(at)


def done_copy(at: Stage) -> View:
    at.ehr.faults.refuse_all_writes = True
    return done(at)


def done_unclear(at: Stage) -> View:
    review(at)
    at.ehr.faults.write.commit_then_drop = True
    at.ehr.faults.fail_types = {"Goal": 503, "Observation": 503}
    at.send()
    return at.page


def another_way(at: Stage) -> View:
    done_partial(at)
    at.page.get_by_role("link", name=re.compile("Choose another way")).click()
    return at.page


def undo(at: Stage) -> View:
    done(at)
    at.opens("Take it back")
    return at.page


def undone(at: Stage) -> View:
    undo(at)
    at.press("Mark as entered in error")
    at.sees("Taken back")
    return at.page


def undo_changed(at: Stage) -> View:
    done(at)
    for kind in ("Goal", "Observation"):
        for sent in at.ehr.created(kind):
            at.ehr.store.write({**sent, "note": [{"text": "Seen by the ward."}]})
    at.opens("Take it back")
    at.press("Mark as entered in error")
    at.sees("Changed in the chart meanwhile")
    return at.page
