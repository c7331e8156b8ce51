"""Harold Pike: his daughter decides with him, and is named as his health care agent."""

from datetime import date

from smartapp.sandbox.stories.chart import Chart, Resource, base64_of, race_and_ethnicity
from smartapp.sandbox.stories.codes import (
    CHRONIC_HEART_FAILURE,
    DEMENTIA,
    FOLLOW_UP,
    HARD_OF_HEARING,
    NURSE_NOTE,
    PALLIATIVE_NOTE,
    PROGRESS_NOTE,
    SOCIAL_WORK_NOTE,
    concept,
)
from smartapp.sandbox.stories.days import born, days_before, years_before
from smartapp.sandbox.stories.formats import pdf_of
from smartapp.sandbox.stories.shared import OKAFOR, TANAKA, VARGA, Story, display_of

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
    return [*_basics(chart), *_people(chart, ruth), *_said(chart, ruth), _note(chart), *_earlier_notes(chart)]


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


def _earlier_notes(chart: Chart) -> list[Resource]:
    """A code status that changed, and a sentence that was copied forward."""
    today = chart.today
    consult = {
        "contentType": "application/pdf",
        "data": base64_of(pdf_of(_PALLIATIVE)),
        "title": "Palliative care consult",
    }
    return [
        chart.note(
            "note-social-work",
            SOCIAL_WORK_NOTE,
            _SOCIAL_WORK,
            written_on=days_before(today, 210),
            author=OKAFOR,
            title="Social work, hospital stay",
        ),
        chart.document(
            "note-palliative", PALLIATIVE_NOTE, consult, written_on=days_before(today, 30), author=VARGA
        ),
        chart.note(
            "note-home-nurse",
            NURSE_NOTE,
            _HOME_NURSE,
            written_on=days_before(today, 12),
            author=TANAKA,
            title="Home visit, nursing",
        ),
    ]


_SOCIAL_WORK = """SOCIAL WORK, hospital stay for heart failure

CODE STATUS: Full code, confirmed with the patient on admission.

SOCIAL HISTORY
Retired postmaster, widower, one floor and three porch steps. Daughter Ruth shops and sorts the pills.
Home health was offered in the spring.

PATIENT PREFERENCES
He wants to keep sleeping in his own bed, next to the window.
His biggest worry is becoming a burden to Ruth.
Patient states: "Nobody talks over my head, hearing aids or not."

PLAN
Application for a home aide sent. Transport for the follow-up visit arranged. Ruth has the list of
equipment shops. Meals on wheels starts Monday. Will see again before he goes home. Time spent 35 minutes.
"""

_PALLIATIVE = """PALLIATIVE CARE CONSULT, at home, daughter Ruth present

REASON
Heart failure, second stay in the hospital this year. Asked to talk about what comes next.

GOALS OF CARE
We talked for half an hour, hearing aids in. He understands that his heart will not get stronger.
What matters most to him is being awake for breakfast with Ruth.
He does not want CPR and does not want to be intubated.
He is afraid of choking at night.

CODE STATUS
Discussed with the patient and his daughter: DNR/DNI. Order form signed today and left on the
refrigerator.

PLAN
Low dose of morphine at night when short of breath. Hospice explained, no decision today.
Ruth has our number, day and night. Visit again in six weeks.
"""

_HOME_NURSE = """NURSING, HOME VISIT

Weight 163 lb, two less than last week. BP 112/64, pulse 70. Ankles: slight swelling, left more than right.
Pills sorted by the daughter, none missed in the box. Slept in the chair on two nights.
Porch: sits outside at five every day, blanket and coffee.

PATIENT PREFERENCES
He wants to keep sleeping in his own bed, next to the window.

TEACHING
Weighing each morning before breakfast. When to call: up three pounds in two days, or short of breath
lying flat. Both can say it back. Form on the refrigerator seen. Next visit on Thursday.
"""

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
