"""Li Na Chen: a serious illness, a living will on file, and answers about what matters."""

from datetime import date

from smartapp.sandbox.stories.chart import Chart, Resource, base64_of, interpreter_needed, race_and_ethnicity
from smartapp.sandbox.stories.codes import (
    BONE_METASTASES,
    CONSULT_NOTE,
    FOLLOW_UP,
    LIVING_WILL,
    LOINC,
    LUNG_CANCER,
    RXNORM,
    coded,
    coding,
    concept,
)
from smartapp.sandbox.stories.days import at, born, days_before, years_before
from smartapp.sandbox.stories.lina_chen_notes import other_notes
from smartapp.sandbox.stories.shared import MARIN, Story, display_of

STORY = Story(
    patient_id="chen-lina",
    encounter_id="chen-lina-today",
    name="Li Na Chen",
    age=63,
    line="A serious illness. Her living will and her answers are on file.",
    look_at="Answers from a form beside her words; the plan and the living will stand apart from them.",
)


def resources(today: date) -> list[Resource]:
    chart = Chart("chen-lina", "Chen", "Li Na", today, visit_time="11:30")
    return [*_basics(chart), *_people(chart), *_said(chart), *_documents(chart), *other_notes(chart)]


def _basics(chart: Chart) -> list[Resource]:
    today = chart.today
    return [
        chart.patient(
            born(today, STORY.age, month=5, day=6),
            "female",
            mrn="4837760",
            prefix="Ms",
            language="zh",
            extensions=[*race_and_ethnicity(race=("2028-9", "Asian")), interpreter_needed()],
        ),
        chart.visit(FOLLOW_UP, concept("Review after the third treatment")),
        chart.condition("lung", LUNG_CANCER, since=days_before(today, 260)),
        chart.condition("bone", BONE_METASTASES, since=days_before(today, 130)),
        chart.medicine(
            "morphine",
            concept("Morphine 5 mg", coding(RXNORM, "7052", "morphine")),
            dose="every 4 hours when needed",
            since=days_before(today, 40),
        ),
        chart.medicine(
            "ondansetron", concept("Ondansetron 4 mg"), dose="when sick", since=days_before(today, 100)
        ),
    ]


def _people(chart: Chart) -> list[Resource]:
    wei = chart.person("wei", "Wei 陈", relationship="son", role="SON", language="zh")
    return [wei, chart.team(("Son", chart.reference_to(wei)), ("Oncologist", display_of(MARIN)))]


def _said(chart: Chart) -> list[Resource]:
    today = chart.today
    return [
        chart.goal(
            "graduation",
            "我想看到孙女毕业。",
            said_on=days_before(today, 100),
            due=days_before(today, -190),
            recorder=MARIN,
            note="Interpreter’s English: I want to see my granddaughter graduate.",
        ),
        chart.preference(
            "alert",
            "treatment-intervention-preference",
            "I want my head clear, even if some pain stays.",
            said_on=days_before(today, 40),
            question="What would you give up, and what not?",
            concept_code="unacceptable-outcome",
            recorder=MARIN,
        ),
        chart.preference(
            "chemotherapy",
            "treatment-intervention-preference",
            "I want the chemotherapy. Time at our table is worth it.",
            said_on=days_before(today, 103),
            question="What do you think about the treatment?",
            concept_code="treatment-preference",
            recorder=MARIN,
        ),
        chart.answers(
            "what-matters",
            ("What matters most to you now?", "Breakfast with my family at the same table."),
            ("What are you most worried about?", "That my son stops working to look after me."),
            ("How much do you want to know about your illness?", "Everything, and my son may hear it too."),
            answered_on=days_before(today, 103),
            form="what-matters",
        ),
        chart.plan(
            "plan",
            "Plan agreed with Ms Chen",
            "Three more treatments, then decide again together. She chose to stop earlier if she cannot"
            " eat with her family. Pain is treated so that she stays awake.",
            made_on=days_before(today, 40),
            conditions=("lung", "bone"),
        ),
    ]


def _documents(chart: Chart) -> list[Resource]:
    today = chart.today
    body = chart.binary("oncology-text", "text/plain", _ONCOLOGY.encode())
    attachment = {
        "contentType": "text/plain; charset=utf-8",
        "url": f"Binary/{body['id']}",
        "title": "Oncology visit",
    }
    note = chart.document(
        "note-oncology", CONSULT_NOTE, attachment, written_on=days_before(today, 40), author=MARIN
    )
    return [body, note, _living_will(chart)]


def _living_will(chart: Chart) -> Resource:
    signed_on = years_before(chart.today, 2, 20)
    return {
        "resourceType": "DocumentReference",
        "id": f"{chart.id}-living-will",
        "status": "current",
        "docStatus": "final",
        "type": LIVING_WILL,
        "category": [coded(coding(LOINC, "42348-3", "Advance healthcare directives"))],
        "subject": chart.subject,
        "date": at(signed_on, "16:00"),
        "author": [chart.subject],
        "description": "Living will, signed",
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain; charset=utf-8",
                    "data": base64_of(_LIVING_WILL.encode()),
                    "title": "Living will",
                }
            }
        ],
    }


_ONCOLOGY = """ONCOLOGY VISIT, with Mandarin interpreter (video)

INTERVAL HISTORY
After the third treatment. Sick for two days, better since. Eats small meals. Pain in the left hip 4 of
10, 2 of 10 after
morphine. Slept in the chair twice. No fever, no cough with blood, no weakness in the legs.

WHAT SHE SAID
Through the interpreter she told us that she wants to keep cooking for her family as long as she can stand.
Patient states: "Please talk to me first, then to my son."
She is afraid of being asleep all day from the medicine.
She would rather stop the treatment than lose her appetite for good.
Her son hopes for a second opinion at the university hospital.

EXAM
Thin, alert, walks with a stick. Lungs clear on the right, fewer sounds at the left base. ECOG 1.

ASSESSMENT AND PLAN
Non-small cell lung cancer with spread to bone. Scan in six weeks. Goal of treatment: time with few symptoms.
Morphine 5 mg when needed, bowel medicine with it. Living will on file, not changed today.
Return in three weeks; earlier for fever, new pain or weak legs.
"""

_LIVING_WILL = """LIVING WILL

I, Li Na Chen, make this while I can speak for myself.
If I cannot eat, speak or know my family, and two doctors say that I will not get better, I want
comfort and no machines.
I want a Mandarin speaker in the room when decisions are made.
Signed in front of two witnesses.
"""
