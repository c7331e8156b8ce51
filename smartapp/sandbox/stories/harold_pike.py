"""Harold Pike: his daughter decides with him, and is named as his health care agent."""

from datetime import date

from smartapp.sandbox.stories.chart import Chart, Resource, race_and_ethnicity
from smartapp.sandbox.stories.codes import (
    CHRONIC_HEART_FAILURE,
    DEMENTIA,
    FOLLOW_UP,
    HARD_OF_HEARING,
    PROGRESS_NOTE,
    concept,
)
from smartapp.sandbox.stories.days import born, days_before, years_before
from smartapp.sandbox.stories.shared import TANAKA, Story, display_of

STORY = Story(
    patient_id="pike-harold",
    encounter_id="pike-harold-today",
    name="Harold Pike",
    age=88,
    line="His daughter decides with him.",
    look_at="Who may decide, and whose words are whose: his, and his daughter’s, kept apart.",
)


def resources(today: date) -> list[Resource]:
    chart = Chart("pike-harold", "Pike", "Harold", today, visit_time="14:00")
    ruth = chart.person("ruth", "Ruth Pike-Lang", relationship="daughter", role="DAU")
    return [*_basics(chart), *_people(chart, ruth), *_said(chart, ruth), _note(chart)]


def _basics(chart: Chart) -> list[Resource]:
    today = chart.today
    return [
        chart.patient(
            born(today, STORY.age, month=1, day=30),
            "male",
            mrn="1180342",
            prefix="Mr",
            usual="Hal",
            extensions=race_and_ethnicity(race=("2106-3", "White")),
        ),
        chart.visit(FOLLOW_UP, concept("Heart failure follow-up")),
        chart.condition("heart", CHRONIC_HEART_FAILURE, since=years_before(today, 5)),
        chart.condition("memory", DEMENTIA, since=years_before(today, 1, 60)),
        chart.condition("hearing", HARD_OF_HEARING, since=years_before(today, 12)),
        chart.medicine(
            "furosemide", concept("Furosemide 40 mg"), dose="each morning", since=days_before(today, 75)
        ),
        chart.medicine(
            "carvedilol", concept("Carvedilol 6.25 mg"), dose="twice a day", since=years_before(today, 4)
        ),
        chart.allergy("penicillin", concept("Penicillin"), since=years_before(today, 40)),
    ]


def _people(chart: Chart, ruth: Resource) -> list[Resource]:
    glen = chart.person("glen", "Glen Pike", relationship="son", role="SON")
    return [
        ruth,
        glen,
        chart.agent(ruth, named_on=years_before(chart.today, 1, 30)),
        chart.team(
            ("Daughter, health care agent", chart.reference_to(ruth)),
            ("Family doctor", display_of(chart.clinician)),
            ("Nurse", display_of(TANAKA)),
        ),
    ]


def _said(chart: Chart, ruth: Resource) -> list[Resource]:
    spring = days_before(chart.today, 75)
    return [
        chart.goal(
            "porch",
            "I want to sit on my own porch in the evening.",
            said_on=spring,
            note="His words. He spoke first, Ruth after him.",
        ),
        chart.preference(
            "together",
            "care-experience-preference",
            "Ruthie and I decide together. Tell her what you tell me.",
            said_on=spring,
            question="Who do you want to help you decide?",
            concept_code="people-involved",
        ),
        chart.preference(
            "ruth-nights",
            "care-experience-preference",
            "I can be there on weekends. I cannot do the nights alone anymore.",
            said_on=spring,
            question="What can the family do at home?",
            concept_code="care-experience",
            said_by=chart.reference_to(ruth),
        ),
    ]


def _note(chart: Chart) -> Resource:
    return chart.note(
        "note-family-meeting",
        PROGRESS_NOTE,
        _FAMILY_MEETING,
        written_on=days_before(chart.today, 75),
        author=chart.clinician,
        title="Family meeting",
        content_type="text/html; charset=utf-8",
    )


_FAMILY_MEETING = """<!DOCTYPE html>
<html lang="en">
<head><title>Family meeting</title><style>h2 { color: navy; }</style></head>
<body>
<h1>Family meeting</h1>
<p>Present: patient, daughter Ruth Pike-Lang (health care agent), Dr. Osei, R. Tanaka, RN.
Son Glen by telephone for the last ten minutes. Hearing aids in; we spoke slowly and one at a time.</p>
<h2>What the patient said</h2>
<ul>
<li>Patient states: &ldquo;I don&rsquo;t want to go back to the hospital unless it&rsquo;s something
they can fix.&rdquo;</li>
<li>He told us that his garden comes first in the morning, pills second.</li>
<li>He would not want to be on a breathing machine.</li>
</ul>
<h2>What the family said</h2>
<p>Daughter states: &ldquo;I worry that he will fall when nobody is home.&rdquo;<br>
Son wants everything done.</p>
<h2>Capacity</h2>
<p>He could say the choice, the two main risks and why he prefers home. Not confused today. No fever,
no chest pain.</p>
<h2>Plan</h2>
<table><tr><td>Home health nurse</td><td>twice a week</td></tr><tr><td>Daily weight</td><td>call if up
3&nbsp;lb</td></tr></table>
<p>Goal weight 162 lb. Next meeting in three months. Time spent: 40 minutes.</p>
</body>
</html>
"""
