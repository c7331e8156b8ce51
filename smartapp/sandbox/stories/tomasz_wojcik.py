"""Tomasz Wójcik: a medicine drafted this morning, and a decision still open."""

from datetime import date

from smartapp.sandbox.stories.chart import Chart, Resource
from smartapp.sandbox.stories.codes import (
    ATRIAL_FIBRILLATION,
    CHECK_UP,
    HIGH_BLOOD_PRESSURE,
    PROGRESS_NOTE,
    RXNORM,
    coding,
    concept,
)
from smartapp.sandbox.stories.days import born, days_before, years_before
from smartapp.sandbox.stories.shared import WHITFIELD, Story

STORY = Story(
    patient_id="wojcik-tomasz",
    encounter_id="wojcik-tomasz-today",
    name="Tomasz Wójcik",
    age=71,
    line="A blood thinner drafted today. The decision is open.",
    look_at="The open decision and what he said about it, before the order is signed.",
)


def resources(today: date) -> list[Resource]:
    chart = Chart("wojcik-tomasz", "Wójcik", "Tomasz", today, visit_time="15:20")
    return [*_basics(chart), *_said(chart)]


def _basics(chart: Chart) -> list[Resource]:
    today = chart.today
    return [
        chart.patient(
            born(today, STORY.age, month=12, day=29), "male", mrn="2954406", prefix="Mr", usual="Tomek"
        ),
        chart.visit(CHECK_UP, concept("Irregular heartbeat found last week")),
        chart.condition("rhythm", ATRIAL_FIBRILLATION, since=days_before(today, 6)),
        chart.condition("pressure", HIGH_BLOOD_PRESSURE, since=years_before(today, 9)),
        chart.medicine(
            "amlodipine",
            concept("Amlodipine 5 mg", coding(RXNORM, "197361", "Amlodipine 5 MG Oral Tablet")),
            dose="once a day",
            since=years_before(today, 3),
        ),
        chart.medicine(
            "apixaban",
            concept("Apixaban 5 mg", coding(RXNORM, "1364430", "apixaban")),
            dose="twice a day",
            since=today,
            status="draft",
        ),
        chart.person("halina", "Halina Wójcik", relationship="wife", role="WIFE", language="pl"),
    ]


def _said(chart: Chart) -> list[Resource]:
    last_week = days_before(chart.today, 6)
    return [
        chart.preference(
            "bleeding",
            "treatment-intervention-preference",
            "My father bled after a fall. A stroke scares me, but so does that.",
            said_on=last_week,
            question="What worries you most about this?",
            concept_code="worries",
            recorder=WHITFIELD,
        ),
        # Asked, and he chose not to answer: that is not "nothing to say".
        chart.preference(
            "role",
            "care-experience-preference",
            "",
            said_on=last_week,
            question="How much do you want to decide yourself?",
            concept_code="decision-role",
            recorder=WHITFIELD,
        ),
        chart.note(
            "note-rhythm",
            PROGRESS_NOTE,
            _NOTE,
            written_on=last_week,
            author=WHITFIELD,
            title="Irregular pulse",
        ),
    ]


_NOTE = """VISIT FOR AN IRREGULAR PULSE

SUBJECTIVE
Pulse felt uneven at the dentist. No chest pain, no fainting, no shortness of breath. Active: keeps
bees, cuts his own
firewood. No falls in the past year. No bleeding, no ulcer, alcohol rarely.
His father took a blood thinner and bled after a fall from a ladder.

OBJECTIVE
BP 138/80, pulse 88 irregular. ECG: atrial fibrillation. Blood count and kidney function normal.

DISCUSSION
We talked about stroke risk and ways to lower it, with pills or without. He took the leaflet home.
He told us that he wants to keep his bees and climb to the hives.
Patient states: "I don’t want a medicine that means a blood test every week."
Wife prefers that he starts today.

PLAN
Come back in a week to decide. Echo ordered. Go to the emergency room for weakness, trouble speaking or
chest pain.
"""
