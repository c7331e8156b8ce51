"""What was said in the last month is read to the patient in the room, and not asked for again."""

from datetime import date

from smartapp.sdm.asking import FRESH
from tests.pages import form, words
from tests.visits import START, Clinic, OpenVisit, clinic
from tests.web.charts import goal, sam

TODAY = START.date()
WISH = "I want to walk to the market again."


async def opened(running: Clinic) -> OpenVisit:
    visit = await running.browser().open("gray-sam")
    await visit.page()
    return visit


def wish(said_on: date) -> dict[str, object]:
    by = {"reference": "Patient/gray-sam"}
    return goal("g1", WISH) | {"startDate": said_on.isoformat(), "expressedBy": by}


async def test_goal_of_the_last_month_is_read_back_with_its_day() -> None:
    async with clinic(resources=[sam(), wish(TODAY - FRESH)]) as running:
        text = words((await (await opened(running)).page("room")).text)

    assert f"Still true? {WISH} 22 Oct 2026 If it is, nothing has to be written again." in text
    assert "Said before" not in text


async def test_older_goal_is_not() -> None:
    async with clinic(resources=[sam(), wish(date(2026, 10, 1))]) as running:
        text = words((await (await opened(running)).page("room")).text)

    assert "Still true?" not in text
    assert WISH in text


async def test_what_changed_is_written_below_the_question_that_stays() -> None:
    async with clinic(resources=[sam(), wish(TODAY - FRESH)]) as running:
        visit = await opened(running)
        room = form((await visit.page("room")).text, "/draft")
        (button,) = [value for _, value, label in room.buttons if label == "Write what changed"]

        page = await visit.browser.post(room.action, room.changed({"next": button}))

    assert page.status_code == 200
    assert "open=" in str(page.url)
