"""Li Na Chen's notes that are no plain documents: C-CDA, a composition, a report and an impression."""

from html import escape

from smartapp.sandbox.stories.chart import Chart, Resource, base64_of
from smartapp.sandbox.stories.codes import LOINC, PALLIATIVE_NOTE, coding, concept
from smartapp.sandbox.stories.days import at, days_before
from smartapp.sandbox.stories.formats import cda_of
from smartapp.sandbox.stories.shared import MARIN, OKAFOR, ROSSI, VARGA, display_of


def other_notes(chart: Chart) -> list[Resource]:
    return [_palliative(chart), _conversation(chart), _swallowing(chart), _impression(chart)]


def _palliative(chart: Chart) -> Resource:
    """The newest note, in C-CDA. It says something else than the chart's data."""
    attachment = {
        "contentType": "application/xml",
        "data": base64_of(cda_of("Palliative care consult", _PALLIATIVE)),
        "title": "Palliative care consult",
    }
    return chart.document(
        "note-palliative", PALLIATIVE_NOTE, attachment, written_on=days_before(chart.today, 9), author=VARGA
    )


def _conversation(chart: Chart) -> Resource:
    return {
        "resourceType": "Composition",
        "id": f"{chart.id}-conversation",
        "status": "final",
        "type": concept("Goals of care conversation", coding(LOINC, "34117-2", "History and physical note")),
        "subject": chart.subject,
        "date": at(days_before(chart.today, 60), "13:20"),
        "author": [display_of(OKAFOR)],
        "title": "Goals of care conversation",
        "section": [
            {"title": title, "text": {"status": "generated", "div": _div(words)}}
            for title, words in _CONVERSATION
        ],
    }


def _swallowing(chart: Chart) -> Resource:
    return {
        "resourceType": "DiagnosticReport",
        "id": f"{chart.id}-swallowing",
        "status": "final",
        "code": concept("Speech therapy, swallowing study"),
        "subject": chart.subject,
        "effectiveDateTime": at(days_before(chart.today, 25), "10:00"),
        "issued": at(days_before(chart.today, 25), "12:30"),
        "performer": [display_of(ROSSI)],
        "conclusion": "Soft food goes down safely, thin fluids with the chin tucked. No aspiration seen."
        " She wants to eat what the family eats, at the same table.",
    }


def _impression(chart: Chart) -> Resource:
    return {
        "resourceType": "ClinicalImpression",
        "id": f"{chart.id}-impression",
        "status": "completed",
        "code": {"text": "Oncology assessment"},
        "subject": chart.subject,
        "effectiveDateTime": at(days_before(chart.today, 40), "11:50"),
        "assessor": display_of(MARIN),
        "summary": "Walks with a stick, eats half of what she did. She prefers to come in the morning.",
    }


def _div(words: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(words)}</p></div>'


_CONVERSATION = (
    (
        "What matters",
        "She hopes to see her granddaughter graduate. Being awake at the table is more important to her"
        " than being free of pain.",
    ),
    ("Who decides", "She wants to decide herself, and wants her son to hear everything."),
)

_PALLIATIVE = (
    (
        "Reason for visit",
        [
            "Cancer of the lung with spread to bone, after the third treatment. Interpreter on video.",
            "Pain 3 of 10 at rest and 5 of 10 on the stairs, better after morphine. Sleeps five hours.",
            "Eats small meals with the family. No fever, no confusion, bowels slow.",
        ],
    ),
    (
        "Goals and preferences",
        [
            "She does not want more chemotherapy.",
            "She wants to stay at home with her family for as long as she can.",
            "Her son hopes for another scan.",
        ],
    ),
    (
        "Plan",
        [
            "Morphine as before, bowel medicine twice a day. Nurse at home twice a week.",
            "Oncology will hear of this today. Call for fever, confusion or new weakness in the legs.",
        ],
    ),
)
