"""A value of the chart on the page: what it was, on which day, and what is said when it could not be read."""

from tests.pages import words
from tests.test_reminders_on_charts import OXIMETRY, line
from tests.visits import clinic
from tests.web.charts import SUBJECT, sam, sams_visit

LOW = {"id": "spo2", "subject": SUBJECT, **line(*OXIMETRY, value=91)}


async def test_value_stands_on_the_page_with_its_day() -> None:
    async with sams_visit(LOW) as visit:
        text = words((await visit.page()).text)

    assert "Pulse oximeters can read too high." in text
    assert "oxygen saturation by pulse oximetry 91 % (22 Nov 2026)" in text


async def test_value_of_another_patient_is_never_taken() -> None:
    async with sams_visit(LOW | {"subject": {"reference": "Patient/delgado-rosa"}}) as visit:
        text = words((await visit.page()).text)

    assert "Pulse oximeters" not in text


async def test_values_that_could_not_be_read_are_named_and_what_was_said_stands() -> None:
    async with clinic(resources=[sam(), LOW]) as running:
        running.ehr.faults.fail_types["Observation"] = 403
        visit = await running.browser().open("gray-sam")
        text = words((await visit.page()).text)

    assert "Laboratory and vital sign values could not be read. A reminder may be missing for that." in text
    assert "Pulse oximeters" not in text
