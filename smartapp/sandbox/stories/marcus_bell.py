"""Marcus Bell: a goal from three years ago that nobody has asked about since."""

from datetime import date

from smartapp.sandbox.stories.chart import Chart, Resource, base64_of, race_and_ethnicity
from smartapp.sandbox.stories.codes import (
    FOLLOW_UP,
    HIGH_BLOOD_PRESSURE,
    LOW_BACK_PAIN,
    NURSE_NOTE,
    PROGRESS_NOTE,
    RXNORM,
    THERAPY_NOTE,
    coding,
    concept,
)
from smartapp.sandbox.stories.days import born, days_before, years_before
from smartapp.sandbox.stories.formats import rtf_of
from smartapp.sandbox.stories.shared import ROSSI, TANAKA, WHITFIELD, Story

STORY = Story(
    patient_id="bell-marcus",
    encounter_id="bell-marcus-today",
    name="Marcus Bell",
    age=49,
    line="A goal from three years ago.",
    look_at="The old goal carries a flag: ask again. A goal entered in error stays hidden.",
)


def resources(today: date) -> list[Resource]:
    chart = Chart("bell-marcus", "Bell", "Marcus", today, visit_time="13:15")
    return [*_basics(chart), *_said(chart), *_notes(chart)]


def _basics(chart: Chart) -> list[Resource]:
    today = chart.today
    return [
        chart.patient(
            born(today, STORY.age, month=11, day=2),
            "male",
            mrn="3905517",
            prefix="Mr",
            extensions=race_and_ethnicity(
                race=("2054-5", "Black or African American"), ethnicity=("2186-5", "Not Hispanic or Latino")
            ),
        ),
        chart.visit(FOLLOW_UP, concept("Back pain, follow-up")),
        chart.condition("back", LOW_BACK_PAIN, since=years_before(today, 4)),
        chart.condition("pressure", HIGH_BLOOD_PRESSURE, since=years_before(today, 2)),
        chart.medicine(
            "naproxen",
            concept("Naproxen 220 mg", coding(RXNORM, "849574", "Naproxen sodium 220 MG Oral Tablet")),
            dose="with food, when needed",
            since=days_before(today, 120),
        ),
        chart.medicine(
            "amlodipine",
            concept("Amlodipine 5 mg", coding(RXNORM, "197361", "Amlodipine 5 MG Oral Tablet")),
            dose="once a day",
            since=years_before(today, 2),
        ),
    ]


def _said(chart: Chart) -> list[Resource]:
    three_years_ago = years_before(chart.today, 3, 12)
    old_goal = chart.goal(
        "job-site",
        "I want to be back on the job site by spring, without the brace.",
        said_on=three_years_ago,
        recorder=WHITFIELD,
        note="Said in the visit.",
    )
    undated = chart.goal("fishing", "Take my boys fishing at the lake.", said_on=None)
    # Another patient's words, typed here and taken back.
    mistaken = chart.goal(
        "wrong-chart",
        "I want to stop all of my medicines.",
        said_on=days_before(chart.today, 220),
        status="entered-in-error",
    )
    return [old_goal, undated, mistaken]


def _notes(chart: Chart) -> list[Resource]:
    therapy = {
        "contentType": "application/rtf",
        "data": base64_of(rtf_of(_THERAPY)),
        "title": "Physical therapy evaluation",
    }
    return [
        chart.document(
            "note-therapy", THERAPY_NOTE, therapy, written_on=days_before(chart.today, 300), author=ROSSI
        ),
        chart.note(
            "note-call",
            NURSE_NOTE,
            _CALL,
            written_on=days_before(chart.today, 190),
            author=TANAKA,
            title="Nurse telephone call",
        ),
        chart.note(
            "note-back",
            PROGRESS_NOTE,
            _BACK,
            written_on=years_before(chart.today, 3, 12),
            author=WHITFIELD,
            title="Primary care visit",
        ),
        chart.note(
            "note-pressure",
            PROGRESS_NOTE,
            _PRESSURE,
            written_on=days_before(chart.today, 120),
            author=WHITFIELD,
            title="Blood pressure check",
        ),
    ]


_BACK = """PRIMARY CARE VISIT

SUBJECTIVE
Low back pain for a year, worse at the end of a shift. Framing carpenter. Patient claims the brace is
the only thing that
gets him through the day. He has not been compliant with the home exercises; works ten-hour days and
drives ninety minutes.
His goal is to return to the job site by spring.
He is most worried about losing his crew.
Denies leg weakness, numbness, bladder or bowel trouble. No fever, no weight loss.

OBJECTIVE
Walks easily. Straight leg raise negative on both sides. Strength 5/5. No midline tenderness.

ASSESSMENT AND PLAN
Mechanical low back pain. No red flags, no imaging now. Physical therapy close to his work, early hours.
Naproxen with food. Return in eight weeks.
Code status: full code (default, not discussed).
"""

_THERAPY = """PHYSICAL THERAPY EVALUATION

SUBJECTIVE
Low back pain since three years, worse after driving. Works as a framing carpenter, ten-hour days.
Patient’s goal: to carry his youngest up the stairs without stopping.
He wants to do his exercises in the truck at lunch, not at home in the evening.

OBJECTIVE
Bends to mid shin, pain at the end. Strength 5/5. Lifts 30 lb to the waist five times before pain.

THERAPY GOALS
1. Patient will lift 40 lb to the waist ten times in six weeks.
2. Patient will walk one mile with pain at 3 of 10 or less in four weeks.

PLAN
Once a week at seven in the morning, six weeks. Lifting practice with a tool box. Home program of three
exercises. Ice after work.
"""

_CALL = """NURSE TELEPHONE CALL

Called about the missed therapy visits. Patient is noncompliant with his exercises and was argumentative
on the phone. He claims that the clinic never told him about the second visit.
Therapy is open from eight; his shift starts at six. Ninety minutes of driving each way.

Patient states: "Give me something I can do in the truck."

Refill of naproxen sent to the pharmacy. Blood pressure at home 131/82, written down three days a week.
No leg weakness, no numbness, no fever. Told to call for weakness or trouble passing water.
Message left with the therapy desk about an early hour. Next call in two weeks.
"""

_PRESSURE = """BLOOD PRESSURE CHECK

Home readings 126 to 138 over 78 to 86. Takes amlodipine each morning. No swelling, no headache.
Back pain comes and goes; uses naproxen two or three days a week. Kidney function normal.
Patient had no questions today. Goals not reviewed, short visit.

PLAN
No change. Next check in four months. Limit naproxen to ten days a month.
Flu vaccine given. Medication list reconciled. Education given on salt. Follow-up as scheduled.
Reviewed: allergies none known, tobacco never, alcohol on weekends, no falls, PHQ-2 score 0.
Goal BP below 130/80. The team wants to repeat labs in a year.
"""
