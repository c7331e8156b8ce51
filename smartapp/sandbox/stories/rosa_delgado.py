"""Rosa Delgado: a wedding in October, and two statements about surgery, two years apart."""

from datetime import date

from smartapp.sandbox.stories.chart import Chart, Resource, race_and_ethnicity
from smartapp.sandbox.stories.codes import (
    CONSULT_NOTE,
    HIGH_BLOOD_PRESSURE,
    PROGRESS_NOTE,
    RXNORM,
    TERMS,
    TYPE_2_DIABETES,
    VISIT_FOR_PROBLEM,
    coded,
    coding,
    concept,
)
from smartapp.sandbox.stories.days import at, born, days_before, in_words, saturday_in_october, years_before
from smartapp.sandbox.stories.shared import LINDQVIST, TANAKA, WHITFIELD, Story, display_of

STORY = Story(
    patient_id="delgado-rosa",
    encounter_id="delgado-rosa-today",
    name="Rosa Delgado",
    age=68,
    line="A wedding in October. Two statements about surgery.",
    look_at="All statements: what she said about surgery, then and later, newest first, with sources.",
)

_KNEE = concept("Osteoarthritis of the left knee")


def resources(today: date) -> list[Resource]:
    chart = Chart("delgado-rosa", "Delgado", "Rosa", today)
    return [*_basics(chart), *_people(chart), *_said(chart), *_notes(chart)]


def earlier(today: date) -> list[Resource]:
    """What her goal of walking to the market said before it was achieved, oldest first."""
    chart = Chart("delgado-rosa", "Delgado", "Rosa", today)
    days = _market_days(today)
    return [
        _market(chart, status, on, version=version)
        for version, (status, on) in enumerate(zip(_MARKET_STATUSES, days, strict=False), start=1)
    ]


def _basics(chart: Chart) -> list[Resource]:
    today = chart.today
    return [
        chart.patient(
            born(today, STORY.age, month=3, day=12),
            "female",
            mrn="4172283",
            prefix="Mrs",
            extensions=race_and_ethnicity(ethnicity=("2135-2", "Hispanic or Latino")),
        ),
        chart.visit(VISIT_FOR_PROBLEM, concept("Left knee pain")),
        chart.condition("knee", _KNEE, since=years_before(today, 5)),
        chart.condition("diabetes", TYPE_2_DIABETES, since=years_before(today, 11)),
        chart.condition("pressure", HIGH_BLOOD_PRESSURE, since=years_before(today, 14)),
        chart.medicine(
            "metformin", concept("Metformin 1000 mg"), dose="twice a day", since=days_before(today, 152)
        ),
        chart.medicine(
            "lisinopril", concept("Lisinopril 10 mg"), dose="once a day", since=days_before(today, 152)
        ),
        chart.medicine(
            "acetaminophen",
            concept("Acetaminophen 325 mg", coding(RXNORM, "313782", "Acetaminophen 325 MG Oral Tablet")),
            dose="when the knee hurts",
            since=days_before(today, 68),
        ),
        chart.allergy("latex", concept("Latex"), since=years_before(today, 9)),
        chart.order("referral", concept("Referral to orthopedic surgery"), reason="knee"),
    ]


def _people(chart: Chart) -> list[Resource]:
    ernesto = chart.person("ernesto", "Ernesto Delgado", relationship="husband", role="HUSB", language="es")
    carmen = chart.person("carmen", "Carmen Ruiz", relationship="daughter", role="DAU")
    lucia = chart.person("lucia", "Lucía Ruiz", relationship="granddaughter", role="GRNDDAU")
    return [
        ernesto,
        carmen,
        lucia,
        chart.agent(carmen, named_on=years_before(chart.today, 3)),
        chart.team(
            ("Husband", chart.reference_to(ernesto)),
            ("Family doctor", display_of(chart.clinician)),
            ("Nurse practitioner", display_of(WHITFIELD)),
        ),
    ]


def _said(chart: Chart) -> list[Resource]:
    in_winter = days_before(chart.today, 152)
    wedding = chart.goal(
        "wedding",
        "I want to dance at Lucía’s wedding in October.",
        said_on=in_winter,
        due=saturday_in_october(chart.today),
        recorder=WHITFIELD,
        note="Her words, read back to her.",
    )
    later_view = chart.preference(
        "surgery-later",
        "treatment-intervention-preference",
        "If the therapy doesn’t do it, I’d think about the operation.",
        said_on=in_winter,
        question="What do you think about surgery?",
        concept_code="treatment-preference",
        recorder=WHITFIELD,
    )
    interpreter = chart.preference(
        "interpreter",
        "care-experience-preference",
        "I want Ernesto to hear the plan in Spanish, from an interpreter. Not from our kids.",
        said_on=in_winter,
        question="How should we explain the plan?",
        concept_code="care-experience",
        recorder=WHITFIELD,
    )
    mornings = chart.preference(
        "mornings",
        "care-experience-preference",
        "Mornings are mine: coffee, my sugar book, then the walk. Book me after eleven.",
        said_on=years_before(chart.today, 1, 98),
        question="Care experience preference",
    )
    # Typed into the wrong chart and taken back: a client that shows it has not read the status.
    wrong_chart = chart.preference(
        "wrong-chart",
        "treatment-intervention-preference",
        "I want the operation as soon as there is a bed.",
        said_on=days_before(chart.today, 90),
        question="What do you think about surgery?",
        concept_code="treatment-preference",
        status="entered-in-error",
    )
    market = _market(chart, "completed", days_before(chart.today, 68), version=len(_MARKET_STATUSES) + 1)
    origin = chart.origin(wedding, later_view, interpreter, recorded_on=in_winter, recorder=WHITFIELD)
    return [wedding, market, later_view, interpreter, mornings, wrong_chart, origin]


_MARKET_STATUSES = ("proposed", "active", "on-hold", "active")


def _market_days(today: date) -> list[date]:
    """Since when the goal had each of its statuses, and since when it is achieved."""
    return [
        years_before(today, 2, 206),
        years_before(today, 2, 115),
        years_before(today, 1, 210),
        years_before(today, 1, 98),
        days_before(today, 68),
    ]


def _market(chart: Chart, status: str, on: date, *, version: int) -> Resource:
    """The goal as it stood from `on`: begun before her knee was looked at, put off, and reached."""
    goal = chart.goal(
        "market",
        "I want to walk to the market again, there and back.",
        said_on=_market_days(chart.today)[0],
        status=status,
        recorder=TANAKA if status == "completed" else LINDQVIST,
    )
    if status == "completed":
        goal["achievementStatus"] = coded(coding(f"{TERMS}goal-achievement", "achieved", "Achieved"))
    if status == "on-hold":
        goal["statusReason"] = "The knee has to settle first."
    meta = goal["meta"] | {"versionId": str(version), "lastUpdated": at(on, "11:20")}
    return goal | {"meta": meta, "statusDate": on.isoformat()}


def _notes(chart: Chart) -> list[Resource]:
    today = chart.today
    orthopedics_day = years_before(today, 2, 115)
    return [
        chart.note(
            "note-orthopedics",
            CONSULT_NOTE,
            _ORTHOPEDICS.format(day=in_words(orthopedics_day)),
            written_on=orthopedics_day,
            author=LINDQVIST,
            title="Orthopedics clinic note",
        ),
        chart.note(
            "note-winter",
            PROGRESS_NOTE,
            _WINTER,
            written_on=days_before(today, 152),
            author=WHITFIELD,
            title="Family medicine visit",
        ),
        chart.note(
            "note-nurse",
            PROGRESS_NOTE,
            _NURSE,
            written_on=days_before(today, 68),
            author=TANAKA,
            title="Nurse visit",
        ),
    ]


_ORTHOPEDICS = """ORTHOPEDICS CLINIC, {day}

REASON FOR VISIT
Left knee pain, about three years, worse on stairs. Seen with her husband Ernesto.

HISTORY
Pain most days, 6 of 10 after standing. Walks half a mile. No locking, no giving way, no fever, no night pain.
One steroid injection last autumn.
Patient states: "The shot helped for a couple of weeks, but my sugars went crazy."

EXAM
Range 5 to 110 degrees, crepitus, no effusion, ligaments stable. Skin intact.

IMAGING
Weight-bearing films: medial joint space narrowing, osteophytes. No fracture.

DISCUSSION
We went through exercise therapy, weight support, a second injection and knee replacement.
Patient states: "I don’t want surgery. My sister never walked right after hers."
Her husband would like her to have it done before winter.

PLAN
Physical therapy referral. No injection today. Goal A1c below 8 before any procedure.
Return as needed. Call for fever, wound problems or sudden swelling.
"""

_WINTER = """FAMILY MEDICINE

SUBJECTIVE
Here for follow-up of diabetes and the left knee. Therapy exercises at home three times a week since
autumn; stairs
still slow. She told us that the knee keeps her up two nights a week. No chest pain, no shortness of
breath, no falls.
Goals and preferences talked over and recorded as goals and preferences today.

OBJECTIVE
BP 132/78. Walks without a cane. Feet: pulses present, sensation intact.

ASSESSMENT AND PLAN
1. Left knee osteoarthritis. Go on with therapy, acetaminophen when needed. Revisit if no better.
2. Type 2 diabetes. Lab in four months. Eye exam due.
3. Hypertension. At target on lisinopril.
Patient agrees with the plan. Time spent 25 minutes, more than half in counseling.
"""

_NURSE = """NURSE VISIT: diabetes and home exercises

Brings her sugar book. Writes down her sugar every morning; fasting values 108 to 131 these four weeks.
No lows. Feet checked, no wounds. Metformin taken with meals.

Patient states: "I walk to the market Mondays, Wednesdays and Saturdays. They know my name there."
What matters most to her is keeping those walks.
Husband present, Spanish speaking; telephone interpreter used for him, ten minutes.
Husband is worried about her using the stairs at night.

Teaching: foot care, when to call. Teach-back done. Denies dizziness. Fall risk screen negative.
Next nurse visit in three months. Advance directive: see chart.
"""
