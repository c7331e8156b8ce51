"""Grace Okonkwo: one note is a scan without text, so one part of her chart cannot be read."""

from datetime import date

from smartapp.sandbox.stories.chart import Chart, Resource
from smartapp.sandbox.stories.codes import ASTHMA, FOLLOW_UP, PROGRESS_NOTE, concept
from smartapp.sandbox.stories.days import born, days_before, years_before
from smartapp.sandbox.stories.formats import empty_pdf
from smartapp.sandbox.stories.shared import OSEI, Story

STORY = Story(
    patient_id="okonkwo-grace",
    encounter_id="okonkwo-grace-today",
    name="Grace Okonkwo",
    age=41,
    line="One note is a scan that no program can read.",
    look_at="The app says which note it could not read, and does not say that there is nothing.",
)


def resources(today: date) -> list[Resource]:
    chart = Chart("okonkwo-grace", "Okonkwo", "Grace", today, visit_time="10:50")
    scan = chart.binary("scan", "application/pdf", empty_pdf())
    link = {
        "contentType": "application/pdf",
        "url": f"Binary/{scan['id']}",
        "title": "Letter from her old clinic",
    }
    return [
        chart.patient(born(today, STORY.age, month=7, day=19), "female", mrn="4711065", prefix="Dr"),
        chart.visit(FOLLOW_UP, concept("Asthma review")),
        chart.condition("asthma", ASTHMA, since=years_before(today, 20)),
        chart.medicine(
            "inhaler",
            concept("Budesonide and formoterol inhaler"),
            dose="twice a day",
            since=days_before(today, 30),
        ),
        scan,
        chart.document("note-scan", PROGRESS_NOTE, link, written_on=days_before(today, 400), author=OSEI),
        chart.note(
            "note-phone",
            PROGRESS_NOTE,
            _PHONE,
            written_on=days_before(today, 30),
            author=OSEI,
            title="Telephone visit",
        ),
    ]


_PHONE = """TELEPHONE VISIT, asthma

Woken by cough three nights this month. Uses the blue inhaler twice a week. No emergency visit since
last winter.
Sings in a choir; long phrases are hard.

Patient states: "I want to sing the whole Easter service without stopping for my inhaler."
She prefers to get results by message, in the evening, after her own patients have gone.
She asked about the price of the new inhaler; her plan covers one of the two.

Not short of breath while talking. Old records came as a scan and are filed under documents.

PLAN
Change to the inhaler that her plan covers. Technique checked on video. Visit in four weeks with a peak
flow diary.
Call sooner for night symptoms twice a week or more. No antibiotics. Flu vaccine offered, she will
think about it.
"""
