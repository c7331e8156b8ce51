"""Amina Yusuf: a first visit with nothing on file."""

from datetime import date

from smartapp.sandbox.stories.chart import Chart, Resource
from smartapp.sandbox.stories.codes import SNOMED, VISIT_FOR_PROBLEM, coding, concept
from smartapp.sandbox.stories.days import born
from smartapp.sandbox.stories.shared import Story

STORY = Story(
    patient_id="yusuf-amina",
    encounter_id="yusuf-amina-today",
    name="Amina Yusuf",
    age=26,
    line="First visit. Nothing on file.",
    look_at="An empty chart is said plainly. The questions are there all the same.",
)


def resources(today: date) -> list[Resource]:
    chart = Chart("yusuf-amina", "Yusuf", "Amina", today, visit_time="08:50")
    return [
        chart.patient(born(today, STORY.age, month=9, day=2), "female", mrn="5201147", prefix="Ms"),
        chart.visit(
            VISIT_FOR_PROBLEM,
            concept("Headaches, new patient", coding(SNOMED, "25064002", "Headache (finding)")),
        ),
    ]
